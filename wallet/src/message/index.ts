export * from './charter.js';
export { decode, encode, EncodingError, UnencodableError, type Codec, type Expected, type Json } from './codec.js';
export * from './limits.js';
export * from './messages.js';
export * from './order.js';
export * from './refusal.js';
export * from './request.js';
export * from './vote.js';

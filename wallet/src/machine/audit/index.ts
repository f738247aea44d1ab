export * from './audit.js';
export * from './closing.js';
export * from './exhibit.js';
export type { HandedLog } from './logs.js';
export * from './moved.js';

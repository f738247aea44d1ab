export * from './audit.js';
export * from './exhibit.js';
export type { HandedLog } from './logs.js';

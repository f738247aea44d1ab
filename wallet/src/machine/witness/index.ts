export * from './follower.js';
export * from './page.js';
export type { WitnessPlace } from './place.js';
export { WitnessState, type OrderRecord, type Retired } from './state.js';
export { Witness, type Circumstances } from './witness.js';

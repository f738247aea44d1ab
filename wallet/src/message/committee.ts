import { RondeError } from '../crypto/error.js';
import { MAX_WITNESSES } from './limits.js';

/** Quorum: q = floor((n + f) / 2) + 1; refuses with `size` or `too-many-faults` (VOTE-1, VOTE-2, VOTE-3). */
export function quorum(witnesses: number, faults: number): number {
  if (witnesses < 1 || witnesses > MAX_WITNESSES) {
    throw new RondeError('size', 'a committee has 1 to 31 witnesses');
  }
  if (witnesses < 3 * faults + 1) throw new RondeError('too-many-faults', 'a committee has at least 3f + 1 witnesses');
  return Math.floor((witnesses + faults) / 2) + 1;
}

import { verifyHeadAnswer, type Head, type HeadAnswer, type Keyset } from '../../message/index.js';
import type { Log } from './state.js';

/** What a start has come to. */
export type Started = 'starting' | 'open' | 'rolled-back';

/** A start: the witness asks its peers for its newest head before it votes anew (ROLLBACK-1 to ROLLBACK-6). */
export class Start {
  readonly #answers = new Map<number, Head | null>();

  constructor(
    readonly nonce: Uint8Array,
    readonly index: number,
  ) {}

  /** Counts an answer, if it is one to this start (ROLLBACK-3, ROLLBACK-4). */
  take(answer: HeadAnswer, keyset: Keyset): void {
    if (answer.index === this.index) return;
    let newest: Head | null;
    try {
      newest = verifyHeadAnswer(answer, keyset, this.index, this.nonce);
    } catch {
      return;
    }
    const held = this.#answers.get(answer.index) ?? null;
    const larger = held === null || (newest !== null && newest.size > held.size) ? newest : held;
    this.#answers.set(answer.index, larger);
  }

  /** What follows from the answers so far. */
  outcome(keyset: Keyset, log: Log): Started {
    if (this.#answers.size < keyset.quorum - 1) return 'starting';
    const heads = [...this.#answers.values()].filter((head) => head !== null);
    return heads.every((head) => log.extends(head)) ? 'open' : 'rolled-back';
  }
}

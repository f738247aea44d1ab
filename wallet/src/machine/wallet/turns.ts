import { BUCKET_PATIENCE, MAX_BUCKET_PAGES } from '../../message/limits.js';

/** How much is read of one witness's bucket: so many pages before others are asked, and so many at most. */
export interface BucketBounds {
  readonly patience: number;
  readonly pages: number;
}

const BOUNDS: BucketBounds = { patience: BUCKET_PATIENCE, pages: MAX_BUCKET_PAGES };

/** How many buckets have to be read to their end, and how many witnesses may lie. */
export interface BucketCommittee {
  readonly quorum: number;
  readonly faults: number;
}

/** Whose bucket is to be read on, and how many pages of it at most before {@link Turns.took} is told. */
export interface Turn {
  readonly index: number;
  readonly pages: number;
}

/** How a turn came out: the bucket has ended, or goes on; or its witness failed, and is left out. */
export type TurnEnd = 'ended' | 'aside' | 'failed';

/**
 * How far whose bucket is read: steps 2 to 5 of Ask, chapter 20 (RESTORE-25). It asks for nothing: whoever drives it reads
 * one turn after the other. A bucket without end takes no more than twice the pages of an honest one.
 */
export class Turns {
  readonly #committee: BucketCommittee;
  readonly #bounds: BucketBounds;
  #patience: number;
  /** Witnesses still to be asked in this round; those put aside in it; how many pages of each were read. */
  #next: number[];
  #aside: number[] = [];
  readonly #read = new Map<number, number>();
  /** Of those that were read to their last page, how many pages. */
  readonly #ended: number[] = [];

  /** `drawn` are the witnesses in random order. */
  constructor(drawn: readonly number[], committee: BucketCommittee, bounds: BucketBounds = BOUNDS) {
    this.#committee = committee;
    this.#bounds = bounds;
    this.#patience = bounds.patience;
    this.#next = [...drawn];
  }

  /** How many buckets were read to their last page. */
  get ended(): number {
    return this.#ended.length;
  }

  /** Whether that is a quorum: with fewer, what was found says nothing. */
  get enough(): boolean {
    return this.ended >= this.#committee.quorum;
  }

  /** Whose turn it is; nobody's at the end. `found`: every order that was found has q good evaluations. */
  next(found: boolean): Turn | undefined {
    if (this.enough && found) return undefined;
    if (this.#next.length === 0) this.#startRound();
    const index = this.#next[0];
    if (index === undefined) return undefined;
    return { index, pages: Math.min(this.#patience, this.#bounds.pages) - this.#readOf(index) };
  }

  /** What came of the turn: so many pages were read. */
  took(pages: number, end: TurnEnd): void {
    const index = this.#next.shift() as number;
    const read = this.#readOf(index) + pages;
    this.#read.set(index, read);
    if (end === 'ended') this.#ended.push(read);
    if (end === 'aside' && read < this.#bounds.pages) this.#aside.push(index);
  }

  /** Step 4: how patient to be now, and with whom. */
  #startRound(): void {
    const most = [...this.#ended].sort((a, b) => b - a)[this.#committee.faults];
    this.#patience = 2 * (this.enough && most !== undefined ? most : this.#patience);
    this.#next = this.#aside.filter((index) => this.#readOf(index) < this.#patience);
    this.#aside = [];
  }

  #readOf(index: number): number {
    return this.#read.get(index) ?? 0;
  }
}

/** What came of the questions of a search, by store. */
export interface StoresSoFar {
  /** Through which stores a number was answered. */
  readonly answered: Set<string>;
  /** Which stores refused the last question that they were asked. */
  readonly failed: Set<string>;
}

/** So often a store that failed is tried first, while only one has answered. */
const RETRY = 16;

/**
 * NextStores: through which stores a number is asked for, one after the other (RESTORE-18). `drawn` are all of them in
 * random order; it is the search's `count`-th number, from 1.
 */
export function nextStores(drawn: readonly string[], { answered, failed }: StoresSoFar, count: number): string[] {
  const isAlone = answered.size === 1;
  const again = isAlone && count % RETRY === 0 ? drawn.find((store) => failed.has(store)) : undefined;
  const rank = (store: string): number =>
    store === again ? 0 : failed.has(store) ? 3 : isAlone && answered.has(store) ? 2 : 1;
  return [...drawn].sort((a, b) => rank(a) - rank(b));
}

/** Notes what came of a question to a store. */
export function noteQuestion({ failed }: StoresSoFar, store: string, refused: boolean): void {
  failed[refused ? 'add' : 'delete'](store);
}

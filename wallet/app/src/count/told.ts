import type { Count } from '../../../src/wallet/count/index.js';

/** What the page says of a count: the name of its text, and whether it is good. */
export interface Told {
  readonly text: 'done' | 'wrong' | 'torn' | 'less';
  readonly isGood: boolean;
}

/**
 * What became of a count. `shown` and `counted` are the numbers of the same cells, by the node and by this browser: votes and
 * gifts only grow, so a node that showed more than certificates prove has counted what is not there.
 */
export function toldOf(count: Count, shown: readonly number[], counted: readonly number[]): Told {
  if (!count.whole) return { text: 'torn', isGood: false };
  if (count.right < count.certificates) return { text: 'wrong', isGood: false };
  const isLess = counted.some((number, i) => number < (shown[i] ?? 0));
  return isLess ? { text: 'less', isGood: false } : { text: 'done', isGood: true };
}

/** A share of a whole in hundredths, rounded as half up; of nothing it is nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 100) / whole);
}

/** A text with its holes filled. */
export function filled(text: string, holes: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => holes[name] ?? hole);
}

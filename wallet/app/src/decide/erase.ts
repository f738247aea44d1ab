import { undecided } from './waiting.js';
import type { Key } from '../text/en.js';
import type { State, Words } from '../model.js';

/** What goes with a wallet. */
export interface Loss {
  /** What the words do not bring back, one line for each. */
  readonly lost: readonly Words[];
  /** The words are not written down, and would bring something back. */
  readonly mustWrite: boolean;
  /** The same text as long as the same would be lost: what its owner has agreed to. */
  readonly mark: string;
}

/** What would be lost if the wallet was removed from this device now. */
export function lossOf({ wallet, kept, receipts }: Pick<State, 'wallet' | 'kept' | 'receipts'>): Loss {
  const counts: readonly (readonly [Key, number])[] = [
    ['erase.orders', wallet === undefined ? 0 : undecided(wallet.open).length],
    ['erase.unsettled', wallet?.unsettled.length ?? 0],
    ['erase.baskets', wallet?.baskets.length ?? 0],
    ['erase.links', kept.waiting.length],
    ['erase.receipts', receipts.length],
  ];
  const lost: Words[] = counts.filter(([, n]) => n > 0).map(([key, n]) => ({ key, with: { n } }));
  // What is stored can't be read: nobody knows what is in it.
  if (wallet === undefined) lost.unshift({ key: 'erase.unread' });
  const isEmpty =
    wallet !== undefined &&
    wallet.points + wallet.held === 0n &&
    wallet.vouchers.length + wallet.ballots.length + wallet.open.length + wallet.unsettled.length === 0;
  const mustWrite = wallet !== undefined && !kept.confirmed && !isEmpty;
  const underWay = wallet === undefined ? [] : [...wallet.open.map(({ id }) => id), ...wallet.unsettled];
  const links = [...(wallet?.baskets ?? []), ...kept.waiting].map(({ link }) => link);
  return { lost, mustWrite, mark: [...underWay, ...links, ...receipts.map(({ name }) => name)].join(' ') };
}

/** Whether the wallet may be removed: nothing would be lost, or its owner has agreed to lose just this. */
export function mayErase({ lost, mustWrite, mark }: Loss, sure: string | undefined): boolean {
  return !mustWrite && (lost.length === 0 || sure === mark);
}

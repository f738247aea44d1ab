import { toNumberBE } from '../../crypto/index.js';
import { ASK_AT_EARLIEST, ASK_AT_LATEST } from '../../message/limits.js';
import { progressOf } from './answer.js';
import type { WalletContext } from './spend.js';
import { replaceOrder } from './state.js';
import type { OpenOrder, WalletState } from './state.js';

/** AskTime: a moment from an hour to a day after now, uniformly. `random` is 16 fresh random bytes (WALLET-32). */
export function askTime(now: bigint, random: Uint8Array): bigint {
  return now + ASK_AT_EARLIEST + (toNumberBE(random) % (ASK_AT_LATEST - ASK_AT_EARLIEST + 1n));
}

/**
 * Draws when stores are asked for what an order still lacks, if it is certified, by 16 fresh random bytes. Not for one that
 * a search has found, unless its owner has `named` it (RESTORE-33).
 */
export function drawAsking(
  state: WalletState,
  id: string,
  now: bigint,
  random: Uint8Array,
  named?: 'named',
): WalletState {
  const open = state.orders.find((order) => order.id === id);
  if (open?.certificate === undefined || (isFound(open) && named === undefined)) return state;
  return replaceOrder(state, { ...open, askFrom: askTime(now, random) });
}

/** Whether an order is certified, and each of its coins has components of q witnesses. */
export function isSpendable(context: WalletContext, state: WalletState, open: OpenOrder): boolean {
  if (open.certificate === undefined || open.digest === undefined) return false;
  return progressOf(context, state, open.digest) !== 'certified';
}

/**
 * Whether a store may be asked now for what is missing of spendable coins: once its time has come (WALLET-32), and never
 * because a search has found the order (RESTORE-33).
 */
export function mayAsk(open: OpenOrder, now: bigint): boolean {
  return !isFound(open) && now >= (open.askFrom ?? 0n);
}

/** Whether the time of an order lies further ahead than any that is drawn: the clock has been set back since. */
export function isAhead({ askFrom }: OpenOrder, now: bigint): boolean {
  return askFrom !== undefined && askFrom > now + ASK_AT_LATEST;
}

/** Whether an order goes on by itself or by asking; not one that a search has found and whose coins can be spent. */
export function goesOn(context: WalletContext, state: WalletState, open: OpenOrder): boolean {
  return !isFound(open) || !isSpendable(context, state, open);
}

/** In the place of a time: an order of this wallet that a search has found as well. */
export const NEVER = (1n << 64n) - 1n;

/** Whether a search has found an order; a time is drawn for all others. */
function isFound({ about, askFrom }: OpenOrder): boolean {
  return askFrom === NEVER || (about.type === 'recover' && askFrom === undefined);
}

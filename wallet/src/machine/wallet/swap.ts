import type { Keyset } from '../../message/keyset.js';
import { MAX_PURSE } from '../../message/limits.js';
import { WalletError } from './error.js';
import { pointKinds } from './outputs.js';
import { byWorth, freeCoins, redeemable, selectionOf, selectMost } from './select.js';
import type { Selection } from './select.js';
import { open, storeless } from './spend.js';
import type { Opened, WalletContext } from './spend.js';
import { expectSearched, sum } from './state.js';
import type { About, WalletState } from './state.js';

/** How coins are exchanged: to have fewer, or to have others. */
export type SwapMode = 'merge' | 'renew';

/**
 * Exchanges point coins for the canonical split of their sum (WALLET-19). *merge* does it for a keyset with more than
 * 16 free coins if there would be fewer; *renew* for the keyset that is named, or the first that has any.
 *
 * @throws WalletError `nothing` if there is nothing to exchange.
 */
export function startSwap(
  context: WalletContext,
  state: WalletState,
  mode: SwapMode,
  now: bigint,
  entropy: Uint8Array,
  only?: number,
): Opened {
  expectSearched(state);
  for (const keyset of redeemable(context.charter, now)) {
    if (only !== undefined && keyset.id !== only) continue;
    const coins = selectMost(state, keyset, keyset);
    if (coins.length === 0) continue;
    const points = sum(coins);
    if (mode === 'merge') {
      if (byWorth(freeCoins(state, keyset.id)).length <= MAX_PURSE) continue;
      if (pointKinds(points, keyset).length >= coins.length) continue;
    }
    return openSwap(context, state, selectionOf(keyset, coins), keyset, { type: 'swap', points }, now, entropy);
  }
  throw new WalletError('nothing', mode === 'merge' ? 'no purse has more coins than it needs' : 'there are no points');
}

/** Exchanges point coins for the canonical split of their sum in the keyset `into`. */
export function openSwap(
  context: WalletContext,
  state: WalletState,
  selection: Selection,
  into: Keyset,
  about: About,
  now: bigint,
  entropy: Uint8Array,
): Opened {
  const made = { into, kinds: pointKinds(sum(selection.coins), into) };
  return open(context, state, selection, made, storeless({ type: 'swap' }, now), about, now, entropy);
}

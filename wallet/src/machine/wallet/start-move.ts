import type { Keyset } from '../../message/keyset.js';
import { WalletError } from './error.js';
import { laterKeysets } from './move.js';
import type { Move } from './move.js';
import { chooseAmong } from './outputs.js';
import { redeemable, selectionOf, selectMost } from './select.js';
import type { Opened, WalletContext } from './spend.js';
import { sum } from './state.js';
import type { WalletState } from './state.js';
import { openSwap } from './swap.js';

/**
 * Moves coins of one denomination into a later keyset: a Swap of the keyset that they leave, whose outputs are all of the
 * other (WALLET-40, WALLET-36, WALLET-37). `random` is 16 fresh random bytes, `entropy` 32 fresh secret ones.
 *
 * @throws WalletError `nothing` if there is no such coin; `no-open-keyset` if there is no keyset that it can move into
 */
export function startMove(
  context: WalletContext,
  state: WalletState,
  { keyset: id, denomination }: Pick<Move, 'keyset' | 'denomination'>,
  now: bigint,
  random: Uint8Array,
  entropy: Uint8Array,
): Opened {
  const keyset = redeemable(context.charter, now).find((each) => each.id === id);
  const into = keyset && chooseAmong(laterKeysets(context.charter, keyset, denomination, now), random);
  if (into === undefined) throw new WalletError('no-open-keyset', 'there is no keyset that this can move into now');
  const coins = selectMost(state, keyset as Keyset, into, denomination);
  if (coins.length === 0) throw new WalletError('nothing', 'no coin of this denomination can move now');
  const about = { type: 'move' as const, points: sum(coins), into: into.id };
  return openSwap(context, state, selectionOf(keyset as Keyset, coins), into, about, now, entropy);
}

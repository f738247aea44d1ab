import type { Kind } from '../../crypto/index.js';
import type { Charter } from '../../message/charter-chain.js';
import type { Keyset } from '../../message/keyset.js';
import { MAX_INPUTS } from '../../message/limits.js';
import { WalletError } from './error.js';
import { moveTime } from './move-time.js';
import { chooseAmong, pointKinds } from './outputs.js';
import { mostCoins, redeemable, selectionOf } from './select.js';
import { openOrderOf, storeless, sum } from './spend.js';
import type { Opened, WalletContext } from './spend.js';
import type { Coin, WalletState } from './state.js';

/** Coins of one denomination that are to leave a keyset, together and with no others (WALLET-35). */
export interface Move {
  readonly keyset: number;
  readonly denomination: bigint;
  /** When it is planned, in seconds since 1970. */
  readonly at: bigint;
  /** What all such coins are worth that can be spent now. One order may carry fewer. */
  readonly points: bigint;
}

/** Later: the keysets into which points of a keyset can move now, by increasing id. */
export function laterKeysets(charter: Charter, { entry }: Keyset, now: bigint): Keyset[] {
  return charter.keysets
    .filter((later) => later.entry.redeemUntil > entry.redeemUntil && now < later.entry.issueUntil)
    .sort((a, b) => a.id - b.id);
}

/** The moves that the coins of a wallet will need, whether or not they are due; keysets that end first before others. */
export function plannedMoves({ charter, secrets }: WalletContext, state: WalletState, now: bigint): Move[] {
  return redeemable(charter, now).flatMap((keyset) => {
    const later = laterKeysets(charter, keyset, now);
    return keyset.entry.denominations.flatMap((denomination): Move[] => {
      const coins = mostCoins(state, keyset, denomination);
      if (coins.length === 0 || !later.some((into) => fitting(coins, into) !== undefined)) return [];
      const at = moveTime(secrets, state.device, keyset, denomination);
      return [{ keyset: keyset.id, denomination, at, points: sum(coins) }];
    });
  });
}

/** The moves that are due (WALLET-38); none while the wallet searches. */
export function dueMoves(context: WalletContext, state: WalletState, now: bigint): Move[] {
  if (state.searching) return [];
  return plannedMoves(context, state, now).filter(({ at }) => now >= at);
}

/**
 * Moves coins of one denomination into a later keyset: a Swap of the keyset that they leave, whose outputs are all of the
 * other (WALLET-35 to WALLET-37). `random` is 16 fresh random bytes, `entropy` 32 fresh secret ones.
 *
 * @throws WalletError `nothing` if there is no such coin, or no keyset that it can move into
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
  const coins = keyset === undefined ? [] : mostCoins(state, keyset, denomination);
  const later = keyset === undefined ? [] : laterKeysets(context.charter, keyset, now);
  const into = chooseAmong(later.filter((each) => fitting(coins, each) !== undefined), random);
  const fits = into === undefined ? undefined : fitting(coins, into);
  if (keyset === undefined || into === undefined || fits === undefined) {
    throw new WalletError('nothing', 'no coin of this denomination can move into a later keyset now');
  }
  const points = sum(fits.coins);
  const about = { type: 'move' as const, points, into: into.id };
  const frame = storeless({ type: 'swap' }, now);
  const made = { into, kinds: fits.kinds };
  return openOrderOf(context, state, selectionOf(keyset, fits.coins), made, frame, about, now, entropy);
}

/** As many of the coins, the first of them, as the later keyset can take in one order. */
function fitting(coins: readonly Coin[], into: Keyset): { coins: readonly Coin[]; kinds: Kind[] } | undefined {
  for (let count = Math.min(coins.length, MAX_INPUTS); count > 0; count -= 1) {
    const some = coins.slice(0, count);
    try {
      return { coins: some, kinds: pointKinds(sum(some), into) };
    } catch (error) {
      if (!(error instanceof WalletError) || error.code !== 'too-many-coins') throw error;
    }
  }
  return undefined;
}

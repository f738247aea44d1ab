import type { Charter } from '../../message/charter-chain.js';
import type { Keyset } from '../../message/keyset.js';
import { MAX_INPUTS } from '../../message/limits.js';
import { WalletError } from './error.js';
import { moveTime } from './move-time.js';
import { chooseAmong, pointKinds } from './outputs.js';
import { mostCoins, redeemable, selectionOf } from './select.js';
import { openSwap, sum } from './spend.js';
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
    if (later.length === 0) return [];
    return keyset.entry.denominations.flatMap((denomination): Move[] => {
      const coins = mostCoins(state, keyset, denomination);
      if (waysOut(coins, later).length === 0) return [];
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
  const ways = keyset && waysOut(mostCoins(state, keyset, denomination), laterKeysets(context.charter, keyset, now));
  const way = chooseAmong(ways ?? [], random);
  if (keyset === undefined || way === undefined) {
    throw new WalletError('nothing', 'no coin of this denomination can move into a later keyset now');
  }
  const { into, coins } = way;
  const about = { type: 'move' as const, points: sum(coins), into: into.id };
  return openSwap(context, state, selectionOf(keyset, coins), into, about, now, entropy);
}

/** Coins that one order can carry into a later keyset. */
interface Way {
  readonly into: Keyset;
  readonly coins: readonly Coin[];
}

/** What can move into each of these keysets; none into which no coin can. */
function waysOut(coins: readonly Coin[], later: readonly Keyset[]): Way[] {
  return later.map((into) => ({ into, coins: fitting(coins, into) })).filter((way) => way.coins.length > 0);
}

/** As many of the coins, the first of them, as the later keyset can take in one order. */
function fitting(coins: readonly Coin[], into: Keyset): readonly Coin[] {
  for (let count = Math.min(coins.length, MAX_INPUTS); count > 0; count -= 1) {
    const some = coins.slice(0, count);
    try {
      pointKinds(sum(some), into);
      return some;
    } catch (error) {
      if (!(error instanceof WalletError) || error.code !== 'too-many-coins') throw error;
    }
  }
  return [];
}

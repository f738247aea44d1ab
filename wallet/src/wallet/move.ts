import { RondeError } from '../crypto/index.js';
import { dueMoves } from '../machine/wallet/move.js';
import { WalletError } from '../machine/wallet/error.js';
import { startMove } from '../machine/wallet/start-move.js';
import type { OpenOrder } from '../machine/wallet/state.js';
import type { Core } from './core.js';
import { driven, isFatal } from './drive.js';

/** Most moves in one go; what is left is due the next time. */
const MOST = 64;

/** What became of a move. */
export interface Moved {
  /** The name of the order in this wallet. */
  readonly id: string;
  /** Why it is not done, if it is known. */
  readonly error?: RondeError;
}

/**
 * Makes the moves that are due, each denomination by an order of its own, one after the other (ROLLOVER-6, WALLET-38).
 * If no store answers, the rest is left for the next time.
 */
export async function moveDue(core: Core): Promise<Moved[]> {
  const moved: Moved[] = [];
  while (moved.length < MOST) {
    const open = await openNext(core);
    if (open === undefined) break;
    const { id } = open;
    try {
      const { answered } = await driven(core, id);
      moved.push({ id });
      if (!answered) break;
    } catch (error) {
      if (!(error instanceof RondeError) || isFatal(error)) throw error;
      moved.push({ id, error });
    }
  }
  return moved;
}

/** Opens the next move, if one is due by the time of its step: what went before it may have spent the coins. */
async function openNext(core: Core): Promise<OpenOrder | undefined> {
  const now = core.now();
  const [random, entropy] = [core.random(16), core.random(32)];
  return core
    .open((state) => {
      for (const due of dueMoves(core.context, state, now)) {
        try {
          return startMove(core.context, state, due, now, random, entropy);
        } catch (error) {
          // What can't be moved stands in the way of no other.
          if (!(error instanceof WalletError)) throw error;
        }
      }
      return { state, order: undefined };
    })
    .finally(() => entropy.fill(0));
}

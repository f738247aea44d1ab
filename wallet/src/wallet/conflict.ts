import { decode } from '../message/codec.js';
import { MAX_MESSAGE_BYTES } from '../message/limits.js';
import { conflict as conflictCodec } from '../message/refusal.js';
import { takeConflict } from '../machine/wallet/conflict.js';
import { WalletError } from '../machine/wallet/error.js';
import type { OpenOrder } from '../machine/wallet/state.js';
import type { Core } from './core.js';
import { isFatal } from './drive.js';

/** Whether a conflict proves that the order is dead (WALLET-8); its coins are free then. */
export async function provenDead(core: Core, asked: OpenOrder, bytes: Uint8Array): Promise<boolean> {
  try {
    const conflict = decode(conflictCodec, bytes, 2 * MAX_MESSAGE_BYTES);
    await core.step((state) => {
      const open = state.orders.find(({ id }) => id === asked.id);
      if (open === undefined) throw new WalletError('no-such-order', 'the order is not open any more');
      return { state: takeConflict(core.context, state, open, conflict) };
    });
    return true;
  } catch (error) {
    if (isFatal(error)) throw error;
    return false;
  }
}

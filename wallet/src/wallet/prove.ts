import { RondeError } from '../crypto/index.js';
import { EVALUATION_GRACE } from '../message/limits.js';
import { forgetClosed, provable } from '../machine/wallet/recover.js';
import { startProof } from '../machine/wallet/spend.js';
import type { Core } from './core.js';
import { driven, isFatal } from './drive.js';

/**
 * Prove: exchanges each unproven point coin by a Swap of its own, one after the other, whatever comes of each
 * (RESTORE-13). Only if no store answers, the rest is left for the next time.
 */
export async function prove(core: Core): Promise<void> {
  const now = core.now();
  await core.step((state) => ({ state: forgetClosed(core.context, state, now, EVALUATION_GRACE) }));
  for (;;) {
    const [coin] = provable(core.context, core.state, now);
    if (coin === undefined) return;
    const entropy = core.random(32);
    const { id } = await core
      .open((state) => startProof(core.context, state, coin, now, entropy))
      .finally(() => entropy.fill(0));
    if (!(await isAnswered(core, id))) return;
  }
}

/** Sends a Swap that proves a coin; gives whether any store answered. */
async function isAnswered(core: Core, id: string): Promise<boolean> {
  let answered = true;
  try {
    ({ answered } = await driven(core, id));
  } catch (error) {
    if (!(error instanceof RondeError) || isFatal(error)) throw error;
  }
  const open = core.state.orders.find((order) => order.id === id);
  if (answered && open !== undefined && open.certificate === undefined) {
    core.warn({ code: 'unproven', what: 'a recovered coin is held by an order of the wallet that was lost' });
  }
  return answered;
}

import { RondeError, toHex } from '../crypto/index.js';
import { orderDigest } from '../message/order-digest.js';
import { WalletError } from '../machine/wallet/error.js';
import { drawAsking } from '../machine/wallet/missing.js';
import { recover } from '../machine/wallet/recover.js';
import { openOrder } from '../machine/wallet/state.js';
import type { Core } from './core.js';
import { drive, warnOf } from './drive.js';
import { TransportError } from './http-error.js';
import { prove, randomStores } from './prove.js';

/** Recover: brings the coins of an order back from the seed, and proves them. Gives their points, and who was behind. */
export async function recoverOrder(core: Core, digest: string, keyset: number) {
  const { order, certificate, evaluations } = await askAnyone(core, digest, keyset);
  const random = core.random(16);
  const { points, behind, findings } = await core.step((state) => {
    const recovered = recover(core.context, state, order, certificate, evaluations, core.now());
    const open = openOrder(recovered.state, digest);
    if (open === undefined) return recovered;
    return { ...recovered, state: drawAsking(recovered.state, open.id, core.now(), random, 'named') };
  });
  warnOf(core, findings);
  if (behind) {
    const what = 'another wallet had this device number: coins that this one makes may have been spent before';
    core.warn({ code: 'shared-device', what });
  }
  const open = openOrder(core.state, digest);
  if (open !== undefined) await drive(core, open.id);
  await prove(core);
  return { points, behind };
}

/** An order with its certificate, from the first store that has it. */
export async function askAnyone(core: Core, digest: string, keyset: number) {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new WalletError('no-such-order', 'a digest has 64 hexadecimal digits');
  let last: unknown = new WalletError('no-store', 'no store has an HTTP address');
  for (const base of randomStores(core)) {
    try {
      const { order, certificate, evaluations } = await core.client.order(base, digest, keyset);
      if (order === undefined || toHex(orderDigest(order)) !== digest) {
        throw new TransportError('bad-answer', 'the store shows another order');
      }
      if (certificate === undefined) throw new WalletError('not-certified', 'the order is not decided');
      return { order, certificate, evaluations };
    } catch (error) {
      if (!(error instanceof RondeError)) throw error;
      last = error;
    }
  }
  throw last;
}

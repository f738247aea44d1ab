import { toHex } from '../crypto/index.js';
import { verifyCertificate } from '../message/certificate.js';
import { encode } from '../message/codec.js';
import { orderDigest } from '../message/order-digest.js';
import { order as orderCodec } from '../message/order.js';
import { keysetOf } from '../machine/wallet/answer.js';
import { WalletError } from '../machine/wallet/error.js';
import { findInputs } from '../machine/wallet/places.js';
import { adoptPayment, certifiedPayment, openRefund, refundRecord } from '../machine/wallet/refund.js';
import { expectSearched } from '../machine/wallet/state.js';
import type { Core } from './core.js';
import { askAnyone } from './recovery.js';

/** How many order numbers are looked at before others have their turn. */
const TURN = 4;

/**
 * Makes a payment of a lost wallet one of this wallet's own: fetches it with its certificate from any store, and looks for the
 * places of its inputs ("After a restore", chapter 13).
 *
 * @throws WalletError `not-certified`, `not-ours`, `no-such-order` if it is no payment; what a store refuses it for
 */
export async function findPayment(core: Core, digest: string, keyset: number): Promise<void> {
  expectSearched(core.state);
  const isKnown = [certifiedPayment, openRefund, refundRecord].some((find) => find(core.state, digest) !== undefined);
  if (isKnown) return;
  const { order, certificate } = await askAnyone(core, digest, keyset);
  if (order.purpose.type !== 'redeem') throw new WalletError('no-such-order', 'the order is no payment');
  verifyCertificate(certificate, keysetOf(core.context, order.keyset), orderDigest(order));
  const search = findInputs(core.context.secrets, core.state.device, order);
  let found = search.next();
  for (let turn = 1; found.done !== true; turn += 1, found = search.next()) {
    if (turn % TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    core.alive();
  }
  const places = order.inputs.map(({ point }) => {
    const place = found.value?.get(toHex(point));
    if (place === undefined) throw new WalletError('not-ours', 'a coin of the payment is not of these words');
    return place;
  });
  const payment = { digest, order: encode(orderCodec, order), places };
  await core.step((state) => ({ state: adoptPayment(state, payment) }));
}

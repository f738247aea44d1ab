import { u64 } from '../crypto/bytes.js';
import type { VerifyingKey } from '../crypto/ed25519.js';
import { RondeError } from '../crypto/error.js';
import { derive } from '../crypto/hash.js';
import * as LABELS from '../crypto/labels.js';
import { encode } from './codec.js';
import { offer, order, type Offer, type Order, type SignedOffer } from './order.js';

/** The seconds of a day. */
export const DAY = 86_400n;

/** The digest of an order: derive(`ORDER_DIGEST`; its bytes) (ORDER-1). */
export function orderDigest(body: Order): Uint8Array {
  return derive(LABELS.ORDER_DIGEST, encode(order, body));
}

/** The reference of a Redeem: the hash of the offer that it answers (ORDER-3). */
export function offerReference(terms: Offer): Uint8Array {
  return derive(LABELS.OFFER_REFERENCE, encode(offer, terms));
}

/** The reference of a Pledge: the hash of the day of its time (ORDER-5). */
export function pledgeReference(time: bigint): Uint8Array {
  return derive(LABELS.PLEDGE_REFERENCE, u64(time / DAY));
}

/** VerifyOffer: the offer, if its store signed it; refuses with `bad-signature` (ORDER-4). */
export function verifyOffer(signed: SignedOffer, key: VerifyingKey): Offer {
  if (!key.accepts(signed.signature, LABELS.OFFER_SIGNATURE, encode(offer, signed.offer))) {
    throw new RondeError('bad-signature', 'the store did not sign this offer', { fault: 'relay' });
  }
  return signed.offer;
}

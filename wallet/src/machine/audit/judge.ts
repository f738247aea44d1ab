import {
  authorize,
  CheckedOrder,
  orderDigest,
  RefusedError,
  verifyCertificate,
  type CertifiedOrder,
  type Charter,
  type SignedOrder,
} from '../../message/index.js';

/**
 * What an order or entry is: in order; behind, because a later charter may list what it names or ask fewer points for a
 * ballot; signed with another key than the store has today; or bad.
 */
export type Judgement = 'good' | 'behind' | 'store-key' | 'bad';

/** Judges an order's rules and elements, and, if asked to, who stands behind it. */
export function judgeOrder(signed: SignedOrder, charter: Charter, withSignature: boolean): Judgement {
  try {
    const checked = CheckedOrder.check(signed, charter);
    if (withSignature) authorize(checked, charter);
    return 'good';
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { refusal } = error;
    if (refusal.type === 'charter-behind') return 'behind';
    if (refusal.type === 'invalid' && refusal.value.type === 'ballot') return 'behind';
    return refusal.type === 'bad-signature' && signed.authorization.type === 'store' ? 'store-key' : 'bad';
  }
}

/** Judges a vote in the log of a keyset. */
export function judgeVote(signed: SignedOrder, keyset: number, charter: Charter): Judgement {
  return signed.order.keyset === keyset ? judgeOrder(signed, charter, true) : 'bad';
}

/** Judges a certificate by the keyset of its order. */
export function judgeCertificate({ order, certificate }: CertifiedOrder, charter: Charter): 'good' | 'behind' | 'bad' {
  const keyset = charter.keyset(order.keyset);
  if (keyset === undefined) return 'behind';
  try {
    verifyCertificate(certificate, keyset, orderDigest(order));
    return 'good';
  } catch {
    return 'bad';
  }
}

/** Judges a certified order's own rules; who signed it can't be seen any more. */
export function judgeCertified({ order }: CertifiedOrder, charter: Charter): Judgement {
  const debits = order.purpose.type === 'earn' || order.purpose.type === 'pledge';
  const none = { r: new Uint8Array(32), s: new Uint8Array(32) };
  const authorization = debits
    ? { type: 'store' as const, value: new Uint8Array(64) }
    : { type: 'spend' as const, value: none };
  return judgeOrder({ order, authorization }, charter, false);
}

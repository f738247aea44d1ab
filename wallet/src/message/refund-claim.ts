import { equalBytes } from '../crypto/bytes.js';
import { GroupElement } from '../crypto/group.js';
import { derive } from '../crypto/hash.js';
import * as LABELS from '../crypto/labels.js';
import type { SchnorrBytes } from '../crypto/possession.js';
import type { SecretScalar } from '../crypto/scalar.js';
import { signSpend, verifySpend } from '../crypto/spend.js';
import { MAX_OUTPUTS } from '../crypto/split.js';
import { bytes32, encode, list, struct, u32, type ValueOf } from './codec.js';
import { output } from './order.js';
import type { Order } from './order.js';
import { orderDigest } from './order-digest.js';
import { RefusedError } from './refused.js';

/** `RefundClaim`: what the claim of a refund signs. It is never sent. */
export const refundClaim = /* @__PURE__ */ struct({
  federation: bytes32,
  store: u32,
  order: bytes32,
  keyset: u32,
  outputs: list(output, MAX_OUTPUTS),
});
export type RefundClaim = ValueOf<typeof refundClaim>;

/** The digest of a claim, which the keys of the refunded order's inputs sign. */
export function refundClaimDigest(claim: RefundClaim): Uint8Array {
  return derive(LABELS.REFUND_CLAIM_DIGEST, encode(refundClaim, claim));
}

/** Signs a claim with the secrets of the refunded order's inputs, in their order. `entropy` is 32 fresh secret bytes. */
export function signRefundClaim(claim: RefundClaim, secrets: readonly SecretScalar[], entropy: Uint8Array): SchnorrBytes {
  return signSpend('refund-claim', secrets, refundClaimDigest(claim), entropy);
}

/**
 * Steps 1 and 2 of ClaimRefund (SPEND-11): the keys are those of a body whose digest is the claimed order's. Refuses with
 * `unknown` for another body, and with `bad-signature`.
 */
export function verifyRefundClaim(claim: RefundClaim, refunded: Order, signature: SchnorrBytes): void {
  if (!equalBytes(orderDigest(refunded), claim.order)) throw RefusedError.plain('unknown');
  try {
    const keys = refunded.inputs.map(({ point }) => GroupElement.decode(point));
    verifySpend('refund-claim', keys, refundClaimDigest(claim), signature);
  } catch {
    throw RefusedError.plain('bad-signature');
  }
}

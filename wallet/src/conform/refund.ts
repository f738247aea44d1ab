import { coinSecret, federationSeed, fromHex as hex, MAX_OUTPUTS, toHex } from '../crypto/index.js';
import { decode, decodeMessage, MAX_MESSAGE_BYTES, MESSAGES, spendSignature } from '../message/index.js';
import { output, refundClaimDigest, signRefundClaim, verifyRefundClaim, type RefundClaim } from '../message/index.js';
import { list } from '../message/codec.js';
import type { Handler, Input, Output } from './answer.js';

const claimOf = ({ federation, store, order, keyset, outputs }: Input): RefundClaim => ({
  federation: hex(federation),
  store,
  order: hex(order),
  keyset,
  outputs: decode(list(output, MAX_OUTPUTS), hex(outputs), MAX_MESSAGE_BYTES),
});

function signed(input: Input): Output {
  const claim = claimOf(input);
  const seed = federationSeed(hex(input.seed), claim.federation);
  const secrets = input.places.map(({ keyset, device, order, slot }: Input) =>
    coinSecret(seed, { keyset, device, order: BigInt(order), slot }),
  );
  const { r, s } = signRefundClaim(claim, secrets, hex(input.entropy));
  return { digest: toHex(refundClaimDigest(claim)), signature: toHex(r) + toHex(s) };
}

function verified(input: Input): Output {
  const claim = claimOf(input);
  const signature = decode(spendSignature, hex(input.signature), MAX_MESSAGE_BYTES);
  verifyRefundClaim(claim, decodeMessage(MESSAGES.Order, hex(input.refunded)), signature);
  return { digest: toHex(refundClaimDigest(claim)) };
}

/** The types of refunds. */
export const refundHandlers: Readonly<Record<string, Handler>> = {
  'refund-claim-sign': signed,
  'refund-claim': verified,
};

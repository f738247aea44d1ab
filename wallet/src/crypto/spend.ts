import { expectLength, utf8 } from './bytes.js';
import { CryptoError } from './error.js';
import { GroupElement } from './group.js';
import { deriveWide, xof } from './hash.js';
import * as LABELS from './labels.js';
import { weights } from './poprf.js';
import { decodeOr, type SchnorrBytes } from './possession.js';
import { decodeScalar, encodeScalar, reduce, SecretScalar } from './scalar.js';

/** What coin keys sign: each purpose has its own label (SPEND-3). */
export type SpendPurpose = 'order' | 'probe' | 'refund-claim';

const LABEL = {
  order: LABELS.SPEND_CHALLENGE,
  probe: LABELS.PROBE_SIGNATURE,
  'refund-claim': LABELS.REFUND_CLAIM_SIGNATURE,
} as const;

/** Challenges: one of 128 bits for each key, over R and the digest (SPEND-5). */
function challenges(purpose: SpendPurpose, r: Uint8Array, digest: Uint8Array, count: number): bigint[] {
  return weights(xof(LABEL[purpose], r, digest), count);
}

/** SignSpend: one signature by all coins, in the order of the inputs. `entropy` is 32 fresh secret bytes (SPEND-4). */
export function signSpend(
  purpose: SpendPurpose,
  coins: readonly SecretScalar[],
  digest: Uint8Array,
  entropy: Uint8Array,
): SchnorrBytes {
  if (coins.length === 0) throw new CryptoError('no-keys');
  expectLength(digest, 32, 'a digest');
  const secrets = coins.map((coin) => coin.toBytes());
  const wide = deriveWide('ronde/1 hedged nonce: coin keys', utf8(LABEL[purpose]), ...secrets, digest, entropy);
  const nonce = SecretScalar.reduce(wide);
  const r = GroupElement.ofSecret(nonce).toBytes();
  const e = challenges(purpose, r, digest, coins.length);
  const s = coins.reduce((sum, coin, i) => sum + (e[i] as bigint) * coin.expose(), nonce.expose());
  for (const secret of secrets) secret.fill(0);
  wide.fill(0);
  nonce.wipe();
  return { r, s: encodeScalar(reduce(s)) };
}

/** VerifySpend: refuses with `no-keys`, `response`, `commitment` or `wrong` (SPEND-6, SPEND-7, SPEND-8). */
export function verifySpend(
  purpose: SpendPurpose,
  keys: readonly GroupElement[],
  digest: Uint8Array,
  signature: SchnorrBytes,
): void {
  if (keys.length === 0) throw new CryptoError('no-keys');
  const s = decodeOr('response', () => decodeScalar(signature.s));
  const r = decodeOr('commitment', () => GroupElement.decode(signature.r));
  const e = challenges(purpose, signature.r, digest, keys.length);
  const found = GroupElement.sum([
    [s, GroupElement.generator],
    ...keys.map((key, i) => [-(e[i] as bigint), key] as const),
  ]);
  if (!found.equals(r)) throw new CryptoError('wrong');
}

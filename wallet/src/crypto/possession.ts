import { u32, u8 } from './bytes.js';
import type { VerifyingKey } from './ed25519.js';
import type { SigningKey } from './signing-key.js';
import { CryptoError } from './error.js';
import { GroupElement } from './group.js';
import { deriveWide } from './hash.js';
import { decodeScalar, encodeScalar, reduce, reducePublic, SecretScalar } from './scalar.js';

/** Where a key is to stand: a proof holds for no other place (PROOF-9). */
export interface KeyPlace {
  readonly federation: Uint8Array;
  readonly keyset: number;
  readonly index: number;
}

/** R and s of a Schnorr signature as it travels, 32 bytes each, not yet decoded. */
export interface SchnorrBytes {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

const placeParts = (place: KeyPlace): Uint8Array[] => [place.federation, u32(place.keyset), u8(place.index)];

function challengeOf(place: KeyPlace, key: GroupElement, r: Uint8Array): bigint {
  return reducePublic(deriveWide('ronde/1 possession: poprf key', ...placeParts(place), key.toBytes(), r));
}

/** ProvePoprfKey: that one holds the secret of a POPRF key. `entropy` is 32 fresh secret bytes. */
export function provePoprfKey(key: SecretScalar, place: KeyPlace, entropy: Uint8Array): SchnorrBytes {
  const secret = key.toBytes();
  const wide = deriveWide('ronde/1 hedged nonce: possession', secret, ...placeParts(place), entropy);
  const nonce = SecretScalar.reduce(wide);
  const r = GroupElement.ofSecret(nonce).toBytes();
  const s = reduce(nonce.expose() + challengeOf(place, GroupElement.ofSecret(key), r) * key.expose());
  secret.fill(0);
  wide.fill(0);
  nonce.wipe();
  return { r, s: encodeScalar(s) };
}

/** VerifyPoprfKey: refuses with `response`, `commitment` or `wrong` (PROOF-10). */
export function verifyPoprfKey(key: GroupElement, place: KeyPlace, proof: SchnorrBytes): void {
  const s = decodeOr('response', () => decodeScalar(proof.s));
  const r = decodeOr('commitment', () => GroupElement.decode(proof.r));
  const e = challengeOf(place, key, proof.r);
  const found = GroupElement.sum([
    [s, GroupElement.generator],
    [-e, key],
  ]);
  if (!found.equals(r)) throw new CryptoError('wrong');
}

/** What `decode` gives; what it refuses is refused under another code. */
export function decodeOr<T>(code: 'response' | 'commitment', decode: () => T): T {
  try {
    return decode();
  } catch {
    throw new CryptoError(code);
  }
}

/** ProveVoteKey: a signature of the vote key about itself and its place. */
export function proveVoteKey(key: SigningKey, place: KeyPlace): Uint8Array {
  return key.sign('ronde/1 possession: vote key', ...placeParts(place), key.publicKey);
}

/** VerifyVoteKey: refuses with `wrong`. */
export function verifyVoteKey(key: VerifyingKey, place: KeyPlace, signature: Uint8Array): void {
  key.verify(signature, 'ronde/1 possession: vote key', ...placeParts(place), key.toBytes());
}

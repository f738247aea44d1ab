import { encodeScalar, invert, reduce, type SecretScalar } from './scalar.js';
import { CryptoError } from './error.js';
import { GroupElement } from './group.js';
import { hashToGroup } from './hash-to-group.js';
import { toNumberLE } from './bytes.js';
import { xof } from './hash.js';

/** CoinHash: H(P) of the 32 bytes of a coin key. */
export function coinHash(point: Uint8Array): GroupElement {
  return hashToGroup(point);
}

/** Blind: B = r·H. */
export function blindElement(hash: GroupElement, blind: SecretScalar): GroupElement {
  return hash.times(blind);
}

/** Evaluate: Z = (k + m)^-1·B; `inverse` if k + m is 0 (POPRF-3). */
export function evaluate(key: SecretScalar, tweak: bigint, blinded: GroupElement): GroupElement {
  const sum = reduce(key.expose() + tweak);
  if (sum === 0n) throw new CryptoError('inverse', 'nobody');
  return blinded.timesNumber(invert(sum));
}

/** EvaluateBatch: nothing is evaluated if any k + m is 0. */
export function evaluateBatch(
  key: SecretScalar,
  items: readonly { readonly tweak: bigint; readonly blinded: GroupElement }[],
): GroupElement[] {
  if (items.some(({ tweak }) => reduce(key.expose() + tweak) === 0n)) throw new CryptoError('inverse', 'nobody');
  return items.map(({ tweak, blinded }) => evaluate(key, tweak, blinded));
}

/** Unblind: N = r^-1·Z. The caller has verified Z's proof and signature (POPRF-4). */
export function unblind(evaluated: GroupElement, blind: SecretScalar): GroupElement {
  return evaluated.timesNumber(invert(blind.expose()));
}

/** One component to check: the tweak of the coin's class, the coin key's bytes, the component. */
export interface MacItem {
  readonly tweak: bigint;
  readonly point: Uint8Array;
  readonly component: GroupElement;
}

/** CheckMac: refuses with `wrong` unless (k + m)·N = H(P) (POPRF-5). */
export function checkMac(key: SecretScalar, { tweak, point, component }: MacItem): void {
  const factor = reduce(key.expose() + tweak);
  if (factor === 0n || !component.timesNumber(factor).equals(coinHash(point))) throw new CryptoError('wrong');
}

/** Successive numbers of 16 bytes, little endian, of a stream. */
export function weights(stream: { read(length: number): Uint8Array }, count: number): bigint[] {
  return Array.from({ length: count }, () => toNumberLE(stream.read(16)));
}

/**
 * CheckMacs: many components at once, with secret weights of 128 bits from `entropy`, drawn after the list was closed
 * (POPRF-6). Refuses with `wrong` if any is wrong; which one is not said.
 */
export function checkMacs(key: SecretScalar, items: readonly MacItem[], entropy: Uint8Array): void {
  if (items.length === 0) return;
  const hashes = items.map(({ point }) => coinHash(point));
  const absorbed = items.flatMap(({ tweak, component }, i) => [
    encodeScalar(tweak),
    (hashes[i] as GroupElement).toBytes(),
    component.toBytes(),
  ]);
  const w = weights(xof('ronde/1 batch weights: mac', entropy, ...absorbed), items.length);
  const x = GroupElement.sum(items.map(({ component }, i) => [w[i] as bigint, component]));
  const y = GroupElement.sum([
    ...hashes.map((hash, i) => [w[i] as bigint, hash] as const),
    ...items.map(({ tweak, component }, i) => [-(w[i] as bigint) * tweak, component] as const),
  ]);
  if (!x.times(key).equals(y)) throw new CryptoError('wrong');
}

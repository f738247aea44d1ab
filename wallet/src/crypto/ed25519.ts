import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, expectLength, toNumberLE } from './bytes.js';
import { CryptoError } from './error.js';
import { derive } from './hash.js';
import type { Label } from './labels.js';
import { ORDER } from './scalar.js';

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;
const FIELD = 2n ** 255n - 19n;

/** Steps 1 and 2 of DecodeKey: the canonical encoding of a point of the curve, or nothing. */
function decodePoint(bytes: Uint8Array): Point | undefined {
  const masked = bytes.slice();
  masked[31] = (masked[31] as number) & 0x7f;
  if (toNumberLE(masked) >= FIELD) return undefined;
  try {
    const point = Point.fromBytes(bytes, false);
    return point.toAffine().x === 0n && (bytes[31] as number) >= 0x80 ? undefined : point;
  } catch {
    return undefined;
  }
}

/** A public key that DecodeKey took: canonical, not the identity, without torsion (GROUP-7, GROUP-8, GROUP-9). */
export class VerifyingKey {
  readonly #point: Point;
  readonly #bytes: Uint8Array;

  private constructor(point: Point, bytes: Uint8Array) {
    this.#point = point;
    this.#bytes = bytes;
  }

  /** DecodeKey: refuses with `non-canonical-key`, `identity-key` or `torsion-key`. */
  static decode(bytes: Uint8Array): VerifyingKey {
    const point = decodePoint(expectLength(bytes, 32, 'a key'));
    if (point === undefined) throw new CryptoError('non-canonical-key');
    if (point.is0()) throw new CryptoError('identity-key');
    if (!point.isTorsionFree()) throw new CryptoError('torsion-key');
    return new VerifyingKey(point, bytes.slice());
  }

  /** Its 32 bytes. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Verify, strictly and without the cofactor (GROUP-10, GROUP-11, GROUP-12): whether the signature is good. */
  accepts(signature: Uint8Array, label: Label, ...parts: readonly Uint8Array[]): boolean {
    if (signature.length !== 64) return false;
    const r = signature.subarray(0, 32);
    const s = toNumberLE(signature.subarray(32));
    if (s >= ORDER) return false;
    const point = decodePoint(r);
    if (point === undefined || point.isSmallOrder()) return false;
    const message = derive(label, ...parts);
    const h = toNumberLE(sha512(concat(r, this.#bytes, message))) % ORDER;
    return Point.BASE.multiplyUnsafe(s).equals(point.add(this.#point.multiplyUnsafe(h)));
  }

  /** Verify: refuses with `wrong`. */
  verify(signature: Uint8Array, label: Label, ...parts: readonly Uint8Array[]): void {
    if (!this.accepts(signature, label, ...parts)) throw new CryptoError('wrong', 'relay');
  }
}

/** An Ed25519 private key: the 32 bytes that RFC 8032 calls so. It shows itself to nobody who prints it. */
export class SigningKey {
  readonly #seed: Uint8Array;
  /** The public key, 32 bytes. */
  readonly publicKey: Uint8Array;

  private constructor(seed: Uint8Array) {
    this.#seed = seed;
    this.publicKey = ed25519.getPublicKey(seed);
  }

  /** Takes the private key's 32 bytes, which are copied. */
  static fromSeed(seed: Uint8Array): SigningKey {
    return new SigningKey(expectLength(seed, 32, 'a private key').slice());
  }

  /** Sign (HASH-5): RFC 8032 over derive(label; parts). Deterministic. */
  sign(label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
    return ed25519.sign(derive(label, ...parts), this.#seed);
  }

  /** Overwrites the private key; it signs no more. */
  wipe(): void {
    this.#seed.fill(0);
  }

  toString(): string {
    return 'SigningKey(…)';
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

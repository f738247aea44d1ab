import { edwards } from '@noble/curves/abstract/edwards.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, expectLength, toNumberLE } from './bytes.js';
import { CryptoError } from './error.js';
import { derive } from './hash.js';
import type { Label } from './labels.js';
import { ORDER } from './scalar.js';

const FIELD = 2n ** 255n - 19n;
/** edwards25519 (RFC 8032, section 5.1). */
const Point = /* @__PURE__ */ edwards({
  p: FIELD,
  n: ORDER,
  h: 8n,
  a: FIELD - 1n,
  d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
  Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
  Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
});
type Point = InstanceType<typeof Point>;

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

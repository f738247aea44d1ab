import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { expectLength } from './bytes.js';
import { CryptoError } from './error.js';
import type { SecretScalar } from './scalar.js';
import { reduce } from './scalar.js';

const { Point } = ristretto255;
type Point = InstanceType<typeof Point>;
const deriveToCurve = ristretto255_hasher.deriveToCurve as (uniform: Uint8Array) => Point;

/**
 * An element of ristretto255 that was decoded or computed. `decode` never gives the identity; sums may be it, and whoever
 * needs to know asks `isIdentity`.
 */
export class GroupElement {
  readonly #point: Point;
  #bytes: Uint8Array | undefined;

  private constructor(point: Point, bytes?: Uint8Array) {
    this.#point = point;
    this.#bytes = bytes;
  }

  /** G, the generator. */
  static readonly generator = /* @__PURE__ */ new GroupElement(Point.BASE);

  /** DecodeElement (GROUP-1, GROUP-2): refuses with `non-canonical` or `identity`. */
  static decode(bytes: Uint8Array): GroupElement {
    expectLength(bytes, 32, 'an element');
    let point: Point;
    try {
      point = Point.fromBytes(bytes);
    } catch {
      throw new CryptoError('non-canonical');
    }
    if (point.is0()) throw new CryptoError('identity');
    return new GroupElement(point, bytes.slice());
  }

  /** ElementFromUniform: the one-way map of RFC 9496, with G for the identity (GROUP-6). */
  static fromUniform(bytes: Uint8Array): GroupElement {
    const point = deriveToCurve(expectLength(bytes, 64, 'what is mapped'));
    return point.is0() ? GroupElement.generator : new GroupElement(point);
  }

  /** x·G for a secret x. */
  static ofSecret(secret: SecretScalar): GroupElement {
    return new GroupElement(Point.BASE.multiply(secret.expose()));
  }

  /** The sum of x_i·P_i over public scalars, in variable time; the identity for none. */
  static sum(terms: readonly (readonly [bigint, GroupElement])[]): GroupElement {
    let total = Point.ZERO;
    for (const [x, element] of terms) total = total.add(element.#point.multiplyUnsafe(reduce(x)));
    return new GroupElement(total);
  }

  /** x·P for a secret x. */
  times(secret: SecretScalar): GroupElement {
    return this.timesNumber(secret.expose());
  }

  /** x·P for a secret number from 1 to L - 1. */
  timesNumber(x: bigint): GroupElement {
    return new GroupElement(this.#point.multiply(x));
  }

  /** Whether it is the identity. */
  isIdentity(): boolean {
    return this.#point.is0();
  }

  /** Whether it is the same element. */
  equals(other: GroupElement): boolean {
    return this.#point.equals(other.#point);
  }

  /** Its canonical encoding, 32 bytes; the identity is 32 zero bytes. */
  toBytes(): Uint8Array {
    this.#bytes ??= this.#point.toBytes();
    return this.#bytes.slice();
  }
}

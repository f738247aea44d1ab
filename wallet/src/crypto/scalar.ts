import { expectLength, littleEndian, toNumberLE } from './bytes.js';
import { CryptoError } from './error.js';

/** L, the order of the group. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** x modulo L, from 0. */
export function reduce(x: bigint): bigint {
  const rest = x % ORDER;
  return rest < 0n ? rest + ORDER : rest;
}

/** The inverse of x modulo L; x is not 0 modulo L. */
export function invert(x: bigint): bigint {
  let [a, b] = [reduce(x), ORDER];
  let [u, v] = [1n, 0n];
  if (a === 0n) throw new CryptoError('inverse', 'nobody');
  while (a !== 1n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [u, v] = [v - quotient * u, u];
  }
  return reduce(u);
}

/** DecodeScalar: a public scalar from its 32 bytes, little endian (GROUP-3). */
export function decodeScalar(bytes: Uint8Array): bigint {
  const x = toNumberLE(expectLength(bytes, 32, 'a scalar'));
  if (x >= ORDER) throw new CryptoError('non-canonical-scalar');
  return x;
}

/** A scalar in its 32 bytes, little endian. */
export function encodeScalar(x: bigint): Uint8Array {
  return littleEndian(x, 32);
}

/** ReducePublic: 64 bytes, little endian, modulo L. */
export function reducePublic(bytes: Uint8Array): bigint {
  return toNumberLE(expectLength(bytes, 64, 'what is reduced')) % ORDER;
}

/**
 * A secret scalar from 1 to L - 1: a coin secret, a blind, a POPRF key, a nonce. It shows itself to nobody who prints
 * it. (A big integer can't be overwritten; `wipe` only lets go of it.)
 */
export class SecretScalar {
  #value: bigint;

  private constructor(value: bigint) {
    this.#value = value;
  }

  /** DecodeSecretScalar (GROUP-4): refuses with `non-canonical-scalar` or `zero-scalar`. */
  static decode(bytes: Uint8Array): SecretScalar {
    const value = decodeScalar(bytes);
    if (value === 0n) throw new CryptoError('zero-scalar');
    return new SecretScalar(value);
  }

  /** ReduceSecret: 64 bytes modulo L, with 1 for 0 (GROUP-5). */
  static reduce(bytes: Uint8Array): SecretScalar {
    const value = reducePublic(bytes);
    return new SecretScalar(value === 0n ? 1n : value);
  }

  /** Its number, for arithmetic inside this folder. */
  expose(): bigint {
    if (this.#value === 0n) throw new Error('a secret was used after it was wiped');
    return this.#value;
  }

  /** Its 32 bytes, little endian. They are as secret as it is: wipe them. */
  toBytes(): Uint8Array {
    return encodeScalar(this.expose());
  }

  /** Lets go of the number. */
  wipe(): void {
    this.#value = 0n;
  }

  toString(): string {
    return 'SecretScalar(…)';
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

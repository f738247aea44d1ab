import { ed25519 } from '@noble/curves/ed25519.js';
import { expectLength } from './bytes.js';
import { derive } from './hash.js';
import type { Label } from './labels.js';

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

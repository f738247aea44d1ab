import { coinBlind, coinSecret, deriveCoin, federationSeed, fromHex, GroupElement, moveNumber, toHex } from '../../crypto/index.js';
import type { CoinPlace, SecretScalar } from '../../crypto/index.js';
import { WalletError } from './error.js';
import type { Coin } from './state.js';

/** All secrets of a wallet's coins: its seed for one federation (COIN-6). It shows itself to nobody who prints it. */
export class CoinSecrets {
  readonly #seed: Uint8Array;

  private constructor(seed: Uint8Array) {
    this.#seed = seed;
  }

  /** Derives the federation's seed; the wallet's own is not kept. */
  static of(seed: Uint8Array, federation: Uint8Array): CoinSecrets {
    return new CoinSecrets(federationSeed(seed, federation));
  }

  /** What may be shown of a place's coin: P and B (COIN-7). */
  publicAt(place: CoinPlace): { readonly point: Uint8Array; readonly blinded: Uint8Array } {
    const { secret, blind, point, blinded } = deriveCoin(this.#seed, place);
    secret.wipe();
    blind.wipe();
    return { point, blinded };
  }

  /** P of a place's coin alone. */
  pointAt(place: CoinPlace): Uint8Array {
    const secret = coinSecret(this.#seed, place);
    const point = GroupElement.ofSecret(secret).toBytes();
    secret.wipe();
    return point;
  }

  /** The blind of a place: what takes the blindness off again. */
  blindAt(place: CoinPlace): SecretScalar {
    return coinBlind(this.#seed, place);
  }

  /** The number from which follows when coins of a denomination move out of a keyset. */
  moveNumber(keyset: number, device: number, denomination: bigint): bigint {
    return moveNumber(this.#seed, keyset, device, denomination);
  }

  /** The secret that spends a coin; `foreign-coin` if the coin's P is not of its place. */
  spending(coin: Pick<Coin, 'place' | 'point'>): SecretScalar {
    const secret = coinSecret(this.#seed, coin.place);
    if (toHex(GroupElement.ofSecret(secret).toBytes()) === coin.point) return secret;
    secret.wipe();
    throw new WalletError('foreign-coin', 'the coin key is not that of its place');
  }

  /** Overwrites the seed. */
  wipe(): void {
    this.#seed.fill(0);
  }

  toString(): string {
    return 'CoinSecrets(…)';
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** The bytes of a coin's key. */
export function pointOf(coin: Coin): Uint8Array {
  return fromHex(coin.point);
}

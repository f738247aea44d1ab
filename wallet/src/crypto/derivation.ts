import { expectLength, toNumberBE, u16, u32, u64, utf8 } from './bytes.js';
import { SigningKey } from './signing-key.js';
import { GroupElement } from './group.js';
import { derive, deriveWide } from './hash.js';
import { deriveKey } from './hash-to-group.js';
import * as LABELS from './labels.js';
import { coinHash } from './poprf.js';
import { SecretScalar } from './scalar.js';

/** FederationSeed: a wallet's seed for one federation (COIN-6). It is as secret as the wallet's seed. */
export function federationSeed(seed: Uint8Array, federation: Uint8Array): Uint8Array {
  expectLength(seed, 32, 'a seed');
  return derive(LABELS.FEDERATION_SEED, seed, expectLength(federation, 32, 'a federation'));
}

/** Where in a seed a coin is derived; no place serves two coins (COIN-8). */
export interface CoinPlace {
  readonly keyset: number;
  readonly device: number;
  readonly order: bigint;
  readonly slot: number;
}

const placeParts = ({ keyset, device, order, slot }: CoinPlace): Uint8Array[] => [
  u32(keyset),
  u32(device),
  u64(order),
  u16(slot),
];

function secretAt(
  label: typeof LABELS.COIN_SECRET | typeof LABELS.COIN_BLIND,
  seed: Uint8Array,
  place: CoinPlace,
): SecretScalar {
  const wide = deriveWide(label, expectLength(seed, 32, 'a seed'), ...placeParts(place));
  const secret = SecretScalar.reduce(wide);
  wide.fill(0);
  return secret;
}

/** CoinSecret, from the seed *of the federation* (COIN-7). */
export function coinSecret(seedOfFederation: Uint8Array, place: CoinPlace): SecretScalar {
  return secretAt(LABELS.COIN_SECRET, seedOfFederation, place);
}

/** CoinBlind, from the seed *of the federation* (COIN-7). */
export function coinBlind(seedOfFederation: Uint8Array, place: CoinPlace): SecretScalar {
  return secretAt(LABELS.COIN_BLIND, seedOfFederation, place);
}

/** A coin before it has components: its secret, its blind, its key P, and B. */
export interface FreshCoin {
  readonly secret: SecretScalar;
  readonly blind: SecretScalar;
  readonly point: Uint8Array;
  readonly blinded: Uint8Array;
}

/** Secret, blind, coin key and blinded element of a place. */
export function deriveCoin(seedOfFederation: Uint8Array, place: CoinPlace): FreshCoin {
  const secret = coinSecret(seedOfFederation, place);
  const blind = coinBlind(seedOfFederation, place);
  const point = GroupElement.ofSecret(secret).toBytes();
  return { secret, blind, point, blinded: coinHash(point).times(blind).toBytes() };
}

/** The number from which the time of a move follows, 128 bits, from the seed *of the federation*. */
export function moveNumber(seed: Uint8Array, keyset: number, device: number, denomination: bigint): bigint {
  const parts = [expectLength(seed, 32, 'a seed'), u32(keyset), u32(device), u64(denomination)];
  return toNumberBE(derive(LABELS.MOVE_TIME, ...parts).subarray(0, 16));
}

/** NodeKey: the Ed25519 key of a node (COIN-10). */
export function nodeKey(nodeSeed: Uint8Array): SigningKey {
  const seed = derive(LABELS.KEY_DERIVATION_NODE, expectLength(nodeSeed, 32, 'a seed'));
  const key = SigningKey.fromSeed(seed);
  seed.fill(0);
  return key;
}

/** WitnessKeys: the POPRF key and the vote key of a witness for one keyset (COIN-10). */
export function witnessKeys(
  nodeSeed: Uint8Array,
  federation: Uint8Array,
  keyset: number,
): { readonly poprf: SecretScalar; readonly vote: SigningKey } {
  const parts = [expectLength(nodeSeed, 32, 'a seed'), federation, u32(keyset)];
  const keysetSeed = derive(LABELS.KEYSET_SEED, ...parts);
  const poprf = deriveKey(keysetSeed, utf8(LABELS.KEY_DERIVATION_POPRF));
  const voteSeed = derive(LABELS.KEY_DERIVATION_VOTE, ...parts);
  const vote = SigningKey.fromSeed(voteSeed);
  keysetSeed.fill(0);
  voteSeed.fill(0);
  return { poprf, vote };
}

import { equalBytes, toNumberBE } from '../crypto/index.js';
import { Charter, charterHash } from '../message/charter-chain.js';
import { signedCharter } from '../message/charter.js';
import type { SignedCharter } from '../message/charter.js';
import { decode, encode } from '../message/codec.js';
import { MAX_CHARTER_BYTES } from '../message/limits.js';
import { WalletError } from '../machine/wallet/error.js';
import { withoutSlashes } from '../machine/wallet/link.js';
import { TransportError } from './http-error.js';
import type { StoreClient } from './store-client.js';

/** A chain of charters that was walked from the genesis block (WALLET-5): the last one, and the bytes of all. */
export interface Chain {
  readonly charter: Charter;
  readonly versions: readonly SignedCharter[];
}

/** Walks the chain of versions that was saved. */
export function readChain(federation: Uint8Array, saved: readonly Uint8Array[]): Chain {
  const versions = saved.map((bytes) => decode(signedCharter, bytes, MAX_CHARTER_BYTES));
  return { charter: Charter.walk(federation, versions), versions };
}

/** The bytes of a chain. */
export function writeChain({ versions }: Chain): Uint8Array[] {
  return versions.map((version) => encode(signedCharter, version));
}

/**
 * Fetches a store's chain and walks it; without a federation, that of the chain itself. What goes on from the chain that
 * is `held`, byte for byte, is walked from there.
 */
export async function fetchChain(
  client: StoreClient,
  base: string,
  federation?: Uint8Array,
  held?: Chain,
): Promise<Chain> {
  const versions = await client.charters(base);
  const first = versions[0];
  if (first === undefined) throw new TransportError('bad-answer', 'the store shows no charter');
  if (federation !== undefined && !equalBytes(federation, first.body.federation)) {
    throw new WalletError('other-federation', 'the store shows the charter of another federation');
  }
  if (held === undefined || versions.length < held.versions.length || !goesOn(held, versions)) {
    return { charter: Charter.walk(first.body.federation, versions), versions };
  }
  const later = versions.slice(held.versions.length);
  return { charter: later.reduce((charter, signed) => charter.succeed(signed), held.charter), versions };
}

function goesOn(held: Chain, versions: readonly SignedCharter[]): boolean {
  const bytes = (signed: SignedCharter | undefined) => (signed ? encode(signedCharter, signed) : new Uint8Array());
  return held.versions.every((signed, i) => equalBytes(bytes(signed), bytes(versions[i])));
}

/** Whether two chains have the same charter in each version that both have. */
export function agree(a: Chain, b: Chain): boolean {
  const common = Math.min(a.versions.length, b.versions.length);
  const at = common - 1;
  // Each version names the hash of the one before, so the last that both have speaks for all.
  const [x, y] = [a.versions[at], b.versions[at]];
  return x !== undefined && y !== undefined && equalBytes(charterHash(x.body), charterHash(y.body));
}

/** HTTP addresses of all stores, one list for each store. */
export function storeAddresses(charter: Charter): { readonly store: number; readonly bases: readonly string[] }[] {
  return charter.body.stores
    .map(({ id, http }) => ({ store: id, bases: http.map(withoutSlashes) }))
    .filter(({ bases }) => bases.length > 0);
}

/** A list in random order, by fresh random bytes. */
export function shuffled<T>(items: readonly T[], random: (length: number) => Uint8Array): T[] {
  const left = [...items];
  const drawn: T[] = [];
  while (left.length > 0) {
    drawn.push(...left.splice(Number(toNumberBE(random(16)) % BigInt(left.length)), 1));
  }
  return drawn;
}

// Wallets in a federation in memory.

import { MemoryStorage, Wallet } from '../../dist/index.js';
import { Federation, randomOf } from './federation.mjs';

export const seed = process.env.RONDE_SEED ?? 'ronde';
console.log(`RONDE_SEED=${seed}`);

/** A federation, and a wallet in it. */
export async function setUp(options = {}, more = {}) {
  const federation = new Federation(options);
  const storage = more.storage ?? new MemoryStorage();
  const random = randomOf(`${seed} ${more.name ?? 'wallet'}`);
  const surroundings = { storage, fetch: federation.fetch, random, now: () => federation.now, ...more };
  const wallet = await Wallet.create({ ...surroundings, node: federation.addresses[0] });
  return { federation, storage, surroundings, wallet };
}

/** Another storage with the same wallet. */
export async function copyOf(storage) {
  const copy = new MemoryStorage();
  const { bytes } = await storage.load();
  await copy.save({ revision: 1, bytes });
  return copy;
}

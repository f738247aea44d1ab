import { CryptoError } from './error.js';

/** Most coins that one order asks for. */
export const MAX_OUTPUTS = 256;

/** CanonicalSplit: the one list of denominations, from the largest, that makes up a sum (COIN-9). */
export function canonicalSplit(sum: bigint, denominations: readonly bigint[]): bigint[] {
  const coins: bigint[] = [];
  let left = sum;
  for (const denomination of [...denominations].reverse()) {
    const count = left / denomination;
    if (BigInt(coins.length) + count > BigInt(MAX_OUTPUTS)) throw new CryptoError('too-many-coins');
    for (let i = 0n; i < count; i++) coins.push(denomination);
    left -= count * denomination;
  }
  if (left !== 0n) throw new CryptoError('too-many-coins');
  return coins;
}

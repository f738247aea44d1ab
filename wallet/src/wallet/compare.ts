import { RondeError } from '../crypto/index.js';
import { WalletError } from '../machine/wallet/error.js';
import { withoutSlashes } from '../machine/wallet/link.js';
import { agree, fetchChain, shuffled, storeAddresses } from './charters.js';
import type { Chain } from './charters.js';
import type { StoreClient } from './store-client.js';

/** A chain for a new wallet, and whether a second store was found to show the same. */
export interface Compared {
  readonly chain: Chain;
  readonly compared: boolean;
}

/**
 * The longer of two stores' chains, which agree; that of one if no second answers at any of its addresses (WALLET-6). A
 * store that shows another federation differs already in the first version.
 *
 * @throws WalletError `charters-differ`, `other-federation` of the first store; what is wrong with the first chain
 */
export async function compareChains(
  client: StoreClient,
  node: string,
  federation: Uint8Array | undefined,
  random: (length: number) => Uint8Array,
): Promise<Compared> {
  const first = withoutSlashes(node);
  const chain = await fetchChain(client, first, federation);
  const others = storeAddresses(chain.charter).filter(({ bases }) => !bases.includes(first));
  for (const base of shuffled(others, random).flatMap(({ bases }) => bases)) {
    const second = await shownBy(client, base, chain);
    if (second === undefined) continue;
    if (!agree(chain, second)) throw differ();
    return { chain: second.versions.length > chain.versions.length ? second : chain, compared: true };
  }
  return { chain, compared: false };
}

async function shownBy(client: StoreClient, base: string, { charter }: Chain): Promise<Chain | undefined> {
  try {
    return await fetchChain(client, base, charter.federation);
  } catch (error) {
    if (!(error instanceof RondeError)) throw error;
    if (error.code === 'other-federation') throw differ();
    return undefined;
  }
}

function differ(): WalletError {
  return new WalletError('charters-differ', 'two stores show different charters');
}

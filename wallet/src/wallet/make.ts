import { fromHex } from '../crypto/index.js';
import { WalletError } from '../machine/wallet/error.js';
import type { WalletState } from '../machine/wallet/state.js';
import { compareChains } from './compare.js';
import { Core, platformNow, platformRandom } from './core.js';
import type { NewWallet } from './report.js';
import { StoreClient } from './store-client.js';

/** Makes a wallet in this state: the charters are fetched, checked, and compared with what a second store shows. */
export async function makeCore(options: NewWallet, state: WalletState): Promise<Core> {
  if ((await options.storage.load()) !== undefined) throw new WalletError('wallet-exists', 'there is a wallet here');
  const random = options.random ?? platformRandom;
  const client = new StoreClient(options.fetch);
  const federation = options.federation === undefined ? undefined : fromHex(options.federation);
  const seed = options.seed?.slice() ?? random(32);
  const { chain, compared } = await compareChains(client, options.node, federation, random);
  const saved = {
    seed,
    federation: chain.charter.federation,
    charters: [],
    checked: (options.now ?? platformNow)(),
    state,
  };
  const core = await Core.create(options, saved, chain);
  if (!compared) core.warn({ code: 'not-compared', what: 'no second store answered: only one showed the charter' });
  return core;
}

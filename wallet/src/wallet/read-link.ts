import { WalletError } from '../machine/wallet/error.js';
import type { Core } from './core.js';

/** Reads a link by the charter at hand; a store that is not known may be in a newer one. */
export async function readLink<T>(core: Core, read: () => T): Promise<T> {
  await core.refreshCharter();
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WalletError) || error.code !== 'unknown-store') throw error;
    await core.refreshCharter(true);
    return read();
  }
}

import { RondeError } from '../crypto/index.js';
import { openOrder } from '../machine/wallet/state.js';
import type { Coin } from '../machine/wallet/state.js';
import type { Core } from './core.js';
import { drive, isFatal } from './drive.js';

/**
 * Asks at once for what the orders lack that made the coins of an order which no store can decide, those too that a search has
 * found: a witness that is gone counts as one of the q whose components a coin has (WALLET-42). Gives whether a component came.
 */
export async function completeInputs(core: Core, id: string): Promise<boolean> {
  const before = componentsOf(core, id);
  for (const digest of new Set(boundBy(core, id).map(({ madeBy }) => madeBy))) {
    const maker = openOrder(core.state, digest);
    // None is kept of an order whose coins are complete.
    if (maker?.certificate === undefined) continue;
    try {
      await drive(core, maker.id, 'at-once');
    } catch (error) {
      if (!(error instanceof RondeError) || isFatal(error)) throw error;
    }
  }
  return componentsOf(core, id) > before;
}

function boundBy({ state }: Core, id: string): Coin[] {
  const digest = state.orders.find((open) => open.id === id)?.digest;
  return digest === undefined ? [] : state.coins.filter(({ spentBy }) => spentBy === digest);
}

const componentsOf = (core: Core, id: string): number =>
  boundBy(core, id).reduce((count, { components }) => count + components.size, 0);

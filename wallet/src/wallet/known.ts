import type { StoreLink } from '../machine/wallet/link.js';
import { checkoutName, grantName, openClaim } from '../machine/wallet/state.js';
import type { WalletState } from '../machine/wallet/state.js';

/** Whether a checkout was paid by this wallet. */
export function isPaid(state: WalletState, { store, id }: StoreLink): boolean {
  const name = checkoutName(store, id);
  return state.history.some(({ checkout, outcome }) => checkout === name && outcome === 'certified');
}

/** Whether this wallet claimed a grant before, or is about to. */
export function knowsGrant(state: WalletState, base: string, id: string): boolean {
  const name = grantName(base, id);
  const claimed = state.history.some(({ grant, outcome }) => grant === name && outcome === 'certified');
  return claimed || openClaim(state, base, id) !== undefined;
}

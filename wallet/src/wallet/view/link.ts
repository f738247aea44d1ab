import { toHex } from '../../crypto/index.js';
import { WalletError } from '../../machine/wallet/error.js';
import { readCheckoutLink, readGrantLink } from '../../machine/wallet/link.js';
import { checkOffer } from '../../machine/wallet/payment.js';
import { checkoutName, grantName, openPayment } from '../../machine/wallet/state.js';
import type { GrantTerms, VoucherCount } from '../../machine/wallet/state.js';
import { offerReference } from '../../message/order-digest.js';
import { isPaid, knowsGrant } from '../known.js';
import { readLink } from '../read-link.js';
import { Wallet } from '../wallet.js';

/** What a store says about a grant, before it is claimed. */
export interface GrantView {
  readonly store: number;
  /** Under which name the history has it. */
  readonly name: string;
  readonly terms: GrantTerms;
  /** Whether this wallet has claimed it before, or is about to. */
  readonly known: boolean;
  readonly state: string;
  /** Why there are points, if the store says so. */
  readonly reason?: string;
  /** From when it can't be claimed, as the store writes it. */
  readonly expiresAt?: string;
}

/** What a till asks for, and how far this wallet is with it. */
export interface CheckoutView {
  readonly store: number;
  /** Under which name the history has it. */
  readonly name: string;
  readonly state: 'open' | 'paying' | 'paid';
  /** The offer, while it is open. */
  readonly offer?: {
    readonly max: bigint;
    readonly step: bigint;
    /** When the store made it, by its own clock. */
    readonly time: bigint;
    readonly expiry: bigint;
    readonly reference: string;
  };
  /** What is being paid, while it is not decided. */
  readonly paying?: { readonly points: bigint; readonly vouchers: readonly VoucherCount[] };
}

/** How much of a reason is shown. */
const REASON = 200;

/** What a grant gives, and why. Nothing is claimed. */
export async function viewGrant(wallet: Wallet, link: string): Promise<GrantView> {
  const core = Wallet.inside(wallet);
  const at = await readLink(core, () => readGrantLink(core.charter, link));
  const shown = await core.client.grant(at.base, at.id);
  if (shown.store !== at.store) {
    throw new WalletError('store-mismatch', `store ${at.store} shows a grant of store ${shown.store}`);
  }
  const { said } = shown;
  return {
    store: at.store,
    name: grantName(at.base, at.id),
    terms: shown.terms,
    known: knowsGrant(core.state, at.base, at.id),
    state: said.text('state'),
    ...(said.has('reason') ? { reason: said.text('reason').slice(0, REASON) } : {}),
    ...(said.has('expires_at') ? { expiresAt: said.text('expires_at') } : {}),
  };
}

/** What a till asks for. Of a payment that is open or done the store is asked nothing. */
export async function viewCheckout(wallet: Wallet, link: string): Promise<CheckoutView> {
  const core = Wallet.inside(wallet);
  const at = await readLink(core, () => readCheckoutLink(core.charter, link));
  const known = { store: at.store, name: checkoutName(at.store, at.id) };
  if (isPaid(core.state, at)) return { ...known, state: 'paid' };
  const held = openPayment(core.state, at.store, at.id);
  if (held?.about.type === 'pay') {
    if (held.certificate !== undefined) return { ...known, state: 'paid' };
    const { points, vouchers } = held.about;
    return { ...known, state: 'paying', paying: { points, vouchers } };
  }
  const offer = checkOffer(core.charter, at, await core.client.offer(at.base, at.id), core.now());
  const { max, step, time, expiry } = offer;
  return { ...known, state: 'open', offer: { max, step, time, expiry, reference: toHex(offerReference(offer)) } };
}

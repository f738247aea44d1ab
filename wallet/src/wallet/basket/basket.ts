import { toHex } from '../../crypto/index.js';
import { addBasket, basketName, openBasket } from '../../machine/wallet/basket.js';
import type { BasketState, BasketSums } from '../../machine/wallet/basket.js';
import { WalletError } from '../../machine/wallet/error.js';
import { readGrantLink } from '../../machine/wallet/link.js';
import { checkOffer } from '../../machine/wallet/payment.js';
import { checkoutName, openPayment } from '../../machine/wallet/state.js';
import type { GrantTerms, OpenBasket, VoucherCount } from '../../machine/wallet/state.js';
import { offerReference } from '../../message/order-digest.js';
import type { Core } from '../core.js';
import type { OrderProgress } from '../drive.js';
import { isPaid } from '../known.js';
import { readLink } from '../read-link.js';
import type { Report } from '../report.js';
import { Wallet } from '../wallet.js';
import { BasketClient } from './ask.js';
import type { SaidBasket } from './ask.js';
import { pursue } from './pursue.js';

/** What a basket costs and earns, and how far this wallet is with it. What a store only says is said so. */
export interface BasketView extends BasketSums {
  readonly store: number;
  /** Under which name its receipt goes; and those that the history has for its payment, and for the grant if there is one. */
  readonly name: string;
  readonly checkout: string;
  readonly grantName?: string;
  /** What the customer can read out at the counter. */
  readonly code: string;
  readonly state: BasketState;
  /** By the store's word: to be paid in money, paid with points, and earned. */
  readonly payCents: bigint;
  readonly points?: bigint;
  readonly earns: GrantTerms;
  /** What can be paid with points: the store's signature was verified. Missing if there is nothing to choose. */
  readonly offer?: {
    readonly max: bigint;
    readonly step: bigint;
    /** When the store made it, by its own clock. */
    readonly time: bigint;
    readonly expiry: bigint;
    readonly reference: string;
  };
  /** What this wallet pays, or has paid. */
  readonly paying?: { readonly points: bigint; readonly vouchers: readonly VoucherCount[] };
  readonly isPaid: boolean;
  /** By the store's word: how the payment stands, which may be somebody else's. */
  readonly payment?: string;
  /** What can be claimed, once the basket is complete and earns anything. */
  readonly grant?: { readonly terms: GrantTerms; readonly state: string; readonly expiresAt: string };
  /** Where the store would lead its customer. Never followed but because its owner wants to, who has seen the host (WALLET-50). */
  readonly returnUrl?: string;
}

/** How far a basket is that was gone on with. */
export interface BasketProgress extends BasketView {
  /** The claim of what it earned: *taken*: it was claimed before. */
  readonly claim?: OrderProgress | 'taken';
  /** Nothing more comes of it, and the wallet has forgotten it. */
  readonly over: boolean;
}

/** What a basket costs and earns. Nothing is paid or declined, and nothing is written down. */
export async function viewBasket(wallet: Wallet, link: string): Promise<BasketView> {
  const core = Wallet.inside(wallet);
  const basket = await read(core, link);
  return viewOf(core, basket, await new BasketClient(core).offer(basket));
}

/** Pays a basket with points and vouchers, as far as its offer goes. The basket is written down first (WALLET-48). */
export async function payBasket(
  wallet: Wallet,
  link: string,
  points: bigint,
  vouchers: readonly VoucherCount[] = [],
): Promise<Report> {
  const core = Wallet.inside(wallet);
  const basket = await read(core, link);
  await core.step((state) => ({ state: addBasket(state, basket) }));
  return Wallet.payAt(wallet, basket, points, vouchers, async () => {
    const { offer } = await new BasketClient(core).offer(basket);
    if (offer === undefined) throw new WalletError('nothing', 'the basket takes no payment with points');
    return offer;
  });
}

/** Pays nothing with points: the basket only earns. It is written down first (WALLET-48). */
export async function declineBasket(wallet: Wallet, link: string): Promise<BasketView> {
  const core = Wallet.inside(wallet);
  const basket = await read(core, link);
  await core.step((state) => ({ state: addBasket(state, basket) }));
  const said = await new BasketClient(core).decline(basket);
  core.isToPay = false;
  return viewOf(core, basket, said);
}

/**
 * Goes on with a basket: claims what it earned once it is complete, and takes its receipt. Writes it down. With `known`, a state,
 * the store answers as soon as that changes, or after so many seconds.
 */
export async function followBasket(
  wallet: Wallet,
  link: string,
  known?: { readonly state: BasketState; readonly seconds: number },
): Promise<BasketProgress> {
  const core = Wallet.inside(wallet);
  const basket = await read(core, link);
  const { said, claim, over } = await pursue(core, basket, known);
  return { ...viewOf(core, basket, said), over, ...(claim === undefined ? {} : { claim: claim.state }) };
}

/** Reads the link of a basket; one that is written down stays as it is. */
async function read(core: Core, link: string): Promise<OpenBasket> {
  const at = await readLink(core, () => readGrantLink(core.charter, link, '/b/'));
  return { ...at, since: openBasket(core.state, at.base, at.id)?.since ?? core.now() };
}

function viewOf(core: Core, basket: OpenBasket, said: SaidBasket): BasketView {
  const { store, base, id } = basket;
  const { offer: signed, receipt: _, grant, ...sums } = said;
  const held = openPayment(core.state, store, id);
  const offer = held !== undefined || isPaid(core.state, basket) ? undefined : offerOf(core, basket, signed);
  return {
    ...sums,
    store,
    name: basketName(base, id),
    checkout: checkoutName(store, id),
    isPaid: isPaid(core.state, basket) || held?.certificate !== undefined,
    ...(grant === undefined ? {} : { grantName: `${base}/g/${grant.id}` }),
    ...(grant === undefined ? {} : { grant: { terms: grant.terms, state: grant.state, expiresAt: grant.expiresAt } }),
    ...(offer === undefined ? {} : { offer }),
    ...(held?.about.type !== 'pay' ? {} : { paying: { points: held.about.points, vouchers: held.about.vouchers } }),
  };
}

/** The offer, as far as it is one for this wallet now; WALLET-22 of one that is shown. */
function offerOf(core: Core, basket: OpenBasket, signed: SaidBasket['offer']): BasketView['offer'] {
  if (signed === undefined) return undefined;
  try {
    const offer = checkOffer(core.charter, basket, signed, core.now());
    const { max, step, time, expiry } = offer;
    return { max, step, time, expiry, reference: toHex(offerReference(offer)) };
  } catch (error) {
    if (error instanceof WalletError && error.code === 'offer-expired') return undefined;
    throw error;
  }
}

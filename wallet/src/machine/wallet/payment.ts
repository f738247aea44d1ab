import { equalBytes, toHex } from '../../crypto/index.js';
import type { Charter } from '../../message/charter-chain.js';
import type { Offer, SignedOffer } from '../../message/order.js';
import { offerReference, verifyOffer } from '../../message/order-digest.js';
import { WalletError } from './error.js';
import type { StoreLink } from './link.js';
import type { About, VoucherCount, WalletState } from './state.js';

/** A payment that fits an offer which was verified. Only {@link checkPayment} makes one (WALLET-22, WALLET-23). */
export class CheckedPayment {
  /** Keeps others from passing off as checked what is not. */
  readonly #checked = true;

  private constructor(
    readonly offer: Offer,
    readonly reference: Uint8Array,
    readonly points: bigint,
    readonly vouchers: readonly VoucherCount[],
    readonly about: About,
  ) {}

  /** See {@link checkPayment}. */
  static check(
    charter: Charter,
    state: WalletState,
    link: StoreLink,
    signed: SignedOffer,
    wanted: { readonly points: bigint; readonly vouchers: readonly VoucherCount[] },
    now: bigint,
  ): CheckedPayment {
    const offer = checkOffer(charter, link, signed, now);
    const reference = offerReference(offer);
    refuseSecond(state, toHex(reference));
    const vouchers = [...wanted.vouchers].sort((a, b) => a.offer - b.offer);
    checkAmount(charter, offer, wanted.points, vouchers);
    const about: About = {
      type: 'pay',
      store: offer.store,
      base: link.base,
      checkout: link.id,
      offer: toHex(reference),
      points: wanted.points,
      vouchers,
    };
    return new CheckedPayment(offer, reference, wanted.points, vouchers, about);
  }

  /** Whether it was checked; it always was. */
  get checked(): boolean {
    return this.#checked;
  }
}

/** Checks an offer and what the owner wants to pay of it: "Paying an offer", steps 2 to 5 (WALLET-22 to WALLET-24). */
export const checkPayment = CheckedPayment.check;

/** Verifies an offer for the store of a link: steps 2 and 3 (WALLET-22). */
export function checkOffer(charter: Charter, link: StoreLink, signed: SignedOffer, now: bigint): Offer {
  if (signed.offer.store !== link.store) {
    throw new WalletError('store-mismatch', `store ${link.store} shows an offer of store ${signed.offer.store}`);
  }
  const key = charter.nodeKey(link.store);
  if (key === undefined) throw new WalletError('unknown-store', `the charter has no store ${link.store}`);
  const offer = verifyOffer(signed, key);
  if (!equalBytes(offer.federation, charter.federation)) {
    throw new WalletError('other-federation', 'the offer is of another federation');
  }
  if (now >= offer.expiry) throw new WalletError('offer-expired', 'the till does not wait for this payment any more');
  return offer;
}

/** No second order for an offer (WALLET-24): step 4. */
function refuseSecond(state: WalletState, reference: string): void {
  if (state.orders.some(({ about }) => about.type === 'pay' && about.offer === reference)) {
    const paid = state.orders.some(
      ({ about, certificate }) => about.type === 'pay' && about.offer === reference && certificate !== undefined,
    );
    if (paid) throw new WalletError('already-paid', 'this checkout was paid by this wallet');
    throw new WalletError('already-paying', 'a payment for this checkout is open');
  }
  if (state.history.some(({ offer, outcome }) => offer === reference && outcome === 'certified')) {
    throw new WalletError('already-paid', 'this checkout was paid by this wallet');
  }
}

/** Not beyond the maximum, nor off the step (WALLET-23): step 5. */
function checkAmount(charter: Charter, offer: Offer, points: bigint, vouchers: readonly VoucherCount[]): void {
  if (points < 0n || offer.step === 0n || points % offer.step !== 0n) {
    throw new WalletError('off-step', `${points} points are not a multiple of ${offer.step}`);
  }
  let total = points;
  for (const { offer: id, count } of vouchers) {
    const listed = charter.voucherOffer(id);
    if (listed === undefined) throw new WalletError('no-such-offer', `the charter has no voucher offer ${id}`);
    total += listed.value * BigInt(count);
  }
  if (total > offer.max) throw new WalletError('over-maximum', `${total} points are more than ${offer.max}`);
  if (total === 0n) throw new WalletError('nothing', 'nothing is paid');
}

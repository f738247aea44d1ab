// Baskets of a store in memory, as a wallet sees them (chapters 15, 31 and 32), and what a till does with them.
import { sealReceipt } from '../../dist/crypto/receipt.js';
import { equalBytes, worth } from '../../dist/crypto/index.js';
import { offerReference } from '../../dist/message/order-digest.js';
import * as message from '../../dist/message/index.js';
import { fromBase64, toBase64 } from '../../dist/wallet/base64.js';
import { problem } from './federation.mjs';

const CENTS = { cents: 1n, points: 1n };
const idOf = (link) => link.split('#')[0].split('/').at(-1);

/** The baskets of a federation: rung up, completed, cancelled. */
export class Baskets {
  #all = new Map();
  #receipts = new Map();

  constructor(federation) {
    this.federation = federation;
  }

  /** Rings one up; gives its link. 1 point is earned for each `cents` of what is eligible. */
  ring({ total = 2000n, eligible = total, max = 0n, step = 1n, store = 1, receipt, atOnce = false, cents = 100n, ...more } = {}) {
    const { federation } = this;
    const secret = toBase64(federation.random(32));
    const id = idOf(federation.checkout(max, { store, step, ...more }));
    if (max < step) federation.checkouts.delete(id);
    this.#all.set(id, { id, secret, store, total, eligible, max, cents, atOnce, state: max < step ? 'settled' : 'open', ...more });
    if (receipt !== undefined) this.#receipts.set(id, sealReceipt(fromBase64(secret), receipt));
    const basket = this.#all.get(id);
    if (atOnce && basket.state === 'settled') this.#complete(basket);
    return `${federation.addresses[store - 1]}/b/${id}#${secret}`;
  }

  /** A grant with a receipt; gives its link. */
  grant(points, receipt, more) {
    const link = this.federation.grant(points, more);
    this.#receipts.set(idOf(link), sealReceipt(fromBase64(link.split('#')[1]), receipt));
    return link;
  }

  /** The till says that the sale is complete, cancels it, or has it again. */
  complete = (link) => this.#complete(this.#all.get(idOf(link)));
  cancel = (link) => (this.#all.get(idOf(link)).state = 'cancelled');
  get = (link) => this.#all.get(idOf(link));
  hasReceipt = (link) => this.#receipts.has(idOf(link));
  receiptOf = (id) => this.#receipts.get(id);

  /** A return: what was earned is withdrawn, and another grant takes its place. */
  bringBack(link, points) {
    const basket = this.get(link);
    const before = this.federation.grants.get(basket.grant);
    before.refusal = 'grant-expired';
    basket.grant = idOf(this.federation.grant(points, { store: basket.store }));
    this.federation.grants.get(basket.grant).secret = basket.secret;
  }

  /** Points that were paid, vouchers too, and whether that is certified. */
  #paid({ id }) {
    const checkout = this.federation.checkouts.get(id);
    if (checkout?.taken === undefined) return undefined;
    const isOf = ({ checked }) => equalBytes(checked.order.reference, offerReference(checkout.signed.offer));
    const held = [...this.federation.orders.values()].find(isOf);
    if (held?.certificate === undefined) return undefined;
    const valueOf = ({ kind }) => (kind.type === 'voucher' ? this.federation.body.offers[0].value : worth(kind));
    const { inputs, outputs } = held.checked.order;
    const change = outputs.map(({ class: { kind } }) => -worth(kind));
    return [...inputs.map(valueOf), ...change].reduce((sum, each) => sum + each, 0n);
  }

  #settle(basket) {
    if (basket.state !== 'open') return;
    const { expiry } = this.federation.checkouts.get(basket.id).signed.offer;
    const paid = this.#paid(basket);
    if (paid === undefined && this.federation.now >= expiry) basket.state = 'expired';
    if (paid === undefined) return;
    Object.assign(basket, { state: 'settled', points: paid });
    if (basket.atOnce) this.#complete(basket);
  }

  #earned({ eligible, points = 0n, cents }) {
    return eligible > points ? (eligible - points) / cents : 0n;
  }

  #complete(basket) {
    this.#settle(basket);
    if (basket.state === 'complete') return;
    Object.assign(basket, { state: 'complete', points: basket.points ?? 0n });
    const { id, store, secret, ballot, vouchers = [] } = basket;
    const points = Number(this.#earned(basket));
    if (points === 0) return;
    const reference = this.federation.random(32);
    this.federation.grants.set(id, { store, points, vouchers, ballot, secret, reference, taken: undefined });
    basket.grant = id;
  }

  /** What the store answers under /v1/baskets, and to `received`. */
  answer({ store, method, path, json }) {
    const [, , what, id, call] = path.split('?')[0].split('/');
    if (call === 'received') {
      const secret = what === 'grants' ? this.federation.grants.get(id)?.secret : this.#all.get(id)?.secret;
      if (secret === undefined || json.secret !== secret) return problem(404, 'not-found');
      this.#receipts.delete(id);
      return { status: 204 };
    }
    const basket = this.#all.get(id);
    if (basket?.store !== store) return problem(404, 'not-found');
    this.#settle(basket);
    if (call === 'offer') return { status: 200, json: this.#said(basket) };
    if (call !== 'decline' || method !== 'POST' || json.secret !== basket.secret) return problem(404, 'not-found');
    if (basket.state === 'cancelled' || basket.state === 'expired') return problem(410, `checkout-${basket.state}`);
    if (basket.state === 'open' && this.federation.checkouts.get(id).taken !== undefined) return problem(409, 'checkout-taken');
    if (basket.state === 'open') Object.assign(basket, { state: 'settled', points: 0n });
    if (basket.atOnce) this.#complete(basket);
    return { status: 200, json: this.#said(basket) };
  }

  #said(basket) {
    const { id, store, state, total, eligible, points, ballot, vouchers = [], returnUrl, grant, cents } = basket;
    const checkout = this.federation.checkouts.get(id);
    const number = (value) => Number(value);
    const gives = (earned) => ({ points: earned, vouchers, ...(ballot === undefined ? {} : { ballot }) });
    const isFree = state === 'open' && checkout.taken === undefined;
    const receipt = state === 'complete' ? this.#receipts.get(id) : undefined;
    return {
      id,
      code: 'ABCD1234',
      store,
      state,
      total_cents: number(total),
      eligible_cents: number(eligible),
      ...(points === undefined ? {} : { points: number(points) }),
      pay_cents: number(total - (points ?? 0n)),
      earns: gives(number(this.#earned(basket))),
      expires_at: '2027-01-15T08:05:00Z',
      point_value: { cents: number(CENTS.cents), points: number(CENTS.points) },
      rate: { hundredths: 100, cents: number(cents), most: 1000 },
      ...(isFree ? { offer: toBase64(message.encode(message.signedOffer, checkout.signed)) } : {}),
      ...(checkout === undefined ? {} : { payment: checkout.taken === undefined ? 'presented' : 'pending' }),
      ...(grant === undefined ? {} : { grant: this.#shown(grant) }),
      ...(receipt === undefined ? {} : { receipt: toBase64(receipt) }),
      ...(returnUrl === undefined ? {} : { return_url: returnUrl }),
    };
  }

  #shown(id) {
    const { points, ballot, vouchers, taken, refusal } = this.federation.grants.get(id);
    const state = refusal === undefined ? (taken === undefined ? 'open' : 'claimed') : 'cancelled';
    const more = ballot === undefined ? {} : { ballot };
    return { id, points, vouchers, ...more, state, expires_at: '2027-02-14T08:00:00Z' };
  }
}

import { MAX_MESSAGE_BYTES } from '../../message/limits.js';
import { signedOffer } from '../../message/order.js';
import type { SignedOffer } from '../../message/order.js';
import type { BasketState, BasketSums, EarnRate, PointValue } from '../../machine/wallet/basket.js';
import { WalletError } from '../../machine/wallet/error.js';
import { checkReturnUrl } from '../../machine/wallet/return-url.js';
import type { GrantTerms, OpenBasket, TakenReceipt } from '../../machine/wallet/state.js';
import type { Core } from '../core.js';
import { TransportError } from '../http-error.js';
import { HttpClient } from '../http.js';
import { Members } from '../json.js';
import { termsIn } from '../store-client.js';

/** What a store says of a basket. Nothing of it is verified yet but its form, and whose it is. */
export interface SaidBasket extends BasketSums {
  readonly code: string;
  readonly state: BasketState;
  readonly payCents: bigint;
  /** Paid with points, vouchers too; missing as long as that is not decided. */
  readonly points?: bigint;
  readonly earns: GrantTerms;
  readonly offer?: SignedOffer;
  /** The state of the checkout. */
  readonly payment?: string;
  readonly grant?: { readonly id: string; readonly terms: GrantTerms; readonly state: string; readonly expiresAt: string };
  /** Sealed. */
  readonly receipt?: string;
  readonly returnUrl?: string;
}

/** What a wallet knows while it waits for news: the state that it has seen, and for how many seconds it waits. */
export interface Waiting {
  readonly state: BasketState;
  readonly seconds: number;
}

const STATES: readonly string[] = ['open', 'settled', 'complete', 'cancelled', 'expired'];
const ID = /^[A-Za-z0-9_-]+$/;
/** How long a store may take to answer beyond what it was asked to wait. */
const PATIENCE_MS = 20_000;

/** The calls about baskets that a wallet makes (chapter 15). */
export class BasketClient {
  readonly #http: HttpClient;

  constructor(core: Core) {
    this.#http = new HttpClient(core.surroundings.fetch);
  }

  /** What a basket costs and earns, and how it stands. */
  async offer(basket: OpenBasket, waiting?: Waiting): Promise<SaidBasket> {
    const query = waiting === undefined ? '' : `?wait=${waiting.seconds}&state=${waiting.state}`;
    const limits = waiting === undefined ? {} : { limits: { timeoutMs: waiting.seconds * 1000 + PATIENCE_MS } };
    const { base, id } = basket;
    const { json } = await this.#http.call({ method: 'GET', base, path: `/v1/baskets/${id}/offer${query}`, ...limits });
    return readBasket(basket, json);
  }

  /** Nothing is paid with points. */
  async decline(basket: OpenBasket): Promise<SaidBasket> {
    const { base, id, secret } = basket;
    const body = JSON.stringify({ secret });
    const { json } = await this.#http.call({ method: 'POST', base, path: `/v1/baskets/${id}/decline`, body });
    return readBasket(basket, json);
  }

  /** The receipt may be deleted. */
  async received({ of, base, id, secret }: TakenReceipt): Promise<void> {
    const body = JSON.stringify({ secret });
    await this.#http.call({ method: 'POST', base, path: `/v1/${of}/${id}/received`, body });
  }
}

function readBasket(basket: OpenBasket, json: unknown): SaidBasket {
  const said = new Members(json);
  const store = said.integer('store', 2 ** 32 - 1);
  if (store !== basket.store) {
    throw new WalletError('store-mismatch', `store ${basket.store} shows a basket of store ${store}`);
  }
  if (said.text('id') !== basket.id) throw new TransportError('bad-answer', 'the store shows another basket');
  const state = said.text('state');
  if (!STATES.includes(state)) throw new TransportError('bad-answer', 'the basket is in a state that is none');
  const returnUrl = said.has('return_url') ? checkReturnUrl(said.text('return_url')) : undefined;
  return {
    code: said.text('code').slice(0, 8),
    state: state as BasketState,
    totalCents: BigInt(said.integer('total_cents')),
    eligibleCents: BigInt(said.integer('eligible_cents')),
    payCents: BigInt(said.integer('pay_cents')),
    ...(said.has('points') ? { points: BigInt(said.integer('points')) } : {}),
    earns: termsIn(said.inner('earns')),
    pointValue: readValue(said.inner('point_value')),
    ...(said.has('rate') ? { rate: readRate(said.inner('rate')) } : {}),
    ...(said.has('offer') ? { offer: said.message('offer', signedOffer, MAX_MESSAGE_BYTES) } : {}),
    ...(said.has('payment') ? { payment: said.text('payment') } : {}),
    ...(said.has('grant') ? { grant: readGrant(said.inner('grant')) } : {}),
    ...(said.has('receipt') ? { receipt: said.text('receipt') } : {}),
    ...(returnUrl === undefined ? {} : { returnUrl }),
  };
}

function readValue(said: Members): PointValue {
  const value = { cents: BigInt(said.integer('cents')), points: BigInt(said.integer('points')) };
  if (value.points === 0n) throw new TransportError('bad-answer', 'no points are worth nothing');
  return value;
}

const readRate = (said: Members): EarnRate => ({
  hundredths: BigInt(said.integer('hundredths')),
  cents: BigInt(said.integer('cents')),
  most: BigInt(said.integer('most')),
});

function readGrant(said: Members): NonNullable<SaidBasket['grant']> {
  const id = said.text('id');
  // It becomes a part of a path.
  if (!ID.test(id)) throw new TransportError('bad-answer', 'the name of a grant is none');
  return { id, terms: termsIn(said), state: said.text('state'), expiresAt: said.text('expires_at') };
}

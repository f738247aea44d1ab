import type { Fetch } from './http.js';
import { HttpClient } from './http.js';
import { toBase64 } from './base64.js';
import { ProblemError, TransportError } from './http-error.js';
import { Members, readable, readMessage } from './json.js';
import { MAX_OUTPUTS } from '../crypto/index.js';
import { encode } from '../message/codec.js';
import { signedCharter } from '../message/charter.js';
import type { SignedCharter } from '../message/charter.js';
import { MAX_CHARTER_BYTES, MAX_GRANT_VOUCHERS, MAX_MESSAGE_BYTES, MAX_WITNESSES } from '../message/limits.js';
import { column, order as orderCodec, signedOffer } from '../message/order.js';
import type { Order, SignedOffer } from '../message/order.js';
import { certificate as certificateCodec, evaluation as evaluationCodec } from '../message/vote.js';
import type { Certificate, Evaluation } from '../message/vote.js';
import { claimedOutputs } from '../machine/wallet/claim.js';
import { isClaim } from '../machine/wallet/state.js';
import type { GrantTerms, OpenOrder, StoredColumn } from '../machine/wallet/state.js';

/** What a store says about an order. Nothing of it is verified yet. */
export interface OrderAnswer {
  readonly order: Order | undefined;
  /** There is one if the store says that the order is certified. */
  readonly certificate: Certificate | undefined;
  readonly evaluations: readonly Evaluation[];
  /** The sealed receipt as it came, with a claim's answer. */
  readonly receipt?: string;
}

/** What a store says about a grant. */
export interface ShownGrant {
  readonly store: number;
  readonly terms: GrantTerms;
  /** Why it gives nothing any more, if the store says so. */
  readonly gone?: ProblemError;
  /** The whole answer: what is only shown is read by whoever shows it. */
  readonly said: Members;
}

const CHAIN_BYTES = 64 << 20;
const U32 = 2 ** 32 - 1;

/** The calls of chapter 15 that a wallet makes. */
export class StoreClient {
  readonly #http: HttpClient;

  constructor(fetch?: Fetch) {
    this.#http = new HttpClient(fetch);
  }

  /** The charters that a store shows, from version 1. */
  async charters(base: string): Promise<SignedCharter[]> {
    const { json } = await this.#http.call({
      method: 'GET',
      base,
      path: '/v1/charter',
      limits: { maxBytes: CHAIN_BYTES },
    });
    return new Members(json).list('chain').map((item) => readMessage(item, signedCharter, MAX_CHARTER_BYTES));
  }

  /** What a grant gives. */
  async grant(base: string, id: string): Promise<ShownGrant> {
    const { json } = await this.#http.call({ method: 'GET', base, path: `/v1/grants/${id}` });
    const members = new Members(json);
    const terms = termsIn(members);
    const gone = goneOf(members.text('state'));
    return { store: members.integer('store', U32), terms, said: members, ...(gone === undefined ? {} : { gone }) };
  }

  /** Claims a grant or a refund, in the same bytes each time (WALLET-3, WALLET-46). */
  async claim(base: string, claim: OpenOrder): Promise<OrderAnswer> {
    const { about } = claim;
    if (!isClaim(about)) throw new TypeError('not a claim');
    const [what, proof] =
      about.type === 'claim'
        ? [`grants/${about.grant}`, { secret: about.secret }]
        : [`refunds/${about.order}`, { refunded: toBase64(about.refunded), signature: toBase64(about.signature) }];
    const body = JSON.stringify({ ...proof, keyset: claim.keyset, outputs: toBase64(claimedOutputs(claim)) });
    return this.#order({ method: 'POST', base, path: `/v1/${what}/claim`, body });
  }

  /** The signed terms of a checkout. */
  async offer(base: string, id: string): Promise<SignedOffer> {
    const { json } = await this.#http.call({ method: 'GET', base, path: `/v1/checkouts/${id}/offer` });
    return new Members(json).message('offer', signedOffer, MAX_MESSAGE_BYTES);
  }

  /** Hands over a signed order, in the same bytes each time (WALLET-3), with the columns that there are by now. */
  async submit(base: string, open: OpenOrder, columns: readonly StoredColumn[]): Promise<OrderAnswer> {
    const { order, signed } = open;
    if (order === undefined || signed === undefined) throw new TypeError('not a signed order');
    const body = JSON.stringify({
      order: toBase64(order),
      authorization: toBase64(signed.authorization),
      columns: columns.map((item) => toBase64(encode(column, item))),
    });
    return this.#order({ method: 'POST', base, path: '/v1/orders', body });
  }

  /** What became of an order. */
  async order(base: string, digest: string, keyset: number): Promise<OrderAnswer> {
    return this.#order({ method: 'GET', base, path: `/v1/orders/${digest}?keyset=${keyset}` });
  }

  /** Gives a certificate that was got elsewhere to the store that is paid (WALLET-26). */
  async handIn(base: string, checkout: string, order: Uint8Array, certificate: Uint8Array): Promise<void> {
    const body = JSON.stringify({ order: toBase64(order), certificate: toBase64(certificate) });
    await this.#http.call({ method: 'POST', base, path: `/v1/checkouts/${checkout}/certificate`, body });
  }

  async #order(call: Parameters<HttpClient['call']>[0]): Promise<OrderAnswer> {
    const { status, json } = await this.#http.call(call);
    if (status !== 200 && status !== 202) throw new TransportError('bad-answer', `an answer of the status ${status}`);
    const members = new Members(json);
    const order = members.has('order') ? members.message('order', orderCodec, MAX_MESSAGE_BYTES) : undefined;
    const receipt = members.has('receipt') ? { receipt: members.text('receipt') } : {};
    if (status === 202) return { order, certificate: undefined, evaluations: [], ...receipt };
    return {
      ...receipt,
      order,
      certificate: members.message('certificate', certificateCodec, MAX_MESSAGE_BYTES),
      // One of each witness, of the order's keyset and of a later one, is all that a store can have.
      evaluations: readable(members.list('evaluations').slice(0, 2 * MAX_WITNESSES), evaluationCodec, MAX_MESSAGE_BYTES),
    };
  }
}

/** What a store gives: points, a ballot, vouchers. */
export function termsIn(members: Members): GrantTerms {
  const vouchers = members.list('vouchers', MAX_GRANT_VOUCHERS).map((item) => {
    const voucher = new Members(item);
    return { offer: voucher.integer('offer', U32), count: voucher.integer('count', MAX_OUTPUTS) };
  });
  if (vouchers.reduce((sum, { count }) => sum + count, 0) > MAX_OUTPUTS) {
    throw new TransportError('bad-answer', 'the grant gives more vouchers than one order can carry');
  }
  return {
    points: BigInt(members.integer('points')),
    vouchers,
    ...(members.has('ballot') ? { ballot: members.integer('ballot', U32) } : {}),
  };
}

/** What a store would answer to a claim, by the grant's state. */
function goneOf(state: string): ProblemError | undefined {
  const [code, status] =
    state === 'claimed'
      ? ['grant-claimed', 409]
      : state === 'cancelled' || state === 'expired'
        ? ['grant-expired', 410]
        : ['', 0];
  return status === 0 ? undefined : new ProblemError(code, status, `the grant is ${state}`, false, {}, undefined);
}

import { concat, fromHex, toHex, wipe, worth } from '../../crypto/index.js';
import type { Kind, SecretScalar } from '../../crypto/index.js';
import { decode } from '../../message/codec.js';
import { MAX_MESSAGE_BYTES } from '../../message/limits.js';
import { order as orderCodec } from '../../message/order.js';
import type { Order } from '../../message/order.js';
import { signRefundClaim } from '../../message/refund-claim.js';
import type { RefundClaim } from '../../message/refund-claim.js';
import { WalletError } from './error.js';
import { chooseKeyset, makeOutputs, orderOutputs, pointKinds } from './outputs.js';
import type { Opened, WalletContext } from './spend.js';
import { expectSearched, nextNumber, orderName } from './state.js';
import type { CertifiedPayment, Hex, HistoryRecord, OpenOrder, WalletState } from './state.js';

/** The order of a payment. */
export function paymentBody({ order }: CertifiedPayment): Order {
  return decode(orderCodec, order, MAX_MESSAGE_BYTES);
}

/** What a payment paid: its points in, less its points out, and the values of its vouchers by the charter. */
export function paidBy({ charter }: WalletContext, { inputs, outputs }: Order): bigint {
  const value = (kind: Kind): bigint => {
    if (kind.type !== 'voucher') return worth(kind);
    const listed = charter.voucherOffer(kind.offer);
    if (listed === undefined) throw new WalletError('no-such-offer', `the charter has no voucher offer ${kind.offer}`);
    return listed.value;
  };
  const came = inputs.reduce((sum, { kind }) => sum + value(kind), 0n);
  return outputs.reduce((sum, { class: { kind } }) => sum - worth(kind), came);
}

/** The payment of a digest, while it is not known what became of it. */
export function certifiedPayment({ payments }: WalletState, digest: Hex): CertifiedPayment | undefined {
  return payments?.find((payment) => payment.digest === digest);
}

/** The open claim of a payment: there is one at most (WALLET-46). */
export function openRefund({ orders }: WalletState, digest: Hex): OpenOrder | undefined {
  return orders.find(({ about }) => about.type === 'refund' && about.order === digest);
}

/** How the claim of a payment ended, or is certified; of several, the last. */
export function refundRecord({ history }: WalletState, digest: Hex): HistoryRecord | undefined {
  return history.filter(({ purpose, grant }) => purpose === 'refund' && grant === digest).at(-1);
}

/**
 * ClaimBack, steps 2 and 3: claims what a payment paid, once (WALLET-46). The claim that is open is given again. `random` is
 * 16 fresh random bytes, `entropy` 32 fresh secret ones.
 *
 * @throws WalletError `no-such-order` if nothing is known of the payment, `no-open-keyset`, `too-many-coins`, `foreign-coin`
 */
export function startRefund(
  context: WalletContext,
  state: WalletState,
  digest: Hex,
  now: bigint,
  random: Uint8Array,
  entropy: Uint8Array,
): Opened {
  expectSearched(state);
  const held = openRefund(state, digest);
  if (held !== undefined) return { state, order: held };
  const payment = certifiedPayment(state, digest);
  if (payment === undefined || refundRecord(state, digest) !== undefined) {
    throw new WalletError('no-such-order', 'what became of this payment is known');
  }
  const paid = paymentBody(payment);
  const points = paidBy(context, paid);
  const keyset = chooseKeyset(context.charter, now, random);
  const place = { keyset: keyset.id, device: state.device, number: nextNumber(state, keyset.id) };
  const outputs = makeOutputs(context.secrets, place, pointKinds(points, keyset));
  const claim: RefundClaim = {
    federation: context.charter.federation,
    store: paid.store,
    order: fromHex(digest),
    keyset: keyset.id,
    outputs: orderOutputs(keyset.id, outputs),
  };
  const signature = sign(context, payment, paid, claim, entropy);
  const order: OpenOrder = {
    id: orderName(place),
    about: { type: 'refund', store: paid.store, order: digest, refunded: payment.order, signature, points },
    keyset: keyset.id,
    outputs,
    since: now,
  };
  const numbers = new Map(state.numbers).set(keyset.id, place.number + 1n);
  return { state: { ...state, numbers, orders: [...state.orders, order] }, order };
}

/** The signature by the secrets of a payment's inputs, in their order. */
function sign(
  { secrets: all }: WalletContext,
  { places }: CertifiedPayment,
  { inputs }: Order,
  claim: RefundClaim,
  entropy: Uint8Array,
): Uint8Array {
  const secrets: SecretScalar[] = [];
  try {
    for (const [i, { point }] of inputs.entries()) {
      const place = places[i];
      if (place === undefined) throw new WalletError('foreign-coin', 'the place of a coin is not known');
      secrets.push(all.spending({ place, point: toHex(point) }));
    }
    const { r, s } = signRefundClaim(claim, secrets, entropy);
    return concat(r, s);
  } finally {
    for (const secret of secrets) secret.wipe();
    wipe(entropy);
  }
}

/** Takes a payment of another wallet of these words for one's own, unless it is known. */
export function adoptPayment(state: WalletState, payment: CertifiedPayment): WalletState {
  if (certifiedPayment(state, payment.digest) !== undefined || refundRecord(state, payment.digest) !== undefined) return state;
  return { ...state, payments: [...(state.payments ?? []), payment] };
}

/** Nothing more is asked about a payment. */
export function forgetPayment(state: WalletState, digest: Hex): WalletState {
  return { ...state, payments: (state.payments ?? []).filter((payment) => payment.digest !== digest) };
}

/** The store owes a payment and pays it by hand: noted for the owner, and nothing more is asked. */
export function noteByHand(state: WalletState, digest: Hex, keyset: number, points: bigint, now: bigint): WalletState {
  if (certifiedPayment(state, digest) === undefined) return state;
  const record: HistoryRecord = {
    id: `refund/${digest}`,
    keyset,
    purpose: 'refund',
    points,
    outcome: 'withdrawn',
    since: now,
    grant: digest,
  };
  const rest = forgetPayment(state, digest);
  return { ...rest, history: [...rest.history, record] };
}

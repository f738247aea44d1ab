import { capped, equalBytes } from '../../crypto/bytes.js';
import {
  assemble,
  CAMPAIGN_GRACE,
  DAY,
  MAX_CLOCK_SKEW,
  pointsOut,
  RefusedError,
  type Order,
  type ReplyV1,
} from '../../message/index.js';
import { certifiedReply, certify, conflictWith } from './certify.js';
import { headNow, isFrozen, signVote, type Moment } from './place.js';
import type { PreparedVote } from './prepare.js';
import type { WitnessState } from './state.js';

/** DecideVote (WITNESS-9 to WITNESS-25). Whatever it throws, it has written nothing but what Certify writes. */
export function decideVote({ checked, votes, evaluation }: PreparedVote, moment: Moment): ReplyV1 {
  const { state, keyset } = moment;
  const { order, digest, signed } = checked;
  if (isFrozen(moment)) throw RefusedError.plain('closed');
  const record = state.order(digest);
  if (record?.type === 'certified') return certifiedReply(record, moment);
  if (record?.type === 'dead' || record?.type === 'contested') throw conflictWith(state, record.by);
  if (record === undefined) {
    mayVote(order, digest, moment);
    for (const { point } of order.inputs) state.setCoin(point, { digest, spent: false });
    if (order.inputs.length === 0) state.setReference(order, digest);
    state.setOrder(digest, { type: 'voted', signed });
    state.log.append({ type: 'voted', value: signed });
    if (order.inputs.length === 0) countIssued(order, moment);
  }
  const vote = signVote(moment, digest);
  const certificate = assemble(keyset, digest, [...votes, vote]);
  if (certificate !== undefined && evaluation !== undefined) {
    return certify({ order, digest, certificate, evaluation }, moment);
  }
  return { type: 'voted', value: { vote, head: headNow(moment) } };
}

/** Whether it may vote for an order that it has not voted for before. */
function mayVote(order: Order, digest: Uint8Array, moment: Moment): void {
  const { state, keyset, charter, now, starting } = moment;
  if (state.retired !== undefined) throw new RefusedError({ type: 'not-voting', value: { type: 'retired' } });
  if (starting) throw new RefusedError({ type: 'not-voting', value: { type: 'starting' } });
  const holder = holderOf(order, digest, state);
  if (holder !== undefined) throw conflictWith(state, holder);
  if (now > keyset.entry.redeemUntil) throw RefusedError.plain('closed');
  if (order.purpose.type === 'vote') {
    const end = charter.campaign(order.purpose.campaign)?.end ?? 0n;
    if (now > capped(end + CAMPAIGN_GRACE)) throw RefusedError.plain('closed');
  }
  if (order.inputs.length === 0) mayIssue(order, moment);
}

/**
 * The order that is in the way: of those that hold the inputs, in their order, the first that has spent one, or else the first
 * (WITNESS-10); of one without inputs that which holds the reference (WITNESS-11).
 */
function holderOf(order: Order, digest: Uint8Array, state: WitnessState): Uint8Array | undefined {
  const isOther = (holder: Uint8Array | undefined): boolean => holder !== undefined && !equalBytes(holder, digest);
  if (order.inputs.length === 0) {
    const holder = state.reference(order);
    return isOther(holder) ? holder : undefined;
  }
  const held = order.inputs.map(({ point }) => state.coin(point)).filter((coin) => isOther(coin?.digest));
  return (held.find((coin) => coin?.spent) ?? held[0])?.digest;
}

const issuedOn = (store: number, now: bigint): string => `issued ${store} ${now / DAY}`;
const ballotsOf = (store: number, campaign: number): string => `ballots ${store} ${campaign}`;
const vouchersOf = (store: number, offer: number): string => `vouchers ${store} ${offer}`;

/** The points that an Earn or Pledge debits its store by. */
function pointsDebited(order: Order): bigint {
  return order.purpose.type === 'pledge' ? order.purpose.points : pointsOut(order);
}

/** Exceeds: refuses with what is left, if `more` is more than that. */
function within(used: bigint, more: bigint, limit: bigint): void {
  const left = limit > used ? limit - used : 0n;
  if (more > left) throw new RefusedError({ type: 'limit-exceeded', left });
}

/** MayIssue (WITNESS-19 to WITNESS-24). */
function mayIssue(order: Order, { state, keyset, charter, now }: Moment): void {
  const { store } = order;
  if (!charter.issues(now)) throw RefusedError.plain('charter-expired');
  if (now > keyset.entry.issueUntil) throw RefusedError.plain('closed');
  if (order.time > now + MAX_CLOCK_SKEW) throw new RefusedError({ type: 'clock-skew', ahead: order.time - now });
  within(state.counter(issuedOn(store, now)), pointsDebited(order), charter.store(store)?.dailyLimit ?? 0n);
  for (const { class: asked } of order.outputs) {
    const { kind } = asked;
    if (kind.type === 'ballot') {
      const same = order.outputs.filter(({ class: { kind: other } }) => other.type === 'ballot' && other.campaign === kind.campaign);
      const limit = charter.campaign(kind.campaign)?.ballotsPerStore ?? 0n;
      within(state.counter(ballotsOf(store, kind.campaign)), BigInt(same.length), limit);
    } else if (kind.type === 'voucher') {
      const offer = charter.voucherOffer(kind.offer);
      if (offer?.issuers.includes(store) !== true) throw RefusedError.invalid('issuer');
      if (offer.closed) throw RefusedError.plain('closed');
      const same = order.outputs.filter(({ class: { kind: other } }) => other.type === 'voucher' && other.offer === kind.offer);
      within(state.counter(vouchersOf(store, kind.offer)), BigInt(same.length), offer.perStore);
    }
  }
}

/** Count: once, when it is first voted for (WITNESS-25). */
function countIssued(order: Order, { state, now }: Moment): void {
  const { store } = order;
  state.count(issuedOn(store, now), pointsDebited(order));
  for (const { class: asked } of order.outputs) {
    if (asked.kind.type === 'ballot') state.count(ballotsOf(store, asked.kind.campaign), 1n);
    if (asked.kind.type === 'voucher') state.count(vouchersOf(store, asked.kind.offer), 1n);
  }
}

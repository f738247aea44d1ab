import { equalBytes, toHex } from '../../crypto/bytes.js';
import {
  BooksError,
  postings,
  RefusedError,
  type Certificate,
  type Order,
  type ReplyV1,
} from '../../message/index.js';
import { headNow, type Moment } from './place.js';
import type { PreparedCertificate } from './prepare.js';
import type { OrderRecord, WitnessState } from './state.js';

type CertifiedRecord = Extract<OrderRecord, { readonly type: 'certified' }>;

/** A certified order as it is stored: the same bytes whenever it is asked for (WITNESS-30). */
export function certifiedReply(record: CertifiedRecord, moment: Moment): ReplyV1 {
  const { certificate, evaluation } = record;
  return { type: 'certified', value: { certificate, evaluation, head: headNow(moment) } };
}

/** ConflictWith: the order in the way, with what stands behind it (WITNESS-12). */
export function conflictWith(state: WitnessState, digest: Uint8Array): RefusedError {
  const record = state.order(digest);
  if (record === undefined) throw new Error('a coin is held by an order without a record');
  const shown =
    record.type === 'voted' || record.type === 'dead'
      ? { other: { type: 'signed' as const, value: record.signed }, certificate: null }
      : { other: { type: 'certified' as const, value: record.order }, certificate: record.certificate };
  return new RefusedError({ type: 'conflict', value: shown });
}

/** Certify: writes a verified certificate down (WITNESS-28, WITNESS-32, WITNESS-33, WITNESS-36). */
export function certify(prepared: PreparedCertificate, moment: Moment): ReplyV1 {
  const { state, place } = moment;
  const { order, digest, certificate, evaluation } = prepared;
  const record = state.order(digest);
  if (record?.type === 'certified') return certifiedReply(record, moment);
  if (record?.type === 'contested') throw conflictWith(state, record.by);
  // Its own word is proof at once, whatever follows (ROLLBACK-7).
  const own = certificate.votes.some(({ index }) => index === place.index);
  if (record === undefined && own) state.retire('vote-forgotten');
  const [rival, ...others] = rivalsOf(order, digest, state);
  if (rival !== undefined) {
    contest(order, digest, certificate, [rival, ...others], state);
    throw conflictWith(state, rival);
  }
  enterBooks(order, certificate, moment);
  take(order, digest, state);
  if (order.purpose.type === 'vote') state.count(`tally ${order.purpose.campaign} ${order.purpose.choice}`, 1n);
  const position = state.log.append({ type: 'certified', value: { order, certificate } });
  if (order.store !== 0) state.addToFeed(order.store, position);
  const certified: CertifiedRecord = { type: 'certified', order, certificate, evaluation };
  state.setOrder(digest, certified);
  return certifiedReply(certified, moment);
}

/** Books it. An offer that the charter does not list yet is waited for (BOOKS-9); wrong sums are evidence (WITNESS-36). */
function enterBooks(order: Order, certificate: Certificate, { charter, state }: Moment): void {
  try {
    state.books.add(postings(order, charter));
  } catch (error) {
    if (!(error instanceof BooksError)) throw error;
    if (error.code === 'unknown-offer') throw RefusedError.plain('charter-behind');
    state.keepBadOrder({ order, certificate });
    throw RefusedError.plain('bad-certificate');
  }
}

/** The certified orders that an order contradicts, in the order of its inputs. */
function rivalsOf(order: Order, digest: Uint8Array, state: WitnessState): Uint8Array[] {
  const rivals = new Map<string, Uint8Array>();
  for (const { point } of order.inputs) {
    const coin = state.coin(point);
    if (coin?.spent === true && !equalBytes(coin.digest, digest)) rivals.set(toHex(coin.digest), coin.digest);
  }
  if (order.inputs.length === 0) {
    const holder = state.reference(order);
    if (holder !== undefined && !equalBytes(holder, digest) && state.order(holder)?.type !== 'voted') {
      rivals.set(toHex(holder), holder);
    }
  }
  return [...rivals.values()];
}

/** Take: the order's coins, or its reference, are its own for good. */
function take(order: Order, digest: Uint8Array, state: WitnessState): void {
  for (const { point } of order.inputs) {
    const coin = state.coin(point);
    if (coin !== undefined && !equalBytes(coin.digest, digest)) {
      if (coin.spent) continue;
      kill(coin.digest, digest, state);
    }
    state.setCoin(point, { digest, spent: true });
  }
  if (order.inputs.length > 0) return;
  const holder = state.reference(order);
  if (holder !== undefined && !equalBytes(holder, digest)) {
    if (state.order(holder)?.type !== 'voted') return;
    kill(holder, digest, state);
  }
  state.setReference(order, digest);
}

/** Kill: an order that was voted for is dead, and what it bound is free. */
function kill(dead: Uint8Array, by: Uint8Array, state: WitnessState): void {
  const record = state.order(dead);
  if (record?.type !== 'voted') return;
  for (const { point } of record.signed.order.inputs) {
    const coin = state.coin(point);
    if (coin !== undefined && !coin.spent && equalBytes(coin.digest, dead)) state.freeCoin(point);
  }
  state.setOrder(dead, { type: 'dead', signed: record.signed, by });
}

/** Contest: two certificates over one coin; keep both, evaluate neither, and retire (WITNESS-33). */
function contest(
  order: Order,
  digest: Uint8Array,
  certificate: Certificate,
  rivals: readonly [Uint8Array, ...Uint8Array[]],
  state: WitnessState,
): void {
  for (const rival of rivals) {
    const record = state.order(rival);
    if (record?.type !== 'certified') continue;
    state.setOrder(rival, { type: 'contested', order: record.order, certificate: record.certificate, by: digest });
  }
  take(order, digest, state);
  state.log.append({ type: 'certified', value: { order, certificate } });
  state.setOrder(digest, { type: 'contested', order, certificate, by: rivals[0] });
  state.retire('two-certificates');
}

import {
  certifiedOrder,
  CHARTER_CHUNK,
  encode,
  LOG_ANSWER_BYTES,
  MAX_FEED_ENTRIES,
  MAX_LOG_ENTRIES,
  RefusedError,
  signedCharter,
  type CertifiedOrder,
  type LogEntry,
  type ReplyV1,
  type SignedCharter,
} from '../../message/index.js';
import { headNow, signVote, type Moment } from './place.js';
import type { WitnessState } from './state.js';

type Asked = Pick<Moment, 'place' | 'keyset' | 'state'>;

/** What became of an order. */
export function orderReply(digest: Uint8Array, moment: Asked): ReplyV1 {
  const { state } = moment;
  const record = state.order(digest);
  switch (record?.type) {
    case undefined:
      throw RefusedError.plain('unknown');
    case 'voted':
      return {
        type: 'order',
        value: { type: 'voted', signed: record.signed, vote: signVote(moment, digest) },
      };
    case 'certified': {
      const { order, certificate, evaluation } = record;
      return { type: 'order', value: { type: 'certified', order, certificate, evaluation } };
    }
    case 'dead':
      return { type: 'order', value: { type: 'dead', order: record.signed.order, by: certifiedOf(record.by, state) } };
    case 'contested':
      return { type: 'order', value: { type: 'dead', order: record.order, by: certifiedOf(record.by, state) } };
  }
}

function certifiedOf(digest: Uint8Array, state: WitnessState): CertifiedOrder {
  const record = state.order(digest);
  if (record?.type !== 'certified' && record?.type !== 'contested') throw new Error('killed by no certified order');
  return { order: record.order, certificate: record.certificate };
}

/** Entries of its log from a position on (LOG-11, LOG-12). */
export function logReply(from: bigint, moment: Asked): ReplyV1 {
  const { log } = moment.state;
  const entries: LogEntry[] = [];
  let size = 0;
  if (from < BigInt(log.size)) {
    for (let i = Number(from); entries.length < MAX_LOG_ENTRIES && size < LOG_ANSWER_BYTES; i++) {
      const logged = log.at(i);
      if (logged === undefined) break;
      entries.push(logged.entry);
      size += logged.bytes.length;
    }
  }
  return { type: 'log', value: { entries, head: headNow(moment) } };
}

/** Certified orders of its log whose store is the asker's (TRANSPORT-8). */
export function feedReply(from: bigint, store: number, { state }: Asked): ReplyV1 {
  const positions = state.feed(store).filter((position) => BigInt(position) >= from);
  const entries: { readonly position: bigint; readonly certified: CertifiedOrder }[] = [];
  let size = 0;
  for (const position of positions) {
    if (entries.length === MAX_FEED_ENTRIES || size >= LOG_ANSWER_BYTES) break;
    const logged = state.log.at(position);
    if (logged?.entry.type !== 'certified') throw new Error('a feed names an entry that is no certificate');
    const entry = { position: BigInt(position), certified: logged.entry.value };
    entries.push(entry);
    size += encode(certifiedOrder, entry.certified).length;
  }
  const more = entries.length < positions.length || entries.length === MAX_FEED_ENTRIES;
  const last = entries.at(-1)?.position;
  const next = last === undefined ? from : last + 1n;
  return { type: 'feed', value: { entries, next, more } };
}

/** A piece of a charter version; 0 is the newest (TRANSPORT-14). */
export function charterReply(version: bigint, offset: bigint, versions: readonly SignedCharter[]): ReplyV1 {
  const signed = version === 0n ? versions.at(-1) : versions.find(({ body }) => body.version === version);
  if (signed === undefined) throw RefusedError.plain('unknown');
  const whole = encode(signedCharter, signed);
  const start = offset > BigInt(whole.length) ? whole.length : Number(offset);
  const bytes = whole.slice(start, start + CHARTER_CHUNK);
  return { type: 'charter', value: { version: signed.body.version, total: BigInt(whole.length), bytes } };
}

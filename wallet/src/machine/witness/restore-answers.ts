import { toHex } from '../../crypto/bytes.js';
import {
  bucketEntry,
  bucketNumber,
  bucketPlaces,
  checkProbe,
  comparePlaces,
  encode,
  LOG_ANSWER_BYTES,
  longestPrefix,
  MAX_BUCKET_BITS,
  MAX_BUCKET_ENTRIES,
  RefusedError,
  signLength,
  signPage,
  signProbeAnswer,
  type BucketEntry,
  type BucketPlace,
  type BucketQuery,
  type CoinState,
  type LengthQuery,
  type Probe,
  type ReplyV1,
} from '../../message/index.js';
import { isFrozen, type Moment } from './place.js';

/** Where an order is found, and its entry there while it has an evaluation. */
interface Found {
  readonly place: BucketPlace;
  readonly entry: BucketEntry | undefined;
}

/** What this witness evaluated, under the outputs that can be at slot 0, by increasing place. */
function allPlaces({ state, keyset }: Moment): Found[] {
  const found: Found[] = [];
  for (const record of state.orders()) {
    if (record.type !== 'certified' && record.type !== 'contested') continue;
    const { order, certificate } = record;
    for (const place of bucketPlaces(order, keyset.id)) {
      const evaluation = record.type === 'certified' ? record.evaluation : undefined;
      const certified = { order, certificate };
      found.push({ place, entry: evaluation && { blinded: place.blinded, certified, evaluation } });
    }
  }
  return found.sort((a, b) => comparePlaces(a.place, b.place));
}

/** AnswerLength (RESTORE-16). */
export function lengthReply({ nonce }: LengthQuery, moment: Moment): ReplyV1 {
  const { place, keyset } = moment;
  if (isFrozen(moment)) throw RefusedError.plain('closed');
  const sizes = new Array<number>(2 ** MAX_BUCKET_BITS).fill(0);
  for (const found of allPlaces(moment)) {
    const number = bucketNumber(found.place.blinded, MAX_BUCKET_BITS);
    sizes[number] = (sizes[number] as number) + 1;
  }
  return { type: 'length', value: signLength(place.keys.vote, keyset, place.index, nonce, longestPrefix(sizes)) };
}

/** AnswerBucket: a piece of a bucket, from a place on (RESTORE-15). */
export function bucketReply(query: BucketQuery, moment: Moment): ReplyV1 {
  const { place: own, keyset } = moment;
  const { bits, number, after } = query;
  if (isFrozen(moment)) throw RefusedError.plain('closed');
  if (bits > MAX_BUCKET_BITS || number >= 2 ** bits) throw RefusedError.plain('unknown');
  const rest = allPlaces(moment).filter(
    ({ place }) => bucketNumber(place.blinded, bits) === number && (after === null || comparePlaces(place, after) > 0),
  );
  const entries: BucketEntry[] = [];
  let [bytes, passed] = [0, 0];
  for (const { entry } of rest) {
    if (entries.length === MAX_BUCKET_ENTRIES || bytes >= LOG_ANSWER_BYTES) break;
    passed += 1;
    if (entry === undefined) continue;
    entries.push(entry);
    bytes += encode(bucketEntry, entry).length;
  }
  const more = passed < rest.length;
  return { type: 'bucket', value: signPage(own.keys.vote, keyset, own.index, query, entries, more) };
}

/** AnswerProbe: which order holds a coin, if any. Nothing is written (RESTORE-19). */
export function probeReply(probe: Probe, moment: Moment): ReplyV1 {
  const { place, keyset } = moment;
  checkProbe(probe, keyset.federation);
  if (isFrozen(moment)) throw RefusedError.plain('closed');
  return { type: 'probe', value: signProbeAnswer(place.keys.vote, keyset, place.index, probe, stateOf(probe, moment)) };
}

/** Only a witness that votes vouches for a coin's being free. */
function stateOf({ point }: Probe, { state, starting }: Moment): CoinState {
  const coin = state.coin(point);
  if (coin === undefined) {
    if (state.retired !== undefined) throw new RefusedError({ type: 'not-voting', value: { type: 'retired' } });
    if (starting) throw new RefusedError({ type: 'not-voting', value: { type: 'starting' } });
    return { type: 'unbound' };
  }
  const record = state.order(coin.digest);
  if (record?.type === 'voted') return { type: 'bound', value: record.signed };
  if (record?.type !== 'certified' && record?.type !== 'contested') {
    throw new Error(`a coin is held by an order without a record: ${toHex(coin.digest)}`);
  }
  return { type: 'spent', value: { order: record.order, certificate: record.certificate } };
}

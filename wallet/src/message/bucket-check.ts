import { compareBytes, concat, u32, u8 } from '../crypto/bytes.js';
import { RondeError } from '../crypto/error.js';
import * as LABELS from '../crypto/labels.js';
import type { SigningKey } from '../crypto/signing-key.js';
import { bucketEntry, bucketQuery } from './bucket.js';
import type { BucketEntry, BucketLength, BucketPage, BucketPlace, BucketQuery } from './bucket.js';
import { encode, list } from './codec.js';
import type { Keyset } from './keyset.js';
import { MAX_BUCKET_BITS, MAX_BUCKET_ENTRIES, MIN_BUCKET_ENTRIES } from './limits.js';
import type { Order, Output } from './order.js';
import { orderDigest } from './order-digest.js';

/** The codes of chapter 22, "Buckets". */
export type BucketCode =
  /** The witness that was asked did not sign this as an answer to this question. */
  | 'not-signed'
  /** The witness signed entries that are no piece of the bucket, or a prefix that is too long. */
  | 'disorder'
  /** Fewer witnesses answered than are needed. */
  | 'too-few';

/** What is no answer about buckets. */
export class BucketError extends RondeError<BucketCode> {
  constructor(code: BucketCode, detail: Readonly<Record<string, number>>) {
    const [fault, what] = SAYS[code];
    super(code, what, { fault, retryable: code === 'too-few', detail });
  }
}

const SAYS = {
  'not-signed': ['relay', 'not signed by the witness that was asked, as an answer to this question'],
  disorder: ['witness', 'the witness signed what is no piece of the bucket'],
  'too-few': ['nobody', 'fewer witnesses answered than are needed'],
} as const;

/** The bytes of a B by which buckets are ordered: from the second on, then the first. */
function turned(blinded: Uint8Array): Uint8Array {
  return concat(blinded.subarray(1), blinded.subarray(0, 1));
}

/** The bucket number of a B: the first bits of its turned bytes. */
export function bucketNumber(blinded: Uint8Array, bits: number): number {
  return ((((blinded[1] as number) << 8) | (blinded[2] as number)) >> (MAX_BUCKET_BITS - bits)) >>> 0;
}

/** The order of entries: by the turned bytes of B, then by digest. */
export function comparePlaces(a: BucketPlace, b: BucketPlace): number {
  return compareBytes(turned(a.blinded), turned(b.blinded)) || compareBytes(a.digest, b.digest);
}

/** Under which of its outputs an order is found in the buckets of a keyset: those that can be at slot 0. */
export function bucketPlaces(order: Order, keyset: number): BucketPlace[] {
  const digest = orderDigest(order);
  const own = order.outputs.filter((output) => output.class.keyset === keyset);
  return firstSlots(own)
    .map(({ blinded }) => ({ blinded, digest }))
    .sort(comparePlaces);
}

/** Points of the largest denomination; without points, vouchers of the least offer; otherwise all (WALLET-13). */
function firstSlots(outputs: readonly Output[]): readonly Output[] {
  const points = outputs.flatMap(({ class: { kind } }) => (kind.type === 'points' ? [kind.denomination] : []));
  const offers = outputs.flatMap(({ class: { kind } }) => (kind.type === 'voucher' ? [kind.offer] : []));
  const largest = points.reduce((most, each) => (each > most ? each : most), 0n);
  const least = Math.min(...offers);
  if (points.length > 0) {
    return outputs.filter(({ class: { kind } }) => kind.type === 'points' && kind.denomination === largest);
  }
  if (offers.length > 0) return outputs.filter(({ class: { kind } }) => kind.type === 'voucher' && kind.offer === least);
  return outputs;
}

/** The longest prefix with which each bucket has 1,000 entries, by how many are in each of 16 bits (RESTORE-16). */
export function longestPrefix(sizes: readonly number[]): number {
  let counts = sizes;
  for (let bits = MAX_BUCKET_BITS; bits > 0; bits -= 1) {
    if (counts.every((count) => count >= MIN_BUCKET_ENTRIES)) return bits;
    const finer = counts;
    counts = Array.from({ length: finer.length / 2 }, (_, i) => (finer[2 * i] as number) + (finer[2 * i + 1] as number));
  }
  return 0;
}

const lengthParts = (keyset: Keyset, index: number, nonce: Uint8Array, bits: number): Uint8Array[] => [
  keyset.federation,
  u32(keyset.id),
  u8(index),
  nonce,
  u8(bits),
];

const pageParts = (
  keyset: Keyset,
  index: number,
  query: BucketQuery,
  entries: readonly BucketEntry[],
  more: boolean,
): Uint8Array[] => [
  keyset.federation,
  u32(keyset.id),
  u8(index),
  encode(bucketQuery, query),
  encode(list(bucketEntry, MAX_BUCKET_ENTRIES), entries),
  u8(more ? 1 : 0),
];

/** A witness states how long the prefixes are that it serves. */
export function signLength(
  key: SigningKey,
  keyset: Keyset,
  index: number,
  nonce: Uint8Array,
  bits: number,
): BucketLength {
  return { index, bits, signature: key.sign(LABELS.BUCKET_LENGTH_SIGNATURE, ...lengthParts(keyset, index, nonce, bits)) };
}

/** A witness signs a piece of its bucket, as the answer to this very question. */
export function signPage(
  key: SigningKey,
  keyset: Keyset,
  index: number,
  query: BucketQuery,
  entries: readonly BucketEntry[],
  more: boolean,
): BucketPage {
  const signature = key.sign(LABELS.BUCKET_SIGNATURE, ...pageParts(keyset, index, query, entries, more));
  return { index, entries, more, signature };
}

/** VerifyLength (RESTORE-26): how many bits; refuses with `not-signed` or `disorder`. */
export function verifyLength({ index, bits, signature }: BucketLength, nonce: Uint8Array, keyset: Keyset): number {
  const key = keyset.witnesses[index]?.voteKey;
  const good = key?.accepts(signature, LABELS.BUCKET_LENGTH_SIGNATURE, ...lengthParts(keyset, index, nonce, bits));
  if (good !== true) throw new BucketError('not-signed', { index });
  if (bits > MAX_BUCKET_BITS) throw new BucketError('disorder', { index });
  return bits;
}

/** AgreedLength (RESTORE-24): of the good answers the (f + 1)-th smallest; `too-few` if there are fewer than n - f. */
export function agreedLength(answers: readonly BucketLength[], nonce: Uint8Array, keyset: Keyset): number {
  const lengths = new Map<number, number>();
  for (const answer of answers) {
    try {
      const bits = verifyLength(answer, nonce, keyset);
      if (!lengths.has(answer.index)) lengths.set(answer.index, bits);
    } catch (error) {
      if (!(error instanceof BucketError)) throw error;
    }
  }
  const agreed = [...lengths.values()].sort((a, b) => a - b)[keyset.entry.faults];
  if (lengths.size < keyset.enough || agreed === undefined) throw new BucketError('too-few', { answered: lengths.size });
  return agreed;
}

/** The place of an entry. */
function placeOf({ blinded, certified }: BucketEntry): BucketPlace {
  return { blinded, digest: orderDigest(certified.order) };
}

/** What a page that was verified brought. */
export interface VerifiedPage {
  readonly entries: readonly BucketEntry[];
  readonly places: readonly BucketPlace[];
  /** From where to ask on; nothing at the bucket's end. */
  readonly next: BucketPlace | undefined;
}

/**
 * VerifyPage (RESTORE-26): a piece of the bucket of the witness that was asked. Certificates and evaluations are not
 * looked at: almost all are somebody else's. Refuses with `not-signed` or `disorder`.
 */
export function verifyPage(page: BucketPage, query: BucketQuery, index: number, keyset: Keyset): VerifiedPage {
  const { entries, more, signature } = page;
  const key = page.index === index ? keyset.witnesses[index]?.voteKey : undefined;
  const good = key?.accepts(signature, LABELS.BUCKET_SIGNATURE, ...pageParts(keyset, index, query, entries, more));
  if (good !== true) throw new BucketError('not-signed', { index });
  const places = entries.map(placeOf);
  const isFine = (entry: BucketEntry, at: number): boolean => {
    const before = at === 0 ? query.after : (places[at - 1] as BucketPlace);
    if (bucketNumber(entry.blinded, query.bits) !== query.number || entry.evaluation.index !== index) return false;
    return before === null || comparePlaces(places[at] as BucketPlace, before) > 0;
  };
  const next = more ? places.at(-1) : undefined;
  if (!entries.every(isFine) || (more && next === undefined)) throw new BucketError('disorder', { index });
  return { entries, places, next };
}

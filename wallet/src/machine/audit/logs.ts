import { equalBytes, toHex } from '../../crypto/bytes.js';
import { leafHash, merkleRoot } from '../../crypto/merkle.js';
import {
  encode,
  logEntry,
  orderDigest,
  verifyHead,
  type Certificate,
  type Charter,
  type Head,
  type Keyset,
  type LogEntry,
  type Order,
  type SignedOrder,
} from '../../message/index.js';
import { judgeCertificate, judgeVote } from './judge.js';

/** A log as it was handed over, with other heads of its witness. */
export interface HandedLog {
  readonly head: Head;
  readonly entries: readonly LogEntry[];
  readonly heads: readonly Head[];
}

/** A log that counts: signed, whole, and hashed to its root (BOOKS-13). */
export interface ReadLog {
  readonly index: number;
  readonly leaves: readonly Uint8Array[];
  readonly entries: readonly LogEntry[];
}

/** A certified order with every certificate of it that is at hand. */
export interface CountedOrder {
  readonly order: Order;
  readonly digest: Uint8Array;
  readonly certificates: Certificate[];
}

function verifies(head: Head, keyset: Keyset): boolean {
  try {
    verifyHead(head, keyset);
    return true;
  } catch {
    return false;
  }
}

/** The log, if it counts. */
export function readLog({ head, entries }: HandedLog, keyset: Keyset): ReadLog | undefined {
  if (!verifies(head, keyset) || BigInt(entries.length) !== head.size) return undefined;
  const leaves = entries.map((entry) => leafHash(encode(logEntry, entry)));
  if (!equalBytes(merkleRoot(leaves), head.root)) return undefined;
  return { index: head.index, leaves, entries };
}

/** The witnesses that showed two histories: two heads of one size, or a log that does not extend a head. */
export function forkedWitnesses(logs: readonly HandedLog[], read: readonly ReadLog[], keyset: Keyset): number[] {
  const heads = logs.flatMap(({ head, heads: others }) => [head, ...others]).filter((head) => verifies(head, keyset));
  const forked = new Set<number>();
  const roots = new Map<string, Uint8Array>();
  for (const { index, size, root } of heads) {
    const key = `${index} ${size}`;
    const seen = roots.get(key);
    if (seen !== undefined && !equalBytes(seen, root)) forked.add(index);
    roots.set(key, root);
    for (const log of read.filter((each) => each.index === index && size <= BigInt(each.leaves.length))) {
      if (!equalBytes(merkleRoot(log.leaves.slice(0, Number(size))), root)) forked.add(index);
    }
  }
  return [...forked];
}

/** What the entries of all logs come to, each judged on its own. */
export interface Judged {
  /** Certified orders by digest (BOOKS-14). */
  readonly orders: ReadonlyMap<string, CountedOrder>;
  /** Good votes by digest. */
  readonly voted: ReadonlyMap<string, SignedOrder>;
  readonly badVotes: ReadonlySet<number>;
  readonly badCertificates: ReadonlySet<number>;
  readonly behind: boolean;
  readonly storeKey: boolean;
}

/** Judges every entry of the logs that count. */
export function judgeEntries(read: readonly ReadLog[], keyset: Keyset, charter: Charter): Judged {
  const orders = new Map<string, CountedOrder>();
  const voted = new Map<string, SignedOrder>();
  const [badVotes, badCertificates] = [new Set<number>(), new Set<number>()];
  let [behind, storeKey] = [false, false];
  for (const { index, entries } of read) {
    for (const entry of entries) {
      const digest = orderDigest(entry.value.order);
      if (entry.type === 'voted') {
        const judged = judgeVote(entry.value, keyset.id, charter);
        if (judged === 'good') voted.set(toHex(digest), entry.value);
        if (judged === 'bad') badVotes.add(index);
        behind ||= judged === 'behind';
        storeKey ||= judged === 'store-key';
      } else {
        const judged = judgeCertificate(entry.value, charter);
        if (judged === 'bad') badCertificates.add(index);
        behind ||= judged === 'behind';
        if (judged !== 'good') continue;
        const { order, certificate } = entry.value;
        const counted = orders.get(toHex(digest)) ?? { order, digest, certificates: [] };
        counted.certificates.push(certificate);
        orders.set(toHex(digest), counted);
      }
    }
  }
  return { orders, voted, badVotes, badCertificates, behind, storeKey };
}

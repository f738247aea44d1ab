import { capped, equalBytes, toHex } from '../../crypto/bytes.js';
import {
  clears,
  conflicts,
  DAY,
  orderDigest,
  pointsOut,
  type Charter,
  type Evidence,
  type Keyset,
  type SignedOrder,
} from '../../message/index.js';
import { failingClaims, type Breach } from './claims.js';
import type { Culprit, Offence } from './exhibit.js';
import { judgeCertified } from './judge.js';
import { forkedWitnesses, judgeEntries, readLog, type CountedOrder, type HandedLog, type Judged, type ReadLog } from './logs.js';
import { replay } from './replay.js';

/** Whether somebody named is proven to have cheated, or has to answer by a newer log. */
export type Standing = 'proven' | 'to-answer';

/** Who cheated, and how. */
export interface Finding {
  readonly offence: Offence;
  readonly culprit: Culprit;
  readonly standing: Standing;
}

/** What is worth a look and accuses nobody (EVIDENCE-18). */
export type Note = 'charter-behind' | 'store-key' | 'daily-limit' | 'ballots' | 'vouchers';

/** What an audit comes to (BOOKS-23). */
export interface Report {
  readonly verdict: 'wrong' | 'too-few-logs' | 'well' | 'partly';
  readonly orders: number;
  readonly voted: number;
  readonly breaches: readonly Breach[];
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

/** Audits one keyset by the logs that were handed over; nobody is believed (BOOKS-13 to BOOKS-23). */
export function audit(logs: readonly HandedLog[], keyset: Keyset, charter: Charter): Report {
  const read = logs.flatMap((log) => readLog(log, keyset) ?? []);
  const judged = judgeEntries(read, keyset, charter);
  const counted = [...judged.orders.values()];
  const witnesses = new Set(read.map(({ index }) => index)).size;
  const enough = witnesses >= keyset.enough;
  const breaches = failingClaims(counted.map(({ order }) => order), keyset.id, charter, enough);
  const findings = new Findings();
  for (const index of forkedWitnesses(logs, read, keyset)) findings.add('fork', witness(index));
  for (const index of judged.badVotes) findings.add('bad-vote', witness(index));
  for (const index of judged.badCertificates) findings.add('bad-certificate', witness(index));
  const behind = findBadOrders(counted, charter, findings);
  findClashes(read, judged, keyset, findings);
  findDoubleVotes(read, judged, keyset, charter, findings);
  findBodies([...judged.voted.values()], findings);
  const notes = notesOf(counted, judged, behind, keyset, charter);
  const wrong = breaches.size > 0 || findings.all.length > 0;
  const whole = witnesses === keyset.witnesses.length && read.length === logs.length && notes.length === 0;
  return {
    verdict: wrong ? 'wrong' : !enough ? 'too-few-logs' : whole ? 'well' : 'partly',
    orders: counted.length,
    voted: judged.voted.size,
    breaches: [...breaches].sort(),
    findings: findings.all,
    notes,
  };
}

const witness = (id: number): Culprit => ({ type: 'witness', id });

/** Findings, each once. */
class Findings {
  readonly #all = new Map<string, Finding>();

  add(offence: Offence, culprit: Culprit, standing: Standing = 'proven'): void {
    this.#all.set(`${offence} ${culprit.type} ${culprit.id} ${standing}`, { offence, culprit, standing });
  }

  /** By offence, then witnesses by index, then stores, then standing. */
  get all(): Finding[] {
    const rank = ({ type }: Culprit): number => (type === 'witness' ? 0 : 1);
    const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    return [...this.#all.values()].sort(
      (a, b) =>
        order(a.offence, b.offence) ||
        rank(a.culprit) - rank(b.culprit) ||
        a.culprit.id - b.culprit.id ||
        order(a.standing, b.standing),
    );
  }
}

/** Certified orders that break a rule: all who voted for them. Gives whether any is behind. */
function findBadOrders(counted: readonly CountedOrder[], charter: Charter, findings: Findings): boolean {
  let behind = false;
  for (const { order, certificates } of counted) {
    const [certificate] = certificates;
    if (certificate === undefined) continue;
    const judged = judgeCertified({ order, certificate }, charter);
    behind ||= judged === 'behind';
    if (judged !== 'bad') continue;
    for (const { votes } of certificates) for (const { index } of votes) findings.add('bad-order', witness(index));
  }
  return behind;
}

/** Votes over what another order held, by the witness's own log. */
function findClashes(read: readonly ReadLog[], judged: Judged, keyset: Keyset, findings: Findings): void {
  for (const { index, entries } of read) {
    for (const { first, second, certified } of replay(entries, keyset.id)) {
      const known = judged.voted.has(second) && (judged.voted.has(first) || judged.orders.has(first));
      if (known) findings.add(certified ? 'vote-against-certificate' : 'double-vote', witness(index));
    }
  }
}

/**
 * Witnesses whose votes are in the certificates of two orders of this keyset that conflict; of another keyset nobody is named
 * (BOOKS-27).
 */
function findDoubleVotes(
  read: readonly ReadLog[],
  judged: Judged,
  keyset: Keyset,
  charter: Charter,
  findings: Findings,
): void {
  const counted = [...judged.orders.values()];
  const own = counted.filter(({ order }) => order.keyset === keyset.id);
  own.forEach((first, i) => {
    for (const second of own.slice(i + 1)) {
      if (!conflicts(first.order, second.order)) continue;
      for (const index of votersOf(first).filter((voter) => votersOf(second).includes(voter))) {
        const logs = read.filter((log) => log.index === index);
        const standing = standingOf(first, second, index, logs, counted, charter);
        if (standing !== undefined) findings.add('double-vote', witness(index), standing);
      }
    }
  });
}

const votersOf = ({ certificates }: CountedOrder): number[] => [
  ...new Set(certificates.flatMap(({ votes }) => votes.map(({ index }) => index))),
];

function standingOf(
  first: CountedOrder,
  second: CountedOrder,
  accused: number,
  logs: readonly ReadLog[],
  counted: readonly CountedOrder[],
  charter: Charter,
): Standing | undefined {
  const pair = [toHex(first.digest), toHex(second.digest)];
  for (const { entries } of logs) {
    if (replay(entries, first.order.keyset).some((clash) => pair.includes(clash.first) && pair.includes(clash.second))) return 'proven';
    const votes = entries.flatMap((entry) => (entry.type === 'voted' ? [toHex(orderDigest(entry.value.order))] : []));
    if (pair.every((digest) => votes.includes(digest))) return undefined;
  }
  if (isCleared(first, second, accused, counted, charter)) return undefined;
  const past = logs.some(({ entries }) => {
    const held = entries.map((entry) => toHex(orderDigest(entry.value.order)));
    return pair.every((digest) => held.includes(digest));
  });
  return past ? 'proven' : 'to-answer';
}

/** EVIDENCE-11 to EVIDENCE-13: no certificate of the clearing order that is at hand has a vote of the accused. */
function isCleared(
  first: CountedOrder,
  second: CountedOrder,
  accused: number,
  counted: readonly CountedOrder[],
  charter: Charter,
): boolean {
  const vote = { index: accused, signature: new Uint8Array(64) };
  const doubleVote: Extract<Evidence, { readonly type: 'double-vote' }> = {
    type: 'double-vote',
    first: first.order,
    firstVote: vote,
    second: second.order,
    secondVote: vote,
  };
  return counted.some(({ order, certificates }) =>
    certificates.every((certificate) => clears({ order, certificate }, accused, doubleVote, charter)),
  );
}

/** Stores that signed two bodies under one reference. */
function findBodies(voted: readonly SignedOrder[], findings: Findings): void {
  const signed = voted.filter(({ authorization }) => authorization.type === 'store').map(({ order }) => order);
  signed.forEach((a, i) => {
    const twin = signed.slice(i + 1).some((b) => a.store === b.store && equalBytes(a.reference, b.reference));
    if (twin) findings.add('two-bodies', { type: 'store', id: a.store });
  });
}

/** Notes; a limit is not noted before somebody must have lied (BOOKS-22). */
function notesOf(
  counted: readonly CountedOrder[],
  judged: Judged,
  behind: boolean,
  keyset: Keyset,
  charter: Charter,
): Note[] {
  const notes = new Set<Note>();
  if (judged.behind || behind) notes.add('charter-behind');
  if (judged.storeKey) notes.add('store-key');
  const faults = keyset.entry.faults;
  const past = (used: bigint, limit: bigint): boolean =>
    used * BigInt(keyset.quorum - faults) > limit * BigInt(keyset.enough);
  const sums = new Map<string, { readonly note: Note; readonly limit: bigint; used: bigint }>();
  const add = (note: Note, key: string, used: bigint, limit: bigint): void => {
    const counter = sums.get(`${note} ${key}`) ?? { note, limit, used: 0n };
    counter.used += used;
    sums.set(`${note} ${key}`, counter);
  };
  for (const { order } of counted.filter((each) => each.order.keyset === keyset.id)) {
    const { purpose, store } = order;
    if (purpose.type !== 'earn' && purpose.type !== 'pledge') continue;
    const points = purpose.type === 'pledge' ? purpose.points : capped(pointsOut(order));
    add('daily-limit', `${store} ${order.time / DAY}`, points, charter.store(store)?.dailyLimit ?? 0n);
    for (const { class: made } of order.outputs) {
      const { kind } = made;
      if (kind.type === 'ballot') {
        add('ballots', `${store} ${kind.campaign}`, 1n, charter.campaign(kind.campaign)?.ballotsPerStore ?? 0n);
      } else if (kind.type === 'voucher') {
        add('vouchers', `${store} ${kind.offer}`, 1n, charter.voucherOffer(kind.offer)?.perStore ?? 0n);
      }
    }
  }
  for (const { note, used, limit } of sums.values()) if (past(used, limit)) notes.add(note);
  return [...notes].sort();
}

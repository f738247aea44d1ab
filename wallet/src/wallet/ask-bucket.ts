import { equalBytes, RondeError, toHex } from '../crypto/index.js';
import { BucketError, bucketNumber, verifyPage } from '../message/bucket-check.js';
import type { BucketEntry, BucketPage, BucketPlace, BucketQuery } from '../message/bucket.js';
import { verifyCertificate } from '../message/certificate.js';
import { EvaluationError, VerifiedEvaluation } from '../message/evaluation.js';
import type { Keyset } from '../message/keyset.js';
import { orderDigest } from '../message/order-digest.js';
import type { Order } from '../message/order.js';
import type { Certificate, Evaluation } from '../message/vote.js';
import { Turns } from '../machine/wallet/turns.js';
import type { BucketBounds, TurnEnd } from '../machine/wallet/turns.js';
import { shuffled } from './charters.js';
import type { Core } from './core.js';
import { isFatal } from './drive.js';
import { TransportError } from './http-error.js';
import type { RestoreClient } from './restore-client.js';

/** An order that was found, with a good certificate and good evaluations. */
export interface FoundOrder {
  readonly order: Order;
  readonly certificate: Certificate;
  readonly evaluations: readonly Evaluation[];
}

/** What is looked for: a B, in the bucket of so many bits. */
export interface BucketQuestion {
  readonly keyset: Keyset;
  readonly bits: number;
  readonly blinded: Uint8Array;
}

/** An order, and how many of its evaluations are good. */
interface Found extends FoundOrder {
  readonly good: number;
}

/**
 * Ask: reads the whole bucket of a B from q witnesses in random order, through one store, whether the order was found
 * before or not, and of no witness much more than a bucket has (RESTORE-25). Refuses with `too-few`, also if the store can't
 * be reached.
 */
export async function askBucket(
  core: Core,
  client: RestoreClient,
  base: string,
  question: BucketQuestion,
  bounds?: BucketBounds,
): Promise<FoundOrder[]> {
  const { keyset, bits, blinded } = question;
  const query = { keyset: keyset.id, bits, number: bucketNumber(blinded, bits), after: null, nonce: core.random(32) };
  const found = new Map<string, Found>();
  const onEntry = (entry: BucketEntry): void => {
    if (equalBytes(entry.blinded, blinded)) takeEntry(core, keyset, found, entry);
  };
  const readings = new Map(
    shuffled(keyset.witnesses, core.random).map(({ index }) => [index, new Reading(client, base, keyset, index, query)]),
  );
  const committee = { quorum: keyset.quorum, faults: keyset.entry.faults };
  const turns = new Turns([...readings.keys()], committee, bounds);
  const tooFew = (): BucketError => new BucketError('too-few', { ended: turns.ended });
  for (;;) {
    core.alive();
    const turn = turns.next([...found.values()].every(({ good }) => good >= keyset.quorum));
    if (turn === undefined) break;
    const { pages, end } = await (readings.get(turn.index) as Reading).readOn(turn.pages, onEntry);
    if (end === 'unreachable') throw tooFew();
    turns.took(pages, end);
  }
  if (!turns.enough) throw tooFew();
  return [...found.values()];
}

/** What a turn brought: so many pages; and how it ended, or that its store can't be reached. */
interface TurnRead {
  readonly pages: number;
  readonly end: TurnEnd | 'unreachable';
}

/** A witness's bucket, as far as it was read. */
class Reading {
  #after: BucketPlace | null = null;
  /** Pages that came and were not read yet. */
  #here: BucketPage[] = [];

  constructor(
    readonly client: RestoreClient,
    readonly base: string,
    readonly keyset: Keyset,
    readonly index: number,
    readonly query: BucketQuery,
  ) {}

  /** Reads on, so many pages at most. A page counts once it was read. */
  async readOn(most: number, onEntry: (entry: BucketEntry) => void): Promise<TurnRead> {
    let pages = 0;
    try {
      while (pages < most) {
        const query = { ...this.query, after: this.#after };
        if (this.#here.length === 0) this.#here = await this.client.pages(this.base, this.index, query);
        const page = this.#here.shift();
        if (page === undefined) return { pages, end: 'failed' };
        const { entries, next } = verifyPage(page, query, this.index, this.keyset);
        entries.forEach(onEntry);
        pages += 1;
        if (next === undefined) return { pages, end: 'ended' };
        this.#after = next;
      }
      return { pages, end: 'aside' };
    } catch (error) {
      if (isFatal(error)) throw error;
      const isUnreachable = error instanceof TransportError && error.code === 'unreachable';
      return { pages, end: isUnreachable ? 'unreachable' : 'failed' };
    }
  }
}

/**
 * Takes an entry with the B that was asked for, if its certificate and its evaluation are good. An evaluation that its
 * witness signed with a bad proof goes along, as evidence, and counts for nothing (WALLET-29).
 */
function takeEntry(core: Core, keyset: Keyset, found: Map<string, Found>, entry: BucketEntry): void {
  const { evaluation, certified } = entry;
  const { order, certificate } = certified;
  const digest = orderDigest(order);
  const name = toHex(digest);
  const known = found.get(name) ?? { order, certificate, evaluations: [], good: 0 };
  const itsKeyset = core.charter.keyset(order.keyset);
  if (itsKeyset === undefined || known.evaluations.some(({ index }) => index === evaluation.index)) return;
  let isGood = true;
  try {
    verifyCertificate(certificate, itsKeyset, digest);
    VerifiedEvaluation.verify(keyset, order, digest, evaluation);
  } catch (error) {
    if (!(error instanceof RondeError)) throw error;
    if (!(error instanceof EvaluationError) || error.code !== 'bad-proof') return;
    isGood = false;
  }
  found.set(name, { ...known, evaluations: [...known.evaluations, evaluation], good: known.good + (isGood ? 1 : 0) });
}

import { equalBytes, RondeError, toHex } from '../crypto/index.js';
import { BucketError, bucketNumber, verifyPage } from '../message/bucket-check.js';
import type { BucketEntry, BucketPlace, BucketQuery } from '../message/bucket.js';
import { verifyCertificate } from '../message/certificate.js';
import { VerifiedEvaluation } from '../message/evaluation.js';
import type { Keyset } from '../message/keyset.js';
import { orderDigest } from '../message/order-digest.js';
import type { Order } from '../message/order.js';
import type { Certificate, Evaluation } from '../message/vote.js';
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

/** Most pages that one witness may have in a bucket, so that a liar's has an end too. */
const MAX_BUCKET_PAGES = 1_024;

/**
 * Ask: reads the whole bucket of a B from q witnesses in random order, through one store, whether the order was found
 * before or not (RESTORE-25). Refuses with `too-few`.
 */
export async function askBucket(
  core: Core,
  client: RestoreClient,
  base: string,
  question: BucketQuestion,
): Promise<FoundOrder[]> {
  const { keyset, bits, blinded } = question;
  const query = { keyset: keyset.id, bits, number: bucketNumber(blinded, bits), after: null, nonce: core.random(32) };
  const found = new Map<string, FoundOrder>();
  let answered = 0;
  for (const { index } of shuffled(keyset.witnesses, core.random)) {
    if (answered >= keyset.quorum && [...found.values()].every((each) => each.evaluations.length >= keyset.quorum)) break;
    core.alive();
    const onEntry = (entry: BucketEntry): void => {
      if (equalBytes(entry.blinded, blinded)) takeEntry(core, keyset, found, entry);
    };
    if (await isReadToEnd(client, base, keyset, index, query, onEntry)) answered += 1;
  }
  if (answered < keyset.quorum) throw new BucketError('too-few', { answered });
  return [...found.values()];
}

/** Reads a witness's bucket; gives whether it was to its end. A store that can't be reached ends the question. */
async function isReadToEnd(
  client: RestoreClient,
  base: string,
  keyset: Keyset,
  index: number,
  query: BucketQuery,
  onEntry: (entry: BucketEntry) => void,
): Promise<boolean> {
  let after: BucketPlace | null = null;
  try {
    for (let pages = 0; pages < MAX_BUCKET_PAGES; ) {
      const answer = await client.pages(base, index, { ...query, after });
      if (answer.length === 0) return false;
      for (const page of answer) {
        const { entries, next } = verifyPage(page, { ...query, after }, index, keyset);
        entries.forEach(onEntry);
        if (next === undefined) return true;
        after = next;
        pages += 1;
      }
    }
    return false;
  } catch (error) {
    if (isFatal(error)) throw error;
    if (error instanceof TransportError && error.code === 'unreachable') throw error;
    return false;
  }
}

/** Takes an entry with the B that was asked for, if its certificate and its evaluation are good. */
function takeEntry(core: Core, keyset: Keyset, found: Map<string, FoundOrder>, entry: BucketEntry): void {
  const { evaluation, certified } = entry;
  const { order, certificate } = certified;
  const digest = orderDigest(order);
  const name = toHex(digest);
  const known = found.get(name);
  const itsKeyset = core.charter.keyset(order.keyset);
  if (itsKeyset === undefined || known?.evaluations.some(({ index }) => index === evaluation.index)) return;
  try {
    if (known === undefined) verifyCertificate(certificate, itsKeyset, digest);
    VerifiedEvaluation.verify(keyset, order, digest, evaluation);
  } catch (error) {
    if (error instanceof RondeError) return;
    throw error;
  }
  found.set(name, { order, certificate, evaluations: [...(known?.evaluations ?? []), evaluation] });
}

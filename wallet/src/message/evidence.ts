import { equalBytes } from '../crypto/bytes.js';
import { RondeError } from '../crypto/error.js';
import { derive } from '../crypto/hash.js';
import * as LABELS from '../crypto/labels.js';
import { MerkleTree } from '../crypto/merkle.js';
import { verifyCertificate, verifyVote } from './certificate.js';
import type { Charter } from './charter-chain.js';
import { encode } from './codec.js';
import { conflicts } from './conflict.js';
import { EvaluationError, VerifiedEvaluation } from './evaluation.js';
import { verifyHead } from './head.js';
import type { Keyset } from './keyset.js';
import { orderDigest } from './order-digest.js';
import {
  evidence as evidenceCodec,
  exhibit as exhibitCodec,
  type CertifiedOrder,
  type Evidence,
  type Exhibit,
} from './vote.js';

/** Evidence that convicts nobody: of an unknown keyset or witness, not signed by the accused, or in order. */
export class EvidenceError extends RondeError<'unknown' | 'not-signed' | 'in-order'> {
  constructor(code: 'unknown' | 'not-signed' | 'in-order') {
    const meaning = {
      unknown: 'the charter has no such keyset or witness',
      'not-signed': 'the accused did not sign this',
      'in-order': 'what the accused signed is in order',
    }[code];
    super(code, meaning, { fault: 'caller' });
  }
}

/** Whom evidence convicts. */
export interface Convicted {
  readonly keyset: number;
  readonly index: number;
}

/** The name of a piece of evidence (EVIDENCE-10). */
export function evidenceId(evidence: Evidence): Uint8Array {
  return derive(LABELS.EVIDENCE_ID, encode(evidenceCodec, evidence));
}

/** The name of an exhibit, made likewise. */
export function exhibitId(exhibit: Exhibit): Uint8Array {
  return derive(LABELS.EVIDENCE_ID, encode(exhibitCodec, exhibit));
}

/** VerifyEvidence (EVIDENCE-1 to EVIDENCE-8). */
export function verifyEvidence(evidence: Evidence, charter: Charter): Convicted {
  switch (evidence.type) {
    case 'double-vote':
      return verifyDoubleVote(evidence, keysetOf(charter, evidence.first.keyset));
    case 'bad-evaluation':
      return verifyBadEvaluation(evidence, keysetOf(charter, evidence.evaluation.keyset));
    case 'fork':
      return verifyFork(evidence, keysetOf(charter, evidence.keyset));
  }
}

function keysetOf(charter: Charter, id: number): Keyset {
  const keyset = charter.keyset(id);
  if (keyset === undefined) throw new EvidenceError('unknown');
  return keyset;
}

type Of<T extends Evidence['type']> = Extract<Evidence, { readonly type: T }>;

function verifyDoubleVote({ first, firstVote, second, secondVote }: Of<'double-vote'>, keyset: Keyset): Convicted {
  if (firstVote.index !== secondVote.index || !conflicts(first, second)) throw new EvidenceError('in-order');
  signed(() => {
    verifyVote(firstVote, keyset, orderDigest(first));
    verifyVote(secondVote, keyset, orderDigest(second));
  });
  return { keyset: keyset.id, index: firstVote.index };
}

function signed(verify: () => void): void {
  try {
    verify();
  } catch {
    throw new EvidenceError('not-signed');
  }
}

function verifyBadEvaluation({ order, evaluation }: Of<'bad-evaluation'>, keyset: Keyset): Convicted {
  try {
    VerifiedEvaluation.verify(keyset, order, orderDigest(order), evaluation);
  } catch (error) {
    const code = error instanceof EvaluationError ? error.code : 'misplaced';
    if (code === 'bad-proof') return { keyset: keyset.id, index: evaluation.index };
    if (code === 'no-such-witness') throw new EvidenceError('unknown');
    if (code === 'bad-signature') throw new EvidenceError('not-signed');
  }
  throw new EvidenceError('in-order');
}

function verifyFork({ shorter, longer, subtrees }: Of<'fork'>, keyset: Keyset): Convicted {
  if (shorter.index !== longer.index || shorter.size > longer.size) throw new EvidenceError('in-order');
  signed(() => {
    verifyHead(shorter, keyset);
    verifyHead(longer, keyset);
  });
  const convicted = { keyset: keyset.id, index: longer.index };
  if (shorter.size === longer.size) {
    if (equalBytes(shorter.root, longer.root)) throw new EvidenceError('in-order');
    return convicted;
  }
  const row = new MerkleTree();
  const rest = row.advance(shorter.size, subtrees);
  const before = row.root();
  const left = rest && row.advance(longer.size, rest);
  if (left?.length !== 0 || !equalBytes(row.root(), longer.root)) throw new EvidenceError('in-order');
  if (equalBytes(before, shorter.root)) throw new EvidenceError('in-order');
  return convicted;
}

/** Clears: whether a certified order clears the accused of a double vote that verifies (EVIDENCE-11 to EVIDENCE-13). */
export function clears(certified: CertifiedOrder, accused: number, doubleVote: Of<'double-vote'>, charter: Charter): boolean {
  const { first, second } = doubleVote;
  const { order, certificate } = certified;
  const keyset = charter.keyset(order.keyset);
  if (keyset === undefined || order.keyset !== first.keyset || order.keyset !== second.keyset) return false;
  const digest = orderDigest(order);
  if ([first, second].some((voted) => equalBytes(orderDigest(voted), digest))) return false;
  try {
    verifyCertificate(certificate, keyset, digest);
  } catch {
    return false;
  }
  if (conflicts(order, first) === conflicts(order, second)) return false;
  return !certificate.votes.some(({ index }) => index === accused);
}

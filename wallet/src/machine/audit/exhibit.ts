import { equalBytes } from '../../crypto/bytes.js';
import { leafHash, MerkleTree } from '../../crypto/merkle.js';
import {
  conflicts,
  encode,
  EvidenceError,
  logEntry,
  orderDigest,
  verifyCertificate,
  verifyEvidence,
  verifyHead,
  verifyStatement,
  type Charter,
  type Exhibit,
  type Head,
  type Keyset,
  type Logged,
  type SignedOrder,
} from '../../message/index.js';
import { judgeCertificate, judgeCertified, judgeOrder, judgeVote } from './judge.js';

/** What somebody can be convicted of (chapter 17). */
export type Offence =
  | 'double-vote'
  | 'vote-against-certificate'
  | 'fork'
  | 'bad-evaluation'
  | 'bad-certificate'
  | 'bad-vote'
  | 'bad-order'
  | 'two-bodies'
  | 'reopened';

/** Who is convicted: a witness by its index, or a store. */
export type Culprit = { readonly type: 'witness' | 'store'; readonly id: number };

/** What an exhibit shows. */
export interface Shown {
  readonly offence: Offence;
  readonly culprits: readonly Culprit[];
}

const witness = (id: number): Culprit => ({ type: 'witness', id });

/** VerifyExhibit (EVIDENCE-14 to EVIDENCE-19); refuses with `EvidenceError`. */
export function verifyExhibit(exhibit: Exhibit, charter: Charter): Shown {
  switch (exhibit.type) {
    case 'witness': {
      const { index } = verifyEvidence(exhibit.value, charter);
      return { offence: exhibit.value.type, culprits: [witness(index)] };
    }
    case 'logged':
      return { offence: verifyLogged(exhibit.value, charter), culprits: [witness(exhibit.value.head.index)] };
    case 'order':
      return verifyCertified(exhibit, charter);
    case 'store':
      return verifyBodies(exhibit, charter);
    case 'closed':
      return verifyClosed(exhibit, charter);
    case 'closed-twice':
      return verifyClosedTwice(exhibit, charter);
  }
}

function keysetOf(charter: Charter, id: number): Keyset {
  const keyset = charter.keyset(id);
  if (keyset === undefined) throw new EvidenceError('unknown');
  return keyset;
}

/** Refuses with `not-signed` what is not. */
function signed(verify: () => void): void {
  try {
    verify();
  } catch {
    throw new EvidenceError('not-signed');
  }
}

/** Whether the entries stand under the head, by the subtrees that cover everything else (EVIDENCE-14). */
function standsUnder({ head, subtrees, entries }: Logged): boolean {
  const row = new MerkleTree();
  let left: readonly Uint8Array[] | undefined = subtrees;
  for (const { position, entry } of entries) {
    left = row.advance(position, left);
    if (left === undefined) return false;
    row.append(leafHash(encode(logEntry, entry)));
  }
  left = row.advance(head.size, left);
  return left?.length === 0 && equalBytes(row.root(), head.root);
}

function verifyLogged(exhibit: Logged, charter: Charter): Offence {
  const { keyset: id, head, entries } = exhibit;
  const keyset = keysetOf(charter, id);
  signed(() => verifyHead(head, keyset));
  if (!standsUnder(exhibit)) throw new EvidenceError('not-signed');
  const [first, second] = entries;
  if (first === undefined) throw new EvidenceError('in-order');
  if (second === undefined) return judgeAlone(first.entry, id, charter);
  if (second.entry.type !== 'voted') throw new EvidenceError('in-order');
  return judgePair(first.entry, second.entry.value, charter);
}

type Entry = Logged['entries'][number]['entry'];

function judgeAlone(entry: Entry, keyset: number, charter: Charter): Offence {
  const voted = entry.type === 'voted';
  const judged = voted ? judgeVote(entry.value, keyset, charter) : judgeCertificate(entry.value, charter);
  if (judged === 'behind') throw new EvidenceError('unknown');
  if (judged !== 'bad') throw new EvidenceError('in-order');
  return voted ? 'bad-vote' : 'bad-certificate';
}

function judgePair(first: Entry, second: SignedOrder, charter: Charter): Offence {
  if (!conflicts(first.value.order, second.order)) throw new EvidenceError('in-order');
  if (first.type === 'voted') return 'double-vote';
  if (judgeCertificate(first.value, charter) !== 'good') throw new EvidenceError('in-order');
  return 'vote-against-certificate';
}

function verifyCertified({ value }: Extract<Exhibit, { readonly type: 'order' }>, charter: Charter): Shown {
  const { order, certificate } = value;
  const keyset = keysetOf(charter, certificate.keyset);
  signed(() => verifyCertificate(certificate, keyset, orderDigest(order)));
  if (order.keyset === keyset.id) {
    const judged = judgeCertified(value, charter);
    if (judged === 'behind') throw new EvidenceError('unknown');
    if (judged === 'good') throw new EvidenceError('in-order');
  }
  return { offence: 'bad-order', culprits: certificate.votes.map(({ index }) => witness(index)) };
}

function verifyBodies({ first, second }: Extract<Exhibit, { readonly type: 'store' }>, charter: Charter): Shown {
  const { store, reference } = first.order;
  const same = store === second.order.store && equalBytes(reference, second.order.reference);
  if (!same || equalBytes(orderDigest(first.order), orderDigest(second.order))) throw new EvidenceError('in-order');
  for (const signed of [first, second]) {
    if (signed.authorization.type !== 'store') throw new EvidenceError('in-order');
    const judged = judgeOrder(signed, charter, true);
    if (judged === 'behind') throw new EvidenceError('unknown');
    if (judged === 'store-key') throw new EvidenceError('not-signed');
    if (judged === 'bad') throw new EvidenceError('in-order');
  }
  return { offence: 'two-bodies', culprits: [{ type: 'store', id: store }] };
}

/** A closing statement, and a head of more entries or of others (EVIDENCE-19). */
function verifyClosed({ statement, head }: Extract<Exhibit, { readonly type: 'closed' }>, charter: Charter): Shown {
  const keyset = keysetOf(charter, statement.keyset);
  if (statement.index !== head.index || head.size < statement.size || saysSame(statement, head)) {
    throw new EvidenceError('in-order');
  }
  signed(() => {
    verifyStatement(statement, keyset);
    verifyHead(head, keyset);
  });
  return { offence: 'reopened', culprits: [witness(head.index)] };
}

/** Two closing statements of one witness that do not say the same (EVIDENCE-19). */
function verifyClosedTwice(
  { first, second }: Extract<Exhibit, { readonly type: 'closed-twice' }>,
  charter: Charter,
): Shown {
  const keyset = keysetOf(charter, first.keyset);
  if (first.keyset !== second.keyset || first.index !== second.index || saysSame(first, second)) {
    throw new EvidenceError('in-order');
  }
  signed(() => {
    verifyStatement(first, keyset);
    verifyStatement(second, keyset);
  });
  return { offence: 'reopened', culprits: [witness(first.index)] };
}

type Said = Pick<Head, 'size' | 'root'>;

const saysSame = (a: Said, b: Said): boolean => a.size === b.size && equalBytes(a.root, b.root);

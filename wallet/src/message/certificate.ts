import { equalBytes, u32, u8 } from '../crypto/bytes.js';
import { RondeError } from '../crypto/error.js';
import * as LABELS from '../crypto/labels.js';
import type { Keyset, Witness } from './keyset.js';
import type { Certificate, Vote } from './vote.js';

/** The codes of chapter 22, "Votes" and "Certificates". */
export type VoteCode =
  /** The keyset has no witness of this index. */
  | 'no-such-witness'
  /** The signature is wrong: it proves nothing about anybody. */
  | 'bad-signature'
  /** Of another keyset than the order's. */
  | 'other-keyset'
  /** Of another digest. */
  | 'other-order'
  /** Not exactly q votes. */
  | 'vote-count'
  /** Votes out of order, or of one witness twice. */
  | 'unsorted';

/** A vote or certificate that does not count. It is held against whoever relayed it alone (VOTE-7). */
export class VoteError extends RondeError<VoteCode> {
  constructor(code: VoteCode, index?: number) {
    super(code, 'it does not count: whoever relayed it may have spoiled it', { fault: 'relay', detail: index === undefined ? {} : { index } });
  }
}

/** What a vote's signature covers. */
export function votedParts(keyset: Keyset, index: number, digest: Uint8Array): Uint8Array[] {
  return [keyset.federation, u32(keyset.id), u8(index), digest];
}

/** VerifyVote: the witness that voted (VOTE-4, VOTE-5, VOTE-6). */
export function verifyVote({ index, signature }: Vote, keyset: Keyset, digest: Uint8Array): Witness {
  const witness = keyset.witnesses[index];
  if (witness === undefined) throw new VoteError('no-such-witness', index);
  if (!witness.voteKey.accepts(signature, LABELS.VOTE_SIGNATURE, ...votedParts(keyset, index, digest))) {
    throw new VoteError('bad-signature', index);
  }
  return witness;
}

/** Those votes that verify, in their order; the others are dropped without a word (VOTE-7). */
export function goodVotes(votes: readonly Vote[], keyset: Keyset, digest: Uint8Array): Vote[] {
  return votes.filter((vote) => {
    try {
      verifyVote(vote, keyset, digest);
      return true;
    } catch {
      return false;
    }
  });
}

/** VerifyCertificate (CERT-1 to CERT-8). No clock is asked. */
export function verifyCertificate(certificate: Certificate, keyset: Keyset, digest: Uint8Array): void {
  if (certificate.keyset !== keyset.id) throw new VoteError('other-keyset');
  if (!equalBytes(certificate.digest, digest)) throw new VoteError('other-order');
  if (certificate.votes.length !== keyset.quorum) throw new VoteError('vote-count');
  if (!certificate.votes.every(({ index }, i) => index > (certificate.votes[i - 1]?.index ?? -1))) {
    throw new VoteError('unsorted');
  }
  for (const vote of certificate.votes) verifyVote(vote, keyset, digest);
}

/** Assemble: a certificate of votes that were verified, or nothing (CERT-9). */
export function assemble(keyset: Keyset, digest: Uint8Array, votes: readonly Vote[]): Certificate | undefined {
  const latest = new Map(votes.map((vote) => [vote.index, vote]));
  if (latest.size < keyset.quorum) return undefined;
  const chosen = [...latest.values()].sort((a, b) => a.index - b.index).slice(0, keyset.quorum);
  return { keyset: keyset.id, digest, votes: chosen };
}

import { u32, u64, u8 } from '../crypto/bytes.js';
import type { SigningKey } from '../crypto/signing-key.js';
import { RondeError } from '../crypto/error.js';
import * as LABELS from '../crypto/labels.js';
import { encode, option } from './codec.js';
import type { Keyset } from './keyset.js';
import { head as headCodec, type Head, type HeadAnswer } from './vote.js';

/** A head or an answer about one that is not signed by whom it says. Held against whoever relayed it (LOG-8). */
export class HeadError extends RondeError<'not-signed'> {
  constructor(index: number) {
    super('not-signed', 'not signed by whom it is said to be, or about another than was asked for', {
      fault: 'relay',
      detail: { index },
    });
  }
}

const headParts = (keyset: Keyset, index: number, size: bigint, root: Uint8Array): Uint8Array[] => [
  keyset.federation,
  u32(keyset.id),
  u8(index),
  u64(size),
  root,
];

const answerParts = (keyset: Keyset, index: number, newest: Head | null, asker: number, nonce: Uint8Array) => [
  keyset.federation,
  u32(keyset.id),
  u8(index),
  nonce,
  u8(asker),
  encode(option(headCodec), newest),
];

/** Signs size and root of a log (LOG-8). */
export function signHead(key: SigningKey, keyset: Keyset, index: number, size: bigint, root: Uint8Array): Head {
  const signature = key.sign(LABELS.HEAD_SIGNATURE, ...headParts(keyset, index, size, root));
  return { index, size, root, signature };
}

/** VerifyHead. */
export function verifyHead(head: Head, keyset: Keyset): Head {
  const { index, size, root, signature } = head;
  const witness = keyset.witnesses[index];
  const good = witness?.voteKey.accepts(signature, LABELS.HEAD_SIGNATURE, ...headParts(keyset, index, size, root));
  if (good !== true) throw new HeadError(index);
  return head;
}

/** Signs an answer about the newest head of the asker that is known (ROLLBACK-5). */
export function signHeadAnswer(
  key: SigningKey,
  keyset: Keyset,
  index: number,
  newest: Head | null,
  asker: number,
  nonce: Uint8Array,
): HeadAnswer {
  const signature = key.sign(LABELS.HEAD_ANSWER_SIGNATURE, ...answerParts(keyset, index, newest, asker, nonce));
  return { index, newest, signature };
}

/** VerifyHeadAnswer: the asker's newest head that the answering witness knows, or null. */
export function verifyHeadAnswer(answer: HeadAnswer, keyset: Keyset, asker: number, nonce: Uint8Array): Head | null {
  const { index, newest, signature } = answer;
  const witness = keyset.witnesses[index];
  const parts = answerParts(keyset, index, newest, asker, nonce);
  if (witness?.voteKey.accepts(signature, LABELS.HEAD_ANSWER_SIGNATURE, ...parts) !== true) throw new HeadError(index);
  if (newest === null) return null;
  if (newest.index !== asker) throw new HeadError(index);
  return verifyHead(newest, keyset);
}

import { u32 as u32Bytes, u64 as u64Bytes, u8 as u8Bytes } from '../crypto/bytes.js';
import { RondeError } from '../crypto/error.js';
import { derive } from '../crypto/hash.js';
import * as LABELS from '../crypto/labels.js';
import type { SigningKey } from '../crypto/signing-key.js';
import { bytes32, bytes64, struct, u32, u64, u8, type ValueOf } from './codec.js';
import type { Keyset } from './keyset.js';

/** `ClosingStatement`: what a witness says, once and for good, of its frozen log. */
export const closingStatement = /* @__PURE__ */ struct({
  keyset: u32,
  index: u8,
  size: u64,
  root: bytes32,
  signature: bytes64,
});
export type ClosingStatement = ValueOf<typeof closingStatement>;

/** A closing statement that is not signed by whom it says. Held against whoever relayed it. */
export class StatementError extends RondeError<'not-signed'> {
  constructor(index: number) {
    super('not-signed', 'the witness did not sign this statement of this keyset', { fault: 'relay', detail: { index } });
  }
}

const statementParts = (keyset: Keyset, index: number, size: bigint, root: Uint8Array): Uint8Array[] => [
  keyset.federation,
  u32Bytes(keyset.id),
  u8Bytes(index),
  derive(LABELS.STATEMENT_HASH, u64Bytes(size), root),
];

/** Signs the size and the root of a frozen log (ROLLOVER-8). */
export function signStatement(
  key: SigningKey,
  keyset: Keyset,
  index: number,
  size: bigint,
  root: Uint8Array,
): ClosingStatement {
  const signature = key.sign(LABELS.STATEMENT_SIGNATURE, ...statementParts(keyset, index, size, root));
  return { keyset: keyset.id, index, size, root, signature };
}

/** VerifyStatement. */
export function verifyStatement(statement: ClosingStatement, keyset: Keyset): ClosingStatement {
  const { index, size, root, signature } = statement;
  const witness = statement.keyset === keyset.id ? keyset.witnesses[index] : undefined;
  const parts = statementParts(keyset, index, size, root);
  if (witness?.voteKey.accepts(signature, LABELS.STATEMENT_SIGNATURE, ...parts) !== true) {
    throw new StatementError(index);
  }
  return statement;
}

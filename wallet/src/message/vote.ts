import { MAX_OUTPUTS } from '../crypto/split.js';
import { bytes32, bytes64, choice, list, option, struct, u32, u64, u8, type ValueOf } from './codec.js';
import { MAX_PROOF_HASHES, MAX_WITNESSES } from './limits.js';
import { order, signedOrder } from './order.js';
import { closingStatement } from './statement.js';

/** `Vote`: a witness's signature on a digest. */
export const vote = /* @__PURE__ */ struct({ index: u8, signature: bytes64 });
export type Vote = ValueOf<typeof vote>;

/** `Certificate`: exactly q votes on one digest. */
export const certificate = /* @__PURE__ */ struct({ keyset: u32, digest: bytes32, votes: list(vote, MAX_WITNESSES) });
export type Certificate = ValueOf<typeof certificate>;

/** `EvaluationProof`: challenge and response. */
export const evaluationProof = /* @__PURE__ */ struct({ challenge: bytes32, response: bytes32 });

/** `Evaluation`: a witness's answer to an order's outputs. */
export const evaluation = /* @__PURE__ */ struct({
  keyset: u32,
  index: u8,
  digest: bytes32,
  evaluated: list(bytes32, MAX_OUTPUTS),
  proof: evaluationProof,
  signature: bytes64,
});
export type Evaluation = ValueOf<typeof evaluation>;

/** `Head`: size and root of a witness's log. */
export const head = /* @__PURE__ */ struct({ index: u8, size: u64, root: bytes32, signature: bytes64 });
export type Head = ValueOf<typeof head>;

/** `HeadAnswer`: the newest head of the asker that a witness knows. */
export const headAnswer = /* @__PURE__ */ struct({ index: u8, newest: option(head), signature: bytes64 });
export type HeadAnswer = ValueOf<typeof headAnswer>;

/** `CertifiedOrder`. */
export const certifiedOrder = /* @__PURE__ */ struct({ order, certificate });
export type CertifiedOrder = ValueOf<typeof certifiedOrder>;

/** `LogEntry`: what a witness voted for, and what it saw certified. */
export const logEntry = /* @__PURE__ */ choice({ voted: { one: signedOrder }, certified: { one: certifiedOrder } });
export type LogEntry = ValueOf<typeof logEntry>;

/** `Evidence` against a witness. */
export const evidence = /* @__PURE__ */ choice({
  'double-vote': { first: order, firstVote: vote, second: order, secondVote: vote },
  'bad-evaluation': { order, evaluation },
  fork: { keyset: u32, shorter: head, longer: head, subtrees: list(bytes32, MAX_PROOF_HASHES) },
});
export type Evidence = ValueOf<typeof evidence>;

/** `LoggedEntry`: what stands at a position of a log. */
export const loggedEntry = /* @__PURE__ */ struct({ position: u64, entry: logEntry });

/** `Logged`: entries of a log under a signed head, with the subtrees over what stands before, between and after them. */
export const logged = /* @__PURE__ */ struct({
  keyset: u32,
  head,
  subtrees: list(bytes32, MAX_PROOF_HASHES),
  entries: list(loggedEntry, 2),
});
export type Logged = ValueOf<typeof logged>;

/** `Exhibit` of an audit. */
export const exhibit = /* @__PURE__ */ choice({
  witness: { one: evidence },
  logged: { one: logged },
  order: { one: certifiedOrder },
  store: { first: signedOrder, second: signedOrder },
  closed: { statement: closingStatement, head },
  'closed-twice': { first: closingStatement, second: closingStatement },
});
export type Exhibit = ValueOf<typeof exhibit>;

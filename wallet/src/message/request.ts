import { bucketLength, bucketPage, bucketQuery, lengthQuery } from './bucket.js';
import { byteString, bytes32, choice, flag, list, option, struct, u32, u64, u8, type ValueOf } from './codec.js';
import { CHARTER_CHUNK, MAX_FEED_ENTRIES, MAX_INPUTS, MAX_LOG_ENTRIES, MAX_WITNESSES } from './limits.js';
import { order, signedOrder } from './order.js';
import { probe, probeAnswer } from './probe.js';
import { refusal } from './refusal.js';
import { closingStatement } from './statement.js';
import { certificate, certifiedOrder, evaluation, head, headAnswer, logEntry, vote } from './vote.js';

/** `VoteRequest`: vote for this order. */
export const voteRequest = /* @__PURE__ */ struct({
  signed: signedOrder,
  column: option(list(bytes32, MAX_INPUTS)),
  votes: list(vote, MAX_WITNESSES),
});
export type VoteRequest = ValueOf<typeof voteRequest>;

/** `OrderQuery`: what became of it? */
export const orderQuery = /* @__PURE__ */ struct({ keyset: u32, digest: bytes32 });

/** `FromPosition`: the first position wanted. */
export const fromPosition = /* @__PURE__ */ struct({ keyset: u32, from: u64 });

/** `HeadQuery`: asked by a witness that starts. */
export const headQuery = /* @__PURE__ */ struct({ keyset: u32, asker: u8, nonce: bytes32 });

/** `CharterQuery`: a piece of a charter. */
export const charterQuery = /* @__PURE__ */ struct({ version: u64, offset: u64 });

/** `MoveRequest`: write it down and evaluate what moves here. */
export const moveRequest = /* @__PURE__ */ struct({ keyset: u32, certified: certifiedOrder });
export type MoveRequest = ValueOf<typeof moveRequest>;

/** `StatementQuery`: the closing statement of a log. */
export const statementQuery = /* @__PURE__ */ struct({ keyset: u32 });

/** `RequestV1`. */
export const requestV1 = /* @__PURE__ */ choice({
  vote: { one: voteRequest },
  certify: { one: certifiedOrder },
  order: { one: orderQuery },
  feed: { one: fromPosition },
  log: { one: fromPosition },
  'newest-head': { one: headQuery },
  charter: { one: charterQuery },
  length: { one: lengthQuery },
  bucket: { one: bucketQuery },
  probe: { one: probe },
  move: { one: moveRequest },
  statement: { one: statementQuery },
});
export type RequestV1 = ValueOf<typeof requestV1>;

/** `Request`, in its version. */
export const request = /* @__PURE__ */ choice({ v1: { one: requestV1 } });

/** `Voted`. */
export const voted = /* @__PURE__ */ struct({ vote, head });

/** `Certified`. */
export const certified = /* @__PURE__ */ struct({ certificate, evaluation, head });

/** `OrderState`: what became of an order. */
export const orderState = /* @__PURE__ */ choice({
  voted: { signed: signedOrder, vote },
  certified: { order, certificate, evaluation },
  dead: { order, by: certifiedOrder },
});
export type OrderState = ValueOf<typeof orderState>;

/** `FeedEntry`. */
export const feedEntry = /* @__PURE__ */ struct({ position: u64, certified: certifiedOrder });
/** `FeedPage`. */
export const feedPage = /* @__PURE__ */ struct({ entries: list(feedEntry, MAX_FEED_ENTRIES), next: u64, more: flag });
/** `LogPage`. */
export const logPage = /* @__PURE__ */ struct({ entries: list(logEntry, MAX_LOG_ENTRIES), head });
export type LogPage = ValueOf<typeof logPage>;
/** `CharterChunk`. */
export const charterChunk = /* @__PURE__ */ struct({ version: u64, total: u64, bytes: byteString(CHARTER_CHUNK) });

/** `ReplyV1`. */
export const replyV1 = /* @__PURE__ */ choice({
  voted: { one: voted },
  certified: { one: certified },
  order: { one: orderState },
  feed: { one: feedPage },
  log: { one: logPage },
  'newest-head': { one: headAnswer },
  charter: { one: charterChunk },
  refused: { one: refusal },
  length: { one: bucketLength },
  bucket: { one: bucketPage },
  probe: { one: probeAnswer },
  statement: { one: closingStatement },
});
export type ReplyV1 = ValueOf<typeof replyV1>;

/** `Reply`, in the version of the request. */
export const reply = /* @__PURE__ */ choice({ v1: { one: replyV1 } });

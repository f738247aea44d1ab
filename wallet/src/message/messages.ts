import { bucketPlace } from './bucket.js';
import * as charter from './charter.js';
import { decode, type Codec } from './codec.js';
import { MAX_CHARTER_BYTES, MAX_EVIDENCE_BYTES, MAX_MESSAGE_BYTES, MAX_SUBMISSION_BYTES } from './limits.js';
import * as order from './order.js';
import { probe } from './probe.js';
import { refundClaim } from './refund-claim.js';
import * as refusal from './refusal.js';
import * as request from './request.js';
import { closingStatement } from './statement.js';
import * as vote from './vote.js';

/** A kind of message with the most bytes that one may have (chapter 21). */
export interface Message<T> {
  readonly codec: Codec<T>;
  readonly bound: number;
}

const of = <T>(codec: Codec<T>, bound: number = MAX_MESSAGE_BYTES): Message<T> => ({ codec, bound });

/** The messages that travel or are kept, by the names of their tables. */
export const MESSAGES = /* @__PURE__ */ Object.freeze({
  Order: /* @__PURE__ */ of(order.order),
  SignedOrder: /* @__PURE__ */ of(order.signedOrder),
  Submission: /* @__PURE__ */ of(order.submission, MAX_SUBMISSION_BYTES),
  Offer: /* @__PURE__ */ of(order.offer),
  SignedOffer: /* @__PURE__ */ of(order.signedOffer),
  Vote: /* @__PURE__ */ of(vote.vote),
  Certificate: /* @__PURE__ */ of(vote.certificate),
  Evaluation: /* @__PURE__ */ of(vote.evaluation),
  Head: /* @__PURE__ */ of(vote.head),
  HeadAnswer: /* @__PURE__ */ of(vote.headAnswer),
  ClosingStatement: /* @__PURE__ */ of(closingStatement),
  Probe: /* @__PURE__ */ of(probe),
  RefundClaim: /* @__PURE__ */ of(refundClaim),
  BucketPlace: /* @__PURE__ */ of(bucketPlace),
  CertifiedOrder: /* @__PURE__ */ of(vote.certifiedOrder),
  LogEntry: /* @__PURE__ */ of(vote.logEntry),
  Evidence: /* @__PURE__ */ of(vote.evidence, MAX_EVIDENCE_BYTES),
  Exhibit: /* @__PURE__ */ of(vote.exhibit, MAX_EVIDENCE_BYTES),
  Genesis: /* @__PURE__ */ of(charter.genesis, MAX_CHARTER_BYTES),
  Store: /* @__PURE__ */ of(charter.store, MAX_CHARTER_BYTES),
  VoucherOffer: /* @__PURE__ */ of(charter.voucherOffer, MAX_CHARTER_BYTES),
  CharterBody: /* @__PURE__ */ of(charter.charterBody, MAX_CHARTER_BYTES),
  SignedCharter: /* @__PURE__ */ of(charter.signedCharter, MAX_CHARTER_BYTES),
  Request: /* @__PURE__ */ of(request.request),
  Reply: /* @__PURE__ */ of(request.reply),
  Conflict: /* @__PURE__ */ of(refusal.conflict, 2 * MAX_MESSAGE_BYTES),
  Refusal: /* @__PURE__ */ of(refusal.refusal),
});

/** Reads a whole message of a kind; refuses with `EncodingError`. */
export function decodeMessage<T>(message: Message<T>, bytes: Uint8Array): T {
  return decode(message.codec, bytes, message.bound);
}

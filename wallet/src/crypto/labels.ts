/*
 * The labels of chapter 03, each of which makes its own hash function. A label is never hashed as data, but for
 * `CLASS_INFO` and `KEY_DERIVATION_POPRF`, which are plain strings (HASH-3).
 */

/** Federation id, over the genesis block. */
export const FEDERATION_ID = 'ronde/1 federation id';
/** Hash of one charter version, which the next one names. */
export const CHARTER_HASH = 'ronde/1 charter hash';
/** An order's digest, over the canonical bytes of its body. */
export const ORDER_DIGEST = 'ronde/1 order digest';
/** Reference of a Redeem: the hash of the store's offer. */
export const OFFER_REFERENCE = 'ronde/1 offer reference';
/** Reference of a Pledge: the hash of its UTC date. */
export const PLEDGE_REFERENCE = 'ronde/1 pledge reference';
/** The public part of a coin, as the POPRF's info string. */
export const CLASS_INFO = 'ronde/1 class info';
/** What a probe of one coin's state signs. */
export const PROBE_DIGEST = 'ronde/1 probe digest';
/** What the claim of a refund signs. */
export const REFUND_CLAIM_DIGEST = 'ronde/1 refund claim digest';
/** What a closing statement says: size and root of the log. */
export const STATEMENT_HASH = 'ronde/1 statement hash';
/** A witness's vote on a digest (vote key). */
export const VOTE_SIGNATURE = 'ronde/1 signature: vote';
/** A store's signature on an order that debits it (node key). */
export const STORE_ORDER_SIGNATURE = 'ronde/1 signature: store order';
/** A store's signature on an offer (node key). */
export const OFFER_SIGNATURE = 'ronde/1 signature: offer';
/** A store's signature on a grant's terms (node key). */
export const GRANT_SIGNATURE = 'ronde/1 signature: grant';
/** A witness's log head, as carried in every vote answer (vote key). */
export const HEAD_SIGNATURE = 'ronde/1 signature: log head';
/** A peer's answer, with the asker's nonce, about the newest head it holds (vote key). */
export const HEAD_ANSWER_SIGNATURE = 'ronde/1 signature: newest head seen';
/** A witness's evaluation of an order's outputs (vote key). */
export const EVALUATION_SIGNATURE = 'ronde/1 signature: evaluation';
/** A steward's signature on a charter version. */
export const CHARTER_SIGNATURE = 'ronde/1 signature: charter';
/** A witness's closing statement (vote key). */
export const STATEMENT_SIGNATURE = 'ronde/1 signature: statement';
/** A witness's answer to a probe (vote key). */
export const PROBE_ANSWER_SIGNATURE = 'ronde/1 signature: coin state';
/** How long the prefixes are that a witness serves (vote key). */
export const BUCKET_LENGTH_SIGNATURE = 'ronde/1 signature: bucket length';
/** A piece of a witness's bucket (vote key). */
export const BUCKET_SIGNATURE = 'ronde/1 signature: bucket page';
/** Possession of a vote key (Ed25519). */
export const PROOF_OF_POSSESSION_VOTE = 'ronde/1 possession: vote key';
/** Possession of a POPRF key: the Schnorr challenge. */
export const PROOF_OF_POSSESSION_POPRF = 'ronde/1 possession: poprf key';
/** Challenges of an order's spend signature. */
export const SPEND_CHALLENGE = 'ronde/1 coin keys: spend';
/** Challenges of a probe's signature. */
export const PROBE_SIGNATURE = 'ronde/1 coin keys: probe';
/** Challenges of a refund claim's signature. */
export const REFUND_CLAIM_SIGNATURE = 'ronde/1 coin keys: refund claim';
/** Hash of what an evaluation proof states. */
export const EVALUATION_STATEMENT = 'ronde/1 evaluation proof: statement';
/** Weights of an evaluation proof. */
export const EVALUATION_WEIGHTS = 'ronde/1 evaluation proof: weights';
/** Challenge of an evaluation proof. */
export const EVALUATION_CHALLENGE = 'ronde/1 evaluation proof: challenge';
/** Fresh secret weights of a batch of MAC checks. */
export const BATCH_WEIGHTS = 'ronde/1 batch weights: mac';
/** Fresh secret weights of a batch of spend signatures. */
export const SPEND_BATCH_WEIGHTS = 'ronde/1 batch weights: spend';
/** Hedged nonce of an evaluation proof. */
export const HEDGED_NONCE = 'ronde/1 hedged nonce: evaluation proof';
/** Hedged nonce of a signature by coin keys. */
export const SPEND_NONCE = 'ronde/1 hedged nonce: coin keys';
/** Hedged nonce of a POPRF key's proof of possession. */
export const POSSESSION_NONCE = 'ronde/1 hedged nonce: possession';
/** Independent pieces of one fresh randomness. */
export const ENTROPY_SPLIT = 'ronde/1 entropy split';
/** A wallet's seed for one federation. */
export const FEDERATION_SEED = 'ronde/1 wallet: seed of a federation';
/** A coin's secret scalar. */
export const COIN_SECRET = 'ronde/1 wallet: coin secret';
/** A coin's blind. */
export const COIN_BLIND = 'ronde/1 wallet: coin blind';
/** When a wallet moves coins of one denomination into a later keyset. */
export const MOVE_TIME = 'ronde/1 wallet: time of a move';
/** Info string of RFC 9497 DeriveKeyPair for a witness's POPRF key. */
export const KEY_DERIVATION_POPRF = 'ronde/1 key: poprf';
/** A witness's vote key from the node's seed. */
export const KEY_DERIVATION_VOTE = 'ronde/1 key: vote';
/** A store's node key from the node's seed. */
export const KEY_DERIVATION_NODE = 'ronde/1 key: node';
/** A steward's key from its seed. */
export const KEY_DERIVATION_STEWARD = 'ronde/1 key: steward';
/** Seed of a witness's POPRF key for one keyset, from the node's seed. */
export const KEYSET_SEED = 'ronde/1 key: seed of a keyset';
/** Leaf of a log's Merkle tree. */
export const LOG_LEAF = 'ronde/1 log: leaf';
/** Inner node of a log's Merkle tree. */
export const LOG_NODE = 'ronde/1 log: node';
/** Root of an empty log. */
export const LOG_EMPTY = 'ronde/1 log: empty';
/** Name of a piece of evidence. */
export const EVIDENCE_ID = 'ronde/1 evidence id';
/** Stored hash of a grant's one-time secret. */
export const GRANT_SECRET_HASH = 'ronde/1 stored hash: grant secret';
/** Stored hash of a till's bearer token. */
export const TOKEN_HASH = 'ronde/1 stored hash: till token';
/** Stored hash of a till's own reference (receipt number, basket). */
export const TILL_REFERENCE_HASH = 'ronde/1 stored hash: till reference';
/** Stored hash of an idempotent request's body. */
export const REQUEST_HASH = 'ronde/1 stored hash: request';
/** Where an idempotent request's answer is stored: token and idempotency key. */
export const REQUEST_SLOT = 'ronde/1 stored hash: idempotency key';
/** Key that seals a stored answer, from token and idempotency key. */
export const ANSWER_SEAL = 'ronde/1 stored answer: key';
/** Key stream of a stored answer. */
export const ANSWER_STREAM = 'ronde/1 stored answer: stream';

/** Key that seals a receipt, from the secret of its grant. */
export const RECEIPT_KEY = 'ronde/1 receipt: key';

/** The text of one of the labels. */
export type Label =
  | typeof FEDERATION_ID
  | typeof CHARTER_HASH
  | typeof ORDER_DIGEST
  | typeof OFFER_REFERENCE
  | typeof PLEDGE_REFERENCE
  | typeof CLASS_INFO
  | typeof PROBE_DIGEST
  | typeof REFUND_CLAIM_DIGEST
  | typeof STATEMENT_HASH
  | typeof VOTE_SIGNATURE
  | typeof STORE_ORDER_SIGNATURE
  | typeof OFFER_SIGNATURE
  | typeof GRANT_SIGNATURE
  | typeof HEAD_SIGNATURE
  | typeof HEAD_ANSWER_SIGNATURE
  | typeof EVALUATION_SIGNATURE
  | typeof CHARTER_SIGNATURE
  | typeof STATEMENT_SIGNATURE
  | typeof PROBE_ANSWER_SIGNATURE
  | typeof BUCKET_LENGTH_SIGNATURE
  | typeof BUCKET_SIGNATURE
  | typeof PROOF_OF_POSSESSION_VOTE
  | typeof PROOF_OF_POSSESSION_POPRF
  | typeof SPEND_CHALLENGE
  | typeof PROBE_SIGNATURE
  | typeof REFUND_CLAIM_SIGNATURE
  | typeof EVALUATION_STATEMENT
  | typeof EVALUATION_WEIGHTS
  | typeof EVALUATION_CHALLENGE
  | typeof BATCH_WEIGHTS
  | typeof SPEND_BATCH_WEIGHTS
  | typeof HEDGED_NONCE
  | typeof SPEND_NONCE
  | typeof POSSESSION_NONCE
  | typeof ENTROPY_SPLIT
  | typeof FEDERATION_SEED
  | typeof COIN_SECRET
  | typeof COIN_BLIND
  | typeof MOVE_TIME
  | typeof KEY_DERIVATION_POPRF
  | typeof KEY_DERIVATION_VOTE
  | typeof KEY_DERIVATION_NODE
  | typeof KEY_DERIVATION_STEWARD
  | typeof KEYSET_SEED
  | typeof LOG_LEAF
  | typeof LOG_NODE
  | typeof LOG_EMPTY
  | typeof EVIDENCE_ID
  | typeof GRANT_SECRET_HASH
  | typeof TOKEN_HASH
  | typeof TILL_REFERENCE_HASH
  | typeof REQUEST_HASH
  | typeof REQUEST_SLOT
  | typeof ANSWER_SEAL
  | typeof ANSWER_STREAM
  | typeof RECEIPT_KEY;

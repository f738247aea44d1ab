/** The bounds of chapter 21, as far as a wallet and its checks need them (LIMIT-1). */
/** Most inputs one order may carry. */
export const MAX_INPUTS = 256;
/** Most witnesses in one committee. The quorum table is tested up to here. */
export const MAX_WITNESSES = 31;
/** Longest request or answer on the QUIC wire, in bytes. */
export const MAX_MESSAGE_BYTES = 65_536;
/** Longest submission a wallet hands to a store: an order and one column per witness, in bytes. */
export const MAX_SUBMISSION_BYTES = 319_984;
/** Longest signed charter, in bytes. */
export const MAX_CHARTER_BYTES = 4_194_304;
/** Most stewards in one set. */
export const MAX_STEWARDS = 32;
/** Most signatures under one charter: an old set and a new one. */
export const MAX_STEWARD_SIGNATURES = 64;
/** Most stores in a charter. */
export const MAX_STORES = 4_096;
/** Most addresses of one store. */
export const MAX_ADDRESSES = 4;
/** Most keysets in a charter, closed ones included. */
export const MAX_KEYSETS = 256;
/** Most denominations in a keyset. */
export const MAX_DENOMINATIONS = 24;
/** Largest denomination, in points. 256 coins of it stay far below 2^53, so that JSON carries every sum exactly. */
export const MAX_DENOMINATION = 4_294_967_296n;
/** Most associations in a charter. */
export const MAX_ASSOCIATIONS = 1_024;
/** Most campaigns in a charter. */
export const MAX_CAMPAIGNS = 1_024;
/** Most choices in one campaign. */
export const MAX_CHOICES = 64;
/** Most voucher offers in a charter. */
export const MAX_OFFERS = 4_096;
/** Most stores that one voucher offer names as issuers. */
export const MAX_ISSUERS = 4_096;
/** Most log entries in one answer to a log pull. */
export const MAX_LOG_ENTRIES = 64;
/** Bytes of log entries after which an answer to a log pull is cut, leaving room for one whole entry. */
export const LOG_ANSWER_BYTES = 24_576;
/** Heads of one witness that a follower keeps until its log was found to extend them. */
export const MAX_UNCHECKED_HEADS = 32;
/** Entries that were read last whose leaves a follower still has, so that a head that comes late can be compared. */
export const RECENT_LEAVES = 1_024;
/** Most entries in one answer of a store's feed. */
export const MAX_FEED_ENTRIES = 64;
/** Most entries in one piece of a bucket. */
export const MAX_BUCKET_ENTRIES = 64;
/** Longest prefix of a bucket, in bits. */
export const MAX_BUCKET_BITS = 16;
/** Entries that each bucket has at least, where prefixes are not empty. */
export const MIN_BUCKET_ENTRIES = 1_000;
/** Pieces of a witness's bucket that a wallet reads at first, before it asks the other witnesses. */
export const BUCKET_PATIENCE = 64;
/** Most pieces of a witness's bucket that a wallet reads. */
export const MAX_BUCKET_PAGES = 16_384;
/** Order numbers in a row that a wallet did not find, after which it searches a device no further. */
export const SEARCH_GAP = 20;
/** Seconds that a wallet waits at least before it asks for what a spendable order lacks. */
export const ASK_AT_EARLIEST = 3_600n;
/** Seconds that it waits at most. */
export const ASK_AT_LATEST = 86_400n;
/** Most hashes of subtrees in a proof about a log: two entries, however long it is. */
export const MAX_PROOF_HASHES = 316;
/** Longest evidence against a witness, in bytes: orders or entries, and what was signed about them. */
export const MAX_EVIDENCE_BYTES = 141_184;
/** How far ahead of a witness's clock the time of an Earn or Pledge may lie, in seconds. */
export const MAX_CLOCK_SKEW = 600n;
/** How long after a campaign's end its ballots are still counted, in seconds. */
export const CAMPAIGN_GRACE = 3_600n;
/** How long after redeem-until evaluations are still served, in seconds. */
export const EVALUATION_GRACE = 604_800n;
/** Most voucher offers that one grant gives from. */
export const MAX_GRANT_VOUCHERS = 16;
/** Most refunds that one checkout may owe. */
export const MAX_REFUNDS = 1_024;
/** Point coins per keyset above which a wallet merges by Swap. */
export const MAX_PURSE = 16;
/** Most bytes of a charter in one reply. */
export const CHARTER_CHUNK = 32_768;

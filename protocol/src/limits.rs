//! Every bound of the protocol, one constant per row of the specification's limits chapter (LIMIT-1).

/// Most inputs one order may carry.
pub const MAX_INPUTS: usize = 256;
/// Most outputs one order may carry.
pub const MAX_OUTPUTS: usize = 256;
/// Most witnesses in one committee. The quorum table is tested up to here.
pub const MAX_WITNESSES: usize = 31;
/// Longest request or answer on the QUIC wire, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// Longest submission a wallet hands to a store: an order and one column per witness, in bytes.
pub const MAX_SUBMISSION_BYTES: usize = MAX_MESSAGE_BYTES + MAX_WITNESSES * (16 + 32 * MAX_INPUTS);
/// Longest signed charter, in bytes.
pub const MAX_CHARTER_BYTES: usize = 4 * 1024 * 1024;
/// Longest name or address in a charter, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 200;
/// Most stewards in one set.
pub const MAX_STEWARDS: usize = 32;
/// Most signatures under one charter: an old set and a new one.
pub const MAX_STEWARD_SIGNATURES: usize = 2 * MAX_STEWARDS;
/// Most stores in a charter.
pub const MAX_STORES: usize = 4096;
/// Most addresses of one store.
pub const MAX_ADDRESSES: usize = 4;
/// Most keysets in a charter, closed ones included.
pub const MAX_KEYSETS: usize = 256;
/// Most denominations in a keyset.
pub const MAX_DENOMINATIONS: usize = 24;
/// Largest denomination, in points. 256 coins of it stay far below 2^53, so that JSON carries every sum exactly.
pub const MAX_DENOMINATION: u64 = 1 << 32;
/// Most associations in a charter.
pub const MAX_ASSOCIATIONS: usize = 1024;
/// Most campaigns in a charter.
pub const MAX_CAMPAIGNS: usize = 1024;
/// Most choices in one campaign.
pub const MAX_CHOICES: usize = 64;
/// Most voucher offers in a charter.
pub const MAX_OFFERS: usize = 4096;
/// Most stores that one voucher offer names as issuers.
pub const MAX_ISSUERS: usize = 4096;
/// Most log entries in one answer to a log pull.
pub const MAX_LOG_ENTRIES: usize = 64;
/// Bytes of log entries after which an answer to a log pull is cut, leaving room for one whole entry.
pub const LOG_ANSWER_BYTES: usize = 24 * 1024;
/// Heads of one witness that a follower keeps until its log was found to extend them: the one that proves a fork stays
/// among them by chance, which the witness can't foresee.
pub const MAX_UNCHECKED_HEADS: usize = 32;
/// Entries that were read last whose leaves a follower still has, so that a head that comes late can be compared.
pub const RECENT_LEAVES: usize = 1024;
/// Most entries in one answer of a store's feed.
pub const MAX_FEED_ENTRIES: usize = 64;
/// Most entries in one piece of a bucket.
pub const MAX_BUCKET_ENTRIES: usize = 64;
/// Longest prefix of a bucket, in bits.
pub const MAX_BUCKET_BITS: u8 = 16;
/// Entries that each bucket has at least, where prefixes are not empty.
pub const MIN_BUCKET_ENTRIES: u64 = 1000;
/// Pieces of a witness's bucket that a wallet reads at first, before it asks the other witnesses.
pub const BUCKET_PATIENCE: usize = 64;
/// Most pieces of a witness's bucket that a wallet reads.
pub const MAX_BUCKET_PAGES: usize = 16384;
/// Order numbers in a row that a wallet did not find, after which it searches a device no further.
pub const SEARCH_GAP: u64 = 20;
/// How long a wallet waits at least before it asks for what a spendable order lacks, in seconds.
pub const ASK_AT_EARLIEST: u64 = 3600;
/// How long it waits at most.
pub const ASK_AT_LATEST: u64 = 86_400;
/// Most hashes of subtrees in a proof about a log: two entries, however long it is.
pub const MAX_PROOF_HASHES: usize = 64 + 2 * 126;
/// Longest evidence against a witness, in bytes: orders or entries, and what was signed about them.
pub const MAX_EVIDENCE_BYTES: usize = 2 * MAX_MESSAGE_BYTES + 32 * MAX_PROOF_HASHES;
/// Most pieces of evidence that a node keeps of one offence of one accused. One convicts.
pub const MAX_EVIDENCE_PIECES: usize = 8;
/// How far ahead of a witness's clock the time of an Earn or Pledge may lie, in seconds.
pub const MAX_CLOCK_SKEW: u64 = 600;
/// How long after a campaign's end its ballots are still counted, in seconds.
pub const CAMPAIGN_GRACE: u64 = 3600;
/// How long after redeem-until evaluations are still served, in seconds.
pub const EVALUATION_GRACE: u64 = 7 * 86_400;
/// How long after the first start on a restored copy a keyset may first be published and is still one in which the lost
/// machine may have voted, in seconds: clocks differ.
pub const RESTORED_MARGIN: u64 = 86_400;
/// Most voucher offers that one grant gives from.
pub const MAX_GRANT_VOUCHERS: usize = 16;
/// Longest text of a receipt, in bytes.
pub const MAX_RECEIPT_BYTES: usize = 16_384;
/// Most refunds kept and shown with one checkout.
pub const MAX_REFUNDS: usize = 1024;
/// Point coins per keyset above which a wallet merges by Swap.
pub const MAX_PURSE: usize = 16;

const _: () = assert!(MAX_DENOMINATION.checked_mul(MAX_INPUTS as u64).is_some());
const _: () = assert!((MAX_INPUTS as u64) * MAX_DENOMINATION < (1 << 53));
const _: () = assert!(MAX_WITNESSES < u8::MAX as usize);
const _: () = assert!(MAX_SUBMISSION_BYTES < MAX_CHARTER_BYTES && MAX_EVIDENCE_BYTES < MAX_CHARTER_BYTES);
// An order at its widest, one column and a certificate fit one message.
const _: () = assert!(
    200 + MAX_INPUTS * 44 + MAX_OUTPUTS * 48 + 32 * MAX_INPUTS + 2 * MAX_WITNESSES * 65 + 1024 < MAX_MESSAGE_BYTES
);
// An answer with a certificate, a conflicting order and an evaluation does too.
const _: () = assert!(
    2 * (200 + MAX_INPUTS * 44 + MAX_OUTPUTS * 48) + 32 * MAX_OUTPUTS + 2 * MAX_WITNESSES * 65 + 1024
        < MAX_MESSAGE_BYTES
);
const _: () = assert!(
    LOG_ANSWER_BYTES + 200 + MAX_INPUTS * 44 + MAX_OUTPUTS * (48 + 32) + MAX_WITNESSES * 65 + 1024 < MAX_MESSAGE_BYTES
);

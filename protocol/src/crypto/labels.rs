//! Every domain label of the crate, in one place.
//!
//! A label is the *context string* of BLAKE3's `derive_key` mode: two labels are two unrelated hash functions, so
//! nothing hashed or signed for one purpose can be shown for another (HASH-3). They are unique and none begins another.

macro_rules! labels {
    ($($(#[$doc:meta])+ $name:ident = $text:literal;)+) => {
        $($(#[$doc])+ pub const $name: &str = $text;)+

        /// All labels with the name of their constant, in the order of this file.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

labels! {
    // Names of things: hashes that serve as an identity.

    /// Federation id, over the genesis block.
    FEDERATION_ID = "ronde/1 federation id";
    /// Hash of one charter version, which the next one names.
    CHARTER_HASH = "ronde/1 charter hash";
    /// An order's digest, over the canonical bytes of its body.
    ORDER_DIGEST = "ronde/1 order digest";
    /// Reference of a Redeem: the hash of the store's offer.
    OFFER_REFERENCE = "ronde/1 offer reference";
    /// Reference of a Pledge: the hash of its UTC date.
    PLEDGE_REFERENCE = "ronde/1 pledge reference";
    /// The public part of a coin, as the POPRF's info string.
    CLASS_INFO = "ronde/1 class info";
    /// What a probe of one coin's state signs.
    PROBE_DIGEST = "ronde/1 probe digest";
    /// What the claim of a refund signs.
    REFUND_CLAIM_DIGEST = "ronde/1 refund claim digest";
    /// What a closing statement says: size and root of the log.
    STATEMENT_HASH = "ronde/1 statement hash";

    // Ed25519 signatures: one label per role.

    /// A witness's vote on a digest (vote key).
    VOTE_SIGNATURE = "ronde/1 signature: vote";
    /// A store's signature on an order that debits it (node key).
    STORE_ORDER_SIGNATURE = "ronde/1 signature: store order";
    /// A store's signature on an offer (node key).
    OFFER_SIGNATURE = "ronde/1 signature: offer";
    /// A store's signature on a grant's terms (node key).
    GRANT_SIGNATURE = "ronde/1 signature: grant";
    /// A witness's log head, as carried in every vote answer (vote key).
    HEAD_SIGNATURE = "ronde/1 signature: log head";
    /// A peer's answer, with the asker's nonce, about the newest head it holds (vote key).
    HEAD_ANSWER_SIGNATURE = "ronde/1 signature: newest head seen";
    /// A witness's evaluation of an order's outputs (vote key).
    EVALUATION_SIGNATURE = "ronde/1 signature: evaluation";
    /// A steward's signature on a charter version.
    CHARTER_SIGNATURE = "ronde/1 signature: charter";
    /// A witness's closing statement (vote key).
    STATEMENT_SIGNATURE = "ronde/1 signature: statement";
    /// A witness's answer to a probe (vote key).
    PROBE_ANSWER_SIGNATURE = "ronde/1 signature: coin state";
    /// How long the prefixes are that a witness serves (vote key).
    BUCKET_LENGTH_SIGNATURE = "ronde/1 signature: bucket length";
    /// A piece of a witness's bucket (vote key).
    BUCKET_SIGNATURE = "ronde/1 signature: bucket page";

    // Proofs of possession, bound to federation, keyset and index.

    /// Possession of a vote key (Ed25519).
    PROOF_OF_POSSESSION_VOTE = "ronde/1 possession: vote key";
    /// Possession of a POPRF key: the Schnorr challenge.
    PROOF_OF_POSSESSION_POPRF = "ronde/1 possession: poprf key";

    // Signatures by coin keys: one label per purpose.

    /// Challenges of an order's spend signature.
    SPEND_CHALLENGE = "ronde/1 coin keys: spend";
    /// Challenges of a probe's signature.
    PROBE_SIGNATURE = "ronde/1 coin keys: probe";
    /// Challenges of a refund claim's signature.
    REFUND_CLAIM_SIGNATURE = "ronde/1 coin keys: refund claim";

    // The batched evaluation proof.

    /// Hash of what an evaluation proof states.
    EVALUATION_STATEMENT = "ronde/1 evaluation proof: statement";
    /// Weights of an evaluation proof.
    EVALUATION_WEIGHTS = "ronde/1 evaluation proof: weights";
    /// Challenge of an evaluation proof.
    EVALUATION_CHALLENGE = "ronde/1 evaluation proof: challenge";

    // Randomness: secret weights, nonces, splitting.

    /// Fresh secret weights of a batch of MAC checks.
    BATCH_WEIGHTS = "ronde/1 batch weights: mac";
    /// Fresh secret weights of a batch of spend signatures.
    SPEND_BATCH_WEIGHTS = "ronde/1 batch weights: spend";
    /// Fresh secret weights of a batch of orders that present coins.
    PRESENTED_WEIGHTS = "ronde/1 batch weights: presented coins";
    /// Hedged nonce of an evaluation proof.
    HEDGED_NONCE = "ronde/1 hedged nonce: evaluation proof";
    /// Hedged nonce of a signature by coin keys.
    SPEND_NONCE = "ronde/1 hedged nonce: coin keys";
    /// Hedged nonce of a POPRF key's proof of possession.
    POSSESSION_NONCE = "ronde/1 hedged nonce: possession";
    /// Independent pieces of one fresh randomness.
    ENTROPY_SPLIT = "ronde/1 entropy split";

    // Secrets derived from a seed.

    /// A wallet's seed for one federation.
    FEDERATION_SEED = "ronde/1 wallet: seed of a federation";
    /// A coin's secret scalar.
    COIN_SECRET = "ronde/1 wallet: coin secret";
    /// A coin's blind.
    COIN_BLIND = "ronde/1 wallet: coin blind";
    /// When a wallet moves coins of one denomination into a later keyset.
    MOVE_TIME = "ronde/1 wallet: time of a move";
    /// Info string of RFC 9497 DeriveKeyPair for a witness's POPRF key.
    KEY_DERIVATION_POPRF = "ronde/1 key: poprf";
    /// A witness's vote key from the node's seed.
    KEY_DERIVATION_VOTE = "ronde/1 key: vote";
    /// A store's node key from the node's seed.
    KEY_DERIVATION_NODE = "ronde/1 key: node";
    /// A steward's key from its seed.
    KEY_DERIVATION_STEWARD = "ronde/1 key: steward";
    /// Seed of a witness's POPRF key for one keyset, from the node's seed.
    KEYSET_SEED = "ronde/1 key: seed of a keyset";

    // Log and storage.

    /// Leaf of a log's Merkle tree.
    LOG_LEAF = "ronde/1 log: leaf";
    /// Inner node of a log's Merkle tree.
    LOG_NODE = "ronde/1 log: node";
    /// Root of an empty log.
    LOG_EMPTY = "ronde/1 log: empty";
    /// Name of a piece of evidence.
    EVIDENCE_ID = "ronde/1 evidence id";
    /// Stored hash of a grant's one-time secret.
    GRANT_SECRET_HASH = "ronde/1 stored hash: grant secret";
    /// Key that seals a receipt, from the secret of its grant.
    RECEIPT_KEY = "ronde/1 receipt: key";
    /// Stored hash of a till's bearer token.
    TOKEN_HASH = "ronde/1 stored hash: till token";
    /// Stored hash of a till's own reference (receipt number, basket).
    TILL_REFERENCE_HASH = "ronde/1 stored hash: till reference";
    /// Stored hash of an idempotent request, with the token of whoever made it.
    REQUEST_HASH = "ronde/1 stored hash: request";
    /// Where an idempotent request's answer is stored: token and idempotency key.
    REQUEST_SLOT = "ronde/1 stored hash: idempotency key";
    /// Key that seals a stored answer, from token and idempotency key.
    ANSWER_SEAL = "ronde/1 stored answer: key";
    /// Key stream of a stored answer.
    ANSWER_STREAM = "ronde/1 stored answer: stream";
}

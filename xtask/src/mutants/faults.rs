//! The faults that are planted, one at a time. Each is a slip that somebody could make, or a rule that somebody could
//! find fussy; each must be seen by the vectors or by the tests that are named with it.

use super::workshop::{Edit, edit};

/// A fault: what is changed, and which tests of the protocol should see it beside the vectors.
pub struct Fault {
    /// Its name, in words.
    pub name: &'static str,
    /// The changes that make it.
    pub edits: &'static [Edit],
    /// Test files of `protocol/tests` that should see it.
    pub tests: &'static [&'static str],
}

/// Files are named from `protocol/src` on.
macro_rules! faults {
    ($($name:literal, $tests:expr, [$($file:literal: $find:literal => $put:literal),+ $(,)?];)+) => {
        /// All of them, those that a hurried check reaches first.
        pub const FAULTS: &[Fault] = &[$(Fault {
            name: $name,
            tests: &$tests,
            edits: &[$(edit(concat!("protocol/src/", $file), $find, $put)),+],
        }),+];
    };
}

faults! {
    "proof weights do not depend on the statement", ["crypto_proof"],
        ["crypto/proof.rs": "xof(labels::EVALUATION_WEIGHTS, &[&statement])" => "xof(labels::EVALUATION_WEIGHTS, &[])"];
    "class left out of the proof's transcript", ["crypto_proof"],
        ["crypto/proof.rs": "transcript.part(item.tweak.encode().as_bytes()).part(item.blinded.as_bytes())"
            => "transcript.part(item.blinded.as_bytes())"];
    "q is one too small", ["message_certificates"],
        ["quorum.rs": "(self.witnesses() + self.faults()) / 2 + 1" => "(self.witnesses() + self.faults()) / 2"];
    "certificate with unsorted or repeated votes accepted", ["message_certificates"],
        ["message/certificate.rs": "if !self.votes.windows(2).all(|pair| matches!(pair, [a, b] if a.index < b.index))"
            => "if false"];
    "certificate with more than q votes accepted", ["message_certificates"],
        ["message/certificate.rs": "if self.votes.len() != needed" => "if self.votes.len() < needed"];
    "certificate of another keyset accepted", ["message_certificates"],
        ["message/certificate.rs": "if self.keyset != keyset.id()" => "if false"];
    "a vote does not say whose it is", ["message_roles", "message_certificates"],
        ["message/vote.rs":
            "&[&keyset.federation().0, &keyset.id().0.to_le_bytes(), &[index.0], &digest.0],"
                => "&[&keyset.federation().0, &keyset.id().0.to_le_bytes(), &digest.0],",
         "message/vote.rs":
            "let parts: [&[u8]; 4] = [&keyset.federation().0, &keyset.id().0.to_le_bytes(), &[self.index.0], &digest.0];"
                => "let parts: [&[u8]; 3] = [&keyset.federation().0, &keyset.id().0.to_le_bytes(), &digest.0];"];
    "the label of votes changed", ["message_spec_tables"],
        ["crypto/labels.rs": "\"ronde/1 signature: vote\"" => "\"ronde/1 signature: votes\""];
    "Ed25519 verified as loosely as the RFC allows", ["crypto_sign", "message_certificates"],
        ["crypto/sign.rs": "if SMALL_ORDER.contains(signature.r_bytes())" => "if false"];
    "vote keys with torsion accepted", ["crypto_sign", "charter_keys"],
        ["crypto/sign.rs": "if !point.is_torsion_free()" => "if false"];
    "the identity accepted as an element", ["crypto_wire_forms"],
        ["crypto/group.rs": ".ok_or(GroupError::NonCanonical)?;\n        if point.is_identity()"
            => ".ok_or(GroupError::NonCanonical)?;\n        if false"];
    "bytes after the end accepted", ["codec_canonical"],
        ["message/codec.rs": "if cursor.at != bytes.len()" => "if false",
         "message/codec.rs": "if canonical == bytes" => "if bytes.starts_with(&canonical)"];
    "the order of outputs unchecked", ["message_order_rules"],
        ["message/check.rs": ".position(|pair| !matches!(pair, [a, b] if a.blinded < b.blinded))" => ".position(|_| false)"];
    "the order of inputs unchecked", ["message_order_rules"],
        ["message/check.rs": ".position(|pair| !matches!(pair, [a, b] if a.point < b.point))" => ".position(|_| false)"];
    "points out may exceed points in", ["message_order_rules", "laws_value"],
        ["message/check.rs": "Purpose::Redeem | Purpose::Donate { .. } => points_out <= points_in,"
            => "Purpose::Redeem | Purpose::Donate { .. } => true,"];
    "a swap may make points", ["message_order_rules"],
        ["message/check.rs": "Purpose::Swap => points_out == points_in," => "Purpose::Swap => true,"];
    "sums wrap around", ["message_order_rules"],
        ["message/amount.rs": "self.0.checked_add(other.0).map(Self).ok_or(PointsOverflow)"
            => "Ok(Self(self.0.wrapping_add(other.0)))"];
    "a new steward set needs no signature of its own", ["charter_chain"],
        ["message/charter/chain.rs": "check_threshold(signed, &body.stewards, body.version)?;" => ""];
    "a new steward set needs no signature of the old one", ["charter_chain"],
        ["message/charter/chain.rs": "check_threshold(signed, &self.signed.body.stewards, self.version())?;" => ""];
    "charter versions may skip", ["charter_chain"],
        ["message/charter/chain.rs": "let expected = self.version().saturating_add(1);\n        if body.version != expected"
            => "let expected = self.version().saturating_add(1);\n        if body.version < expected"];
    "a published keyset may change", ["charter_chain"],
        ["message/charter/chain.rs": "Some(entry) if entry != keyset =>" => "Some(entry) if entry.id != keyset.id =>"];
    "possession of a POPRF key unchecked", ["charter_keys"],
        ["message/charter/keyset.rs": "verify_poprf(&poprf, &slot, &entry.poprf_possession).map_err(|_| unproven)?;" => ""];
    "spend nonce does not depend on what is signed", ["crypto_spend"],
        ["crypto/spend.rs": "transcript.part(digest).part(entropy.as_bytes());" => "transcript.part(entropy.as_bytes());"];
    "one challenge for all coin keys", ["crypto_spend"],
        ["crypto/spend.rs": "(0..count).map(|_| Scalar::from(stream.next_u128())).collect()"
            => "let one = Scalar::from(stream.next_u128());\n    (0..count).map(|_| one).collect()"];
    "a spend signature of any purpose accepted", ["crypto_spend"],
        ["crypto/spend.rs": "let mut stream = xof(purpose.label(), &[&r.0, digest]);"
            => "let _ = purpose;\n    let mut stream = xof(labels::SPEND_CHALLENGE, &[&r.0, digest]);"];
    "MAC checks weighted alike", ["crypto_poprf"],
        ["crypto/mac.rs": "let weight = Scalar::from(weights.next_u128());"
            => "let weight = Scalar::from(weights.next_u128().clamp(1, 1));"];
    "an evaluation's signature unchecked: a relay can accuse a witness", ["message_evidence", "wallet_answers"],
        ["message/evaluation.rs": "self.verify_signature(keyset, member)?;" => ""];
    "votes for orders that do not conflict convict", ["message_evidence"],
        ["message/evidence.rs": "if first.1.index != second.1.index || !conflict(first.0, second.0)"
            => "if first.1.index != second.1.index"];
    "a dead order keeps its locks", ["witness_vote"],
        ["machine/witness/certify.rs": "draft.put(Write::Coin(input.point, None));" => ""];
    "no lock on a store's reference", ["witness_vote", "witness_issuing"],
        ["machine/witness/vote.rs": "if order.inputs.is_empty()\n        && let Some(held_by)" => "if false\n        && let Some(held_by)"];
    "the daily limit is one too large", ["witness_issuing"],
        ["machine/witness/issuing.rs": "(more > left).then_some" => "(more > left.saturating_add(1)).then_some"];
    "a clock refuses an order with inputs", ["witness_issuing"],
        ["machine/witness/vote.rs": "Purpose::Redeem | Purpose::Swap | Purpose::Donate { .. } => Ok(None),"
            => "Purpose::Redeem | Purpose::Swap | Purpose::Donate { .. } => \
                Ok((now > self.keyset().issue_until()).then_some(Refusal::Closed)),"];
    "inner nodes of the log hashed the wrong way round", ["witness_follow", "message_evidence"],
        ["crypto/merkle.rs": "hash::derive(labels::LOG_NODE, &[left, right])" => "hash::derive(labels::LOG_NODE, &[right, left])"];
    "one seed gives the same coins in two federations", ["crypto_labels", "crypto_wire_forms"],
        ["crypto/coin.rs": "Self(*derive_secret(labels::FEDERATION_SEED, &[&self.0, federation]))"
            => "Self(*derive_secret(labels::FEDERATION_SEED, &[&self.0, &federation[..0]]))"];
    "a voucher is honoured and never credited", ["books_postings", "laws_value"],
        ["machine/books.rs": "lines.add(store, Flow::VouchersHonoured, offer.value);" => ""];
    "a ballot for any number of points", ["message_order_rules"],
        ["message/check.rs": "&& (points < campaign.minimum || ballots.next().is_some())" => "&& (points < Points::ZERO || ballots.next().is_some())"];
    "an Earn is good without its store's signature", ["message_order_rules", "message_roles"],
        ["message/check.rs": "Authority::Store(check) => check.verify().map_err(|_| Refusal::BadSignature)?,"
            => "Authority::Store(_) => {}"];
    "a witness evaluates once more instead of serving what it stored", ["witness_vote", "idempot"],
        ["machine/witness/certify.rs": "Some(OrderRecord::Certified { certificate, evaluation, .. }) => {"
            => "Some(OrderRecord::Certified { certificate, .. }) => {"];
}

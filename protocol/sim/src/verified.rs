//! What whoever sees everything has verified before: the same signature under the same words is not verified twice in a
//! run. It is remembered by all its bytes, and only here: the machines know nothing of it and verify what they are shown.

use std::{cell::RefCell, collections::HashMap};

use ronde_protocol::message::{
    certificate::Certificate,
    charter::Keyset,
    codec::encode,
    evaluation::{Evaluation, EvaluationError},
    head::Head,
    ids::{KeysetId, OrderDigest},
    order::Order,
    vote::Vote,
};

/// What was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Vote(OrderDigest),
    Certificate(OrderDigest),
    Head,
    Evaluation(OrderDigest),
}

/// By whose keys, under what, and which bytes.
type Signed = (KeysetId, What, Vec<u8>);

/// Signatures and proofs of one run, and whether they are good.
#[derive(Debug, Default)]
pub struct Verified(RefCell<HashMap<Signed, bool>>);

impl Verified {
    /// Whether a witness of the keyset signed this vote for the order of this digest.
    pub fn is_vote(&self, keyset: &Keyset, digest: &OrderDigest, vote: &Vote) -> bool {
        self.once(keyset, What::Vote(*digest), encode(vote), || vote.verify(keyset, digest).is_ok())
    }

    /// Whether this is a certificate of the order of this digest, in form and in every vote.
    pub fn is_certificate(&self, keyset: &Keyset, digest: &OrderDigest, certificate: &Certificate) -> bool {
        let verify = || certificate.clone().verify(keyset, digest).is_ok();
        self.once(keyset, What::Certificate(*digest), encode(certificate), verify)
    }

    /// Whether a witness of the keyset signed this head.
    pub fn is_head(&self, keyset: &Keyset, head: &Head) -> bool {
        self.once(keyset, What::Head, encode(head), || head.verify(keyset).is_ok())
    }

    /// Whether an evaluation is signed by a witness that did not evaluate as it should. (`order` has this digest.)
    pub fn is_bad_evaluation(
        &self,
        keyset: &Keyset,
        order: &Order,
        digest: &OrderDigest,
        evaluation: &Evaluation,
    ) -> bool {
        let verify = || matches!(evaluation.verify(keyset, order, digest), Err(EvaluationError::BadProof(_)));
        self.once(keyset, What::Evaluation(*digest), encode(evaluation), verify)
    }

    fn once(&self, keyset: &Keyset, what: What, bytes: Vec<u8>, verify: impl FnOnce() -> bool) -> bool {
        *self.0.borrow_mut().entry((keyset.id(), what, bytes)).or_insert_with(verify)
    }
}

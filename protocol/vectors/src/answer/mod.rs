//! What this implementation answers to a question of each type.
//!
//! Every type has a file with its input, its output and a function from one to the other, which calls the protocol
//! library. [`TYPES`] lists them.

mod arithmetic;
mod bytes;
mod derivation;
mod encoding;
mod errors;
mod federation;
mod group;
mod poprf;
mod proofs;
mod receipts;
mod signatures;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::file::Object;

pub use bytes::{Hex, Octets};

/// What an implementation says to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Accepted, with this output.
    Valid(Object),
    /// Refused, with this error.
    Invalid(Object),
    /// No such type, or a question that is not of its type's shape.
    Unsupported(String),
}

/// Why a well-shaped input is refused: a name in kebab case, and what the type says beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub Object);

impl Refused {
    /// An error that says no more than its name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Object::from_iter([("error".to_owned(), Value::from(name))]))
    }

    /// The same with one thing more.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }
}

/// The output where there is nothing to say but that the input is right: an empty object.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// Answers to one type.
pub type Responder = fn(Object) -> Answer;

/// Every type with its responder.
pub const TYPES: &[(&str, Responder)] = &[
    ("element-decode", |input| respond(input, group::element_decode)),
    ("generator-multiple", |input| respond(input, group::generator_multiple)),
    ("element-from-uniform", |input| respond(input, group::element_from_uniform)),
    ("hash-to-group", |input| respond(input, group::hash_to_group)),
    ("hash-to-scalar", |input| respond(input, group::hash_to_scalar)),
    ("labelled-hash", |input| respond(input, group::labelled_hash)),
    ("rfc9497-poprf", |input| respond(input, poprf::rfc9497_poprf)),
    ("seed-words", |input| respond(input, derivation::seed_words)),
    ("key-derivation", |input| respond(input, derivation::key_derivation)),
    ("coin-derivation", |input| respond(input, derivation::coin_derivation)),
    ("receipt-seal", |input| respond(input, receipts::receipt_seal)),
    ("receipt-open", |input| respond(input, receipts::receipt_open)),
    ("class-info", |input| respond(input, derivation::class_info)),
    ("blind", |input| respond(input, poprf::blind_coin)),
    ("evaluate", |input| respond(input, poprf::evaluate)),
    ("unblind", |input| respond(input, poprf::unblind_component)),
    ("mac-check", |input| respond(input, poprf::mac_check)),
    ("evaluation-proof", |input| respond(input, proofs::evaluation_proof)),
    ("evaluation-prove", |input| respond(input, proofs::evaluation_prove)),
    ("possession", |input| respond(input, proofs::possession)),
    ("spend-signature", |input| respond(input, signatures::spend_signature)),
    ("spend-sign", |input| respond(input, signatures::spend_sign)),
    ("signature", |input| respond(input, signatures::signature)),
    ("encoding", |input| respond(input, encoding::encoding)),
    ("order-digest", |input| respond(input, encoding::order_digest)),
    ("offer", |input| respond(input, encoding::offer)),
    ("pledge-reference", |input| respond(input, encoding::pledge)),
    ("quorum", |input| respond(input, arithmetic::quorum)),
    ("canonical-split", |input| respond(input, arithmetic::split)),
    ("charter-chain", |input| respond(input, federation::charters::chain)),
    ("vote", |input| respond(input, federation::votes::vote)),
    ("certificate", |input| respond(input, federation::votes::certificate)),
    ("certificate-assemble", |input| respond(input, federation::votes::assemble)),
    ("evaluation", |input| respond(input, federation::votes::evaluation)),
    ("head", |input| respond(input, federation::votes::head)),
    ("head-answer", |input| respond(input, federation::votes::head_answer)),
    ("closing-statement", |input| respond(input, federation::closing::statement)),
    ("closing", |input| respond(input, federation::closing::closing)),
    ("order", |input| respond(input, federation::orders::order)),
    ("submission", |input| respond(input, federation::orders::submission)),
    ("conflict", |input| respond(input, federation::orders::conflict)),
    ("witness-script", |input| respond(input, federation::scripts::script)),
    ("log-leaf", |input| respond(input, federation::logs::leaf)),
    ("log-root", |input| respond(input, federation::logs::root)),
    ("log-consistency", |input| respond(input, federation::logs::consistency)),
    ("log-read", |input| respond(input, federation::logs::read)),
    ("evidence", |input| respond(input, federation::evidence::evidence)),
    ("exhibit", |input| respond(input, federation::evidence::exhibit)),
    ("audit", |input| respond(input, federation::evidence::audit)),
    ("books", |input| respond(input, federation::books::books)),
    ("wallet-claim", |input| respond(input, federation::wallets::claim)),
    ("wallet-answer", |input| respond(input, federation::wallets::answer)),
    ("wallet-coins", |input| respond(input, federation::wallets::coins)),
    ("bucket-places", |input| respond(input, federation::restore::places)),
    ("bucket-sizes", |input| respond(input, federation::restore::sizes)),
    ("bucket-length", |input| respond(input, federation::restore::length)),
    ("bucket-page", |input| respond(input, federation::restore::page)),
    ("probe", |input| respond(input, federation::restore::probe)),
    ("probe-sign", |input| respond(input, federation::restore::probe_sign)),
    ("probe-answer", |input| respond(input, federation::restore::probe_answer)),
    ("probe-verdict", |input| respond(input, federation::restore::verdict)),
    ("refund-claim", |input| respond(input, federation::refunds::claim)),
    ("refund-claim-sign", |input| respond(input, federation::refunds::sign)),
    ("wallet-search", |input| respond(input, federation::restore::search)),
    ("bucket-turns", |input| respond(input, federation::turns::turns)),
    ("audit-moved", |input| respond(input, federation::moved::moved)),
    ("wallet-script", |input| respond(input, federation::wallet_scripts::script)),
    ("move-time", |input| respond(input, federation::closing::move_time)),
];

/// Answers one question.
#[must_use]
pub fn answer(kind: &str, input: Object) -> Answer {
    match TYPES.iter().find(|(name, _)| *name == kind) {
        Some((_, respond)) => respond(input),
        None => Answer::Unsupported(format!("no type `{kind}`")),
    }
}

/// Makes a responder of a typed function.
pub fn respond<I: DeserializeOwned, O: Serialize>(
    input: Object,
    function: impl FnOnce(I) -> Result<O, Refused>,
) -> Answer {
    let input = match serde_json::from_value(Value::Object(input)) {
        Ok(input) => input,
        Err(why) => return Answer::Unsupported(why.to_string()),
    };
    match function(input).map(serde_json::to_value) {
        Ok(Ok(Value::Object(output))) => Answer::Valid(output),
        Ok(Ok(other)) => Answer::Unsupported(format!("an output that is no object: {other}")),
        Ok(Err(why)) => Answer::Unsupported(why.to_string()),
        Err(refused) => Answer::Invalid(refused.0),
    }
}

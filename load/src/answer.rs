//! What a node says of an order, and whether it is true.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::charter::Keyset;
use ronde_protocol::message::codec::{Decode, Encode, decode, encode};
use ronde_protocol::message::evaluation::{Evaluation, VerifiedEvaluation};
use ronde_protocol::message::order::{Order, Outputs, Purpose};
use serde::Deserialize;

/// The parts of an answer, as they came.
#[derive(Debug, Default, Deserialize)]
pub struct Answer<'a> {
    /// Of a claim, or of an order that was asked for by its digest.
    #[serde(default, borrow)]
    pub order: Option<&'a str>,
    /// Once it is certified.
    #[serde(default, borrow)]
    pub certificate: Option<&'a str>,
    /// By different witnesses.
    #[serde(default, borrow)]
    pub evaluations: Vec<&'a str>,
}

/// What an order has to be.
#[derive(Clone, Debug)]
pub enum Subject {
    /// This one.
    Order(Box<Order>),
    /// The Earn that a store made for these outputs.
    Claim(Outputs),
}

/// Canonical bytes as base64.
pub fn to_base64<T: Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

/// Canonical bytes out of base64.
pub fn from_base64<T: Decode<()> + Encode>(text: &str) -> Result<T, String> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|error| error.to_string())?;
    decode(&bytes, MAX_MESSAGE_BYTES).map_err(|error| error.to_string())
}

impl<'a> Answer<'a> {
    /// Reads an answer's body.
    pub fn read(body: &'a [u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| format!("the answer can't be read: {error}"))
    }

    /// Whether the order is certified and so many witnesses have evaluated it.
    pub fn has_all(&self, witnesses: usize) -> bool {
        self.certificate.is_some() && self.evaluations.len() >= witnesses
    }
}

impl Subject {
    /// The order, which for a claim stands in the answer.
    pub fn order(&self, answer: &Answer<'_>) -> Result<Order, String> {
        match self {
            Self::Order(order) => Ok(order.as_ref().clone()),
            Self::Claim(outputs) => {
                let order: Order = from_base64(answer.order.ok_or("an answer to a claim without its order")?)?;
                let ours = order.purpose == Purpose::Earn && order.outputs == *outputs;
                if ours { Ok(order) } else { Err("the store made another order than was claimed".to_owned()) }
            }
        }
    }

    /// Verifies a body that is to be the last word: the certificate, and an evaluation by every witness.
    pub fn verify(&self, keyset: &Keyset, body: &[u8]) -> Result<Vec<VerifiedEvaluation>, String> {
        let answer = Answer::read(body)?;
        let order = self.order(&answer)?;
        let digest = order.digest();
        let certificate: Certificate = from_base64(answer.certificate.ok_or("an order without a certificate")?)?;
        certificate.verify(keyset, &digest).map_err(|error| error.to_string())?;
        let mut verified = Vec::new();
        for text in &answer.evaluations {
            let evaluation: Evaluation = from_base64(text)?;
            verified.push(evaluation.verify(keyset, &order, &digest).map_err(|error| error.to_string())?);
        }
        verified.sort_by_key(VerifiedEvaluation::index);
        verified.dedup_by_key(|one| one.index());
        let (came, all) = (verified.len(), keyset.members().len());
        if came == all { Ok(verified) } else { Err(format!("{came} of {all} witnesses evaluated it")) }
    }
}

//! The JSON that stores and wallets exchange. Binary parts are base64 (URL-safe, no padding) of canonical bytes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::message::codec::{self, Decode, Encode};
use serde::{Deserialize, Serialize};

use super::BadAnswer;

pub(super) fn to_base64<T: Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(codec::encode(value))
}

pub(super) fn from_base64<T: Decode<()> + Encode>(text: &str, max: usize) -> Result<T, BadAnswer> {
    Ok(codec::decode(&URL_SAFE_NO_PAD.decode(text)?, max)?)
}

#[derive(Deserialize)]
pub(super) struct CharterAnswer {
    pub chain: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct ClockAnswer {
    pub now_ms: u64,
}

#[derive(Deserialize)]
pub(super) struct VoucherLine {
    pub offer: u32,
    pub count: u32,
}

#[derive(Deserialize)]
pub(super) struct GrantAnswer {
    pub id: String,
    pub store: u32,
    pub points: u64,
    #[serde(default)]
    pub ballot: Option<u32>,
    #[serde(default)]
    pub vouchers: Vec<VoucherLine>,
    pub state: String,
}

#[derive(Serialize)]
pub(super) struct ClaimBody<'a> {
    pub secret: &'a str,
    pub keyset: u32,
    pub outputs: String,
}

#[derive(Deserialize)]
pub(super) struct PaymentAnswer {
    pub order: String,
    pub state: String,
    pub points: u64,
}

#[derive(Serialize)]
pub(super) struct RefundBody {
    pub refunded: String,
    pub signature: String,
    pub keyset: u32,
    pub outputs: String,
}

/// 200 or 202 of a claim.
#[derive(Deserialize)]
pub(super) struct ClaimAnswer {
    pub order: String,
    #[serde(default)]
    pub receipt: Option<String>,
    #[serde(default)]
    pub certificate: Option<String>,
    #[serde(default)]
    pub evaluations: Vec<String>,
    #[serde(default)]
    pub votes: usize,
}

#[derive(Deserialize)]
pub(super) struct OfferAnswer {
    pub offer: String,
}

/// What a basket costs and earns, and how far it is; what is not shown to anybody is not read.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BasketAnswer {
    pub id: String,
    pub store: u32,
    pub state: String,
    pub total_cents: u64,
    pub pay_cents: u64,
    #[serde(default)]
    pub grant: Option<BasketGrantAnswer>,
    #[serde(default)]
    pub receipt: Option<String>,
    #[serde(default)]
    pub return_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct BasketGrantAnswer {
    pub id: String,
    pub state: String,
}

#[derive(Serialize)]
pub(super) struct SecretBody<'a> {
    pub secret: &'a str,
}

#[derive(Serialize)]
pub(super) struct OrderBody {
    pub order: String,
    pub authorization: String,
    pub columns: Vec<String>,
}

/// 200 or 202 of an order.
#[derive(Deserialize)]
pub(super) struct OrderAnswer {
    /// Shown to whoever knows the digest alone, once the order is certified.
    #[serde(default)]
    pub order: Option<String>,
    #[serde(default)]
    pub certificate: Option<String>,
    #[serde(default)]
    pub evaluations: Vec<String>,
    #[serde(default)]
    pub votes: usize,
}

#[derive(Deserialize)]
pub(super) struct LengthsAnswer {
    pub lengths: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct PagesAnswer {
    pub pages: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ProbeBody {
    pub probe: String,
}

#[derive(Deserialize)]
pub(super) struct ProbesAnswer {
    pub answers: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct CertificateBody {
    pub order: String,
    pub certificate: String,
}

#[derive(Deserialize)]
pub(super) struct ProblemAnswer {
    pub code: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub detail: String,
    #[serde(default)]
    pub retryable: bool,
    #[serde(default)]
    pub conflict: Option<String>,
}

//! What the node tells the shop: posts, signed as Standard Webhooks says.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// By how many seconds a post may be old, or from the future: an old one may be somebody's who recorded it.
const TOLERANCE: u64 = 300;

/// An event about a payment with points.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// Such as `checkout.accepted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about.
    pub data: Data,
}

/// Which basket: its payment has the same name. What became of it the node is asked, as posts may overtake one another.
#[derive(Debug, Deserialize)]
pub struct Data {
    /// Its name.
    pub checkout: String,
}

/// Why a post is not believed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// A header is missing or can't be read.
    #[error("the header {0} is missing or is none")]
    Header(&'static str),
    /// Not from now.
    #[error("it is {0} s off; if that goes on, a clock is wrong, here or at the node")]
    Time(u64),
    /// Not from the node, or changed on its way.
    #[error("no signature fits: is this the secret of this webhook?")]
    Signature,
    /// Signed, and yet no event.
    #[error("it is no event about a payment: have only `checkout.*` posted here ({0})")]
    Body(String),
}

/// The secret that only the node has as well.
pub struct Hook(Hmac<Sha256>);

impl Hook {
    /// By the secret as `ronde webhook add` shows it.
    pub fn new(secret: &str) -> Result<Self, String> {
        let bytes = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.ok_or("the webhook's secret is whsec_ and base64")?;
        Ok(Self(Hmac::new_from_slice(&bytes).map_err(|error| error.to_string())?))
    }

    /// The event of a post, if it is the node's and of now.
    ///
    /// An event may come twice. What this shop does about one is the same the second time, so it keeps no list of the
    /// `webhook-id`s that it has had; whoever sends a mail about one needs such a list.
    pub fn open(&self, headers: &HeaderMap, body: &[u8], now: u64) -> Result<Event, Unbelieved> {
        let header = |name: &'static str| {
            let text = headers.get(name).and_then(|value| value.to_str().ok());
            text.ok_or(Unbelieved::Header(name))
        };
        let (id, signatures) = (header("webhook-id")?, header("webhook-signature")?);
        let time = header("webhook-timestamp")?;
        let time: u64 = time.parse().map_err(|_| Unbelieved::Header("webhook-timestamp"))?;
        if now.abs_diff(time) > TOLERANCE {
            return Err(Unbelieved::Time(now.abs_diff(time)));
        }
        // There may be several, while a secret is changed. They are compared in constant time.
        let fits = |signature: &str| {
            let bytes = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
            let signed = self.0.clone().chain_update(format!("{id}.{time}.")).chain_update(body);
            bytes.is_some_and(|bytes| signed.verify_slice(&bytes).is_ok())
        };
        if !signatures.split(' ').any(fits) {
            return Err(Unbelieved::Signature);
        }
        serde_json::from_slice(body).map_err(|error| Unbelieved::Body(error.to_string()))
    }
}

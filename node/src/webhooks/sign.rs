//! Signatures by Standard Webhooks: HMAC-SHA256 over id, time and body (EVENT-12).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header `webhook-signature` of a message.
#[must_use]
pub fn signature(secret: &[u8], id: &str, timestamp: u64, body: &[u8]) -> String {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The secret as receivers are given it.
#[must_use]
pub fn secret_text(secret: &[u8]) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(format!("whsec_{}", STANDARD.encode(secret)))
}

//! Receipts: written down where they stay, and only then is the store told that they have come (RECEIPT-5).

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::machine::wallet::{ClaimRequest, Link};
use ronde_protocol::message::receipt;
use zeroize::Zeroizing;

use super::Session;

/// A receipt that has come.
#[derive(Debug)]
pub struct KeptReceipt {
    /// As the till printed it.
    pub text: Zeroizing<String>,
    /// Where it was written down.
    pub path: PathBuf,
}

impl Session {
    /// Keeps the receipt that came with a claim's answer, for whoever shows what was claimed.
    pub(super) fn keep_receipt_of(&mut self, request: &ClaimRequest, sealed: Option<String>) {
        let Some(sealed) = sealed else { return };
        let kept = self.keep_receipt("grants", &request.link, request.secret.as_str(), &sealed);
        self.receipts.extend(kept);
    }

    /// Keeps a receipt that one of the `kind` carried. One that can't be opened is none (RECEIPT-2); no trouble with it
    /// stands in the way of points.
    pub(super) fn keep_receipt(&mut self, kind: &str, link: &Link, secret: &str, sealed: &str) -> Option<KeptReceipt> {
        let key: Option<[u8; 32]> = URL_SAFE_NO_PAD.decode(secret).ok().and_then(|key| key.try_into().ok());
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok();
        let text = key.zip(sealed).and_then(|(key, sealed)| receipt::open(&Zeroizing::new(key), &sealed).ok());
        let kept = match text {
            Some(text) => match self.folder.save_receipt(link.id.as_str(), &text) {
                Ok(path) => Some(KeptReceipt { text, path }),
                Err(trouble) => {
                    // The store keeps it a while, and hands it over again.
                    self.warnings.push(trouble.to_string());
                    return None;
                }
            },
            None => {
                self.warnings.push("the receipt that the shop sent can't be opened".to_owned());
                None
            }
        };
        if let Err(trouble) = self.client.received(kind, link, secret) {
            // It is deleted in time without that.
            self.warnings.push(trouble.to_string());
        }
        kept
    }
}

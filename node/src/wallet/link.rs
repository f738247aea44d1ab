//! The links that tills show as text or QR code.

use ronde_protocol::machine::wallet::Link;
use ronde_protocol::message::charter::{Charter, Store};
use ronde_protocol::message::text::Text;
use zeroize::Zeroizing;

use super::Trouble;

/// The longest id, in bytes: nodes make them of 22.
const MAX_ID: usize = 64;

/// A link to a grant, `{base}/g/{id}#{secret}`, or to a basket, `{base}/b/{id}#{secret}`.
pub struct ClaimLink {
    /// Where and which.
    pub link: Link,
    /// The one-time secret; it stands in the fragment, so that no server sees it before the claim.
    pub secret: Zeroizing<String>,
}

impl std::fmt::Debug for ClaimLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimLink").field("link", &self.link).finish_non_exhaustive()
    }
}

impl ClaimLink {
    /// Reads a link to a grant; whose it is must be asked of the charter.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        Self::parse_as(text, "/g/")
    }

    /// Reads a link to a basket.
    pub fn parse_basket(text: &str) -> Result<Self, Trouble> {
        Self::parse_as(text, "/b/")
    }

    fn parse_as(text: &str, kind: &str) -> Result<Self, Trouble> {
        let (address, secret) = text.trim().split_once('#').ok_or(Trouble::NotALink)?;
        if secret.is_empty() {
            return Err(Trouble::NotALink);
        }
        Ok(Self { link: split(address, kind)?, secret: Zeroizing::new(secret.to_owned()) })
    }
}

/// Whether a text is a link to a basket, as far as it can be read.
#[must_use]
pub fn is_basket(text: &str) -> bool {
    ClaimLink::parse_basket(text).is_ok()
}

/// Reads a link to a checkout: `{base}/c/{id}`.
pub fn checkout(text: &str) -> Result<Link, Trouble> {
    split(text.trim(), "/c/")
}

fn split(address: &str, kind: &str) -> Result<Link, Trouble> {
    let (base, id) = address.rsplit_once(kind).ok_or(Trouble::NotALink)?;
    if base.is_empty() || !is_id(id) {
        return Err(Trouble::NotALink);
    }
    let text = |part: &str| Text::new(part).map_err(|_| Trouble::NotALink);
    Ok(Link { base: text(base)?, id: text(id)? })
}

/// Whether a text can be the id of a grant, checkout or basket. Ids become parts of addresses and names of files: nothing
/// that a store says goes there unless it is one.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=MAX_ID).contains(&text.len()) && text.chars().all(plain)
}

/// The store whose address this is in the charter. Anything else is not a store, whatever it looks like (WALLET-21).
pub fn store_at<'c>(charter: &'c Charter, base: &str) -> Result<&'c Store, Trouble> {
    let bare = |address: &str| address.trim_end_matches('/').to_ascii_lowercase();
    let wanted = bare(base);
    let stores = charter.body().stores.iter();
    let mut found = stores.filter(|store| store.http.iter().any(|address| bare(address.as_str()) == wanted));
    found.next().ok_or_else(|| Trouble::NotAStore(base.to_owned()))
}

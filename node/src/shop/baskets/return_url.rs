//! Where a customer's wallet leads when a basket is done.

use ronde_protocol::message::codec::{Bounded, Decode, Encode};
use ureq::http::Uri;

/// Longest address, in bytes.
const MAX_URL: usize = 2000;

/// An address that a wallet may show as a link.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ReturnUrl(Bounded<u8, MAX_URL>);

/// No wallet would follow this address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a return_url begins with https://, has a host, no user name, no fragment and no spaces, and is at most {MAX_URL} bytes \
     of ASCII long"
)]
pub struct BadReturnUrl;

impl ReturnUrl {
    /// Checks an address as chapter 15 of the specification says.
    ///
    /// # Errors
    /// [`BadReturnUrl`].
    pub fn new(text: &str) -> Result<Self, BadReturnUrl> {
        if text.contains('#') || !text.bytes().all(|byte| byte.is_ascii_graphic()) || !text.starts_with("https://") {
            return Err(BadReturnUrl);
        }
        let uri: Uri = text.parse().map_err(|_| BadReturnUrl)?;
        let authority = uri.authority().ok_or(BadReturnUrl)?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(BadReturnUrl);
        }
        Bounded::new(text.as_bytes().to_vec()).map(Self).map_err(|_| BadReturnUrl)
    }

    /// As the till sent it.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

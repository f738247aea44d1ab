//! Where a node posts to: whoever adds a webhook has it send requests, so there are few places (EVENT-10).

use std::net::IpAddr;

use ureq::http::Uri;

/// Longest address, in bytes.
pub(super) const MAX_URL: usize = 2048;

/// Events are not posted to this address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an address begins with https:// (with http:// only on this machine: 127.0.0.1, [::1] or localhost), names no user, \
     has no fragment, and is at most {MAX_URL} bytes long"
)]
pub struct BadUrl;

/// Whether events may be posted there.
pub(super) fn check(url: &str) -> Result<(), BadUrl> {
    if url.len() > MAX_URL || url.contains('#') {
        return Err(BadUrl);
    }
    let uri: Uri = url.parse().map_err(|_| BadUrl)?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(BadUrl)?;
    let good = match uri.scheme_str() {
        Some("https") => !authority.host().is_empty(),
        Some("http") => is_this_machine(authority.host()),
        _ => false,
    };
    good.then_some(()).ok_or(BadUrl)
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests;

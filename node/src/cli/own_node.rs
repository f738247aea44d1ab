//! The own node, spoken to over the machine's own loopback address.

use std::net::SocketAddr;

use ureq::tls::TlsConfig;

/// How the certificate of an address is looked at. Nobody stands between this machine and its own loopback address, where
/// plain HTTP is good enough too; and no certificate is made out to it.
pub(super) fn tls(url: &str) -> TlsConfig {
    let authority = url.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or(rest));
    let address = authority.and_then(|authority| authority.parse::<SocketAddr>().ok());
    let own = address.is_some_and(|address| address.ip().is_loopback());
    TlsConfig::builder().disable_verification(own).build()
}

//! The own node, spoken to over the machine's own loopback address.

use std::net::SocketAddr;

use ureq::Proxy;
use ureq::tls::TlsConfig;

/// How the certificate of an address is looked at. Nobody stands between this machine and its own loopback address, where
/// plain HTTP is good enough too; and no certificate is made out to it.
pub(super) fn tls(url: &str) -> TlsConfig {
    TlsConfig::builder().disable_verification(is_own(url)).build()
}

/// The proxy on the way to an address: what the environment says, and none to the own node. What is said to it is for
/// nobody else: tokens among it.
pub(super) fn proxy(url: &str) -> Option<Proxy> {
    if is_own(url) { None } else { Proxy::try_from_env() }
}

fn is_own(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    authority.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
}

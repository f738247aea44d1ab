//! One attempt to reach a peer: resolve its addresses, try all that come back at once, keep the first that is the peer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::{ClientConfig, ConnectError, Connection, ConnectionError, Endpoint};
use tokio::task::JoinSet;

use super::TransportError;
use super::error::tls_alert;
use super::limits::SERVER_NAME;

/// Addresses of one name that are tried.
const ADDRESSES: usize = 4;
/// Addresses of one node that are tried (TRANSPORT-15).
const CANDIDATES: usize = 16;

/// Connects to `address` ("host:port", or several with blanks between) within `timeout`. The handshake checks the peer's key; whether the peer accepts
/// ours shows only at the first request.
pub(super) async fn connect(
    endpoint: &Endpoint,
    config: &ClientConfig,
    address: &str,
    timeout: Duration,
) -> Result<Connection, TransportError> {
    let attempt = async {
        let candidates = resolve(address).await?;
        race(endpoint, config, address, candidates).await
    };
    tokio::time::timeout(timeout, attempt).await.unwrap_or_else(|_| Err(unreachable(address)))
}

async fn resolve(address: &str) -> Result<Vec<SocketAddr>, TransportError> {
    let mut lookups = JoinSet::new();
    for name in address.split_whitespace().map(str::to_owned) {
        lookups.spawn(async move {
            let found = tokio::net::lookup_host(&name).await;
            found.map(|found| found.take(ADDRESSES).collect::<Vec<_>>())
        });
    }
    let (mut candidates, mut failure) = (Vec::new(), None);
    for found in lookups.join_all().await {
        match found {
            Ok(found) => candidates.extend(found),
            Err(source) => failure = Some(source),
        }
    }
    candidates.truncate(CANDIDATES);
    match failure {
        // A name that resolves is enough.
        Some(source) if candidates.is_empty() => {
            Err(TransportError::Address { address: address.to_owned(), source: Arc::new(source) })
        }
        _ => Ok(candidates),
    }
}

async fn race(
    endpoint: &Endpoint,
    config: &ClientConfig,
    address: &str,
    candidates: Vec<SocketAddr>,
) -> Result<Connection, TransportError> {
    let mut attempts = JoinSet::new();
    let mut failure = unreachable(address);
    for candidate in candidates {
        match endpoint.connect_with(config.clone(), candidate, SERVER_NAME) {
            Ok(connecting) => {
                attempts.spawn(connecting);
            }
            Err(ConnectError::EndpointStopping) => return Err(TransportError::Stopping),
            // Say an IPv6 address on a machine without IPv6.
            Err(error) => tracing::debug!(%error, "one of a peer's addresses cannot be dialled"),
        }
    }
    while let Some(attempt) = attempts.join_next().await {
        match attempt {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => failure = explain(error, address),
            Err(_) => {}
        }
    }
    Err(failure)
}

fn explain(error: ConnectionError, address: &str) -> TransportError {
    match error {
        // Our own verifier sent the alert.
        ConnectionError::TransportError(error) if tls_alert(error.code).is_some() => {
            TransportError::WrongKey { address: address.to_owned() }
        }
        ConnectionError::TimedOut | ConnectionError::Reset => unreachable(address),
        error => error.into(),
    }
}

fn unreachable(address: &str) -> TransportError {
    TransportError::Unreachable { address: address.to_owned() }
}

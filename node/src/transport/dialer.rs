//! The calling side: one connection per peer, kept, and replaced when it fails.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn::{Connection, Endpoint, TransportConfig, VarInt};
use tokio::sync::watch;

use super::limits::close;
use super::link::{Attempt, Link, Step};
use super::pin::NodeKey;
use super::{DialerConfig, Identity, PeerStatus, TransportError};
use super::{connect, endpoint, frame};

/// Ticks of the watch for a silent peer within the time it is given.
const TICKS: u32 = 8;

/// Calls peers by their node key. Clones share the connections.
#[derive(Clone)]
pub struct Dialer(Arc<Shared>);

struct Shared {
    identity: Identity,
    endpoint: Endpoint,
    transport: Arc<TransportConfig>,
    config: DialerConfig,
    links: Mutex<BTreeMap<NodeKey, Arc<Link>>>,
}

/// A connection, and whether earlier calls have used it (so that it may be stale).
struct Held {
    connection: Connection,
    used: bool,
}

impl Dialer {
    /// A dialer that shows `identity` to whoever it calls. Must be made inside a tokio runtime.
    pub fn new(identity: &Identity, config: DialerConfig) -> Result<Self, TransportError> {
        Ok(Self(Arc::new(Shared {
            identity: identity.clone(),
            endpoint: endpoint::bind_any(identity)?,
            transport: Arc::new(endpoint::client_transport(&config)?),
            config,
            links: Mutex::new(BTreeMap::new()),
        })))
    }

    /// Sends `request` to the node of this key at `address` ("host:port") and returns its answer, within `timeout`.
    /// Several addresses of one node, with blanks between, are tried at once, and the first that answers is kept.
    ///
    /// A peer that failed lately is refused at once with [`TransportError::PeerDown`]. On a connection that turns out
    /// to be stale the request is sent once more on a fresh one, so it must be harmless when repeated.
    pub async fn call(
        &self,
        peer: NodeKey,
        address: &str,
        request: &[u8],
        timeout: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let max = self.0.config.max_frame;
        if request.is_empty() || request.len() > max {
            return Err(TransportError::RequestSize { bytes: request.len(), max });
        }
        let link = self.link(peer);
        tokio::time::timeout(timeout, self.exchange(&link, peer, address, request))
            .await
            .unwrap_or(Err(TransportError::TimedOut { after: timeout }))
    }

    /// How things stand with a peer.
    #[must_use]
    pub fn status(&self, peer: &NodeKey) -> PeerStatus {
        self.link(*peer).status()
    }

    /// Ends the back-off of a peer, for whoever just heard from it in another way (say it called us).
    pub fn heard_from(&self, peer: &NodeKey) {
        self.link(*peer).encourage();
    }

    /// Closes all connections and waits until the peers know. Later calls fail.
    pub async fn close(&self) {
        self.0.endpoint.close(VarInt::from_u32(close::STOPPING), b"");
        self.0.endpoint.wait_idle().await;
    }

    fn link(&self, peer: NodeKey) -> Arc<Link> {
        let mut links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(links.entry(peer).or_default())
    }

    async fn exchange(
        &self,
        link: &Arc<Link>,
        peer: NodeKey,
        address: &str,
        request: &[u8],
    ) -> Result<Vec<u8>, TransportError> {
        let held = self.connection(link, peer, address).await?;
        match self.talk(link, &held, request).await {
            Err(error) if held.used && error.is_stale() => {}
            other => return other,
        }
        let held = self.connection(link, peer, address).await?;
        self.talk(link, &held, request).await
    }

    /// The open connection, or the outcome of an attempt. Attempts run by themselves: a caller that loses patience
    /// does not end what others wait for.
    async fn connection(&self, link: &Arc<Link>, peer: NodeKey, address: &str) -> Result<Held, TransportError> {
        let mut outcome = match link.step(address)? {
            Step::Use(connection) => {
                return Ok(Held { connection, used: true });
            }
            Step::Wait(outcome) => outcome,
            Step::Start(attempt, sender, outcome) => {
                tokio::spawn(self.clone().attempt(Arc::clone(link), peer, address.to_owned(), attempt, sender));
                outcome
            }
        };
        // Fails only if the attempt was torn down with the runtime.
        let outcome = outcome.wait_for(Option::is_some).await.map_err(|_| TransportError::Stopping)?;
        match outcome.as_ref() {
            Some(Ok(connection)) => Ok(Held { connection: connection.clone(), used: false }),
            Some(Err(error)) => Err(error.clone()),
            None => Err(TransportError::Stopping),
        }
    }

    async fn attempt(
        self,
        link: Arc<Link>,
        peer: NodeKey,
        address: String,
        attempt: u64,
        sender: watch::Sender<Attempt>,
    ) {
        let shared = &self.0;
        let transport = Arc::clone(&shared.transport);
        let outcome = match endpoint::client_config(&shared.identity, peer, transport) {
            Ok(config) => {
                let timeout = shared.config.connect_timeout;
                connect::connect(&shared.endpoint, &config, &address, timeout).await
            }
            Err(error) => Err(error),
        };
        link.attempted(attempt, &outcome, &shared.config);
        sender.send_replace(Some(outcome));
    }

    /// One request on one connection. A peer that does not even acknowledge is given up early.
    async fn talk(&self, link: &Link, held: &Held, request: &[u8]) -> Result<Vec<u8>, TransportError> {
        let config = &self.0.config;
        let connection = &held.connection;
        let outcome = tokio::select! {
            answer = request_answer(connection, request, config.max_frame) => answer,
            () = silence(connection, config.silence) => {
                connection.close(VarInt::from_u32(close::SILENT), b"");
                Err(TransportError::Silent)
            }
        };
        match &outcome {
            Ok(_) => link.answered(connection),
            Err(error) if error.is_stale() && held.used => link.discard(connection),
            Err(error) if error.ends_connection() => link.failed(connection, error, config),
            Err(_) => {}
        }
        outcome
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer").finish_non_exhaustive()
    }
}

async fn request_answer(connection: &Connection, request: &[u8], max_frame: usize) -> Result<Vec<u8>, TransportError> {
    let (sending, mut receiving) = connection.open_bi().await?;
    frame::Outgoing::new(sending).send(request).await?;
    frame::receive(&mut receiving, max_frame).await
}

/// Returns once stream data has been sent (or sent again) and nothing at all has come back for `limit`. What a peer
/// has acknowledged it may think about as long as it likes.
///
/// Only stream data counts as sent: acknowledgements ask for no answer, and a probe of the path may get lost.
async fn silence(connection: &Connection, limit: Duration) {
    let sent_and_received = || {
        let stats = connection.stats();
        (stats.frame_tx.stream, stats.udp_rx.datagrams)
    };
    let mut before = sent_and_received();
    let mut quiet_ticks = 0;
    loop {
        tokio::time::sleep(limit / TICKS).await;
        let now = sent_and_received();
        quiet_ticks = match (now.1 != before.1, now.0 != before.0 || quiet_ticks > 0) {
            (false, true) => quiet_ticks + 1,
            (true, _) | (false, false) => 0,
        };
        if quiet_ticks > TICKS {
            return;
        }
        before = now;
    }
}

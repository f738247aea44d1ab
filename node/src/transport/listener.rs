//! The answering side.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn::{Connection, ConnectionError, Endpoint, Incoming, RecvStream, VarInt};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::admission::{HandshakeSlot, Handshakes, LOOK};
use super::frame::Outgoing;
use super::limits::close;
use super::pin::{NodeKey, Peers, peer_key};
use super::{Identity, ListenerConfig, TransportError};
use super::{endpoint, frame};
use crate::clock;
use crate::pace::Pace;

/// A frame that is too long counts as so many requests (TRANSPORT-17): a whole frame of it was deciphered for nothing.
const TOO_LONG_COUNTS: u32 = 32;

/// The answer to come.
pub type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Vec<u8>> + Send + 'a>>;

/// Answers requests. `peer` is the key that the handshake proved.
pub trait Handler: Send + Sync {
    /// The answer to one request. It runs to its end even if the peer goes away.
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_>;
}

/// A bound socket that peers can connect to.
pub struct Listener {
    endpoint: Endpoint,
    peers: Arc<dyn Peers>,
    config: ListenerConfig,
}

impl Listener {
    /// Binds `address` (port 0 for any free one). Must be called inside a tokio runtime. Nothing is answered before
    /// [`Listener::serve`].
    pub fn bind(
        address: SocketAddr,
        identity: &Identity,
        peers: Arc<dyn Peers>,
        config: ListenerConfig,
    ) -> Result<Self, TransportError> {
        let server = endpoint::server_config(identity, Arc::clone(&peers), &config)?;
        let endpoint = endpoint::bind(address, identity, Some(server))?;
        Ok(Self { endpoint, peers, config })
    }

    /// The address it is bound to, with the port that was chosen.
    pub fn local_addr(&self) -> Result<SocketAddr, TransportError> {
        let unbound = SocketAddr::from(([0, 0, 0, 0], 0));
        self.endpoint.local_addr().map_err(|source| TransportError::Bind { address: unbound, source: Arc::new(source) })
    }

    /// Answers until `shutdown` is ready, then finishes the requests that are open (for at most the grace period) and
    /// returns.
    pub async fn serve(self, handler: Arc<dyn Handler>, shutdown: impl Future<Output = ()> + Send) {
        let handshakes = Handshakes::new(&self.config);
        let (stop, stopping) = watch::channel(false);
        let service = Arc::new(Service {
            handler,
            peers: self.peers,
            config: self.config,
            admitted: Mutex::new(BTreeMap::new()),
        });
        let mut connections = JoinSet::new();
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                due = looks.tick() => handshakes.lateness().look(due, clock::monotonic()),
                Some(_) = connections.join_next() => {}
                incoming = self.endpoint.accept() => match incoming {
                    Some(incoming) => {
                        if let Some((incoming, slot)) = handshakes.admit(incoming) {
                            connections.spawn(Arc::clone(&service).connection(incoming, slot, stopping.clone()));
                        }
                    }
                    None => break,
                },
            }
        }
        self.endpoint.set_server_config(None);
        stop.send_replace(true);
        let all = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(self.config.grace, all).await.is_err() {
            tracing::warn!("some requests were cut off: they did not end within the grace period");
        }
        self.endpoint.close(VarInt::from_u32(close::STOPPING), b"");
        // Whoever does not acknowledge the end finds out by itself.
        drop(tokio::time::timeout(self.config.grace, self.endpoint.wait_idle()).await);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}

/// What all connections share.
struct Service {
    handler: Arc<dyn Handler>,
    peers: Arc<dyn Peers>,
    config: ListenerConfig,
    admitted: Mutex<BTreeMap<NodeKey, Admitted>>,
}

/// The open connections of one peer, oldest first, and its share of the node's attention.
struct Admitted {
    connections: VecDeque<Connection>,
    share: Share,
}

/// Of one peer's requests: how many are served at a time, and how fast (TRANSPORT-13).
#[derive(Clone)]
struct Share {
    slots: Arc<Semaphore>,
    pace: Arc<Pace>,
}

impl Service {
    async fn connection(self: Arc<Self>, incoming: Incoming, slot: HandshakeSlot, stopping: watch::Receiver<bool>) {
        let connection = match self.handshake(incoming).await {
            Ok(connection) => connection,
            Err(error) => {
                slot.failed(&error);
                return tracing::debug!(%error, "no handshake");
            }
        };
        let Some(peer) = peer_key(&connection) else {
            return connection.close(VarInt::from_u32(close::UNKNOWN_PEER), b"");
        };
        let _here = slot.succeeded();
        let share = self.enter(peer, &connection);
        self.requests(peer, &connection, &share, stopping).await;
        self.leave(peer, &connection);
    }

    /// Fails at once if its first packet already shows that nothing will come of it: another protocol, say.
    async fn handshake(&self, incoming: Incoming) -> Result<Connection, ConnectionError> {
        let handshake = tokio::time::timeout(self.config.handshake_timeout, incoming.accept()?);
        handshake.await.unwrap_or(Err(ConnectionError::TimedOut))
    }

    /// Answers the requests of one connection until it ends or the node stops, then waits for those under way.
    async fn requests(
        self: &Arc<Self>,
        peer: NodeKey,
        connection: &Connection,
        share: &Share,
        mut stopping: watch::Receiver<bool>,
    ) {
        let mut open = JoinSet::new();
        loop {
            let stream = tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => break,
                Some(_) = open.join_next() => continue,
                stream = connection.accept_bi() => stream,
            };
            let Ok((sending, receiving)) = stream else {
                break;
            };
            // Asked at each request: a charter may have come since (TRANSPORT-5).
            if !self.peers.knows(&peer) {
                return connection.close(VarInt::from_u32(close::UNKNOWN_PEER), b"");
            }
            let outgoing = Outgoing::new(sending);
            open.spawn(Arc::clone(self).request(peer, outgoing, receiving, share.clone()));
        }
        while open.join_next().await.is_some() {}
    }

    /// One request, once the peer has a slot for it. The number that waits is bounded by the streams it may open.
    async fn request(self: Arc<Self>, peer: NodeKey, outgoing: Outgoing, mut receiving: RecvStream, share: Share) {
        let Ok(slot) = Arc::clone(&share.slots).acquire_owned().await else {
            return;
        };
        tokio::time::sleep(share.pace.take(1)).await;
        let limit = self.config.frame_timeout;
        let max = self.config.max_frame;
        let received = tokio::time::timeout(limit, frame::receive(&mut receiving, max)).await;
        let Ok(Ok(request)) = received else {
            if matches!(received, Ok(Err(TransportError::FrameTooLong { .. }))) {
                share.pace.take(TOO_LONG_COUNTS);
            }
            tracing::debug!(timed_out = received.is_err(), "a request was refused unread");
            // Fails only if the peer has closed the stream itself.
            drop(receiving.stop(VarInt::from_u32(close::BAD_REQUEST)));
            return;
        };
        let answer = self.handler.handle(peer, request).await;
        if answer.is_empty() || answer.len() > max {
            return tracing::error!(bytes = answer.len(), "an answer of that length cannot be sent");
        }
        let delivered = async {
            let sending = outgoing.send(&answer).await?;
            drop(slot);
            // Until the peer has it all: the node may be about to close the connection.
            drop(sending.stopped().await);
            Ok::<_, TransportError>(())
        };
        if !matches!(tokio::time::timeout(limit, delivered).await, Ok(Ok(()))) {
            tracing::debug!("an answer was not taken");
        }
    }

    fn enter(&self, peer: NodeKey, connection: &Connection) -> Share {
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        // So many in a second (TRANSPORT-17).
        let interval = Duration::from_secs(1).checked_div(self.config.requests_per_second).unwrap_or(Duration::MAX);
        let entry = admitted.entry(peer).or_insert_with(|| Admitted {
            connections: VecDeque::new(),
            share: Share {
                slots: Arc::new(Semaphore::new(usize::from(self.config.requests_per_peer))),
                pace: Arc::new(Pace::new(interval, self.config.burst)),
            },
        });
        entry.connections.push_back(connection.clone());
        if entry.connections.len() > self.config.connections_per_peer
            && let Some(oldest) = entry.connections.pop_front()
        {
            oldest.close(VarInt::from_u32(close::SUPERSEDED), b"");
        }
        entry.share.clone()
    }

    fn leave(&self, peer: NodeKey, connection: &Connection) {
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = admitted.get_mut(&peer) {
            entry.connections.retain(|open| open.stable_id() != connection.stable_id());
            // A peer that comes back has its share as it left it, or it would come back for a new one. There are no
            // more entries than the charter had keys.
            if entry.connections.is_empty() && entry.share.pace.is_rested() {
                admitted.remove(&peer);
            }
        }
    }
}

//! The listening side: bounded in what it holds and in how long it waits, and it ends with what is open.

mod crowd;
mod handshake;
mod line;
mod parting;
mod patient;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crowd::{Crowd, Stay};
use line::Line;
use patient::Patient;

use super::origin;

pub(super) use crowd::{Held, Turn};
pub(super) use parting::Parting;

/// Bytes of answers that the system holds for a peer which does not take them. It would hold megabytes, and a peer that
/// asks and never reads has the node make them all.
const SEND_BUFFER: u32 = 32 * 1024;
/// Connections that wait to be taken.
const BACKLOG: u32 = 1024;
/// Most headers of a request.
const MAX_HEADERS: usize = 64;
/// How long open requests may take after the node was told to stop. Longer waits are the tills' long-polls.
const PARTING: Duration = Duration::from_secs(5);
/// Newcomers that wait for their turn because most places are their address's already. Each has a socket, and a system
/// gives a process a thousand or so.
const IN_LINE: usize = 256;
/// After a connection could not be taken, because the system has no room for it.
const RESPITE: Duration = Duration::from_millis(100);

/// What one connection, and all of them, can hold.
#[derive(Clone, Copy, Debug)]
pub struct ServeLimits {
    /// Connections at one time (HTTP-25).
    pub connections: usize,
    /// Bytes of the bodies of all requests at one time (HTTP-28).
    pub bodies: usize,
    /// While there is no room, newcomers at once from an address that holds more than half of the places, after a quiet
    /// time; and likewise bodies of one whose bodies hold more than half of the bytes (HTTP-30).
    pub newcomers: u32,
    /// Between two newcomers after those.
    pub newcomer_interval: Duration,
    /// Longest line and headers of a request, in bytes (HTTP-26). At least 8,192.
    pub head: usize,
    /// How long a request's line and headers may take to arrive, and how long a connection may wait for the next
    /// request (HTTP-26). The default is longer than clients keep an unused connection for themselves.
    pub head_patience: Duration,
    /// How long a peer may take nothing of an answer (HTTP-26).
    pub answer_patience: Duration,
    /// Between two lines of an event stream that has nothing to tell (EVENT-8).
    pub comment: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections: 512,
            bodies: 16 * 1024 * 1024,
            newcomers: 100,
            newcomer_interval: Duration::from_millis(20),
            head: 16 * 1024,
            head_patience: Duration::from_secs(20),
            answer_patience: Duration::from_secs(15),
            comment: Duration::from_secs(15),
        }
    }
}

/// Listens at an address. Must be called inside a tokio runtime.
///
/// # Errors
/// What the operating system says if it is not free, or not this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restarted node takes its address again at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves plain HTTP, as [`serve_over`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    serve_over(listener, None, router, limits, shutdown).await;
}

/// What every connection is served with.
#[derive(Clone)]
struct Served {
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    limits: ServeLimits,
    stopping: watch::Receiver<bool>,
}

/// Serves over TLS if there are settings for it, until `shutdown` is ready; then takes no more connections, and ends when
/// the open requests have, or after five seconds.
pub async fn serve_over(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    limits: ServeLimits,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let crowd = Crowd::new(&limits);
    let line = Line::new(&limits);
    let (stop, stopping) = watch::channel(false);
    let router = if tls.is_some() { router.layer(middleware::from_fn(origin::by_tls_alone)) } else { router };
    let served = Served { tls, router, limits, stopping };
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            (stream, address) = accept(&listener) => {
                if crowd.is_full_of(address.ip()) {
                    // Beyond the line it is closed here.
                    if let Some(place) = line.place() {
                        let (crowd, served) = (crowd.clone(), served.clone());
                        connections.spawn(async move {
                            let stay = place.wait_for(crowd.enter(address.ip())).await;
                            connection(stream, served, stay).await;
                        });
                    }
                    continue;
                }
                tokio::select! {
                    () = &mut shutdown => break,
                    stay = crowd.enter(address.ip()) => {
                        connections.spawn(connection(stream, served.clone(), stay));
                    }
                }
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    // Whoever has not ended by then is cut off.
    let _ = tokio::time::timeout(PARTING, all).await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                tokio::time::sleep(RESPITE).await;
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection, until its peer or this node ends it, or another needs its place.
async fn connection(stream: TcpStream, mut served: Served, stay: Stay) {
    // Small answers leave at once. A socket that refuses this only is slower.
    let _ = stream.set_nodelay(true);
    let limits = served.limits;
    let Some(tls) = served.tls.take() else {
        return converse(Patient::new(stream, limits.answer_patience), served, stay).await;
    };
    let secured = tokio::select! {
        secured = handshake::secure(tls, stream, limits.head_patience, limits.answer_patience) => secured,
        () = stay.unwanted() => return,
        _ = served.stopping.wait_for(|stop| *stop) => return,
    };
    if let Some(stream) = secured {
        converse(stream, served, stay).await;
    }
}

/// The requests of a connection.
async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, served: Served, stay: Stay) {
    let Served { router, limits, mut stopping, .. } = served;
    let router = TowerToHyperService::new(router);
    let turn = stay.turn();
    let parting = Parting::new(stopping.clone(), limits.comment);
    let service = service_fn(move |request| answer(router.clone(), turn.clone(), parting.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_buf_size(limits.head)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke off");
            }
            return;
        }
        () = stay.unwanted() => return,
        // It fails if the sender is gone, which then has stopped as well.
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// One request. While its body arrives, and while its answer is taken, the connection waits for its peer.
async fn answer(
    router: TowerToHyperService<Router>,
    turn: Turn,
    parting: Parting,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    if request.body().is_end_stream() {
        turn.works();
    }
    request.extensions_mut().insert(turn.clone());
    request.extensions_mut().insert(parting);
    let answer = router.call(request).await;
    turn.waits();
    answer
}

//! The port for whoever watches the node: what it counts, whether it lives, and whether it is ready. On this machine alone.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::driver::{Orders, sampled};
use crate::http::ServeLimits;
use crate::metrics::Sample;

/// Beside the database: when a copy of it was made last, in seconds since 1970.
pub const BACKUP_FILE: &str = "last-backup";
/// As OpenMetrics names its text.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where to answer, and where the files lie that are looked at.
#[derive(Clone, Debug)]
pub struct OpsSetup {
    /// An address of this machine alone.
    pub listen: SocketAddr,
    /// The database.
    pub database: PathBuf,
}

/// What a few watchers on one machine need.
#[must_use]
pub fn limits() -> ServeLimits {
    ServeLimits {
        connections: 16,
        bodies: 64 * 1024,
        answer_patience: Duration::from_secs(5),
        ..ServeLimits::default()
    }
}

/// Notes that a copy of the database was made.
///
/// # Errors
/// What the operating system says.
pub fn note_backup(database: &Path, now: u64) -> std::io::Result<()> {
    std::fs::write(database.with_file_name(BACKUP_FILE), format!("{now}\n"))
}

/// Answers whoever asks for this machine by its own names alone (OPS-12). A browser on it can be led here by another name,
/// and then shows what it read to whoever owns that name.
async fn only_own_name(State(listen): State<IpAddr>, request: Request, next: Next) -> Response {
    let in_line = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let mut named = request.headers().get_all(header::HOST).iter().map(HeaderValue::as_bytes).chain(in_line);
    if named.all(|name| is_own_name(name, listen)) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "ask by the address that `metrics.listen` names, or by localhost\n")
        .into_response()
}

fn is_own_name(host: &[u8], listen: IpAddr) -> bool {
    let Some(host) = std::str::from_utf8(host).ok().and_then(|host| host.parse::<Authority>().ok()) else {
        return false;
    };
    let name = host.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let is_own = |address: IpAddr| address.is_loopback() || address == listen;
    bare.parse().map_or_else(|_| name.eq_ignore_ascii_case("localhost"), is_own)
}

#[derive(Clone)]
struct Ops {
    orders: Orders,
    database: PathBuf,
}

/// What is answered there.
pub fn router(orders: Orders, database: PathBuf, listen: IpAddr) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(Ops { orders, database })
        .layer(middleware::from_fn_with_state(listen, only_own_name))
}

async fn metrics(State(ops): State<Ops>) -> Response {
    let sampled = sampled::sample(&ops.orders).map_err(|error| error.to_string());
    let text = sampled.and_then(|sample| {
        let sample =
            Sample { db_bytes: bytes(&ops.database), backup: last_backup(&ops.database).unwrap_or(0), ..sample };
        ops.orders.core().metrics.text(&sample).map_err(|error| error.to_string())
    });
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics can't be read");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer: look at the node's log\n").into_response()
        }
    }
}

/// OPS-10.
async fn ready(State(ops): State<Ops>) -> Response {
    let why = sampled::unready(&ops.orders);
    if why.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, why.join("\n") + "\n").into_response()
}

/// The database and its write-ahead log; what is not there has no bytes.
fn bytes(database: &Path) -> u64 {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    size(database).saturating_add(size(Path::new(&log)))
}

/// When a copy of the database was made last, in seconds since 1970.
#[must_use]
pub fn last_backup(database: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(database.with_file_name(BACKUP_FILE));
    text.ok().and_then(|text| text.trim().parse().ok())
}

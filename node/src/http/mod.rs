//! HTTP for tills and wallets: JSON in, JSON out, RFC 9457 problems.
//!
//! Wallets have no account and send no identifier (HTTP-1); tills show a bearer token. Nothing about a request is
//! logged: no address, no body, no path.

mod admin;
mod body;
mod certificates;
mod checkouts;
mod events;
mod evidence;
mod framing;
mod grants;
mod orders;
mod origin;
mod pledges;
mod problem;
mod public;
mod refunds;
mod restore;
mod serve;
mod session;
mod site;
mod streams;
mod tills;
mod webhooks;

use axum::middleware;
use axum::routing::{any, delete, get, post};
use axum::{Extension, Router};
use ronde_protocol::limits::MAX_SUBMISSION_BYTES;

use body::BodyLimit;

pub(crate) use evidence::{CulpritView, EvidenceView, pieces};
pub(crate) use framing::one_length;
pub(crate) use problem::{localize, method_not_allowed as no_such_method, prefers_french};

pub use admin::{ADMIN_TOKEN_FILE, AdminToken, AdminTokenError};
pub use certificates::{CertificateError, CertificateView, Certificates, Pair};
pub use problem::{Code, Problem};
pub use serve::{ServeLimits, listen, serve, serve_over};
pub use session::{GuessLimits, Manager, Posted, Session};
pub use site::Site;

/// Longest body but for submissions, in bytes (HTTP-6).
const MAX_BODY: usize = 256 * 1024;
/// Longest submission: base64 of its bytes, and the JSON around.
const MAX_SUBMISSION_BODY: usize = MAX_SUBMISSION_BYTES / 3 * 4 + 16 * 1024;

/// Longest form with a password, each of whose bytes may be written as three.
const MAX_LOGIN_BODY: usize = 4 * 1024;

/// All routes.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/v1/charter", get(public::charter))
        .route("/v1/status", get(public::status))
        .route("/v1/books", get(public::books))
        .route("/v1/log/{keyset}", get(public::log))
        .route("/v1/evidence", get(evidence::list))
        .route("/v1/evidence/{id}", get(evidence::show))
        .route("/v1/grants", post(grants::make))
        .route("/v1/grants/{id}", get(grants::show).delete(grants::cancel))
        .route("/v1/grants/{id}/claim", post(grants::claim))
        .route("/v1/checkouts", post(checkouts::open))
        .route("/v1/checkouts/{id}", get(checkouts::show).delete(checkouts::cancel))
        .route("/v1/checkouts/{id}/offer", get(checkouts::offer))
        .route("/v1/checkouts/{id}/certificate", post(checkouts::certificate))
        .route("/v1/orders", post(orders::submit).layer(Extension(BodyLimit(MAX_SUBMISSION_BODY))))
        .route("/v1/orders/{digest}", get(orders::show))
        .route("/v1/buckets/{keyset}", get(restore::lengths))
        .route("/v1/buckets/{keyset}/{index}", get(restore::pages))
        .route("/v1/probes", post(restore::probe))
        .route("/v1/refunds", post(refunds::give))
        .route("/v1/refunds/{order}", get(refunds::show))
        .route("/v1/refunds/{order}/claim", post(refunds::claim))
        .route("/v1/pledges", post(pledges::make))
        .route("/v1/tills", post(tills::add).get(tills::list))
        .route("/v1/tills/{name}", delete(tills::revoke))
        .route("/admin/login", post(session::login).layer(Extension(BodyLimit(MAX_LOGIN_BODY))))
        .route("/admin/session", get(session::show))
        .route("/admin/logout", post(session::logout))
        .route("/v1/events", get(events::follow))
        .route("/v1/webhooks", post(webhooks::add).get(webhooks::list))
        .route("/v1/webhooks/{id}", delete(webhooks::remove))
        .route("/v1/webhooks/{id}/replay", post(webhooks::replay))
        .method_not_allowed_fallback(any(problem::method_not_allowed))
        .fallback(problem::not_found)
        .layer(Extension(BodyLimit(MAX_BODY)))
        .layer(middleware::from_fn(framing::one_length))
        .layer(middleware::from_fn(problem::localize))
        .layer(middleware::from_fn(origin::open))
        .with_state(site)
}

//! HTTP for tills and wallets: JSON in, JSON out, RFC 9457 problems.
//!
//! Wallets have no account and send no identifier (HTTP-1); tills show a bearer token. Nothing about a request is
//! logged: no address, no body, no path.

mod admin;
mod api;
mod baskets;
mod body;
mod certificates;
mod checkouts;
mod counted;
mod events;
mod evidence;
mod framing;
mod grants;
mod orders;
mod origin;
mod picture;
mod pledges;
mod problem;
mod public;
mod reference;
mod refunds;
mod restore;
mod returns;
mod serve;
mod session;
mod site;
mod streams;
mod tills;
mod totals;
mod trace;
mod webhooks;

use axum::middleware;
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use ronde_protocol::limits::MAX_SUBMISSION_BYTES;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use body::BodyLimit;

pub(crate) use evidence::{CulpritView, EvidenceView, pieces};
pub(crate) use framing::one_length;
pub(crate) use problem::{localize, method_not_allowed as no_such_method, prefers_french};

pub use admin::{ADMIN_TOKEN_FILE, AdminToken, AdminTokenError};
pub use api::document;
pub use certificates::{CertificateError, CertificateView, Certificates, Pair};
pub use problem::{Code, Explained, Problem};
pub use serve::{ServeLimits, listen, serve, serve_over};
pub use session::{GuessLimits, Manager, Posted, Session};
pub use site::Site;

/// Longest body but for submissions, in bytes (HTTP-6).
const MAX_BODY: usize = 256 * 1024;
/// Longest submission: base64 of its bytes, and the JSON around.
const MAX_SUBMISSION_BODY: usize = MAX_SUBMISSION_BYTES / 3 * 4 + 16 * 1024;

/// Longest form of a page; one with a password may have three bytes for each of its own.
const MAX_FORM: usize = 4 * 1024;

/// What bounds the forms of pages.
pub(crate) fn form_limit() -> Extension<BodyLimit> {
    Extension(BodyLimit(MAX_FORM))
}

/// All calls, with what the API's document says of them.
fn calls() -> OpenApiRouter<Site> {
    OpenApiRouter::with_openapi(api::common())
        .routes(routes!(api::discover))
        .routes(routes!(api::read))
        .routes(routes!(public::charter))
        .routes(routes!(public::status))
        .routes(routes!(public::books))
        .routes(routes!(public::log))
        .routes(routes!(evidence::list))
        .routes(routes!(evidence::show))
        .routes(routes!(grants::make))
        .routes(routes!(grants::show, grants::cancel))
        .routes(routes!(grants::claim))
        .routes(routes!(grants::received))
        .routes(routes!(baskets::ring_up))
        .routes(routes!(baskets::show, baskets::cancel))
        .routes(routes!(baskets::complete))
        .routes(routes!(baskets::offer::show))
        .routes(routes!(baskets::offer::decline))
        .routes(routes!(baskets::offer::received))
        .routes(routes!(checkouts::open))
        .routes(routes!(checkouts::show, checkouts::cancel))
        .routes(routes!(checkouts::offer))
        .routes(routes!(checkouts::certificate))
        .routes(routes!(orders::submit).layer(Extension(BodyLimit(MAX_SUBMISSION_BODY))))
        .routes(routes!(orders::show))
        .routes(routes!(restore::lengths))
        .routes(routes!(restore::pages))
        .routes(routes!(restore::probe))
        .routes(routes!(refunds::give))
        .routes(routes!(refunds::show))
        .routes(routes!(refunds::claim))
        .routes(routes!(returns::take_back))
        .routes(routes!(pledges::make))
        .routes(routes!(tills::add, tills::list))
        .routes(routes!(tills::revoke))
        .routes(routes!(tills::own))
        .routes(routes!(trace::trace))
        .routes(routes!(totals::totals))
        .routes(routes!(totals::report))
        .routes(routes!(events::follow))
        .routes(routes!(webhooks::add, webhooks::list))
        .routes(routes!(webhooks::remove))
        .routes(routes!(webhooks::replay))
}

/// What pages of the manager's session call. It is in no document: it takes forms and a cookie, which no program but a
/// browser has, and no call of the API looks at (TILL-15).
fn session_calls() -> Router<Site> {
    Router::new()
        .route("/admin/login", post(session::login).get(session::to_page).layer(form_limit()))
        .route("/admin/session", get(session::show))
        .route("/admin/logout", post(session::logout).get(session::to_page).layer(form_limit()))
}

/// All that is answered.
pub fn router(site: Site) -> Router {
    let (router, _) = calls().split_for_parts();
    router
        .merge(session_calls())
        .method_not_allowed_fallback(any(problem::method_not_allowed))
        .fallback(problem::not_found)
        .layer(Extension(BodyLimit(MAX_BODY)))
        .layer(middleware::from_fn(framing::one_length))
        .layer(middleware::from_fn(problem::localize))
        .layer(middleware::from_fn(origin::open))
        .layer(middleware::from_fn_with_state(site.metrics.clone(), counted::count))
        .with_state(site)
}

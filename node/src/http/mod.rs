//! HTTP for tills and wallets: JSON in, JSON out, RFC 9457 problems.
//!
//! Wallets have no account and send no identifier (HTTP-1); tills show a bearer token. Nothing about a request is
//! logged: no address, no body, no path.

mod admin;
mod api;
mod body;
mod checkouts;
mod counted;
mod evidence;
mod framing;
mod grants;
mod orders;
mod origin;
mod pledges;
mod problem;
mod public;
mod restore;
mod serve;
mod site;
mod tills;

use axum::middleware;
use axum::routing::any;
use axum::{Extension, Router};
use ronde_protocol::limits::MAX_SUBMISSION_BYTES;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use body::BodyLimit;

pub use admin::{ADMIN_TOKEN_FILE, AdminToken, AdminTokenError};
pub use api::document;
pub use problem::{Code, Explained, Problem};
pub use serve::{ServeLimits, listen, serve};
pub use site::Site;

/// Longest body but for submissions, in bytes (HTTP-6).
const MAX_BODY: usize = 256 * 1024;
/// Longest submission: base64 of its bytes, and the JSON around.
const MAX_SUBMISSION_BODY: usize = MAX_SUBMISSION_BYTES / 3 * 4 + 16 * 1024;

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
        .routes(routes!(checkouts::open))
        .routes(routes!(checkouts::show, checkouts::cancel))
        .routes(routes!(checkouts::offer))
        .routes(routes!(checkouts::certificate))
        .routes(routes!(orders::submit).layer(Extension(BodyLimit(MAX_SUBMISSION_BODY))))
        .routes(routes!(orders::show))
        .routes(routes!(restore::lengths))
        .routes(routes!(restore::pages))
        .routes(routes!(restore::probe))
        .routes(routes!(pledges::make))
        .routes(routes!(tills::add, tills::list))
        .routes(routes!(tills::revoke))
}

/// All that is answered.
pub fn router(site: Site) -> Router {
    let (router, _) = calls().split_for_parts();
    router
        .method_not_allowed_fallback(any(problem::method_not_allowed))
        .fallback(problem::not_found)
        .layer(Extension(BodyLimit(MAX_BODY)))
        .layer(middleware::from_fn(framing::one_length))
        .layer(middleware::from_fn(problem::localize))
        .layer(middleware::from_fn(origin::open))
        .layer(middleware::from_fn_with_state(site.metrics.clone(), counted::count))
        .with_state(site)
}

//! Requests are counted by call and status, and by nothing else.

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use crate::metrics::Metrics;

/// What no call fits: one label, whatever strangers make up.
const OTHER: &str = "other";

pub(super) async fn count(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let method = request.method();
    let is_known = [Method::GET, Method::POST, Method::DELETE].contains(method);
    let route = request.extensions().get::<MatchedPath>().filter(|_| is_known);
    let route = route.map_or_else(|| OTHER.to_owned(), |path| format!("{method} {}", path.as_str()));
    let response = next.run(request).await;
    metrics.request(&route, response.status().as_u16());
    response
}

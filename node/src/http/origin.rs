//! Wallets that are web pages of another origin than the store's.
//!
//! What wallets call has no account and takes no cookie, so any page may read it. Calls of tills carry a token in a
//! header that no page may send.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Lets pages of any origin read every answer (HTTP-22), and answers what a browser asks before it sends (HTTP-23).
pub(super) async fn open(request: Request, next: Next) -> Response {
    let asked =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asked { preflight() } else { next.run(request).await };
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Has browsers that came by TLS come by nothing else for a year (TILL-22). Not on a machine's own name, which it has in
/// common with whatever else runs there.
pub(super) async fn by_tls_alone(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_shared = name == "localhost" || name.ends_with(".localhost");
    let mut response = next.run(request).await;
    if !is_shared {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Content-Type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

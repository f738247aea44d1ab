//! How long a request is, said in one way only: two readers that disagree about its end take a part of it for another
//! request (request smuggling).

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::Problem;

/// Refuses a body whose length is not said beforehand by `Content-Length`, and what would come after it (HTTP-24). Two
/// lengths that differ never get this far: the connection ends.
pub(crate) async fn one_length(request: Request, next: Next) -> Response {
    if !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return next.run(request).await;
    }
    let problem = Problem::encoding("Transfer-Encoding", 0, "a body whose length is said by Content-Length");
    let mut response = problem.into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

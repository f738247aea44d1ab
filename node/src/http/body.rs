//! Requests in: bounded, strict, and with exact complaints.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Path, Query, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::crypto::Entropy;
use ronde_protocol::message::codec::{Decode, Encode, decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::{Code, Problem};
use super::serve::Turn;
use crate::shop::{Answer, Once, RecordId, Token};

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(15);
/// Longest `Idempotency-Key`, in bytes.
const MAX_KEY: usize = 200;

/// A request whose body has arrived.
pub(super) struct Call {
    method: String,
    path: String,
    query: Option<String>,
    pub(super) headers: HeaderMap,
    body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let method = request.method().to_string();
        let path = request.uri().path().to_owned();
        let query = request.uri().query().map(str::to_owned);
        let headers = request.headers().clone();
        let turn = request.extensions().get::<Turn>().cloned();
        let body = tokio::time::timeout(BODY_PATIENCE, Bytes::from_request(request, state)).await;
        let body = match body {
            Ok(body) => body.map_err(too_large_or_broken)?,
            Err(_) => return Err(Problem::encoding("body", 0, "a body that arrives in time")),
        };
        if let Some(turn) = turn {
            turn.works();
        }
        Ok(Self { method, path, query, headers, body })
    }
}

fn too_large_or_broken(rejection: BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Code::TooLarge, "the body is longer than any such request"),
        _ => Problem::encoding("body", 0, "a whole body"),
    }
}

impl Call {
    /// The body as JSON; unknown fields are refused by the type (HTTP-3).
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = error.to_string();
            // The place is said as an offset.
            let expected = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
            let before: usize = self
                .body
                .split_inclusive(|byte| *byte == b'\n')
                .take(error.line().saturating_sub(1))
                .map(<[u8]>::len)
                .sum();
            let offset = before.saturating_add(error.column().saturating_sub(1));
            Problem::new(Code::BadEncoding, &message)
                .with("field", "body")
                .with("offset", offset)
                .with("expected", expected)
        })
    }

    /// The query's parameters; unknown ones are refused by the type (HTTP-3).
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let uri = format!("/?{}", self.query.as_deref().unwrap_or_default());
        let uri = uri.parse().map_err(|_| Problem::field("query", "the query can't be read"))?;
        let Query(value) = Query::try_from_uri(&uri).map_err(|error| Problem::field("query", error.body_text()))?;
        Ok(value)
    }

    /// The `Idempotency-Key`, if there is one, with what it is for.
    pub(super) fn once(&self, token: &Token) -> Result<Option<Once>, Problem> {
        let Some(value) = self.headers.get("idempotency-key") else { return Ok(None) };
        let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= MAX_KEY);
        let key = key.ok_or_else(|| {
            Problem::field("Idempotency-Key", format!("an Idempotency-Key is 1 to {MAX_KEY} characters of ASCII"))
        })?;
        let entropy = crate::entropy::fresh().map_err(|error| Problem::from(crate::shop::ShopError::from(error)))?;
        let parts: [&[u8]; 3] = [self.method.as_bytes(), self.path.as_bytes(), &self.body];
        Ok(Some(Once::new(token.expose(), key, &parts, Entropy::new(entropy))))
    }
}

/// A part of the path, or nothing here.
pub(super) fn id(Path(text): Path<String>) -> Result<RecordId, Problem> {
    text.parse().map_err(|error| Problem::new(Code::NotFound, error))
}

/// Canonical bytes out of base64 (HTTP-4).
pub(super) fn canonical<T: Decode<()> + Encode>(field: &str, text: &str, max: usize) -> Result<T, Problem> {
    decode(&bytes(field, text)?, max).map_err(|error| Problem::canonical(field, error))
}

/// Bytes out of base64.
pub(super) fn bytes(field: &str, text: &str) -> Result<Vec<u8>, Problem> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| {
        let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let offset = match error {
            base64::DecodeError::InvalidLastSymbol { offset, .. } => offset,
            _ => text.bytes().position(|byte| !is_digit(byte)).unwrap_or(text.len()),
        };
        Problem::encoding(field, offset, "URL-safe base64 without padding")
    })
}

/// Canonical bytes as base64.
pub(super) fn base64<T: Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

/// A JSON answer.
pub(super) fn answer(status: StatusCode, value: &impl Serialize) -> Answer {
    // Our own types have no map with keys that are no strings, and nothing else can fail in memory.
    let body = serde_json::to_vec(value).unwrap_or_default();
    Answer { status: status.as_u16(), body }
}

/// An answer as it leaves.
pub(super) fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    send(status, answer.body.into())
}

/// JSON as it leaves. Nobody may keep a copy: some hold a secret, all are of this moment.
pub(super) fn send(status: StatusCode, body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

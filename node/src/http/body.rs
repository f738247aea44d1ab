//! Requests in: bounded, strict, and with exact complaints.

mod path;
mod unsaid;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Query, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::body::Body as _;
use ronde_protocol::crypto::Entropy;
use ronde_protocol::message::codec::{Decode, Encode, decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use path::Path;

use super::picture;
use super::problem::{Code, Problem};
use super::serve::{Held, Turn};
use crate::shop::{Answer, Once, RecordId, Token};

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(15);
/// How deep arrays and objects may stand in one another. No request needs more than four.
const MAX_DEPTH: usize = 16;
/// Longest `Idempotency-Key`, in bytes.
const MAX_KEY: usize = 200;

/// Longest body of a request, in bytes (HTTP-6).
#[derive(Clone, Copy)]
pub(crate) struct BodyLimit(pub(super) usize);

/// A request whose body has arrived.
pub(super) struct Call {
    method: String,
    path: String,
    query: Option<String>,
    pub(super) headers: HeaderMap,
    body: Bytes,
    from: Option<IpAddr>,
    /// The room that the body takes.
    _held: Option<Held>,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let method = request.method().to_string();
        let path = request.uri().path().to_owned();
        let query = request.uri().query().map(str::to_owned);
        let headers = request.headers().clone();
        let turn = request.extensions().get::<Turn>().cloned();
        let most = request.extensions().get::<BodyLimit>().map_or(0, |limit| limit.0);
        let body = request.into_body();
        let declared = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = declared.unwrap_or(most).min(most);
        // Before the first of them is read (HTTP-28).
        let held = match &turn {
            Some(turn) => Some(room(turn, bytes).await?),
            None => None,
        };
        let body = tokio::time::timeout(BODY_PATIENCE, arrive(body, bytes, most)).await;
        let body = body.map_err(|_| Problem::encoding("body", 0, "a body that arrives in time"))??;
        let from = turn.as_ref().map(Turn::from);
        if let Some(turn) = turn {
            turn.works();
        }
        Ok(Self { method, path, query, headers, body, from, _held: held })
    }
}

/// Room for a body, which one from an address that takes most of it waits for.
async fn room(turn: &Turn, bytes: usize) -> Result<Held, Problem> {
    let held = tokio::time::timeout(BODY_PATIENCE, turn.holds(bytes)).await;
    let held = held.map_err(|_| Problem::new(Code::RateLimited, "bodies from this address take all the room"))?;
    held.map_err(|_| Problem::new(Code::RateLimited, "the node is at work on as much as it has room for"))
}

/// Takes a body as it comes, and no more of it than it takes to see that it is too long (HTTP-6) or too deep (HTTP-29).
async fn arrive(mut body: Body, declared: usize, most: usize) -> Result<Bytes, Problem> {
    // Put together as it comes: each piece holds the whole buffer that it was read into, be it one byte.
    let (mut whole, mut depth) = (Vec::with_capacity(declared), Depth::default());
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| Problem::encoding("body", 0, "a whole body"))?;
        let Ok(piece) = frame.into_data() else { continue };
        if whole.len().saturating_add(piece.len()) > most {
            return Err(Problem::new(Code::TooLarge, "the body is longer than any such request"));
        }
        depth.go_on(&piece)?;
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

/// How deep arrays and objects stand in one another, as far as a text has come.
#[derive(Default)]
struct Depth {
    open: usize,
    before: usize,
    in_text: bool,
    escaped: bool,
}

impl Depth {
    fn go_on(&mut self, piece: &[u8]) -> Result<(), Problem> {
        for (at, byte) in piece.iter().enumerate() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_text => self.escaped = true,
                b'"' => self.in_text = !self.in_text,
                _ if self.in_text => {}
                b'[' | b'{' => self.open = self.open.saturating_add(1),
                b']' | b'}' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
            if self.open > MAX_DEPTH {
                return Err(Problem::encoding("body", self.before.saturating_add(at), "JSON that is less deep"));
            }
        }
        self.before = self.before.saturating_add(piece.len());
        Ok(())
    }
}

impl Call {
    /// The body as JSON; unknown fields are refused by the type (HTTP-3).
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = error.to_string();
            // The place is said as an offset.
            let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
            let expected = unsaid::without_values(what);
            let before: usize = self
                .body
                .split_inclusive(|byte| *byte == b'\n')
                .take(error.line().saturating_sub(1))
                .map(<[u8]>::len)
                .sum();
            let offset = before.saturating_add(error.column().saturating_sub(1));
            Problem::new(Code::BadEncoding, format!("at byte {offset} of body: {expected}"))
                .with("field", "body")
                .with("offset", offset)
                .with("expected", expected)
        })
    }

    /// The same where others are asked after it, as long as they may take: the body gives its room back first, or a few
    /// long ones for which the node only waits would keep out all others (HTTP-28).
    pub(super) fn into_json<T: DeserializeOwned>(self) -> Result<T, Problem> {
        self.json()
    }

    /// The address that asks, or its network.
    pub(super) fn from(&self) -> Option<IpAddr> {
        self.from
    }

    /// The body as a form of a page (`application/x-www-form-urlencoded`), which is written as a query is.
    pub(super) fn form(&self) -> Result<BTreeMap<String, String>, Problem> {
        let unreadable = || Problem::encoding("body", 0, "a form");
        let text = std::str::from_utf8(&self.body).map_err(|_| unreadable())?;
        let uri = format!("/?{text}").parse().map_err(|_| unreadable())?;
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|_| unreadable())?;
        let count = pairs.len();
        let fields: BTreeMap<String, String> = pairs.into_iter().collect();
        if fields.len() == count { Ok(fields) } else { Err(unreadable()) }
    }

    /// The query's parameters; unknown ones are refused by the type (HTTP-3).
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let uri = format!("/?{}", self.query.as_deref().unwrap_or_default());
        let uri = uri.parse().map_err(|_| Problem::field("query", "the query can't be read"))?;
        let Query(value) = Query::try_from_uri(&uri).map_err(|error| {
            let said = error.body_text();
            Problem::field("query", unsaid::without_values(&said))
        })?;
        Ok(value)
    }

    /// The `Idempotency-Key`, if there is one, with what it is for.
    pub(super) fn once(&self, token: &Token) -> Result<Option<Once>, Problem> {
        let Some(value) = self.headers.get("idempotency-key") else { return Ok(None) };
        let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= MAX_KEY);
        let key = key.ok_or_else(|| {
            Problem::field("Idempotency-Key", format!("an Idempotency-Key is 1 to {MAX_KEY} characters of ASCII"))
        })?;
        self.once_by(token, key).map(Some)
    }

    /// The same under a key that is none of a header's.
    pub(super) fn once_by(&self, token: &Token, key: &str) -> Result<Once, Problem> {
        let entropy = crate::entropy::fresh().map_err(|error| Problem::from(crate::shop::ShopError::from(error)))?;
        let parts: [&[u8]; 3] = [self.method.as_bytes(), self.path.as_bytes(), &self.body];
        Ok(Once::new(token.expose(), key, &parts, Entropy::new(entropy)))
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

/// An answer as it leaves, with its pictures.
pub(super) fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    send(status, picture::draw(answer.body).into())
}

/// JSON as it leaves. Nobody may keep a copy: some hold a secret, all are of this moment.
pub(super) fn send(status: StatusCode, body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests;

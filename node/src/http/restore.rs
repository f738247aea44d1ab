//! `/v1/buckets`, `/v1/probes`: what a wallet asks for that is made anew from its seed.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::bucket::{BucketQuery, LengthQuery};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::probe::Probe;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::body::{Call, answer, base64, canonical, respond};
use super::problem::{Code, Problem};
use super::site::Site;

/// Questions about buckets that are carried at a time.
const BUCKETS: usize = 8;
/// Probes that are carried at a time.
const PROBES: usize = 32;

/// How much is carried at a time for wallets that restore (HTTP-27).
pub struct Restoring {
    buckets: Semaphore,
    probes: Semaphore,
}

impl Default for Restoring {
    fn default() -> Self {
        Self { buckets: Semaphore::new(BUCKETS), probes: Semaphore::new(PROBES) }
    }
}

fn place(places: &Semaphore) -> Result<SemaphorePermit<'_>, Problem> {
    places.try_acquire().map_err(|_| Problem::new(Code::RateLimited, "too many wallets are restored here at once"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LengthsQuery {
    nonce: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PagesQuery {
    bits: u8,
    number: u32,
    nonce: String,
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeBody {
    probe: String,
}

fn nonce(text: &str) -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    let read = hex::decode_to_slice(text, &mut bytes);
    read.map(|()| bytes).map_err(|_| Problem::field("nonce", "a nonce is 64 hexadecimal digits"))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::new(Code::NotFound, "there is no such keyset or witness"))
}

/// How long prefixes are, as the witnesses say.
pub(super) async fn lengths(
    State(site): State<Site>,
    Path(keyset): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    let keyset = KeysetId(number(&keyset)?);
    let query: LengthsQuery = call.query()?;
    let query = LengthQuery { keyset, nonce: nonce(&query.nonce)? };
    let _place = place(&site.restoring.buckets)?;
    let lengths = site.desk.bucket_lengths(query).await?;
    let lengths: Vec<String> = lengths.iter().map(base64).collect();
    Ok(respond(answer(StatusCode::OK, &json!({ "lengths": lengths }))))
}

/// Pieces of a witness's bucket.
pub(super) async fn pages(
    State(site): State<Site>,
    Path((keyset, index)): Path<(String, String)>,
    call: Call,
) -> Result<Response, Problem> {
    let (keyset, index) = (KeysetId(number(&keyset)?), WitnessIndex(number(&index)?));
    let PagesQuery { bits, number, nonce: text, after } = call.query()?;
    let after = after.map(|text| canonical("after", &text, MAX_MESSAGE_BYTES)).transpose()?;
    let query = BucketQuery { keyset, bits, number, after, nonce: nonce(&text)? };
    let _place = place(&site.restoring.buckets)?;
    let pages: Vec<String> = site.desk.bucket_pages(index, query).await?.iter().map(base64).collect();
    Ok(respond(answer(StatusCode::OK, &json!({ "pages": pages }))))
}

/// A coin's state, for whoever holds its key.
pub(super) async fn probe(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let body: ProbeBody = call.into_json()?;
    let probe: Probe = canonical("probe", &body.probe, MAX_MESSAGE_BYTES)?;
    let _place = place(&site.restoring.probes)?;
    let answers: Vec<String> = site.desk.probe(probe).await?.iter().map(base64).collect();
    Ok(respond(answer(StatusCode::OK, &json!({ "answers": answers }))))
}

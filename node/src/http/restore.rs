//! `/v1/buckets`, `/v1/probes`: what a wallet asks for that is made anew from its seed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::bucket::{BucketQuery, LengthQuery};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::probe::Probe;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::{IntoParams, ToSchema};

use super::body::{Call, Path, answer, base64, canonical, respond};
use super::problem::schema::{READ, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::forms;

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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LengthsQuery {
    /// Fresh; the answers are signed over it.
    #[param(value_type = forms::Hex32)]
    nonce: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PagesQuery {
    /// How long the prefix is.
    #[param(maximum = 255)]
    bits: u8,
    /// The prefix.
    #[param(value_type = forms::Number)]
    number: u32,
    /// Fresh; the answers are signed over it.
    #[param(value_type = forms::Hex32)]
    nonce: String,
    /// After which entry to go on.
    #[param(value_type = forms::BucketPlaceBytes, required = false)]
    after: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProbeBody {
    /// Signed by the coin's key.
    #[schema(value_type = forms::ProbeBytes)]
    probe: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BucketLengths)]
struct LengthsView {
    /// Those that came, by increasing index.
    #[schema(value_type = Vec<forms::BucketLengthBytes>)]
    lengths: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BucketPages)]
struct PagesView {
    /// At least one.
    #[schema(value_type = Vec<forms::BucketPageBytes>)]
    pages: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProbeAnswers)]
struct AnswersView {
    /// Those that came, by increasing index.
    #[schema(value_type = Vec<forms::ProbeAnswerBytes>)]
    answers: Vec<String>,
}

problems! { BucketProblems: READ, &[
    Code::RequestInvalid, Code::NotFound, Code::QuorumUnreachable, Code::CharterBehind, Code::StorageFailed,
    Code::WitnessNotVoting, Code::OrderInvalid,
] }
problems! { ProbeProblems: READ, &[
    Code::BadSignature, Code::QuorumUnreachable, Code::CharterBehind, Code::StorageFailed, Code::WitnessNotVoting,
    Code::OrderInvalid, Code::NotFound,
] }

fn nonce(text: &str) -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    let read = hex::decode_to_slice(text, &mut bytes);
    read.map(|()| bytes).map_err(|_| Problem::field("nonce", "a nonce is 64 hexadecimal digits"))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::new(Code::NotFound, "there is no such keyset or witness"))
}

/// How long prefixes are, as the witnesses say.
#[utoipa::path(
    get, path = "/v1/buckets/{keyset}", operation_id = "readBucketLengths", tag = "restore",
    params(("keyset" = inline(forms::Number), Path, description = "The keyset."), LengthsQuery),
    responses((status = 200, description = "Signed by the witnesses.", body = LengthsView), BucketProblems),
)]
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
    Ok(respond(answer(StatusCode::OK, &LengthsView { lengths })))
}

/// Pieces of a witness's bucket.
#[utoipa::path(
    get, path = "/v1/buckets/{keyset}/{index}", operation_id = "readBucketPages", tag = "restore",
    params(
        ("keyset" = inline(forms::Number), Path, description = "The keyset."),
        ("index" = inline(forms::Number), Path, description = "Of the witness."),
        PagesQuery,
    ),
    responses((status = 200, description = "Signed by the witness.", body = PagesView), BucketProblems),
)]
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
    Ok(respond(answer(StatusCode::OK, &PagesView { pages })))
}

/// A coin's state, for whoever holds its key.
#[utoipa::path(
    post, path = "/v1/probes", operation_id = "probeCoin", tag = "restore", request_body = ProbeBody,
    responses((status = 200, description = "Signed by the witnesses.", body = AnswersView), ProbeProblems),
)]
pub(super) async fn probe(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let body: ProbeBody = call.into_json()?;
    let probe: Probe = canonical("probe", &body.probe, MAX_MESSAGE_BYTES)?;
    let _place = place(&site.restoring.probes)?;
    let answers: Vec<String> = site.desk.probe(probe).await?.iter().map(base64).collect();
    Ok(respond(answer(StatusCode::OK, &AnswersView { answers })))
}

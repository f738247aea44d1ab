//! `/v1/grants`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::till::grant::{Claim, Grant, GrantSecret, GrantTerms, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{CampaignId, KeysetId, OfferId, StoreId};
use ronde_protocol::message::order::{Columns, Submission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::api::{IdempotencyKey, RecordPath};
use super::body::{Call, answer, base64, bytes, canonical, id, respond};
use super::orders::{self, ClaimDone, ClaimPending, Form};
use super::problem::schema::{ANY, KEY, ORDER, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::forms;
use crate::shop::{NewGrant, RecordId, Scope, grant_state};

/// How long a grant can be claimed if the till does not say, in seconds.
const DEFAULT_EXPIRY: u64 = 30 * 86_400;
/// Longest time that a grant can be claimed, in seconds.
const MAX_EXPIRY: u64 = 366 * 86_400;
/// Longest reference of a till, in bytes.
pub(super) const MAX_REFERENCE: usize = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MakeBody {
    /// Points that it gives.
    #[schema(value_type = forms::Points)]
    points: Points,
    /// What the till calls it; kept as a hash. At most 200 bytes.
    #[schema(max_length = 200)]
    reference: String,
    /// With a ballot of this campaign.
    #[schema(value_type = Option<forms::Number>)]
    ballot: Option<CampaignId>,
    /// By increasing offer, at most 128 vouchers in all.
    #[serde(default)]
    #[schema(value_type = Vec<Vouchers>, max_items = 16, required = false)]
    vouchers: Vec<VoucherCount>,
    /// Seconds in which it can be claimed; 30 days if missing.
    #[schema(minimum = 1, maximum = 31_622_400)]
    expires_in: Option<u64>,
}

/// So many vouchers of one offer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the schema of a type of the protocol, which knows no schemas")]
struct Vouchers {
    /// Which offer.
    #[schema(value_type = forms::Number)]
    offer: OfferId,
    /// How many.
    #[schema(minimum = 0, maximum = 65_535)]
    count: u16,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadeGrant)]
struct Made {
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// Points that it gives.
    #[schema(value_type = forms::Points)]
    points: Points,
    /// With a ballot of this campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Number, required = false)]
    ballot: Option<CampaignId>,
    /// By increasing offer.
    #[schema(value_type = Vec<Vouchers>)]
    vouchers: Vec<VoucherCount>,
    /// How far it is.
    #[schema(value_type = OpenGrant)]
    state: &'static str,
    /// The link, with the secret that is in no other answer.
    claim_url: String,
    /// From when it can't be claimed.
    #[schema(value_type = forms::Time)]
    expires_at: String,
}

/// The state of a grant that was just made.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum OpenGrant {
    Open,
}

/// The state of a grant.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum GrantStateName {
    Open,
    Pending,
    Claimed,
    Cancelled,
    Expired,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
struct View {
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// This store.
    #[schema(value_type = forms::Number)]
    store: StoreId,
    /// Points that it gives.
    #[schema(value_type = forms::Points)]
    points: Points,
    /// With a ballot of this campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Number, required = false)]
    ballot: Option<CampaignId>,
    /// By increasing offer.
    #[schema(value_type = Vec<Vouchers>)]
    vouchers: Vec<VoucherCount>,
    /// How far it is.
    #[schema(value_type = GrantStateName)]
    state: &'static str,
    /// When it was made.
    #[schema(value_type = forms::Time)]
    time: String,
    /// From when it can't be claimed.
    #[schema(value_type = forms::Time)]
    expires_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClaimBody {
    /// From the link.
    #[schema(value_type = forms::Secret)]
    secret: String,
    /// Of the outputs.
    #[schema(value_type = forms::Number)]
    keyset: KeysetId,
    /// Blinded, for exactly what the grant gives.
    #[schema(value_type = forms::OutputsBytes)]
    outputs: String,
}

problems! { MakeProblems: READ, TOKEN, KEY, &[Code::LimitExceeded] }
problems! { ShowProblems: ANY, &[Code::NotFound, Code::StorageFailed] }
problems! { CancelProblems: READ, TOKEN, &[Code::NotFound, Code::GrantClaimed] }
problems! { ClaimProblems: READ, ORDER, &[Code::GrantExpired] }

/// A till makes a grant.
#[utoipa::path(
    post, path = "/v1/grants", operation_id = "makeGrant", tag = "grants", security(("token" = ["grant"])),
    params(IdempotencyKey), request_body = MakeBody,
    responses((status = 201, description = "It can be claimed by whoever has the link.", body = Made, links(
        ("show" = (operation_id = "readGrant", parameters(("id" = "$response.body#/id")))),
        ("withdraw" = (operation_id = "withdrawGrant", parameters(("id" = "$response.body#/id")))),
        ("claim" = (operation_id = "claimGrant", parameters(("id" = "$response.body#/id")))),
    )), MakeProblems),
)]
pub(super) async fn make(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let token = site.authorize(&call, Scope::Grant)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: MakeBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    check_reference(&body.reference)?;
    let vouchers = Bounded::new(body.vouchers).map_err(|error| Problem::field("vouchers", error))?;
    let terms = GrantTerms { points: body.points, ballot: body.ballot, vouchers };
    let new = NewGrant { terms, reference: body.reference, expires_in };
    let base = site.base();
    // The secret is in this answer and nowhere else, in the fragment that no server sees (HTTP-7).
    let made = site.shop.make_grant(new, once, move |made| {
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(made.secret.expose()));
        let terms = made.grant.terms();
        let view = Made {
            id: made.id.to_string(),
            points: terms.points,
            ballot: terms.ballot,
            vouchers: terms.vouchers.to_vec(),
            state: grant_state(made.grant.state()),
            claim_url: format!("{base}/g/{}#{}", made.id, *secret),
            expires_at: rfc3339(made.grant.expiry()),
        };
        answer(StatusCode::CREATED, &view)
    });
    Ok(respond(made.await?))
}

pub(super) fn expiry(asked: Option<u64>, default: u64, max: u64) -> Result<u64, Problem> {
    let seconds = asked.unwrap_or(default);
    if (1..=max).contains(&seconds) {
        return Ok(seconds);
    }
    Err(Problem::field("expires_in", format!("expires_in is 1 to {max} seconds")))
}

pub(super) fn check_reference(reference: &str) -> Result<(), Problem> {
    if reference.len() <= MAX_REFERENCE {
        return Ok(());
    }
    Err(Problem::field("reference", format!("a reference is at most {MAX_REFERENCE} bytes")))
}

/// Anybody who knows the id sees what the grant gives, and whether it is still there.
#[utoipa::path(
    get, path = "/v1/grants/{id}", operation_id = "readGrant", tag = "grants", params(RecordPath),
    responses((status = 200, description = "What it gives, and how far it is.", body = View), ShowProblems),
)]
pub(super) async fn show(State(site): State<Site>, path: Path<String>) -> Result<Response, Problem> {
    let id = id(path)?;
    let grant = site.shop.grant(id).await?;
    Ok(respond(answer(StatusCode::OK, &view(&site, id, &grant))))
}

fn view(site: &Site, id: RecordId, grant: &Grant) -> View {
    let terms = grant.terms();
    View {
        id: id.to_string(),
        store: site.shop.store(),
        points: terms.points,
        ballot: terms.ballot,
        vouchers: terms.vouchers.to_vec(),
        state: grant_state(grant.state()),
        time: rfc3339(grant.time()),
        expires_at: rfc3339(grant.expiry()),
    }
}

/// A till withdraws a grant that nobody has claimed.
#[utoipa::path(
    delete, path = "/v1/grants/{id}", operation_id = "withdrawGrant", tag = "grants", security(("token" = ["grant"])),
    params(RecordPath),
    responses((status = 204, description = "It is withdrawn, or is expired or withdrawn already."), CancelProblems),
)]
pub(super) async fn cancel(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Grant)?;
    site.shop.cancel_grant(id(path)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A wallet claims it with blinded outputs.
///
/// The same outputs again get the same order, for ever.
#[utoipa::path(
    post, path = "/v1/grants/{id}/claim", operation_id = "claimGrant", tag = "grants",
    params(RecordPath), request_body = ClaimBody,
    responses(
        (status = 200, description = "The order is certified.", body = ClaimDone),
        (status = 202, description = "The order is written down and not decided; it goes on.", body = ClaimPending),
        ClaimProblems,
    ),
)]
pub(super) async fn claim(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let id = id(path)?;
    let body: ClaimBody = call.into_json()?;
    let secret = Zeroizing::new(bytes("secret", &body.secret)?);
    let secret = secret.as_slice().try_into().map_err(|_| Problem::encoding("secret", 0, "32 bytes"))?;
    let outputs = canonical("outputs", &body.outputs, MAX_MESSAGE_BYTES)?;
    let claim = Claim { secret: GrantSecret::new(secret), keyset: body.keyset, outputs };
    let signed = site.shop.claim(id, claim, site.desk.node_key()).await?;
    let order = signed.order.clone();
    let outcome = site.desk.submit(Submission { signed, columns: Columns::default() }).await?;
    orders::take_in(&site, &order, &outcome).await;
    orders::outcome(order.digest(), outcome, Form::Claim(base64(&order)))
}

//! `/v1/grants`

use axum::extract::State;
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
use ronde_protocol::message::text::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::api::{IdempotencyKey, RecordPath};
use super::body::{Call, Path, answer, base64, bytes, canonical, id, respond};
use super::orders::{self, ClaimDone, ClaimPending, Form};
use super::picture;
use super::problem::schema::{ANY, KEY, ORDER, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::forms;
use crate::shop::{MadeGrant, NewGrant, ReceiptText, RecordId, Scope, Source, grant_state};

/// How long a grant can be claimed if the till does not say, in seconds.
pub(super) const DEFAULT_EXPIRY: u64 = 30 * 86_400;
/// Longest time that a grant can be claimed, in seconds.
pub(super) const MAX_EXPIRY: u64 = 366 * 86_400;
/// Longest reference of a till, in bytes.
pub(super) const MAX_REFERENCE: usize = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MakeBody {
    /// Points that it gives; or `eligible_cents`, exactly one of the two.
    #[schema(value_type = Option<forms::Points>)]
    points: Option<Points>,
    /// What the basket comes to, of which the store's rules make points.
    #[schema(value_type = Option<forms::U64>)]
    eligible_cents: Option<u64>,
    /// What the till calls it; kept as a hash. At most 200 bytes.
    #[schema(max_length = 200)]
    reference: String,
    /// With `points` alone: why, where it is no basket. At most 200 bytes.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$")]
    reason: Option<String>,
    /// Makes something good: with a `reason`, by the scope `manager`, within the month's cap. False if missing.
    goodwill: Option<bool>,
    /// With a ballot of this campaign.
    #[schema(value_type = Option<forms::Number>)]
    ballot: Option<CampaignId>,
    /// By increasing offer, at most 128 vouchers in all.
    #[serde(default)]
    #[schema(value_type = Vec<Vouchers>, max_items = 16, required = false)]
    vouchers: Vec<VoucherCount>,
    /// The receipt: sealed for whoever has the link, and deleted once they have it. At most 16,384 bytes, no zero byte.
    #[schema(min_length = 1, max_length = 16_384, pattern = "^[^\\x00]+$")]
    receipt: Option<String>,
    /// Seconds in which it can be claimed; 30 days if missing.
    #[schema(minimum = 1, maximum = 31_622_400)]
    expires_in: Option<u64>,
}

/// So many vouchers of one offer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the schema of a type of the protocol, which knows no schemas")]
pub(super) struct Vouchers {
    /// Which offer.
    #[schema(value_type = forms::Number)]
    offer: OfferId,
    /// How many.
    #[schema(minimum = 0, maximum = 65_535)]
    count: u16,
}

/// What the till is told of a grant that it made.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeGrant)]
pub(super) struct Made {
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// What people call it.
    #[schema(value_type = forms::OrderCode)]
    code: String,
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
    /// As asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::U64, required = false)]
    eligible_cents: Option<u64>,
    /// The name of the bonus that counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    bonus: Option<Text>,
    /// As asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    reason: Option<Text>,
    /// How far it is.
    #[schema(value_type = OpenGrant)]
    state: &'static str,
    /// The link, with the secret that is in no other answer.
    claim_url: String,
    /// The link as a QR code: an SVG document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    qr_svg: Option<String>,
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
pub(super) enum GrantStateName {
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
    /// What people call it.
    #[schema(value_type = forms::OrderCode)]
    code: String,
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
    /// Why it was made, where it was no basket.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    reason: Option<Text>,
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

/// Whoever holds a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretBody {
    /// From the link.
    #[schema(value_type = forms::Secret)]
    pub(super) secret: String,
}

problems! { MakeProblems: READ, TOKEN, KEY, &[Code::LimitExceeded] }
problems! { ShowProblems: ANY, &[Code::NotFound, Code::StorageFailed] }
problems! { CancelProblems: READ, TOKEN, &[Code::NotFound, Code::GrantClaimed] }
problems! { ReceivedProblems: READ, &[Code::NotFound, Code::StorageFailed] }
problems! { ClaimProblems: READ, ORDER, &[Code::GrantExpired] }

/// A till makes a grant; one that makes something good, the manager.
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
    let (token, caller) = site.authorize_either(&call, Scope::Grant, Scope::Manager)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: MakeBody = call.json()?;
    site.check(&token, if body.goodwill == Some(true) { Scope::Manager } else { Scope::Grant })?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    let reference = site.hidden(&body.reference)?;
    let source = source(caller.name, &body)?;
    let vouchers = Bounded::new(body.vouchers).map_err(|error| Problem::field("vouchers", error))?;
    let terms = GrantTerms { points: body.points.unwrap_or_default(), ballot: body.ballot, vouchers };
    let receipt = body.receipt.map(ReceiptText::new);
    let new = NewGrant { terms, reference, expires_in, receipt, source: Some(source) };
    let base = site.base();
    let made = site.shop.make_grant(new, once, move |new| answer(StatusCode::CREATED, &made(&base, &new)));
    Ok(respond(made.await?))
}

/// The secret is in this answer and nowhere else, in the fragment that no server sees (HTTP-7).
pub(super) fn made(base: &str, made: &MadeGrant) -> Made {
    let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(made.secret.expose()));
    let claim_url = format!("{base}/g/{}#{}", made.id, *secret);
    let terms = made.grant.terms();
    let detail = made.detail.as_ref();
    Made {
        id: made.id.to_string(),
        code: made.id.code().to_string(),
        points: terms.points,
        ballot: terms.ballot,
        vouchers: terms.vouchers.to_vec(),
        eligible_cents: detail.and_then(|detail| detail.eligible_cents),
        bonus: detail.and_then(|detail| detail.bonus.clone()),
        reason: detail.and_then(|detail| detail.reason.clone()),
        state: grant_state(made.grant.state()),
        qr_svg: picture::of(&claim_url),
        claim_url,
        expires_at: rfc3339(made.grant.expiry()),
    }
}

/// Who makes it and what for: exactly one of points and a basket, and a reason only where it is no basket (EARN-8).
fn source(till: Text, body: &MakeBody) -> Result<Source, Problem> {
    let one_of = "send either `points`, or `eligible_cents` of which the store's rules make points";
    if body.points.is_some() == body.eligible_cents.is_some() {
        return Err(Problem::field("points", one_of));
    }
    let reason = body.reason.as_ref().map(|reason| {
        let text = Text::new(reason.as_str()).ok().filter(|text| !text.as_str().is_empty());
        text.ok_or_else(|| Problem::field("reason", "a reason is 1 to 200 bytes of text without control characters"))
    });
    let reason = reason.transpose()?;
    if reason.is_some() && body.eligible_cents.is_some() {
        return Err(Problem::field("reason", "a reason is for points that are no basket: send it with `points`"));
    }
    let goodwill = body.goodwill == Some(true);
    if goodwill && reason.is_none() {
        return Err(Problem::field("reason", "say in `reason` what is made good"));
    }
    Ok(Source { till, basket: body.eligible_cents, reason, goodwill })
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
    let reason = site.shop.grant_detail(id)?.and_then(|detail| detail.reason);
    Ok(respond(answer(StatusCode::OK, &view(&site, id, &grant, reason))))
}

fn view(site: &Site, id: RecordId, grant: &Grant, reason: Option<Text>) -> View {
    let terms = grant.terms();
    View {
        id: id.to_string(),
        code: id.code().to_string(),
        store: site.shop.store(),
        points: terms.points,
        ballot: terms.ballot,
        vouchers: terms.vouchers.to_vec(),
        reason,
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
    let (_, caller) = site.authorize_as(&call, Scope::Grant)?;
    let id = id(path)?;
    // What the store owes a customer is not a till's to annul.
    if site.shop.is_refund(id)? && !caller.scopes.contains(&Scope::Refund) {
        let detail = format!("the grant pays a customer back: the till {} lacks the scope refund", caller.name);
        return Err(Problem::new(Code::TokenScope, detail).with("scope", Scope::Refund.name()));
    }
    site.shop.cancel_grant(id).await?;
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
    let secret = secret(&body.secret)?;
    let outputs = canonical("outputs", &body.outputs, MAX_MESSAGE_BYTES)?;
    let claim = Claim { secret, keyset: body.keyset, outputs };
    let signed = site.shop.claim(id, claim, site.desk.node_key()).await?;
    let order = signed.order.clone();
    let outcome = site.desk.submit(Submission { signed, columns: Columns::default() }).await?;
    orders::take_in(&site, &order, &outcome).await;
    let receipt = site.shop.receipt(id)?.map(|sealed| URL_SAFE_NO_PAD.encode(sealed));
    orders::outcome(order.digest(), outcome, Form::Claim(base64(&order), receipt))
}

/// The secret of a link.
pub(super) fn secret(text: &str) -> Result<GrantSecret, Problem> {
    let secret = Zeroizing::new(bytes("secret", text)?);
    let secret = secret.as_slice().try_into().map_err(|_| Problem::encoding("secret", 0, "32 bytes"))?;
    Ok(GrantSecret::new(secret))
}

/// A wallet has the receipt: it is deleted.
#[utoipa::path(
    post, path = "/v1/grants/{id}/received", operation_id = "receiptOfGrantReceived", tag = "grants",
    params(RecordPath), request_body = SecretBody,
    responses((status = 204, description = "There is no receipt here any more."), ReceivedProblems),
)]
pub(super) async fn received(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let id = id(path)?;
    let body: SecretBody = call.into_json()?;
    site.shop.grant_received(id, secret(&body.secret)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

//! `/v1/grants`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::till::grant::{Claim, Grant, GrantSecret, GrantState, GrantTerms, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{CampaignId, KeysetId, StoreId};
use ronde_protocol::message::order::{Columns, Submission};
use ronde_protocol::message::text::Text;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::body::{Call, answer, base64, bytes, canonical, id, respond};
use super::orders::{self, Form};
use super::problem::Problem;
use super::site::Site;
use crate::date::rfc3339;
use crate::qr;
use crate::shop::{MadeGrant, NewGrant, RecordId, Scope, Source};

/// How long a grant can be claimed if the till does not say, in seconds.
pub(super) const DEFAULT_EXPIRY: u64 = 30 * 86_400;
/// Longest time that a grant can be claimed, in seconds.
pub(super) const MAX_EXPIRY: u64 = 366 * 86_400;
/// Longest reference of a till, in bytes.
pub(super) const MAX_REFERENCE: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MakeBody {
    points: Option<Points>,
    eligible_cents: Option<u64>,
    reference: String,
    reason: Option<String>,
    ballot: Option<CampaignId>,
    #[serde(default)]
    vouchers: Vec<VoucherCount>,
    expires_in: Option<u64>,
}

/// What the till is told of a grant that it made.
#[derive(Serialize)]
pub(super) struct Made {
    id: String,
    points: Points,
    #[serde(skip_serializing_if = "Option::is_none")]
    ballot: Option<CampaignId>,
    vouchers: Vec<VoucherCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eligible_cents: Option<u64>,
    /// The name of the bonus that counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    bonus: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Text>,
    state: &'static str,
    claim_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_svg: Option<String>,
    expires_at: String,
}

#[derive(Serialize)]
struct View {
    id: String,
    store: StoreId,
    points: Points,
    #[serde(skip_serializing_if = "Option::is_none")]
    ballot: Option<CampaignId>,
    vouchers: Vec<VoucherCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Text>,
    state: &'static str,
    time: String,
    expires_at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimBody {
    secret: String,
    keyset: KeysetId,
    outputs: String,
}

pub(super) fn state_name(state: GrantState) -> &'static str {
    match state {
        GrantState::Open => "open",
        GrantState::Pending(_) => "pending",
        GrantState::Claimed(_) => "claimed",
        GrantState::Cancelled => "cancelled",
        GrantState::Expired => "expired",
    }
}

/// A till makes a grant.
pub(super) async fn make(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let (token, caller) = site.authorize_as(&call, Scope::Grant)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: MakeBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    check_reference(&body.reference)?;
    let source = source(caller.name, &body)?;
    let vouchers = Bounded::new(body.vouchers).map_err(|error| Problem::field("vouchers", error))?;
    let terms = GrantTerms { points: body.points.unwrap_or_default(), ballot: body.ballot, vouchers };
    let new = NewGrant { terms, reference: body.reference, expires_in, source: Some(source) };
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
        points: terms.points,
        ballot: terms.ballot,
        vouchers: terms.vouchers.to_vec(),
        eligible_cents: detail.and_then(|detail| detail.eligible_cents),
        bonus: detail.and_then(|detail| detail.bonus.clone()),
        reason: detail.and_then(|detail| detail.reason.clone()),
        state: state_name(made.grant.state()),
        qr_svg: qr::svg(&claim_url).ok(),
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
    Ok(Source { till, basket: body.eligible_cents, reason })
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
        store: site.shop.store(),
        points: terms.points,
        ballot: terms.ballot,
        vouchers: terms.vouchers.to_vec(),
        reason,
        state: state_name(grant.state()),
        time: rfc3339(grant.time()),
        expires_at: rfc3339(grant.expiry()),
    }
}

/// A till withdraws a grant that nobody has claimed.
pub(super) async fn cancel(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Grant)?;
    site.shop.cancel_grant(id(path)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A wallet claims it with blinded outputs.
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

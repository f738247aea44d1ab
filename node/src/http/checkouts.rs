//! `/v1/checkouts`

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::till::checkout::CheckoutState;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::Order;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::body::{Call, answer, base64, canonical, id, respond};
use super::grants::{check_reference, expiry};
use super::orders::take_in;
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::qr;
use crate::shop::{CheckoutView, NewCheckout, Outcome, RecordId, Scope};

/// How long a checkout can be paid if the till does not say, in seconds.
const DEFAULT_EXPIRY: u64 = 300;
/// Longest time that a checkout can be paid, in seconds.
const MAX_EXPIRY: u64 = 86_400;
/// Longest wait for a change, in seconds.
const MAX_WAIT: u64 = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenBody {
    max_points: Points,
    step: Points,
    reference: String,
    expires_in: Option<u64>,
}

#[derive(Serialize)]
struct View {
    id: String,
    url: String,
    /// In the answer that a till shows to a customer, and in no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_svg: Option<String>,
    state: &'static str,
    /// What was paid; none before there is an order.
    points: Points,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderDigest>,
    votes: usize,
    expires_at: String,
    /// What the store owes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<RefundView>,
    /// What tills gave back of what was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<Points>,
}

#[derive(Serialize)]
struct RefundView {
    order: OrderDigest,
    points: Points,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitQuery {
    wait: Option<u64>,
    state: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateBody {
    order: String,
    certificate: String,
}

fn state_name(state: CheckoutState) -> &'static str {
    match state {
        CheckoutState::Open => "open",
        CheckoutState::Presented => "presented",
        CheckoutState::Pending(_) => "pending",
        CheckoutState::Accepted(_) => "accepted",
        CheckoutState::Refused(_) => "refused",
        CheckoutState::Expired => "expired",
        CheckoutState::Cancelled => "cancelled",
        CheckoutState::AcceptedLate(_) => "accepted_late",
    }
}

fn view(base: &str, view: &CheckoutView) -> View {
    let checkout = &view.checkout;
    let refunds = view.refunds.iter().map(|refund| RefundView {
        order: refund.order,
        points: refund.points,
        grant: refund.grant.map(|(id, _)| id.to_string()),
        state: refund.grant.map(|(_, fate)| fate.name()),
    });
    View {
        id: view.id.to_string(),
        url: format!("{base}/c/{}", view.id),
        qr_svg: None,
        state: state_name(checkout.state()),
        points: checkout.paid(),
        order: checkout.state().digest(),
        votes: view.votes,
        expires_at: rfc3339(checkout.offer().expiry),
        refunds: refunds.collect(),
        returned: Some(view.returned).filter(|points| *points > Points::ZERO),
    }
}

/// A till opens a checkout.
pub(super) async fn open(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let (token, caller) = site.authorize_as(&call, Scope::Redeem)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: OpenBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    check_reference(&body.reference)?;
    if body.step == Points::ZERO || body.max_points < body.step {
        return Err(Problem::field("step", "step is at least 1 and at most max_points"));
    }
    let till = Some(caller.name);
    let new = NewCheckout { max: body.max_points, step: body.step, reference: body.reference, expires_in, till };
    let base = site.base();
    let opened = site.shop.open_checkout(new, once, move |made| {
        let mut opened = view(&base, &made);
        opened.qr_svg = qr::svg(&opened.url).ok();
        answer(StatusCode::CREATED, &opened)
    });
    Ok(respond(opened.await?))
}

/// A till looks how far it is, or waits for a change.
pub(super) async fn show(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let token = site.authorize(&call, Scope::Redeem)?;
    let id = id(path)?;
    let query: WaitQuery = call.query()?;
    let wait = query.wait.unwrap_or(0);
    if wait > MAX_WAIT {
        return Err(Problem::field("wait", format!("wait is at most {MAX_WAIT} seconds")));
    }
    let known = match query.state {
        Some(state) => state,
        None => state_name(site.shop.checkout(id).await?.checkout.state()).to_owned(),
    };
    let is_known = |state| state_name(state) == known;
    let allowed = || site.check(&token, Scope::Redeem);
    let shown = site.shop.wait_checkout(id, is_known, Duration::from_secs(wait), allowed).await?;
    Ok(respond(answer(StatusCode::OK, &view(&site.base(), &shown))))
}

/// A till withdraws it.
pub(super) async fn cancel(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Redeem)?;
    site.shop.cancel_checkout(id(path)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A wallet fetches the offer, signed.
pub(super) async fn offer(State(site): State<Site>, path: Path<String>) -> Result<Response, Problem> {
    let offer = site.shop.present(id(path)?, site.desk.node_key()).await?;
    Ok(respond(answer(StatusCode::OK, &json!({ "offer": base64(&offer) }))))
}

/// A wallet hands in a certificate that it got through another store.
pub(super) async fn certificate(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let id: RecordId = id(path)?;
    let body: CertificateBody = call.into_json()?;
    let order: Order = canonical("order", &body.order, MAX_MESSAGE_BYTES)?;
    let certificate = canonical("certificate", &body.certificate, MAX_MESSAGE_BYTES)?;
    let checkout = site.shop.checkout(id).await?.checkout;
    if order.reference != checkout.offer().reference() || order.store != site.shop.store() {
        let detail = "the order is not a payment for this checkout";
        return Err(Problem::new(Code::OrderInvalid, detail).with("rule", "offer"));
    }
    let certified = CertifiedOrder { order: order.clone(), certificate };
    let certificate = certified.certificate.clone();
    site.desk.take_certificate(certified).await?;
    let settled = Outcome::Certified { order: Box::new(order.clone()), certificate, evaluations: Vec::new() };
    take_in(&site, &order, &settled).await;
    let shown = site.shop.checkout(id).await?;
    Ok(respond(answer(StatusCode::OK, &view(&site.base(), &shown))))
}

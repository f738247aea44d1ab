//! `/v1/checkouts`

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::Order;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::api::{IdempotencyKey, RecordPath};
use super::body::{Call, Path, answer, base64, canonical, id, respond};
use super::grants::expiry;
use super::orders::take_in;
use super::picture;
use super::problem::schema::{ANY, CHECKOUT, KEY, ORDER, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::forms;
use crate::shop::{CheckoutView, NewCheckout, Outcome, RecordId, RefundLine, Scope, checkout_state};

/// How long a checkout can be paid if the till does not say, in seconds.
pub(super) const DEFAULT_EXPIRY: u64 = 300;
/// Longest time that a checkout can be paid, in seconds.
pub(super) const MAX_EXPIRY: u64 = 86_400;
/// Longest wait for a change, in seconds.
const MAX_WAIT: u64 = 60;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpenBody {
    /// The most that can be paid, points and vouchers together; at least `step`.
    #[schema(value_type = forms::Points)]
    max_points: Points,
    /// The points paid are a multiple.
    #[schema(minimum = 1, maximum = 18_446_744_073_709_551_615_u64)]
    #[schema(value_type = u64)]
    step: Points,
    /// What the till calls it; kept as a hash. At most 200 bytes.
    #[schema(max_length = 200)]
    reference: String,
    /// Seconds in which it can be paid; 300 if missing.
    #[schema(minimum = 1, maximum = 86_400)]
    expires_in: Option<u64>,
}

/// The state of a checkout.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
pub(super) enum CheckoutStateName {
    Open,
    Presented,
    Pending,
    Accepted,
    Refused,
    Expired,
    Cancelled,
    AcceptedLate,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Checkout)]
struct View {
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// What people call it.
    #[schema(value_type = forms::OrderCode)]
    code: String,
    /// The link.
    url: String,
    /// The link as a QR code, an SVG document: in the answer that a till shows to a customer, and in no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    qr_svg: Option<String>,
    /// How far it is.
    #[schema(value_type = CheckoutStateName)]
    state: &'static str,
    /// What was paid; none before there is an order.
    #[schema(value_type = forms::Points)]
    points: Points,
    /// The digest of the order that took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Hex32, required = false)]
    order: Option<OrderDigest>,
    /// Gathered so far for it, as far as known.
    votes: usize,
    /// From when it can't be paid.
    #[schema(value_type = forms::Time)]
    expires_at: String,
    /// What the store owes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    refunds: Vec<RefundView>,
    /// What tills gave back of what was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    returned: Option<Points>,
}

/// How far a refund is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum RefundState {
    Owed,
    Pending,
    Claimed,
    Withdrawn,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Refund)]
pub(super) struct RefundView {
    /// The digest of the order that is owed back.
    #[schema(value_type = forms::Hex32)]
    order: OrderDigest,
    /// How much.
    #[schema(value_type = forms::Points)]
    points: Points,
    /// The name of the grant that pays it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::RecordName, required = false)]
    grant: Option<String>,
    /// How far that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RefundState, required = false)]
    state: Option<&'static str>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WaitQuery {
    /// Seconds to wait for a change; 0 if missing.
    #[param(value_type = u64, minimum = 0, maximum = 60, required = false)]
    wait: Option<u64>,
    /// The state that the till knows; the present one if missing.
    #[param(value_type = String, required = false)]
    state: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CertificateBody {
    /// A payment for this checkout.
    #[schema(value_type = forms::OrderBytes)]
    order: String,
    /// Of the order.
    #[schema(value_type = forms::CertificateBytes)]
    certificate: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Offer)]
struct OfferView {
    /// What the wallet pays for, signed by the store.
    #[schema(value_type = forms::SignedOfferBytes)]
    offer: String,
}

problems! { OpenProblems: READ, TOKEN, KEY }
problems! { ShowProblems: READ, TOKEN, &[Code::NotFound, Code::RequestInvalid] }
problems! { CancelProblems: READ, TOKEN, &[Code::NotFound, Code::CheckoutTaken] }
problems! { OfferProblems: ANY, CHECKOUT, &[Code::StorageFailed] }
problems! { CertificateProblems: READ, ORDER, CHECKOUT }

/// What the store owes back of it.
pub(super) fn refunds(view: &CheckoutView) -> Vec<RefundView> {
    let refund = |refund: &RefundLine| RefundView {
        order: refund.order,
        points: refund.points,
        grant: refund.grant.map(|(id, _)| id.to_string()),
        state: refund.grant.map(|(_, fate)| fate.name()),
    };
    view.refunds.iter().map(refund).collect()
}

fn view(base: &str, view: &CheckoutView) -> View {
    let checkout = &view.checkout;
    View {
        id: view.id.to_string(),
        code: view.id.code().to_string(),
        url: format!("{base}/c/{}", view.id),
        qr_svg: None,
        state: checkout_state(checkout.state()),
        points: checkout.paid(),
        order: checkout.state().digest(),
        votes: view.votes,
        expires_at: rfc3339(checkout.offer().expiry),
        refunds: refunds(view),
        returned: Some(view.returned).filter(|points| *points > Points::ZERO),
    }
}

/// A till opens a checkout.
#[utoipa::path(
    post, path = "/v1/checkouts", operation_id = "openCheckout", tag = "checkouts", security(("token" = ["redeem"])),
    params(IdempotencyKey), request_body = OpenBody,
    responses((status = 201, description = "It can be paid.", body = View, links(
        ("show" = (operation_id = "readCheckout", parameters(("id" = "$response.body#/id")))),
        ("withdraw" = (operation_id = "withdrawCheckout", parameters(("id" = "$response.body#/id")))),
        ("offer" = (operation_id = "readOffer", parameters(("id" = "$response.body#/id")))),
        ("certificate" = (operation_id = "handInCertificate", parameters(("id" = "$response.body#/id")))),
    )), OpenProblems),
)]
pub(super) async fn open(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let (token, caller) = site.authorize_as(&call, Scope::Redeem)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: OpenBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    let reference = site.hidden(&body.reference)?;
    if body.step == Points::ZERO || body.max_points < body.step {
        return Err(Problem::field("step", "step is at least 1 and at most max_points"));
    }
    let till = Some(caller.name);
    let new = NewCheckout { max: body.max_points, step: body.step, reference, expires_in, till };
    let base = site.base();
    let opened = site.shop.open_checkout(new, once, move |made| {
        let mut opened = view(&base, &made);
        opened.qr_svg = picture::of(&opened.url);
        answer(StatusCode::CREATED, &opened)
    });
    Ok(respond(opened.await?))
}

/// A till looks how far it is, or waits for a change.
#[utoipa::path(
    get, path = "/v1/checkouts/{id}", operation_id = "readCheckout", tag = "checkouts", security(("token" = ["redeem"])),
    params(RecordPath, WaitQuery),
    responses((status = 200, description = "How far it is.", body = View), ShowProblems),
)]
pub(super) async fn show(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let token = site.authorize(&call, Scope::Redeem)?;
    let id = id(path)?;
    let query: WaitQuery = call.query()?;
    let wait = waits(query.wait)?;
    let known = match query.state {
        Some(state) => state,
        None => checkout_state(site.shop.checkout(id).await?.checkout.state()).to_owned(),
    };
    let is_known = |state| checkout_state(state) == known;
    let allowed = || site.check(&token, Scope::Redeem);
    let shown = site.shop.wait_checkout(id, is_known, wait, allowed).await?;
    Ok(respond(answer(StatusCode::OK, &view(&site.base(), &shown))))
}

/// How long somebody waits for a change, if that is not too long.
pub(super) fn waits(wait: Option<u64>) -> Result<Duration, Problem> {
    match wait.unwrap_or(0) {
        seconds if seconds <= MAX_WAIT => Ok(Duration::from_secs(seconds)),
        _ => Err(Problem::field("wait", format!("wait is at most {MAX_WAIT} seconds"))),
    }
}

/// A till withdraws it.
#[utoipa::path(
    delete, path = "/v1/checkouts/{id}", operation_id = "withdrawCheckout", tag = "checkouts",
    security(("token" = ["redeem"])), params(RecordPath),
    responses((status = 204, description = "It is withdrawn, or is expired, refused or withdrawn already."), CancelProblems),
)]
pub(super) async fn cancel(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Redeem)?;
    site.shop.cancel_checkout(id(path)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A wallet fetches the offer, signed.
#[utoipa::path(
    get, path = "/v1/checkouts/{id}/offer", operation_id = "readOffer", tag = "checkouts", params(RecordPath),
    responses((status = 200, description = "What the wallet pays for.", body = OfferView), OfferProblems),
)]
pub(super) async fn offer(State(site): State<Site>, path: Path<String>) -> Result<Response, Problem> {
    let offer = site.shop.present(id(path)?, site.desk.node_key()).await?;
    Ok(respond(answer(StatusCode::OK, &OfferView { offer: base64(&offer) })))
}

/// A wallet hands in a certificate that it got through another store.
#[utoipa::path(
    post, path = "/v1/checkouts/{id}/certificate", operation_id = "handInCertificate", tag = "checkouts",
    params(RecordPath), request_body = CertificateBody,
    responses((status = 200, description = "How far the checkout is now.", body = View), CertificateProblems),
)]
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
    let mut shown = view(&site.base(), &shown);
    // Anybody with a payment may ask: what others paid, and the grants of refunds, are the tills' to know.
    shown.refunds.retain(|refund| refund.order == order.digest());
    shown.refunds.iter_mut().for_each(|refund| refund.grant = None);
    shown.returned = None;
    Ok(respond(answer(StatusCode::OK, &shown)))
}

//! `/v1/baskets`, as tills call it.

pub(super) mod offer;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::machine::till::basket::BasketState;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{GrantTerms, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{CampaignId, OrderDigest};
use ronde_protocol::message::text::Text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use zeroize::Zeroizing;

use super::api::{IdempotencyKey, RecordPath};
use super::body::{Call, Path, answer, id, respond};
use super::checkouts::{self, CheckoutStateName, DEFAULT_EXPIRY, MAX_EXPIRY, RefundView, waits};
use super::grants::{GrantStateName, Vouchers, expiry};
use super::picture;
use super::problem::schema::{KEY, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::forms;
use crate::shop::{
    BasketView, CheckoutView, MadeBasket, NewBasket, ReceiptText, ReturnUrl, Scope, basket_state, checkout_state,
    grant_state,
};

/// Whoever rings baskets up both gives and takes.
const SCOPES: [Scope; 2] = [Scope::Grant, Scope::Redeem];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RingUpBody {
    /// What it costs, in euro cents.
    #[schema(value_type = u64, maximum = 1_000_000_000)]
    total_cents: Cents,
    /// Of these, what earns points by the store's rules, before anything is paid with points.
    #[schema(value_type = u64, maximum = 1_000_000_000)]
    eligible_cents: Cents,
    /// The most that can be paid with points, vouchers too; 0 if nothing can.
    #[schema(value_type = forms::Points)]
    max_points: Points,
    /// The points paid are a multiple.
    #[schema(minimum = 1, maximum = 18_446_744_073_709_551_615_u64)]
    #[schema(value_type = u64)]
    step: Points,
    /// What the till calls it; kept as a hash. At most 200 bytes.
    #[schema(max_length = 200)]
    reference: String,
    /// Seconds in which it can be paid with points; 300 if missing.
    #[schema(minimum = 1, maximum = 86_400)]
    expires_in: Option<u64>,
    /// Where the customer's wallet leads when it is done: `https://`, a host, no user name, no fragment.
    #[schema(min_length = 9, max_length = 2000, pattern = "^https://[!-~]+$")]
    return_url: Option<String>,
    /// The receipt: sealed for whoever has the link, and deleted once they have it. At most 16,384 bytes, no zero byte.
    #[schema(min_length = 1, max_length = 16_384, pattern = "^[^\\x00]+$")]
    receipt: Option<String>,
    /// Whether the sale is complete as soon as the customer has paid or declined; if not, the till says so.
    at_once: Option<bool>,
    /// With a ballot of this campaign.
    #[schema(value_type = Option<forms::Number>)]
    ballot: Option<CampaignId>,
    /// Besides those of the rules. By increasing offer, at most 128 in all.
    #[serde(default)]
    #[schema(value_type = Vec<Vouchers>, max_items = 16, required = false)]
    vouchers: Vec<VoucherCount>,
}

/// The state of a basket.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum BasketStateName {
    Open,
    Settled,
    Complete,
    Cancelled,
    Expired,
}

/// What a basket earns.
#[derive(Serialize, ToSchema)]
struct Earns {
    /// Points.
    #[schema(value_type = forms::Points)]
    points: Points,
    /// A ballot of this campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Number, required = false)]
    ballot: Option<CampaignId>,
    /// By increasing offer.
    #[schema(value_type = Vec<Vouchers>)]
    vouchers: Vec<VoucherCount>,
}

/// How the payment with points stands.
#[derive(Serialize, ToSchema)]
struct BasketPayment {
    /// Of the checkout.
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
    /// What the store owes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    refunds: Vec<RefundView>,
    /// What tills gave back of what was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    returned: Option<Points>,
}

/// The grant of what is earned.
#[derive(Serialize, ToSchema)]
struct BasketGrant {
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// How far it is.
    #[schema(value_type = GrantStateName)]
    state: &'static str,
    /// From when it can't be claimed.
    #[schema(value_type = forms::Time)]
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Basket)]
struct View {
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// What people call it.
    #[schema(value_type = forms::OrderCode)]
    code: String,
    /// The link, with the secret that is in no other answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    url: Option<String>,
    /// The link as a QR code: an SVG document, in the same answer alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    qr_svg: Option<String>,
    /// How far it is.
    #[schema(value_type = BasketStateName)]
    state: &'static str,
    /// From when it can't be paid with points.
    #[schema(value_type = forms::Time)]
    expires_at: String,
    /// What it costs.
    #[schema(value_type = forms::U64)]
    total_cents: Cents,
    /// Of these, what earns points.
    #[schema(value_type = forms::U64)]
    eligible_cents: Cents,
    /// The most that its offer asks for; 0 if there is none.
    #[schema(value_type = forms::Points)]
    max_points: Points,
    /// What is paid with points, once that is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    points: Option<Points>,
    /// What is to be paid in money.
    #[schema(value_type = forms::U64)]
    pay_cents: Cents,
    /// What the customer earns; if all is paid in money, as long as that is not decided.
    earns: Earns,
    /// The name of the bonus that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    bonus: Option<Text>,
    /// How the payment with points stands, if there is an offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = BasketPayment, required = false)]
    payment: Option<BasketPayment>,
    /// The grant of what is earned, once the basket is complete and if it earns anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = BasketGrant, required = false)]
    grant: Option<BasketGrant>,
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
    /// The state of the payment that the till knows; the present one if missing.
    #[param(value_type = String, required = false)]
    payment: Option<String>,
}

problems! { RingUpProblems: READ, TOKEN, KEY, &[Code::LimitExceeded] }
problems! { ShowProblems: READ, TOKEN, &[Code::NotFound, Code::RequestInvalid] }
problems! {
    CompleteProblems: READ, TOKEN,
    &[Code::NotFound, Code::CheckoutTaken, Code::CheckoutCancelled, Code::CheckoutExpired, Code::LimitExceeded]
}
problems! { CancelProblems: READ, TOKEN, &[Code::NotFound, Code::CheckoutTaken, Code::BasketSettled] }

fn earns(terms: &GrantTerms) -> Earns {
    Earns { points: terms.points, ballot: terms.ballot, vouchers: terms.vouchers.to_vec() }
}

/// The state of its checkout.
fn payment_state(view: &BasketView) -> Option<&'static str> {
    view.checkout.as_ref().map(|view| checkout_state(view.checkout.state()))
}

fn payment(view: &CheckoutView) -> BasketPayment {
    let checkout = &view.checkout;
    BasketPayment {
        state: checkout_state(checkout.state()),
        points: checkout.paid(),
        order: checkout.state().digest(),
        votes: view.votes,
        refunds: checkouts::refunds(view),
        returned: Some(view.returned).filter(|points| *points > Points::ZERO),
    }
}

fn view(view: &BasketView) -> View {
    let record = &view.record;
    let (total_cents, eligible_cents) = record.basket.sums();
    View {
        id: view.id.to_string(),
        code: view.id.code().to_string(),
        url: None,
        qr_svg: None,
        state: basket_state(view.state()),
        expires_at: rfc3339(record.expiry),
        total_cents,
        eligible_cents,
        max_points: record.most,
        points: view.paid(),
        pay_cents: record.basket.to_pay(),
        earns: earns(&view.earns()),
        bonus: record.bonus.clone(),
        payment: view.checkout.as_ref().map(payment),
        grant: view.grant.as_ref().map(|(id, grant)| BasketGrant {
            id: id.to_string(),
            state: grant_state(grant.state()),
            expires_at: rfc3339(grant.expiry()),
        }),
    }
}

/// The secret is in this answer and nowhere else, in the fragment that no server sees (HTTP-7).
fn made(base: &str, made: &MadeBasket) -> View {
    let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(made.secret.expose()));
    let url = format!("{base}/b/{}#{}", made.view.id, *secret);
    View { qr_svg: picture::of(&url), url: Some(url), ..view(&made.view) }
}

/// A till rings a basket up.
#[utoipa::path(
    post, path = "/v1/baskets", operation_id = "ringUpBasket", tag = "baskets", security(("token" = ["grant", "redeem"])),
    params(IdempotencyKey), request_body = RingUpBody,
    responses((status = 201, description = "Its link can be scanned.", body = View, links(
        ("show" = (operation_id = "readBasket", parameters(("id" = "$response.body#/id")))),
        ("complete" = (operation_id = "completeBasket", parameters(("id" = "$response.body#/id")))),
        ("cancel" = (operation_id = "cancelBasket", parameters(("id" = "$response.body#/id")))),
        ("offer" = (operation_id = "readBasketOffer", parameters(("id" = "$response.body#/id")))),
    )), RingUpProblems),
)]
pub(super) async fn ring_up(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let (token, caller) = site.authorize_all(&call, &SCOPES)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: RingUpBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    let reference = site.hidden(&body.reference)?;
    if body.step == Points::ZERO {
        return Err(Problem::field("step", "step is at least 1"));
    }
    let return_url = body.return_url.as_deref().map(ReturnUrl::new).transpose();
    let vouchers = Bounded::new(body.vouchers).map_err(|error| Problem::field("vouchers", error))?;
    let new = NewBasket {
        sums: (body.total_cents, body.eligible_cents),
        max: body.max_points,
        step: body.step,
        reference,
        expires_in,
        return_url: return_url.map_err(|error| Problem::field("return_url", error))?,
        receipt: body.receipt.map(ReceiptText::new),
        at_once: body.at_once.unwrap_or(false),
        extra: GrantTerms { points: Points::ZERO, ballot: body.ballot, vouchers },
        till: caller.name,
    };
    let base = site.base();
    let rung = site.shop.ring_up(new, once, move |new| answer(StatusCode::CREATED, &made(&base, &new)));
    Ok(respond(rung.await?))
}

/// A till looks how far it is, or waits for a change.
#[utoipa::path(
    get, path = "/v1/baskets/{id}", operation_id = "readBasket", tag = "baskets", security(("token" = ["grant", "redeem"])),
    params(RecordPath, WaitQuery),
    responses((status = 200, description = "How far it is.", body = View), ShowProblems),
)]
pub(super) async fn show(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let (token, _) = site.authorize_all(&call, &SCOPES)?;
    let id = id(path)?;
    let query: WaitQuery = call.query()?;
    let wait = waits(query.wait)?;
    let now = site.shop.basket(id).await?;
    let known = query.state.unwrap_or_else(|| basket_state(now.state()).to_owned());
    let known_payment = query.payment.or_else(|| payment_state(&now).map(str::to_owned));
    // HTTP-33.
    let still = |view: &BasketView| {
        let is_same = basket_state(view.state()) == known && payment_state(view) == known_payment.as_deref();
        is_same && view.state() == BasketState::Open
    };
    let allowed = || site.check_all(&token, &SCOPES);
    let shown = site.shop.wait_basket(id, still, wait, allowed).await?;
    Ok(respond(answer(StatusCode::OK, &view(&shown))))
}

/// The sale is complete: the customer can claim what it earns.
#[utoipa::path(
    post, path = "/v1/baskets/{id}/complete", operation_id = "completeBasket", tag = "baskets",
    security(("token" = ["grant", "redeem"])), params(RecordPath),
    responses((status = 200, description = "It is complete.", body = View), CompleteProblems),
)]
pub(super) async fn complete(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize_all(&call, &SCOPES)?;
    let id = id(path)?;
    site.shop.complete_basket(id).await?;
    let shown = site.shop.basket(id).await?;
    Ok(respond(answer(StatusCode::OK, &view(&shown))))
}

/// A till cancels it.
#[utoipa::path(
    delete, path = "/v1/baskets/{id}", operation_id = "cancelBasket", tag = "baskets",
    security(("token" = ["grant", "redeem"])), params(RecordPath),
    responses((status = 204, description = "It is cancelled, or is expired or cancelled already."), CancelProblems),
)]
pub(super) async fn cancel(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize_all(&call, &SCOPES)?;
    site.shop.cancel_basket(id(path)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

//! `/v1/baskets/{id}`, as wallets call it: whoever knows the id may look, whoever has the secret may choose.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::machine::till::basket::BasketState;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{Grant, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{CampaignId, StoreId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{BasketStateName, CheckoutStateName, Earns, GrantStateName, Vouchers, earns, payment_state, waits};
use crate::date::rfc3339;
use crate::forms;
use crate::http::api::RecordPath;
use crate::http::body::{Call, Path, answer, base64, id, respond};
use crate::http::grants::{SecretBody, secret};
use crate::http::problem::schema::{READ, problems};
use crate::http::problem::{Code, Problem};
use crate::http::site::Site;
use crate::shop::{BasketView, RecordId, basket_state, grant_state};

/// What points are worth in a basket.
#[derive(Serialize, ToSchema)]
struct PointWorth {
    /// So many euro cents.
    #[schema(value_type = forms::U64)]
    cents: u64,
    /// For so many points.
    #[schema(value_type = forms::U64)]
    points: u64,
}

/// By what points are earned.
#[derive(Serialize, ToSchema)]
struct EarnRate {
    /// So many hundredths of a point.
    #[schema(value_type = forms::U64)]
    hundredths: u64,
    /// For so many eligible cents that are paid in money.
    #[schema(value_type = forms::U64)]
    cents: u64,
    /// The most that the basket earns.
    #[schema(value_type = forms::Points)]
    most: Points,
}

/// What can be claimed.
#[derive(Serialize, ToSchema)]
struct EarnedGrant {
    /// Its name: it is claimed with the basket's secret.
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
    #[schema(value_type = GrantStateName)]
    state: &'static str,
    /// From when it can't be claimed.
    #[schema(value_type = forms::Time)]
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BasketOffer)]
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
    /// What is paid with points, once that is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    points: Option<Points>,
    /// What is to be paid in money.
    #[schema(value_type = forms::U64)]
    pay_cents: Cents,
    /// What points are worth here.
    point_value: PointWorth,
    /// What it earns; if all is paid in money, as long as that is not decided.
    earns: Earns,
    /// By what points are earned, if any can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = EarnRate, required = false)]
    rate: Option<EarnRate>,
    /// What the wallet pays for, signed by the store, while it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::SignedOfferBytes, required = false)]
    offer: Option<String>,
    /// How the payment with points stands, if there is an offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = CheckoutStateName, required = false)]
    payment: Option<&'static str>,
    /// What can be claimed, once the basket is complete and if it earns anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = EarnedGrant, required = false)]
    grant: Option<EarnedGrant>,
    /// The sealed receipt, once the basket is complete, as long as the node has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::SealedReceipt, required = false)]
    receipt: Option<String>,
    /// Where the wallet leads when it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    return_url: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WaitQuery {
    /// Seconds to wait for a change; 0 if missing.
    #[param(value_type = u64, minimum = 0, maximum = 60, required = false)]
    wait: Option<u64>,
    /// The state that the wallet knows; the present one if missing.
    #[param(value_type = String, required = false)]
    state: Option<String>,
}

const LOOK: &[Code] = &[Code::NotFound, Code::StorageFailed];

problems! { OfferProblems: READ, LOOK, &[Code::RequestInvalid] }
problems! { DeclineProblems: READ, LOOK, &[Code::CheckoutTaken, Code::CheckoutExpired, Code::CheckoutCancelled] }
problems! { ReceivedProblems: READ, LOOK }

fn grant(id: RecordId, grant: &Grant) -> EarnedGrant {
    let terms = grant.terms();
    EarnedGrant {
        id: id.to_string(),
        points: terms.points,
        ballot: terms.ballot,
        vouchers: terms.vouchers.to_vec(),
        state: grant_state(grant.state()),
        expires_at: rfc3339(grant.expiry()),
    }
}

fn view(site: &Site, shown: &BasketView, offer: Option<String>) -> View {
    let (record, basket) = (&shown.record, &shown.record.basket);
    let ((total_cents, eligible_cents), value, quote) = (basket.sums(), basket.value(), basket.quote());
    let rate = EarnRate { hundredths: quote.hundredths, cents: quote.cents, most: quote.most };
    View {
        id: shown.id.to_string(),
        code: shown.id.code().to_string(),
        store: site.shop.store(),
        state: basket_state(shown.state()),
        expires_at: rfc3339(record.expiry),
        total_cents,
        eligible_cents,
        points: shown.paid(),
        pay_cents: basket.to_pay(),
        point_value: PointWorth { cents: value.cents, points: value.points },
        earns: earns(&shown.earns()),
        rate: Some(rate).filter(|rate| rate.hundredths > 0 && rate.cents > 0),
        offer,
        payment: payment_state(shown),
        grant: shown.grant.as_ref().map(|(id, earned)| grant(*id, earned)),
        receipt: shown.receipt.as_ref().map(|sealed| URL_SAFE_NO_PAD.encode(sealed)),
        return_url: record.return_url.as_ref().map(|url| url.text()),
    }
}

/// What a wallet is shown: with the offer, which it has seen by this.
async fn shown(site: &Site, looked: BasketView) -> Result<Response, Problem> {
    let offer = site.shop.basket_offer(&looked, site.desk.node_key()).await?;
    // Its checkout is presented now.
    let looked = if offer.is_some() { site.shop.basket(looked.id).await? } else { looked };
    Ok(respond(answer(StatusCode::OK, &view(site, &looked, offer.as_ref().map(base64)))))
}

/// A wallet looks what the basket costs and earns, or waits for a change.
#[utoipa::path(
    get, path = "/v1/baskets/{id}/offer", operation_id = "readBasketOffer", tag = "baskets", params(RecordPath, WaitQuery),
    responses((status = 200, description = "What it costs and earns, and the offer.", body = View), OfferProblems),
)]
pub(in crate::http) async fn show(
    State(site): State<Site>,
    path: Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    let id = id(path)?;
    let query: WaitQuery = call.query()?;
    let wait = waits(query.wait)?;
    let now = site.shop.basket_of_wallet(id).await?;
    // HTTP-34: there is a place, or the answer is what is so now.
    let place = if wait.is_zero() { None } else { site.waiters.enter(id) };
    let now = match place {
        None => now,
        Some(_place) => {
            let known = query.state.unwrap_or_else(|| basket_state(now.state()).to_owned());
            let waits = |view: &BasketView| {
                let is_going_on = matches!(view.state(), BasketState::Open | BasketState::Settled);
                is_going_on && basket_state(view.state()) == known
            };
            site.shop.wait_basket(id, waits, wait, || Ok::<(), Problem>(())).await?
        }
    };
    shown(&site, now).await
}

/// A wallet pays nothing with points.
#[utoipa::path(
    post, path = "/v1/baskets/{id}/decline", operation_id = "declineBasket", tag = "baskets",
    params(RecordPath), request_body = SecretBody,
    responses((status = 200, description = "Nothing is paid with points.", body = View), DeclineProblems),
)]
pub(in crate::http) async fn decline(
    State(site): State<Site>,
    path: Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    let id = id(path)?;
    let body: SecretBody = call.into_json()?;
    site.shop.decline_basket(id, secret(&body.secret)?).await?;
    shown(&site, site.shop.basket(id).await?).await
}

/// A wallet has the receipt: it is deleted.
#[utoipa::path(
    post, path = "/v1/baskets/{id}/received", operation_id = "receiptOfBasketReceived", tag = "baskets",
    params(RecordPath), request_body = SecretBody,
    responses((status = 204, description = "There is no receipt here any more."), ReceivedProblems),
)]
pub(in crate::http) async fn received(
    State(site): State<Site>,
    path: Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    let id = id(path)?;
    let body: SecretBody = call.into_json()?;
    site.shop.basket_received(id, secret(&body.secret)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

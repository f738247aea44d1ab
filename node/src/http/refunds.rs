//! `/v1/refunds`: what became of a payment, claiming it back, and what a till gives back.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::till::grant::GrantTerms;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{KeysetId, OrderDigest};
use ronde_protocol::message::order::{Columns, Order, Submission};
use serde::{Deserialize, Serialize};

use super::body::{Call, answer, base64, canonical, respond};
use super::grants::{self, DEFAULT_EXPIRY, MAX_EXPIRY, Made, check_reference, expiry};
use super::orders::{self, Form};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::shop::{NewGrant, NewReturn, RecordId, RefundClaimed, Scope};

#[derive(Serialize)]
struct View {
    order: OrderDigest,
    state: &'static str,
    points: Points,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimBody {
    refunded: String,
    signature: String,
    keyset: KeysetId,
    outputs: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GiveBody {
    checkout: String,
    points: Points,
    reference: String,
    expires_in: Option<u64>,
}

#[derive(Serialize)]
struct GivenBack {
    #[serde(flatten)]
    grant: Made,
    checkout: String,
    /// Of the payment, after this.
    left: Points,
}

fn digest(Path(text): Path<String>) -> Result<OrderDigest, Problem> {
    text.parse().map_err(|error| Problem::new(Code::NotFound, error))
}

/// Whoever knows a payment asks what became of it (HTTP-31).
pub(super) async fn show(State(site): State<Site>, path: Path<String>) -> Result<Response, Problem> {
    let order = digest(path)?;
    let (fate, points) = site.shop.payment(&order)?;
    Ok(respond(answer(StatusCode::OK, &View { order, state: fate.name(), points })))
}

/// Whoever holds the keys of a payment's coins claims it back.
pub(super) async fn claim(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    let asked = digest(path)?;
    let body: ClaimBody = call.into_json()?;
    let refunded: Order = canonical("refunded", &body.refunded, MAX_MESSAGE_BYTES)?;
    let signature = canonical("signature", &body.signature, MAX_MESSAGE_BYTES)?;
    let outputs = canonical("outputs", &body.outputs, MAX_MESSAGE_BYTES)?;
    if refunded.digest() != asked {
        return Err(Problem::new(Code::NotFound, "the body is of another order than the path names"));
    }
    let claimed = RefundClaimed { refunded, signature, keyset: body.keyset, outputs };
    let signed = site.shop.claim_refund(claimed, site.desk.node_key()).await?;
    let order = signed.order.clone();
    let outcome = site.desk.submit(Submission { signed, columns: Columns::default() }).await?;
    orders::take_in(&site, &order, &outcome).await;
    orders::outcome(order.digest(), outcome, Form::Claim(base64(&order)))
}

/// A till gives back points of an accepted checkout, as an ordinary grant (HTTP-32).
pub(super) async fn give(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let (token, caller) = site.authorize_as(&call, Scope::Refund)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: GiveBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    check_reference(&body.reference)?;
    let checkout: RecordId = body.checkout.parse().map_err(|error| Problem::new(Code::NotFound, error))?;
    let terms = GrantTerms { points: body.points, ballot: None, vouchers: Bounded::default() };
    let new = NewReturn {
        checkout,
        till: caller.name,
        grant: NewGrant { terms, reference: body.reference, expires_in, source: None },
    };
    let base = site.base();
    let given = site.shop.give_back(new, once, move |made, left| {
        let view = GivenBack { grant: grants::made(&base, &made), checkout: checkout.to_string(), left };
        answer(StatusCode::CREATED, &view)
    });
    Ok(respond(given.await?))
}

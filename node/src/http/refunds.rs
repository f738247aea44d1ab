//! `/v1/refunds`: what became of a payment, claiming it back, and what a till gives back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::till::grant::GrantTerms;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{KeysetId, OrderDigest};
use ronde_protocol::message::order::{Columns, Order, Submission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::IdempotencyKey;
use super::body::{Call, Path, answer, base64, canonical, respond};
use super::grants::{self, DEFAULT_EXPIRY, MAX_EXPIRY, Made, expiry};
use super::orders::{self, ClaimDone, ClaimPending, Form};
use super::problem::schema::{ANY, KEY, ORDER, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::forms;
use crate::shop::{NewGrant, NewReturn, RecordId, RefundClaimed, Scope};

/// What became of a payment.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum PaymentState {
    Paid,
    Owed,
    Pending,
    Claimed,
    Withdrawn,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Payment)]
struct View {
    /// The digest of the order that paid.
    #[schema(value_type = forms::Hex32)]
    order: OrderDigest,
    /// What became of it.
    #[schema(value_type = PaymentState)]
    state: &'static str,
    /// What it paid, vouchers too.
    #[schema(value_type = forms::Points)]
    points: Points,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClaimRefundBody)]
struct ClaimBody {
    /// The body of the order in the path: its inputs give the keys.
    #[schema(value_type = forms::OrderBytes)]
    refunded: String,
    /// By these keys over the digest of the `RefundClaim`.
    #[schema(value_type = forms::SpendSignatureBytes)]
    signature: String,
    /// Of the outputs.
    #[schema(value_type = forms::Number)]
    keyset: KeysetId,
    /// Blinded, for exactly what was paid.
    #[schema(value_type = forms::OutputsBytes)]
    outputs: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GiveBody {
    /// An accepted one of this store.
    #[schema(value_type = forms::RecordName)]
    checkout: String,
    /// How many go back.
    #[schema(minimum = 1, maximum = 18_446_744_073_709_551_615_u64)]
    #[schema(value_type = u64)]
    points: Points,
    /// What the till calls it; kept as a hash. At most 200 bytes.
    #[schema(max_length = 200)]
    reference: String,
    /// Seconds in which it can be claimed; 30 days if missing.
    #[schema(minimum = 1, maximum = 31_622_400)]
    expires_in: Option<u64>,
}

/// The grant that a till gives back.
#[derive(Serialize, ToSchema)]
struct GivenBack {
    #[serde(flatten)]
    grant: Made,
    /// The checkout whose payment goes back.
    #[schema(value_type = forms::RecordName)]
    checkout: String,
    /// What can still be given back of the payment, after this.
    #[schema(value_type = forms::Points)]
    left: Points,
}

problems! { ShowProblems: ANY, &[Code::NotFound, Code::StorageFailed] }
problems! { ClaimProblems: READ, ORDER, &[Code::GrantExpired] }
problems! { GiveProblems: READ, TOKEN, KEY, &[Code::NotFound, Code::LimitExceeded] }

fn digest(Path(text): Path<String>) -> Result<OrderDigest, Problem> {
    text.parse().map_err(|error| Problem::new(Code::NotFound, error))
}

/// Whoever knows a payment asks what became of it (HTTP-31).
#[utoipa::path(
    get, path = "/v1/refunds/{order}", operation_id = "readPayment", tag = "refunds",
    params(("order" = inline(forms::Hex32), Path, description = "The digest of the order that paid.")),
    responses((status = 200, description = "What this store knows of it.", body = View), ShowProblems),
)]
pub(super) async fn show(State(site): State<Site>, path: Path<String>) -> Result<Response, Problem> {
    let order = digest(path)?;
    let (fate, points) = site.shop.payment(&order)?;
    Ok(respond(answer(StatusCode::OK, &View { order, state: fate.name(), points })))
}

/// Whoever holds the keys of a payment's coins claims it back.
///
/// The same outputs again get the same order, for ever.
#[utoipa::path(
    post, path = "/v1/refunds/{order}/claim", operation_id = "claimRefund", tag = "refunds",
    params(("order" = inline(forms::Hex32), Path, description = "The digest of the order that paid.")),
    request_body = ClaimBody,
    responses(
        (status = 200, description = "The order is certified.", body = ClaimDone),
        (status = 202, description = "The order is written down and not decided; it goes on.", body = ClaimPending),
        ClaimProblems,
    ),
)]
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
    orders::outcome(order.digest(), outcome, Form::Claim(base64(&order), None))
}

/// A till gives back points of an accepted checkout, as an ordinary grant (HTTP-32).
#[utoipa::path(
    post, path = "/v1/refunds", operation_id = "giveBack", tag = "refunds", security(("token" = ["refund"])),
    params(IdempotencyKey), request_body = GiveBody,
    responses((status = 201, description = "It can be claimed by whoever has the link.", body = GivenBack, links(
        ("show" = (operation_id = "readGrant", parameters(("id" = "$response.body#/id")))),
    )), GiveProblems),
)]
pub(super) async fn give(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let (token, caller) = site.authorize_as(&call, Scope::Refund)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: GiveBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    let reference = site.hidden(&body.reference)?;
    let checkout: RecordId = body.checkout.parse().map_err(|error| Problem::new(Code::NotFound, error))?;
    let terms = GrantTerms { points: body.points, ballot: None, vouchers: Bounded::default() };
    let grant = NewGrant { terms, reference, expires_in, receipt: None, source: None };
    let new = NewReturn { checkout, till: caller.name, grant };
    let base = site.base();
    let given = site.shop.give_back(new, once, move |made, left| {
        let view = GivenBack { grant: grants::made(&base, &made), checkout: checkout.to_string(), left };
        answer(StatusCode::CREATED, &view)
    });
    Ok(respond(given.await?))
}

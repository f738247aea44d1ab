//! `/v1/orders`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::limits::{MAX_MESSAGE_BYTES, MAX_WITNESSES};
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{KeysetId, OrderDigest};
use ronde_protocol::message::order::{Column, Columns, Order, SignedOrder, Submission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Call, Path, answer, base64, canonical, respond};
use super::problem::schema::{CHECKOUT, ORDER, READ, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::forms;
use crate::shop::{Answer, Outcome};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubmitBody {
    /// The order.
    #[schema(value_type = forms::OrderBytes)]
    order: String,
    /// By whoever may give it.
    #[schema(value_type = forms::AuthorizationBytes)]
    authorization: String,
    /// By increasing index; outside the digest.
    #[schema(value_type = Vec<forms::ColumnBytes>, max_items = 31)]
    columns: Vec<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ShowQuery {
    /// The order's own, or the later one that it moves points into.
    #[param(value_type = forms::Number)]
    keyset: KeysetId,
}

/// Which of the shapes an answer about an order has.
pub(super) enum Form {
    /// To whoever made the order.
    Order,
    /// To whoever claims a grant: with the order that the store made, and the receipt that it carries (RECEIPT-4).
    Claim(String, Option<String>),
    /// To whoever knows its digest alone: with the order once it is certified, so that a lost wallet's coins can be
    /// found again (HTTP-20).
    Shown,
}

/// A certified order, to whoever submitted it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the schema of what `Done` is in this case")]
pub(super) struct OrderDone {
    /// Of the order.
    #[schema(value_type = forms::Hex32)]
    digest: OrderDigest,
    /// q votes.
    #[schema(value_type = forms::CertificateBytes)]
    certificate: String,
    /// Those that have come, perhaps none.
    #[schema(value_type = Vec<forms::EvaluationBytes>, max_items = 62)]
    evaluations: Vec<String>,
}

/// A certified order, to whoever claimed a grant.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the schema of what `Done` is in this case")]
pub(super) struct ClaimDone {
    /// That the store made.
    #[schema(value_type = forms::OrderBytes)]
    order: String,
    /// q votes.
    #[schema(value_type = forms::CertificateBytes)]
    certificate: String,
    /// Those that have come, perhaps none.
    #[schema(value_type = Vec<forms::EvaluationBytes>, max_items = 62)]
    evaluations: Vec<String>,
    /// The sealed receipt, as long as the node has one.
    #[schema(value_type = forms::SealedReceipt, required = false)]
    receipt: String,
}

/// A certified order, to whoever asked for it by its digest.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the schema of what `Done` is in this case")]
pub(super) struct OrderShown {
    /// Of the order.
    #[schema(value_type = forms::Hex32)]
    digest: OrderDigest,
    /// The body.
    #[schema(value_type = forms::OrderBytes)]
    order: String,
    /// q votes.
    #[schema(value_type = forms::CertificateBytes)]
    certificate: String,
    /// Those that have come, perhaps none.
    #[schema(value_type = Vec<forms::EvaluationBytes>, max_items = 62)]
    evaluations: Vec<String>,
}

/// An order that is not decided.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the schema of what `Pending` is in this case")]
pub(super) struct OrderPending {
    /// Of the order.
    #[schema(value_type = forms::Hex32)]
    digest: OrderDigest,
    /// Gathered so far.
    votes: usize,
}

/// A claim whose order is not decided.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the schema of what `Pending` is in this case")]
pub(super) struct ClaimPending {
    /// Of the order.
    #[schema(value_type = forms::Hex32)]
    digest: OrderDigest,
    /// Gathered so far.
    votes: usize,
    /// That the store made.
    #[schema(value_type = forms::OrderBytes)]
    order: String,
    /// The sealed receipt, as long as the node has one.
    #[schema(value_type = forms::SealedReceipt, required = false)]
    receipt: String,
}

problems! { SubmitProblems: READ, ORDER, CHECKOUT, &[Code::RequestInvalid] }
problems! { ShowProblems: READ, ORDER, CHECKOUT, &[Code::RequestInvalid] }

#[derive(Serialize)]
struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<OrderDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    certificate: String,
    evaluations: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

#[derive(Serialize)]
struct Pending {
    digest: OrderDigest,
    votes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

/// What is said about an order: with 200 only if it is certified (HTTP-19).
pub(super) fn outcome_answer(digest: OrderDigest, outcome: Outcome, form: Form) -> Result<Answer, Problem> {
    match outcome {
        Outcome::Certified { order, certificate, evaluations } => {
            let (shown, order, receipt) = match form {
                Form::Order => (Some(digest), None, None),
                Form::Claim(order, receipt) => (None, Some(order), receipt),
                Form::Shown => (Some(digest), Some(base64(order.as_ref())), None),
            };
            let evaluations = evaluations.iter().map(base64).collect();
            let done = Done { digest: shown, order, certificate: base64(&certificate), evaluations, receipt };
            Ok(answer(StatusCode::OK, &done))
        }
        Outcome::Pending { votes } => {
            let (order, receipt) = match form {
                Form::Claim(order, receipt) => (Some(order), receipt),
                Form::Order | Form::Shown => (None, None),
            };
            Ok(answer(StatusCode::ACCEPTED, &Pending { digest, votes, order, receipt }))
        }
        Outcome::Refused(refusal) => Err(refusal.into()),
    }
}

/// The same as a response.
pub(super) fn outcome(digest: OrderDigest, outcome: Outcome, form: Form) -> Result<Response, Problem> {
    outcome_answer(digest, outcome, form).map(respond)
}

/// Tells the shop. If its disk fails the customer still gets what the quorum decided; the desk tells the shop again.
pub(super) async fn take_in(site: &Site, order: &Order, outcome: &Outcome) {
    if let Err(error) = site.shop.note(order, outcome).await {
        tracing::error!(%error, "the till could not be told of an order");
    }
}

/// A wallet submits an order, through any store.
#[utoipa::path(
    post, path = "/v1/orders", operation_id = "submitOrder", tag = "orders", request_body = SubmitBody,
    responses(
        (status = 200, description = "It is certified.", body = OrderDone),
        (status = 202, description = "It is written down and not decided; it goes on.", body = OrderPending),
        SubmitProblems,
    ),
)]
pub(super) async fn submit(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let body: SubmitBody = call.into_json()?;
    let order: Order = canonical("order", &body.order, MAX_MESSAGE_BYTES)?;
    let authorization = canonical("authorization", &body.authorization, MAX_MESSAGE_BYTES)?;
    let columns = columns(&body.columns)?;
    let signed = SignedOrder { order: order.clone(), authorization };
    let decided = site.desk.submit(Submission { signed, columns }).await?;
    take_in(&site, &order, &decided).await;
    outcome(order.digest(), decided, Form::Order)
}

fn columns(texts: &[String]) -> Result<Columns, Problem> {
    if texts.len() > MAX_WITNESSES {
        return Err(Problem::field("columns", format!("at most {MAX_WITNESSES} columns")));
    }
    let columns = texts.iter().map(|text| canonical::<Column>("columns", text, MAX_MESSAGE_BYTES));
    let columns: Vec<Column> = columns.collect::<Result<_, _>>()?;
    if !columns.windows(2).all(|pair| matches!(pair, [a, b] if a.index < b.index)) {
        return Err(Problem::field("columns", "columns stand by increasing index, each witness once"));
    }
    Bounded::new(columns).map_err(|error| Problem::field("columns", error))
}

/// What became of an order.
#[utoipa::path(
    get, path = "/v1/orders/{digest}", operation_id = "readOrder", tag = "orders",
    params(("digest" = inline(forms::Hex32), Path, description = "Of the order."), ShowQuery),
    responses(
        (status = 200, description = "It is certified.", body = OrderShown),
        (status = 202, description = "It is not decided.", body = OrderPending),
        ShowProblems,
    ),
)]
pub(super) async fn show(
    State(site): State<Site>,
    Path(digest): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    let digest: OrderDigest = digest.parse().map_err(|error| Problem::new(Code::NotFound, error))?;
    let query: ShowQuery = call.query()?;
    let found = site.desk.look_up(query.keyset, digest).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound, "nobody who answers knows this order"))?;
    outcome(digest, found, Form::Shown)
}

//! `/v1/pledges`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::order::{Columns, Submission};
use serde::Deserialize;
use utoipa::ToSchema;

use super::api::IdempotencyKey;
use super::body::{Call, respond};
use super::orders::{Form, OrderDone, OrderPending, outcome_answer, take_in};
use super::problem::Problem;
use super::problem::schema::{KEY, ORDER, READ, TOKEN, problems};
use super::site::Site;
use crate::forms;
use crate::shop::{PledgeStep, Scope};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PledgeBody {
    /// To whom.
    #[schema(value_type = forms::Number)]
    association: AssociationId,
    /// How many.
    #[schema(value_type = forms::Points)]
    points: Points,
}

problems! { MakeProblems: READ, TOKEN, KEY, ORDER }

/// The manager gives points of the store to an association, once a day.
#[utoipa::path(
    post, path = "/v1/pledges", operation_id = "pledge", tag = "pledges", security(("token" = ["manager"])),
    params(IdempotencyKey), request_body = PledgeBody,
    responses(
        (status = 200, description = "It is certified.", body = OrderDone),
        (status = 202, description = "It is written down and not decided; it goes on.", body = OrderPending),
        MakeProblems,
    ),
)]
pub(super) async fn make(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let token = site.authorize(&call, Scope::Manager)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: PledgeBody = call.json()?;
    let step = site.shop.pledge(body.association, body.points, once.as_ref(), site.desk.node_key()).await?;
    let signed = match step {
        PledgeStep::Answered(answer) => return Ok(respond(answer)),
        PledgeStep::Submit(signed) => *signed,
    };
    let order = signed.order.clone();
    let outcome = site.desk.submit(Submission { signed, columns: Columns::default() }).await?;
    take_in(&site, &order, &outcome).await;
    let answer = outcome_answer(order.digest(), outcome, Form::Order)?;
    // "Pending" is not the last word, so it is not kept.
    if let Some(once) = once
        && answer.status == StatusCode::OK.as_u16()
    {
        site.shop.keep_answer(once, answer.clone()).await?;
    }
    Ok(respond(answer))
}

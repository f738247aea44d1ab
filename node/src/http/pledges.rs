//! `/v1/pledges`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::order::{Columns, Submission};
use serde::Deserialize;

use super::body::{Call, respond};
use super::orders::{Form, outcome_answer, take_in};
use super::problem::Problem;
use super::site::Site;
use crate::shop::{PledgeStep, Scope};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PledgeBody {
    association: AssociationId,
    points: Points,
}

/// The manager gives points of the store to an association, once a day.
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

//! `/v1/returns`: a till takes goods back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::message::amount::Points;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::IdempotencyKey;
use super::body::{Call, answer, respond};
use super::grants::{self, DEFAULT_EXPIRY, MAX_EXPIRY, Made, expiry};
use super::problem::schema::{KEY, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::forms;
use crate::shop::{Answer, GoodsBack, RecordId, Scope, TakenBack};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnBody {
    /// What the sale earned. At least one of `grant` and `checkout`: what they name is one sale.
    #[schema(value_type = Option<forms::RecordName>)]
    grant: Option<String>,
    /// What was paid of the sale with points.
    #[schema(value_type = Option<forms::RecordName>)]
    checkout: Option<String>,
    /// What the whole sale came to, points and money together: needed with a checkout of which nothing came back yet.
    #[schema(value_type = Option<forms::Cents>)]
    sold_cents: Option<Cents>,
    /// What the goods that come back had cost; as much as `eligible_cents` if missing.
    #[schema(value_type = Option<forms::Cents>)]
    total_cents: Option<Cents>,
    /// Of that, what earns points.
    #[schema(value_type = forms::Cents)]
    eligible_cents: Cents,
    /// What the till calls this return: of two under one reference the second is the first. At most 200 bytes.
    #[schema(min_length = 1, max_length = 200)]
    reference: String,
    /// Seconds in which points that go back can be claimed; 30 days if missing.
    #[schema(minimum = 1, maximum = 31_622_400)]
    expires_in: Option<u64>,
}

/// A part of a sale.
#[derive(Serialize, ToSchema)]
struct Part {
    /// What the goods cost.
    #[schema(value_type = forms::Cents)]
    total_cents: Cents,
    /// Of that, what earns points.
    #[schema(value_type = forms::Cents)]
    eligible_cents: Cents,
}

/// What a till does about goods that it takes back.
#[derive(Serialize, ToSchema)]
#[schema(as = Return)]
struct View {
    /// What the goods had cost in money.
    #[schema(value_type = forms::Cents)]
    money_cents: Cents,
    /// What is held back, because the customer has what the goods earned.
    #[schema(value_type = forms::U64)]
    deduct_cents: Cents,
    /// What the till hands out.
    #[schema(value_type = forms::Cents)]
    pay_cents: Cents,
    /// What the customer has to pay before the goods are taken back; missing if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::U64, required = false)]
    owed_cents: Option<Cents>,
    /// Points that go back.
    #[schema(value_type = forms::Points)]
    points_back: Points,
    /// The grant by which they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Made, required = false)]
    back: Option<Made>,
    /// The grant that was withdrawn, because nobody had claimed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::RecordName, required = false)]
    withdrawn: Option<String>,
    /// The grant in its place, of what the rest of the sale earns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Made, required = false)]
    instead: Option<Made>,
    /// What has not come back.
    left: Part,
}

problems! { ReturnProblems: READ, TOKEN, KEY, &[Code::NotFound, Code::LimitExceeded] }

/// What the till is told.
fn told(base: &str, taken: &TakenBack) -> Answer {
    answer(StatusCode::CREATED, &view(base, taken))
}

fn view(base: &str, taken: &TakenBack) -> View {
    let (total_cents, eligible_cents) = taken.left;
    let made = |grant: &Option<_>| grant.as_ref().map(|grant| grants::made(base, grant));
    View {
        money_cents: taken.answer.money,
        deduct_cents: taken.answer.deduct,
        pay_cents: taken.settled.pay,
        owed_cents: Some(taken.settled.owed).filter(|owed| *owed > Cents::ZERO),
        points_back: taken.settled.points,
        back: made(&taken.back),
        withdrawn: taken.withdrawn.map(|id| id.to_string()),
        instead: made(&taken.instead),
        left: Part { total_cents, eligible_cents },
    }
}

/// A till takes goods of a sale back.
///
/// Points that were paid for them go back, and what they earned is taken out of what goes back.
#[utoipa::path(
    post, path = "/v1/returns", operation_id = "takeBack", tag = "returns", security(("token" = ["refund"])),
    params(IdempotencyKey), request_body = ReturnBody,
    responses((status = 201, description = "What the till does about it.", body = View), ReturnProblems),
)]
pub(super) async fn take_back(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let (token, caller) = site.authorize_as(&call, Scope::Refund)?;
    let given = call.once(&token)?;
    let body: ReturnBody = call.json()?;
    let expires_in = expiry(body.expires_in, DEFAULT_EXPIRY, MAX_EXPIRY)?;
    let reference = site.hidden(&body.reference)?;
    if body.reference.is_empty() {
        return Err(Problem::field("reference", "each return of a sale has a reference of its own"));
    }
    let id = |text: Option<&String>| -> Result<Option<RecordId>, Problem> {
        text.map(|text| text.parse()).transpose().map_err(|error| Problem::new(Code::NotFound, error))
    };
    let (grant, checkout) = (id(body.grant.as_ref())?, id(body.checkout.as_ref())?);
    let Some(named) = grant.or(checkout) else {
        return Err(Problem::field(
            "grant",
            "name the grant, the checkout, or both, of the sale that the goods are of",
        ));
    };
    // No header begins with a zero byte: a reference is a key of its own (RETURN-2).
    let by_reference = call.once_by(&token, &format!("\0return {named} {}", body.reference))?;
    let _in_flight = given.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let _in_flight_too = site.shop.enter(&by_reference)?;
    let back = GoodsBack {
        grant,
        checkout,
        total: body.total_cents,
        eligible: body.eligible_cents,
        sold: body.sold_cents,
        till: caller.name,
        reference,
        expires_in,
    };
    let base = site.base();
    let once = (given, by_reference);
    let taken = site.shop.take_goods_back(back, once, move |taken| told(&base, &taken));
    Ok(respond(taken.await?))
}

#[cfg(test)]
mod tests;

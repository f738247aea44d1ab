//! `/v1/trace`: what stands behind the code that a customer reads out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ronde_protocol::machine::till::code::OrderCode;
use ronde_protocol::machine::till::grant::{Grant, GrantState, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{CampaignId, OrderDigest};
use ronde_protocol::message::text::Text;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Call, Path, answer, respond};
use super::checkouts::RefundView;
use super::grants::Vouchers;
use super::problem::schema::{READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::forms;
use crate::shop::{CheckoutView, Detail, Outcome, RecordId, Scope, Traced, checkout_state, grant_state};

/// What something behind a code is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum TracedKind {
    Grant,
    Checkout,
}

/// The state of a grant or checkout.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum TracedState {
    Open,
    Presented,
    Pending,
    Claimed,
    Accepted,
    Refused,
    Expired,
    Cancelled,
    AcceptedLate,
}

/// A grant or checkout.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Traced)]
struct View {
    /// Which of them.
    #[schema(value_type = TracedKind)]
    kind: &'static str,
    /// Its name.
    #[schema(value_type = forms::RecordName)]
    id: String,
    /// How far it is.
    #[schema(value_type = TracedState)]
    state: &'static str,
    /// When it was made.
    #[schema(value_type = forms::Time)]
    time: String,
    /// From when it can't be claimed or paid.
    #[schema(value_type = forms::Time)]
    expires_at: String,
    /// The till that made it; missing if the node did by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    till: Option<Text>,
    /// Of a grant: points that it gives. Of a checkout: points that were paid.
    #[schema(value_type = forms::Points)]
    points: Points,
    /// Of a checkout: the most that it asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    max_points: Option<Points>,
    /// With a ballot of this campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Number, required = false)]
    ballot: Option<CampaignId>,
    /// By increasing offer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Vouchers>, required = false)]
    vouchers: Vec<VoucherCount>,
    /// What its basket came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::U64, required = false)]
    eligible_cents: Option<u64>,
    /// The name of the bonus that counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    bonus: Option<Text>,
    /// Why it was made, where it was no basket.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    reason: Option<Text>,
    /// Whether it makes something good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    goodwill: Option<bool>,
    /// The digest of the order that claimed or paid it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Hex32, required = false)]
    order: Option<OrderDigest>,
    /// Votes for that order, as far as known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = usize, required = false)]
    votes: Option<usize>,
    /// Of a checkout: what the store owes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    refunds: Vec<RefundView>,
    /// Of a checkout: what tills gave back of what was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    returned: Option<Points>,
    /// Of a grant: it gives back what was paid for this checkout.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::RecordName, required = false)]
    of_checkout: Option<String>,
    /// Of a grant: it pays back the order with this digest, which bought nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Hex32, required = false)]
    pays_back: Option<OrderDigest>,
    /// Of a grant: goods came back, and this one stands in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::RecordName, required = false)]
    instead: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Trace)]
struct TraceView {
    /// As it is written here: capital letters and digits.
    #[schema(value_type = forms::OrderCode)]
    code: String,
    /// What has it; hardly ever more than one.
    found: Vec<View>,
}

problems! { TraceProblems: READ, TOKEN, &[Code::NotFound] }

/// The manager looks up what a customer asks about.
#[utoipa::path(
    get, path = "/v1/trace/{code}", operation_id = "trace", tag = "tills", security(("token" = ["manager"])),
    params(("code" = String, Path, description = "Eight letters and digits, as people write them.")),
    responses((status = 200, description = "What became of it. Nothing of it names a customer.", body = TraceView), TraceProblems),
)]
pub(super) async fn trace(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Manager)?;
    let code: OrderCode = path.0.parse().map_err(|error| Problem::new(Code::NotFound, error))?;
    let traced = site.shop.trace(code).await?;
    if traced.is_empty() {
        return Err(Problem::new(Code::NotFound, "no grant and no checkout of this store has this code"));
    }
    let mut found = Vec::new();
    for one in traced {
        found.push(match one {
            Traced::Grant(id, grant, detail) => of_grant(&site, id, &grant, detail).await?,
            Traced::Checkout(view, detail) => of_checkout(&view, detail),
        });
    }
    Ok(respond(answer(StatusCode::OK, &TraceView { code: code.to_string(), found })))
}

async fn of_grant(site: &Site, id: RecordId, grant: &Grant, detail: Option<Detail>) -> Result<View, Problem> {
    let links = site.shop.grant_links(id)?;
    let order = match grant.state() {
        GrantState::Pending(digest) | GrantState::Claimed(digest) => Some(digest),
        GrantState::Open | GrantState::Cancelled | GrantState::Expired => None,
    };
    let (till, eligible_cents, bonus, reason) = match detail {
        Some(detail) => (Some(detail.till), detail.eligible_cents, detail.bonus, detail.reason),
        None => (None, None, None, None),
    };
    let terms = grant.terms();
    Ok(View {
        kind: "grant",
        id: id.to_string(),
        state: grant_state(grant.state()),
        time: rfc3339(grant.time()),
        expires_at: rfc3339(grant.expiry()),
        till,
        points: terms.points,
        ballot: terms.ballot,
        vouchers: terms.vouchers.to_vec(),
        eligible_cents,
        bonus,
        reason,
        goodwill: Some(true).filter(|_| links.goodwill),
        order,
        votes: votes(site, order, id).await?,
        of_checkout: links.of_checkout.map(|id| id.to_string()),
        pays_back: links.pays_back,
        instead: links.instead.map(|id| id.to_string()),
        ..View::default()
    })
}

/// How many votes the order of a claim has, if anybody can be asked.
async fn votes(site: &Site, order: Option<OrderDigest>, id: RecordId) -> Result<Option<usize>, Problem> {
    let Some((order, keyset)) = order.zip(site.shop.claimed_in(id)?) else { return Ok(None) };
    Ok(match site.desk.look_up(keyset, order).await {
        Ok(Some(Outcome::Certified { certificate, .. })) => Some(certificate.votes.len()),
        Ok(Some(Outcome::Pending { votes })) => Some(votes),
        Ok(Some(Outcome::Refused(_)) | None) | Err(_) => None,
    })
}

fn of_checkout(view: &CheckoutView, detail: Option<Detail>) -> View {
    let (checkout, offer) = (&view.checkout, view.checkout.offer());
    let order = checkout.state().digest();
    View {
        kind: "checkout",
        id: view.id.to_string(),
        state: checkout_state(checkout.state()),
        time: rfc3339(offer.time),
        expires_at: rfc3339(offer.expiry),
        till: detail.map(|detail| detail.till),
        points: checkout.paid(),
        max_points: Some(offer.max),
        order,
        votes: order.map(|_| view.votes).filter(|votes| *votes > 0),
        refunds: super::checkouts::refunds(view),
        returned: Some(view.returned).filter(|points| *points > Points::ZERO),
        ..View::default()
    }
}

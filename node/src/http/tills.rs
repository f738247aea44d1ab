//! `/v1/tills`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ronde_protocol::message::amount::Points;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::IdempotencyKey;
use super::body::{Call, Path, answer, respond};
use super::problem::schema::{KEY, READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::date::rfc3339;
use crate::forms;
use crate::shop::{Caps, NewTill, Scope, TillCaps, TillRecord, TillView};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddBody {
    /// 1 to 64 bytes without control characters.
    #[schema(min_length = 1, max_length = 64, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$")]
    name: String,
    /// At least one, each once.
    #[schema(value_type = Vec<ScopeName>, min_items = 1)]
    scopes: Vec<Scope>,
    /// The most that one grant of it gives; the store's, if missing.
    #[schema(value_type = Option<forms::Points>)]
    cap_grant: Option<Points>,
    /// The most that it gives in a UTC day; the store's, if missing.
    #[schema(value_type = Option<forms::Points>)]
    cap_day: Option<Points>,
}

/// What a till may do.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", as = Scope)]
#[allow(dead_code, reason = "the schema of a text")]
enum ScopeName {
    Grant,
    Redeem,
    Refund,
    Manager,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Till)]
struct View<'a> {
    /// What the shop calls it.
    name: &'a str,
    /// What it may do.
    #[schema(value_type = Vec<ScopeName>)]
    scopes: &'a [Scope],
    /// The most that one grant of it gives, vouchers at their value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    cap_grant: Option<Points>,
    /// The most that it gives in a UTC day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    cap_day: Option<Points>,
    /// What it gave in this UTC day.
    #[schema(value_type = forms::Points)]
    given_today: Points,
    /// The UTC day on which it was used last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Day, required = false)]
    last_used: Option<String>,
    /// When it was added.
    #[schema(value_type = forms::Time)]
    added: String,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Time, required = false)]
    revoked: Option<String>,
    /// In the answer to adding it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Secret, required = false)]
    token: Option<&'a str>,
}

/// What bounds all tills of the store.
#[derive(Serialize, ToSchema)]
#[schema(as = Caps)]
struct CapsView {
    /// The most that one grant gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    grant_points: Option<Points>,
    /// The most that a till without a cap of its own gives in a UTC day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    till_points: Option<Points>,
    /// The most that all together give in a UTC day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    store_points: Option<Points>,
    /// The most that makes something good in a UTC month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    goodwill_points: Option<Points>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Tills)]
struct ListView<'a> {
    /// By name.
    tills: Vec<View<'a>>,
    /// Those of the configuration.
    caps: CapsView,
}

problems! { AddProblems: READ, TOKEN, KEY }
problems! { ListProblems: READ, TOKEN }
problems! { RevokeProblems: READ, TOKEN, &[Code::NotFound] }

fn view(till: &TillRecord, caps: TillCaps) -> View<'_> {
    View {
        cap_grant: caps.grant,
        cap_day: caps.day,
        given_today: Points::ZERO,
        last_used: None,
        name: till.name.as_str(),
        scopes: &till.scopes,
        added: rfc3339(till.added),
        revoked: till.revoked.map(rfc3339),
        token: None,
    }
}

fn full_view(view_of: &TillView) -> View<'_> {
    let last_used = view_of.last_used.map(|day| day.to_string());
    View { given_today: view_of.given_today, last_used, ..view(&view_of.till, view_of.caps) }
}

fn caps_view(caps: Caps) -> CapsView {
    let Caps { grant: grant_points, till: till_points, store: store_points, goodwill: goodwill_points } = caps;
    CapsView { grant_points, till_points, store_points, goodwill_points }
}

/// What a token may do.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "the schema of a text")]
enum HeldScope {
    Grant,
    Redeem,
    Refund,
    Manager,
    Admin,
}

/// What the holder of a token may do.
#[derive(Serialize, ToSchema)]
#[schema(as = Holder)]
struct HolderView {
    /// What the shop calls it.
    name: String,
    /// What it may do.
    #[schema(value_type = Vec<HeldScope>)]
    scopes: Vec<Scope>,
    /// The most that one grant of it gives, by its own cap or the store's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    cap_grant: Option<Points>,
    /// What it may still give today, by its own cap and the store's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    left_today: Option<Points>,
    /// What may still make something good this month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Points, required = false)]
    goodwill_left: Option<Points>,
    /// What the charter lets the store issue in a day: no grant gives more.
    #[schema(value_type = forms::Points)]
    daily_limit: Points,
}

problems! { OwnProblems: READ, &[Code::TokenMissing, Code::StorageFailed] }

/// Whoever holds a token asks what it is good for (TILL-20).
#[utoipa::path(
    get, path = "/v1/till", operation_id = "readTill", tag = "tills", security(("token" = [])),
    responses((status = 200, description = "Of the token that is sent.", body = HolderView), OwnProblems),
)]
pub(super) async fn own(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let caller = site.caller(&site.token(&call)?)?;
    let room = site.shop.room(caller.name.as_str())?;
    let charter = site.charter();
    let has = |scope| caller.scopes.contains(&scope);
    let view = HolderView {
        name: caller.name.to_string(),
        cap_grant: room.grant.filter(|_| has(Scope::Grant)),
        left_today: room.left.filter(|_| has(Scope::Grant)),
        goodwill_left: room.goodwill.filter(|_| has(Scope::Manager)),
        daily_limit: charter.store(site.shop.store()).map_or(Points::ZERO, |store| store.daily_limit),
        scopes: caller.scopes,
    };
    Ok(respond(answer(StatusCode::OK, &view)))
}

/// The administrator adds a till. Its token is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/v1/tills", operation_id = "addTill", tag = "tills", security(("token" = ["admin"])),
    params(IdempotencyKey), request_body = AddBody,
    responses((status = 201, description = "With its token.", body = View, links(
        ("revoke" = (operation_id = "revokeTill", parameters(("name" = "$response.body#/name")))),
    )), AddProblems),
)]
pub(super) async fn add(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let token = site.authorize(&call, Scope::Admin)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: AddBody = call.json()?;
    let caps = TillCaps { grant: body.cap_grant, day: body.cap_day };
    let new = NewTill { name: body.name, scopes: body.scopes, caps };
    let added = site.shop.add_till(new, once, move |till, token, given_today| {
        let token = Some(token.expose());
        answer(StatusCode::CREATED, &View { token, given_today, ..view(&till, caps) })
    });
    Ok(respond(added.await?))
}

/// The administrator lists the tills.
#[utoipa::path(
    get, path = "/v1/tills", operation_id = "listTills", tag = "tills", security(("token" = ["admin"])),
    responses((status = 200, description = "All, revoked ones too.", body = ListView), ListProblems),
)]
pub(super) async fn list(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    let tills = site.shop.till_views()?;
    let tills: Vec<View<'_>> = tills.iter().map(full_view).collect();
    let caps = caps_view(site.shop.caps());
    Ok(respond(answer(StatusCode::OK, &ListView { tills, caps })))
}

/// The administrator revokes a till, at once.
#[utoipa::path(
    delete, path = "/v1/tills/{name}", operation_id = "revokeTill", tag = "tills", security(("token" = ["admin"])),
    params(("name" = String, Path, description = "What the shop calls it.")),
    responses((status = 204, description = "Its token opens nothing any more."), RevokeProblems),
)]
pub(super) async fn revoke(
    State(site): State<Site>,
    Path(name): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    site.shop.revoke_till(name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

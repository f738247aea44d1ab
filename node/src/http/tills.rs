//! `/v1/tills`

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ronde_protocol::message::amount::Points;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::body::{Call, answer, respond};
use super::problem::Problem;
use super::site::Site;
use crate::date::rfc3339;
use crate::shop::{NewTill, Scope, TillCaps, TillRecord, TillView};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddBody {
    name: String,
    scopes: Vec<Scope>,
    cap_grant: Option<Points>,
    cap_day: Option<Points>,
}

#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    scopes: &'a [Scope],
    #[serde(skip_serializing_if = "Option::is_none")]
    cap_grant: Option<Points>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap_day: Option<Points>,
    given_today: Points,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    added: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

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

/// The administrator adds a till. Its token is in this answer and nowhere else.
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
pub(super) async fn list(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    let tills = site.shop.till_views()?;
    let views: Vec<View<'_>> = tills.iter().map(full_view).collect();
    let caps = site.shop.caps();
    let caps = [("grant_points", caps.grant), ("till_points", caps.till), ("store_points", caps.store)];
    let caps: BTreeMap<&str, Points> = caps.into_iter().filter_map(|(name, cap)| Some((name, cap?))).collect();
    Ok(respond(answer(StatusCode::OK, &json!({ "tills": views, "caps": caps }))))
}

/// The administrator revokes a till, at once.
pub(super) async fn revoke(
    State(site): State<Site>,
    Path(name): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    site.shop.revoke_till(name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

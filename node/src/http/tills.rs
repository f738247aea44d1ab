//! `/v1/tills`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::body::{Call, answer, respond};
use super::problem::Problem;
use super::site::Site;
use crate::date::rfc3339;
use crate::shop::{Scope, TillRecord};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddBody {
    name: String,
    scopes: Vec<Scope>,
}

#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    scopes: &'a [Scope],
    added: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

fn view(till: &TillRecord) -> View<'_> {
    View {
        name: till.name.as_str(),
        scopes: &till.scopes,
        added: rfc3339(till.added),
        revoked: till.revoked.map(rfc3339),
        token: None,
    }
}

/// The administrator adds a till. Its token is in this answer and nowhere else.
pub(super) async fn add(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    let token = site.authorize(&call, Scope::Admin)?;
    let once = call.once(&token)?;
    let _in_flight = once.as_ref().map(|once| site.shop.enter(once)).transpose()?;
    let body: AddBody = call.json()?;
    let added = site.shop.add_till(&body.name, body.scopes, once, |till, token| {
        answer(StatusCode::CREATED, &View { token: Some(token.expose()), ..view(&till) })
    });
    Ok(respond(added.await?))
}

/// The administrator lists the tills.
pub(super) async fn list(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Admin)?;
    let tills = site.shop.tills()?;
    let tills: Vec<View<'_>> = tills.iter().map(view).collect();
    Ok(respond(answer(StatusCode::OK, &json!({ "tills": tills }))))
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

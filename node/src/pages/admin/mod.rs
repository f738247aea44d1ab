//! What the shop's manager sees: how it goes, the tills, what baskets earn, and what stands behind a code. It works
//! without a script, behind the manager's session (TILL-13, TILL-15).

mod alerts;
mod chart;
mod earning;
mod figures;
mod find;
mod gate;
mod given;
mod in_hand;
mod overview;
mod rules;
mod span;
mod statement;
mod steps;
mod tills;
mod troubles;

use axum::routing::{get, post};
use axum::{Router, middleware};

use super::Pages;
use crate::http::form_limit;

pub(super) use gate::sign_in_again;

/// All of it. What is missing here (`/admin/login`, `/admin/logout`) is a call of HTTP.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/admin", get(overview::show))
        .route("/admin/statement.csv", get(statement::show))
        .route("/admin/tills", get(tills::show))
        .route("/admin/tills/add", post(tills::add).get(tills::to_list))
        .route("/admin/tills/revoke", post(tills::revoke).get(tills::to_list))
        .route("/admin/earning", get(earning::show))
        .route("/admin/find", get(find::show))
        .layer(form_limit())
        .layer(middleware::map_response(gate::with_origin))
}

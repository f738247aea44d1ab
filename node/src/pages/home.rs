//! The shop's front page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shell::Shell;
use super::{Pages, trouble};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    shops: usize,
    /// What a hundred points are worth between shops.
    worth: Option<String>,
}

/// What this is, and where to go from here.
pub(super) async fn show(State(pages): State<Pages>, shell: Shell) -> Response {
    let charter = pages.site.charter();
    let value = charter.body().point_value;
    let cents = value.cents.checked_mul(100).and_then(|cents| cents.checked_div(value.points));
    let worth = cents.filter(|cents| *cents > 0).map(|cents| shell.say.euros(cents));
    let shops = charter.body().stores.len();
    trouble::shown(shell.say.language(), &Home { shell, shops, worth })
}

//! What went wrong, for a person in front of a browser.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::shell::Shell;
use super::{Pages, assets, headers};

#[derive(Template)]
#[template(path = "trouble.html")]
struct Trouble {
    shell: Shell,
    title: String,
    advice: String,
}

/// Writes a refusal as a page if a browser asks for one. The calls of tills and wallets are left alone.
pub(super) async fn for_browsers(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/v1/");
    let is_browser =
        !is_call && assets::wants_html(&request) && matches!(*request.method(), Method::GET | Method::HEAD);
    let (parts, body) = request.into_parts();
    let shell = is_browser.then(|| Shell::of(&parts, &pages));
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    match shell.filter(|_| status.is_client_error() || status.is_server_error()) {
        Some(shell) => page(shell, status),
        None => response,
    }
}

/// The page of a refusal.
fn page(shell: Shell, status: StatusCode) -> Response {
    let (title, advice) = match status {
        StatusCode::NOT_FOUND => ("trouble-not-found", "trouble-not-found-advice"),
        status if status.is_client_error() => ("trouble-asked", "trouble-asked-advice"),
        _ => ("trouble-node", "trouble-node-advice"),
    };
    let (title, advice) = (shell.say.text(title), shell.say.text(advice));
    let mut response = shown(shell.say.language(), &Trouble { shell, title, advice });
    *response.status_mut() = status;
    response
}

/// A page as it is sent.
pub(super) fn shown(language: super::Language, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => headers::page(html, language),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

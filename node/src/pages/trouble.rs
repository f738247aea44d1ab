//! What went wrong, for a person in front of a browser.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::shell::Shell;
use super::{Pages, admin, assets, headers};
use crate::http::Code;

#[derive(Template)]
#[template(path = "trouble.html")]
struct Trouble {
    shell: Shell,
    title: String,
    advice: String,
}

/// Writes a refusal as a page if a browser asks for one. The calls of tills and wallets are left alone.
pub(super) async fn for_browsers(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_managers = path.starts_with("/admin");
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_page = !path.starts_with("/v1/") && (is_read || (is_managers && *request.method() == Method::POST));
    let is_browser = is_page && assets::wants_html(&request);
    let (parts, body) = request.into_parts();
    let shell = is_browser.then(|| Shell::of(&parts, &pages));
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    match shell.filter(|_| status.is_client_error() || status.is_server_error()) {
        Some(shell) if is_managers => {
            admin::sign_in_again(&pages, shell, &path, &response).unwrap_or_else(|shell| page(shell, &response))
        }
        Some(shell) => page(shell, &response),
        None => response,
    }
}

/// The page of a refusal.
fn page(shell: Shell, refused: &Response) -> Response {
    let status = refused.status();
    let is_foreign = refused.extensions().get::<Code>() == Some(&Code::FormRefused);
    let (title, advice) = match status {
        _ if is_foreign => ("trouble-form", "trouble-form-advice"),
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

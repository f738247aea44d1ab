//! The wallet's files, if this program carries them, and what a customer's link says if it does not.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use super::shell::Shell;
use super::{Pages, assets, headers, trouble};
use crate::http::{Code, Problem};

/// What `wallet/app` builds, if it was put here.
#[derive(RustEmbed)]
#[folder = "pages/wallet"]
struct App;

/// The app's first file.
const FRONT: &str = "index.html";

#[derive(Template)]
#[template(path = "wallet.html")]
struct Guide {
    shell: Shell,
    /// Whether a till's link led here, and to what.
    is_grant: bool,
    is_checkout: bool,
    /// Where this shop is.
    base: String,
}

/// `wallet` is a folder: names in it are read from inside.
pub(super) async fn to_folder() -> Response {
    let inside = [(header::LOCATION, HeaderValue::from_static("wallet/"))];
    (StatusCode::PERMANENT_REDIRECT, inside).into_response()
}

/// The app, or how to come by a wallet.
pub(super) async fn front(State(pages): State<Pages>, shell: Shell, asked: HeaderMap) -> Response {
    app(&pages, FRONT, &asked).unwrap_or_else(|| guide(&pages, shell, ""))
}

/// A till's link, opened by a browser. Its secret is in the fragment, which no server is sent; the app reads it.
pub(super) async fn link(
    State(pages): State<Pages>,
    shell: Shell,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    if !id.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_') {
        return Err(Problem::new(Code::NotFound, "a till's link has no such id"));
    }
    if App::get(FRONT).is_none() {
        return Ok(guide(&pages, shell, uri.path()));
    }
    // Browsers carry the fragment along. The app is told which link it was by its query.
    let to = format!("../wallet/?link={}", uri.path().trim_start_matches('/'));
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    headers::secure(&mut response);
    Ok(response)
}

/// A file of the app.
pub(super) async fn file(
    State(pages): State<Pages>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    app(&pages, &name, &asked).ok_or_else(|| Problem::new(Code::NotFound, "the wallet has no such file"))
}

fn app(pages: &Pages, name: &str, asked: &HeaderMap) -> Option<Response> {
    // What keeps the folder in the repository is no part of the app.
    let file = App::get(name).filter(|_| !name.starts_with('.'))?;
    let mut response = assets::fresh(name, file, asked);
    headers::for_wallet(&mut response, &plain_origins(pages));
    Some(response)
}

/// Stores that the charter lists without TLS: on this machine, for a try.
fn plain_origins(pages: &Pages) -> Vec<String> {
    let charter = pages.site.charter();
    let addresses = charter.body().stores.iter().flat_map(|store| store.http.iter());
    let plain = addresses.filter_map(|address| {
        let (host, rest) = address.as_str().strip_prefix("http://").map(|rest| (rest.split('/').next(), rest))?;
        let host = host.filter(|host| !host.is_empty() && !host.contains([' ', ';', ',', '\'', '"']))?;
        rest.is_ascii().then(|| format!("http://{host}"))
    });
    let mut origins: Vec<String> = plain.collect();
    origins.sort();
    origins.dedup();
    origins.truncate(16);
    origins
}

fn guide(pages: &Pages, shell: Shell, link: &str) -> Response {
    let (is_grant, is_checkout) = (link.starts_with("/g/"), link.starts_with("/c/"));
    trouble::shown(shell.say.language(), &Guide { shell, is_grant, is_checkout, base: pages.site.base() })
}

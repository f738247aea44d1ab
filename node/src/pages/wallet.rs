//! The wallet: an app of its own, whose files this program carries.
//!
//! `wallet/app` builds them, and `cargo xtask wallet` puts them here: whoever builds the node needs no npm.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use super::{Pages, assets, headers};
use crate::http::{Code, Problem};

/// What `wallet/app` builds.
#[derive(RustEmbed)]
#[folder = "pages/wallet"]
struct App;

/// The app's first file.
const FRONT: &str = "index.html";
/// What keeps the app for when there is no network.
const WORKER: &str = "sw.js";

/// What the app may load and whom it may ask: it says so itself.
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let file = App::get("csp.txt")?;
    HeaderValue::from_bytes(file.data.trim_ascii()).ok()
});

/// `wallet` is a folder: names in it are read from inside.
pub(super) async fn to_folder() -> Response {
    let inside = [(header::LOCATION, HeaderValue::from_static("wallet/"))];
    (StatusCode::PERMANENT_REDIRECT, inside).into_response()
}

/// The app, at its own address and at a till's link: it reads there what it was opened for. The secret of a grant stands in
/// the fragment, which no server is sent.
pub(super) async fn front(State(pages): State<Pages>, asked: HeaderMap) -> Result<Response, Problem> {
    app(&pages, FRONT, &asked)
}

/// A file of the app.
pub(super) async fn file(
    State(pages): State<Pages>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    app(&pages, &name, &asked)
}

fn app(pages: &Pages, name: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    let file = App::get(name).ok_or_else(|| Problem::new(Code::NotFound, "the wallet has no such file"))?;
    let mut response = if has_hash(name) { assets::lasting(name, file) } else { assets::fresh(name, file, asked) };
    headers::for_wallet(&mut response, POLICY.as_ref());
    if name == WORKER {
        // It lies in the folder of the app, and answers for the links of this store's tills as well.
        if let Ok(scope) = HeaderValue::try_from(path_of(&pages.site.base())) {
            response.headers_mut().insert("service-worker-allowed", scope);
        }
    }
    Ok(response)
}

/// Whether a file's name changes with its bytes: `app-L37ODHDJ.js`.
fn has_hash(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let hash = stem.rsplit_once('-').map(|(_, hash)| hash);
    hash.is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|sign| matches!(sign, b'A'..=b'Z' | b'0'..=b'9')))
}

/// The path of an address, as a folder.
fn path_of(base: &str) -> String {
    let behind = base.split_once("://").map_or(base, |(_, behind)| behind);
    let path = behind.split_once('/').map_or("", |(_, path)| path);
    if path.is_empty() { "/".to_owned() } else { format!("/{}/", path.trim_end_matches('/')) }
}

#[cfg(test)]
mod tests;

//! Styles and scripts that the program carries, under names that change with their bytes.

use std::sync::LazyLock;

use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::headers;
use crate::http::{Code, Problem};

#[derive(RustEmbed)]
#[folder = "pages/assets"]
struct Assets;

/// A hash over the names and bytes of all: scripts name each other, so they change their names together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Assets::iter().collect();
    names.sort();
    let mut hasher = blake3::Hasher::new();
    for name in names {
        let file = Assets::get(&name).map(|file| *blake3::hash(&file.data).as_bytes());
        hasher.update(blake3::hash(name.as_bytes()).as_bytes());
        hasher.update(&file.unwrap_or_default());
    }
    hasher.finalize().to_hex().chars().take(16).collect()
});

/// Where an asset is, as seen from the root of the site.
pub(super) fn path(name: &str) -> String {
    format!("assets/{}/{name}", *VERSION)
}

/// An asset. What its name says never changes, so it may be kept for ever.
pub(super) async fn show(Path((version, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let file = Some(()).filter(|()| version == *VERSION).and_then(|()| Assets::get(&name));
    let file = file.ok_or_else(|| Problem::new(Code::NotFound, "there is no such file; load the page again"))?;
    Ok(lasting(&name, file))
}

/// A file whose name changes with its bytes.
pub(super) fn lasting(name: &str, file: EmbeddedFile) -> Response {
    let mut response = whole(name, file);
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
}

/// A file of a folder that keeps its name when its bytes change: asked for again each time, and sent if it is another.
pub(super) fn fresh(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash().get(..16).unwrap_or_default()));
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { whole(name, file) };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn whole(name: &str, file: EmbeddedFile) -> Response {
    let mut response = file.data.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    headers::secure(&mut response);
    response
}

/// By the end of its name.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether whoever asks wants a page to read.
pub(super) fn wants_html(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.split(',').any(|item| item.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
}

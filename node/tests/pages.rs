//! The pages, in one program: each more costs seconds to build, and a module nothing.

#[path = "pages_admin.rs"]
mod pages_admin;
#[path = "pages_catalogues.rs"]
mod pages_catalogues;
#[path = "pages_html.rs"]
mod pages_html;
#[path = "pages_http.rs"]
mod pages_http;
#[path = "pages_wallet.rs"]
mod pages_wallet;

mod http_support;
mod pages_support;

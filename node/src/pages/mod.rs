//! Pages for people: the shop's front page, the till, and how the federation is.
//!
//! They are written here, in French and English, from catalogues that hold all text (`pages/locales`), and need nothing
//! from anywhere else. A path that is none of theirs goes to the calls of tills and wallets.

mod admin;
mod assets;
mod federation;
mod headers;
mod home;
mod say;
mod shell;
mod till;
mod trouble;
mod wallet;

use std::sync::Arc;

use axum::routing::get;
use axum::{Router, middleware};

use crate::http::{Site, localize, no_such_method, one_length};

pub use say::{Catalogues, Language};

/// What every page is given.
#[derive(Clone)]
struct Pages {
    site: Site,
    catalogues: Catalogues,
    /// What was read of charters and logs for the page of the federation.
    known: Arc<federation::Known>,
}

/// The pages, and behind them the calls of tills and wallets.
pub fn router(site: Site, calls: Router, catalogues: Catalogues) -> Router {
    let pages = Pages { site, catalogues, known: Arc::default() };
    Router::new()
        .route("/", get(home::show))
        .route("/till", get(till::show))
        .route("/federation", get(federation::show))
        .route("/g/{id}", get(wallet::front))
        .route("/c/{id}", get(wallet::front))
        .route("/b/{id}", get(wallet::front))
        .route("/wallet", get(wallet::to_folder))
        .route("/wallet/", get(wallet::front))
        .route("/wallet/{*path}", get(wallet::file))
        .route("/assets/{version}/{*path}", get(assets::show))
        .merge(admin::router())
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn(one_length))
        .layer(middleware::from_fn(localize))
        .fallback_service(calls)
        .layer(middleware::from_fn_with_state(pages.clone(), trouble::for_browsers))
        .with_state(pages)
}

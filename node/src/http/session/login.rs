//! `/admin/login`, `/admin/session` and `/admin/logout`, and what a form of a page has to carry.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts as _, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use zeroize::Zeroizing;

use super::Session;
use crate::http::body::{Call, answer, respond};
use crate::http::problem::{Code, Problem};
use crate::http::site::Site;
use crate::password::MAX_PASSWORD;

/// Where both lead, as seen from their own path, which a proxy may have put below another.
const PAGE: &str = "../admin";
/// Languages that a page can be told to be in; what follows keeps to it.
const LANGUAGES: [&str; 2] = ["lang=en", "lang=fr"];
/// The member of every form that shows that a page of this session made it.
const CSRF: &str = "csrf";

/// A form that a page of the manager's session sent (TILL-13).
pub struct Posted {
    /// Whose.
    pub session: Session,
    /// Its members by name.
    pub fields: BTreeMap<String, String>,
}

/// Without the fields: one may be a password.
impl std::fmt::Debug for Posted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Posted").field("session", &self.session).finish_non_exhaustive()
    }
}

impl FromRequest<Site> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        comes_from_here(&parts.headers, site)?;
        let session = Session::from_request_parts(&mut parts, site).await?;
        let call = Call::from_request(Request::from_parts(parts, body), site).await?;
        let mut fields = call.form()?;
        let shown = Zeroizing::new(fields.remove(CSRF).unwrap_or_default());
        if !session.is_in(&shown) {
            return Err(Problem::new(Code::FormRefused, "the form is of another session: load the page again"));
        }
        Ok(Self { session, fields })
    }
}

/// The manager signs in.
pub(in crate::http) async fn login(State(site): State<Site>, asked: Uri, call: Call) -> Response {
    match sign_in(&site, &call).await {
        Ok(cookies) => go_on(&asked, &cookies),
        Err(problem) => {
            let wait =
                problem.member("retry_after").and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok());
            let mut response = problem.into_response();
            if let Some(wait) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, wait);
            }
            response
        }
    }
}

async fn sign_in(site: &Site, call: &Call) -> Result<Vec<String>, Problem> {
    // There is no session yet that a form could show; and one that another page sends is told by the browser (TILL-13).
    comes_from_here(&call.headers, site)?;
    let mut fields = call.form()?;
    let password = Zeroizing::new(fields.remove("password").unwrap_or_default());
    if password.len() > MAX_PASSWORD {
        return Err(Problem::field("password", format!("a password has at most {MAX_PASSWORD} bytes")));
    }
    let from = call.from().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    site.manager.sign_in(password, site.manager.guesser(&call.headers, from)?).await
}

/// Whether there is a session, and what its forms carry.
pub(in crate::http) async fn show(session: Session) -> Response {
    respond(answer(StatusCode::OK, &json!({ "csrf": session.csrf() })))
}

/// The manager signs out.
pub(in crate::http) async fn logout(State(site): State<Site>, asked: Uri, posted: Posted) -> Response {
    site.manager.sign_out(&posted.session);
    go_on(&asked, &[site.manager.cookie(site.manager.cookie_name(), "", Duration::ZERO)])
}

/// Whoever reads the address of the form in their history, and opens it.
pub(in crate::http) async fn to_page(asked: Uri) -> Response {
    go_on(&asked, &[])
}

/// The page, with these cookies from now on.
fn go_on(asked: &Uri, cookies: &[String]) -> Response {
    let language = asked.query().and_then(|query| LANGUAGES.into_iter().find(|known| *known == query));
    let page = language.map_or_else(|| PAGE.to_owned(), |language| format!("{PAGE}?{language}"));
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Base64, names and numbers are all of ASCII.
    if let Ok(page) = HeaderValue::try_from(page) {
        headers.insert(header::LOCATION, page);
    }
    for cookie in cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Whether the browser says that a page of this node sent the form. Browsers that do not say so by `Sec-Fetch-Site` say
/// where the page came from by `Origin`; who says neither is no browser with a page of ours.
fn comes_from_here(headers: &HeaderMap, site: &Site) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let here = match (text("sec-fetch-site"), text("origin")) {
        (Some(relation), _) => relation == "same-origin",
        (None, Some(origin)) => {
            let base = site.base();
            let authority = |url: &str| {
                let rest = url.split_once("://").map(|(_, rest)| rest)?;
                rest.split('/').next().map(str::to_ascii_lowercase)
            };
            let said = authority(origin);
            let host = text("host").map(str::to_ascii_lowercase);
            said.is_some() && (said == host || said == authority(&base))
        }
        (None, None) => false,
    };
    let detail =
        "a page of another site sent this form, or no page at all: open the node's own page, and send it from there";
    if here { Ok(()) } else { Err(Problem::new(Code::FormRefused, detail)) }
}

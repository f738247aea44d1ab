//! Who comes in: a page is shown to a session, everybody else is asked for the password.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::http::{Code, Posted, Problem, Session};
use crate::pages::shell::Shell;
use crate::pages::{Pages, trouble};

/// Where the manager begins, from the root of the site.
const FRONT: &str = "admin";
/// Asked for by whoever sent a form after the end of their session.
const ENDED: (&str, &str) = ("ended", "yes");
/// Where the password goes.
const SIGN_IN: &str = "/admin/login";

/// What a sign-in can be refused with that is said beside the form, and how.
const REFUSED: [(Code, &str); 4] = [
    (Code::PasswordWrong, "admin-password-wrong"),
    (Code::RateLimited, "admin-password-wait"),
    (Code::FormRefused, "admin-form-refused"),
    (Code::RequestInvalid, "admin-password-wrong"),
];

/// A manager who is signed in, and the page around what they see.
pub(super) struct Admin {
    pub(super) shell: Shell,
    session: Session,
}

impl Admin {
    /// What every form of the page carries.
    pub(super) fn csrf(&self) -> String {
        self.session.csrf().to_owned()
    }

    /// The same, with a page in the place of another.
    pub(super) fn standing_at(self, path: &str) -> Self {
        Self { shell: self.shell.standing_at(path), ..self }
    }
}

impl FromRequestParts<Pages> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        let shell = Shell::of(parts, pages);
        match Session::from_request_parts(parts, &pages.site).await {
            Ok(session) => Ok(Self { shell: shell.repeating(), session }),
            Err(problem) if problem.code() == Code::SessionMissing => Err(match shell.is_at(FRONT) {
                true => sign_in(shell, pages, None),
                false => see_other(&shell.link(FRONT)),
            }),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

/// A form that a page of the session sent.
pub(super) struct Form {
    pub(super) admin: Admin,
    pub(super) fields: BTreeMap<String, String>,
}

impl FromRequest<Pages> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let shell = Shell::of(&parts, pages);
        let Posted { session, fields } = Posted::from_request(Request::from_parts(parts, body), &pages.site).await?;
        Ok(Self { admin: Admin { shell, session }, fields })
    }
}

#[derive(Template)]
#[template(path = "admin/login.html")]
struct Login {
    shell: Shell,
    wrong: Option<String>,
    /// A form was sent after the session's end.
    ended: bool,
    has_password: bool,
}

fn sign_in(shell: Shell, pages: &Pages, wrong: Option<String>) -> Response {
    let (language, ended) = (shell.say.language(), shell.asks(ENDED));
    trouble::shown(language, &Login { shell, wrong, ended, has_password: pages.site.has_manager() })
}

/// The page in the place of a refusal: the password again, or for the first time. Nothing if it is another's affair.
pub(in crate::pages) fn sign_in_again(
    pages: &Pages,
    shell: Shell,
    path: &str,
    refused: &Response,
) -> Result<Response, Shell> {
    let code = refused.extensions().get::<Code>().copied();
    if code == Some(Code::SessionMissing) {
        return Ok(see_other(&shell.link_with(FRONT, &[ENDED])));
    }
    let said = REFUSED.iter().find(|(refusal, _)| path == SIGN_IN && code == Some(*refusal));
    let Some((_, said)) = said else { return Err(shell) };
    let wrong = Some(shell.say.text(said));
    let mut response = sign_in(shell.standing_at(FRONT), pages, wrong);
    *response.status_mut() = refused.status();
    if let Some(wait) = refused.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    say_origin(&mut response);
    Ok(response)
}

/// A browser that does not say `Sec-Fetch-Site` says by `Origin` where a form is from (TILL-13), and not even that on a page
/// that forbids it to say where it was.
pub(super) async fn with_origin(mut response: Response) -> Response {
    say_origin(&mut response);
    response
}

fn say_origin(response: &mut Response) {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

/// Another page, to be asked for by GET.
pub(super) fn see_other(address: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

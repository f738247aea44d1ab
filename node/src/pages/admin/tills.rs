//! Tills: who may do what, how much each gave away, a new one, and one no more (TILL-21).

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ronde_protocol::message::amount::Points;

use super::gate::{Admin, Form, see_other};
use crate::http::Problem;
use crate::pages::say::{Say, Value};
use crate::pages::shell::Shell;
use crate::pages::{Pages, trouble};
use crate::qr;
use crate::shop::{Answer, NewTill, Scope, Shop, ShopError, TillCaps, TillError, TillView, Token};

/// What a till may be given here, with the name of its field and what it lets a till do. What the manager does by program
/// is given at the node's machine alone: whoever takes over a browser can't make it last (TILL-21).
const SCOPES: [(Scope, &str, &str); 3] = [
    (Scope::Grant, "may_grant", "admin-may-grant"),
    (Scope::Redeem, "may_redeem", "admin-may-redeem"),
    (Scope::Refund, "may_refund", "admin-may-refund"),
];

#[derive(Template)]
#[template(path = "admin/tills.html")]
struct Tills {
    shell: Shell,
    csrf: String,
    tills: Vec<Till>,
    revoked: Vec<Till>,
    /// Why the till that was asked for is not added.
    wrong: Option<String>,
    /// What the form says.
    entry: Entry,
    store_caps: Vec<String>,
}

struct Till {
    name: String,
    may: String,
    given: String,
    caps: Option<String>,
    last_used: String,
    added: String,
}

/// The form of a new till.
struct Entry {
    name: String,
    scopes: Vec<(&'static str, String, bool)>,
    cap_grant: String,
    cap_day: String,
}

#[derive(Template)]
#[template(path = "admin/till_added.html")]
struct Added {
    shell: Shell,
    csrf: String,
    name: String,
    link: String,
    /// The link as a QR code, as an address of an image.
    code: Option<String>,
}

/// The list.
pub(super) async fn show(State(pages): State<Pages>, admin: Admin) -> Result<Response, Problem> {
    let entry = Entry::fresh(&admin.shell.say);
    list(&pages, admin, entry, None)
}

/// Where a form was sent, read from a browser's history.
pub(super) async fn to_list(admin: Admin) -> Response {
    see_other(&admin.shell.link("admin/tills"))
}

fn list(pages: &Pages, admin: Admin, entry: Entry, wrong: Option<String>) -> Result<Response, Problem> {
    let csrf = admin.csrf();
    let Admin { shell, .. } = admin;
    let say = shell.say.clone();
    let shop = pages.site.shop();
    let (revoked, in_use): (Vec<_>, Vec<_>) =
        shop.till_views()?.into_iter().partition(|view| view.till.revoked.is_some());
    let view = |all: Vec<TillView>| all.iter().map(|till| till_of(&say, shop, till)).collect();
    let store_caps = store_caps(&say, shop);
    let page = Tills { csrf, tills: view(in_use), revoked: view(revoked), wrong, entry, store_caps, shell };
    Ok(trouble::shown(say.language(), &page))
}

fn till_of(say: &Say, shop: &Shop, view: &TillView) -> Till {
    let may = |scope: &Scope| {
        let known = SCOPES.iter().find(|(known, ..)| known == scope);
        say.text(known.map_or("admin-may-manage", |(_, _, text)| text))
    };
    let may: Vec<String> = view.till.scopes.iter().map(may).collect();
    let day = view.caps.day.or(shop.caps().till);
    let caps: Vec<String> = [("admin-cap-grant-of", view.caps.grant), ("admin-cap-day-of", day)]
        .into_iter()
        .filter_map(|(id, most)| most.map(|most| say.count(id, most.0)))
        .collect();
    let last_used = view.last_used.and_then(|day| day.start()).map(|day| say.day(day));
    Till {
        name: view.till.name.to_string(),
        may: may.join(", "),
        given: say.number(view.given_today.0),
        caps: (!caps.is_empty()).then(|| caps.join(", ")),
        last_used: last_used.unwrap_or_else(|| say.text("admin-never")),
        added: say.day(view.till.added),
    }
}

/// What holds for all tills that have no cap of their own.
fn store_caps(say: &Say, shop: &Shop) -> Vec<String> {
    let caps = shop.caps();
    [("admin-cap-grant-all", caps.grant), ("admin-cap-till-all", caps.till), ("admin-cap-store-all", caps.store)]
        .into_iter()
        .filter_map(|(id, most)| most.map(|most| say.count(id, most.0)))
        .collect()
}

impl Entry {
    /// A till at a counter gives and takes.
    fn fresh(say: &Say) -> Self {
        let scopes = SCOPES.iter().map(|(scope, field, text)| (*field, say.text(text), *scope != Scope::Refund));
        Self { name: String::new(), scopes: scopes.collect(), cap_grant: String::new(), cap_day: String::new() }
    }

    fn of(form: &Form) -> Self {
        let field = |name: &str| form.fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        let say = &form.admin.shell.say;
        let scopes = SCOPES.iter().map(|(_, name, text)| (*name, say.text(text), form.fields.contains_key(*name)));
        Self { name: field("name"), scopes: scopes.collect(), cap_grant: field("cap_grant"), cap_day: field("cap_day") }
    }

    /// The till that it asks for, or what it can't be.
    fn till(&self) -> Result<NewTill, &'static str> {
        let chosen = SCOPES.iter().zip(&self.scopes).filter(|(_, (_, _, chosen))| *chosen);
        let scopes: Vec<Scope> = chosen.map(|((scope, ..), _)| *scope).collect();
        let cap = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(|points| Some(Points(points))).map_err(|_| "admin-till-wrong-cap"),
        };
        let caps = TillCaps { grant: cap(&self.cap_grant)?, day: cap(&self.cap_day)? };
        Ok(NewTill { name: self.name.clone(), scopes, caps })
    }
}

/// What a refusal means to whoever filled in the form.
fn refused(error: &ShopError) -> Option<&'static str> {
    let ShopError::Till(error) = error else { return None };
    Some(match error {
        TillError::Name | TillError::Revoked => "admin-till-wrong-name",
        TillError::Taken => "admin-till-taken",
        TillError::Scopes => "admin-till-wrong-scopes",
        TillError::TooMany => "admin-till-too-many",
    })
}

/// A till is added; its token is on this page and nowhere else.
pub(super) async fn add(State(pages): State<Pages>, form: Form) -> Result<Response, Problem> {
    let entry = Entry::of(&form);
    let Form { admin, .. } = form;
    let wrong = match entry.till() {
        Err(wrong) => wrong,
        Ok(new) => {
            // Shown once, so there is nothing to be kept for a request that is repeated.
            let token = |_, token: Token, _| Answer { status: 200, body: token.expose().into() };
            match pages.site.shop().add_till(new, None, token).await {
                Ok(answer) => return Ok(added(&pages, admin, &entry.name, &answer)),
                Err(error) => match refused(&error) {
                    Some(wrong) => wrong,
                    None => return Err(error.into()),
                },
            }
        }
    };
    let wrong = Some(admin.shell.say.text(wrong));
    list(&pages, admin.standing_at("admin/tills"), entry, wrong)
}

fn added(pages: &Pages, admin: Admin, name: &str, answer: &Answer) -> Response {
    let csrf = admin.csrf();
    let Admin { shell, .. } = admin;
    let link = format!("{}/till#{}", pages.site.base(), String::from_utf8_lossy(&answer.body));
    let code = qr::svg(&link).ok().map(|svg| format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)));
    let language = shell.say.language();
    trouble::shown(
        language,
        &Added { shell: shell.standing_at("admin/tills"), csrf, name: name.to_owned(), link, code },
    )
}

/// A till's token opens nothing any more.
pub(super) async fn revoke(State(pages): State<Pages>, form: Form) -> Result<Response, Problem> {
    let name = form.fields.get("name").cloned().unwrap_or_default();
    pages.site.shop().revoke_till(name).await?;
    Ok(see_other(&form.admin.shell.link("admin/tills")))
}

impl Till {
    /// What the page says of a till whose token is taken away.
    fn really(&self, say: &Say) -> String {
        say.with("admin-revoke-really", &[("name", Value::Text(self.name.clone()))])
    }
}

//! What stands behind the code that a customer reads out.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use ronde_protocol::machine::till::basket::BasketState;
use ronde_protocol::machine::till::checkout::CheckoutState;
use ronde_protocol::machine::till::code::OrderCode;
use ronde_protocol::machine::till::grant::{Grant, GrantState};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::order::Seconds;
use serde::Deserialize;

use super::gate::Admin;
use super::span::{midnight, zone, zone_name};
use crate::earning::{Moment, clock_time};
use crate::http::Problem;
use crate::pages::say::{Say, Value};
use crate::pages::shell::Shell;
use crate::pages::{Pages, trouble};
use crate::shop::{BasketView, CheckoutView, Detail, GrantLinks, Traced};

/// What is looked for.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    code: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/find.html")]
struct Find {
    shell: Shell,
    csrf: String,
    zone: String,
    code: String,
    /// Why there is nothing to show.
    wrong: Option<String>,
    found: Vec<Found>,
}

/// A basket, grant or checkout.
struct Found {
    title: String,
    code: String,
    state: String,
    facts: Vec<Fact>,
}

/// Something that is known of it: what, and its value.
type Fact = (String, String);

/// The page.
pub(super) async fn show(
    State(pages): State<Pages>,
    admin: Admin,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let csrf = admin.csrf();
    let Admin { shell, .. } = admin;
    let say = shell.say.clone();
    let typed = asked.code.unwrap_or_default().trim().to_owned();
    let code = typed.parse::<OrderCode>().ok();
    let shop = pages.site.shop();
    let (baskets, traced) = match code {
        Some(code) => (shop.baskets_of_code(code).await?, shop.trace(code).await?),
        None => (Vec::new(), Vec::new()),
    };
    let wrong = match (typed.is_empty(), code, baskets.is_empty() && traced.is_empty()) {
        (true, ..) | (false, Some(_), false) => None,
        (false, None, _) => Some(say.text("admin-find-no-code")),
        (false, Some(_), true) => Some(say.text("admin-find-nothing")),
    };
    let zone = zone(&shop.rules());
    let made = |time: Seconds, found: Found| {
        let made = (say.text("admin-fact-made"), moment(&say, &zone, time));
        Found { facts: [vec![made], found.facts].concat(), ..found }
    };
    let mut all: Vec<Found> = baskets.iter().map(|view| made(view.record.time, basket(&say, view))).collect();
    for traced in &traced {
        let mut found = made(made_at(traced), found(&say, traced));
        if let Traced::Grant(id, ..) = traced {
            found.facts.extend(links(&say, &shop.grant_links(*id)?));
        }
        all.push(found);
    }
    let page = Find {
        zone: zone_name(&zone),
        shell,
        csrf,
        code: code.map_or(typed, |code| code.to_string()),
        wrong,
        found: all,
    };
    Ok(trouble::shown(say.language(), &page))
}

fn found(say: &Say, traced: &Traced) -> Found {
    let code = traced.id().code().to_string();
    match traced {
        Traced::Grant(_, grant, detail) => {
            let state = say.count(grant_text(grant.state()), grant.terms().points.0);
            let mut facts = grant_facts(say, grant);
            facts.extend(details(say, detail.as_ref()));
            Found { title: say.text("admin-found-grant"), code, state, facts }
        }
        Traced::Checkout(view, detail) => {
            let state = say.count(checkout_text(view.checkout.state()), paid(view).0);
            let mut facts = checkout_facts(say, view);
            facts.extend(details(say, detail.as_ref()));
            Found { title: say.text("admin-found-checkout"), code, state, facts }
        }
    }
}

/// A basket; its payment and its grant are shown below it, under the same code.
fn basket(say: &Say, view: &BasketView) -> Found {
    let record = &view.record;
    let state = match view.state() {
        BasketState::Open => "admin-basket-open",
        BasketState::Settled => "admin-basket-settled",
        BasketState::Complete => "admin-basket-complete",
        BasketState::Cancelled => "admin-basket-cancelled",
        BasketState::Expired => "admin-basket-expired",
    };
    let points = |points: Points| say.count("admin-points", points.0);
    let mut facts = vec![(say.text("admin-fact-costs"), say.euros(record.basket.sums().0.0))];
    facts.extend(view.paid().map(|paid| (say.text("admin-fact-paid"), points(paid))));
    facts.push((say.text("admin-fact-money"), say.euros(record.basket.to_pay().0)));
    facts.push((say.text("admin-fact-earns"), points(view.earns().points)));
    facts.push((say.text("admin-fact-till"), record.till.to_string()));
    facts.extend(record.bonus.as_ref().map(|bonus| (say.text("admin-fact-bonus"), bonus.to_string())));
    Found { title: say.text("admin-found-basket"), code: view.id.code().to_string(), state: say.text(state), facts }
}

/// What a grant has to do with others.
fn links(say: &Say, links: &GrantLinks) -> Vec<Fact> {
    let mut facts = Vec::new();
    let of = links.of_checkout.map(|checkout| ("admin-fact-gives-back", checkout.code().to_string()));
    let instead = links.instead.map(|grant| ("admin-fact-instead", grant.code().to_string()));
    facts.extend(of.into_iter().chain(instead).map(|(id, code)| (say.text(id), code)));
    if links.pays_back.is_some() {
        facts.push((say.text("admin-fact-gives-back"), say.text("admin-too-late")));
    }
    if links.goodwill {
        facts.push((say.text("admin-fact-goodwill"), say.text("admin-yes")));
    }
    facts
}

fn grant_facts(say: &Say, grant: &Grant) -> Vec<Fact> {
    let terms = grant.terms();
    let points = say.count("admin-points", terms.points.0);
    let mut facts = vec![(say.text("admin-fact-points"), points)];
    let vouchers: u64 = terms.vouchers.iter().map(|voucher| u64::from(voucher.count)).sum();
    if vouchers > 0 {
        facts.push((say.text("admin-fact-with"), say.count("admin-vouchers", vouchers)));
    }
    if terms.ballot.is_some() {
        facts.push((say.text("admin-fact-with"), say.text("admin-a-ballot")));
    }
    facts
}

fn checkout_facts(say: &Say, view: &CheckoutView) -> Vec<Fact> {
    let points = |points: Points| say.count("admin-points", points.0);
    let offer = view.checkout.offer();
    let mut facts = vec![
        (say.text("admin-fact-most"), points(offer.max)),
        (say.text("admin-fact-paid"), points(view.checkout.paid())),
    ];
    if view.returned > Points::ZERO {
        facts.push((say.text("admin-fact-returned"), points(view.returned)));
    }
    if view.votes > 0 {
        facts.push((say.text("admin-fact-votes"), say.number(u64::try_from(view.votes).unwrap_or(u64::MAX))));
    }
    facts.extend(view.refunds.iter().map(|refund| {
        let code = refund.grant.map(|(grant, _)| format!(" ({})", grant.code())).unwrap_or_default();
        (say.text("admin-fact-owed"), format!("{}{code}", points(refund.points)))
    }));
    facts
}

fn made_at(traced: &Traced) -> Seconds {
    match traced {
        Traced::Grant(_, grant, _) => grant.time(),
        Traced::Checkout(view, _) => view.checkout.offer().time,
    }
}

/// Day and time as the clock in the shop shows them.
fn moment(say: &Say, zone: &TimeZone, time: Seconds) -> String {
    let Moment { date, minute } = Moment::new(time, zone);
    say.with("admin-moment", &[("day", Value::Day(midnight(date))), ("time", Value::Text(clock_time(minute)))])
}

fn grant_text(state: GrantState) -> &'static str {
    match state {
        GrantState::Open => "admin-grant-open",
        GrantState::Pending(_) => "admin-grant-pending",
        GrantState::Claimed(_) => "admin-grant-claimed",
        GrantState::Cancelled => "admin-grant-cancelled",
        GrantState::Expired => "admin-grant-expired",
    }
}

fn checkout_text(state: CheckoutState) -> &'static str {
    match state {
        CheckoutState::Open => "admin-checkout-open",
        CheckoutState::Presented => "admin-checkout-presented",
        CheckoutState::Pending(_) => "admin-checkout-pending",
        CheckoutState::Accepted(_) => "admin-checkout-accepted",
        CheckoutState::Refused(_) => "admin-checkout-refused",
        CheckoutState::Expired => "admin-checkout-expired",
        CheckoutState::Cancelled => "admin-checkout-cancelled",
        CheckoutState::AcceptedLate(_) => "admin-checkout-late",
    }
}

/// What was paid, or came too late.
fn paid(view: &CheckoutView) -> Points {
    let late = view.refunds.first().map_or(Points::ZERO, |refund| refund.points);
    if view.checkout.paid() > Points::ZERO { view.checkout.paid() } else { late }
}

fn details(say: &Say, detail: Option<&Detail>) -> Vec<Fact> {
    let Some(detail) = detail else { return vec![(say.text("admin-fact-till"), say.text("admin-by-itself"))] };
    let mut facts = vec![(say.text("admin-fact-till"), detail.till.to_string())];
    facts.extend(detail.eligible_cents.map(|cents| (say.text("admin-fact-basket"), say.euros(cents))));
    facts.extend(detail.bonus.as_ref().map(|bonus| (say.text("admin-fact-bonus"), bonus.to_string())));
    facts.extend(detail.reason.as_ref().map(|reason| (say.text("admin-fact-reason"), reason.to_string())));
    facts
}

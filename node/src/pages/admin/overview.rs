//! What a manager sees first: how it goes.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use ronde_protocol::message::charter::Charter;

use super::alerts::{Lamp, Looked, lamp};
use super::chart::{Chart, by_day, by_hour, day_lines};
use super::figures::{Figures, Line, figures};
use super::gate::Admin;
use super::given::{Given, given};
use super::in_hand::{Row, SHOWN, Used, rows, used};
use super::span::{Asked, Span, Tab, zone_name};
use crate::date::DAY;
use crate::earning::Period;
use crate::http::Problem;
use crate::pages::shell::Shell;
use crate::pages::{Pages, trouble};
use crate::shop::{InHand, Shop};

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Overview {
    shell: Shell,
    csrf: String,
    lamp: Lamp,
    span: Shown,
    figures: Figures,
    chart: Option<Chart>,
    days: Vec<Line>,
    issued: Used,
    cap: Option<Used>,
    open: String,
    orders: Vec<Row>,
    given: Given,
}

/// The span as it is shown.
struct Shown {
    title: String,
    tabs: Vec<Tab>,
    earlier: Option<String>,
    later: Option<String>,
    statement: String,
    zone: String,
    is_day: bool,
}

/// The page.
pub(super) async fn show(
    State(pages): State<Pages>,
    admin: Admin,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let csrf = admin.csrf();
    let Admin { shell, .. } = admin;
    let (site, say) = (&pages.site, shell.say.clone());
    let (shop, desk, charter) = (site.shop(), site.desk(), site.charter());
    let now = shop.now();
    let span = Span::of(&asked, &shop.rules(), now);
    let (status, in_hand) = (desk.status().await?, desk.in_hand(SHOWN).await?);
    let issued = issued(shop, &charter, &in_hand)?;
    let looked = Looked { say: &say, charter: &charter, status: &status, in_hand: &in_hand, issued, now };
    let hours = shop.totals_by_hour(None, &span.seconds)?;
    let totals = shop.totals(None, &span.seconds)?;
    let days = if span.period == Period::Day { Vec::new() } else { day_lines(&say, &by_day(&hours, &span.zone)) };
    let cap = shop.caps().store;
    let given_today = shop.till_views()?.iter().map(|till| till.given_today.0).fold(0, u64::saturating_add);
    let page = Overview {
        csrf,
        lamp: lamp(&looked, site)?,
        figures: figures(&say, &totals),
        chart: by_hour(&say, &hours, &span.zone),
        days,
        issued: used(&say, "admin-limit", issued.0, issued.1),
        cap: cap.map(|most| used(&say, "admin-cap", given_today, most.0)),
        open: say.count("admin-open", status.open_orders),
        orders: rows(&say, &in_hand),
        given: given(&pages, &say, &charter, now).await?,
        span: Shown {
            title: span.title(&say),
            tabs: span.tabs(&shell),
            earlier: span.earlier(&shell),
            later: span.later(&shell),
            statement: span.same(&shell, "admin/statement.csv"),
            zone: zone_name(&span.zone),
            is_day: span.period == Period::Day,
        },
        shell,
    };
    Ok(trouble::shown(say.language(), &page))
}

/// Points that the store issued today in UTC, and may. A shop that is no witness counts what was claimed and pledged.
fn issued(shop: &Shop, charter: &Charter, in_hand: &InHand) -> Result<(u64, u64), Problem> {
    let most = charter.store(shop.store()).map_or(0, |store| store.daily_limit.0);
    let today = shop.now() / DAY * DAY;
    let used = match in_hand.issued_today {
        Some(points) => points.0,
        None => {
            let totals = shop.totals(None, &(today..today.saturating_add(DAY)))?;
            [totals.went_back, totals.late_back, totals.pledged]
                .iter()
                .fold(totals.claimed, |sum, more| sum.saturating_add(*more))
        }
    };
    Ok((used, most))
}

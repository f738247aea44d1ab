//! The numbers of a day, week or month as a table that a spreadsheet opens.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::chart::by_day;
use super::figures::{baskets, cents, net, pledged};
use super::gate::Admin;
use super::span::{Asked, Span};
use crate::earning::{Moment, Period, clock_time};
use crate::http::Problem;
use crate::pages::Pages;
use crate::pages::headers::secure;
use crate::pages::say::{Language, Say};
use crate::shop::Totals;

/// So that a spreadsheet knows the letters for what they are.
const MARK: &str = "\u{feff}";

/// Names of the columns.
const COLUMNS: [&str; 16] = [
    "admin-column-time",
    "admin-column-baskets",
    "admin-column-worth",
    "admin-column-given",
    "admin-column-withdrawn",
    "admin-column-claims",
    "admin-column-claimed",
    "admin-column-payments",
    "admin-column-taken",
    "admin-column-net",
    "admin-column-pledged",
    "admin-column-goodwill",
    "admin-column-returns",
    "admin-column-back",
    "admin-column-points-back",
    "admin-column-went-back",
];

/// A file of the span: by the hour for a day, otherwise by the day.
pub(super) async fn show(
    State(pages): State<Pages>,
    admin: Admin,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let shop = pages.site.shop();
    let span = Span::of(&asked, &shop.rules(), shop.now());
    let hours = shop.totals_by_hour(None, &span.seconds)?;
    let rows: BTreeMap<String, Totals> = match span.period {
        Period::Day => {
            // The hour that comes twice when the clock is turned back is one line.
            let mut rows: BTreeMap<String, Totals> = BTreeMap::new();
            for (start, totals) in &hours {
                let Moment { date, minute } = Moment::new(*start, &span.zone);
                rows.entry(format!("{date} {}", clock_time(minute))).or_default().add(totals);
            }
            rows
        }
        _ => by_day(&hours, &span.zone).into_iter().map(|(day, totals)| (day.to_string(), totals)).collect(),
    };
    let text = written(&admin.shell.say, &rows);
    let name = format!("attachment; filename=\"ronde-{}-{}.csv\"", span.name, span.first());
    let mut response = text.into_response();
    secure(&mut response);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Numbers, and names without a quote: nothing in it has to be escaped, and no spreadsheet takes any of it for a formula.
/// Where a comma stands between euros and cents, a semicolon stands between numbers.
fn written(say: &Say, rows: &BTreeMap<String, Totals>) -> String {
    let (comma, point) = if say.language() == Language::French { (";", ',') } else { (",", '.') };
    let names: Vec<String> = COLUMNS.iter().map(|id| say.text(id)).collect();
    let mut lines = vec![names.join(comma)];
    for (name, totals) in rows {
        let euros = |cents: u64| format!("{}{point}{:02}", cents / 100, cents % 100);
        let fields = [
            name.clone(),
            baskets(totals).to_string(),
            euros(cents(totals)),
            totals.standing().0.to_string(),
            totals.withdrawn.to_string(),
            totals.claims.to_string(),
            totals.claimed.to_string(),
            totals.checkouts.to_string(),
            totals.redeemed.to_string(),
            net(totals).to_string(),
            pledged(totals).to_string(),
            totals.goodwill.to_string(),
            totals.returns.to_string(),
            euros(totals.cents_back),
            totals.points_back.to_string(),
            totals.went_back.to_string(),
        ];
        lines.push(fields.join(comma));
    }
    format!("{MARK}{}\r\n", lines.join("\r\n"))
}

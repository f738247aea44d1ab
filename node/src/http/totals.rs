//! `/v1/totals` and `/v1/books/{report}`: what the store did, and how it stands, for whoever keeps its accounts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ronde_protocol::machine::books::Account;
use ronde_protocol::message::order::Seconds;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Call, Path, answer, respond};
use super::problem::schema::{READ, TOKEN, problems};
use super::problem::{Code, Problem};
use super::public::BooksView;
use super::site::Site;
use crate::date::rfc3339;
use crate::earning::{Moment, Period, days};
use crate::forms;
use crate::shop::{KeysetBooks, Scope, Totals};

/// Days that are shown by the hour at once.
const MOST_BY_HOUR: u64 = 62;
/// Days that are shown otherwise at once.
const MOST: u64 = 3_660;
const DAY: Seconds = 86_400;

/// What a row sums up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(rename_all = "snake_case")]
enum By {
    Hour,
    #[default]
    Day,
    Month,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct TotalsQuery {
    /// The first day by the store's own clock, `2026-05-01`; today if missing.
    #[param(value_type = forms::Day, required = false)]
    from: Option<String>,
    /// The last day, which is included; today if missing.
    #[param(value_type = forms::Day, required = false)]
    to: Option<String>,
    /// What a row sums up; a day if missing.
    #[param(value_type = By, inline, required = false)]
    by: Option<By>,
    /// Of one till alone, by its name.
    #[param(value_type = String, required = false)]
    till: Option<String>,
}

/// The sums of an hour, day or month.
#[derive(Serialize, ToSchema)]
#[schema(as = TotalsRow)]
struct Row {
    /// When it begins.
    #[schema(value_type = forms::Time)]
    begins: String,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TotalsOf)]
struct View {
    /// Whose clock says when a day begins: a time zone's name.
    zone: String,
    /// Of all rows.
    totals: Totals,
    /// Those in which something happened, the earliest first.
    rows: Vec<Row>,
}

problems! { TotalsProblems: READ, TOKEN, &[Code::RequestInvalid] }
problems! { ReportProblems: READ, TOKEN, &[Code::RequestInvalid, Code::NotFound] }

/// By whose clock a day begins: that of the store's rules.
fn zone(site: &Site) -> TimeZone {
    site.shop.rules().earn.as_ref().map_or(TimeZone::UTC, |earn| earn.zone.clone())
}

fn day(field: &str, text: Option<&str>, today: Date) -> Result<Date, Problem> {
    let Some(text) = text else { return Ok(today) };
    let read = Some(text).filter(|text| text.len() == "2026-05-01".len()).and_then(|text| text.parse().ok());
    read.ok_or_else(|| Problem::field(field, format!("{field} is a day, such as 2026-05-01")))
}

fn span(query: &TotalsQuery, now: Seconds, zone: &TimeZone) -> Result<Range<Seconds>, Problem> {
    let today = Moment::new(now, zone).date;
    let (first, last) = (day("from", query.from.as_deref(), today)?, day("to", query.to.as_deref(), today)?);
    let span = days(first, last, zone);
    if first > last {
        return Err(Problem::field("to", "the last day is before the first"));
    }
    let most = if query.by == Some(By::Hour) { MOST_BY_HOUR } else { MOST };
    if (span.end.saturating_sub(span.start)) / DAY > most {
        return Err(Problem::field("to", format!("ask for at most {most} days at a time")));
    }
    Ok(span)
}

/// Hours put together to rows, each by its first second.
fn rows(site: &Site, query: &TotalsQuery) -> Result<(TimeZone, BTreeMap<Seconds, Totals>), Problem> {
    let zone = zone(site);
    let span = span(query, site.shop.now(), &zone)?;
    let mut rows: BTreeMap<Seconds, Totals> = BTreeMap::new();
    for (hour, totals) in site.shop.totals_by_hour(query.till.as_deref(), &span)? {
        // An hour that a day begins in the middle of counts for that day.
        let inside = hour.max(span.start);
        let begins = match query.by.unwrap_or_default() {
            By::Hour => hour,
            By::Day => Period::Day.around(inside, &zone).start,
            By::Month => Period::Month.around(inside, &zone).start,
        };
        rows.entry(begins).or_default().add(&totals);
    }
    Ok((zone, rows))
}

/// What the store did, or one till, by hour, day or month.
#[utoipa::path(
    get, path = "/v1/totals", operation_id = "readTotals", tag = "tills", security(("token" = ["manager"])),
    params(TotalsQuery), responses((status = 200, description = "Nothing of it is about a customer.", body = View), TotalsProblems),
)]
pub(super) async fn totals(State(site): State<Site>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Manager)?;
    let (zone, rows) = rows(&site, &call.query()?)?;
    let mut totals = Totals::default();
    rows.values().for_each(|row| totals.add(row));
    let rows = rows.into_iter().map(|(begins, totals)| Row { begins: rfc3339(begins), totals }).collect();
    let zone = zone.iana_name().unwrap_or("UTC").to_owned();
    Ok(respond(answer(StatusCode::OK, &View { zone, totals, rows })))
}

/// A report, as a file.
#[utoipa::path(
    get, path = "/v1/books/{report}", operation_id = "readReport", tag = "federation", security(("token" = ["manager"])),
    params(
        ("report" = String, Path, description = "`positions.json`, `positions.csv` or `totals.csv`."),
        TotalsQuery,
    ),
    responses(
        (status = 200, description = "How all stand by the node's own logs, or what this store did: rows as of `/v1/totals`.",
            content((BooksView = "application/json"), (String = "text/csv"))),
        ReportProblems,
    ),
)]
pub(super) async fn report(State(site): State<Site>, path: Path<String>, call: Call) -> Result<Response, Problem> {
    site.authorize(&call, Scope::Manager)?;
    match path.0.as_str() {
        "positions.json" => Ok(respond(answer(StatusCode::OK, &BooksView { keysets: site.desk.books().await? }))),
        "positions.csv" => Ok(csv("positions.csv", positions(&site.desk.books().await?))),
        "totals.csv" => Ok(csv("totals.csv", table(&rows(&site, &call.query()?)?.1))),
        _ => Err(Problem::new(Code::NotFound, "there is positions.json, positions.csv and totals.csv")),
    }
}

/// A file that a browser keeps. No value in it has a comma, a quote or a line's end (RFC 4180).
fn csv(name: &'static str, text: String) -> Response {
    let kept = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(kept).unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    (headers, text).into_response()
}

fn positions(books: &[KeysetBooks]) -> String {
    let mut text =
        String::from("keyset,account,issued,redeemed,donated,pledged,vouchers_honoured,vouchers_funded,position\r\n");
    for (keyset, line) in books.iter().flat_map(|books| books.accounts.iter().map(|line| (books.keyset, line))) {
        let account = match line.account {
            Account::Store(id) => format!("store {id}"),
            Account::Association(id) => format!("association {id}"),
            Account::Pool => "pool".to_owned(),
        };
        let (issued, redeemed, donated, pledged) = (line.issued, line.redeemed, line.donated, line.pledged);
        let (honoured, funded, position) = (line.vouchers_honoured, line.vouchers_funded, line.position);
        let row = format!("{keyset},{account},{issued},{redeemed},{donated},{pledged},{honoured},{funded},{position}");
        let _ = write!(text, "{row}\r\n");
    }
    text
}

fn table(rows: &BTreeMap<Seconds, Totals>) -> String {
    let mut text = format!("begins,{}\r\n", Totals::NAMES.join(","));
    for (begins, totals) in rows {
        let mut totals = *totals;
        let numbers = totals.numbers().map(|number| number.to_string());
        let _ = write!(text, "{},{}\r\n", rfc3339(*begins), numbers.join(","));
    }
    text
}

//! What a basket earns by the shop's own rules, and what one would earn at another time.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use ronde_protocol::machine::till::grant::GrantTerms;
use ronde_protocol::message::order::Seconds;
use serde::Deserialize;

use super::gate::Admin;
use super::rules::{Offer, Rule, offers, rules};
use super::span::{zone, zone_name};
use super::steps::{Tried, tried};
use crate::earning::{Earn, MAX_BASKET_CENTS, Moment, clock_time, reckon};
use crate::http::Problem;
use crate::pages::shell::Shell;
use crate::pages::{Pages, trouble};

/// What is to be tried.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    euros: Option<String>,
    day: Option<String>,
    time: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/earning.html")]
struct Earning {
    shell: Shell,
    csrf: String,
    has_rules: bool,
    zone: String,
    rules: Vec<Rule>,
    offers: Vec<Offer>,
    entry: Entry,
    tried: Option<Tried>,
    wrong: Option<String>,
}

/// The form of a basket.
struct Entry {
    euros: String,
    day: String,
    time: String,
}

/// The page.
pub(super) async fn show(
    State(pages): State<Pages>,
    admin: Admin,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let csrf = admin.csrf();
    let Admin { shell, .. } = admin;
    let say = shell.say.clone();
    let (shop, charter) = (pages.site.shop(), pages.site.charter());
    let (own, now) = (shop.rules(), shop.now());
    let entry = Entry::of(&asked, &zone(&own), now);
    let (tried, wrong) = match own.earn.as_ref().filter(|_| asked.euros.is_some()) {
        None => (None, None),
        Some(earn) => match entry.read(earn) {
            Err(wrong) => (None, Some(say.text(wrong))),
            Ok((cents, at)) => {
                let nothing = GrantTerms::default();
                let given = (&*charter, &shop.given(earn)?);
                let earned = reckon(earn, cents, &nothing, shop.store(), at, given);
                (Some(tried(&say, &charter, &own, cents, &earned)), None)
            }
        },
    };
    let page = Earning {
        csrf,
        has_rules: own.earn.is_some(),
        zone: zone_name(&zone(&own)),
        rules: rules(&say, &charter, &own),
        offers: offers(&say, &charter, shop.store()),
        entry,
        tried,
        wrong,
        shell,
    };
    Ok(trouble::shown(say.language(), &page))
}

impl Entry {
    /// What was typed, or a basket of now.
    fn of(asked: &Asked, zone: &TimeZone, now: Seconds) -> Self {
        let Moment { date, minute } = Moment::new(now, zone);
        let typed = |text: &Option<String>| text.as_ref().map(|text| text.trim().to_owned());
        let chosen = |text: &Option<String>| typed(text).filter(|text| !text.is_empty());
        Self {
            euros: typed(&asked.euros).unwrap_or_default(),
            day: chosen(&asked.day).unwrap_or_else(|| date.to_string()),
            time: chosen(&asked.time).unwrap_or_else(|| clock_time(minute)),
        }
    }

    /// Cents and a time, or what is wrong. A time that the clock skips is moved on by an hour, of one that comes twice it
    /// is the first.
    fn read(&self, earn: &Earn) -> Result<(u64, Seconds), &'static str> {
        let cents = cents(&self.euros).filter(|cents| *cents <= MAX_BASKET_CENTS).ok_or("admin-try-wrong-euros")?;
        let day: Date = self.day.parse().map_err(|_| "admin-try-wrong-day")?;
        let time: Time = self.time.parse().map_err(|_| "admin-try-wrong-time")?;
        let at = earn.zone.to_timestamp(day.to_datetime(time)).ok();
        let at = at.and_then(|at| u64::try_from(at.as_second()).ok()).ok_or("admin-try-wrong-day")?;
        Ok((cents, at))
    }
}

/// `42`, `42.1`, `42,10` as cents.
fn cents(text: &str) -> Option<u64> {
    let (euros, cents) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if euros.is_empty() || cents.len() > 2 || !is_number(euros) || !is_number(cents) {
        return None;
    }
    format!("{euros}{cents:0<2}").parse().ok()
}

#[cfg(test)]
mod tests;

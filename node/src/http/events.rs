//! `/v1/events`

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use utoipa::IntoParams;

use super::body::Call;
use super::problem::schema::{READ, problems};
use super::problem::{Code, Problem};
use super::serve::{Parting, Turn};
use super::site::Site;
use super::streams::Seat;
use crate::shop::events::Event;
use crate::shop::{Scope, Shop, ShopError, Token};
use crate::{clock, forms};

/// Events that are read from the log in one go: what a stream holds, whether or not its reader takes it.
const PAGE: usize = 32;
/// How long a reader that lost its line should wait before it comes back.
const COME_BACK: std::time::Duration = std::time::Duration::from_secs(2);
/// The event that says that others are missing; it stands in no log (EVENT-7).
const GAP: &str = "stream.gap";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FromQuery {
    /// The position behind which it begins; what happens from now on if missing.
    #[param(value_type = forms::U64, required = false)]
    after: Option<u64>,
}

/// The header by which a reader goes on.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "the schema of what `last_seen` reads")]
struct LastEventId {
    /// The last `id` that the reader was told; it goes over `after`.
    #[param(rename = "Last-Event-ID", value_type = forms::U64, required = false)]
    id: Option<u64>,
}

problems! { FollowProblems: READ, &[Code::TokenMissing, Code::RequestInvalid, Code::StorageFailed] }

/// A till follows what happens.
///
/// Events of the kinds of the token's scopes. It does not end by itself.
#[utoipa::path(
    get, path = "/v1/events", operation_id = "followEvents", tag = "events", security(("token" = [])),
    params(FromQuery, LastEventId),
    responses(
        (status = 200, description = "Server-sent events: `id`, `event` and `data`, a JSON object on one line.",
            body = String, content_type = "text/event-stream"),
        FollowProblems,
    ),
)]
pub(super) async fn follow(
    State(site): State<Site>,
    turn: Option<Extension<Turn>>,
    parting: Option<Extension<Parting>>,
    call: Call,
) -> Result<Response, Problem> {
    // Before the token is looked at, so that no revocation is missed.
    let (revoked, told) = (site.shop.revocations(), site.shop.event_news());
    let token = site.token(&call)?;
    let caller = site.caller(&token)?;
    site.note_use(&caller);
    let scopes = caller.scopes;
    let query: FromQuery = call.query()?;
    let asked = last_seen(&call)?.or(query.after);
    let seat = site.streams.enter(token.hash())?;
    let (after, gap) = place(&site.shop, asked)?;
    let Extension(parting) = parting.unwrap_or_default();
    let turn = turn.map(|Extension(turn)| turn);
    let (opened, waiting) = (false, VecDeque::new());
    let follower = Follower { site, token, scopes, seat, turn, parting, revoked, told, after, gap, opened, waiting };
    let mut response = Sse::new(stream::unfold(follower, Follower::next)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather an answer up before they pass it on leave this one alone.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// `Last-Event-ID`, which a reader that comes back sends.
fn last_seen(call: &Call) -> Result<Option<u64>, Problem> {
    let Some(value) = call.headers.get("last-event-id") else { return Ok(None) };
    let position = value.to_str().ok().and_then(|text| text.parse().ok());
    position.map(Some).ok_or_else(|| Problem::field("Last-Event-ID", "Last-Event-ID is the id of an event: a number"))
}

/// Events that a reader can't be told any more.
struct Gap {
    /// It has read up to here,
    after: u64,
    /// and goes on behind this.
    from: u64,
}

/// Where a stream goes on, and what it has missed, if anything.
fn place(shop: &Shop, asked: Option<u64>) -> Result<(u64, Option<Gap>), ShopError> {
    let ends = shop.event_log()?;
    let missed = |after, from| (from, Some(Gap { after, from }));
    Ok(match asked {
        None => (ends.newest, None),
        Some(after) if after > ends.newest => missed(after, ends.newest),
        Some(after) if after > 0 && after < ends.from => missed(after, ends.from),
        Some(after) => (after.max(ends.from), None),
    })
}

/// One stream. Nothing is read for it before what it was given is taken.
struct Follower {
    site: Site,
    token: Token,
    scopes: Vec<Scope>,
    seat: Seat,
    turn: Option<Turn>,
    parting: Parting,
    revoked: watch::Receiver<u64>,
    told: watch::Receiver<u64>,
    /// Up to here the log was read.
    after: u64,
    gap: Option<Gap>,
    opened: bool,
    waiting: VecDeque<Event>,
}

type Line = (Result<sse::Event, Infallible>, Follower);

impl Follower {
    /// The next that the reader is sent; nothing if it ends.
    async fn next(mut self) -> Option<Line> {
        if !std::mem::replace(&mut self.opened, true) {
            let hello = sse::Event::default().retry(COME_BACK);
            return Some(self.say(hello));
        }
        let quiet = clock::monotonic() + self.parting.comment();
        loop {
            if self.parting.has_begun() || !self.may_go_on() {
                return None;
            }
            if let Some(Gap { after, from }) = self.gap.take() {
                let said = json!({ "type": GAP, "data": { "after": after, "next": from.saturating_add(1) } });
                let event = sse::Event::default().event(GAP).id(from.to_string()).data(said.to_string());
                return Some(self.say(event));
            }
            if let Some(event) = self.waiting.pop_front() {
                let body = event.body(self.site.shop.store());
                let line = sse::Event::default().event(event.kind.name()).id(event.position.to_string()).data(body);
                return Some(self.say(line));
            }
            self.told.borrow_and_update();
            if self.read().await? {
                continue;
            }
            let mut revoked = self.revoked.clone();
            tokio::select! {
                () = self.parting.begins() => return None,
                () = self.seat.taken() => return None,
                // Looked at above.
                _ = revoked.changed() => {}
                changed = self.told.changed() => changed.ok()?,
                () = tokio::time::sleep_until(quiet) => {
                    // Whoever listens on uses the token each day anew.
                    if let Ok(caller) = self.site.caller(&self.token) {
                        self.site.note_use(&caller);
                    }
                    let comment = sse::Event::default().comment("");
                    return Some(self.say(comment));
                }
            }
        }
    }

    /// The peer has taken what came before, so it is there: it has waited from now on (HTTP-25).
    fn say(self, event: sse::Event) -> Line {
        if let Some(turn) = &self.turn {
            turn.waits();
        }
        (Ok(event), self)
    }

    /// Whether the token still holds (HTTP-9), for whatever is told next.
    fn may_go_on(&mut self) -> bool {
        if !self.revoked.has_changed().unwrap_or(true) {
            return true;
        }
        self.revoked.borrow_and_update();
        let caller = self.site.caller(&self.token);
        self.scopes = caller.map(|caller| caller.scopes).unwrap_or_default();
        !self.scopes.is_empty()
    }

    /// Reads on in the log; whether there was anything. A stream whose log can't be read ends, and its reader comes back.
    async fn read(&mut self) -> Option<bool> {
        let shop = &self.site.shop;
        let read = shop.events_after(self.after, PAGE).and_then(|page| Ok((page, shop.event_log()?.from)));
        let ((events, to), kept_from) = match read {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(%error, "the log of events can't be read");
                return None;
            }
        };
        if kept_from > self.after {
            // Its reader has taken nothing for so long that they were deleted meanwhile.
            self.gap = Some(Gap { after: self.after, from: kept_from });
        }
        let to = to.max(kept_from);
        let more = to > self.after;
        self.after = to;
        self.waiting.extend(events.into_iter().filter(|event| event.kind.is_told_to(&self.scopes)));
        // The log may be long, and hold nothing for this reader.
        tokio::task::yield_now().await;
        Some(more)
    }
}

//! The manager's session: opened by the password, kept in memory alone, so that a restart signs out (TILL-11).
//!
//! A session acts on pages. No call below `/v1` looks at a cookie, so that no page can be made to send one there.

mod device;
mod guesses;
mod login;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::problem::{Code, Problem};
use super::site::Site;
use crate::shop::{Scope, ShopError, Token};
use crate::{clock, password};

use device::Device;
use guesses::{Guesser, Guesses};

pub use guesses::GuessLimits;
pub use login::Posted;
pub(super) use login::{login, logout, show, to_page};

/// How long a session lasts at most (TILL-11).
const LIFE: Duration = Duration::from_secs(12 * 3600);
/// How long it lasts without a request.
const IDLE: Duration = Duration::from_secs(3600);
/// Sessions at one time; beyond that the one that was idle longest goes.
const MAX_SESSIONS: usize = 32;
/// Passwords that wait to be looked at. One is at a time: each takes 19 MiB and a processor.
const MAX_WAITING: usize = 8;

/// Who may open a session, and who has one.
#[derive(Clone)]
pub struct Manager(Arc<Inner>);

struct Inner {
    /// Where the password's hash stands; nothing if there never is one.
    hash_file: Option<PathBuf>,
    /// Whether the cookie goes over TLS alone.
    secure: bool,
    sessions: Mutex<Sessions>,
    guesses: Mutex<Guesses>,
    waiting: Semaphore,
    looking: Arc<Semaphore>,
}

/// Those that are open, under the hashes of their cookies.
#[derive(Default)]
struct Sessions(BTreeMap<[u8; 32], Open>);

struct Open {
    since: Instant,
    seen: Instant,
    /// What pages carry in each form.
    form: Arc<Token>,
    /// The hash of the password that opened it: another one ends it (TILL-12).
    password: String,
}

/// A manager who is signed in. As an extractor it refuses with `session-missing`; `Result<Session, Problem>` lets a page
/// ask for the password instead.
#[derive(Clone, Debug)]
pub struct Session {
    form: Arc<Token>,
    cookie: [u8; 32],
}

impl Manager {
    /// `secure` says that browsers reach the node over TLS.
    #[must_use]
    pub fn new(hash_file: Option<PathBuf>, secure: bool, limits: GuessLimits) -> Self {
        Self(Arc::new(Inner {
            hash_file,
            secure,
            sessions: Mutex::default(),
            guesses: Mutex::new(Guesses::new(limits)),
            waiting: Semaphore::new(MAX_WAITING),
            looking: Arc::new(Semaphore::new(1)),
        }))
    }

    /// The cookie's name. `__Host-` has browsers refuse it without `Secure`, with a domain, or for a part of the paths; on
    /// plain HTTP not all of them keep a `Secure` cookie, not even on loopback.
    fn cookie_name(&self) -> &'static str {
        if self.0.secure { "__Host-ronde" } else { "ronde" }
    }

    /// The name of that by which a browser is known again.
    fn device_name(&self) -> &'static str {
        if self.0.secure { "__Host-ronde-browser" } else { "ronde-browser" }
    }

    /// `Set-Cookie` (TILL-10).
    fn cookie(&self, name: &str, value: &str, lasts: Duration) -> String {
        let secure = if self.0.secure { "; Secure" } else { "" };
        let seconds = lasts.as_secs();
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }

    fn stored(&self) -> Result<Option<String>, Problem> {
        let Some(file) = &self.0.hash_file else { return Ok(None) };
        password::stored(file).map_err(|error| {
            tracing::error!(%error, "the manager's password can't be read: {}", error.fix());
            Problem::new(Code::StorageFailed, "the node can't read the file of the manager's password; see its log")
        })
    }

    /// Whether one is set; one that can't be read is.
    pub(super) fn has_password(&self) -> bool {
        self.stored().map_or(true, |stored| stored.is_some())
    }

    /// Who tries a password: a browser that is known, or somebody at an address.
    fn guesser(&self, headers: &HeaderMap, from: IpAddr) -> Result<Guesser, Problem> {
        let Some(stored) = self.stored()? else { return Ok(Guesser::Stranger(from)) };
        let known = cookies(headers, self.device_name()).find_map(|value| Device::read(value, &stored));
        Ok(known.map_or(Guesser::Stranger(from), |device| Guesser::Known(device.id())))
    }

    /// Opens a session if the password is right; the cookies of the session and, if it is new, of the browser.
    async fn sign_in(&self, password: Zeroizing<String>, from: Guesser) -> Result<Vec<String>, Problem> {
        let busy =
            |_| Problem::new(Code::RateLimited, "too many passwords wait to be looked at: try again in a moment");
        let _place = self.0.waiting.try_acquire().map_err(busy)?;
        lock(&self.0.guesses).take(from, clock::monotonic()).map_err(|wait| {
            let seconds = wait.as_secs().saturating_add(1);
            let detail = format!("too many wrong passwords were tried: wait {seconds} s, then try again");
            Problem::new(Code::RateLimited, detail).with("retry_after", seconds)
        })?;
        // It goes with the work: whoever hangs up does not make room for the next while theirs is looked at.
        let looking = Arc::clone(&self.0.looking).acquire_owned().await;
        let stored = self.stored()?;
        let looked = tokio::task::spawn_blocking(move || {
            let _looking = looking;
            (password::is_right(&password, stored.as_deref()), stored)
        });
        let (right, stored) = looked.await.map_err(|_| Problem::from(ShopError::Entropy))?;
        let Some(stored) = stored.filter(|_| right) else {
            let detail =
                "this is not the manager's password; `ronde manager password` on the node's machine sets another";
            return Err(Problem::new(Code::PasswordWrong, detail));
        };
        lock(&self.0.guesses).was_right(from);
        let (cookie, form) = (Token::fresh()?, Token::fresh()?);
        let now = clock::monotonic();
        let mut cookies = Vec::new();
        if matches!(from, Guesser::Stranger(_)) {
            cookies.push(self.cookie(self.device_name(), &device::fresh(&stored)?, device::LIFE));
        }
        cookies.push(self.cookie(self.cookie_name(), cookie.expose(), LIFE));
        lock(&self.0.sessions).open(&cookie, Open { since: now, seen: now, form: Arc::new(form), password: stored });
        Ok(cookies)
    }

    /// The session of a request, which is used by it.
    fn session(&self, headers: &HeaderMap) -> Result<Session, Problem> {
        let missing = || Problem::new(Code::SessionMissing, "sign in with the manager's password");
        let now = clock::monotonic();
        let stored = self.stored()?.ok_or_else(missing)?;
        let mut sessions = lock(&self.0.sessions);
        let found =
            cookies(headers, self.cookie_name()).find_map(|value| sessions.find(&Token::new(value), &stored, now));
        found.ok_or_else(missing)
    }

    fn sign_out(&self, session: &Session) {
        lock(&self.0.sessions).0.remove(&session.cookie);
    }
}

impl Sessions {
    fn open(&mut self, cookie: &Token, open: Open) {
        while self.0.len() >= MAX_SESSIONS {
            let idle = self.0.iter().min_by_key(|(_, open)| open.seen).map(|(key, _)| *key);
            let Some(idle) = idle else { break };
            self.0.remove(&idle);
        }
        self.0.insert(cookie.hash(), open);
    }

    /// Forgets what is over, and finds one that is not.
    fn find(&mut self, cookie: &Token, password: &str, now: Instant) -> Option<Session> {
        self.0.retain(|_, open| {
            let lasts = now.saturating_duration_since(open.since) < LIFE;
            lasts && now.saturating_duration_since(open.seen) < IDLE && open.password == password
        });
        let key = cookie.hash();
        let open = self.0.get_mut(&key)?;
        open.seen = now;
        Some(Session { form: Arc::clone(&open.form), cookie: key })
    }
}

impl Session {
    /// What every form of a page carries as `csrf` (TILL-13).
    #[must_use]
    pub fn csrf(&self) -> &str {
        self.form.expose()
    }

    /// Whether a form carries it, in constant time.
    fn is_in(&self, csrf: &str) -> bool {
        Token::new(csrf).has_hash(self.form.hash())
    }

    /// What the manager may do on pages: all that tills may, and what is the manager's. Adding and revoking tills is a
    /// matter of their own page (TILL-21).
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        scope != Scope::Admin
    }

    /// The name under which grants are counted that are made on pages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        "manager"
    }
}

impl FromRequestParts<Site> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        site.manager.session(&parts.headers)
    }
}

/// The values of a cookie, as many as there are.
fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(known, _)| *known == name).map(|(_, value)| value).take(MAX_SESSIONS)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

//! What every handler is given, and who may call it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::header;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::CharterHash;
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::admin::AdminToken;
use super::body::Call;
use super::certificates::{CertificateView, Certificates};
use super::evidence::Judged;
use super::problem::{Code, Problem};
use super::restore::Restoring;
use super::session::{GuessLimits, Manager};
use super::streams::Streams;
use crate::metrics::Metrics;
use crate::ops;
use crate::shop::{Caller, OrderDesk, Scope, Shop, Token, Waiters};

/// What whoever holds the administrator's token is called.
const ADMIN: &str = "admin";

/// A store node as its tills and wallets see it.
#[derive(Clone)]
pub struct Site {
    pub(super) shop: Shop,
    pub(super) desk: Arc<dyn OrderDesk>,
    /// What is counted of requests.
    pub(super) metrics: Metrics,
    admin_hash: [u8; 32],
    fallback_base: Arc<str>,
    pub(super) restoring: Arc<Restoring>,
    pub(super) manager: Manager,
    /// What it speaks TLS with.
    pub(super) certificates: Option<Certificates>,
    pub(super) streams: Streams,
    /// The database's file, beside which stands when it was copied last.
    database: Option<Arc<Path>>,
    /// Wallets that wait for a basket.
    pub(super) waiters: Waiters,
    /// The answer that shows the charters. It is the longest of all, and anybody asks for it.
    pub(super) charters: Arc<OfCharter<Option<Bytes>>>,
    /// The API's document with this store's address.
    pub(super) document: Arc<OfCharter<Option<Bytes>>>,
    /// What the pieces of evidence that were shown prove, by their names.
    pub(super) judged: Arc<OfCharter<BTreeMap<[u8; 32], Judged>>>,
}

/// What was made of a charter, until there is another.
#[derive(Default)]
pub(super) struct OfCharter<T>(Mutex<(Option<CharterHash>, T)>);

impl<T: Default> OfCharter<T> {
    /// Works on what is kept; nothing is, if the charter is another than last time. Who asks meanwhile waits.
    pub(super) fn with<R>(&self, charter: &Charter, work: impl FnOnce(&mut T) -> R) -> R {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != Some(charter.hash()) {
            *kept = (Some(charter.hash()), T::default());
        }
        work(&mut kept.1)
    }
}

impl Site {
    /// `fallback_base` stands in links if the charter has no HTTP address of this store.
    pub fn new(shop: Shop, desk: Arc<dyn OrderDesk>, admin: &AdminToken, fallback_base: &str) -> Self {
        Self {
            metrics: shop.metrics().clone(),
            shop,
            desk,
            admin_hash: admin.token().hash(),
            fallback_base: fallback_base.into(),
            restoring: Arc::default(),
            manager: Manager::new(None, false, GuessLimits::default()),
            certificates: None,
            streams: Streams::default(),
            database: None,
            waiters: Waiters::default(),
            charters: Arc::default(),
            document: Arc::default(),
            judged: Arc::default(),
        }
    }

    /// With a manager who can sign in.
    #[must_use]
    pub fn with_manager(self, manager: Manager) -> Self {
        Self { manager, ..self }
    }

    /// With the certificate that it shows over TLS.
    #[must_use]
    pub fn with_certificates(self, certificates: Option<Certificates>) -> Self {
        Self { certificates, ..self }
    }

    /// With the database's file, if it has one.
    #[must_use]
    pub fn with_database(self, database: Option<PathBuf>) -> Self {
        Self { database: database.map(Into::into), ..self }
    }

    /// The shop behind the counter.
    pub(crate) fn shop(&self) -> &Shop {
        &self.shop
    }

    /// Whether a password is set with which a manager can sign in.
    pub(crate) fn has_manager(&self) -> bool {
        self.manager.has_password()
    }

    /// What is shown of the certificate that it speaks TLS with.
    pub(crate) fn certificate(&self) -> Option<CertificateView> {
        self.certificates.as_ref().map(Certificates::view)
    }

    /// When the database was copied last, and none if it never was; nothing of a node without a file.
    pub(crate) fn last_backup(&self) -> Option<Option<Seconds>> {
        self.database.as_deref().map(ops::last_backup)
    }

    /// Who takes orders to the quorum.
    pub(crate) fn desk(&self) -> &dyn OrderDesk {
        &*self.desk
    }

    pub(crate) fn charter(&self) -> Arc<Charter> {
        self.desk.charter()
    }

    /// What links begin with: the store's first HTTP address in the charter.
    pub(crate) fn base(&self) -> String {
        let charter = self.charter();
        let address = charter.store(self.desk.store()).and_then(|store| store.http.first());
        address.map_or(&*self.fallback_base, |text| text.as_str()).trim_end_matches('/').to_owned()
    }

    /// The bearer token of a caller who has the scope (HTTP-8, TILL-1). A cookie is never looked at here (TILL-15).
    pub(super) fn authorize(&self, call: &Call, scope: Scope) -> Result<Token, Problem> {
        Ok(self.authorize_as(call, scope)?.0)
    }

    /// The same, with who the caller is.
    pub(super) fn authorize_as(&self, call: &Call, scope: Scope) -> Result<(Token, Caller), Problem> {
        let token = self.token(call)?;
        let caller = self.caller_with(&token, scope)?;
        self.note_use(&caller);
        Ok((token, caller))
    }

    /// A till is used today (TILL-7); the administrator is no till.
    pub(super) fn note_use(&self, caller: &Caller) {
        if !caller.scopes.contains(&Scope::Admin) {
            self.shop.note_use(caller.name.as_str());
        }
    }

    /// The same for a caller who has one of two scopes; the first is named to one who has neither.
    pub(super) fn authorize_either(
        &self,
        call: &Call,
        first: Scope,
        second: Scope,
    ) -> Result<(Token, Caller), Problem> {
        let token = self.token(call)?;
        let has_second = self.caller(&token)?.scopes.contains(&second);
        drop(token);
        self.authorize_as(call, if has_second { second } else { first })
    }

    /// The same of a caller who has all of the scopes.
    pub(super) fn authorize_all(&self, call: &Call, scopes: &[Scope]) -> Result<(Token, Caller), Problem> {
        let token = self.token(call)?;
        self.check_all(&token, scopes)?;
        let caller = self.caller(&token)?;
        if !caller.scopes.contains(&Scope::Admin) {
            self.shop.note_use(caller.name.as_str());
        }
        Ok((token, caller))
    }

    /// Whether the token still has all of the scopes.
    pub(super) fn check_all(&self, token: &Token, scopes: &[Scope]) -> Result<(), Problem> {
        scopes.iter().try_for_each(|scope| self.check(token, *scope))
    }

    /// The bearer token of a caller, whoever that is.
    pub(super) fn token(&self, call: &Call) -> Result<Token, Problem> {
        let header = call.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        // The name of the scheme is case-insensitive (RFC 9110).
        let token =
            header.and_then(|text| text.split_once(' ')).filter(|(name, _)| name.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(Problem::new(Code::TokenMissing, "send the till's token as `Authorization: Bearer TOKEN`"));
        };
        Ok(Token::new(token.trim()))
    }

    /// Whose token it is (HTTP-8).
    pub(super) fn caller(&self, token: &Token) -> Result<Caller, Problem> {
        let caller = match token.has_hash(self.admin_hash) {
            true => Text::new(ADMIN).ok().map(|name| Caller { name, scopes: vec![Scope::Admin] }),
            false => self.shop.caller(token)?,
        };
        caller.ok_or_else(|| Problem::new(Code::TokenMissing, "the token is of no till here, or the till was revoked"))
    }

    /// Whether the token still has the scope.
    pub(super) fn check(&self, token: &Token, scope: Scope) -> Result<(), Problem> {
        self.caller_with(token, scope).map(|_| ())
    }

    fn caller_with(&self, token: &Token, scope: Scope) -> Result<Caller, Problem> {
        let caller = self.caller(token)?;
        if caller.scopes.contains(&scope) {
            return Ok(caller);
        }
        let detail = format!("the till {} lacks the scope {}", caller.name, scope.name());
        Err(Problem::new(Code::TokenScope, detail).with("scope", scope.name()))
    }
}

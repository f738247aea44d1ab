//! Tills and their bearer tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::crypto::{hash, labels};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Bounded, Decode, Encode};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::answers::answer_once;
use super::caps::{TillCaps, given_by, own, set_own};
use super::records::{load, save};
use super::uses::last_use;
use super::{Answer, Missing, Once, Shop, ShopError};
use crate::date::Day;
use crate::fault;
use crate::store::{Read, Table};

/// Most tills of one store.
const MAX_TILLS: usize = 1000;
/// Longest name of a till, in bytes.
const MAX_NAME: usize = 64;
/// Where names begin among the keys of the table: before them stands what is kept about tills besides.
const FIRST_NAME: &[u8] = b" ";

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Give points away.
    Grant,
    /// Take points.
    Redeem,
    /// What the shop's manager does.
    Manager,
    /// Add and revoke tills.
    Admin,
    /// Give points back that were paid.
    Refund,
}

impl Scope {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Redeem => "redeem",
            Self::Manager => "manager",
            Self::Admin => "admin",
            Self::Refund => "refund",
        }
    }
}

/// A bearer token: 32 random bytes as text.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// [`ShopError::Entropy`].
    pub fn fresh() -> Result<Self, ShopError> {
        Ok(Self(URL_SAFE_NO_PAD.encode(crate::entropy::fresh()?)))
    }

    /// As it came in a header or stood in a file.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to be shown once or sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored in its place (HTTP-10).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash::derive(labels::TOKEN_HASH, &[self.0.as_bytes()])
    }

    /// Whether this token has that hash, in constant time.
    #[must_use]
    pub fn has_hash(&self, hash: [u8; 32]) -> bool {
        // The comparison of two `blake3::Hash` takes the same time wherever they differ.
        blake3::Hash::from_bytes(self.hash()) == blake3::Hash::from_bytes(hash)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// A till as the store keeps it.
#[derive(Clone, Debug, Encode, Decode)]
pub struct TillRecord {
    /// What people call it.
    pub name: Text,
    /// What it may do.
    pub scopes: Bounded<Scope, 4>,
    token_hash: [u8; 32],
    /// When it was added.
    pub added: Seconds,
    /// When it was revoked.
    pub revoked: Option<Seconds>,
}

/// A till that is to be added.
#[derive(Clone, Debug)]
pub struct NewTill {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Its own caps.
    pub caps: TillCaps,
}

/// A till as the store's administrator sees it.
#[derive(Clone, Debug)]
pub struct TillView {
    /// The till.
    pub till: TillRecord,
    /// Its own caps.
    pub caps: TillCaps,
    /// What it gave away on the present UTC day.
    pub given_today: Points,
    /// The UTC day on which it was used last.
    pub last_used: Option<Day>,
}

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The till's name.
    pub name: Text,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// Why a till can't be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TillError {
    /// Empty, too long, or not to be shown.
    #[error("a till's name is 1 to {MAX_NAME} bytes of text")]
    Name,
    /// There is one of this name.
    #[error("there is a till of this name; revoke it first")]
    Taken,
    /// None, or one twice.
    #[error("a till has at least one of the scopes grant, redeem, refund, manager, each once")]
    Scopes,
    /// It was revoked while it asked.
    #[error("the till was revoked")]
    Revoked,
    /// Too many.
    #[error("a store has at most {MAX_TILLS} tills")]
    TooMany,
}

/// Refuses what a till asked for before it was revoked and is done after that (HTTP-9).
pub(super) fn check_not_revoked(read: &dyn Read, name: &str) -> Result<(), ShopError> {
    let till: Option<TillRecord> = load(read, Table::Till, name.as_bytes())?;
    match till.is_some_and(|till| till.revoked.is_some()) {
        true => Err(TillError::Revoked.into()),
        false => Ok(()),
    }
}

impl Shop {
    /// Adds a till; `render` says it with its token, which is not kept, and with what a
    /// till of its name gave away today.
    pub async fn add_till(
        &self,
        new: NewTill,
        once: Option<Once>,
        render: impl FnOnce(TillRecord, Token, Points) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        let NewTill { name, scopes, caps } = new;
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(TillError::Name.into());
        }
        let name = Text::new(name).map_err(|_| TillError::Name)?;
        let mut sorted = scopes;
        sorted.sort_unstable();
        let distinct = sorted.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        if sorted.is_empty() || !distinct || sorted.contains(&Scope::Admin) {
            return Err(TillError::Scopes.into());
        }
        let scopes = Bounded::new(sorted).map_err(|_| TillError::Scopes)?;
        let (now, token) = (self.now(), Token::fresh()?);
        let record = TillRecord { name, scopes, token_hash: token.hash(), added: now, revoked: None };
        fault::point("shop.before-till");
        self.write(move |transaction| {
            answer_once(transaction, once.as_ref(), now, |transaction| {
                let key = record.name.as_str().as_bytes();
                let existing: Option<TillRecord> = load(transaction, Table::Till, key)?;
                if existing.as_ref().is_some_and(|till| till.revoked.is_none()) {
                    return Err(TillError::Taken.into());
                }
                if existing.is_none() && transaction.scan(Table::Till, FIRST_NAME, None, MAX_TILLS)?.len() >= MAX_TILLS
                {
                    return Err(TillError::TooMany.into());
                }
                save(transaction, Table::Till, key, &record)?;
                set_own(transaction, record.name.as_str(), caps)?;
                let given = given_by(transaction, now, record.name.as_str())?;
                Ok(render(record, token, given))
            })
        })
        .await
    }

    /// All tills, revoked ones too, by name.
    pub fn tills(&self) -> Result<Vec<TillRecord>, ShopError> {
        self.0.readers.with(|read| {
            let all = read.scan(Table::Till, FIRST_NAME, None, MAX_TILLS)?;
            all.iter().map(|(key, _)| load(read, Table::Till, key)?.ok_or(ShopError::Damaged(Table::Till))).collect()
        })
    }

    /// The same with their caps, and what they did.
    pub fn till_views(&self) -> Result<Vec<TillView>, ShopError> {
        let (tills, now) = (self.tills()?, self.now());
        self.0.readers.with(|read| {
            let view = |till: TillRecord| {
                let name = till.name.as_str();
                let (caps, given_today) = (own(read, name)?, given_by(read, now, name)?);
                Ok(TillView { caps, given_today, last_used: last_use(read, name)?, till })
            };
            tills.into_iter().map(view).collect()
        })
    }

    /// Revokes a till: its token is worth nothing from now on, also where it is waiting for an answer (HTTP-9).
    pub async fn revoke_till(&self, name: String) -> Result<(), ShopError> {
        let now = self.now();
        fault::point("shop.before-revoke");
        let revoked = self.write(move |transaction| {
            // Keys that begin so are counts, and no till's.
            if name.chars().any(char::is_control) {
                return Err(Missing::Till.into());
            }
            let till: Option<TillRecord> = load(transaction, Table::Till, name.as_bytes())?;
            let mut till = till.ok_or(Missing::Till)?;
            till.revoked = till.revoked.or(Some(now));
            Ok(save(transaction, Table::Till, name.as_bytes(), &till)?)
        });
        revoked.await?;
        self.changed();
        self.0.revoked.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    /// Whoever goes on telling something to a token's holder waits here for its end.
    pub fn revocations(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.revoked.subscribe()
    }

    /// Whose token this is. Every till is compared, each in constant time.
    pub fn caller(&self, token: &Token) -> Result<Option<Caller>, ShopError> {
        let mut found = None;
        for till in self.tills()? {
            if token.has_hash(till.token_hash) && till.revoked.is_none() {
                found = Some(Caller { name: till.name, scopes: till.scopes.into_vec() });
            }
        }
        Ok(found)
    }
}

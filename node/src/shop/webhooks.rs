//! Webhooks: where events are posted to, and how far each has been told.

mod fate;
mod place;

use ronde_protocol::crypto::hash;
use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::message::codec::{Bounded, Decode, Encode, decode};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;
use zeroize::Zeroizing;

use super::answers::answer_once;
use super::events::{self, Kind};
use super::records::{RecordId, load_id, save_id};
use super::{Answer, Missing, Once, Shop, ShopError};
use crate::store::{Read, Table, Transaction};

pub use fate::{Fate, Posted, Stopped, Trouble};
pub use place::BadUrl;
use place::{MAX_URL, check};

/// Most webhooks of one store.
const MAX_WEBHOOKS: usize = 16;
/// Most kinds that one names.
const MAX_KINDS: usize = 64;
/// What the node key signs, and what a secret is made of that signature by (EVENT-12). Nobody else ever needs to know.
const SECRET: &str = "ronde/1 webhook secret";
/// What keys of webhooks begin with, and of what became of them.
const KEYS: (&[u8], &[u8]) = (b"i", b"j");
const FATES: &[u8] = b"s";

/// Why a webhook can't be added or set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Events are not posted there.
    #[error(transparent)]
    Url(#[from] BadUrl),
    /// Too many.
    #[error("a store has at most {MAX_WEBHOOKS} webhooks: remove one first")]
    TooMany,
    /// An unknown kind, one twice, or none.
    #[error("name at least one kind of events, each once, out of those of the specification's chapter 30")]
    Kinds,
    /// Nothing is kept from there on.
    #[error("events are kept from position {first} on, and the next will have position {next}")]
    From {
        /// The lowest that can be said.
        first: u64,
        /// The highest.
        next: u64,
    },
}

#[derive(Encode, Decode)]
struct Stored {
    url: Bounded<u8, MAX_URL>,
    kinds: Bounded<Text, MAX_KINDS>,
    added: Seconds,
}

/// A webhook, and how far it has been told.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its name.
    pub id: RecordId,
    /// Where events are posted to.
    pub url: String,
    /// Events of which kinds.
    pub kinds: Vec<Kind>,
    /// Since when.
    pub added: Seconds,
    /// What became of them.
    pub fate: Fate,
}

impl Webhook {
    fn load(read: &dyn Read, id: RecordId) -> Result<Self, ShopError> {
        let stored: Stored = load_id(read, Table::Webhook, id, Missing::Webhook)?;
        let fate = super::records::load(read, Table::Webhook, &fate_key(id))?;
        let kinds = stored.kinds.iter().filter_map(|kind| Kind::named(kind.as_str())).collect();
        let damaged = ShopError::Damaged(Table::Webhook);
        let url = String::from_utf8(stored.url.into_vec()).map_err(|_| damaged.clone())?;
        Ok(Self { id, url, kinds, added: stored.added, fate: fate.ok_or(damaged)? })
    }

    /// The secret that its receiver checks signatures by: derived, so that no database and no backup holds it (EVENT-12).
    #[must_use]
    pub fn secret(id: RecordId, key: &SigningKey) -> Zeroizing<[u8; 32]> {
        let signature = Zeroizing::new(key.sign(SECRET, &[&id.bytes()]).0);
        hash::derive_secret(SECRET, &[&*signature])
    }
}

fn fate_key(id: RecordId) -> Vec<u8> {
    [FATES, &id.bytes()].concat()
}

fn ids(read: &dyn Read) -> Result<Vec<RecordId>, ShopError> {
    let all = read.scan(Table::Webhook, KEYS.0, Some(KEYS.1), usize::MAX)?;
    Ok(all.iter().filter_map(|(key, _)| decode(key.get(KEYS.0.len()..)?, 16).ok()).collect())
}

fn change_fate<T>(
    tx: &mut dyn Transaction,
    id: RecordId,
    change: impl FnOnce(&mut Fate) -> T,
) -> Result<(T, Fate), ShopError> {
    let mut fate = Webhook::load(&*tx, id)?.fate;
    let changed = change(&mut fate);
    super::records::save(tx, Table::Webhook, &fate_key(id), &fate)?;
    Ok((changed, fate))
}

impl Shop {
    /// Adds a webhook, which is told of what happens from now on; `render` says it with its secret.
    pub async fn add_webhook(
        &self,
        url: String,
        kinds: Vec<Kind>,
        once: Option<Once>,
        key: &SigningKey,
        render: impl FnOnce(Webhook, Zeroizing<[u8; 32]>) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        check(&url).map_err(WebhookError::from)?;
        let mut sorted = kinds;
        sorted.sort_unstable();
        if sorted.is_empty() || sorted.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(WebhookError::Kinds.into());
        }
        let texts: Result<Vec<Text>, _> = sorted.iter().map(|kind| Text::new(kind.name())).collect();
        let texts = Bounded::new(texts.map_err(|_| WebhookError::Kinds)?).map_err(|_| WebhookError::Kinds)?;
        let bytes = Bounded::new(url.clone().into_bytes()).map_err(|_| WebhookError::Url(BadUrl))?;
        let (now, id) = (self.now(), RecordId::fresh()?);
        let secret = Webhook::secret(id, key);
        let answer = self.write(move |tx| {
            answer_once(tx, once.as_ref(), now, |tx| {
                if ids(&*tx)?.len() >= MAX_WEBHOOKS {
                    return Err(WebhookError::TooMany.into());
                }
                let fate = Fate::new(events::ends(&*tx)?.newest);
                save_id(tx, Table::Webhook, id, &Stored { url: bytes, kinds: texts, added: now })?;
                super::records::save(tx, Table::Webhook, &fate_key(id), &fate)?;
                Ok(render(Webhook { id, url, kinds: sorted, added: now, fate }, secret))
            })
        });
        let answer = answer.await?;
        self.webhooks_changed();
        Ok(answer)
    }

    /// All webhooks, the oldest first.
    pub fn webhooks(&self) -> Result<Vec<Webhook>, ShopError> {
        let mut all = self.0.readers.with(|read| {
            let all: Result<Vec<Webhook>, ShopError> =
                ids(read)?.into_iter().map(|id| Webhook::load(read, id)).collect();
            all
        })?;
        all.sort_by_key(|webhook| (webhook.added, webhook.id));
        Ok(all)
    }

    /// One of them.
    pub fn webhook(&self, id: RecordId) -> Result<Webhook, ShopError> {
        self.0.readers.with(|read| Webhook::load(read, id))
    }

    /// Removes a webhook: nothing more is posted there.
    pub async fn remove_webhook(&self, id: RecordId) -> Result<(), ShopError> {
        self.write(move |tx| {
            Webhook::load(&*tx, id)?;
            tx.delete(Table::Webhook, &[KEYS.0, &id.bytes()].concat())?;
            Ok(tx.delete(Table::Webhook, &fate_key(id))?)
        })
        .await?;
        self.webhooks_changed();
        Ok(())
    }

    /// Has everything posted again from a position on, also to one that got no more posts (EVENT-18).
    pub async fn replay_webhook(&self, id: RecordId, from: u64) -> Result<Webhook, ShopError> {
        let shown = self.write(move |tx| {
            let ends = events::ends(&*tx)?;
            let (first, next) = (ends.from.saturating_add(1), ends.newest.saturating_add(1));
            if !(first..=next).contains(&from) {
                return Err(WebhookError::From { first, next }.into());
            }
            change_fate(tx, id, |fate| fate.replay(from.saturating_sub(1)))?;
            Webhook::load(&*tx, id)
        });
        let shown = shown.await?;
        self.webhooks_changed();
        Ok(shown)
    }

    /// Writes down how a post went. It counts for nothing if the webhook was set back meanwhile. Whether the webhook gets no
    /// more posts.
    pub async fn webhook_posted(
        &self,
        id: RecordId,
        (round, position): (u64, u64),
        posted: Posted,
    ) -> Result<Option<Stopped>, ShopError> {
        let (now, chance) = (self.now(), crate::entropy::chance());
        self.write(move |tx| {
            let (stopped, fate) = change_fate(tx, id, |fate| fate.posted(round, position, posted, (now, chance)))?;
            if !stopped {
                return Ok(None);
            }
            if let Some(Stopped { why, .. }) = fate.stopped() {
                events::webhook_disabled(tx, (now, id), why)?;
            }
            Ok(fate.stopped().cloned())
        })
        .await
    }

    /// Whoever posts waits here for webhooks that come, go, or are set back.
    pub fn webhook_news(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.webhooks.subscribe()
    }

    fn webhooks_changed(&self) {
        self.0.webhooks.send_modify(|count| *count = count.wrapping_add(1));
    }
}

//! Posts events to webhooks: each has a task of its own, so that a slow receiver holds up nobody else (EVENT-14), and is told
//! one event after the other.

mod post;
mod sign;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::shop::events::Event;
use crate::shop::{Missing, OrderDesk, Posted, RecordId, Shop, ShopError, Webhook};
use post::Poster;

pub use sign::{secret_text, signature};

/// Between two looks at a clock that may be set, and at what nobody said anything of.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// After the database failed.
const RESPITE: Duration = Duration::from_secs(5);
/// Events that are looked at in one go.
const PAGE: usize = 64;

/// Posts to all webhooks, for as long as the node runs.
pub async fn run(shop: Shop, desk: Arc<dyn OrderDesk>) {
    let mut news = shop.webhook_news();
    let (mut tasks, mut running) = (JoinSet::new(), BTreeMap::new());
    loop {
        news.borrow_and_update();
        while tasks.try_join_next().is_some() {}
        running.retain(|_, task: &mut tokio::task::AbortHandle| !task.is_finished());
        match shop.webhooks() {
            Ok(webhooks) => {
                for webhook in webhooks {
                    let id = webhook.id;
                    let begin = || tasks.spawn(Task::new(&shop, desk.as_ref(), webhook).work());
                    running.entry(id).or_insert_with(begin);
                }
            }
            Err(error) => {
                tracing::error!(%error, "the webhooks can't be read");
                tokio::time::sleep(RESPITE).await;
                continue;
            }
        }
        // The sender lives as long as the shop.
        if news.changed().await.is_err() {
            return;
        }
    }
}

/// One webhook's posts.
struct Task {
    shop: Shop,
    id: RecordId,
    poster: Poster,
    /// More of the log.
    told: watch::Receiver<u64>,
    /// It was set back, or removed.
    news: watch::Receiver<u64>,
    /// In which round up to which position no event is left for it: what is not for it is not read again and again.
    looked: (u64, u64),
}

impl Task {
    fn new(shop: &Shop, desk: &dyn OrderDesk, webhook: Webhook) -> Self {
        let secret = Webhook::secret(webhook.id, desk.node_key());
        let (told, news) = (shop.event_news(), shop.webhook_news());
        let poster = Poster::new(webhook.url, secret);
        Self { shop: shop.clone(), id: webhook.id, poster, told, news, looked: (0, 0) }
    }

    async fn work(mut self) {
        loop {
            self.told.borrow_and_update();
            self.news.borrow_and_update();
            match self.step().await {
                Ok(true) => {}
                Err(ShopError::Missing(Missing::Webhook)) => return,
                Ok(false) => self.rest(LOOK_AGAIN).await,
                Err(error) => {
                    tracing::warn!(webhook = %self.id, %error, "a webhook can't be told yet");
                    self.rest(RESPITE).await;
                }
            }
        }
    }

    /// Waits for news, but no longer than this: a clock that was set is noticed by nobody.
    async fn rest(&mut self, most: Duration) {
        let (told, news) = (&mut self.told, &mut self.news);
        tokio::select! {
            _ = told.changed() => {}
            _ = news.changed() => {}
            () = tokio::time::sleep(most) => {}
        }
    }

    /// Posts the next event, if there is one and it is time; whether it did.
    async fn step(&mut self) -> Result<bool, ShopError> {
        let webhook = self.shop.webhook(self.id)?;
        let (round, after) = (webhook.fate.round(), webhook.fate.after());
        if webhook.fate.pause(self.shop.now()) != Some(0) {
            return Ok(false);
        }
        let looked = if self.looked.0 == round { self.looked.1.max(after) } else { after };
        let Some(event) = self.next_event(&webhook, round, looked).await? else { return Ok(false) };
        let posted = self.poster.post(&event, self.shop.store(), self.shop.now()).await;
        if let Posted::Failed { why, .. } = &posted {
            tracing::warn!(webhook = %self.id, position = event.position, %why, "an event was not taken; it is tried again");
        }
        let stopped = self.shop.webhook_posted(self.id, (round, event.position), posted).await?;
        if let Some(stopped) = stopped {
            tracing::error!(
                webhook = %self.id, why = %stopped.why,
                "a webhook gets no more events: mend its receiver, then `ronde webhook replay {} --from {}`",
                self.id, event.position
            );
        }
        Ok(true)
    }

    /// The next event that this webhook is told of.
    async fn next_event(&mut self, webhook: &Webhook, round: u64, looked: u64) -> Result<Option<Event>, ShopError> {
        self.looked = (round, looked);
        loop {
            let (events, to) = self.shop.events_after(self.looked.1, PAGE)?;
            if let Some(event) = events.into_iter().find(|event| webhook.kinds.contains(&event.kind)) {
                // It is found again if it is not taken.
                self.looked.1 = event.position.saturating_sub(1);
                return Ok(Some(event));
            }
            if to == self.looked.1 {
                return Ok(None);
            }
            self.looked.1 = to;
            // The log may be long.
            tokio::task::yield_now().await;
        }
    }
}

//! What a shop does by the clock, beside what its node does for the quorum: takes up its rules when the configuration
//! changes, and makes the daily pledge.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::message::order::{Columns, Submission};

use crate::config::{Config, ConfigError};
use crate::earning::concerns;
use crate::shop::{DeskError, OrderDesk, RulesTrouble, Shop};

/// Between two looks at the configuration.
const LOOK: Duration = Duration::from_secs(2);
/// Between two looks whether there is something to pledge, or whether it is certified.
const PLEDGE: Duration = Duration::from_secs(5);

/// Where the rules stand: the configuration, with the variables that go over it.
#[derive(Clone, Debug)]
pub struct RulesFile {
    file: PathBuf,
    environment: Vec<(String, String)>,
    read: Option<String>,
}

impl RulesFile {
    /// The configuration that a node was started with.
    #[must_use]
    pub fn new(file: PathBuf, environment: Vec<(String, String)>) -> Self {
        Self { file, environment, read: None }
    }

    /// Reads it again; the shop takes the rules up if it can be read, and keeps what it has otherwise (EARN-9).
    pub fn look(&mut self, shop: &Shop) {
        let text = match std::fs::read_to_string(&self.file) {
            Ok(text) if self.read.as_ref() == Some(&text) => return,
            Ok(text) => text,
            Err(source) => {
                self.read = None;
                let file = self.file.clone();
                return self.refuse(shop, "", &ConfigError::Unreadable { file, source: Arc::new(source) });
            }
        };
        match Config::parse(&self.file, &text, self.environment.clone()) {
            Ok(config) => {
                if config.rules != *shop.rules() {
                    tracing::info!("the rules of [earn] and [pledge] have changed, and hold from now on");
                }
                for concern in concerns(&config.rules, &shop.charter(), shop.store(), shop.now()) {
                    tracing::warn!(line = concern.line, fix = concern.fix, "{}", concern.what);
                }
                if config.caps != shop.caps() {
                    tracing::info!("[caps] has changed, and holds from now on");
                }
                shop.set_rules(config.rules);
                shop.set_caps(config.caps);
            }
            Err(error) => self.refuse(shop, &text, &error),
        }
        self.read = Some(text);
    }

    fn refuse(&self, shop: &Shop, text: &str, error: &ConfigError) {
        // Anybody may read the status: where the file lies is nobody's business, nor what is written in it.
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let whole = format!("{error}: {}", error.fix()).replace(&*self.file.to_string_lossy(), &name);
        let place = format!("{name}{}: run `ronde config check` there", error.place(text));
        let told = RulesTrouble { place, whole };
        if shop.rules_trouble().as_ref() != Some(&told) {
            tracing::error!(%error, fix = error.fix(), "the configuration has changed and can't be read: old rules hold");
        }
        shop.keep_rules(told);
    }
}

/// Takes up the rules whenever the file changes.
pub async fn watch_rules(shop: Shop, mut file: RulesFile) {
    loop {
        let (looking, mut looked) = (shop.clone(), file.clone());
        let look = tokio::task::spawn_blocking(move || {
            looked.look(&looking);
            looked
        });
        match look.await {
            Ok(looked) => file = looked,
            Err(error) => tracing::error!(%error, "the configuration could not be looked at"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Makes each day's pledge when its time has come, and brings it to the quorum until that has decided.
pub async fn pledge_daily(shop: Shop, desk: Arc<dyn OrderDesk>) {
    loop {
        if let Err(error) = pledge_now(&shop, &*desk).await {
            tracing::warn!(%error, "the daily pledge has to wait");
        }
        tokio::time::sleep(PLEDGE).await;
    }
}

/// One look: the pledge that is due or under way goes to the quorum once.
pub async fn pledge_now(shop: &Shop, desk: &dyn OrderDesk) -> Result<(), DeskError> {
    let Some(signed) = shop.daily_pledge(desk.node_key()).await? else { return Ok(()) };
    let order = signed.order.clone();
    let outcome = desk.submit(Submission { signed, columns: Columns::default() }).await?;
    Ok(shop.daily_pledge_decided(&order, &outcome).await?)
}

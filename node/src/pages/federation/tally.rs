//! Votes and gifts, counted by this node from the certificates of its own logs.

use std::collections::BTreeMap;

use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{AssociationId, CampaignId, KeysetId};
use ronde_protocol::message::log::LogEntry;
use ronde_protocol::message::order::Purpose;
use tokio::sync::Mutex;

use crate::pages::say::{Say, Value};
use crate::shop::{Account, DeskError, KeysetBooks, OrderDesk};

/// Pages of a log that are read for one reader: a long log is counted over several.
const MOST_PAGES: usize = 32;

/// What was counted so far.
#[derive(Default)]
pub(crate) struct Known(Mutex<BTreeMap<KeysetId, Counted>>);

/// Of one log.
#[derive(Clone, Default)]
pub(in crate::pages) struct Counted {
    read: u64,
    size: u64,
    votes: BTreeMap<(CampaignId, u8), u64>,
    /// What shops pledged. The books of an association have it in one sum with what customers gave.
    pledges: BTreeMap<AssociationId, u64>,
}

pub(in crate::pages) struct Counting {
    /// Whether this node keeps a log at all.
    pub(in crate::pages) keeps_logs: bool,
    pub(in crate::pages) text: String,
}

pub(in crate::pages) struct Campaign {
    pub(in crate::pages) name: String,
    pub(in crate::pages) until: String,
    pub(in crate::pages) ballots: String,
    pub(in crate::pages) choices: Vec<Choice>,
}

pub(in crate::pages) struct Choice {
    pub(in crate::pages) name: String,
    pub(in crate::pages) votes: String,
    /// Of the campaign's votes, in percent.
    pub(in crate::pages) share: u64,
}

pub(in crate::pages) struct Gift {
    pub(in crate::pages) name: String,
    pub(in crate::pages) closed: bool,
    pub(in crate::pages) given: String,
    pub(in crate::pages) pledged: String,
    pub(in crate::pages) all: String,
}

impl Known {
    /// Reads on where the last reader's page ended. Whoever asks meanwhile waits: nothing is counted twice.
    pub(in crate::pages) async fn count(
        &self,
        desk: &dyn OrderDesk,
        keysets: &[KeysetId],
    ) -> Result<Vec<Counted>, DeskError> {
        let mut known = self.0.lock().await;
        let mut pages = 0;
        for keyset in keysets {
            let counted = known.entry(*keyset).or_default();
            while pages < MOST_PAGES {
                pages += 1;
                let Some(page) = desk.log_page(*keyset, counted.read).await? else { break };
                counted.size = page.head.size;
                if page.entries.is_empty() {
                    break;
                }
                for entry in &page.entries {
                    counted.take(entry);
                }
            }
        }
        Ok(keysets.iter().filter_map(|keyset| known.get(keyset).cloned()).collect())
    }
}

impl Counted {
    /// A ballot or pledge counts once its order is certified.
    fn take(&mut self, entry: &LogEntry) {
        self.read = self.read.saturating_add(1);
        let LogEntry::Certified(certified) = entry else { return };
        let (count, more) = match certified.order.purpose {
            Purpose::Vote { campaign, choice } => (self.votes.entry((campaign, choice)).or_default(), 1),
            Purpose::Pledge { association, points } => (self.pledges.entry(association).or_default(), points.0),
            _ => return,
        };
        *count = count.saturating_add(more);
    }
}

/// How much of the logs has been counted.
pub(in crate::pages) fn counting(say: &Say, counted: &[Counted]) -> Counting {
    let read: u64 = counted.iter().map(|counted| counted.read).sum();
    let size: u64 = counted.iter().map(|counted| counted.size.max(counted.read)).sum();
    let id = if read == size { "counted-all" } else { "counted-part" };
    let text = say.with(id, &[("read", Value::Number(read)), ("size", Value::Number(size))]);
    Counting { keeps_logs: !counted.is_empty(), text }
}

pub(in crate::pages) fn campaigns(say: &Say, charter: &Charter, counted: &[Counted], now: u64) -> Vec<Campaign> {
    let all = charter.body().campaigns.iter();
    all.map(|campaign| {
        let votes = |choice: u8| -> u64 {
            counted.iter().filter_map(|counted| counted.votes.get(&(campaign.id, choice))).sum()
        };
        let cast: u64 = (0_u8..).zip(&campaign.choices).map(|(number, _)| votes(number)).sum();
        let choices = (0_u8..).zip(&campaign.choices).map(|(number, choice)| Choice {
            name: choice.to_string(),
            votes: say.number(votes(number)),
            share: votes(number).saturating_mul(100).saturating_add(cast / 2).checked_div(cast).unwrap_or(0),
        });
        let until = if now < campaign.end { "campaign-until" } else { "campaign-ended" };
        Campaign {
            name: campaign.name.to_string(),
            until: say.with(until, &[("day", Value::Day(campaign.end))]),
            ballots: say.count("campaign-votes", cast),
            choices: choices.collect(),
        }
    })
    .collect()
}

/// What each association was given, over all keysets whose books this node keeps. How much of it shops pledged is known as
/// far as the logs are counted.
pub(in crate::pages) fn gifts(say: &Say, charter: &Charter, books: &[KeysetBooks], counted: &[Counted]) -> Vec<Gift> {
    let all = charter.body().associations.iter();
    all.map(|association| {
        let lines = books.iter().flat_map(|books| &books.accounts);
        let own = lines.filter(|line| line.account == Account::Association(association.id));
        let all = own.fold(0_u64, |all, line| all.saturating_add(line.donated.0));
        let each = counted.iter().filter_map(|counted| counted.pledges.get(&association.id));
        let pledged = each.fold(0_u64, |sum, points| sum.saturating_add(*points)).min(all);
        Gift {
            name: association.name.to_string(),
            closed: association.closed,
            given: say.number(all.saturating_sub(pledged)),
            pledged: say.number(pledged),
            all: say.number(all),
        }
    })
    .collect()
}

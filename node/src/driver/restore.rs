//! Carrying what a wallet that restores asks the witnesses. The store adds nothing: each answer is signed by its witness.

use std::sync::Arc;

use ronde_protocol::message::bucket::{BucketEntry, BucketLength, BucketPage, BucketQuery, LengthQuery};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::probe::{Probe, ProbeAnswer};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{ReplyV1, RequestV1};

use super::core::Core;
use crate::shop::DeskError;

/// Pieces of a bucket in one answer.
const PAGES: usize = 16;

/// What a node carries for wallets that restore.
pub struct Restore(Arc<Core>);

impl Restore {
    /// Over the node's connections.
    pub fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Asks all witnesses for the length of their prefixes.
    pub async fn lengths(&self, query: LengthQuery) -> Result<Vec<BucketLength>, DeskError> {
        let mut lengths = Vec::new();
        for reply in self.ask_all(query.keyset, RequestV1::Length(query)).await? {
            if let ReplyV1::Length(length) = reply {
                lengths.push(length);
            }
        }
        lengths.sort_by_key(|length| length.index);
        let charter = self.0.charter();
        let keyset = charter.keyset(query.keyset).ok_or(Refusal::CharterBehind)?;
        let (answered, needed) = (lengths.len(), keyset.quorum().honest());
        if answered < needed { Err(DeskError::QuorumUnreachable { answered, needed }) } else { Ok(lengths) }
    }

    /// Asks one witness for pieces of a bucket.
    pub async fn pages(&self, index: WitnessIndex, query: BucketQuery) -> Result<Vec<BucketPage>, DeskError> {
        let charter = self.0.charter();
        let keyset = charter.keyset(query.keyset).ok_or(Refusal::CharterBehind)?;
        if keyset.member(index).is_none() || !query.is_possible() {
            return Err(Refusal::Unknown.into());
        }
        let mut pages: Vec<BucketPage> = Vec::new();
        while pages.len() < PAGES {
            let after = pages.last().and_then(|page| page.entries.last()).map(BucketEntry::place).or(query.after);
            let asked = RequestV1::Bucket(BucketQuery { after, ..query });
            match self.0.ask(keyset.id(), index, asked).await {
                Ok(ReplyV1::Bucket(page)) => {
                    let ended = !page.more || page.entries.is_empty();
                    pages.push(page);
                    if ended {
                        break;
                    }
                }
                Ok(ReplyV1::Refused(refusal)) if pages.is_empty() => return Err(refusal.into()),
                _ if pages.is_empty() => return Err(DeskError::QuorumUnreachable { answered: 0, needed: 1 }),
                _ => break,
            }
        }
        Ok(pages)
    }

    /// Asks all witnesses for a coin's state, if the coin's key signed the probe (RESTORE-31).
    pub async fn probe(&self, probe: Probe) -> Result<Vec<ProbeAnswer>, DeskError> {
        let charter = self.0.charter();
        if charter.keyset(probe.keyset).is_none() {
            return Err(Refusal::CharterBehind.into());
        }
        let federation = *charter.federation();
        self.0.pool.run(move || probe.check(&federation)).await?;
        let mut answers = Vec::new();
        let mut refused = None;
        for reply in self.ask_all(probe.keyset, RequestV1::Probe(probe)).await? {
            match reply {
                ReplyV1::Probe(answer) => answers.push(answer),
                ReplyV1::Refused(refusal) => refused = Some(refusal),
                _ => {}
            }
        }
        answers.sort_by_key(|answer| answer.index);
        match refused {
            Some(refusal) if answers.is_empty() => Err(refusal.into()),
            _ if answers.is_empty() => Err(DeskError::QuorumUnreachable { answered: 0, needed: 1 }),
            _ => Ok(answers),
        }
    }

    /// The replies of those that reply in time.
    async fn ask_all(&self, keyset: KeysetId, request: RequestV1) -> Result<Vec<ReplyV1>, DeskError> {
        let charter = self.0.charter();
        let keyset = charter.keyset(keyset).ok_or(Refusal::CharterBehind)?;
        let mut asked = self.0.ask_all(keyset, &request);
        let mut replies = Vec::new();
        while let Some(answer) = asked.join_next().await {
            replies.extend(answer.ok().flatten());
        }
        Ok(replies)
    }
}

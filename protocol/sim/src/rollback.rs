//! What is checked of starts and of witnesses that went on from an old copy: none of them votes in the dark.

use ronde_protocol::{
    crypto::merkle::Frontier,
    machine::witness::{Gate, record::Write},
    message::{
        head::{Head, HeadAnswer},
        ids::WitnessIndex,
        log::LogEntry,
    },
};

use crate::{outcome::Invariant, world::World};

impl World<'_> {
    /// A witness starts: who knows that its log was longer?
    pub fn watch_start(&mut self, node: usize) {
        if self.nodes[node].index.is_none() {
            return;
        }
        let size = self.nodes[node].disk.durable().ledger.log().len() as u64;
        let knows = |peer: &usize| {
            let peer = &self.nodes[*peer];
            let highest = peer.followed.get(&node).and_then(|followed| followed.highest());
            peer.up && peer.is_honest_witness() && highest.is_some_and(|head| head.size > size)
        };
        let ahead = self.peers_of(node).filter(knows);
        let ahead: Vec<(usize, u32)> = ahead.map(|peer| (peer, self.nodes[peer].life)).collect();
        self.nodes[node].ahead = ahead;
        self.nodes[node].heard.clear();
        self.nodes[node].shown.clear();
        if self.is_known_to_be_behind(node) {
            self.stake(Invariant::LostStateVotesNoMore);
        }
    }

    /// A peer answered a start.
    pub fn watch_head_answer(&mut self, node: usize, answer: &HeadAnswer) {
        let Some(witness) = self.witness(node).filter(|_| !self.nodes[node].heard.contains(&answer.index)) else {
            return;
        };
        let Some(nonce) = self.nodes[node].startup.as_ref().map(|startup| startup.query(witness).nonce) else { return };
        let keyset = self.keyset_of(node);
        let Some(member) = keyset.member(answer.index).filter(|_| answer.index != witness.index()) else { return };
        if let Ok(newest) = answer.verify(keyset, member, witness.index(), &nonce) {
            self.nodes[node].heard.insert(answer.index);
            // What comes when it votes already is asked for again, and counts then.
            let newest = newest.filter(|_| self.nodes[node].gate != Gate::Open);
            self.nodes[node].shown.extend(newest.map(|head| head.get()));
        }
    }

    /// Whether so many peers knew when it started, and know still, that any q - 1 of them have one among them. A log that was
    /// shown the same certificates again has become what it was: nothing that it said is missing there.
    fn is_known_to_be_behind(&self, node: usize) -> bool {
        let quorum = self.keyset_of(node).quorum();
        let log = self.nodes[node].disk.seen().ledger.log();
        let knows = |peer: usize| {
            let highest = self.nodes[peer].followed.get(&node).and_then(|followed| followed.highest());
            highest.is_some_and(|head| root_of(log, head.size) != Some(head.root))
        };
        let still =
            self.nodes[node].ahead.iter().filter(|(peer, life)| self.nodes[*peer].is_alive(*life) && knows(*peer));
        still.count() > quorum.witnesses() - quorum.votes()
    }

    /// A head of its own that a peer showed it, at its start or later, and that its log does not extend.
    fn shown_and_not_held(&self, node: usize) -> Option<&Head> {
        self.nodes[node].shown.iter().find(|head| !self.holds(node, head))
    }

    /// Whether a witness's log extends a head.
    pub fn holds(&self, node: usize, head: &Head) -> bool {
        root_of(self.nodes[node].disk.seen().ledger.log(), head.size) == Some(head.root)
    }

    /// A vote that was not given before is about to be written down by a witness that does not lie.
    pub fn watch_new_vote(&mut self, node: usize, index: WitnessIndex) {
        let needed = self.keyset_of(node).quorum().votes() - 1;
        let heard = self.nodes[node].heard.len();
        let why = if heard < needed {
            Some(format!("after {heard} answers to its start, where {needed} are needed"))
        } else if self.nodes[node].marked {
            Some("on a copy that is marked".to_owned())
        } else if let Some(head) = self.shown_and_not_held(node) {
            Some(format!("though it was shown that its log had {} entries, and they are not there", head.size))
        } else if self.is_known_to_be_behind(node) {
            Some(format!("though {:?} know that its log was longer", self.nodes[node].ahead))
        } else if self.nodes[node].fallen && self.has_forgotten(node, index) {
            Some("though it holds a certificate with a vote of its own that it forgot".to_owned())
        } else {
            None
        };
        if let Some(why) = why {
            self.fail(Invariant::LostStateVotesNoMore, format!("witness {node} votes {why}"));
        }
        let keyset = self.keyset_of(node);
        if self.time(node) > keyset.redeem_until() {
            self.fail(Invariant::NoLateVote, format!("witness {node} votes at {}", self.time(node)));
        }
    }

    /// Whether its log holds a certificate with its own vote, and not the vote.
    pub fn has_forgotten(&self, node: usize, index: WitnessIndex) -> bool {
        let mut voted = std::collections::BTreeSet::new();
        self.nodes[node].disk.seen().ledger.log().iter().any(|entry| match entry {
            LogEntry::Voted(signed) => {
                voted.insert(signed.order.digest());
                false
            }
            LogEntry::Certified(certified) => {
                certified.order.keyset == self.nodes[node].keyset
                    && certified.certificate.votes.iter().any(|vote| vote.index == index)
                    && !voted.contains(&certified.order.digest())
            }
        })
    }

    /// Of what a witness that does not lie writes: its new votes.
    pub fn watch_votes(&mut self, node: usize, writes: &[Write]) {
        let Some(index) = self.nodes[node].index.filter(|_| self.nodes[node].lie.is_none()) else { return };
        let voted =
            |write: &&Write| matches!(write, Write::LogEntry(_, entry) if matches!(**entry, LogEntry::Voted(_)));
        for _ in writes.iter().filter(voted) {
            self.watch_new_vote(node, index);
        }
    }
}

/// The root over the first entries of a log, if it has so many.
fn root_of(log: &[LogEntry], size: u64) -> Option<[u8; 32]> {
    let mut frontier = Frontier::default();
    log.get(..usize::try_from(size).ok()?)?.iter().for_each(|entry| frontier.push(entry.leaf()));
    Some(frontier.root())
}

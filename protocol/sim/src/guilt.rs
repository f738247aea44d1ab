//! Claims about guilt: a cheat that honest parties met can be proven by what they hold.

use std::collections::{BTreeMap, BTreeSet};

use ronde_protocol::{
    machine::audit::{Culprit, Offence, Report, WitnessLog},
    message::{
        evidence::{Evidence, conflict},
        head::Head,
        ids::{KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
        log::LogEntry,
        order::{Authorization, SignedOrder},
        vote::Vote,
    },
};

use crate::{
    clock::Millis, ledger::BadEvaluation, limits::LONGEST_COMMIT, network::End, outcome::Invariant, world::World,
};

impl World<'_> {
    /// Whatever has to leave evidence did.
    pub fn check_evidence(&mut self) {
        self.check_kept_evidence();
        self.check_double_votes();
        self.check_histories();
    }

    /// Whoever evaluated with other keys, or showed two heads of one size, for an honest store to see, is convicted by
    /// something that somebody holds.
    fn check_kept_evidence(&mut self) {
        let all = self.evidence();
        let seat = |keyset: KeysetId, index: WitnessIndex| self.federation.seat(keyset, index);
        let guilty = |node: usize| {
            all.iter().any(|evidence| match evidence {
                Evidence::BadEvaluation { evaluation, .. } => seat(evaluation.keyset, evaluation.index) == node,
                _ => false,
            })
        };
        for (node, to) in self.ledger.forks.clone() {
            self.stake(Invariant::CheatsLeaveEvidence);
            let forked = |evidence: &Evidence| {
                matches!(evidence, Evidence::Fork { .. })
                    && evidence
                        .clone()
                        .verify(&self.federation.charter)
                        .is_ok_and(|found| seat(found.keyset, found.culprit) == node)
            };
            if !all.iter().any(forked) {
                let says = format!("witness {node} showed store {to} two heads of one size, and nobody can prove it");
                self.fail(Invariant::CheatsLeaveEvidence, says);
            }
        }
        for met in self.ledger.bad_evaluations.clone() {
            if !self.is_kept_for_certain(&met) {
                continue;
            }
            self.stake(Invariant::CheatsLeaveEvidence);
            if !guilty(met.culprit) {
                let says =
                    format!("{:?} met a bad evaluation of witness {}, which nobody can prove", met.by, met.culprit);
                self.fail(Invariant::CheatsLeaveEvidence, says);
            }
        }
    }

    /// Whether nothing was in the way of writing a bad evaluation down. One is enough then: a store begins the commit when
    /// it comes, and a wallet's was waited for. A disk that was full, or a node that died before the commit was through,
    /// may have kept nothing of it; and of a store that went on from an old copy nothing is promised.
    fn is_kept_for_certain(&self, met: &BadEvaluation) -> bool {
        let End::Node(node) = met.by else { return true };
        let died = |death: &Millis| (met.at..=met.at + LONGEST_COMMIT).contains(death);
        self.nodes[node].is_honest() && !met.full && !self.nodes[node].deaths.iter().any(died)
    }

    /// Two votes of a liar for orders that conflict convict it, once honest stores hold both: each may hold one of them.
    fn check_double_votes(&mut self) {
        let votes: Vec<(usize, OrderDigest, Vote)> = self.ledger.votes_met().collect();
        for (place, (node, first, first_vote)) in votes.iter().enumerate() {
            for (_, second, second_vote) in votes[place + 1..].iter().take_while(|(other, ..)| other == node) {
                let (Some(a), Some(b)) = (self.ledger.known(first), self.ledger.known(second)) else { continue };
                if !conflict(&a.order, &b.order) {
                    continue;
                }
                let evidence = Evidence::DoubleVote {
                    first: a.order.clone(),
                    first_vote: *first_vote,
                    second: b.order.clone(),
                    second_vote: *second_vote,
                };
                self.stake(Invariant::CheatsLeaveEvidence);
                if !evidence
                    .verify(&self.federation.charter)
                    .is_ok_and(|verified| Some(verified.culprit) == self.nodes[*node].index)
                {
                    let says = format!("witness {node} voted for {first} and {second}, and that proves nothing");
                    self.fail(Invariant::CheatsLeaveEvidence, says);
                }
            }
        }
    }

    /// An audit finds what the logs and heads that it was given show: two heads of one size, two bodies under one
    /// reference.
    pub fn check_audit_finds(&mut self, keyset: KeysetId, report: &Report, logs: &[WitnessLog]) {
        let named = |culprit: Culprit, offence: Offence| {
            report.findings.iter().any(|found| found.offence == offence && found.culprits.contains(&culprit))
        };
        for log in logs {
            let heads: Vec<&Head> = log.heads.iter().chain([&log.head]).collect();
            let forked = |a: &&Head| heads.iter().any(|b| b.size == a.size && b.root != a.root);
            let Some(head) = heads.iter().find(|head| forked(head)) else { continue };
            self.stake(Invariant::CheatsLeaveEvidence);
            if !named(Culprit::Witness(keyset, head.index), Offence::Fork) {
                let says = format!("witness {} signed two heads of {} entries, unnoticed", head.index.0, head.size);
                self.fail(Invariant::CheatsLeaveEvidence, says);
            }
        }
        for store in
            two_bodied(logs.iter().filter(|log| !self.nodes[self.federation.seat(keyset, log.head.index)].fallen))
        {
            self.stake(Invariant::CheatsLeaveEvidence);
            if !named(Culprit::Store(store), Offence::TwoBodies) {
                let says = format!("store {store} signed two bodies under one reference, unnoticed");
                self.fail(Invariant::CheatsLeaveEvidence, says);
            }
        }
    }
}

/// Stores that signed two orders under one reference, by what witnesses logged before they voted.
fn two_bodied<'l>(logs: impl Iterator<Item = &'l WitnessLog>) -> BTreeSet<StoreId> {
    let mut bodies: BTreeMap<(StoreId, Reference), BTreeSet<OrderDigest>> = BTreeMap::new();
    for entry in logs.flat_map(|log| &log.entries) {
        if let LogEntry::Voted(SignedOrder { order, authorization: Authorization::Store(_) }) = entry {
            bodies.entry((order.store, order.reference)).or_default().insert(order.digest());
        }
    }
    bodies.into_iter().filter(|(_, digests)| digests.len() > 1).map(|((store, _), _)| store).collect()
}

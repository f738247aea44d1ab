//! Claims about innocence: no honest party is named by anybody.

use ronde_protocol::{
    machine::{
        audit::{Breach, Culprit, Finding, Standing, WitnessLog, audit},
        witness::record::{OrderRecord, View},
    },
    message::{
        charter::Keyset,
        evidence::{Evidence, conflict},
        head::Head,
        ids::{OrderDigest, WitnessIndex},
        log::LogEntry,
        vote::Vote,
    },
};

use crate::{coverage::Group, federation::KEYSET, luck::Luck, node::node_of, outcome::Invariant, world::World};

impl World<'_> {
    /// All evidence that anybody holds.
    pub fn evidence(&self) -> Vec<Evidence> {
        let nodes = self.nodes.iter().filter(|node| node.is_honest());
        let kept = nodes.flat_map(|node| node.disk.durable().ledger.evidence().iter().cloned());
        let people = self.people.iter().flat_map(|person| {
            let books = person.lost.iter().chain([&person.wallet]);
            books.flat_map(|wallet| wallet.book().evidence.iter().cloned())
        });
        kept.chain(people).collect()
    }

    /// Evidence names cheats only, and all votes of an honest witness together convict it of nothing.
    pub fn check_framing(&mut self) {
        for evidence in self.evidence() {
            self.watch_evidence(&evidence);
        }
        for node in self.federation.seats() {
            if let Some(index) = self.nodes[node].index.filter(|_| self.nodes[node].is_honest_witness()) {
                self.check_votes(node, index);
            }
        }
    }

    /// Two votes for conflicting orders are cleared by a certificate in the witness's own log, before the second.
    fn check_votes(&mut self, node: usize, index: WitnessIndex) {
        let keyset = self.nodes[node].keyset;
        let orders = self.ledger.orders().filter(|(_, known)| known.order.keyset == keyset);
        let voted =
            orders.filter_map(|(digest, known)| Some((*digest, known.order.clone(), *known.votes.get(&index)?)));
        let voted: Vec<(OrderDigest, _, Vote)> = voted.collect();
        for (place, (first, a, first_vote)) in voted.iter().enumerate() {
            for (second, b, second_vote) in &voted[place + 1..] {
                if !conflict(a, b) {
                    continue;
                }
                let (first_vote, second_vote) = (*first_vote, *second_vote);
                let evidence = Evidence::DoubleVote { first: a.clone(), first_vote, second: b.clone(), second_vote };
                self.stake(Invariant::VotesClear);
                if evidence.verify(&self.federation.charter).is_ok() && !self.is_cleared(node, first, second) {
                    let says = format!("witness {node} voted for {first} and {second}, and can't clear itself");
                    self.fail(Invariant::VotesClear, says);
                }
            }
        }
    }

    /// Whether the log holds, between the two votes, the certificate that freed the first.
    fn is_cleared(&self, node: usize, first: &OrderDigest, second: &OrderDigest) -> bool {
        let ledger = &self.nodes[node].disk.durable().ledger;
        let dead = |digest: &OrderDigest| matches!(ledger.order(KEYSET, digest), Ok(Some(OrderRecord::Dead { .. })));
        let place = |wanted: &OrderDigest| {
            ledger
                .log()
                .iter()
                .position(|entry| matches!(entry, LogEntry::Voted(signed) if signed.order.digest() == *wanted))
        };
        let (Some(a), Some(b)) = (place(first), place(second)) else { return false };
        let earlier = if a < b { first } else { second };
        let freed = ledger.log()[a.min(b)..a.max(b)].iter().any(|entry| match entry {
            LogEntry::Certified(certified) => {
                let known = self.ledger.known(earlier);
                known.is_some_and(|known| conflict(&known.order, &certified.order))
            }
            LogEntry::Voted(_) => false,
        });
        dead(earlier) && freed
    }

    /// The audit of n - f logs names cheats only, and finds what the omniscient ledger says.
    pub fn check_audit(&mut self) {
        // The dearest check: a run in three, and always where somebody signed two things.
        let two_bodies = self.coverage.count(Group::Cheat, "store signs two bodies") > 0;
        let forks = self.coverage.count(Group::Cheat, "witness votes twice") > 0;
        if !self.plan.seed.is_multiple_of(3) && !two_bodies && !forks {
            return;
        }
        let mut luck = Luck::new(self.plan.seed, 5);
        for keyset in self.federation.keysets() {
            self.audit_keyset(keyset, &mut luck);
        }
    }

    fn audit_keyset(&mut self, keyset: &Keyset, luck: &mut Luck) {
        let mut chosen: Vec<usize> = self.federation.committee(keyset.id()).collect();
        while chosen.len() > keyset.quorum().honest() {
            chosen.remove(luck.place(chosen.len()));
        }
        let logs: Vec<WitnessLog> = chosen.iter().filter_map(|node| self.log_of(*node)).collect();
        let report = audit(&self.federation.charter, keyset, &logs);
        self.stake(Invariant::AuditAgrees);
        self.check_audit_finds(keyset.id(), &report, &logs);
        self.check_audited_value(keyset.id(), &report, &logs);
        for finding in &report.findings {
            self.check_finding(finding, &chosen);
        }
        for breach in &report.breaches {
            // Logs of liars may leave out what made a coin; what an honest majority holds is whole.
            let honest = chosen.iter().all(|node| self.nodes[*node].is_honest_witness());
            if honest || matches!(breach, Breach::TwoCertificates { .. }) {
                self.fail(Invariant::AuditAgrees, format!("the audit of {chosen:?} finds {breach:?}"));
            }
        }
    }

    fn check_finding(&mut self, finding: &Finding, chosen: &[usize]) {
        for culprit in &finding.culprits {
            let (honest, present) = match culprit {
                Culprit::Witness(keyset, index) => {
                    let node = self.federation.seat(*keyset, *index);
                    (!self.nodes[node].fallen, chosen.contains(&node))
                }
                Culprit::Store(store) => (node_of(*store).is_none_or(|node| self.nodes[node].is_honest()), true),
            };
            self.say(format_args!("the audit names {culprit:?}: {:?}", finding.offence));
            // Whoever's log is not at hand is asked to answer, not convicted.
            if honest && (finding.standing == Standing::Proven || present) {
                let says = format!("the audit of {chosen:?} names {culprit:?}: {:?}", finding.offence);
                self.fail(Invariant::NobodyFramed, says);
            }
        }
    }

    /// A witness's log as an auditor gets it.
    pub fn log_of(&self, node: usize) -> Option<WitnessLog> {
        let ledger = &self.nodes[node].disk.durable().ledger;
        let head: Head = self.witness(node)?.head(ledger).ok()?;
        let heads = self.nodes.iter().filter(|other| other.is_honest());
        let heads = heads.filter_map(|other| other.followed.get(&node)?.highest().copied()).collect();
        Some(WitnessLog { head, entries: ledger.log().to_vec(), heads })
    }
}

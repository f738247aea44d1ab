//! What is checked after each step, by whoever sees everything.

use std::collections::BTreeSet;

use ronde_protocol::{
    machine::{
        till::checkout::CheckoutState,
        witness::record::{OrderRecord, View},
    },
    message::{
        certificate::Certificate,
        codec::encode,
        evaluation::{Evaluation, EvaluationError},
        evidence::Evidence,
        head::Head,
        ids::{OrderDigest, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::Order,
        refusal::Refusal,
        vote::Vote,
        wire::{Certified, OrderState, ReplyV1},
    },
};

use crate::{
    coverage::Group,
    federation::KEYSET,
    ledger::{BadEvaluation, share_lock},
    moving::moved,
    names,
    network::End,
    outcome::Invariant,
    world::World,
};

impl World<'_> {
    /// An answer leaves a witness.
    pub fn watch_answer(&mut self, node: usize, digest: &OrderDigest, reply: &ReplyV1) {
        match reply {
            ReplyV1::Voted(voted) => self.watch_vote(node, digest, voted.vote),
            ReplyV1::Order(OrderState::Voted { vote, .. }) => self.watch_vote(node, digest, *vote),
            ReplyV1::Certified(certified) => self.watch_certified(node, digest, certified),
            ReplyV1::Refused(Refusal::LimitExceeded { .. }) => self.watch_limit_refusal(node, digest),
            _ => {}
        }
    }

    fn watch_vote(&mut self, node: usize, digest: &OrderDigest, vote: Vote) {
        // A vote that was out before was checked then.
        let known = self.ledger.known(digest).and_then(|known| known.votes.get(&vote.index));
        if known != Some(&vote) && vote.verify(self.keyset_of(node), digest).is_err() {
            return;
        }
        if self.nodes[node].is_honest_witness() {
            self.stake(Invariant::VoteOnDisk);
            let on_disk = self.nodes[node].disk.durable().ledger.order(KEYSET, digest).ok().flatten();
            if on_disk.is_none() {
                return self.fail(Invariant::VoteOnDisk, format!("witness {node} votes for {digest}, unwritten"));
            }
            self.watch_binding(node, digest, vote.index);
        }
        if self.ledger.voted(digest, vote) {
            self.watch_certificate(digest);
        }
    }

    /// An honest witness binds a coin to one order, until a certificate frees it.
    fn watch_binding(&mut self, node: usize, digest: &OrderDigest, index: WitnessIndex) {
        let Some(order) = self.ledger.known(digest).map(|known| known.order.clone()) else { return };
        let ledger = &self.nodes[node].disk.durable().ledger;
        let mut unbound = None;
        for input in &order.inputs {
            let bound = ledger.coin(KEYSET, &input.point).ok().flatten();
            if bound.is_none_or(|bound| bound.digest != *digest) {
                unbound = Some(input.point);
            }
        }
        let record = ledger.order(KEYSET, digest).ok().flatten();
        if let (Some(point), Some(OrderRecord::Voted(_))) = (unbound, record) {
            let says = format!("witness {node} votes for {digest}, and {point:?} is not bound to it");
            return self.fail(Invariant::VoteOnDisk, says);
        }
        for other in self.ledger.bind(index, &order, *digest) {
            self.stake(Invariant::OneVote);
            let before = self.nodes[node].disk.durable().ledger.order(KEYSET, &other).ok().flatten();
            if !matches!(before, Some(OrderRecord::Dead { .. })) {
                let says = format!("witness {node} votes for {digest} over {other}, and nothing freed that");
                self.fail(Invariant::OneVote, says);
            }
        }
    }

    fn watch_certified(&mut self, node: usize, digest: &OrderDigest, certified: &Certified) {
        if !self.nodes[node].is_honest_witness() {
            return;
        }
        // Of a move the certificate is the earlier keyset's.
        let keyset = self.federation.committee_of(certified.certificate.keyset);
        if !self.ledger.was_checked(digest, &certified.certificate) {
            if certified.certificate.clone().verify(keyset, digest).is_err() {
                let says = format!("witness {node} answers {digest} with a bad certificate");
                return self.fail(Invariant::GoodOrder, says);
            }
            if !self.is_backed(&certified.certificate, digest) {
                let says = format!("witness {node} takes {digest} for certified by fewer than q witnesses");
                return self.fail(Invariant::GoodOrder, says);
            }
        }
        if self.ledger.saw_certificate(digest, &certified.certificate) {
            self.watch_certificate(digest);
        }
        self.stake(Invariant::EvaluationOnDisk);
        let on_disk = self.nodes[node].disk.durable().ledger.order(KEYSET, digest).ok().flatten();
        let same = matches!(&on_disk, Some(OrderRecord::Certified { evaluation, .. })
            if encode(evaluation) == encode(&certified.evaluation));
        if !same {
            let says = format!("witness {node} evaluates {digest}, and its disk says otherwise");
            self.fail(Invariant::EvaluationOnDisk, says);
        }
    }

    /// What a node that died had on its disk, and told nobody: where q is 1 its vote was a certificate.
    pub fn watch_disk(&mut self, node: usize) {
        if !self.nodes[node].is_honest_witness() {
            return;
        }
        let log = self.nodes[node].disk.durable().ledger.log().iter();
        let certified = log.filter_map(|entry| match entry {
            LogEntry::Certified(certified) => Some(certified.clone()),
            LogEntry::Voted(_) => None,
        });
        for certified in certified.collect::<Vec<_>>() {
            self.watch_logged(node, &certified);
        }
    }

    /// An honest witness logs an order as certified: perhaps nobody else has shown that certificate but a liar.
    pub fn watch_logged(&mut self, node: usize, certified: &CertifiedOrder) {
        let CertifiedOrder { order, certificate } = certified;
        let digest = self.ledger.meet(order);
        if self.ledger.known(&digest).is_some_and(|known| known.certified) {
            return;
        }
        if !self.is_backed(certificate, &digest) {
            let says = format!("witness {node} keeps {digest} as certified by fewer than q witnesses");
            return self.fail(Invariant::GoodOrder, says);
        }
        if self.ledger.saw_certificate(&digest, certificate) {
            self.watch_certificate(&digest);
        }
    }

    /// Whether q witnesses voted for it: counted here, whatever the machines say.
    pub fn is_backed(&self, certificate: &Certificate, digest: &OrderDigest) -> bool {
        let keyset = self.federation.committee_of(certificate.keyset);
        let good = certificate.votes.iter().filter(|vote| vote.verify(keyset, digest).is_ok());
        let voters: BTreeSet<WitnessIndex> = good.map(|vote| vote.index).collect();
        voters.len() >= keyset.quorum().votes()
    }

    /// A store calls an order dead.
    pub fn watch_dead(&mut self, node: usize, order: &Order, refusal: &Refusal) {
        let Refusal::Conflict(found) = refusal else { return };
        let Some(certificate) = found.certificate.as_ref().filter(|_| self.nodes[node].is_honest()) else { return };
        let rival = found.other.order();
        self.stake(Invariant::DeadIsDead);
        if !share_lock(order, rival) || !self.is_backed(certificate, &rival.digest()) {
            let says = format!("store {node} calls {} dead by {}", order.digest(), rival.digest());
            self.fail(Invariant::DeadIsDead, says);
        }
    }

    /// A wallet takes an order for certified.
    pub fn watch_news(&mut self, wallet: usize, certified: &CertifiedOrder) {
        let digest = certified.order.digest();
        self.stake(Invariant::TrueNews);
        if self.people[wallet].honest && !self.is_backed(&certified.certificate, &digest) {
            self.fail(Invariant::TrueNews, format!("wallet {wallet} takes {digest} for certified"));
        }
    }

    /// A till withdraws its checkout: not one that an order has taken.
    pub fn watch_cancel(&mut self, node: usize, states: Option<(CheckoutState, CheckoutState)>) {
        let Some((CheckoutState::Pending(digest), after)) = states else { return };
        self.stake(Invariant::TillsAgree);
        if after == CheckoutState::Cancelled {
            self.fail(Invariant::TillsAgree, format!("store {node} cancels the payment {digest}, which is pending"));
        }
    }

    /// An honest store signs what it wrote down.
    pub fn watch_body(&mut self, node: usize, order: &Order) {
        if !self.nodes[node].is_honest() {
            return;
        }
        self.stake(Invariant::OneBody);
        if let Some(first) = self.ledger.body(order) {
            let says = format!("store {node} signs {}, and signed {first} under that reference", order.digest());
            self.fail(Invariant::OneBody, says);
        }
    }

    /// A node is shown a head, and has `kept` it if it is the highest. Once the faults are over nothing is in the way of
    /// keeping two that are a fork.
    pub fn watch_head(&mut self, node: usize, of: usize, head: Head, kept: bool) {
        self.watch_history(node, of, &head);
        let shown = (node, self.nodes[node].life, of);
        if !self.nodes[node].is_honest() || self.ledger.heads.get(&shown) == Some(&head) {
            return;
        }
        if self.nodes[of].index != Some(head.index) || head.verify(self.keyset_of(of)).is_err() {
            return;
        }
        match self.ledger.heads.get(&shown).copied() {
            Some(known) if self.calm && known.size == head.size && known.root != head.root => {
                self.ledger.forks.entry(of).or_insert(node);
            }
            Some(known) if known.size >= head.size => {}
            _ if kept => {
                self.ledger.heads.insert(shown, head);
            }
            _ => {}
        }
    }

    /// An order is certified, for all to see.
    fn watch_certificate(&mut self, digest: &OrderDigest) {
        let Some(order) = self.ledger.known(digest).map(|known| known.order.clone()) else { return };
        self.say(format_args!("certified: {:?} {digest}", order.purpose));
        self.coverage.hit(Group::Deed, names::purpose(&order.purpose));
        if moved(&order) > 0 {
            self.coverage.hit(Group::Deed, "move");
        }
        self.stake(Invariant::GoodOrder);
        if !self.ledger.is_legit(digest) {
            self.fail(Invariant::GoodOrder, format!("{digest} is certified, and nobody who may sign it did"));
        }
        self.stake(Invariant::OneCertificate);
        if let Some(other) = self.ledger.rival(&order, digest) {
            self.fail(Invariant::OneCertificate, format!("{digest} and {other} are both certified"));
        }
    }

    /// Somebody found evidence.
    pub fn watch_evidence(&mut self, evidence: &Evidence) {
        self.stake(Invariant::NobodyFramed);
        match evidence.clone().verify(&self.federation.charter) {
            Ok(verified) => {
                let culprit = self.federation.seat(verified.keyset, verified.culprit);
                self.say(format_args!("evidence against witness {culprit}"));
                if !self.nodes[culprit].fallen {
                    let says = format!("witness {culprit} is named by {evidence:?}");
                    self.fail(Invariant::NobodyFramed, says);
                }
            }
            Err(error) => self.fail(Invariant::NobodyFramed, format!("evidence is kept that proves nothing: {error}")),
        }
    }

    /// A gateway says that a witness broke the protocol.
    pub fn watch_misbehaved(&mut self, node: usize, witness: usize) {
        let honest = self.nodes[witness].is_honest_witness();
        if honest && self.nodes[node].is_honest() {
            self.fail(Invariant::NobodyFramed, format!("store {node} finds that honest witness {witness} misbehaves"));
        }
    }

    /// An answer arrives at a store: bad evaluations and liars' votes are noted, so that evidence can be asked for in the
    /// end.
    pub fn watch_arrival(&mut self, node: usize, from: usize, digest: &OrderDigest, reply: &ReplyV1) {
        if let ReplyV1::Voted(voted) = reply
            && self.nodes[node].is_honest()
            && self.nodes[from].fallen
            && self.nodes[from].index == Some(voted.vote.index)
            && voted.vote.verify(self.keyset_of(from), digest).is_ok()
        {
            self.ledger.meet_vote(from, digest, voted.vote);
        }
        if let ReplyV1::Certified(certified) = reply
            && self.nodes[node].is_honest()
            && self.nodes[node].running.contains_key(digest)
        {
            let bad = self.is_bad(from, digest, &certified.evaluation);
            let full = self.nodes[node].disk.full;
            let met = BadEvaluation { culprit: from, by: End::Node(node), at: self.now, full };
            self.ledger.bad_evaluations.extend(bad.then_some(met));
        }
    }

    /// Whether a liar signed this evaluation though its proof is bad. (The honest ones' are checked with the coins.)
    fn is_bad(&self, from: usize, digest: &OrderDigest, evaluation: &Evaluation) -> bool {
        let liar = self.nodes[from].fallen;
        let Some(order) = self.ledger.known(digest).map(|known| &known.order).filter(|_| liar) else { return false };
        let verified = evaluation.verify(self.keyset_of(from), order, digest);
        matches!(verified, Err(EvaluationError::BadProof(_)))
    }

    /// Bad evaluations among those that come to an honest wallet, which writes them down before anything follows of them.
    pub fn bad_among(&self, wallet: usize, digest: &OrderDigest, evaluations: &[Evaluation]) -> Vec<BadEvaluation> {
        let by = End::Wallet(wallet);
        let seats = evaluations.iter().filter(|_| self.people[wallet].honest).map(|evaluation| {
            let culprit = self.federation.seat(evaluation.keyset, evaluation.index);
            (culprit, evaluation)
        });
        let known = seats.filter(|(culprit, _)| self.federation.witness(*culprit).is_some());
        let bad = known.filter(|(culprit, evaluation)| self.is_bad(*culprit, digest, evaluation));
        bad.map(|(culprit, _)| BadEvaluation { culprit, by, at: self.now, full: false }).collect()
    }

    /// A wallet's order was killed by another's certificate.
    pub fn watch_killed(&mut self, wallet: usize, digest: &OrderDigest, by: &Order) {
        self.coverage.hit(Group::Deed, "order proven dead");
        self.say(format_args!("wallet {wallet}: {digest} is dead by {}", by.digest()));
        let person = &self.people[wallet];
        // A wallet that began anew may meet what the lost one signed.
        let restored = person.device > 0 && self.ledger.signer(&by.digest()) == Some(wallet);
        let claimed = by.inputs.is_empty();
        let stranger = !self.ledger.known(digest).is_some_and(|known| share_lock(&known.order, by));
        if person.honest && (stranger || !restored && !claimed) {
            self.fail(Invariant::HonestNeverKilled, format!("wallet {wallet} lost {digest} to {}", by.digest()));
        }
    }
}

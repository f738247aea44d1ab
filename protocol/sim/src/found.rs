//! What became of an order that a wallet asks about: all witnesses together know.

use ronde_protocol::{
    machine::gateway::Gathering,
    message::{
        certificate::Certificate,
        codec::Bounded,
        ids::{KeysetId, OrderDigest},
        log::CertifiedOrder,
        order::{Order, SignedOrder, Submission},
        refusal::{Conflict, ConflictingOrder, Refusal},
        vote::Vote,
        wire::{OrderQuery, OrderState, RequestV1},
    },
};

use crate::{
    coverage::Group,
    luck::Luck,
    message::{Asked, News},
    network::End,
    plan::Way,
    world::World,
};

impl World<'_> {
    /// A wallet asks what became of an order: all witnesses are asked, and q votes among their answers complete it.
    pub fn look_up(&mut self, node: usize, from: End, keyset: KeysetId, digest: OrderDigest, mut luck: Luck) {
        let End::Wallet(wallet) = from else { return };
        self.nodes[node].found.remove(&digest);
        for witness in self.federation.committee(keyset) {
            let query = RequestV1::Order(OrderQuery { keyset, digest });
            self.ask(node, witness, Asked::State(digest, wallet), query, &mut luck);
        }
    }

    /// A witness showed its vote for an order that was asked for: with q of them there is a certificate.
    fn found_vote(&mut self, node: usize, wallet: usize, order: Order, vote: Vote, luck: &mut Luck) {
        let (keyset, digest) = (self.federation.committee_of(order.keyset), order.digest());
        let Ok(vote) = vote.verify(keyset, &digest) else { return };
        let votes = self.nodes[node].found.entry(digest).or_default();
        votes.push(vote);
        let Some(certificate) = Certificate::assemble(keyset, digest, votes) else { return };
        self.nodes[node].found.remove(&digest);
        let certified = CertifiedOrder { order, certificate: certificate.into_certificate() };
        if let Ok(gathering) = Gathering::of_certified(certified, &self.federation.charter) {
            self.coverage.hit(Group::Deed, "completed from found votes");
            self.take_on(node, gathering, Some(wallet), luck);
        }
    }

    /// An order without inputs needs no more than it brings: whoever is asked for it carries it (STORE-32).
    fn carry_on(&mut self, node: usize, wallet: usize, signed: SignedOrder, luck: &mut Luck) {
        let here = &self.nodes[node];
        let in_hand = here.running.contains_key(&signed.order.digest());
        if !signed.order.inputs.is_empty() || in_hand || here.way == Some(Way::Withholds) {
            return;
        }
        let submission = Submission { signed, columns: Bounded::default() };
        if let Ok(gathering) = submission.check(&self.federation.charter) {
            self.coverage.hit(Group::Deed, "carried on for its store");
            self.take_on(node, gathering, Some(wallet), luck);
        }
    }

    /// A witness says where an order stands.
    pub fn take_state(&mut self, node: usize, wallet: usize, digest: OrderDigest, state: OrderState, luck: &mut Luck) {
        match state {
            OrderState::Certified { order, certificate, evaluation } => {
                let digest = order.digest();
                let news = News::Certified { order, certificate, evaluations: vec![evaluation] };
                self.tell(node, wallet, Some(digest), news, luck);
            }
            OrderState::Voted { signed, vote } => {
                if signed.order.digest() == digest {
                    self.found_vote(node, wallet, signed.order.clone(), vote, luck);
                    self.carry_on(node, wallet, signed, luck);
                }
            }
            OrderState::Dead { by, .. } => {
                let other = ConflictingOrder::Certified(by.order);
                let conflict = Conflict { other, certificate: Some(by.certificate) };
                let news = News::Refused(Refusal::Conflict(Box::new(conflict)));
                self.tell(node, wallet, Some(digest), news, luck);
            }
        }
    }
}

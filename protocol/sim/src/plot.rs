//! Conspirators: a customer who pays at a crooked store, and has the same coins exchanged at another; that store, which shows
//! the witnesses one order or the other; and liars, who vote for both, and evaluate for nobody but these.

use ronde_protocol::{
    machine::wallet::{Payment, Wallet},
    message::{
        amount::Points,
        ids::OrderDigest,
        offer::Offer,
        order::{Order, Submission},
        refusal::Refusal,
        wire::ReplyV1,
    },
};

use crate::{
    coverage::Group,
    federation::KEYSET,
    luck::Luck,
    message::{Body, Route},
    network::End,
    node::node_of,
    plan::Lie,
    world::World,
};

impl World<'_> {
    /// The customer signs both orders, the store divides the honest witnesses between them as evenly as it can, and shows
    /// both to the liars.
    pub fn plot(&mut self, crook: usize, store: usize, other: usize, points: u64, mut luck: Luck) {
        let (store, other) = (store % self.nodes.len(), other % self.nodes.len());
        if self.nodes[store].way.is_none() || !self.nodes[store].up {
            return;
        }
        let Some([paid, kept]) = self.sign_both(crook, store, points, &mut luck) else { return };
        self.coverage.hit(Group::Cheat, "conspirators pay with coins that they exchange");
        let (mut honest, mut liars) = (0, 0);
        for witness in self.federation.committee(KEYSET) {
            if self.nodes[witness].lie == Some(Lie::Plots) {
                liars += 1;
                self.show_order(store, witness, &paid, &mut luck);
                self.show_order(store, witness, &kept, &mut luck);
                continue;
            }
            honest += 1;
            let shown = if honest % 2 == 0 { &kept } else { &paid };
            self.show_order(store, witness, shown, &mut luck);
        }
        if liars > 0 {
            self.coverage.hit(Group::Cheat, "conspirators show liars both orders");
        }
        self.send(End::Wallet(crook), End::Node(other), &mut luck, Body::Bring(Box::new(kept)));
        // There is no checkout: the store takes it on all the same.
        if let Ok(gathering) = paid.check(&self.federation.charter) {
            self.take_on(store, gathering, Some(crook), &mut luck);
        }
    }

    /// A payment to the store, by an offer that it signs for this alone, and a Swap of the same coins.
    fn sign_both(&mut self, crook: usize, store: usize, points: u64, luck: &mut Luck) -> Option<[Submission; 2]> {
        let (charter, now) = (&self.federation.charter, self.wallet_time(crook));
        let key = &self.federation.store_keys[store];
        let offer = Offer {
            federation: *charter.federation(),
            store: self.nodes[store].store,
            nonce: luck.bytes(),
            max: Points(points),
            step: Points(1),
            expiry: now + 900,
            time: now,
        };
        let offer = offer.sign(key).verify(charter.node_key(self.nodes[store].store)?).ok()?;
        let mut copy = Wallet::from_bytes(&self.people[crook].wallet.to_bytes()).ok()?;
        let payment = Payment { points: Points(points), vouchers: Vec::new() };
        let durable = self.people[crook].save();
        let paid = self.people[crook].wallet.pay(charter, &offer, &payment, None, now, luck.entropy());
        let kept = copy.swap(charter, KEYSET, true, now, luck.entropy());
        // What the wallet signed alone stays in it, and is resumed some day.
        self.note_signed(crook);
        let orders = [paid.ok()?.release(&durable), kept.ok()?.release(&durable)];
        if luck.permille(500) {
            self.people[crook].wallet = copy;
        }
        self.people[crook].save();
        self.note_signed(crook);
        for submission in &orders {
            let order = &submission.signed.order;
            self.ledger.signed_by(order, crook);
            self.ledger.made_by(order.outputs.iter().map(|output| &output.blinded), crook);
            self.note_columns(submission);
            self.say(format_args!("conspirator {crook} signs {:?} {}", order.purpose, order.digest()));
        }
        Some(orders)
    }

    /// Whether an order is the conspirators' own: a cheating customer signed it, or a cheating store is debited by it.
    pub fn is_of_accomplices(&self, digest: &OrderDigest, order: &Order) -> bool {
        let store = node_of(order.store).filter(|_| order.inputs.is_empty());
        store.and_then(|store| self.nodes.get(store)).is_some_and(|store| store.way.is_some())
            || self.ledger.signer(digest).is_some_and(|wallet| !self.people[wallet].honest)
    }

    /// A conspirator evaluates for its own alone: to others it says that it is busy.
    pub fn withhold(&mut self, node: usize, route: Route, reply: ReplyV1) -> ReplyV1 {
        let ReplyV1::Certified(certified) = &reply else { return reply };
        let digest = certified.evaluation.digest;
        let own = self.ledger.known(&digest).is_some_and(|known| self.is_of_accomplices(&digest, &known.order));
        if own {
            self.coverage.hit(Group::Cheat, "conspirator evaluates for its own");
            return reply;
        }
        self.coverage.hit(Group::Cheat, "conspirator evaluates for nobody else");
        self.say(format_args!("conspirator {node} tells {} nothing of {digest}", route.node));
        ReplyV1::Refused(Refusal::Busy)
    }
}

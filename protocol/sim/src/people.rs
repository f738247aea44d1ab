//! What the ops of a plan set in motion.

use ronde_protocol::{
    machine::witness::record::{OrderRecord, View},
    message::{
        amount::Points,
        certificate::Certificate,
        evaluation::Evaluation,
        ids::OrderDigest,
        order::{Order, Purpose},
    },
};

use crate::{
    coverage::Group,
    federation::{ASSOCIATION, CAMPAIGN, KEYSET, LATER},
    luck::Luck,
    message::{Intent, Slip},
    network::Cut,
    node::Trap,
    ops::{Act, Manner},
    world::{Event, World},
};

impl World<'_> {
    fn store_at(&self, number: u8) -> usize {
        usize::from(number) % self.nodes.len()
    }

    fn person_at(&self, number: u8) -> usize {
        usize::from(number) % self.people.len()
    }

    /// An op.
    pub fn act(&mut self, place: usize, mut luck: Luck) {
        let act = self.plan.ops[place].act.clone();
        self.say(format_args!("{act:?}"));
        match act {
            Act::Earn { wallet, store, points, ballot, vouchers, wait, manner } => {
                let slip = self.slip(store, points, &mut luck);
                let slip = Slip { ballot, vouchers, wait: u64::from(wait) * 1000, manner, ..slip };
                self.grant(slip.store, self.person_at(wallet), slip, &mut luck);
            }
            Act::Shared { wallet, other, store, points } => {
                let slip = self.slip(store, points, &mut luck);
                let slip = Slip { copied: Some(self.person_at(other)), ..slip };
                self.grant(slip.store, self.person_at(wallet), slip, &mut luck);
            }
            Act::Pay { wallet, store, via, points, vouchers, manner } => {
                let intent = Intent { points: u64::from(points), vouchers, via: self.store_at(via), manner };
                self.open_checkout(self.store_at(store), self.person_at(wallet), intent, &mut luck);
            }
            Act::Swap { wallet, via } => {
                let (wallet, via) = (self.person_at(wallet), self.store_at(via));
                let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
                let later = !self.federation.later.is_empty() && luck.permille(500);
                let keyset = if later { LATER } else { KEYSET };
                let signed = self.people[wallet].wallet.swap(charter, keyset, true, now, luck.entropy());
                self.set_out(wallet, signed, via, Manner::Patient, &mut luck);
            }
            Act::Move { wallet, via } => {
                let (wallet, via) = (self.person_at(wallet), self.store_at(via));
                self.move_on(wallet, via, &mut luck);
            }
            Act::Donate { wallet, via, points } => {
                let (wallet, via) = (self.person_at(wallet), self.store_at(via));
                let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
                let points = Points(u64::from(points));
                let signed = self.people[wallet].wallet.donate(charter, ASSOCIATION, points, now, luck.entropy());
                self.set_out(wallet, signed, via, Manner::Patient, &mut luck);
            }
            Act::Cast { wallet, via, choice } => {
                let (wallet, via) = (self.person_at(wallet), self.store_at(via));
                let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
                let signed = self.people[wallet].wallet.vote(charter, CAMPAIGN, choice % 3, now, luck.entropy());
                self.set_out(wallet, signed, via, Manner::Impatient, &mut luck);
            }
            Act::Pledge { store, points } => self.pledge(self.store_at(store), u64::from(points), &mut luck),
            Act::Resume { wallet, via } => {
                self.coverage.hit(Group::Deed, "came back");
                self.resume(self.person_at(wallet), self.store_at(via), Manner::Patient, &mut luck);
            }
            Act::Restore { wallet } => self.restore(self.person_at(wallet), &mut luck),
            Act::CrashWallet { wallet } => {
                let wallet = self.person_at(wallet);
                self.people[wallet].reload();
            }
            Act::Cancel { store } => {
                let store = self.store_at(store);
                if self.nodes[store].up {
                    self.cancel_checkout(store, &mut luck);
                }
            }
            act => self.break_something(act, luck),
        }
    }

    fn slip(&self, store: u8, points: u16, luck: &mut Luck) -> Slip {
        Slip {
            grant: luck.number(),
            store: self.store_at(store),
            secret: [0; 32],
            points: u64::from(points),
            ballot: false,
            vouchers: 0,
            wait: 0,
            manner: Manner::Patient,
            copied: None,
        }
    }

    fn break_something(&mut self, act: Act, mut luck: Luck) {
        match act {
            Act::Crash { store, down } => self.crash(self.store_at(store), u64::from(down), luck),
            Act::CrashWriting { store, commits, down } => {
                let store = self.store_at(store);
                self.nodes[store].trap = Some(Trap { commits, down: u64::from(down) });
            }
            Act::Partition { side, lasts } => self.cut(Cut::Sides(side), lasts, &mut luck),
            Act::Cut { from, to, lasts } => {
                self.cut(Cut::OneWay(self.store_at(from), self.store_at(to)), lasts, &mut luck);
            }
            Act::Jump { store, by, lasts } => {
                let store = self.store_at(store);
                self.nodes[store].clock.set_off(i64::from(by), self.now);
                self.coverage.hit(Group::Fault, "clock jumps");
                self.after(u64::from(lasts), luck.child(), Event::SetClock(store));
            }
            Act::Full { store, lasts } => {
                let store = self.store_at(store);
                self.nodes[store].disk.full = true;
                self.after(u64::from(lasts), luck.child(), Event::Room(store));
            }
            Act::Backup { store } => {
                let store = self.store_at(store);
                self.nodes[store].copy = Some(self.nodes[store].disk.durable().clone());
            }
            Act::Rollback { store } => self.roll_back(self.store_at(store), luck),
            act => self.cheat(act, luck),
        }
    }

    fn cut(&mut self, cut: Cut, lasts: u32, luck: &mut Luck) {
        let number = self.network.cut(cut);
        self.after(u64::from(lasts), luck.child(), Event::Mend(number));
    }

    /// Certified orders whose coins or change are a customer's, as the omniscient ledger knows them.
    pub fn orders_of(&self, wallet: usize) -> Vec<(OrderDigest, Order)> {
        let own = |digest: &OrderDigest, order: &Order| match order.purpose {
            // Nobody owns what a cheat made of another's.
            _ if self.ledger.copied.contains(digest) => false,
            Purpose::Earn => order.outputs.iter().any(|output| self.ledger.maker(&output.blinded) == Some(wallet)),
            _ => self.ledger.signer(digest) == Some(wallet),
        };
        let certified = self.ledger.certified().filter(|(digest, order)| own(digest, order));
        certified.map(|(digest, order)| (*digest, order.clone())).collect()
    }

    /// Points that crooked stores issued for what a customer blinded.
    pub fn given_to(&self, wallet: usize) -> i128 {
        let copied = self.ledger.certified().filter(|(digest, _)| self.ledger.copied.contains(*digest));
        let outputs = copied.flat_map(|(_, order)| &order.outputs);
        let given = outputs.filter(|output| self.ledger.maker(&output.blinded) == Some(wallet));
        given.map(|output| i128::from(output.class.kind.points().0)).sum()
    }

    /// A certificate and all evaluations that honest witnesses hold.
    pub fn found_at_nodes(&self, digest: &OrderDigest) -> Option<(Certificate, Vec<Evaluation>)> {
        let mut found = None;
        let mut evaluations = Vec::new();
        for node in self.nodes.iter().filter(|node| node.is_honest_witness()) {
            let record = node.disk.durable().ledger.order(KEYSET, digest).ok().flatten();
            if let Some(OrderRecord::Certified { certificate, evaluation, .. }) = record {
                found = Some(certificate);
                evaluations.push(evaluation);
            }
        }
        found.map(|certificate| (certificate, evaluations))
    }
}

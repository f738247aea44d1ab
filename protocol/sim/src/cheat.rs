//! Stores and customers that cheat.

use ronde_protocol::{
    crypto::sign::Signature,
    machine::wallet::Wallet,
    message::{
        amount::Points,
        certificate::Certificate,
        class::Kind,
        codec::Bounded,
        ids::{KeysetId, OrderDigest, WitnessIndex},
        order::{Column, Columns, Order, SignedOrder, Submission},
        refusal::{Conflict, ConflictingOrder, Refusal},
        vote::Vote,
        wire::{RequestV1, VoteRequest},
    },
};

use crate::{
    coverage::Group,
    federation::{ASSOCIATION, KEYSET},
    ledger::share_lock,
    luck::Luck,
    message::{Asked, Body, News},
    network::End,
    ops::{Act, WrongColumns},
    plan::Way,
    world::World,
};

/// Requests that a cheating store keeps, to send them again.
const KEPT: usize = 24;

impl World<'_> {
    /// What a store makes of an order that a wallet brings.
    pub fn cheat_bring(&mut self, node: usize, mut submission: Submission, luck: &mut Luck) -> Option<Submission> {
        match self.nodes[node].way {
            Some(Way::Withholds) => {
                self.coverage.hit(Group::Cheat, "store withholds an order");
                None
            }
            Some(Way::Mixes) if submission.columns.len() > 1 && luck.permille(600) => {
                self.coverage.hit(Group::Cheat, "store mixes columns");
                submission.columns = rotated(&submission.columns);
                Some(submission)
            }
            Some(Way::Alters) if !submission.signed.order.inputs.is_empty() && luck.permille(600) => {
                self.coverage.hit(Group::Cheat, "store alters an order");
                submission.signed.order.time += 1;
                self.show_everybody(node, &submission, luck);
                None
            }
            Some(Way::Copies) if luck.permille(600) => {
                self.copy_outputs(node, &submission.signed.order, luck);
                None
            }
            _ => Some(submission),
        }
    }

    /// The store issues to what a customer blinded for their change, before the customer's order is certified: nothing
    /// may come of that for the customer.
    fn copy_outputs(&mut self, node: usize, order: &Order, luck: &mut Luck) {
        let points = order.outputs.iter().filter(|output| matches!(output.class.kind, Kind::Points { .. }));
        let Ok(outputs) = Bounded::new(points.copied().collect::<Vec<_>>()) else { return };
        if outputs.is_empty() {
            return;
        }
        self.coverage.hit(Group::Cheat, "store copies a customer's outputs");
        let keyset = outputs[0].class.keyset;
        let copy = Order { keyset, outputs, ..self.gift(node, luck) };
        self.ledger.copied.insert(copy.digest());
        let signed = self.sign_anything(node, copy);
        self.take_own(node, signed, None, luck);
    }

    /// What a store makes of a request before a witness gets it.
    pub fn cheat_request(
        &mut self,
        node: usize,
        witness: usize,
        request: RequestV1,
        luck: &mut Luck,
    ) -> Option<RequestV1> {
        let way = self.nodes[node].way;
        if way.is_some() && self.nodes[node].sent.len() < KEPT {
            self.nodes[node].sent.push((witness, request.clone()));
        }
        if way == Some(Way::Halves) && (witness + node).is_multiple_of(2) && luck.permille(800) {
            self.coverage.hit(Group::Cheat, "store leaves witnesses out");
            return None;
        }
        Some(request)
    }

    /// What a store makes of what it tells a wallet.
    pub fn cheat_tell(&mut self, node: usize, news: News, luck: &mut Luck) -> News {
        if self.nodes[node].way != Some(Way::Spoils) {
            return news;
        }
        match news {
            News::Certified { order, .. } if luck.permille(400) => self.false_news(order, luck),
            News::Certified { order, certificate, mut evaluations } => {
                self.coverage.hit(Group::Cheat, "store spoils evaluations");
                for (place, evaluation) in evaluations.iter_mut().enumerate() {
                    match place % 3 {
                        0 => flip(&mut evaluation.signature),
                        1 => evaluation.digest = OrderDigest([7; 32]),
                        _ => {}
                    }
                }
                News::Certified { order, certificate, evaluations }
            }
            News::Pending(Some(order)) => self.false_news(order, luck),
            News::Pending(None) => News::Refused(Refusal::BadSignature),
            news => news,
        }
    }

    /// Something about an order that is not so: that it is certified, or dead, or bad.
    fn false_news(&mut self, order: Order, luck: &mut Luck) -> News {
        self.coverage.hit(Group::Cheat, "store tells a wallet what is not so");
        let conflict = |other, certificate| {
            News::Refused(Refusal::Conflict(Box::new(Conflict { other, certificate: Some(certificate) })))
        };
        match luck.below(4) {
            0 => News::Refused(Refusal::BadSignature),
            1 => {
                let certificate = self.invented_certificate(order.keyset, order.digest());
                News::Certified { order, certificate, evaluations: Vec::new() }
            }
            2 => {
                let mut others = self.ledger.certified().filter(|(_, other)| !share_lock(&order, other));
                let other = others.find_map(|(digest, other)| Some((other.clone(), self.found_at_nodes(digest)?.0)));
                match other {
                    Some((other, certificate)) => conflict(ConflictingOrder::Certified(other), certificate),
                    None => News::Pending(Some(order)),
                }
            }
            _ => {
                let other = Order { time: order.time + 1, ..order };
                let certificate = self.invented_certificate(other.keyset, other.digest());
                conflict(ConflictingOrder::Certified(other), certificate)
            }
        }
    }

    /// As many votes as are needed, none of which anybody gave.
    fn invented_certificate(&self, keyset: KeysetId, digest: OrderDigest) -> Certificate {
        let needed = self.federation.committee_of(keyset).quorum().votes();
        let members = (0..u8::MAX).take(needed).map(WitnessIndex);
        let votes = members.map(|index| Vote { index, signature: Signature([7; 64]) }).collect();
        Certificate { keyset, digest, votes: Bounded::new(votes).unwrap_or_default() }
    }

    /// What ops have cheats do. Whoever is honest in this run does nothing of the kind.
    pub fn cheat(&mut self, act: Act, luck: Luck) {
        match act {
            Act::Race { wallet, via, other, points } => {
                if let Some(crook) = self.crook(wallet) {
                    self.race(crook, usize::from(via), usize::from(other), u64::from(points), luck);
                }
            }
            Act::Plot { wallet, store, other, points } => {
                if let Some(crook) = self.crook(wallet) {
                    self.plot(crook, usize::from(store), usize::from(other), u64::from(points), luck);
                }
            }
            Act::Columns { wallet, via, wrong } => {
                if let Some(crook) = self.crook(wallet) {
                    self.wrong_columns(crook, usize::from(via), wrong, luck);
                }
            }
            Act::Forge { wallet, via, what } => {
                if let Some(crook) = self.crook(wallet) {
                    self.forge(crook, usize::from(via), what, luck);
                }
            }
            act => self.cheat_as_store(act, luck),
        }
    }

    /// A dishonest customer, if the number is one's.
    pub fn crook(&self, number: u8) -> Option<usize> {
        let number = usize::from(number);
        self.people.get(number).filter(|person| !person.honest).map(|_| number)
    }

    /// A copy of the wallet signs another order over the same coins.
    fn race(&mut self, crook: usize, via: usize, other: usize, points: u64, mut luck: Luck) {
        let (charter, now) = (&self.federation.charter, self.wallet_time(crook));
        let stores = self.nodes.len();
        let bytes = self.people[crook].wallet.to_bytes();
        let Ok(mut copy) = Wallet::from_bytes(&bytes) else { return };
        let durable = self.people[crook].save();
        let first = self.people[crook].wallet.donate(charter, ASSOCIATION, Points(points), now, luck.entropy());
        let mut second = copy.swap(charter, KEYSET, true, now, luck.entropy());
        if luck.permille(500) {
            second = copy.donate(charter, ASSOCIATION, Points(points + 1), now, luck.entropy()).or(second);
        }
        let (Ok(first), Ok(second)) = (first, second) else {
            // What the wallet signed alone stays in it, and is resumed some day.
            return self.note_signed(crook);
        };
        if luck.permille(500) {
            // It is the other one that the wallet remembers.
            self.people[crook].wallet = copy;
        }
        let orders = [first.release(&durable), second.release(&durable)];
        self.people[crook].save();
        // The copy may have signed a third.
        self.note_signed(crook);
        self.coverage.hit(Group::Cheat, "customer races a coin");
        for submission in &orders {
            let order = &submission.signed.order;
            self.ledger.signed_by(order, crook);
            self.ledger.made_by(order.outputs.iter().map(|output| &output.blinded), crook);
            self.say(format_args!("crook {crook} signs {:?} {}", order.purpose, order.digest()));
        }
        let via = via % stores;
        if self.nodes[via].way.is_some() && self.nodes[via].up {
            self.split(via, [&orders[0], &orders[1]], &mut luck);
        }
        for (submission, store) in orders.into_iter().zip([via, other % stores]) {
            self.send(End::Wallet(crook), End::Node(store), &mut luck, Body::Bring(Box::new(submission)));
        }
    }

    /// A store shows one order to half of the witnesses, and the other to the rest.
    pub fn split(&mut self, store: usize, orders: [&Submission; 2], luck: &mut Luck) {
        self.coverage.hit(Group::Cheat, "store splits the witnesses");
        for witness in self.federation.committee(orders[0].signed.order.keyset) {
            let submission = orders[usize::from(luck.permille(500))];
            self.show_order(store, witness, submission, luck);
        }
    }

    /// A store asks all witnesses of an order's keyset for their votes, past its own gateway.
    pub fn show_everybody(&mut self, store: usize, submission: &Submission, luck: &mut Luck) {
        for witness in self.federation.committee(submission.signed.order.keyset) {
            self.show_order(store, witness, submission, luck);
        }
    }

    /// A store asks one witness for a vote, past its own gateway.
    pub fn show_order(&mut self, store: usize, witness: usize, submission: &Submission, luck: &mut Luck) {
        let column = submission.columns.iter().find(|column| self.nodes[witness].index == Some(column.index));
        let request = VoteRequest {
            signed: submission.signed.clone(),
            column: column.map(|column| column.components.clone()),
            votes: Bounded::default(),
        };
        let digest = submission.signed.order.digest();
        self.ask(store, witness, Asked::Order(digest), RequestV1::Vote(request), luck);
    }

    /// Columns that are not the coins'.
    fn wrong_columns(&mut self, crook: usize, via: usize, wrong: WrongColumns, mut luck: Luck) {
        let (charter, now) = (&self.federation.charter, self.wallet_time(crook));
        let via = via % self.nodes.len();
        let signed = self.people[crook].wallet.donate(charter, ASSOCIATION, Points(1), now, luck.entropy());
        let Ok(sealed) = signed else { return };
        let durable = self.people[crook].save();
        let mut submission = sealed.release(&durable);
        self.ledger.signed_by(&submission.signed.order, crook);
        let outputs = submission.signed.order.outputs.clone();
        self.ledger.made_by(outputs.iter().map(|output| &output.blinded), crook);
        let before = self.people[crook].columns.replace(submission.columns.clone());
        submission.columns = match wrong {
            WrongColumns::Foreign => rotated(&submission.columns),
            WrongColumns::Few => Bounded::new(submission.columns.iter().take(1).cloned().collect()).unwrap_or_default(),
            WrongColumns::Stale => match before {
                Some(before) => refitted(&submission.columns, &before),
                None => return,
            },
        };
        self.coverage.hit(
            Group::Cheat,
            match wrong {
                WrongColumns::Foreign => "customer shows foreign columns",
                WrongColumns::Few => "customer shows too few columns",
                WrongColumns::Stale => "customer shows stale columns",
            },
        );
        self.bring_past(crook, via, submission, &mut luck);
    }

    /// A crook brings to a store what no wallet makes; one that cheats shows it to the witnesses, past its own gateway.
    pub fn bring_past(&mut self, crook: usize, via: usize, submission: Submission, luck: &mut Luck) {
        if self.nodes[via].way.is_some() && self.nodes[via].up {
            self.show_everybody(via, &submission, luck);
        }
        self.send(End::Wallet(crook), End::Node(via), luck, Body::Bring(Box::new(submission)));
    }

    /// A store signs an order that debits it, whatever it is.
    pub fn sign_anything(&mut self, store: usize, order: Order) -> SignedOrder {
        let signature = order.sign_as_store(&self.federation.store_keys[store]);
        SignedOrder { order, authorization: ronde_protocol::message::order::Authorization::Store(signature) }
    }
}

fn flip(signature: &mut Signature) {
    signature.0[0] ^= 1;
}

/// Each witness gets the next one's.
fn rotated(columns: &Columns) -> Columns {
    let next = columns.iter().cycle().skip(1);
    let turned = columns.iter().zip(next);
    let turned = turned.map(|(own, next)| Column { index: own.index, components: next.components.clone() });
    Bounded::new(turned.collect()).unwrap_or_default()
}

/// The components of other coins, as many as are needed.
fn refitted(columns: &Columns, stale: &Columns) -> Columns {
    let with = columns.iter().filter_map(|column| {
        let old = stale.iter().find(|old| old.index == column.index)?;
        let components = old.components.iter().cycle().take(column.components.len()).copied().collect();
        Some(Column { index: column.index, components: Bounded::new(components).ok()? })
    });
    Bounded::new(with.collect()).unwrap_or_default()
}

//! What a dishonest store sends out when an op says so.

use ronde_protocol::{
    crypto::{group::ScalarBytes, spend::SpendSignature},
    machine::wallet::GrantTerms,
    message::{
        amount::Points,
        certificate::Certificate,
        class::{Class, Kind},
        codec::Bounded,
        ids::{AssociationId, FederationId, KeysetId, Reference, StoreId},
        log::CertifiedOrder,
        order::{
            Authorization, Columns, Input, Inputs, Order, Output, Outputs, Purpose, SignedOrder, Submission,
            pledge_reference,
        },
        wire::{RequestV1, VoteRequest},
    },
};

use crate::{
    coverage::Group,
    disk::{Key, Writes},
    federation::{DAILY_LIMIT, KEYSET, text},
    forger::anything,
    luck::Luck,
    message::Asked,
    ops::{Act, Rubbish},
    till::link,
    world::{After, World},
};

impl World<'_> {
    /// Only a store that cheats in this run does any of this, and only while it runs.
    pub fn cheat_as_store(&mut self, act: Act, mut luck: Luck) {
        let (Act::Rubbish { store, .. }
        | Act::TwoBodies { store, .. }
        | Act::OverIssue { store, .. }
        | Act::Replay { store }) = act
        else {
            return;
        };
        let store = usize::from(store) % self.nodes.len();
        if self.nodes[store].way.is_none() || !self.nodes[store].up {
            return;
        }
        match act {
            Act::Rubbish { what, .. } => self.rubbish(store, what, &mut luck),
            Act::TwoBodies { wallet, points, .. } => {
                if let Some(crook) = self.crook(wallet) {
                    self.two_bodies(store, crook, u64::from(points), &mut luck);
                }
            }
            Act::OverIssue { wallet, times, .. } => {
                if let Some(crook) = self.crook(wallet) {
                    self.over_issue(store, crook, times, &mut luck);
                }
            }
            _ => {
                self.coverage.hit(Group::Cheat, "store replays");
                for (witness, request) in self.nodes[store].sent.clone() {
                    if let RequestV1::Vote(VoteRequest { signed: SignedOrder { order, .. }, .. })
                    | RequestV1::Certify(CertifiedOrder { order, .. }) = &request
                    {
                        let digest = order.digest();
                        self.ask(store, witness, Asked::Order(digest), request, &mut luck);
                    }
                }
            }
        }
    }

    /// An Earn that nobody asked for, with one output of nobody's.
    pub fn gift(&self, store: usize, luck: &mut Luck) -> Order {
        let class = Class { keyset: KEYSET, kind: Kind::Points { denomination: 1 } };
        let output = Output { class, blinded: anything(luck).encode() };
        Order {
            federation: *self.federation.charter.federation(),
            keyset: KEYSET,
            store: self.nodes[store].store,
            purpose: Purpose::Earn,
            reference: Reference(luck.bytes()),
            time: self.time(store),
            inputs: Inputs::default(),
            outputs: Bounded::new(vec![output]).unwrap_or_default(),
        }
    }

    fn rubbish(&mut self, store: usize, what: Rubbish, luck: &mut Luck) {
        self.coverage.hit(Group::Cheat, "store sends rubbish");
        if what == Rubbish::Certificate {
            return self.bad_certificate(store, luck);
        }
        let mut order = self.gift(store, luck);
        let mut signer = store;
        match what {
            Rubbish::Federation => order.federation = FederationId([9; 32]),
            Rubbish::Keyset => order.keyset = KeysetId(77),
            Rubbish::Unknown | Rubbish::Balance => {
                let association = AssociationId(if what == Rubbish::Unknown { 999 } else { 1 });
                let points = Points(if what == Rubbish::Unknown { 1 } else { 0 });
                order.purpose = Purpose::Pledge { association, points };
                order.outputs = Outputs::default();
                order.reference = pledge_reference(order.time);
            }
            Rubbish::Unsorted => {
                let output = order.outputs[0];
                order.outputs = Bounded::new(vec![output, output]).unwrap_or_default();
            }
            Rubbish::Signature => signer = (store + 1) % self.nodes.len(),
            Rubbish::Tomorrow => order.time += 86_400,
            Rubbish::NoColumn => {
                order.store = StoreId::NONE;
                order.reference = Reference::NONE;
                order.purpose = Purpose::Donate { association: AssociationId(1) };
                let input = Input { kind: Kind::Points { denomination: 1 }, point: order.outputs[0].blinded };
                order.inputs = Bounded::new(vec![input]).unwrap_or_default();
                order.outputs = Outputs::default();
            }
            Rubbish::Certificate => {}
        }
        let mut signed = self.sign_anything(signer, order);
        match what {
            // Of tomorrow, but the store's own all the same.
            Rubbish::Tomorrow => self.ledger.signed(&signed.order),
            Rubbish::NoColumn => {
                // It is never looked at.
                let r = signed.order.inputs[0].point;
                signed.authorization = Authorization::Spend(SpendSignature { r, s: ScalarBytes([1; 32]) });
            }
            _ => {}
        }
        let submission = Submission { signed, columns: Columns::default() };
        for witness in self.federation.committee(KEYSET) {
            self.show_order(store, witness, &submission, luck);
        }
    }

    /// A certificate in which one vote stands twice, or that is another order's.
    fn bad_certificate(&mut self, store: usize, luck: &mut Luck) {
        let lacks = self.ledger.orders().find(|(_, known)| !known.certified && !known.votes.is_empty());
        let lacks = lacks.map(|(digest, known)| (*digest, known.clone()));
        if lacks.is_none() {
            // One vote for an order of its own is a beginning, for the next time.
            let order = self.gift(store, luck);
            let submission = Submission { signed: self.sign_anything(store, order), columns: Columns::default() };
            self.ledger.signed(&submission.signed.order);
            let witness = luck.place(self.federation.witnesses.len());
            self.show_order(store, witness, &submission, luck);
        }
        let certified = || {
            let (digest, known) = self.ledger.orders().find(|(_, known)| known.certified)?;
            Some((*digest, known.clone()))
        };
        let Some((digest, known)) = lacks.or_else(certified) else { return };
        let mut votes: Vec<_> = known.votes.values().copied().collect();
        let of = known.order.keyset;
        let needed = self.federation.committee_of(of).quorum().votes();
        votes.truncate(needed.saturating_sub(1).max(1));
        let last = votes.last().copied();
        votes.extend(last.into_iter().cycle().take(needed.saturating_sub(votes.len())));
        let mut order = known.order;
        if known.certified && luck.permille(500) {
            // Good votes, for something else.
            votes = known.votes.values().copied().take(needed).collect();
            order = self.gift(store, luck);
        }
        let certificate = Certificate { keyset: of, digest, votes: Bounded::new(votes).unwrap_or_default() };
        let digest = order.digest();
        let certified = CertifiedOrder { order, certificate };
        for witness in self.federation.committee(of) {
            let request = RequestV1::Certify(certified.clone());
            self.ask(store, witness, Asked::Order(digest), request, luck);
        }
    }

    /// A claim by a crook, of a grant that no till made: its outputs.
    fn outputs_for(
        &mut self,
        store: usize,
        crook: usize,
        points: u64,
        luck: &mut Luck,
    ) -> Option<(u64, KeysetId, Outputs)> {
        let number = luck.number();
        let terms =
            GrantTerms { store: self.nodes[store].store, points: Points(points), ballot: None, vouchers: Vec::new() };
        let (charter, now) = (&self.federation.charter, self.wallet_time(crook));
        let person = &mut self.people[crook];
        let planned =
            person.wallet.plan_claim(charter, link(store, number)?, text("crooked")?, terms, now, luck.entropy());
        let durable = planned.ok().map(|sealed| (sealed, person.save()));
        let request = durable.map(|(sealed, durable)| sealed.release(&durable))?;
        self.ledger.made_by(request.outputs.iter().map(|output| &output.blinded), crook);
        Some((number, request.keyset, request.outputs))
    }

    /// The store takes an Earn of its own making to the quorum.
    fn issue(&mut self, store: usize, crook: usize, signed: SignedOrder, number: u64, luck: &mut Luck) {
        let writes = Writes::new().put(Key::GrantOf(signed.order.reference), &number);
        let _ = self.commit(store, writes, After::Nothing, luck);
        self.take_own(store, signed, Some(crook), luck);
    }

    /// Two bodies under one reference, each shown to some witnesses first.
    fn two_bodies(&mut self, store: usize, crook: usize, points: u64, luck: &mut Luck) {
        let Some((first_number, first_keyset, first)) = self.outputs_for(store, crook, points, luck) else { return };
        let Some((second_number, second_keyset, second)) = self.outputs_for(store, crook, points, luck) else { return };
        let base = self.gift(store, luck);
        self.coverage.hit(Group::Cheat, "store signs two bodies");
        let [first, second] = [(first_keyset, first), (second_keyset, second)].map(|(keyset, outputs)| {
            let signed = self.sign_anything(store, Order { keyset, outputs, ..base.clone() });
            Submission { signed, columns: Columns::default() }
        });
        self.split(store, [&first, &second], luck);
        for (submission, number) in [(first, first_number), (second, second_number)] {
            self.issue(store, crook, submission.signed, number, luck);
        }
    }

    /// Earns without a sale, until the limit and beyond.
    fn over_issue(&mut self, store: usize, crook: usize, times: u8, luck: &mut Luck) {
        self.coverage.hit(Group::Cheat, "store issues to itself");
        for _ in 0..times.min(9) {
            let Some((number, keyset, outputs)) = self.outputs_for(store, crook, DAILY_LIMIT / 5, luck) else { return };
            let order = Order { keyset, outputs, ..self.gift(store, luck) };
            let signed = self.sign_anything(store, order);
            self.issue(store, crook, signed, number, luck);
        }
    }
}

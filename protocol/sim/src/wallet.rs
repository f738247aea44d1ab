//! A customer: a wallet, its disk, and somebody with more or less patience.

use std::collections::BTreeMap;

use ronde_protocol::{
    crypto::Seed,
    machine::{
        durable::{Durable, Sealed},
        wallet::{ClaimedOrder, GrantTerms, Link, Payment, Stage, Task, VoucherCount, Wallet, WalletError, told_by},
    },
    message::{
        amount::Points,
        ids::{KeysetId, OrderDigest, StoreId},
        log::CertifiedOrder,
        offer::SignedOffer,
        order::{Order, Purpose, Seconds, Submission},
        refusal::Refusal,
    },
};

use crate::{
    clock::Clock,
    coverage::Group,
    federation::{CAMPAIGN, Federation, VOUCHER, text},
    luck::Luck,
    message::{Body, Intent, News, Slip, Told},
    moving::moved,
    network::End,
    node::node_of,
    ops::Manner,
    plan::Plan,
    probe::Inquiry,
    search::Quest,
    till::link,
    world::{Errand, Event, What, World},
};

/// A customer.
pub struct Person {
    /// Whether they play by the rules.
    pub honest: bool,
    /// The wallet as the program has it.
    pub wallet: Wallet,
    /// The wallet as it is on disk.
    pub file: Vec<u8>,
    /// Their idea of time.
    pub clock: Clock,
    /// Links of grants, by number.
    pub slips: BTreeMap<u64, Slip>,
    /// What the seed is made of.
    pub seed: [u8; 32],
    /// The device index.
    pub device: u32,
    /// Columns that were shown before, by a cheat.
    pub columns: Option<ronde_protocol::message::order::Columns>,
    /// Wallets that were lost, as far as anybody can say what was in them: for the omniscient.
    pub lost: Vec<Wallet>,
    /// The search under way.
    pub quest: Option<Quest>,
    /// Searches that were begun since the wallet was lost.
    pub sought: u32,
    /// Coins that are asked about, by the number of the question.
    pub inquiries: BTreeMap<u64, Inquiry>,
}

impl Person {
    /// Somebody with an empty wallet.
    pub fn new(number: usize, plan: &Plan, federation: &Federation) -> Self {
        let seed = Luck::new(plan.seed, 100 + number as u64).bytes();
        let wallet = Wallet::new(Seed::new(seed), *federation.charter.federation(), 0);
        Self {
            honest: number < usize::from(plan.swarm.wallets),
            file: wallet.to_bytes().to_vec(),
            wallet,
            clock: Clock::default(),
            slips: BTreeMap::new(),
            seed,
            device: 0,
            columns: None,
            lost: Vec::new(),
            quest: None,
            sought: 0,
            inquiries: BTreeMap::new(),
        }
    }

    /// Writes the wallet to its disk.
    pub fn save(&mut self) -> Durable {
        self.file = self.wallet.to_bytes().to_vec();
        Durable::after_commit()
    }

    /// The program dies, and begins again with what is on disk.
    pub fn reload(&mut self) {
        if let Ok(wallet) = Wallet::from_bytes(&self.file) {
            self.wallet = wallet;
        }
        self.quest = None;
        self.inquiries.clear();
    }

    /// Whether an order is still to be certified.
    pub fn waits_for(&self, digest: &OrderDigest) -> bool {
        self.wallet.pending().iter().any(|view| view.digest == Some(*digest) && view.stage == Stage::Sent)
    }

    /// Whether a claim's order is still to be certified.
    pub fn waits_for_claim(&self, of: &Link) -> bool {
        self.wallet.pending().iter().any(|view| view.link.as_ref() == Some(of) && view.stage == Stage::Sent)
    }
}

/// How long between two tries.
pub fn patience(manner: Manner) -> u64 {
    match manner {
        Manner::Patient | Manner::Twice => 6_000,
        Manner::Impatient => 250,
        Manner::Leaves => u64::MAX,
    }
}

impl World<'_> {
    /// What a customer's device thinks what time it is.
    pub fn wallet_time(&self, wallet: usize) -> Seconds {
        self.people[wallet].clock.seconds(self.now)
    }

    /// A step of the wallet is written down, and what it lets out leaves; unless the program dies before either.
    pub fn keep<T>(&mut self, wallet: usize, sealed: Sealed<T>, luck: &mut Luck) -> Option<T> {
        let dies = !self.calm && luck.permille(self.plan.swarm.wallet_crashes);
        let person = &mut self.people[wallet];
        if dies {
            let saved = luck.permille(500);
            if saved {
                person.save();
            }
            person.reload();
            self.note_signed(wallet);
            self.coverage.hit(Group::Fault, if saved { "wallet dies after writing" } else { "wallet dies unwritten" });
            self.say(format_args!("wallet {wallet} dies, written: {saved}"));
            return None;
        }
        let durable = person.save();
        Some(sealed.release(&durable))
    }

    /// Notes what a wallet has on its disk that it signed or claimed, though nobody was told.
    pub fn note_signed(&mut self, wallet: usize) {
        for open in &self.people[wallet].wallet.book().open {
            self.ledger.made_by(open.outputs.iter().map(|output| &output.blinded), wallet);
            if let Task::Spend { submission, .. } = &open.task {
                self.ledger.signed_by(&submission.signed.order, wallet);
            }
        }
    }

    /// A customer claims a grant.
    pub fn claim(&mut self, wallet: usize, slip: Slip, mut luck: Luck) {
        self.people[wallet].slips.insert(slip.grant, slip.clone());
        let (Some(link), Some(secret)) = (link(slip.store, slip.grant), text(&hex::encode(slip.secret))) else {
            return;
        };
        let terms = GrantTerms {
            store: StoreId(u32::try_from(slip.store).unwrap_or(0) + 1),
            points: Points(slip.points),
            ballot: slip.ballot.then_some(CAMPAIGN),
            vouchers: match slip.vouchers {
                0 => Vec::new(),
                count => vec![VoucherCount { offer: VOUCHER, count: u32::from(count) }],
            },
        };
        let now = self.wallet_time(wallet);
        let charter = &self.federation.charter;
        let planned = self.people[wallet].wallet.plan_claim(charter, link, secret, terms, now, luck.entropy());
        let Ok(sealed) = planned else { return };
        let Some(request) = self.keep(wallet, sealed, &mut luck) else { return };
        self.ledger.made_by(request.outputs.iter().map(|output| &output.blinded), wallet);
        let errand = Errand::new(What::Claim(slip.grant), slip.store, slip.manner);
        let twice = slip.manner == Manner::Twice;
        self.try_errand(wallet, errand.clone(), &mut luck);
        if twice {
            self.try_errand(wallet, errand, &mut luck);
        }
    }

    /// Looks whether something is done, and tries again at another store if it is not.
    pub fn errand(&mut self, wallet: usize, mut errand: Errand, mut luck: Luck) {
        let person = &self.people[wallet];
        let open = match errand.what {
            What::Order(digest) => person.waits_for(&digest),
            What::Claim(grant) => person
                .slips
                .get(&grant)
                .and_then(|slip| link(slip.store, slip.grant))
                .is_some_and(|link| person.waits_for_claim(&link)),
        };
        if !open || errand.tries >= 4 {
            return;
        }
        errand.store = (errand.store + 1) % self.nodes.len();
        errand.tries += 1;
        self.try_errand(wallet, errand, &mut luck);
    }

    /// Sends what is to be sent once more, the very same.
    pub fn try_errand(&mut self, wallet: usize, errand: Errand, luck: &mut Luck) {
        let durable = self.people[wallet].save();
        let person = &self.people[wallet];
        match errand.what {
            What::Order(digest) => {
                let Some(submission) = person.wallet.submission(&digest, &durable) else { return };
                let body = Body::Bring(Box::new(submission));
                self.send(End::Wallet(wallet), End::Node(errand.store), luck, body);
            }
            What::Claim(grant) => {
                let Some(slip) = person.slips.get(&grant) else { return };
                let Some(link) = link(slip.store, slip.grant) else { return };
                let Some(request) = person.wallet.claim_again(&link, &durable) else { return };
                let (store, secret) = (slip.store, slip.secret);
                let body = Body::Claim(grant, secret, Box::new(request));
                self.send(End::Wallet(wallet), End::Node(store), luck, body);
                // The store that signed it may be gone: others may know its certificate.
                let known = self.people[wallet].wallet.pending().into_iter();
                let known = known
                    .filter(|view| view.link.as_ref() == Some(&link))
                    .find_map(|view| Some((view.keyset, view.digest?)));
                if let Some((keyset, digest)) = known
                    && errand.store != store
                {
                    self.send(End::Wallet(wallet), End::Node(errand.store), luck, Body::LookUp(keyset, digest));
                }
            }
        }
        if errand.patience < u64::MAX {
            self.after(errand.patience, luck.child(), Event::Errand(wallet, errand));
        }
    }

    /// A customer signed an order; it is brought to a store.
    pub fn set_out(
        &mut self,
        wallet: usize,
        signed: Result<Sealed<Submission>, WalletError>,
        via: usize,
        manner: Manner,
        luck: &mut Luck,
    ) {
        let submission = match signed {
            Ok(sealed) => match self.keep(wallet, sealed, luck) {
                Some(submission) => submission,
                None => return,
            },
            Err(error) => return self.say(format_args!("wallet {wallet}: {error}")),
        };
        let order = &submission.signed.order;
        self.ledger.signed_by(order, wallet);
        self.ledger.made_by(order.outputs.iter().map(|output| &output.blinded), wallet);
        self.say(format_args!("wallet {wallet} signs {:?} {}", order.purpose, order.digest()));
        let errand = Errand::new(What::Order(order.digest()), via, manner);
        self.try_errand(wallet, errand.clone(), luck);
        if manner == Manner::Twice {
            self.try_errand(wallet, Errand { patience: u64::MAX, ..errand }, luck);
        }
    }

    /// Something arrives at a wallet.
    pub fn wallet_hears(&mut self, wallet: usize, from: End, body: Body, mut luck: Luck) {
        match body {
            Body::Offer(signed, intent) => self.pay(wallet, &signed, intent, luck),
            Body::Told(told) => self.hear_news(wallet, from, *told, &mut luck),
            Body::Relayed(serial, index, reply) if self.people[wallet].inquiries.contains_key(&serial) => {
                self.hear_inquired(wallet, serial, index, *reply, &mut luck);
            }
            Body::Relayed(serial, index, reply) => self.hear_sought(wallet, serial, index, *reply, &mut luck),
            _ => {}
        }
    }

    fn pay(&mut self, wallet: usize, signed: &SignedOffer, intent: Intent, mut luck: Luck) {
        let charter = &self.federation.charter;
        let Some(key) = charter.node_key(signed.offer.store) else { return };
        let Ok(offer) = signed.verify(key) else { return };
        let vouchers = match intent.vouchers {
            0 => Vec::new(),
            count => vec![VoucherCount { offer: VOUCHER, count: u32::from(count) }],
        };
        let now = self.wallet_time(wallet);
        let mut payment = Payment { points: Points(intent.points), vouchers };
        let machine = &mut self.people[wallet].wallet;
        let mut signed = machine.pay(charter, &offer, &payment, None, now, luck.entropy());
        if signed.is_err() && intent.vouchers > 0 {
            payment.vouchers.clear();
            signed = machine.pay(charter, &offer, &payment, None, now, luck.entropy());
        }
        if intent.manner == Manner::Twice {
            // A second tap makes no second order.
            let again = self.people[wallet].wallet.pay(charter, &offer, &payment, None, now, luck.entropy());
            if signed.is_ok() && again.is_ok() {
                self.fail(crate::outcome::Invariant::HonestNeverKilled, format!("wallet {wallet} pays an offer twice"));
            }
        }
        self.set_out(wallet, signed, intent.via, intent.manner, &mut luck);
    }

    fn hear_news(&mut self, wallet: usize, from: End, told: Told, luck: &mut Luck) {
        let now = self.wallet_time(wallet);
        let charter = &self.federation.charter;
        let Told { digest, link, news } = told;
        match news {
            News::Certified { order, certificate, evaluations } => {
                let digest = order.digest();
                let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
                let bad = self.bad_among(wallet, &digest, &evaluations);
                let claim = link.filter(|link| self.people[wallet].waits_for_claim(link));
                let taken = match &claim {
                    Some(link) => {
                        let answer = ClaimedOrder { order, certificate, evaluations };
                        self.people[wallet].wallet.handle_claim_answer(charter, link, answer, now)
                    }
                    None => self.people[wallet].wallet.handle_answer(charter, &digest, certificate, &evaluations, now),
                };
                if self.settled(wallet, from, &certified, taken, luck).is_some() {
                    self.ledger.bad_evaluations.extend(bad);
                }
            }
            News::Pending(Some(order)) => {
                if let Some(link) = link
                    && let Ok(sealed) = self.people[wallet].wallet.handle_claim_order(&link, order)
                {
                    self.keep(wallet, sealed, luck);
                }
            }
            News::Withdrawn => {
                let Some(link) = link else { return };
                let kept = self.people[wallet].save();
                let Some(claimed) = self.people[wallet].wallet.claim_again(&link, &kept) else { return };
                if let Ok(sealed) = self.people[wallet].wallet.handle_claim_withdrawn(&link, now) {
                    self.keep(wallet, sealed, luck);
                    let kept = self.people[wallet].save();
                    // Unless it died before it wrote that down.
                    if self.people[wallet].wallet.claim_again(&link, &kept).is_none() {
                        self.ledger.given_up.extend(claimed.outputs.iter().map(|output| output.blinded));
                        self.note_withdrawn(claimed.keyset, &claimed.outputs);
                    }
                }
            }
            News::Refused(Refusal::Conflict(conflict)) => {
                let (Some(digest), Some(certificate)) = (digest, conflict.certificate) else { return };
                let other = conflict.other.order();
                let handled = self.people[wallet].wallet.handle_conflict(charter, &digest, other, certificate, now);
                if let Ok(sealed) = handled {
                    self.watch_killed(wallet, &digest, other);
                    self.note_dead(digest);
                    self.keep(wallet, sealed, luck);
                }
            }
            News::Refused(refusal) => {
                self.say(format_args!("wallet {wallet} is refused: {}", crate::names::refusal(&refusal)));
            }
            News::Pending(None) | News::Over => {}
        }
    }

    /// Whether the wallet wrote the answer down.
    fn settled(
        &mut self,
        wallet: usize,
        from: End,
        certified: &CertifiedOrder,
        taken: Result<Sealed<ronde_protocol::machine::wallet::Settled>, WalletError>,
        luck: &mut Luck,
    ) -> Option<()> {
        let sealed = match taken {
            Ok(sealed) => sealed,
            Err(error) => {
                self.say(format_args!("wallet {wallet} can't take an answer: {error}"));
                return None;
            }
        };
        self.watch_news(wallet, certified);
        let settled = self.keep(wallet, sealed, luck)?;
        for evidence in &settled.evidence {
            self.watch_evidence(evidence);
        }
        if settled.spoiled > 0 {
            self.coverage.hit(Group::Cheat, "spoiled evaluation noticed");
        }
        self.say(format_args!("wallet {wallet} settles {}, usable: {}", settled.digest, settled.usable));
        let ended = self.federation.committee_of(certified.order.keyset).evaluate_until() < self.wallet_time(wallet);
        if ended && moved(&certified.order) > 0 {
            self.coverage.hit(Group::Deed, "came after its keyset's end");
        }
        // The store that was paid is told if another one relayed.
        if certified.order.purpose == Purpose::Redeem
            && let Some(payee) = node_of(certified.order.store)
            && from != End::Node(payee)
            && luck.permille(500)
        {
            let body = Body::Show(Box::new(certified.clone()));
            self.send(End::Wallet(wallet), End::Node(payee), luck, body);
        }
        Some(())
    }

    /// The customer comes back: completes what is open, through this store or the next.
    pub fn resume(&mut self, wallet: usize, via: usize, manner: Manner, luck: &mut Luck) {
        for view in self.people[wallet].wallet.pending() {
            match (view.stage, view.digest, &view.link) {
                (Stage::Sent, _, Some(of)) if view.purpose == Purpose::Earn => {
                    let Ok(grant) = of.id.as_str().parse::<u64>() else { continue };
                    self.try_errand(wallet, Errand::new(What::Claim(grant), via, manner), luck);
                }
                (Stage::Sent, Some(digest), _) => {
                    self.try_errand(wallet, Errand::new(What::Order(digest), via, manner), luck);
                }
                (Stage::Certified | Stage::Completing, Some(digest), _) => {
                    if let Some(certified) = self.certified_of(wallet, &digest) {
                        let told = told_by(&certified.order, &self.federation.charter, self.wallet_time(wallet));
                        if told != certified.order.keyset {
                            // Its own keyset's witnesses tell nothing any more.
                            self.send(End::Wallet(wallet), End::Node(via), luck, Body::LookUp(told, digest));
                            continue;
                        }
                        let body = Body::Show(Box::new(certified));
                        self.send(End::Wallet(wallet), End::Node(via), luck, body);
                    }
                }
                _ => {}
            }
        }
        self.prove(wallet, via, manner, luck);
    }

    fn certified_of(&self, wallet: usize, digest: &OrderDigest) -> Option<CertifiedOrder> {
        let mut open = self.people[wallet].wallet.book().open.iter();
        let open = open.find(|open| open.order().is_some_and(|order| order.digest() == *digest))?;
        let order: Order = open.order()?.clone();
        Some(CertifiedOrder { order, certificate: open.certificate.clone()? })
    }

    /// Begins anew from the seed: with the next device index and every certified order of the lost wallet, or with the
    /// words alone, where that is what the plan says.
    pub fn restore(&mut self, wallet: usize, luck: &mut Luck) {
        let federation = *self.federation.charter.federation();
        let person = &mut self.people[wallet];
        person.device += 1;
        person.quest = None;
        person.inquiries.clear();
        person.sought = 0;
        // Whoever has nothing but the words does not know that there was another device.
        let device = if self.plan.words { 0 } else { person.device };
        let new = Wallet::new(Seed::new(person.seed), federation, device);
        let old = core::mem::replace(&mut person.wallet, new);
        person.lost.push(old);
        person.save();
        self.coverage.hit(Group::Deed, "restored from seed");
        self.say(format_args!("wallet {wallet} begins anew from its seed"));
        if self.plan.words {
            return self.seek(wallet, luck);
        }
        self.recover(wallet, luck);
    }

    /// Finds the certified orders of the seed at a node that knows them.
    pub fn recover(&mut self, wallet: usize, luck: &mut Luck) {
        let own: Vec<(OrderDigest, Order)> = self.orders_of(wallet);
        let now = self.wallet_time(wallet);
        for (digest, order) in own {
            let Some((certificate, evaluations)) = self.found_at_nodes(&digest) else { continue };
            let charter = &self.federation.charter;
            let found = self.people[wallet].wallet.recover(charter, order, certificate, &evaluations, now);
            if let Ok(sealed) = found {
                self.keep(wallet, sealed, luck);
            }
        }
    }

    /// Everything of one keyset.
    pub fn balance(&self, wallet: usize, keyset: KeysetId) -> ronde_protocol::machine::wallet::KeysetBalance {
        let balance = self.people[wallet].wallet.balance(&self.federation.charter);
        balance.keysets.get(&keyset).copied().unwrap_or_default()
    }
}

//! A store's tills and its shop: grants, checkouts, pledges, and what certificates do to them.

use ronde_protocol::{
    machine::{
        durable::Durable,
        gateway::Gathering,
        till::{
            checkout::Checkout,
            grant::{Claim, Grant, GrantError, GrantSecret, GrantTerms, VoucherCount},
            pledge::handle_pledge,
            signing::ToSign,
        },
        wallet::{ClaimRequest, Link},
    },
    message::{
        amount::Points,
        codec::Bounded,
        ids::Reference,
        offer::Offer,
        order::{Columns, Order, Purpose, SignedOrder, Submission},
        refusal::Refusal,
    },
};

use crate::{
    disk::{Full, Key, Writes},
    federation::{ASSOCIATION, CAMPAIGN, VOUCHER, text},
    luck::Luck,
    message::{Body, Intent, News, Slip, Told},
    network::End,
    world::{After, World},
};

/// How long grants and checkouts hold, in seconds.
const GRANT_TIME: u64 = 14 * 86_400;
const CHECKOUT_TIME: u64 = 900;

/// The link of a grant or checkout.
pub fn link(store: usize, number: u64) -> Option<Link> {
    Some(Link { base: text(&format!("https://store{store}.example"))?, id: text(&number.to_string())? })
}

impl World<'_> {
    /// A till grants points, and prints the link once the grant is on disk.
    pub fn grant(&mut self, node: usize, wallet: usize, mut slip: Slip, luck: &mut Luck) {
        if !self.nodes[node].up {
            return;
        }
        let vouchers = if slip.vouchers > 0 {
            vec![VoucherCount { offer: VOUCHER, count: u16::from(slip.vouchers) }]
        } else {
            Vec::new()
        };
        let terms = GrantTerms {
            points: Points(slip.points),
            ballot: slip.ballot.then_some(CAMPAIGN),
            vouchers: Bounded::new(vouchers).unwrap_or_default(),
        };
        let now = self.time(node);
        if terms.check(self.nodes[node].store, now, &self.federation.charter).is_err() {
            return;
        }
        let (grant, secret) = Grant::new(terms, [0; 32], now, now + GRANT_TIME, luck.entropy());
        slip.secret = *secret.expose();
        let writes =
            Writes::new().put(Key::Grant(slip.grant), &grant).put(Key::GrantOf(grant.reference()), &slip.grant);
        // A till that gets no answer prints nothing.
        let _ = self.commit(node, writes, After::Print(wallet, slip), luck);
    }

    /// A wallet claims a grant.
    pub fn take_claim(
        &mut self,
        node: usize,
        from: End,
        number: u64,
        secret: [u8; 32],
        request: ClaimRequest,
        luck: &mut Luck,
    ) {
        let End::Wallet(wallet) = from else { return };
        let Some(mut grant) = self.nodes[node].disk.seen().load::<Grant>(Key::Grant(number)) else {
            return self.tell_claim(node, wallet, number, News::Withdrawn, luck);
        };
        let written: Option<Order> = self.nodes[node].disk.seen().load(Key::Body(grant.reference()));
        let claim = Claim { secret: GrantSecret::new(secret), keyset: request.keyset, outputs: request.outputs };
        let (store, now) = (self.nodes[node].store, self.time(node));
        match grant.handle_claim(claim, written.as_ref(), store, now, &self.federation.charter) {
            Ok(to_sign) => {
                let body = to_sign.body().clone();
                let writes = Writes::new().put(Key::Body(body.reference), &body).put(Key::Grant(number), &grant);
                if self.commit(node, writes, After::Sign(to_sign, number, wallet), luck).is_err() {
                    self.tell_claim(node, wallet, number, News::Refused(Refusal::StorageFailed), luck);
                }
            }
            Err(GrantError::Claimed | GrantError::Expired | GrantError::Cancelled) => {
                // That its time is over is written down before it is said: a clock that was ahead is not taken back.
                let writes = Writes::new().put(Key::Grant(number), &grant);
                if self.commit(node, writes, After::Withdrawn(wallet, number), luck).is_err() {
                    self.tell_claim(node, wallet, number, News::Refused(Refusal::StorageFailed), luck);
                }
            }
            Err(GrantError::Refused(refusal)) => {
                self.tell_claim(node, wallet, number, News::Refused(refusal), luck);
            }
            Err(GrantError::Secret | GrantError::Outputs) => {}
        }
    }

    /// Answers a claim.
    pub fn tell_claim(&mut self, node: usize, wallet: usize, grant: u64, news: News, luck: &mut Luck) {
        let told = Told { digest: None, link: link(node, grant), news };
        self.send(End::Node(node), End::Wallet(wallet), luck, Body::Told(Box::new(told)));
    }

    /// The body is on disk: the store signs it, and takes it to the quorum.
    pub fn sign_claim(
        &mut self,
        node: usize,
        to_sign: ToSign,
        grant: u64,
        wallet: usize,
        durable: &Durable,
        mut luck: Luck,
    ) {
        let signed = to_sign.sign(&self.federation.store_keys[node], durable);
        let order = signed.order.clone();
        self.tell_claim(node, wallet, grant, News::Pending(Some(order)), &mut luck);
        self.take_own(node, signed, Some(wallet), &mut luck);
    }

    /// A store takes what it signed to the quorum.
    pub fn take_own(&mut self, node: usize, signed: SignedOrder, wallet: Option<usize>, luck: &mut Luck) {
        self.ledger.signed(&signed.order);
        self.watch_body(node, &signed.order);
        if let Ok(gathering) = (Submission { signed, columns: Columns::default() }).check(&self.federation.charter) {
            self.take_on(node, gathering, wallet, luck);
        }
    }

    /// The link of the grant that an order claims, if it was granted here.
    pub fn link_of(&self, node: usize, order: &Order) -> Option<Link> {
        if order.purpose != Purpose::Earn || order.store != self.nodes[node].store {
            return None;
        }
        let number: u64 = self.nodes[node].disk.seen().load(Key::GrantOf(order.reference))?;
        link(node, number)
    }

    /// A till opens a checkout, and shows it once it is on disk.
    pub fn open_checkout(&mut self, node: usize, wallet: usize, intent: Intent, luck: &mut Luck) {
        if !self.nodes[node].up {
            return;
        }
        let now = self.time(node);
        let vouchers = u64::from(intent.vouchers) * crate::federation::VOUCHER_VALUE;
        let offer = Offer {
            federation: *self.federation.charter.federation(),
            store: self.nodes[node].store,
            nonce: luck.bytes(),
            max: Points(intent.points + vouchers + luck.below(5)),
            step: Points(1),
            expiry: now + CHECKOUT_TIME,
            time: now,
        };
        let reference = offer.reference();
        self.nodes[node].newest = Some(reference);
        let writes = Writes::new().put(Key::Checkout(reference), &Checkout::new(offer, [0; 32]));
        let _ = self.commit(node, writes, After::Checkout(wallet, reference, intent), luck);
    }

    /// A wallet fetches the offer.
    pub fn present(&mut self, node: usize, wallet: usize, reference: Reference, intent: Intent, mut luck: Luck) {
        let Some(mut checkout) = self.nodes[node].disk.seen().load::<Checkout>(Key::Checkout(reference)) else {
            return;
        };
        let now = self.time(node);
        let Ok(offer) = checkout.handle_present(now).copied() else { return };
        if self.commit(node, Writes::new().put(Key::Checkout(reference), &checkout), After::Nothing, &mut luck).is_ok()
        {
            let signed = offer.sign(&self.federation.store_keys[node]);
            self.send(End::Node(node), End::Wallet(wallet), &mut luck, Body::Offer(Box::new(signed), intent));
        }
    }

    /// The till withdraws its newest checkout.
    pub fn cancel_checkout(&mut self, node: usize, luck: &mut Luck) {
        let Some(reference) = self.nodes[node].newest else { return };
        let now = self.time(node);
        let mut states = None;
        let _ = self.change_checkout(node, reference, luck, |checkout| {
            let before = checkout.state();
            let _ = checkout.handle_cancel(now);
            states = Some((before, checkout.state()));
        });
        self.watch_cancel(node, states);
    }

    /// An order for one of the store's checkouts, whose signature was checked.
    #[allow(clippy::result_large_err)] // The answer is sent on at once.
    pub fn take_order(&mut self, node: usize, gathering: &Gathering, luck: &mut Luck) -> Result<(), News> {
        let order = gathering.order();
        let key = Key::Checkout(order.reference);
        let Some(mut checkout) = self.nodes[node].disk.seen().load::<Checkout>(key) else { return Err(News::Over) };
        let (before, now) = (checkout.clone(), self.time(node));
        let taken = checkout.handle_order(order, now, &self.federation.charter);
        if checkout != before && self.commit(node, Writes::new().put(key, &checkout), After::Nothing, luck).is_err() {
            return Err(News::Refused(Refusal::StorageFailed));
        }
        taken.map_err(|_| News::Over)
    }

    /// A certified order that names this store has its effect.
    pub fn settle(&mut self, node: usize, order: &Order, luck: &mut Luck) -> Result<(), Full> {
        if order.store != self.nodes[node].store {
            return Ok(());
        }
        match order.purpose {
            Purpose::Earn => {
                let Some(number) = self.nodes[node].disk.seen().load::<u64>(Key::GrantOf(order.reference)) else {
                    return Ok(());
                };
                let Some(mut grant) = self.nodes[node].disk.seen().load::<Grant>(Key::Grant(number)) else {
                    return Ok(());
                };
                let before = grant.clone();
                grant.handle_certified(order.digest());
                if grant == before {
                    return Ok(());
                }
                self.commit(node, Writes::new().put(Key::Grant(number), &grant), After::Nothing, luck)
            }
            Purpose::Redeem => {
                let (now, charter) = (self.time(node), &self.federation.charter);
                self.change_checkout(node, order.reference, luck, |checkout| {
                    // The charter knows all offers: nothing can fail but the disk.
                    let _ = checkout.handle_certified(order, now, charter);
                })
            }
            _ => Ok(()),
        }
    }

    /// An order can never be certified.
    pub fn till_refused(&mut self, node: usize, order: &Order, luck: &mut Luck) {
        let digest = order.digest();
        if order.purpose == Purpose::Redeem && order.store == self.nodes[node].store {
            let _ = self.change_checkout(node, order.reference, luck, |checkout| checkout.handle_refused(digest));
        }
    }

    /// The columns of an order were refused.
    pub fn till_dropped(&mut self, node: usize, order: &Order, luck: &mut Luck) {
        let digest = order.digest();
        if order.purpose == Purpose::Redeem && order.store == self.nodes[node].store {
            let _ = self.change_checkout(node, order.reference, luck, |checkout| checkout.handle_dropped(digest));
        }
    }

    /// Changes a checkout, if there is one and it changes.
    fn change_checkout(
        &mut self,
        node: usize,
        reference: Reference,
        luck: &mut Luck,
        change: impl FnOnce(&mut Checkout),
    ) -> Result<(), Full> {
        let key = Key::Checkout(reference);
        let Some(mut checkout) = self.nodes[node].disk.seen().load::<Checkout>(key) else { return Ok(()) };
        let before = checkout.clone();
        change(&mut checkout);
        if checkout == before {
            return Ok(());
        }
        self.commit(node, Writes::new().put(key, &checkout), After::Nothing, luck)
    }

    /// The store gives points to an association.
    pub fn pledge(&mut self, node: usize, points: u64, luck: &mut Luck) {
        if !self.nodes[node].up {
            return;
        }
        let now = self.time(node);
        let reference = ronde_protocol::message::order::pledge_reference(now);
        let written: Option<Order> = self.nodes[node].disk.seen().load(Key::Body(reference));
        let (store, charter) = (self.nodes[node].store, &self.federation.charter);
        if let Ok(to_sign) = handle_pledge(written.as_ref(), ASSOCIATION, Points(points), store, now, charter) {
            let body = to_sign.body().clone();
            let _ = self.commit(node, Writes::new().put(Key::Body(reference), &body), After::Pledge(to_sign), luck);
        }
    }

    /// The pledge is on disk: the store signs it, and takes it to the quorum.
    pub fn sign_pledge(&mut self, node: usize, to_sign: ToSign, durable: &Durable, mut luck: Luck) {
        let signed = to_sign.sign(&self.federation.store_keys[node], durable);
        self.take_own(node, signed, None, &mut luck);
    }
}

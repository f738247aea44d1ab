//! A store's checkout and grant, told things in any order, at any time, twice and out of old copies.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ronde_protocol::{
    crypto::{Entropy, group::PointBytes},
    machine::{
        durable::Durable,
        till::{
            checkout::{Checkout, CheckoutState, paid},
            grant::{Claim, Grant, GrantError, GrantSecret, GrantState, GrantTerms, VoucherCount},
        },
    },
    message::{
        amount::Points,
        class::{Class, Kind},
        codec::{Decode, Encode, decode, encode},
        ids::{KeysetId, OfferId, OrderDigest, Reference, StoreId},
        offer::Offer,
        order::{Input, Order, Output, Purpose},
    },
};

use crate::{
    choices::Choices,
    federation_support::{ASSOCIATION, CAMPAIGN, Federation, KEYSET, NOW, VOUCHER, federation, list, node_seed},
    town::elements,
};

const STORE: StoreId = StoreId(1);
/// Longer sequences say nothing new and take long.
const MAX_STEPS: usize = 40;

static FEDERATION: LazyLock<Federation> = LazyLock::new(|| federation(4));
/// Real elements, increasing.
static ELEMENTS: LazyLock<Vec<PointBytes>> = LazyLock::new(|| elements(16));

/// A checkout, a grant, or both, by the first byte.
///
/// # Panics
/// If a payment buys twice or is forgotten, or the store signs two bodies for one grant.
pub fn till_sequence(data: &[u8]) {
    let mut choices = Choices::new(data);
    match choices.byte() % 2 {
        0 => Counter::new(&mut choices).play(&mut choices),
        _ => Gift::new(&mut choices).play(&mut choices),
    }
}

/// As it comes back from the disk.
fn reread<T: Encode + Decode<()> + PartialEq + std::fmt::Debug>(value: &T) -> T {
    let again: T = decode(&encode(value), 1 << 20).expect("what was written can be read");
    assert!(again == *value, "a record changes by being written and read");
    again
}

/// A till with one checkout.
struct Counter {
    checkout: Checkout,
    /// Certified orders that it was told of, and what each paid.
    certified: BTreeMap<OrderDigest, Points>,
    /// The order that a wallet was told is before the quorum, while it is.
    pending: Option<OrderDigest>,
}

impl Counter {
    fn new(choices: &mut Choices<'_>) -> Self {
        let offer = Offer {
            federation: FEDERATION.id(),
            store: STORE,
            nonce: [choices.byte(); 32],
            max: Points(*choices.one_of(&[8, 0, 1, 3, u64::MAX])),
            step: Points(*choices.one_of(&[1, 2, 0, 5, u64::MAX])),
            expiry: NOW + 900,
            time: NOW,
        };
        Self { checkout: Checkout::new(offer, [1; 32]), certified: BTreeMap::new(), pending: None }
    }

    /// A payment that names the offer, or nearly.
    fn order(&self, choices: &mut Choices<'_>) -> Order {
        let kinds = [
            Kind::Points { denomination: 1 },
            Kind::Points { denomination: 2 },
            Kind::Points { denomination: 8 },
            Kind::Voucher { offer: VOUCHER },
            Kind::Points { denomination: 1 << 11 },
        ];
        let offer = self.checkout.offer();
        let (ins, outs) = (1 + choices.below(3), choices.below(3));
        let inputs = ELEMENTS.iter().take(ins).map(|point| Input { kind: *choices.one_of(&kinds), point: *point });
        let inputs = list(inputs.collect::<Vec<_>>());
        let outputs = ELEMENTS.iter().skip(8).take(outs).map(|blinded| {
            let kind = kinds[choices.below(3)];
            Output { class: Class { keyset: KEYSET, kind }, blinded: *blinded }
        });
        let outputs = list(outputs.collect::<Vec<_>>());
        let odd = choices.byte();
        Order {
            federation: offer.federation,
            keyset: KEYSET,
            store: if odd == 1 { StoreId(2) } else { offer.store },
            purpose: if odd == 2 { Purpose::Donate { association: ASSOCIATION } } else { Purpose::Redeem },
            reference: if odd == 3 { Reference([3; 32]) } else { offer.reference() },
            time: if odd == 4 { offer.time + 1 } else { offer.time },
            inputs,
            outputs,
        }
    }

    fn play(&mut self, choices: &mut Choices<'_>) {
        for _ in 0..MAX_STEPS {
            if choices.is_over() {
                return;
            }
            let before = self.checkout.clone();
            let now = NOW + u64::from(choices.byte()) * 8;
            match choices.below(8) {
                0 => drop(self.checkout.handle_present(now)),
                1 => drop(self.checkout.handle_cancel(now)),
                2 => drop(self.checkout.handle_time(now)),
                3 | 4 => {
                    let order = self.order(choices);
                    let taken = self.checkout.handle_order(&order, now, &FEDERATION.charter);
                    let owed = self.checkout.refunds().iter().any(|refund| refund.digest == order.digest());
                    if taken.is_ok() && !owed {
                        assert!(
                            self.pending.is_none_or(|other| other == order.digest()),
                            "two orders for one checkout"
                        );
                        assert_eq!(self.checkout.state().digest(), Some(order.digest()));
                    }
                }
                5 => {
                    let order = self.order(choices);
                    if order.check_rules(&FEDERATION.charter).is_ok() {
                        let kept = self.checkout.handle_certified(&order, now, &FEDERATION.charter);
                        assert!(kept.expect("all is known here").is_none(), "there is room for a refund");
                        if order.purpose == Purpose::Redeem {
                            let points = paid(&order, &FEDERATION.charter).expect("all is known here");
                            self.certified.insert(order.digest(), points);
                        }
                    }
                }
                6 => self.checkout.handle_refused(self.some_digest(choices)),
                _ => self.checkout.handle_dropped(self.some_digest(choices)),
            }
            self.checkout = reread(&self.checkout);
            self.look(&before);
        }
    }

    fn some_digest(&self, choices: &mut Choices<'_>) -> OrderDigest {
        let own = self.checkout.state().digest();
        own.filter(|_| choices.byte() % 4 != 0).unwrap_or(OrderDigest([choices.byte(); 32]))
    }

    /// Nothing that was final moves, and each certified payment bought something or is owed, once.
    fn look(&mut self, before: &Checkout) {
        use CheckoutState as S;
        let state = self.checkout.state();
        match (before.state(), state) {
            (S::Accepted(a), b) => assert_eq!(b, S::Accepted(a), "a payment was undone"),
            (S::AcceptedLate(a), b) => assert_eq!(b, S::AcceptedLate(a), "a payment was undone"),
            (S::Cancelled | S::Expired | S::Refused(_), S::Accepted(_) | S::Pending(_) | S::Open | S::Presented) => {
                panic!("what ended goes on: {:?} -> {state:?}", before.state())
            }
            _ => {}
        }
        self.pending = match state {
            S::Pending(digest) => Some(digest),
            S::Open | S::Presented => None,
            _ => self.pending,
        };
        if let S::Accepted(_) = state {
            assert!(self.checkout.paid() > Points::ZERO && self.checkout.paid() <= self.checkout.offer().max);
        }
        for (digest, points) in self.certified.iter().filter(|(_, points)| **points > Points::ZERO) {
            let owed = self.checkout.refunds().iter().filter(|refund| refund.digest == *digest).count();
            let bought = usize::from(state == S::Accepted(*digest));
            assert_eq!(owed + bought, 1, "of {points:?} paid, owed {owed} times and bought {bought}: {state:?}");
        }
        for refund in self.checkout.refunds() {
            assert_eq!(self.certified.get(&refund.digest), Some(&refund.points), "owed for nothing");
        }
    }
}

/// A store with one grant. What it wrote down under the grant's reference outlives the grant's own record.
struct Gift {
    grant: Grant,
    secret: [u8; 32],
    written: Option<Order>,
    /// An older copy of the record, which may come back.
    old: Grant,
}

impl Gift {
    fn new(choices: &mut Choices<'_>) -> Self {
        let vouchers = [VoucherCount { offer: VOUCHER, count: 1 }];
        let vouchers = vouchers.into_iter().take(choices.below(2));
        let terms = GrantTerms {
            points: Points(*choices.one_of(&[10, 1, 0, 1 << 20])),
            ballot: (choices.byte() % 2 == 1).then_some(CAMPAIGN),
            vouchers: list(vouchers),
        };
        // A till is told at once what can't be given; here it goes on all the same.
        let _known = terms.check(STORE, NOW, &FEDERATION.charter);
        let (grant, secret) = Grant::new(terms, [2; 32], NOW, NOW + 900, Entropy::new([choices.byte(); 32]));
        Self { old: grant.clone(), grant, secret: *secret.expose(), written: None }
    }

    /// What a wallet asks for: mostly what the terms say.
    fn claim(&self, choices: &mut Choices<'_>) -> Claim {
        let terms = self.grant.terms();
        let mut kinds: Vec<Kind> = Vec::new();
        let mut left = terms.points.0.min(1 << 11);
        while left > 0 {
            let denomination = 1 << left.ilog2();
            kinds.push(Kind::Points { denomination });
            left -= denomination;
        }
        kinds.extend(terms.ballot.map(|campaign| Kind::Ballot { campaign }));
        kinds.extend(terms.vouchers.iter().map(|voucher| Kind::Voucher { offer: voucher.offer }));
        match choices.byte() {
            1 => drop(kinds.pop()),
            2 => kinds.push(Kind::Points { denomination: 1 }),
            3 => kinds.push(Kind::Voucher { offer: OfferId(9) }),
            _ => {}
        }
        let keyset = if choices.byte() == 1 { KeysetId(2) } else { KEYSET };
        let first = choices.below(3);
        let outputs = kinds
            .into_iter()
            .zip(ELEMENTS.iter().skip(first))
            .map(|(kind, blinded)| Output { class: Class { keyset, kind }, blinded: *blinded });
        let secret = if choices.byte() == 1 { [0; 32] } else { self.secret };
        Claim { secret: GrantSecret::new(secret), keyset, outputs: list(outputs.collect::<Vec<_>>()) }
    }

    fn play(&mut self, choices: &mut Choices<'_>) {
        let key = node_seed(STORE).node_key();
        let mut signed: Option<Order> = None;
        for _ in 0..MAX_STEPS {
            if choices.is_over() {
                return;
            }
            let before = self.grant.clone();
            let now = NOW + u64::from(choices.byte()) * 8;
            match choices.below(6) {
                0 => drop(self.grant.handle_cancel(now)),
                1 => drop(self.grant.handle_time(now)),
                2 => self.grant.handle_certified(
                    self.written.as_ref().map_or(OrderDigest([choices.byte(); 32]), |order| order.digest()),
                ),
                3 => self.grant = self.old.clone(),
                _ => {
                    let claim = self.claim(choices);
                    let wrong = *claim.secret.expose() != self.secret;
                    let written = self.written.as_ref();
                    match self.grant.handle_claim(claim, written, STORE, now, &FEDERATION.charter) {
                        Ok(to_sign) => {
                            assert!(!wrong, "signed without the secret");
                            self.written = Some(reread(to_sign.body()));
                            let order = to_sign.sign(&key, &Durable::after_commit()).order;
                            assert_eq!(order.points_out().ok(), Some(self.grant.terms().points));
                            let first = signed.get_or_insert_with(|| order.clone());
                            assert!(*first == order, "two bodies signed for one grant");
                        }
                        Err(GrantError::Secret) => {
                            assert!(wrong && self.grant == before, "a wrong secret did something")
                        }
                        Err(_) => assert!(!wrong, "a wrong secret was told more than that"),
                    }
                }
            }
            if choices.byte() == 7 {
                self.old = before.clone();
            }
            self.grant = reread(&self.grant);
            if let GrantState::Pending(digest) = self.grant.state() {
                assert_eq!(self.written.as_ref().map(Order::digest), Some(digest), "pending, and nothing written");
            }
        }
    }
}

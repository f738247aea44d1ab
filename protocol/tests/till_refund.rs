//! Refunds: claimed by the keys that paid, once; and what tills give back of a payment.

use crate::federation_support;
use crate::till_support;

use federation_support::{DAY, NOW, entropy, federation};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::{
        CoinSecret, Seed,
        coin::derive_coin_secret,
        spend::{SpendPurpose, sign},
    },
    machine::{
        till::{
            grant::{Grant, GrantError, GrantState},
            refund::{DayOfRefunds, NEVER, Returned},
        },
        wallet::canonical_split,
    },
    message::{
        amount::Points,
        charter::Charter,
        class::Kind,
        codec::{decode, encode},
        ids::{KeysetId, OrderDigest, Reference, StoreId},
        order::{Input, Inputs, Order, Outputs, Purpose},
        refund::RefundClaim,
        refusal::Refusal,
    },
};
use till_support::{KEYSET, outputs, points};

const STORE: StoreId = StoreId(2);
const SEVEN: [Kind; 3] =
    [Kind::Points { denomination: 1 }, Kind::Points { denomination: 2 }, Kind::Points { denomination: 4 }];

fn coins(count: u16) -> Vec<CoinSecret> {
    let mut all: Vec<CoinSecret> =
        (0..count).map(|slot| derive_coin_secret(&Seed::new([5; 32]), KEYSET.0, 0, 0, slot)).collect();
    all.sort_by_key(|coin| coin.public().encode());
    all
}

/// A payment with these coins.
fn paid(charter: &Charter, coins: &[CoinSecret]) -> Order {
    let input = |coin: &CoinSecret| Input { kind: points(4), point: coin.public().encode() };
    let inputs: Inputs = coins.iter().map(input).collect::<Vec<_>>().try_into().unwrap();
    Order {
        federation: *charter.federation(),
        keyset: KEYSET,
        store: STORE,
        purpose: Purpose::Redeem,
        reference: Reference([7; 32]),
        time: NOW,
        inputs,
        outputs: outputs(&[points(1)], 3),
    }
}

fn claim(charter: &Charter, refunded: &Order, outputs: Outputs) -> RefundClaim {
    RefundClaim { federation: *charter.federation(), store: STORE, order: refunded.digest(), keyset: KEYSET, outputs }
}

/// SPEND-1, SPEND-11, STORE-38.
#[test]
fn a_claim_is_signed_by_all_keys_of_the_payment_and_covers_every_member() {
    let charter = federation(4).charter;
    let coins = coins(2);
    let refunded = paid(&charter, &coins);
    let good = claim(&charter, &refunded, outputs(&SEVEN, 1));
    let keys: Vec<&CoinSecret> = coins.iter().collect();
    let signature = good.sign(&keys, entropy(1)).unwrap();
    assert!(good.clone().verify(&refunded, &signature).is_ok());

    let mut abroad = good.clone();
    abroad.federation.0[0] ^= 1;
    let others = [
        abroad,
        RefundClaim { store: StoreId(3), ..good.clone() },
        RefundClaim { keyset: KeysetId(2), ..good.clone() },
        RefundClaim { outputs: outputs(&SEVEN, 2), ..good.clone() },
        RefundClaim { outputs: outputs(&SEVEN[..2], 1), ..good.clone() },
    ];
    for other in others {
        assert!(matches!(other.verify(&refunded, &signature), Err(Refusal::BadSignature)));
    }
    // One key of two, both the other way round, as an order, and the body of another payment.
    for wrong in [vec![keys[0]], vec![keys[1], keys[0]]] {
        let signature = good.sign(&wrong, entropy(1)).unwrap();
        assert!(matches!(good.clone().verify(&refunded, &signature), Err(Refusal::BadSignature)));
    }
    let as_order = sign(SpendPurpose::Order, &keys, &good.digest(), entropy(1)).unwrap();
    assert!(matches!(good.clone().verify(&refunded, &as_order), Err(Refusal::BadSignature)));
    let other = Order { time: NOW + 1, ..refunded.clone() };
    assert!(matches!(good.clone().verify(&other, &signature), Err(Refusal::Unknown)));
    let renamed = RefundClaim { order: OrderDigest([1; 32]), ..good };
    assert!(matches!(renamed.verify(&refunded, &signature), Err(Refusal::Unknown)));
}

struct Counter {
    charter: Charter,
    grant: Grant,
    written: Option<Order>,
    today: DayOfRefunds,
    refunded: Order,
    coins: Vec<CoinSecret>,
}

impl Counter {
    fn new(owed: u64) -> Self {
        let charter = federation(4).charter;
        let coins = coins(2);
        let refunded = paid(&charter, &coins);
        let grant = Grant::owed(Points(owed), [9; 32], NOW, entropy(1));
        Self { charter, grant, written: None, today: DayOfRefunds::default(), refunded, coins }
    }

    fn claim(&mut self, outputs: Outputs, now: u64) -> Result<Order, GrantError> {
        let claim = claim(&self.charter, &self.refunded, outputs);
        let signature = claim.sign(&self.coins.iter().collect::<Vec<_>>(), entropy(1)).unwrap();
        let verified = claim.verify(&self.refunded, &signature).unwrap();
        let (written, today) = (self.written.as_ref(), &mut self.today);
        let to_sign = self.grant.handle_refund_claim(&verified, written, today, now, &self.charter)?;
        let body = to_sign.body().clone();
        self.written = Some(body.clone());
        self.grant = decode(&encode(&self.grant), 1 << 16).unwrap();
        Ok(body)
    }
}

/// STORE-19, STORE-37.
#[test]
fn a_refund_never_expires_and_is_claimed_once() {
    let mut counter = Counter::new(7);
    let late = NOW + 300 * DAY;
    assert_eq!((counter.grant.expiry(), counter.grant.terms().points), (NEVER, Points(7)));
    assert!(matches!(counter.claim(outputs(&SEVEN[..2], 1), NOW), Err(GrantError::Outputs)));
    assert_eq!(counter.grant.state(), GrantState::Open);
    assert_eq!(counter.today, DayOfRefunds::default(), "what was refused counts nothing");
    let order = counter.claim(outputs(&SEVEN, 1), late.min(NOW + 20 * DAY)).unwrap();
    assert_eq!((order.purpose, order.reference), (Purpose::Earn, counter.grant.reference()));
    assert_eq!(counter.claim(outputs(&SEVEN, 1), NOW).unwrap(), order, "the same again");
    assert!(matches!(counter.claim(outputs(&SEVEN, 2), NOW), Err(GrantError::Claimed)));
    counter.grant.handle_certified(order.digest());
    assert_eq!(counter.claim(outputs(&SEVEN, 1), late).unwrap(), order);
    // One that was withdrawn by hand gives nothing.
    let mut withdrawn = Counter::new(7);
    withdrawn.grant.handle_cancel(NOW).unwrap();
    assert!(matches!(withdrawn.claim(outputs(&SEVEN, 1), NOW), Err(GrantError::Cancelled)));
}

/// STORE-41.
#[test]
fn refunds_of_one_day_take_a_quarter_of_the_limit_and_the_first_goes_always() {
    let limit = federation(4).charter.store(STORE).unwrap().daily_limit;
    let share = limit.0 / 4;
    let mut today = DayOfRefunds::default();
    let mut take = |owed: u64, now| {
        let mut counter = Counter { today, ..Counter::new(owed) };
        let keyset = counter.charter.keyset(KEYSET).unwrap();
        let split = canonical_split(Points(owed), keyset.denominations()).unwrap();
        let kinds: Vec<Kind> = split.into_iter().map(points).collect();
        let taken = counter.claim(outputs(&kinds, 1), now).map(|_| ());
        today = counter.today;
        taken
    };
    take(share + 1, NOW).unwrap();
    for owed in [1, share] {
        let refused = take(owed, NOW);
        assert!(matches!(refused, Err(GrantError::Refused(Refusal::LimitExceeded { left: Points(0) }))), "{refused:?}");
    }
    take(1, NOW + DAY).unwrap();
    take(share - 1, NOW + DAY).unwrap();
    let full = take(1, NOW + DAY);
    assert!(matches!(full, Err(GrantError::Refused(Refusal::LimitExceeded { left: Points(0) }))));
}

proptest! {
    /// STORE-43.
    #[test]
    fn no_more_comes_back_than_was_paid(paid in 0_u64..50, steps in prop::collection::vec((any::<bool>(), 0_u64..30), 0..40)) {
        let mut returned = Returned::default();
        let mut standing: Vec<u64> = Vec::new();
        for (withdraw, points) in steps {
            if withdraw && let Some(points) = standing.pop() {
                returned.handle_withdrawn(Points(points));
            }
            let sum: u64 = standing.iter().sum();
            match returned.handle_give(Points(points), Points(paid)) {
                Ok(()) => standing.push(points),
                Err(refused) => {
                    prop_assert!(sum + points > paid, "refused though it fits");
                    prop_assert_eq!(refused.left, Points(paid - sum));
                }
            }
            prop_assert_eq!(returned.points().0, standing.iter().sum::<u64>());
            prop_assert!(returned.points().0 <= paid);
        }
    }
}

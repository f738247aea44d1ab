//! Grants: claimed once, by one set of outputs, for exactly what was given.

use crate::federation_support;
use crate::till_support;

use federation_support::{
    BALLOT_MINIMUM, CAMPAIGN, DAY, NOW, Plan, VOUCHER, body, entropy, federation, list, node_seed, planned,
    sign_charter,
};
use proptest::prelude::*;
use ronde_protocol::{
    machine::{
        durable::Durable,
        till::grant::{
            Claim, Grant, GrantError, GrantEvent, GrantSecret, GrantState, GrantTerms, TermsError, VoucherCount,
        },
    },
    message::{
        amount::Points,
        charter::Charter,
        class::Kind,
        codec::{decode, encode},
        ids::{CampaignId, KeysetId, OfferId, StoreId},
        order::{Order, Outputs, Purpose},
        refusal::{Refusal, Rule},
    },
};
use till_support::{KEYSET, ONE, OTHER, documented, outputs, points, specified};

const STORE: StoreId = StoreId(2);

fn terms(points: u64) -> GrantTerms {
    GrantTerms { points: Points(points), ballot: None, vouchers: list([]) }
}

fn full_terms() -> GrantTerms {
    GrantTerms {
        points: Points(9),
        ballot: Some(CAMPAIGN),
        vouchers: list([VoucherCount { offer: VOUCHER, count: 2 }]),
    }
}

const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };
const COFFEE: Kind = Kind::Voucher { offer: VOUCHER };

struct Counter {
    charter: Charter,
    grant: Grant,
    secret: [u8; 32],
    written: Option<Order>,
}

impl Counter {
    fn new(terms: GrantTerms) -> Self {
        let (grant, secret) = Grant::new(terms, [9; 32], NOW, NOW + DAY, entropy(1));
        Self { charter: federation(4).charter, grant, secret: *secret.expose(), written: None }
    }

    fn claim(&mut self, outputs: Outputs, now: u64) -> Result<Order, GrantError> {
        self.claim_with(self.secret, KEYSET, outputs, now)
    }

    fn claim_with(
        &mut self,
        secret: [u8; 32],
        keyset: KeysetId,
        outputs: Outputs,
        now: u64,
    ) -> Result<Order, GrantError> {
        let claim = Claim { secret: GrantSecret::new(secret), keyset, outputs };
        let to_sign = self.grant.handle_claim(claim, self.written.as_ref(), STORE, now, &self.charter)?;
        self.written = Some(to_sign.body().clone());
        let signed = to_sign.sign(&node_seed(STORE).node_key(), &Durable::after_commit());
        // What the store signs is what every witness accepts.
        let order = signed.order.clone();
        signed.check(&self.charter).unwrap().authorize(&self.charter).unwrap();
        Ok(order)
    }
}

#[test]
fn the_state_table_is_the_documented_one() {
    let states = [
        ("open", GrantState::Open),
        ("pending d", GrantState::Pending(ONE)),
        ("claimed d", GrantState::Claimed(ONE)),
        ("cancelled", GrantState::Cancelled),
        ("expired", GrantState::Expired),
    ];
    let events = [
        GrantEvent::Claim(ONE),
        GrantEvent::Claim(OTHER),
        GrantEvent::Certified(ONE),
        GrantEvent::Certified(OTHER),
        GrantEvent::Cancel,
        GrantEvent::TimeOver,
    ];
    let table: Vec<Vec<String>> = states
        .into_iter()
        .map(|(name, state)| {
            let cells = events.iter().map(|event| match state.after(*event) {
                Ok(next) if next == state => "same".to_owned(),
                Ok(GrantState::Pending(_)) => "pending".to_owned(),
                Ok(GrantState::Claimed(OTHER)) if state == GrantState::Pending(ONE) => "claimed other".to_owned(),
                Ok(GrantState::Claimed(_)) => "claimed".to_owned(),
                Ok(GrantState::Cancelled) => "cancelled".to_owned(),
                Ok(GrantState::Expired) => "expired".to_owned(),
                Ok(GrantState::Open) => "open".to_owned(),
                Err(GrantError::Claimed) => "refused: claimed".to_owned(),
                Err(GrantError::Cancelled) => "refused: cancelled".to_owned(),
                Err(GrantError::Expired) => "refused: expired".to_owned(),
                Err(other) => panic!("{other}"),
            });
            std::iter::once(name.to_owned()).chain(cells).collect()
        })
        .collect();
    assert_eq!(table, documented(include_str!("../src/machine/till/grant.rs")));
    assert_eq!(table, specified(include_str!("../../spec/12-store.md"), "| state | claim d |"));
}

#[test]
fn a_claim_of_everything_becomes_one_earn_order_with_the_grants_reference_and_time() {
    let mut counter = Counter::new(full_terms());
    let all = outputs(&[points(1), points(8), BALLOT, COFFEE, COFFEE], 1);
    let order = counter.claim(all.clone(), NOW + 3600).unwrap();
    assert_eq!(order.purpose, Purpose::Earn);
    assert_eq!((order.store, order.time, order.reference), (STORE, NOW, counter.grant.reference()));
    assert_eq!(order.outputs, all);
    assert_eq!(counter.grant.state(), GrantState::Pending(order.digest()));
    counter.grant.handle_certified(order.digest());
    assert_eq!(counter.grant.state(), GrantState::Claimed(order.digest()));
}

/// STORE-18.
#[test]
fn two_grants_for_one_receipt_share_nothing_that_could_be_guessed() {
    let receipt = [9; 32];
    let [(first, secret), (second, other)] =
        [1, 2].map(|fresh| Grant::new(terms(8), receipt, NOW, NOW + DAY, entropy(fresh)));
    assert_ne!(first.reference(), second.reference());
    assert_ne!(secret.expose(), other.expose());
    assert!(
        ![*secret.expose(), receipt].contains(&first.reference().0),
        "nor one from the other, nor from the receipt"
    );
}

/// STORE-19.
#[test]
fn the_same_outputs_get_the_same_order_again_for_ever_and_other_outputs_nothing() {
    let mut counter = Counter::new(terms(9));
    let mine = outputs(&[points(1), points(8)], 1);
    let first = counter.claim(mine.clone(), NOW).unwrap();
    // Long after the expiry, and after the charter and the keyset are over.
    for now in [NOW, NOW + 2 * DAY, NOW + 1000 * DAY] {
        assert_eq!(counter.claim(mine.clone(), now).unwrap(), first);
        assert!(matches!(counter.claim(outputs(&[points(1), points(8)], 2), now), Err(GrantError::Claimed)));
    }
    counter.grant.handle_certified(first.digest());
    assert_eq!(counter.claim(mine, NOW).unwrap(), first);
    assert!(matches!(counter.claim(outputs(&[points(1), points(8)], 2), NOW), Err(GrantError::Claimed)));
    assert!(matches!(counter.grant.handle_cancel(NOW), Err(GrantError::Claimed)));
}

/// STORE-17.
#[test]
fn a_body_written_before_the_grant_was_lost_and_restored_is_the_only_one_that_is_signed() {
    let mut counter = Counter::new(terms(8));
    let restored = counter.grant.clone();
    let first = counter.claim(outputs(&[points(8)], 1), NOW).unwrap();
    counter.grant = restored;
    assert!(matches!(counter.claim(outputs(&[points(8)], 2), NOW), Err(GrantError::Claimed)));
    assert_eq!(counter.grant.state(), GrantState::Open);
    assert_eq!(counter.claim(outputs(&[points(8)], 1), NOW).unwrap(), first);
}

/// STORE-19.
#[test]
fn an_order_that_was_made_is_given_again_whatever_became_of_the_grant_since() {
    type End = fn(&mut Counter);
    let ends: [(End, GrantState); 3] = [
        // An Earn that an older copy of the records signed, of another keyset perhaps.
        (|counter| counter.grant.handle_certified(OTHER), GrantState::Claimed(OTHER)),
        // An older copy of the grant, with the body still written down.
        (|counter| assert!(counter.grant.handle_time(NOW + 1000 * DAY)), GrantState::Expired),
        (|counter| counter.grant.handle_cancel(NOW).unwrap(), GrantState::Cancelled),
    ];
    for (end, state) in ends {
        let mut counter = Counter::new(terms(8));
        let restored = counter.grant.clone();
        let first = counter.claim(outputs(&[points(8)], 1), NOW).unwrap();
        if !matches!(state, GrantState::Claimed(_)) {
            counter.grant = restored;
        }
        end(&mut counter);
        assert_eq!(counter.claim(outputs(&[points(8)], 1), NOW).unwrap(), first);
        assert_eq!(counter.grant.state(), state);
        assert!(counter.claim(outputs(&[points(8)], 2), NOW).is_err());
    }
}

/// STORE-20.
#[test]
fn outputs_that_are_not_exactly_the_grant_are_refused() {
    let wrong: [&[Kind]; 8] = [
        &[points(8), BALLOT, COFFEE, COFFEE],
        &[points(2), points(8), BALLOT, COFFEE, COFFEE],
        &[points(1), points(8), COFFEE, COFFEE],
        &[points(1), points(8), BALLOT, COFFEE],
        &[points(1), points(8), BALLOT, COFFEE, COFFEE, COFFEE],
        &[points(1), points(8), BALLOT],
        &[BALLOT, COFFEE, COFFEE],
        &[points(1), points(8), BALLOT, BALLOT, COFFEE, COFFEE],
    ];
    for kinds in wrong {
        let mut counter = Counter::new(full_terms());
        let before = counter.grant.clone();
        let refused = counter.claim(outputs(kinds, 1), NOW);
        let rule = matches!(refused, Err(GrantError::Outputs | GrantError::Refused(Refusal::Invalid(Rule::Ballot))));
        assert!(rule, "{kinds:?}: {refused:?}");
        assert_eq!(counter.grant, before);
    }
}

#[test]
fn a_wrong_secret_learns_nothing_and_changes_nothing() {
    let mut counter = Counter::new(terms(8));
    let before = counter.grant.clone();
    let wrong = counter.claim_with([0; 32], KEYSET, outputs(&[points(8)], 1), NOW + 2 * DAY);
    assert!(matches!(wrong, Err(GrantError::Secret)));
    assert_eq!(counter.grant, before);
    assert_eq!(format!("{:?}", GrantSecret::new(counter.secret)), "GrantSecret(redacted)");
    assert!(!encode(&counter.grant).windows(32).any(|window| window == counter.secret));
}

#[test]
fn an_expired_or_withdrawn_grant_is_not_claimed() {
    let mut late = Counter::new(terms(8));
    assert!(matches!(late.claim(outputs(&[points(8)], 1), NOW + DAY), Err(GrantError::Expired)));
    // Once said, it stays so, even if the clock is set back.
    assert!(matches!(late.claim(outputs(&[points(8)], 1), NOW), Err(GrantError::Expired)));
    let mut withdrawn = Counter::new(terms(8));
    withdrawn.grant.handle_cancel(NOW).unwrap();
    withdrawn.grant.handle_cancel(NOW).unwrap();
    assert!(matches!(withdrawn.claim(outputs(&[points(8)], 1), NOW), Err(GrantError::Cancelled)));
}

/// STORE-21.
#[test]
fn no_new_order_is_made_for_a_closed_keyset_an_expired_charter_or_an_unknown_keyset() {
    let mut plan = body(&Plan::of(4));
    plan.expires = NOW + DAY / 2;
    let mut counter = Counter::new(terms(8));
    counter.charter = Charter::genesis(sign_charter(plan, &[1, 2])).unwrap();
    let refused = counter.claim(outputs(&[points(8)], 1), NOW + DAY / 2);
    assert!(matches!(refused, Err(GrantError::Refused(Refusal::CharterExpired))));

    let (grant, secret) = Grant::new(terms(8), [0; 32], NOW, NOW + 300 * DAY, entropy(2));
    let mut counter = Counter { charter: federation(4).charter, grant, secret: *secret.expose(), written: None };
    let refused = counter.claim(outputs(&[points(8)], 1), NOW + 180 * DAY);
    assert!(matches!(refused, Err(GrantError::Refused(Refusal::Closed))));
    let refused = counter.claim_with(counter.secret, KeysetId(7), outputs(&[points(8)], 1), NOW);
    assert!(matches!(refused, Err(GrantError::Refused(Refusal::CharterBehind))));
    assert_eq!(counter.grant.state(), GrantState::Open);
}

#[test]
fn outputs_that_are_no_group_elements_are_refused_before_anything_is_signed() {
    let mut counter = Counter::new(terms(8));
    let mut bad = outputs(&[points(8)], 1).to_vec();
    bad[0].blinded.0 = [0xff; 32];
    let refused = counter.claim(list(bad), NOW);
    assert!(matches!(refused, Err(GrantError::Refused(Refusal::BadEncoding { .. }))), "{refused:?}");
    assert_eq!(counter.grant.state(), GrantState::Open);
}

#[test]
fn terms_that_no_witness_would_vote_for_are_refused_when_the_grant_is_made() {
    let charter = planned(&Plan { daily_limit: 100, ..Plan::of(4) }).charter;
    let check = |terms: GrantTerms| terms.check(STORE, NOW, &charter);
    let voucher =
        |offer, count| GrantTerms { vouchers: list([VoucherCount { offer: OfferId(offer), count }]), ..terms(0) };
    assert_eq!(check(full_terms()), Ok(()));
    assert_eq!(check(terms(100)), Ok(()));
    assert_eq!(check(voucher(1, 1)), Ok(()));
    assert_eq!(check(terms(0)), Err(TermsError::Empty));
    assert_eq!(check(terms(101)), Err(TermsError::Limit(Points(100))));
    assert_eq!(check(voucher(2, 1)), Err(TermsError::Offer(OfferId(2))));
    assert_eq!(check(voucher(1, 0)), Err(TermsError::Vouchers));
    assert_eq!(check(voucher(1, 129)), Err(TermsError::Vouchers));
    let twice = [VoucherCount { offer: VOUCHER, count: 1 }; 2];
    assert_eq!(check(GrantTerms { vouchers: list(twice), ..terms(1) }), Err(TermsError::Vouchers));
    let ballot = |campaign, points| GrantTerms { ballot: Some(CampaignId(campaign)), ..terms(points) };
    assert_eq!(check(ballot(1, BALLOT_MINIMUM)), Ok(()));
    assert_eq!(check(ballot(1, BALLOT_MINIMUM - 1)), Err(TermsError::Minimum(Points(BALLOT_MINIMUM))));
    assert_eq!(check(ballot(2, 50)), Err(TermsError::Campaign(CampaignId(2))));
    assert_eq!(full_terms().check(STORE, NOW + 30 * DAY, &charter), Err(TermsError::Campaign(CAMPAIGN)));
}

proptest! {
    /// However claims, repeats, withdrawals, certificates and time mix: one body is ever signed.
    /// STORE-17.
    #[test]
    fn one_body_is_ever_signed(steps in prop::collection::vec((0u8..5, 0u8..3), 0..20)) {
        let mut counter = Counter::new(terms(8));
        let mut now = NOW;
        let mut signed: Option<Order> = None;
        for (step, salt) in steps {
            match step {
                0 | 1 => if let Ok(order) = counter.claim(outputs(&[points(8)], salt), now) {
                    prop_assert!(signed.as_ref().is_none_or(|first| *first == order));
                    signed = Some(order);
                },
                2 => { let _ = counter.grant.handle_cancel(now); }
                3 => now += DAY / 3,
                _ => if let Some(order) = &signed { counter.grant.handle_certified(order.digest()) },
            }
            let bytes = encode(&counter.grant);
            prop_assert_eq!(decode::<Grant>(&bytes, 4096).unwrap(), counter.grant.clone());
        }
    }
}

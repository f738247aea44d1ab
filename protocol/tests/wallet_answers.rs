//! The wallet machine: what comes back, from honest and other witnesses and relays.

use crate::federation_support;
use crate::wallet_support;

use federation_support::{DAY, Federation, KEYSET, NOW, entropy, federation};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::Seed,
    machine::wallet::{Outcome, Payment, Settled, Stage, Wallet, WalletError, canonical_split},
    message::{
        amount::Points,
        evaluation::Evaluation,
        ids::{KeysetId, WitnessIndex},
        order::Submission,
    },
};
use wallet_support::*;

fn pay(wallet: &mut Wallet, federation: &Federation, nonce: u8, points: u64) -> Result<Submission, WalletError> {
    let payment = Payment { points: Points(points), vouchers: Vec::new() };
    let offer = offer(federation, nonce, 1_000_000, 1);
    let sealed = wallet.pay(&federation.charter, &offer, &payment, None, NOW, entropy(nonce))?;
    Ok(sealed.release(&save(wallet)))
}

fn answer(
    wallet: &mut Wallet,
    federation: &Federation,
    submission: &Submission,
    evaluations: &[Evaluation],
) -> Settled {
    let order = &submission.signed.order;
    let certificate = federation.certify(order);
    let sealed = wallet.handle_answer(&federation.charter, &order.digest(), certificate, evaluations, NOW).unwrap();
    sealed.release(&save(wallet))
}

/// WALLET-30.
#[test]
fn fewer_evaluations_than_a_quorum_make_no_coins_and_more_come_later() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let mut wallet = wallet(&federation);
    let settled = earn_from(&mut wallet, &federation, 1, terms(5), &all[..2]);
    assert!(!settled.usable);
    assert_eq!(wallet.balance(&federation.charter).arriving(), Points(5));
    assert_eq!(wallet.pending()[0].stage, Stage::Certified);
    assert_eq!(wallet.missing_components(&federation.charter, &settled.digest), all[2..]);
    let order = wallet.book().open[0].order().unwrap().clone();
    for (index, stage) in [(2, Some(Stage::Completing)), (3, None)] {
        let more = federation.evaluations(&order, &[WitnessIndex(index)]);
        let sealed = wallet.handle_evaluations(&federation.charter, &settled.digest, &more).unwrap();
        assert!(sealed.release(&save(&mut wallet)).usable);
        assert_eq!(wallet.pending().first().map(|pending| pending.stage), stage);
    }
    assert_eq!(spendable(&wallet, &federation), 5);
}

/// WALLET-32: one order, many draws.
#[test]
fn what_a_spendable_order_lacks_is_asked_for_an_hour_to_a_day_after_its_certificate() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let (mut least, mut most) = (u64::MAX, 0);
    for number in 0..64 {
        let mut wallet = wallet(&federation);
        let digest = earn_from(&mut wallet, &federation, 1, terms(5), &all[..3]).digest;
        // The first time that the wallet is used may be long after; the moment is of the certificate all the same.
        let due = |wallet: &mut Wallet, at| wallet.due_to_ask(at, fresh(number)).release(&save(wallet));
        assert!(due(&mut wallet, NOW + 3599).is_empty());
        assert_eq!(due(&mut wallet, NOW + 86_400), [digest]);
        let drawn = wallet.book().ask_at[&digest] - NOW;
        (least, most) = (least.min(drawn), most.max(drawn));
        assert!(due(&mut wallet, NOW + drawn - 1).is_empty());
        assert_eq!(due(&mut wallet, NOW + drawn), [digest], "a moment is drawn once");
        wallet.handle_asked(&digest, NOW + DAY, fresh(number)).release(&save(&mut wallet));
        let anew = wallet.book().ask_at[&digest];
        assert!((NOW + DAY + 3600..=NOW + 2 * DAY).contains(&anew), "and anew after an answer");
        assert!(due(&mut wallet, anew - 1).is_empty());
        assert_eq!(due(&mut wallet, anew), [digest]);
    }
    assert!(least < 3600 + 10_000 && most > 86_400 - 10_000, "from an hour to a day: {least} to {most}");
}

/// WALLET-32: a clock that was wrong for a while does not keep a wallet from asking for years.
#[test]
fn a_moment_that_was_drawn_by_a_clock_far_ahead_is_drawn_anew() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let digest = earn_from(&mut wallet, &federation, 1, terms(5), &federation.indices(KEYSET)[..3]).digest;
    let due = |wallet: &mut Wallet, at| wallet.due_to_ask(at, fresh(1)).release(&save(wallet));
    // Its certificate came by this clock, which is set back by a thousand days before anything was drawn.
    let right = NOW - 1000 * DAY;
    assert!(due(&mut wallet, right).is_empty());
    assert_eq!(due(&mut wallet, right + DAY), [digest]);
    // And what was drawn by one that was ahead.
    wallet.handle_asked(&digest, NOW, fresh(2)).release(&save(&mut wallet));
    assert!(due(&mut wallet, right + DAY).is_empty());
    assert_eq!(due(&mut wallet, right + 2 * DAY), [digest]);
}

/// WALLET-32, RESTORE-33: what has no quorum is asked for at once, and what came back from the seed never by its digest.
#[test]
fn neither_an_order_without_a_quorum_nor_a_recovered_one_waits_for_a_moment() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let mut lost = wallet(&federation);
    earn_from(&mut lost, &federation, 1, terms(5), &all[..2]);
    assert!(lost.due_to_ask(NOW + 9 * DAY, fresh(1)).release(&save(&mut lost)).is_empty());
    assert_eq!(lost.pending()[0].stage, Stage::Certified);
    let order = lost.book().open[0].order().unwrap().clone();
    let mut found = Wallet::new(ronde_protocol::crypto::Seed::new([0x11; 32]), federation.id(), 1);
    let evaluations = federation.evaluations(&order, &all[..3]);
    let back =
        found.recover(&federation.charter, order.clone(), federation.certify(&order), &evaluations, NOW).unwrap();
    assert!(back.release(&save(&mut found)).settled.usable);
    assert!(found.due_to_ask(NOW + 9 * DAY, fresh(1)).release(&save(&mut found)).is_empty());
}

/// WALLET-15, WALLET-16.
#[test]
fn complete_coins_are_spent_first_and_incomplete_ones_to_a_quorum_that_knows_them_all() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let mut wallet = wallet(&federation);
    earn_from(&mut wallet, &federation, 1, terms(4), &all[..3]);
    earn(&mut wallet, &federation, 2, 4);
    let first = pay(&mut wallet, &federation, 1, 4).unwrap();
    assert_eq!(first.columns.len(), 4);
    assert_sound(&federation, &first);
    earn(&mut wallet, &federation, 3, 2);
    let second = pay(&mut wallet, &federation, 2, 6).unwrap();
    let shown: Vec<WitnessIndex> = second.columns.iter().map(|column| column.index).collect();
    assert_eq!(shown, all[..3]);
    assert_sound(&federation, &second);
}

/// WALLET-14.
#[test]
fn coins_without_a_quorum_in_common_are_not_spent_together() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let mut wallet = wallet(&federation);
    earn_from(&mut wallet, &federation, 1, terms(4), &all[..3]);
    earn_from(&mut wallet, &federation, 2, terms(4), &all[1..]);
    let refused = pay(&mut wallet, &federation, 1, 8).unwrap_err();
    assert_eq!(refused, WalletError::NotEnough { wanted: Points(8), available: Points(4) });
    assert_sound(&federation, &pay(&mut wallet, &federation, 2, 4).unwrap());
}

/// WALLET-28, WALLET-29.
/// POPRF-4.
#[test]
fn a_witness_that_evaluates_with_another_key_is_named_with_evidence_that_verifies() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let liar = WitnessIndex(2);
    earn(&mut wallet, &federation, 1, 8);
    let submission = pay(&mut wallet, &federation, 1, 3).unwrap();
    let order = &submission.signed.order;
    let mut evaluations = federation.evaluations(order, &federation.indices(KEYSET));
    let other_keys = federation_support::node_seed(ronde_protocol::message::ids::StoreId(99));
    let marking = other_keys.witness_keys(&federation.id(), KEYSET).unwrap();
    evaluations[liar.position()] = federation.evaluate_with(order, liar, &marking).unwrap();
    let settled = answer(&mut wallet, &federation, &submission, &evaluations);
    assert!(settled.usable && !settled.complete, "the three honest ones are a quorum");
    let [evidence] = &wallet.book().evidence[..] else { panic!("one piece of evidence, kept") };
    let verified = evidence.clone().verify(&federation.charter).unwrap();
    assert_eq!((verified.keyset, verified.culprit), (KEYSET, liar));
    assert!(wallet.book().coins.iter().all(|coin| !coin.components.contains_key(&liar)), "and its mark is not taken");
    answer(&mut wallet, &federation, &submission, &evaluations);
    assert_eq!(wallet.book().evidence.len(), 1, "the same evidence is kept once");
}

/// WALLET-29.
#[test]
fn a_relay_that_spoils_a_byte_accuses_nobody() {
    let federation = federation(4);
    let mut first = wallet(&federation);
    earn(&mut first, &federation, 1, 8);
    let submission = pay(&mut first, &federation, 1, 3).unwrap();
    let good = federation.evaluations(&submission.signed.order, &federation.indices(KEYSET));
    let spoil: [fn(&mut Evaluation); 6] = [
        |e| e.signature.0[5] ^= 1,
        |e| e.digest.0[0] ^= 1,
        |e| e.index = WitnessIndex((e.index.0 + 1) % 4),
        |e| e.index = WitnessIndex(9),
        |e| e.proof.challenge.0[0] ^= 1,
        |e| {
            let mut points = e.evaluated.to_vec();
            points[0].0[0] ^= 2;
            e.evaluated = federation_support::list(points);
        },
    ];
    for spoil in spoil {
        let mut wallet = Wallet::from_bytes(&first.to_bytes()).unwrap();
        let mut evaluations = good.clone();
        spoil(&mut evaluations[1]);
        let settled = answer(&mut wallet, &federation, &submission, &evaluations);
        assert_eq!(settled.spoiled, 1);
        assert!(settled.usable && settled.evidence.is_empty() && wallet.book().evidence.is_empty());
    }
}

/// WALLET-8.
#[test]
fn only_the_certificate_of_a_conflicting_order_frees_coins() {
    let federation = federation(4);
    let mut honest = wallet(&federation);
    earn(&mut honest, &federation, 1, 12);
    // A copy of the wallet file, used behind its owner's back, spends one of the two coins.
    let mut copy = Wallet::from_bytes(&honest.to_bytes()).unwrap();
    let ours = pay(&mut honest, &federation, 1, 12).unwrap();
    let theirs = pay(&mut copy, &federation, 2, 4).unwrap();
    let (digest, other) = (ours.signed.order.digest(), theirs.signed.order);
    let mut unrelated = other.clone();
    unrelated.inputs = federation_support::list([]);
    let refused = honest.handle_conflict(&federation.charter, &digest, &unrelated, federation.certify(&unrelated), NOW);
    assert_eq!(refused.unwrap_err(), WalletError::NoConflict);
    let forged = federation.certify(&ours.signed.order);
    assert!(honest.handle_conflict(&federation.charter, &digest, &other, forged, NOW).is_err());
    assert_eq!(honest.balance(&federation.charter).held(), Points(12), "still held");
    let certificate = federation.certify(&other);
    honest.handle_conflict(&federation.charter, &digest, &other, certificate, NOW).unwrap().release(&save(&mut honest));
    assert_eq!(spendable(&honest, &federation), 8, "what the other order spent is gone, the rest is free");
    assert!(honest.pending().is_empty());
    assert_eq!(honest.book().history.last().unwrap().outcome, Outcome::Lost);
    assert_sound(&federation, &pay(&mut honest, &federation, 1, 8).unwrap());
}

#[test]
fn nothing_of_the_wallet_is_printed() {
    let federation = federation(1);
    let wallet = Wallet::new(Seed::new([0xab; 32]), federation.id(), 0);
    assert_eq!(format!("{wallet:?}"), "Wallet(redacted)");
}

#[test]
fn a_cut_or_spoiled_file_is_refused() {
    let federation = federation(1);
    let mut wallet = wallet(&federation);
    earn(&mut wallet, &federation, 1, 8);
    let bytes = wallet.to_bytes();
    for length in [0, 31, 32, 40, bytes.len() - 1] {
        assert!(Wallet::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(Wallet::from_bytes(&longer).is_err());
}

#[test]
fn a_split_that_no_order_could_carry_is_refused() {
    assert_eq!(canonical_split(Points(u64::MAX), &[1, 2, 4]), Err(WalletError::TooManyCoins));
    assert_eq!(canonical_split(Points(256), &[1]).map(|coins| coins.len()), Ok(256));
    assert_eq!(canonical_split(Points(257), &[1]), Err(WalletError::TooManyCoins));
}

#[derive(Clone, Debug)]
enum Step {
    Earn(u64, u8),
    Pay(u64),
    Swap,
    Give(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1u64..60, any::<u8>()).prop_map(|(points, mask)| Step::Earn(points, mask)),
        (1u64..60).prop_map(Step::Pay),
        Just(Step::Swap),
        (1u64..30).prop_map(Step::Give),
    ]
}

/// Three or four of four witnesses, one left out by the low bits.
fn answering(federation: &Federation, mask: u8) -> Vec<WitnessIndex> {
    let left_out = WitnessIndex(mask % 5);
    federation.indices(KEYSET).into_iter().filter(|index| *index != left_out).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn value_is_conserved_over_any_steps(steps in proptest::collection::vec(step(), 1..12)) {
        let federation = federation(4);
        let mut wallet = wallet(&federation);
        let mut expected = 0u64;
        for (number, step) in (0u32..).zip(steps) {
            let nonce = u8::try_from(number).unwrap();
            let before = wallet.to_bytes();
            let made = match step {
                Step::Earn(points, mask) => {
                    let settled = earn_from(&mut wallet, &federation, number, terms(points), &answering(&federation, mask));
                    prop_assert!(settled.usable);
                    expected += points;
                    continue;
                }
                Step::Pay(points) => pay(&mut wallet, &federation, nonce, points).map(|made| (made, points)),
                Step::Give(points) => wallet
                    .donate(&federation.charter, federation_support::ASSOCIATION, Points(points), NOW, entropy(nonce))
                    .map(|sealed| (sealed.release(&save(&mut wallet)), points)),
                Step::Swap => wallet
                    .swap(&federation.charter, KeysetId(1), true, NOW, entropy(nonce))
                    .map(|sealed| (sealed.release(&save(&mut wallet)), 0)),
            };
            match made {
                Ok((submission, gone)) => {
                    settle(&mut wallet, &federation, &submission);
                    expected -= gone;
                }
                Err(error) => {
                    let poor = matches!(error, WalletError::NotEnough { .. } | WalletError::Nothing);
                    prop_assert!(poor, "{error}");
                    prop_assert_eq!(&wallet.to_bytes(), &before);
                }
            }
            prop_assert_eq!(spendable(&wallet, &federation), expected);
            prop_assert_eq!(wallet.balance(&federation.charter).held(), Points::ZERO);
        }
    }

    #[test]
    fn the_canonical_split_sums_up_and_is_the_shortest_for_powers_of_two(amount in 0u64..4096) {
        let denominations: Vec<u64> = (0..12).map(|power| 1 << power).collect();
        let coins = canonical_split(Points(amount), &denominations).unwrap();
        prop_assert_eq!(coins.iter().sum::<u64>(), amount);
        prop_assert_eq!(coins.len(), usize::try_from(amount.count_ones()).unwrap());
        prop_assert!(coins.windows(2).all(|pair| pair[0] > pair[1]), "largest first, each once");
    }

    /// WALLET-12.
    // COIN-9.
    #[test]
    fn the_canonical_split_is_greedy_over_any_denominations(
        amount in 0u64..2000, steps in proptest::collection::vec(2u64..5, 1..6),
    ) {
        let mut denominations = vec![1];
        for step in steps {
            denominations.push(denominations.last().unwrap() * step);
        }
        let Ok(coins) = canonical_split(Points(amount), &denominations) else { return Ok(()) };
        prop_assert_eq!(coins.iter().sum::<u64>(), amount);
        let mut left = amount;
        for coin in coins {
            let largest = denominations.iter().rev().find(|worth| **worth <= left).unwrap();
            prop_assert_eq!(coin, *largest);
            left -= coin;
        }
    }
}

//! The wallet machine: a lost wallet made again from its seed alone, by buckets and probes, with real witnesses.

use crate::federation_support;
use crate::restore_support;
use crate::wallet_support;

use std::collections::{BTreeMap, BTreeSet};

use federation_support::{CAMPAIGN, DAY, KEYSET, NOW, entropy};
use restore_support::Town;
use ronde_protocol::{
    machine::wallet::{Asking, Outcome, Probed, Search, Stage, Wallet, WalletError},
    message::{
        amount::Points,
        bucket::{BucketError, BucketPage},
        ids::WitnessIndex,
        order::Purpose,
        probe::CoinState,
    },
};
use wallet_support::{lost::*, *};

/// RESTORE-17, RESTORE-23
#[test]
fn a_lost_wallet_comes_back_from_its_seed_with_all_its_points() {
    for witnesses in [3, 4, 7] {
        let mut town = Town::new(witnesses);
        let mut lost = device(town.federation(), 0);
        for (number, points) in (1..).zip([57, 8, 100, 3]) {
            town.earn(&mut lost, number, terms(points));
        }
        let payment = paid(&mut lost, town.federation(), 1, 60).unwrap();
        town.carry(&mut lost, &payment);
        town.swap(&mut lost);
        town.earn(&mut lost, 9, with_ballot(12, CAMPAIGN));
        let kept = town.balance(&lost);
        assert_eq!(kept, 120);
        let mut found = device(town.federation(), 0);
        assert_eq!(town.search(&mut found), 2, "device 1 is free, and so is 2");
        assert_eq!(town.balance(&found), 0, "nothing is counted before it was asked about");
        town.prove_all(&mut found);
        assert_eq!((town.balance(&found), found.book().device), (kept, 2), "of {witnesses}");
        assert_eq!(found.balance(town.charter()).ballots, vec![CAMPAIGN]);
        // Of the ballot, which is not exchanged, one quorum's components are here.
        assert!(found.pending().iter().all(|view| view.stage == Stage::Completing));
        // And that one is lost as well.
        let mut again = device(town.federation(), 0);
        assert_eq!(town.search(&mut again), 4);
        town.prove_all(&mut again);
        assert_eq!(town.balance(&again), kept);
    }
}

/// RESTORE-33: a wallet that searches because its files came from a backup may know of open orders itself.
#[test]
fn an_open_order_that_a_search_finds_too_is_not_asked_for_by_its_digest_any_more() {
    let mut town = Town::new(4);
    let mut wallet = device(town.federation(), 0);
    let order = town.earn_by(&mut wallet, 1, with_ballot(12, CAMPAIGN), 3);
    let later = NOW + 3 * DAY;
    assert_eq!(wallet.pending()[0].stage, Stage::Completing, "one witness's components are missing");
    assert_eq!(wallet.due_to_ask(later, entropy(1)).release(&save(&mut wallet)), [order.digest()]);
    town.search(&mut wallet);
    assert!(town.asked.iter().any(|(.., entries)| *entries > 0), "it was found");
    town.prove_all(&mut wallet);
    assert_eq!(town.balance(&wallet), 12);
    assert_eq!(wallet.balance(town.charter()).ballots, vec![CAMPAIGN], "which can't be exchanged");
    assert!(!wallet.due_to_ask(later, entropy(2)).release(&save(&mut wallet)).contains(&order.digest()));
}

/// RESTORE-22: the certificate, or an evaluation, never came to the lost wallet.
#[test]
fn a_payment_that_was_half_done_is_completed_and_its_change_comes_back() {
    for voted in [1, 2] {
        let mut town = Town::new(4);
        let mut lost = device(town.federation(), 0);
        town.earn(&mut lost, 1, terms(57));
        town.earn(&mut lost, 2, terms(7));
        let payment = paid(&mut lost, town.federation(), 1, 50).unwrap();
        (0..voted).for_each(|at| town.vote(at, &payment));
        let mut found = device(town.federation(), 0);
        town.search(&mut found);
        let half_done = town.prove_all(&mut found);
        assert_eq!(half_done, BTreeSet::from([payment.signed.order.digest()]), "by {voted} votes");
        assert_eq!((town.balance(&found), unproven(&found, town.federation())), (14, 0));
        let paid = found.book().history.iter().filter(|record| record.purpose == Purpose::Redeem);
        assert_eq!(
            paid.map(|record| (record.points, record.outcome)).collect::<Vec<_>>(),
            vec![(Points(50), Outcome::Certified)]
        );
    }
}

/// RESTORE-22: of a payment whose change is of a place that was not certified before.
#[test]
fn a_half_done_order_is_sent_in_its_own_bytes_with_the_columns_that_were_found() {
    let mut town = Town::new(4);
    let mut lost = device(town.federation(), 0);
    town.earn(&mut lost, 1, terms(57));
    let payment = paid(&mut lost, town.federation(), 1, 40).unwrap();
    town.vote(2, &payment);
    let mut found = device(town.federation(), 0);
    town.search(&mut found);
    let coin = payment.signed.order.inputs[0].point;
    let Probed::Bound(half_done) = town.probe(&mut found, &coin) else { panic!("it is bound") };
    assert!(half_done.adopted && half_done.rivals == 0);
    let on_disk = save(&mut found);
    let sent = found.submission(&half_done.digest, &on_disk).unwrap();
    assert_eq!(sent.signed, payment.signed);
    assert_sound(town.federation(), &sent);
    let pending = found.pending();
    let sent: Vec<_> = pending.iter().filter(|view| view.stage == Stage::Sent).map(|view| view.digest).collect();
    assert_eq!(sent, vec![Some(half_done.digest)]);
    let held: Vec<_> = payment.signed.order.inputs.iter().map(|input| input.point).collect();
    assert!(
        found.to_probe(town.charter(), NOW, false).iter().all(|(_, point)| !held.contains(point)),
        "bound coins are held"
    );
}

/// RESTORE-19, RESTORE-21, RESTORE-22: without what n - f witnesses say, there is nothing that a Swap could be signed with.
#[test]
fn a_coin_in_an_order_that_cannot_be_rebuilt_is_left_alone() {
    let mut town = Town::new(4);
    let mut lost = device(town.federation(), 0);
    let first = town.earn(&mut lost, 1, terms(8));
    town.earn(&mut lost, 2, terms(16));
    let payment = paid(&mut lost, town.federation(), 1, 24).unwrap();
    town.vote(3, &payment);
    // The second order is not known.
    let mut found = device(town.federation(), 1);
    bring_back(&mut found, town.federation(), &first).unwrap();
    let coin = found.to_probe(town.charter(), NOW, false)[0].1;
    let before = found.to_bytes();
    let Probed::Bound(half_done) = town.probe(&mut found, &coin) else { panic!("it is bound") };
    assert!(!half_done.adopted);
    assert_eq!(*found.to_bytes(), *before, "nothing is signed, nothing is held");
    // Too few answers say nothing either.
    let free: Vec<_> = (0..2).map(|index| (index, CoinState::Unbound)).collect();
    let unclear = probed(&mut found, town.federation(), &coin, &free).unwrap();
    assert!(matches!(unclear, Probed::Unclear { answered: 2, needed: 3 }), "{unclear:?}");
    assert_eq!(*found.to_bytes(), *before);
}

/// RESTORE-29
#[test]
fn of_two_orders_of_a_copied_wallet_the_one_that_can_be_certified_is_followed() {
    let mut town = Town::new(4);
    let mut lost = device(town.federation(), 0);
    town.earn(&mut lost, 1, terms(8));
    let mut copy = Wallet::from_bytes(&lost.to_bytes()).unwrap();
    let one = paid(&mut lost, town.federation(), 1, 8).unwrap();
    let other = paid(&mut copy, town.federation(), 2, 8).unwrap();
    town.vote(0, &one);
    (1..3).for_each(|at| town.vote(at, &other));
    let mut found = device(town.federation(), 0);
    town.search(&mut found);
    let half_done = town.prove_all(&mut found);
    assert_eq!(half_done, BTreeSet::from([other.signed.order.digest()]));
    assert_eq!((town.balance(&found), found.pending().len()), (0, 0));
}

/// RESTORE-25, RESTORE-18: what is asked does not depend on what is found, and each number is asked for once.
#[test]
fn every_bucket_is_read_to_its_end_of_a_quorum_and_each_number_is_asked_once() {
    let mut town = Town::new(4);
    let mut lost = device(town.federation(), 0);
    for number in 1..90 {
        town.earn(&mut device(town.federation(), 99 + number), number, terms(6));
    }
    town.earn(&mut lost, 100, terms(57));
    let mut found = device(town.federation(), 0);
    town.search(&mut found);
    let mut read = BTreeMap::<[u8; 32], BTreeMap<u8, usize>>::new();
    for (index, query, entries) in &town.asked {
        *read.entry(query.nonce).or_default().entry(index.0).or_default() += entries;
    }
    // 21 numbers of device 0, 20 of two more.
    assert_eq!(read.len(), 61);
    assert!(read.values().all(|of| of.len() == 3 && of.values().all(|entries| *entries == 90)), "{read:?}");
    let orders: Vec<Vec<u64>> = [1, 2].map(|seed| town.order_of_questions(seed)).into();
    assert!(orders.iter().all(|order| order.iter().collect::<BTreeSet<_>>().len() == 20));
    assert!(orders[0] != orders[1] && orders.iter().all(|order| !order.is_sorted()), "{orders:?}");
}

/// RESTORE-25: so that one liar among the witnesses hides nothing.
#[test]
fn a_witness_that_hides_an_order_and_a_store_that_spoils_pages_lose_nothing() {
    for liar in 0..4 {
        let mut town = Town::new(4);
        let mut lost = device(town.federation(), 0);
        town.earn(&mut lost, 1, terms(57));
        town.liar = Some(WitnessIndex(liar));
        let mut found = device(town.federation(), 0);
        town.search(&mut found);
        town.prove_all(&mut found);
        assert_eq!(town.balance(&found), 57, "witness {liar} hides");
    }
    let mut town = Town::new(4);
    let mut lost = device(town.federation(), 0);
    town.earn(&mut lost, 1, terms(57));
    let found = device(town.federation(), 0);
    let mut search = Search::new(&found, town.charter(), NOW);
    town.lengths(&mut search);
    let question = search.next_question(&found, entropy(1)).unwrap();
    let keyset = town.charter().keyset(KEYSET).unwrap().clone();
    let mut asking = Asking::new(question, &keyset, entropy(2));
    let (index, query) = asking.poll().unwrap();
    let page = BucketPage { more: true, ..town.page(index, &query) };
    assert_eq!(asking.handle_page(town.charter(), &keyset, page).unwrap_err(), BucketError::NotSigned(index));
    let (next, _) = asking.poll().unwrap();
    assert_ne!(next, index, "the next witness is asked");
    asking.handle_silence();
    asking.poll().unwrap();
    asking.handle_silence();
    let (last, query) = asking.poll().unwrap();
    asking.handle_page(town.charter(), &keyset, town.page(last, &query)).unwrap();
    assert!(asking.poll().is_none());
    assert_eq!(asking.finish().unwrap_err(), 1, "one of four is no quorum");
}

/// RESTORE-30
#[test]
fn a_wallet_that_is_older_than_what_was_done_signs_nothing_before_it_has_searched() {
    let mut town = Town::new(4);
    let mut wallet = device(town.federation(), 0);
    town.earn(&mut wallet, 1, terms(57));
    let mut old = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
    // What the backup does not know: a payment with change, and points that were earned.
    let payment = paid(&mut wallet, town.federation(), 1, 32).unwrap();
    town.carry(&mut wallet, &payment);
    town.earn(&mut wallet, 2, terms(9));
    let kept = town.balance(&wallet);
    old.begin_search().release(&save(&mut old));
    assert!(old.is_searching() && town.balance(&old) == 0);
    assert_eq!(paid(&mut old, town.federation(), 2, 1).unwrap_err(), WalletError::Searching);
    let charter = town.charter().clone();
    let claimed = old.plan_claim(&charter, grant(8), federation_support::text("s"), terms(1), NOW, entropy(1));
    assert_eq!(claimed.unwrap_err(), WalletError::Searching);
    assert_eq!(town.search(&mut old), 2);
    town.prove_all(&mut old);
    assert_eq!((town.balance(&old), kept), (34, 34));
    assert!(!old.is_searching());
    let next = town.earn(&mut old, 8, terms(1));
    assert_eq!(old.book().next_order.get(&KEYSET), Some(&u64::try_from(old_numbers(&old)).unwrap()));
    assert!(
        next.outputs
            .iter()
            .all(|output| { payment.signed.order.outputs.iter().all(|before| before.blinded != output.blinded) })
    );
}

/// RESTORE-13: the backup knows the order that made these coins, but not what was done with them.
#[test]
fn what_a_search_finds_of_an_order_that_was_open_in_the_backup_is_unproven() {
    let mut town = Town::new(4);
    let mut wallet = device(town.federation(), 0);
    town.earn(&mut wallet, 1, terms(57));
    let payment = paid(&mut wallet, town.federation(), 1, 50).unwrap();
    let mut old = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
    town.carry(&mut wallet, &payment);
    let half = paid(&mut wallet, town.federation(), 2, 4).unwrap();
    town.vote(0, &half);
    town.search(&mut old);
    assert_eq!(town.balance(&old), 0, "nothing is counted before it was asked about");
    assert_eq!(town.prove_all(&mut old), BTreeSet::from([half.signed.order.digest()]));
    assert_eq!(town.balance(&old), 3);
}

/// Order numbers that were used on the device: one for each Swap and claim of it.
fn old_numbers(wallet: &Wallet) -> usize {
    let made = |purpose: &Purpose| matches!(purpose, Purpose::Swap | Purpose::Earn);
    let certified = wallet.book().history.iter().filter(|record| record.outcome == Outcome::Certified);
    // The first Earn is of the device before.
    certified.filter(|record| made(&record.purpose)).count() - 1
}

/// RESTORE-32
#[test]
fn orders_without_outputs_leave_no_gap() {
    let mut town = Town::new(4);
    let mut lost = device(town.federation(), 0);
    for number in 1..=25 {
        town.earn(&mut lost, number, terms(1));
    }
    for nonce in 1..=24 {
        let payment = paid(&mut lost, town.federation(), nonce, 1).unwrap();
        assert!(payment.signed.order.outputs.is_empty());
        town.carry(&mut lost, &payment);
    }
    town.earn(&mut lost, 30, terms(9));
    let mut found = device(town.federation(), 0);
    town.search(&mut found);
    town.prove_all(&mut found);
    assert_eq!(town.balance(&found), 10);
}

/// RESTORE-30, RESTORE-10: whatever was found before stays found.
#[test]
fn a_search_that_was_cut_off_begins_anew_and_brings_nothing_twice() {
    let mut town = Town::new(4);
    let mut lost = device(town.federation(), 0);
    for number in 1..=5 {
        town.earn(&mut lost, number, terms(11));
    }
    let mut found = device(town.federation(), 0);
    for questions in [3, 9, 17] {
        town.search_some(&mut found, questions);
        assert!(found.is_searching());
    }
    town.search(&mut found);
    town.prove_all(&mut found);
    assert_eq!(town.balance(&found), 55);
}

/// RESTORE-15: a database that is older than the buckets.
#[test]
fn entries_made_from_a_log_are_those_that_certificates_make() {
    let mut town = Town::new(4);
    let mut wallet = device(town.federation(), 0);
    for number in 1..=300 {
        town.earn(&mut wallet, number, terms(3));
    }
    let (made, kept) = town.indexed();
    assert_eq!((made.len(), kept.len()), (300, 300));
    assert_eq!(made, kept);
}

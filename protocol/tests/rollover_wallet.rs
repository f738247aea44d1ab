//! What a wallet does before a keyset ends.

use crate::federation_support;
use crate::rollover_support;
use crate::wallet_support;

use std::collections::BTreeSet;

use federation_support::{
    CAMPAIGN, DAY, Federation, KEYSET, NOW, Plan, VOUCHER, body, entropy, federation, list, text, with,
};
use rollover_support::*;
use ronde_protocol::{
    crypto::Seed,
    machine::wallet::{ClaimedOrder, GrantTerms, PlannedMove, Probed, VoucherCount, Wallet, WalletError, told_by},
    message::{
        amount::Points,
        charter::Charter,
        class::Kind,
        ids::{KeysetId, Reference, StoreId, WitnessIndex},
        order::{Order, Purpose, Submission},
        probe::CoinState,
    },
};
use wallet_support::{earn_order, grant, terms, with_ballot};

const LAST_MOVE: u64 = NOW + 353 * DAY;

/// ROLLOVER-6, WALLET-38
#[test]
fn each_denomination_moves_at_a_time_of_its_own_between_issue_until_and_the_last_week() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 31);
    let planned = wallet.planned_moves(&town.federation.charter, NOW);
    let denominations: Vec<u64> = planned.iter().map(|planned| planned.denomination).collect();
    assert_eq!(denominations, [1, 2, 4, 8, 16]);
    let times: BTreeSet<u64> = planned.iter().map(|planned| planned.at).collect();
    assert_eq!(times.len(), 5, "five different moments");
    assert!(times.iter().all(|at| (NOW + 180 * DAY..=LAST_MOVE).contains(at)));
    save(&mut wallet);
    assert_eq!(wallet.planned_moves(&town.federation.charter, NOW + DAY), planned, "the same after a restart");
    let keyset = town.keyset(KEYSET).clone();
    let moments: Vec<u64> = (0..64)
        .map(|device| Wallet::new(Seed::new([device; 32]), town.federation.id(), 0).move_time(&keyset, 1))
        .collect();
    let early = moments.iter().filter(|at| **at < NOW + 266 * DAY).count();
    assert!((16..=48).contains(&early), "{early} of 64 wallets move in the first half");
}

/// WALLET-40, WALLET-36
#[test]
fn an_order_moves_coins_of_one_denomination_and_uses_up_a_number_of_the_later_keyset_alone() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 13);
    town.earn(&mut wallet, 2, 8);
    town.pull_from(&[0, 1, 2]);
    let before = wallet.book().next_order.clone();
    let charter = town.federation.charter.clone();
    let moved = wallet.move_on(&charter, KEYSET, 8, NOW, entropy(3)).unwrap().release(&save(&mut wallet));
    let order = &moved.signed.order;
    assert_eq!(
        (order.keyset, order.purpose, order.store, order.reference),
        (KEYSET, Purpose::Swap, StoreId(0), Reference([0; 32]))
    );
    assert!(order.inputs.iter().all(|input| input.kind == Kind::Points { denomination: 8 }));
    assert_eq!(order.inputs.len(), 2);
    assert_eq!(order.outputs.len(), 1, "two coins of 8 become one of 16");
    assert!(order.outputs.iter().all(|output| output.class.keyset == LATER));
    assert_eq!(wallet.book().next_order[&LATER], before.get(&LATER).copied().unwrap_or(0) + 1);
    assert_eq!(wallet.book().next_order[&KEYSET], before[&KEYSET], "of the first keyset no number is used");
    assert_eq!(wallet.pending()[0].keyset, KEYSET, "its committee decides");
    town.settle(&mut wallet, &moved);
    let coin = wallet.book().coins.iter().find(|coin| coin.kind == Kind::Points { denomination: 16 }).unwrap();
    assert_eq!((coin.place.keyset, coin.components.len()), (LATER, 4));
    assert!(matches!(wallet.move_on(&charter, KEYSET, 8, NOW, entropy(3)).unwrap_err(), WalletError::Nothing));
}

/// WALLET-41
#[test]
fn a_move_is_asked_for_by_the_later_keyset_once_its_own_tells_nothing_any_more() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    let charter = town.federation.charter.clone();
    let moved = wallet.move_on(&charter, KEYSET, 8, NOW, entropy(3)).unwrap().release(&save(&mut wallet)).signed.order;
    let end = town.keyset(KEYSET).evaluate_until();
    assert_eq!((told_by(&moved, &charter, end), told_by(&moved, &charter, end + 1)), (KEYSET, LATER));
    let stays = wallet_support::earn_order(
        &town.federation,
        &wallet_support::claim(&mut wallet, &town.federation, 9, terms(1)),
    );
    assert_eq!(told_by(&stays, &charter, town.keyset(LATER).evaluate_until() + 1), stays.keyset);
}

/// WALLET-37
#[test]
fn a_wallet_moves_only_into_keysets_that_close_later_and_issue_and_draws_among_them() {
    let three = three_keysets();
    let mut seen = BTreeSet::new();
    for byte in 0..16u8 {
        let mut wallet = wallet_with(&three, 8);
        let moved = wallet.move_on(&three.charter, KEYSET, 8, NOW, entropy(byte)).unwrap().release(&save(&mut wallet));
        seen.extend(moved.signed.order.outputs.iter().map(|output| output.class.keyset));
    }
    assert_eq!(seen, BTreeSet::from([KeysetId(2), KeysetId(4)]), "keyset 3 closes with the first");
    let mut wallet = wallet_with(&three, 8);
    let late = NOW + 1000 * DAY;
    assert!(wallet.planned_moves(&three.charter, late).is_empty());
    assert_eq!(wallet.move_on(&three.charter, KEYSET, 8, late, entropy(1)).unwrap_err(), WalletError::NoOpenKeyset);
    let alone = federation(4);
    assert!(wallet_with(&alone, 8).planned_moves(&alone.charter, NOW).is_empty(), "there is nowhere to go");
}

/// WALLET-40, WALLET-37: 256 outputs are as many as one order has.
#[test]
fn as_many_coins_move_in_one_order_as_the_later_denominations_can_hold_and_no_keyset_is_drawn_that_holds_none() {
    // Keyset 2 has coins of 1 and 5 alone, keyset 4 of 1.
    let small = with_denominations(&[(2, &[1, 5]), (4, &[1])]);
    let mut wallet = Wallet::new(Seed::new([3; 32]), small.federation.id(), 0);
    small.earn(&mut wallet, &[1024, 512, 512]);
    let planned: Vec<u64> = small.planned(&wallet).into_iter().map(|planned| planned.denomination).collect();
    assert_eq!(planned, [512, 1024], "204 coins of 5 and 4 of 1 are worth 1024; 256 of 1 are not worth 512");
    for byte in 0..16 {
        let order = small.moved(&mut Wallet::from_bytes(&wallet.to_bytes()).unwrap(), 512, byte);
        assert!(order.outputs.iter().all(|output| output.class.keyset == KeysetId(2)));
        assert_eq!((order.inputs.len(), order.outputs.len()), (2, 208), "1024 points");
    }
    // Three of them would be 309 coins: two move, and the third is due again.
    small.earn(&mut wallet, &[512]);
    let first = small.moved(&mut wallet, 512, 1);
    assert_eq!((first.inputs.len(), first.outputs.len()), (2, 208));
    let largest: Vec<_> = first.inputs.iter().map(|input| input.point).collect();
    let second = small.moved(&mut wallet, 512, 1);
    assert_eq!((second.inputs.len(), second.outputs.len()), (1, 104));
    assert!(largest.iter().all(|point| *point > second.inputs[0].point), "by falling P");
    // Where no later keyset can take one of them, nothing is due and nothing stands in the way of others.
    let ones = with_denominations(&[(2, &[1]), (4, &[1])]);
    let mut wallet = Wallet::new(Seed::new([3; 32]), ones.federation.id(), 0);
    ones.earn(&mut wallet, &[512, 4]);
    let planned: Vec<u64> = ones.planned(&wallet).into_iter().map(|planned| planned.denomination).collect();
    assert_eq!(planned, [4]);
    let refused = wallet.move_on(&ones.federation.charter, KEYSET, 512, NOW, entropy(1)).unwrap_err();
    assert_eq!(refused, WalletError::NoOpenKeyset);
}

/// A federation whose later keysets have other denominations.
struct Mixed {
    federation: Federation,
}

fn with_denominations(of: &[(u32, &[u64])]) -> Mixed {
    let mut body = three_keysets().charter.body().clone();
    let mut keysets = body.keysets.into_vec();
    for (id, denominations) in of {
        let keyset = keysets.iter_mut().find(|keyset| keyset.id == KeysetId(*id)).unwrap();
        keyset.denominations = list(denominations.to_vec());
    }
    body.keysets = list(keysets);
    Mixed { federation: with(body) }
}

impl Mixed {
    /// Coins of the first keyset, each claim giving one.
    fn earn(&self, wallet: &mut Wallet, coins: &[u64]) {
        for points in coins {
            earn_in(wallet, &self.federation, KEYSET, terms(*points));
        }
    }

    fn planned(&self, wallet: &Wallet) -> Vec<PlannedMove> {
        wallet.planned_moves(&self.federation.charter, NOW)
    }

    fn moved(&self, wallet: &mut Wallet, denomination: u64, byte: u8) -> Order {
        let sealed = wallet.move_on(&self.federation.charter, KEYSET, denomination, NOW, entropy(byte)).unwrap();
        sealed.release(&save(wallet)).signed.order
    }
}

/// Keyset 3 closes with the first, 2 and 4 later.
fn three_keysets() -> Federation {
    let mut body = body(&Plan { keysets: 4, ..Plan::of(4) });
    let mut keysets = body.keysets.into_vec();
    for at in [1, 3] {
        keysets[at].issue_until += 365 * DAY;
        keysets[at].redeem_until += 365 * DAY;
    }
    body.keysets = list(keysets);
    with(body)
}

/// A wallet that has earned in the first keyset of any federation.
fn wallet_with(federation: &Federation, points: u64) -> Wallet {
    let mut wallet = Wallet::new(Seed::new([3; 32]), federation.id(), 0);
    earn_in(&mut wallet, federation, KEYSET, terms(points));
    wallet
}

fn earn_in(wallet: &mut Wallet, federation: &Federation, keyset: KeysetId, terms: GrantTerms) {
    let charter: &Charter = &federation.charter;
    let number = 7 + u32::try_from(wallet.book().history.len()).unwrap();
    for byte in 0..=255u8 {
        let mut tried = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
        let claim =
            tried.plan_claim(charter, grant(number), text("secret"), terms.clone(), NOW, entropy(byte)).unwrap();
        let claim = claim.release(&save(&mut tried));
        if claim.keyset != keyset {
            continue;
        }
        let order = earn_order(federation, &claim);
        let certificate = federation.certify(&order);
        let evaluations = federation.evaluations(&order, &federation.indices(keyset));
        let answer = ClaimedOrder { order, certificate, evaluations };
        tried.handle_claim_answer(charter, &claim.link, answer, NOW).unwrap().release(&save(&mut tried));
        *wallet = tried;
        return;
    }
    panic!("no randomness chose keyset {keyset}");
}

/// WALLET-39
#[test]
fn the_owner_is_told_from_issue_until_on_what_will_be_lost() {
    let federation = two_years();
    let mut wallet = Wallet::new(Seed::new([3; 32]), federation.id(), 0);
    let coffee = VoucherCount { offer: VOUCHER, count: 2 };
    let terms = GrantTerms { vouchers: vec![coffee], ..with_ballot(8, CAMPAIGN) };
    earn_in(&mut wallet, &federation, KEYSET, terms);
    assert!(wallet.expiring(&federation.charter, NOW + 180 * DAY).is_empty());
    let told = wallet.expiring(&federation.charter, NOW + 180 * DAY + 1);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].keyset, told[0].redeem_until, told[0].points), (KEYSET, NOW + 360 * DAY, Points(8)));
    assert_eq!(told[0].coins[&Kind::Voucher { offer: VOUCHER }], 2);
    assert_eq!(told[0].coins[&Kind::Ballot { campaign: CAMPAIGN }], 1);
    assert!(wallet.expiring(&federation.charter, NOW + 360 * DAY).is_empty(), "then it is too late");
}

/// WALLET-36: a lost wallet's move comes back from the seed, with the places of the later keyset.
#[test]
fn a_move_that_was_half_done_is_completed_by_its_wallet_and_by_another_of_the_same_seed() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    let charter = town.federation.charter.clone();
    let moved: Submission = wallet.move_on(&charter, KEYSET, 8, NOW, entropy(3)).unwrap().release(&save(&mut wallet));
    // Certified, but the later committee has read nothing yet: the wallet gets the certificate alone.
    let mut gathering = town.carry(&moved, &[]);
    town.hand_over(&mut wallet, &gathering);
    assert_eq!(wallet.balance(&charter).keysets[&LATER].arriving, Points(8));
    assert_eq!(wallet.missing_components(&charter, &gathering.digest()).len(), 4);
    town.pull_from(&[0, 1, 2]);
    town.rounds(&mut gathering, &[]);
    let (certificate, evaluations) = Town::answer(&gathering);
    let mut restored = Wallet::new(Seed::new([0x21; 32]), town.federation.id(), 1);
    let order = moved.signed.order.clone();
    let back = restored.recover(&charter, order, certificate, &evaluations, NOW).unwrap().release(&save(&mut restored));
    assert_eq!((back.coins, back.points, back.settled.complete), (1, Points(8), true));
    assert_eq!(restored.book().coins[0].place.keyset, LATER);
    let settled = wallet.handle_evaluations(&charter, &gathering.digest(), &evaluations).unwrap();
    assert!(settled.release(&save(&mut wallet)).complete);
    assert_eq!(wallet.balance(&charter).spendable(), Points(8));
}

/// RESTORE-22: the coins of a move that was half done are of the later keyset.
#[test]
fn a_move_that_a_lost_wallet_left_half_done_is_completed_with_coins_of_the_later_keyset() {
    let mut town = Town::new();
    let mut lost = wallet(&town);
    town.earn(&mut lost, 1, 8);
    town.pull_from(&[0, 1, 2]);
    let mut old = Wallet::from_bytes(&lost.to_bytes()).unwrap();
    let charter = town.federation.charter.clone();
    let moved = lost.move_on(&charter, KEYSET, 8, NOW, entropy(3)).unwrap().release(&save(&mut lost));
    old.begin_search().release(&save(&mut old));
    assert_eq!(old.move_on(&charter, KEYSET, 8, NOW, entropy(3)).unwrap_err(), WalletError::Searching);
    old.end_search(2).release(&save(&mut old));
    let probe = old.probe(KEYSET, &moved.signed.order.inputs[0].point, [1; 32], entropy(4)).unwrap();
    let checked = probe.check(&town.federation.id()).unwrap();
    let bound = CoinState::Bound(moved.signed.clone());
    let answer = town.federation.probe_answer(&checked, WitnessIndex(1), bound);
    let probed = old.handle_probe(&charter, &probe, vec![answer], NOW).unwrap().release(&save(&mut old));
    assert!(matches!(probed, Probed::Bound(of) if of.adopted));
    let on_disk = save(&mut old);
    let again = old.submission(&moved.signed.order.digest(), &on_disk).unwrap();
    assert_eq!(again.signed, moved.signed);
    town.settle(&mut old, &again);
    town.settle(&mut lost, &moved);
    let made = |wallet: &Wallet| {
        let coins = wallet.book().coins.iter().filter(|coin| coin.origin == moved.signed.order.digest());
        coins.map(|coin| (coin.place, coin.point, coin.components.clone())).collect::<Vec<_>>()
    };
    assert_eq!(made(&old), made(&lost));
    assert!(made(&old).iter().all(|(place, _, components)| place.keyset == LATER && components.len() == 4));
}

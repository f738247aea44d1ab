//! Claims about what wallets show, and about what nobody keeps.

use ronde_protocol::{
    crypto::group::PointBytes,
    machine::{gateway::OpenOrder, wallet::ClaimRequest},
    message::{
        codec::Bounded,
        ids::Reference,
        order::{Authorization, Output, Outputs, Submission},
    },
};

use super::*;
use crate::{disk::Key, federation::list, message::Body, network::End};

/// A gift that wallet 0 signs at the end, as it would be brought to a store.
fn gift(world: &mut World<'_>) -> Submission {
    gift_of(world, 0, 3)
}

fn gift_of(world: &mut World<'_>, wallet: usize, points: u64) -> Submission {
    let (now, luck) = (world.wallet_time(wallet), &mut Luck::new(1, 1));
    let charter = &world.federation.charter;
    let person = &mut world.people[wallet];
    let signed = person.wallet.donate(charter, ASSOCIATION, Points(points), now, luck.entropy()).unwrap();
    let submission = world.keep(wallet, signed, luck).unwrap();
    world.watch_brought(wallet, &submission);
    assert_eq!(world.failure, None, "it is as every wallet's");
    submission
}

/// The same, changed, is brought.
fn brought(change: impl FnOnce(&mut Submission)) -> World<'static> {
    let mut world = ended(1);
    let mut submission = gift(&mut world);
    change(&mut submission);
    world.watch_brought(0, &submission);
    world
}

#[test]
fn a_time_that_is_no_hour_is_noticed() {
    assert_fails(&brought(|of| of.signed.order.time += 60), Invariant::OrdersLookAlike);
}

#[test]
fn an_hour_to_come_is_noticed() {
    assert_fails(&brought(|of| of.signed.order.time += 3_600), Invariant::OrdersLookAlike);
}

#[test]
fn a_payment_with_another_time_than_its_offer_is_noticed() {
    let mut world = ended(1);
    let (_, mut paid) = certified(&world, Purpose::Redeem);
    paid.time += 1;
    let columns = gift(&mut world).columns;
    let signed = world.sign_anything(0, paid);
    world.watch_brought(0, &Submission { signed, columns });
    assert_fails(&world, Invariant::OrdersLookAlike);
}

/// Change of a wallet that does not split as the others do.
#[test]
fn change_in_more_coins_than_are_needed_is_noticed() {
    let world = brought(|of| {
        let mut outputs = of.signed.order.outputs.to_vec();
        let smallest: Output = *outputs.iter().min_by_key(|output| output.class.kind.points()).unwrap();
        outputs.push(Output { blinded: outputs.iter().map(|output| output.blinded).max().unwrap(), ..smallest });
        outputs.last_mut().unwrap().blinded.0 = [0xff; 32];
        of.signed.order.outputs = list(outputs).unwrap();
    });
    assert_fails(&world, Invariant::OrdersLookAlike);
}

#[test]
fn outputs_in_the_order_in_which_they_were_made_are_noticed() {
    let mut world = ended(1);
    let mut submission = gift_of(&mut world, 1, 5);
    let mut outputs = submission.signed.order.outputs.to_vec();
    assert!(outputs.len() > 1);
    outputs.reverse();
    submission.signed.order.outputs = list(outputs).unwrap();
    world.watch_brought(1, &submission);
    assert_fails(&world, Invariant::OrdersLookAlike);
}

/// A claim of grant 77 by wallet 0.
fn claim(outputs: Outputs) -> Body {
    let (link, secret) = (crate::till::link(0, 77).unwrap(), crate::federation::text("secret").unwrap());
    Body::Claim(77, [1; 32], Box::new(ClaimRequest { link, secret, keyset: KEYSET, outputs }))
}

#[test]
fn a_claim_of_odd_coins_is_noticed() {
    let mut world = ended(1);
    let (_, earned) = certified(&world, Purpose::Earn);
    let once = earned.outputs[0];
    let twice = vec![once, Output { blinded: PointBytes([0xff; 32]), ..once }];
    world.watch_sent(End::Wallet(0), End::Node(0), &claim(list(twice).unwrap()));
    assert_fails(&world, Invariant::OrdersLookAlike);
}

#[test]
fn a_coin_that_is_shown_to_other_witnesses_than_the_rest_is_noticed() {
    let short = |of: &mut Submission| {
        let mut columns = of.columns.to_vec();
        columns[0].components = Bounded::default();
        of.columns = list(columns).unwrap();
    };
    assert_fails(&brought(short), Invariant::OneSetOfWitnesses);
    // One fewer than could be shown, and two fewer.
    for count in [3, 2] {
        let fewer = |of: &mut Submission| of.columns = list(of.columns.to_vec()[..count].to_vec()).unwrap();
        assert_fails(&brought(fewer), Invariant::OneSetOfWitnesses);
    }
}

#[test]
fn a_column_that_is_another_witnesss_is_noticed() {
    let mut world = ended(1);
    let submission = gift(&mut world);
    let digest = submission.signed.order.digest();
    world.watch_column(4, End::Node(1), digest, &submission.columns[1].components);
    assert_eq!(world.failure, None, "its own it may see");
    world.watch_column(4, End::Node(1), digest, &submission.columns[0].components);
    assert_fails(&world, Invariant::OneSetOfWitnesses);
}

#[test]
fn an_order_that_is_sent_again_in_other_bytes_is_noticed() {
    let world = brought(|of| {
        let Authorization::Spend(signature) = &mut of.signed.authorization else {
            panic!("it spends");
        };
        signature.s.0[0] ^= 1;
    });
    assert_fails(&world, Invariant::NothingToldTwice);
}

#[test]
fn an_element_that_is_blinded_for_two_orders_is_noticed() {
    let mut world = ended(1);
    let mut submission = gift(&mut world);
    // Otherwise its coins would be seen twice, too.
    world.note_dead(submission.signed.order.digest());
    submission.signed.order.time -= 3_600;
    world.watch_brought(0, &submission);
    assert_fails(&world, Invariant::NothingToldTwice);
}

#[test]
fn a_coin_in_two_orders_of_which_the_first_lives_is_noticed() {
    let other = |world: &mut World<'_>| {
        let mut submission = gift(world);
        let first = submission.signed.order.digest();
        submission.signed.order.outputs = Bounded::default();
        (first, submission)
    };
    let mut world = ended(1);
    let (first, submission) = other(&mut world);
    world.note_dead(first);
    world.watch_brought(0, &submission);
    assert_eq!(world.failure, None, "the first is dead");
    let mut world = ended(1);
    let (_, submission) = other(&mut world);
    world.watch_brought(0, &submission);
    assert_fails(&world, Invariant::NothingToldTwice);
}

#[test]
fn a_claim_that_is_sent_again_in_other_bytes_is_noticed() {
    let mut world = ended(1);
    let (_, earned) = certified(&world, Purpose::Earn);
    // An element that nobody claimed before.
    let own = Output { blinded: PointBytes([0xfe; 32]), ..earned.outputs[0] };
    let first = claim(list(vec![own]).unwrap());
    world.watch_sent(End::Wallet(0), End::Node(0), &first);
    world.watch_sent(End::Wallet(0), End::Node(0), &first);
    assert_eq!(world.failure, None, "the same may be sent again");
    world.watch_sent(End::Wallet(0), End::Node(0), &claim(Outputs::default()));
    assert_fails(&world, Invariant::NothingToldTwice);
}

#[test]
fn a_prefix_by_which_a_wallet_is_alone_is_noticed() {
    let mut world = ended(1);
    world.watch_bucket(0, 0);
    assert_eq!(world.failure, None);
    world.watch_bucket(0, 1);
    assert_fails(&world, Invariant::NoLongPrefix);
}

#[test]
fn a_column_on_a_disk_is_noticed() {
    let components = |world: &World<'_>| world.shown.passing.iter().next().copied().unwrap();
    let mut world = ended(1);
    let kept = Reference(components(&world));
    let number = world.nodes[4].disk.commit(Writes::new().put(Key::Grant(1), &kept), After::Nothing).unwrap();
    world.nodes[4].disk.sync(number);
    world.check_passing();
    assert_fails(&world, Invariant::NothingStays);
    let mut world = ended(1);
    let (_, mut order) = certified(&world, Purpose::Earn);
    order.reference = Reference(components(&world));
    let signed = world.sign_anything(0, order);
    write(&mut world, 2, vec![Write::LogEntry(0, Box::new(LogEntry::Voted(signed)))]);
    world.check_passing();
    assert_fails(&world, Invariant::NothingStays);
}

#[test]
fn an_order_that_is_dead_and_still_carried_is_noticed() {
    let mut world = ended(1);
    let submission = gift(&mut world);
    let (_, paid) = certified(&world, Purpose::Redeem);
    let mut carried = submission.clone();
    carried.signed.order = Order { time: paid.time + 1, ..paid };
    let digest = world.ledger.meet(&carried.signed.order);
    let record = OpenOrder {
        order: carried.signed.order.clone(),
        submission: Some(carried),
        waiting: Bounded::default(),
        certificate: None,
        holders: Bounded::default(),
    };
    let number = world.nodes[4].disk.commit(Writes::new().put(Key::Opened(digest), &record), After::Nothing).unwrap();
    world.nodes[4].disk.sync(number);
    world.check_passing();
    assert_fails(&world, Invariant::NothingStays);
}

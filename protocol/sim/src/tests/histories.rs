//! Liars with two histories: when there are any, and that whoever was shown both can prove it.

use ronde_protocol::{
    limits::MAX_UNCHECKED_HEADS,
    machine::witness::peers::Followed,
    message::{
        codec::{Bounded, decode, encode},
        wire::LogPage,
    },
};

use super::*;
use crate::{
    Group,
    plan::{Lie, Traitor},
};

#[test]
fn in_one_run_of_eight_all_liars_have_two_histories() {
    for seed in 0..160 {
        let plan = crate::plan(seed);
        let first = plan.swarm.traitors.iter().filter(|traitor| traitor.index < plan.n);
        let (liars, others): (Vec<&Traitor>, Vec<_>) = first.partition(|traitor| traitor.lie == Lie::TwoHistories);
        let faults = crate::federation::Federation::of(plan.n).keyset().quorum().faults();
        if matches!(seed % 16, 9 | 14) && faults > 0 {
            assert!(!liars.is_empty() && others.is_empty(), "seed {seed}");
            let unmarked = plan.swarm.restorable.iter().filter(|copy| !copy.marked).count();
            assert!(liars.len() + unmarked <= faults, "seed {seed}: too many");
        } else {
            assert!(liars.is_empty(), "seed {seed}");
        }
    }
}

/// Witness 0 has two histories; the world at its end.
fn forked(seed: u64) -> World<'static> {
    let mut plan = plan(seed);
    plan.swarm.traitors.push(Traitor { index: 0, lie: Lie::TwoHistories });
    let manner = Manner::Patient;
    let earn = Act::Earn { wallet: 0, store: 1, points: 5, ballot: false, vouchers: 0, wait: 0, manner };
    plan.ops.extend((0..6).map(|number| Op { at: 10_000 + 500 * number, seed: seed + number, act: earn.clone() }));
    let mut world = World::new(plan, None);
    world.play();
    world.end();
    assert_eq!(world.failure, None, "seed {seed}");
    world
}

fn stakes(world: &World<'_>) -> u64 {
    world.coverage.count(Group::Invariant, Invariant::TwoHistoriesAreProven.name())
}

/// One in which somebody was shown both.
fn proven() -> World<'static> {
    (1..40).map(forked).find(|world| stakes(world) > 0).unwrap()
}

#[test]
fn whoever_was_shown_two_histories_can_prove_it() {
    let worlds: Vec<World<'_>> = (1..40).map(forked).collect();
    let told = worlds.iter().filter(|world| stakes(world) > 0);
    assert!(told.clone().count() > 10, "{} of 39", told.count());
    let proofs = |world: &World<'_>| world.coverage.count(Group::Branch, "inquiry: proves a fork");
    assert!(worlds.iter().map(proofs).sum::<u64>() > 10, "by reading a log once more");
}

/// The same, and nobody holds evidence.
fn forgotten() -> World<'static> {
    let mut world = proven();
    for node in 1..4 {
        world.nodes[node].disk.forget(State::of(Memory::default()));
    }
    world
}

/// A head that witness 0 signed and that is of neither history.
fn made_up(world: &World<'_>, size: u64) -> Head {
    let index = world.nodes[0].index.unwrap();
    Head::sign(&world.federation.keys[0].vote, world.federation.keyset(), index, size, [9; 32])
}

#[test]
fn two_histories_that_nobody_can_prove_are_noticed() {
    let mut world = forgotten();
    world.check_evidence();
    assert_fails(&world, Invariant::TwoHistoriesAreProven);
}

#[test]
fn whoever_was_shown_more_heads_than_are_kept_is_excused() {
    for (more, excused) in [(0, false), (MAX_UNCHECKED_HEADS as u64 + 1, true)] {
        let mut world = forgotten();
        for (node, size) in (1..4).flat_map(|node| (0..more).map(move |size| (node, 100 + size))) {
            let head = made_up(&world, size);
            world.watch_history(node, 0, &head);
        }
        world.check_histories();
        assert_eq!(world.failure.is_none(), excused, "{more} more");
    }
}

#[test]
fn whoever_has_a_head_that_waits_to_be_compared_is_excused() {
    let mut world = forgotten();
    for node in 1..4 {
        // After a restart what was read is known by its end alone: the head has to wait until the log is read again.
        let mut read: Followed = decode(&encode(&world.nodes[node].followed[&0]), 1 << 20).unwrap();
        read.handle_head(world.federation.keyset(), made_up(&world, 1), 0).unwrap();
        assert!(read.parted().is_none() && !read.unchecked().is_empty());
        world.nodes[node].followed.insert(0, read);
    }
    world.check_histories();
    assert_eq!(world.failure, None);
}

#[test]
fn heads_of_an_earlier_life_and_those_that_met_a_full_disk_count_for_nothing() {
    let mut world = forgotten();
    (1..4).for_each(|node| world.nodes[node].life += 1);
    world.check_histories();
    assert_eq!(world.failure, None, "whatever was in memory is gone");
    for full in [true, false] {
        for node in 1..4 {
            world.nodes[node].disk.full = full;
            let shown: Vec<(u64, [u8; 32])> = world.ledger.histories[&(node, 0)].ever().collect();
            for (size, root) in shown {
                let head = Head { size, root, ..made_up(&world, 0) };
                world.watch_history(node, 0, &head);
            }
        }
        world.check_histories();
        assert_eq!(world.failure.is_none(), full, "what a head proves at once could not be written down");
    }
}

#[test]
fn a_proof_for_which_there_was_no_room_is_found_once_more() {
    let mut world = ended(1);
    let luck = &mut Luck::new(1, 1);
    world.nodes[0].fallen = true;
    let head = made_up(&world, 2);
    world.note_head(1, 0, head, luck);
    assert_eq!(world.nodes[1].followed[&0].parted(), Some(&head));
    for (full, proofs) in [(true, 0), (false, 1)] {
        world.nodes[1].disk.full = full;
        world.read_once_more(1, 0, luck);
        world.play();
        assert_eq!(world.failure, None);
        assert_eq!(world.nodes[1].disk.durable().ledger.evidence().len(), proofs, "full: {full}");
        assert_eq!(world.nodes[1].followed[&0].parted().is_none(), proofs == 1, "settled once it is on disk");
    }
}

#[test]
fn a_page_of_an_inquiry_that_comes_twice_counts_once() {
    let mut world = ended(1);
    let luck = &mut Luck::new(1, 1);
    world.nodes[0].fallen = true;
    let head = made_up(&world, 2);
    world.note_head(1, 0, head, luck);
    let page = |world: &World<'_>, from, count| {
        let page = world.federation.witnesses[0].log_page(&world.nodes[0].disk.durable().ledger, from).unwrap();
        let entries = page.entries.into_vec().into_iter().take(count).collect();
        LogPage { entries: Bounded::new(entries).unwrap(), head: page.head }
    };
    world.read_once_more(1, 0, luck);
    let first = page(&world, 0, 3);
    for _ in 0..2 {
        world.take_inquiry_page(1, 0, 0, first.clone(), luck);
        assert_eq!(world.nodes[1].inquiring[&0].position(), 3);
    }
    let rest = page(&world, 3, 64);
    world.take_inquiry_page(1, 0, 3, rest, luck);
    world.play();
    assert_eq!(world.nodes[1].disk.durable().ledger.evidence().len(), 1);
}

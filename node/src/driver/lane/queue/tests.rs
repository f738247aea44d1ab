use ronde_protocol::message::ids::StoreId;

use super::*;

const A: Relay = Some(StoreId(1));
const B: Relay = Some(StoreId(2));
const C: Relay = Some(StoreId(3));

fn queue(of: &[(Relay, u32)]) -> FairQueue<(Relay, u32)> {
    let mut queue = FairQueue::new(100);
    for (relay, count) in of {
        for number in 0..*count {
            queue.push(*relay, (*relay, number), 1).unwrap();
        }
    }
    queue
}

/// What a worker takes and has at once done; what is of the slow lane was good.
fn take<T>(queue: &mut FairQueue<T>, most: usize, weight: usize) -> Vec<T> {
    let now = Instant::now();
    let taken = queue.take(most, weight, now);
    queue.stores.keys().copied().collect::<Vec<_>>().into_iter().for_each(|relay| {
        queue.end_slow(relay, Duration::ZERO, now);
    });
    taken.requests
}

fn of_each(batch: &[(Relay, u32)]) -> BTreeMap<Relay, usize> {
    let mut counts = BTreeMap::new();
    batch.iter().for_each(|(relay, _)| *counts.entry(*relay).or_default() += 1);
    counts
}

#[test]
fn an_empty_queue_gives_nothing() {
    assert_eq!(take(&mut queue(&[]), 64, 1000), []);
}

#[test]
fn one_store_is_served_in_the_order_in_which_it_asked() {
    assert_eq!(take(&mut queue(&[(A, 3)]), 64, 1000), [(A, 0), (A, 1), (A, 2)]);
}

#[test]
fn a_store_with_many_requests_does_not_push_others_out_of_the_batch() {
    let mut queue = queue(&[(A, 90), (B, 2), (C, 4)]);
    assert_eq!(of_each(&take(&mut queue, 9, 1000)), BTreeMap::from([(A, 4), (B, 2), (C, 3)]));
    assert_eq!(of_each(&take(&mut queue, 9, 1000)), BTreeMap::from([(A, 8), (C, 1)]));
}

#[test]
fn more_than_its_share_of_one_store_is_given_back() {
    let mut queue = FairQueue::new(2);
    assert_eq!(queue.push(A, 1, 1), Ok(()));
    assert_eq!(queue.push(A, 2, 1), Ok(()));
    assert_eq!(queue.push(A, 3, 1), Err(3));
    assert_eq!(queue.push(B, 4, 1), Ok(()), "another's share is its own");
    assert_eq!(take(&mut queue, 64, 1000), [1, 4, 2]);
    assert_eq!(queue.push(A, 5, 1), Ok(()), "there is room again");
}

/// WITNESS-39
#[test]
fn who_relayed_something_wrong_waits_in_a_lane_of_its_own() {
    let mut queue = queue(&[(A, 6), (B, 20)]);
    queue.note(A, false);
    // Between the others' batches, and never in one with them.
    let batches: Vec<Vec<(Relay, u32)>> = (0..12).map(|_| take(&mut queue, 2, 1000)).collect();
    assert!(batches.iter().all(|batch| of_each(batch).len() == 1), "{batches:?}");
    let slow: Vec<usize> = (0..12).filter(|at| batches[*at][0].0 == A).collect();
    assert_eq!(slow, [2, 5, 8], "one batch in three");
}

#[test]
fn the_slow_lane_is_served_alone_if_nobody_else_waits_and_a_few_at_a_time() {
    let mut queue = queue(&[(A, 6)]);
    queue.note(A, false);
    assert_eq!(take(&mut queue, 64, 1000).len(), SLOW_AT_ONCE);
    assert_eq!(take(&mut queue, 64, 1000).len(), 2);
    assert_eq!(take(&mut queue, 64, 1000), []);
}

#[test]
fn good_requests_in_a_row_end_it() {
    let mut queue = queue(&[(A, 1)]);
    queue.note(A, false);
    (1..TO_MAKE_GOOD).for_each(|_| queue.note(A, true));
    queue.push(B, (B, 0), 1).unwrap();
    assert_eq!(take(&mut queue, 64, 1000), [(B, 0)], "one good request is still owed");
    queue.note(A, true);
    queue.push(B, (B, 1), 1).unwrap();
    assert_eq!(of_each(&take(&mut queue, 64, 1000)).len(), 2);
}

#[test]
fn whoever_waits_in_the_slow_lane_is_not_forgotten_when_it_empties_and_fills_again() {
    let mut queue = queue(&[(A, 1)]);
    queue.note(A, false);
    assert_eq!(take(&mut queue, 64, 1000).len(), 1);
    queue.push(A, (A, 7), 1).unwrap();
    queue.push(B, (B, 0), 1).unwrap();
    assert_eq!(take(&mut queue, 64, 1000), [(B, 0)]);
    assert_eq!(take(&mut queue, 64, 1000), [(A, 7)]);
}

#[test]
fn nothing_is_remembered_of_stores_that_are_good_and_wait_for_nothing() {
    let mut queue = queue(&[(A, 3), (B, 3)]);
    take(&mut queue, 64, 1000);
    queue.note(A, true);
    queue.note(B, false);
    (0..TO_MAKE_GOOD).for_each(|_| queue.note(B, true));
    assert!(queue.stores.is_empty());
}

#[test]
fn a_batch_ends_with_the_request_that_fills_it_and_has_at_least_one() {
    let mut queue = FairQueue::new(100);
    for (relay, weight) in [(A, 500), (A, 500), (B, 1), (C, 20), (C, 1)] {
        queue.push(relay, (relay, weight), weight as usize).unwrap();
    }
    assert_eq!(take(&mut queue, 64, 100), [(A, 500)]);
    assert_eq!(take(&mut queue, 64, 21), [(B, 1), (C, 20)], "the others before its next");
    assert_eq!(take(&mut queue, 64, 1000), [(A, 500), (C, 1)]);
}

/// WITNESS-39
#[test]
fn a_store_rests_nine_times_as_long_as_what_was_wrong_of_it_took() {
    let mut queue = queue(&[(A, 20), (B, 1)]);
    queue.note(A, false);
    let now = Instant::now();
    assert_eq!(queue.take(64, 1000, now).requests, [(B, 0)]);
    assert!(queue.take(64, 1000, now).is_slow);
    assert!(!queue.is_ready(now), "one batch of it at a time");
    assert_eq!(queue.rests_until(), None, "whoever has it in hand goes on");
    let ended = now + Duration::from_millis(3);
    queue.end_slow(A, Duration::from_millis(3), ended);
    let until = ended + Duration::from_millis(27);
    assert_eq!(queue.rests_until(), Some(until));
    assert!(!queue.is_ready(ended) && queue.take(64, 1000, ended).requests.is_empty());
    assert_eq!((queue.waiting(ended), queue.waiting(until)), (0, 16));
    queue.push(B, (B, 1), 1).unwrap();
    assert_eq!(queue.take(64, 1000, ended).requests, [(B, 1)], "others do not wait for it");
    assert!(queue.is_ready(until) && queue.take(64, 1000, until).is_slow);
    queue.end_slow(A, Duration::ZERO, until);
    assert!(queue.is_ready(until), "what was good has cost what it is worth");
    assert!(queue.take(64, 1000, until).is_slow);
    queue.end_slow(A, Duration::from_secs(60), until);
    assert_eq!(queue.rests_until(), Some(until + MOST_REST));
}

/// WITNESS-39: anybody can have an honest store relay something wrong.
#[test]
fn a_store_in_the_slow_lane_does_not_wait_while_another_rests() {
    let mut queue = queue(&[(A, 20), (B, 20)]);
    queue.note(A, false);
    queue.note(B, false);
    let now = Instant::now();
    assert_eq!(of_each(&queue.take(64, 1000, now).requests), BTreeMap::from([(A, SLOW_AT_ONCE)]));
    assert_eq!(of_each(&queue.take(64, 1000, now).requests), BTreeMap::from([(B, SLOW_AT_ONCE)]), "beside the other");
    queue.end_slow(A, Duration::from_millis(9), now);
    queue.end_slow(B, Duration::ZERO, now);
    assert_eq!(of_each(&queue.take(64, 1000, now).requests), BTreeMap::from([(B, SLOW_AT_ONCE)]));
    (0..TO_MAKE_GOOD).for_each(|_| queue.note(A, true));
    assert_eq!(of_each(&queue.take(64, 1000, now).requests), BTreeMap::from([(A, 16)]), "it has made good");
}

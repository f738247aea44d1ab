use std::sync::mpsc;

use super::*;

const A: Relay = Some(StoreId(1));
const B: Relay = Some(StoreId(2));

/// A lane of one worker that says how long each batch was, and works on one only when told to.
fn slow_lane() -> (Lane<u32, usize>, mpsc::Sender<()>) {
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    let lane = Lane::new(1, Sharing::Together, move |tickets: Vec<Ticket<u32, usize>>| {
        gone.lock().unwrap().recv().unwrap();
        let count = tickets.len();
        tickets.into_iter().for_each(|ticket| ticket.asker.send(count).unwrap());
        Vec::new()
    });
    (lane, go)
}

async fn until_waiting(lane: &Lane<u32, usize>, count: usize) {
    let all = async {
        while lane.0.state().queue.waiting(clock::monotonic()) < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
}

/// Whether a worker has taken all that waited.
fn is_in_hand(lane: &Lane<u32, usize>) -> bool {
    let state = lane.0.state();
    state.workers > 0 && state.queue.waiting(clock::monotonic()) == 0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_request_is_a_batch_and_what_came_meanwhile_is_the_next() {
    let (lane, go) = slow_lane();
    let lane = Arc::new(lane);
    let first = tokio::spawn({
        let lane = Arc::clone(&lane);
        async move { lane.ask(A, 0, 1).await }
    });
    let all = async {
        while !is_in_hand(&lane) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
    let others: Vec<_> = (1..=10)
        .map(|number| {
            let lane = Arc::clone(&lane);
            tokio::spawn(async move { lane.ask(if number % 2 == 0 { A } else { B }, number, 1).await })
        })
        .collect();
    until_waiting(&lane, 10).await;
    go.send(()).unwrap();
    assert_eq!(first.await.unwrap().unwrap(), 1);
    go.send(()).unwrap();
    for other in others {
        assert_eq!(other.await.unwrap().unwrap(), 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_store_s_share_is_told_to_come_again_and_others_are_not() {
    let (lane, go) = slow_lane();
    let lane = Arc::new(lane);
    let ask = |number| {
        let lane = Arc::clone(&lane);
        tokio::spawn(async move { lane.ask(A, number, 1).await })
    };
    ask(0);
    let all = async {
        while !is_in_hand(&lane) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
    (1..=WAITING_OF_ONE as u32).for_each(|number| drop(ask(number)));
    until_waiting(&lane, WAITING_OF_ONE).await;
    assert!(matches!(lane.ask(A, 1, 1).await, Err(Refusal::Busy)));
    let other = tokio::spawn({
        let lane = Arc::clone(&lane);
        async move { lane.ask(B, 2, 1).await }
    });
    until_waiting(&lane, WAITING_OF_ONE + 1).await;
    (0..=WAITING_OF_ONE).for_each(|_| go.send(()).unwrap());
    assert!(other.await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_panics_takes_its_batch_with_it_and_no_other() {
    let lane = Lane::new(1, Sharing::Together, |tickets: Vec<Ticket<bool, ()>>| {
        assert!(tickets.iter().all(|ticket| ticket.request), "as planned");
        tickets.into_iter().for_each(|ticket| ticket.asker.send(()).unwrap());
        Vec::new()
    });
    assert!(matches!(lane.ask(A, false, 1).await, Err(Refusal::Busy)));
    assert!(lane.ask(A, true, 1).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_behind_a_batch_that_panics_is_served_though_nobody_asks_again() {
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    let lane = Arc::new(Lane::new(1, Sharing::Together, move |tickets: Vec<Ticket<bool, ()>>| {
        gone.lock().unwrap_or_else(PoisonError::into_inner).recv().unwrap();
        assert!(tickets.iter().all(|ticket| ticket.request), "as planned");
        tickets.into_iter().for_each(|ticket| ticket.asker.send(()).unwrap());
        Vec::new()
    }));
    let ask = |request| {
        let lane = Arc::clone(&lane);
        tokio::spawn(async move { lane.ask(A, request, 1).await })
    };
    let first = ask(false);
    let all = async {
        while !has_begun(&lane) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
    let second = ask(true);
    let all = async {
        while !has_waiting(&lane) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
    (0..2).for_each(|_| go.send(()).unwrap());
    assert!(matches!(first.await.unwrap(), Err(Refusal::Busy)));
    assert!(second.await.unwrap().is_ok());
}

fn has_begun(lane: &Lane<bool, ()>) -> bool {
    let state = lane.0.state();
    state.workers > 0 && state.queue.waiting(clock::monotonic()) == 0
}

fn has_waiting(lane: &Lane<bool, ()>) -> bool {
    lane.0.state().queue.waiting(clock::monotonic()) > 0
}

/// WITNESS-39
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_the_slow_lane_while_that_rests_is_served_though_nobody_asks_again() {
    let lane = Lane::new(2, Sharing::Together, |tickets: Vec<Ticket<u32, bool>>| {
        let found = tickets.iter().map(|ticket| Found { relay: ticket.relay, is_good: false }).collect();
        tickets.into_iter().for_each(|ticket| ticket.asker.send(true).unwrap());
        found
    });
    let lane = Arc::new(lane);
    // From now on both are in the slow lane, and rest after each batch.
    for relay in [A, B] {
        assert!(lane.ask(relay, 0, 1).await.unwrap());
    }
    let asked: Vec<_> = (0..40)
        .map(|number| {
            let lane = Arc::clone(&lane);
            tokio::spawn(async move { lane.ask(if number % 2 == 0 { A } else { B }, number, 1).await })
        })
        .collect();
    for asked in asked {
        let answer = tokio::time::timeout(std::time::Duration::from_secs(60), asked).await;
        assert!(answer.unwrap().unwrap().unwrap());
    }
}

use ronde_protocol::machine::wallet::PlannedMove;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::KeysetId;

use super::moved;
use crate::wallet::Trouble;
use crate::wallet::session::{Done, Moved, Progress};

fn one(points: u64, result: Result<Progress, Trouble>) -> Moved {
    let planned = PlannedMove { keyset: KeysetId(1), denomination: points, points: Points(points), at: 0 };
    let done = |progress| Done { progress, digest: None, evidence: Vec::new() };
    Moved { planned, result: result.map(done) }
}

#[test]
fn only_what_is_certified_has_moved() {
    let moves = [
        one(1, Ok(Progress::Done)),
        one(8, Ok(Progress::Pending { votes: 2 })),
        one(16, Ok(Progress::Arriving)),
        one(32, Err(Trouble::PassphraseNeeded)),
    ];
    let mut lines = Vec::new();
    let (objects, all_done) = moved(&moves, &mut lines).unwrap();
    let states: Vec<&str> = objects.iter().map(|object| object["state"].as_str().unwrap()).collect();
    assert_eq!((states, all_done), (vec!["done", "pending", "arriving", "failed"], false));
    for words in
        ["Moved into the next keyset, because theirs ends: 1 point.", ": 8 points. `ronde wallet resume` completes"]
    {
        assert!(lines.iter().any(|line| line.contains(words)), "no {words:?} in {lines:?}");
    }
    assert!(lines[0].starts_with("Not moved yet: 32 points."), "{lines:?}");
}

#[test]
fn sums_that_overflow_are_an_error() {
    let moves = [one(u64::MAX, Ok(Progress::Done)), one(1, Ok(Progress::Done))];
    assert!(moved(&moves, &mut Vec::new()).is_err());
}

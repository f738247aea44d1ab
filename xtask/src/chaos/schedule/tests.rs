use std::collections::BTreeSet;
use std::time::Duration;

use super::{Fault, LANES, Lane, plan};

const SHORT: Duration = Duration::from_secs(120);

#[test]
fn the_seed_decides_the_schedule() {
    assert_eq!(plan(3, SHORT, 4), plan(3, SHORT, 4));
    assert_ne!(plan(3, SHORT, 4), plan(4, SHORT, 4));
}

#[test]
fn two_minutes_have_a_fault_of_every_kind() {
    for seed in 0..50 {
        let kinds: BTreeSet<&str> = plan(seed, SHORT, 4).iter().map(|planned| planned.fault.kind()).collect();
        assert_eq!(kinds.len(), 16, "seed {seed}: {kinds:?}");
    }
}

#[test]
fn faults_of_a_lane_follow_one_another_and_end_in_time() {
    for seed in 0..50 {
        for (minutes, nodes) in [(2, 4), (3, 7), (10, 5)] {
            let total = Duration::from_secs(60 * minutes);
            let all = plan(seed, total, nodes);
            for lane in LANES {
                let mut free = Duration::ZERO;
                for planned in all.iter().filter(|planned| planned.lane == lane) {
                    assert!(planned.start >= free, "seed {seed}: {planned}");
                    assert!(lane == Lane::Backup || planned.length <= Duration::from_secs(30));
                    free = planned.start + planned.length;
                }
                assert!(free < total, "seed {seed}: {lane:?} ends at {free:?}");
            }
        }
    }
}

#[test]
fn a_partition_into_halves_leaves_no_quorum_and_the_restored_node_is_not_the_one_with_the_small_disk() {
    for seed in 0..50 {
        for planned in plan(seed, SHORT, 4) {
            match planned.fault {
                Fault::Cut(ways, "two halves") => assert_eq!(ways.len(), 2 * 2 * 2),
                Fault::OldDatabase(place) => assert!(place < 3),
                _ => {}
            }
        }
    }
}

#[test]
fn in_ten_minutes_processes_are_stopped_for_half_a_minute() {
    for seed in 0..50 {
        let all = plan(seed, Duration::from_secs(600), 6);
        let stopped = all.iter().filter(|planned| matches!(planned.fault, Fault::Stop(_)));
        let lengths: Vec<Duration> = stopped.map(|planned| planned.length).collect();
        assert!(lengths.len() > 1 && lengths.iter().filter(|length| **length == Duration::from_secs(30)).count() > 1);
    }
}

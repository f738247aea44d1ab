use std::time::Duration;

use ronde_protocol::message::ids::{KeysetId, WitnessIndex};

use super::Watch;
use crate::clock::monotonic;

const SEAT: (KeysetId, WitnessIndex) = (KeysetId(1), WitnessIndex(2));
const OTHER: (KeysetId, WitnessIndex) = (KeysetId(1), WitnessIndex(3));
const LASTS: Duration = Duration::from_secs(30);
const MOMENT: Duration = Duration::from_secs(1);

/// EVENT-5.
#[test]
fn a_witness_is_told_to_be_down_once_it_has_not_answered_for_long_enough() {
    let (mut watch, start) = (Watch::new(LASTS), monotonic());
    assert!(!watch.see(SEAT, true, Some(false), start));
    assert!(!watch.see(SEAT, true, Some(false), start + LASTS - MOMENT));
    assert!(!watch.see(OTHER, true, Some(false), start + LASTS), "each has its own time");
    assert!(watch.see(SEAT, true, Some(false), start + LASTS));
    watch.told(SEAT);
    // Down is what was told from now on; up has to last as well.
    assert!(!watch.see(SEAT, false, Some(false), start + LASTS * 9));
    assert!(!watch.see(SEAT, false, Some(true), start + LASTS * 10));
    assert!(watch.see(SEAT, false, Some(true), start + LASTS * 11));
}

/// EVENT-5.
#[test]
fn one_that_comes_and_goes_is_not_told_of() {
    let (mut watch, mut now) = (Watch::new(LASTS), monotonic());
    for _ in 0..20 {
        assert!(!watch.see(SEAT, true, Some(false), now));
        assert!(!watch.see(SEAT, true, Some(false), now + LASTS - MOMENT));
        now += LASTS;
        assert!(!watch.see(SEAT, true, Some(true), now));
        now += MOMENT;
    }
}

#[test]
fn where_nothing_is_known_nothing_is_told() {
    let (mut watch, start) = (Watch::new(LASTS), monotonic());
    assert!(!watch.see(SEAT, true, None, start) && !watch.see(SEAT, true, None, start + LASTS * 2));
    assert!(!watch.see(SEAT, false, None, start + LASTS * 3) && watch.since.is_empty());
}

use super::*;
use crate::clock;

const ORDER: OrderDigest = OrderDigest([7; 32]);

/// How long the order waits when it had so many turns in vain.
fn wait(vain: u32) -> u64 {
    Known { vain, ..Known::default() }.wait().as_secs()
}

#[test]
fn an_order_taken_up_in_vain_again_and_again_waits_longer_each_time_up_to_a_bound() {
    assert_eq!((0..12).map(wait).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 30, 60, 120, 240, 240, 240, 240]);
    assert_eq!(wait(u32::MAX), 240);
    let now = clock::monotonic();
    let mut aside = Aside::default();
    assert!(aside.is_due(&ORDER, now), "nothing is known of it");
    aside.leave(ORDER, Known { vain: 6, ..Known::default() }, now);
    assert!(!aside.is_due(&ORDER, now + Duration::from_secs(59)));
    assert!(aside.is_due(&ORDER, now + Duration::from_secs(60)));
}

#[test]
fn an_order_that_was_taken_waits_no_more_and_what_was_known_of_it_is_handed_on() {
    let now = clock::monotonic();
    let known = Known { told: true, holders: 0b1001, vain: 9 };
    let mut aside = Aside::default();
    aside.leave(ORDER, known, now);
    assert_eq!(aside.take(&ORDER), known);
    assert_eq!(known.holders().collect::<Vec<_>>(), [WitnessIndex(0), WitnessIndex(3)]);
    assert!(aside.is_due(&ORDER, now));
    assert_eq!(aside.take(&ORDER), Known::default());
}

#[test]
fn no_more_is_kept_of_orders_than_there_is_room_for() {
    let now = clock::monotonic();
    let mut aside = Aside::default();
    let known = Known { told: true, holders: 0b1001, vain: 9 };
    let digest = |number: usize| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
        OrderDigest(bytes)
    };
    (0..=MAX_KNOWN).for_each(|number| aside.leave(digest(number), known, now));
    assert!(!aside.is_due(&digest(MAX_KNOWN - 1), now));
    assert!(aside.is_due(&digest(MAX_KNOWN), now), "the next sweep takes it up");
    aside.leave(digest(0), Known { told: true, ..Known::default() }, now);
    assert!(aside.is_due(&digest(0), now), "what is known may change");
    aside.leave(digest(1), Known::default(), now);
    assert_eq!(aside.0.len(), MAX_KNOWN);
}

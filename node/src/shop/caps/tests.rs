//! The decision alone.

use ronde_protocol::message::amount::Points;

use super::{Cap, Caps, Given, OverCap, TillCaps, is_near};

const CAPS: Caps = Caps { grant: Some(Points(50)), till: Some(Points(100)), store: Some(Points(150)), goodwill: None };

fn given(till: u64, store: u64) -> Given {
    Given { till: Points(till), store: Points(store) }
}

/// TILL-2, TILL-5.
#[test]
fn the_first_cap_in_the_way_is_named_with_what_is_left() {
    assert_eq!(CAPS.allow(given(0, 0), Points(50)), Ok(given(50, 50)));
    let over = |cap, left, fits_later| Err(OverCap { cap, left: Points(left), fits_later });
    assert_eq!(CAPS.allow(given(0, 0), Points(51)), over(Cap::Grant, 50, false));
    assert_eq!(CAPS.allow(given(60, 60), Points(41)), over(Cap::Till, 40, true));
    assert_eq!(CAPS.allow(given(60, 60), Points(40)), Ok(given(100, 100)));
    assert_eq!(CAPS.allow(given(10, 120), Points(31)), over(Cap::Store, 30, true));
    let wide = Caps { grant: None, ..CAPS };
    assert_eq!(wide.allow(given(0, 0), Points(101)), over(Cap::Till, 100, false));
    assert_eq!(Caps { till: None, ..wide }.allow(given(0, 0), Points(151)), over(Cap::Store, 150, false));
    // A cap that was lowered since has nothing left.
    assert_eq!(CAPS.allow(given(120, 120), Points(1)), over(Cap::Till, 0, true));
    assert_eq!(Caps::default().allow(given(1, 1), Points(u64::MAX)), Ok(given(u64::MAX, u64::MAX)));
}

/// TILL-4.
#[test]
fn a_tills_own_caps_stand_in_place_of_the_stores_and_never_of_the_stores_day() {
    let own = TillCaps { grant: Some(Points(5)), day: Some(Points(400)) };
    assert_eq!(
        CAPS.with(own),
        Caps { grant: Some(Points(5)), till: Some(Points(400)), store: Some(Points(150)), goodwill: None }
    );
    assert_eq!(CAPS.with(TillCaps::default()), CAPS);
}

/// TILL-6.
#[test]
fn four_fifths_are_near() {
    assert!(!is_near(Points(79), Some(Points(100))));
    assert!(is_near(Points(80), Some(Points(100))));
    assert!(is_near(Points(u64::MAX), Some(Points(u64::MAX))));
    assert!(!is_near(Points(u64::MAX), None));
}

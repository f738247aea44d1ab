use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Failures, REMEMBERED};

fn address(number: usize) -> IpAddr {
    Ipv4Addr::from_bits(u32::try_from(number).unwrap()).into()
}

/// TRANSPORT-19: a datagram may say that it comes from anywhere.
#[test]
fn made_up_addresses_that_fail_make_nobody_forget_a_validated_one_that_does() {
    let failures = Failures::new(Duration::from_secs(3600), 1);
    let failing = (address(0), true);
    failures.one_more(failing);
    failures.one_more(failing);
    assert!(failures.are_too_many(failing));
    for number in 1..=2 * REMEMBERED {
        failures.one_more((address(number), false));
    }
    assert!(failures.are_too_many(failing));
    assert!(failures.paces.lock().unwrap().len() <= REMEMBERED);
    // The control: as many validated ones do, since what is remembered is bounded.
    for number in 1..=REMEMBERED {
        failures.one_more((address(number), true));
    }
    assert!(!failures.are_too_many(failing));
}

use std::time::Duration;

use super::{Latency, since_planned};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn quantiles_are_those_of_the_times() {
    let spread = Latency::of((1..=1000).map(ms)).unwrap().spread();
    let near = |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 0.002, "{found} is not {wanted}");
    near(spread.p50_ms, 500.0);
    near(spread.p90_ms, 900.0);
    near(spread.p99_ms, 990.0);
    near(spread.p999_ms, 999.0);
    near(spread.max_ms, 1000.0);
    assert_eq!(spread.count, 1000);
    assert_eq!(Latency::new().unwrap().spread().p99_ms, 0.0);
}

/// A server that stops for a second while an order is due every 10 ms makes a hundred of them wait, not one.
#[test]
fn who_was_to_begin_while_nothing_went_on_has_waited_since_then() {
    let stall_ends = ms(2000);
    let times = (0..300).map(|order| {
        let planned = ms(order * 10);
        let begun = if (ms(1000)..stall_ends).contains(&planned) { stall_ends } else { planned };
        (planned, begun, begun + ms(1))
    });
    let honest = Latency::of(times.clone().map(|(planned, _, ended)| since_planned(planned, ended))).unwrap();
    let omitting = Latency::of(times.map(|(_, begun, ended)| ended - begun)).unwrap();
    assert!(honest.at(90.0) > 600.0, "{}", honest.at(90.0));
    assert!(omitting.at(90.0) < 2.0, "the control: counted from when it was sent");
    assert_eq!(since_planned(ms(5), ms(3)), Duration::ZERO);
}

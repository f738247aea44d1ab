use super::{at_best, of};

/// Samples every ten seconds, with noise that repeats.
fn samples(count: u32, value: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let noise = [0.3, -0.4, 0.1, -0.2, 0.5, -0.3, 0.0];
    (0..count).map(|at| (f64::from(at) * 10.0, value(f64::from(at)) + noise[at as usize % noise.len()])).collect()
}

#[test]
fn what_stays_does_not_grow_and_what_leaks_does() {
    let flat = of(&samples(30, |_| 50.0), 0.1, 1.0).unwrap();
    assert!(!flat.grew && flat.rise.abs() < 1.0, "{flat:?}");
    let leak = of(&samples(30, |at| 50.0 + at), 0.1, 1.0).unwrap();
    assert!(leak.grew && (28.0..30.0).contains(&leak.rise), "{leak:?}");
    assert!(!of(&samples(30, |at| 50.0 - at), 0.1, 1.0).unwrap().grew, "less is no leak");
}

#[test]
fn a_rise_within_its_bound_counts_as_none_by_share_and_by_least() {
    let slow = samples(30, |at| 50.0 + at * 0.1);
    assert!(!of(&slow, 0.1, 1.0).unwrap().grew, "three of five");
    assert!(of(&slow, 0.01, 1.0).unwrap().grew);
    assert!(!of(&slow, 0.0, 4.0).unwrap().grew);
}

#[test]
fn noise_is_no_growth_however_small_the_bound_and_few_samples_tell_nothing() {
    let wild: Vec<(f64, f64)> =
        samples(12, |_| 0.0).into_iter().enumerate().map(|(at, (time, _))| (time, [1.0, 90.0, 3.0][at % 3])).collect();
    let judged = of(&wild, 0.0, 0.0).unwrap();
    assert!(judged.rise > 0.0 && !judged.grew, "{judged:?}");
    assert_eq!(of(&samples(5, |at| at), 0.1, 0.0), None);
    assert_eq!(of(&[(1.0, 2.0); 9], 0.1, 0.0), None, "all at one time");
}

#[test]
fn spells_in_which_the_machine_is_slow_are_no_growth_and_what_grows_at_the_best_of_times_is() {
    // Of 54 windows those of three spells, the longest one late, took twice as long.
    let slow = |at: f64| [26.0..30.0, 36.0..40.0, 44.0..52.0].iter().any(|spell| spell.contains(&at));
    let spells = samples(54, |at| if slow(at) { 40.0 } else { 20.0 });
    assert!(of(&spells, 0.25, 2.0).unwrap().grew, "as they are");
    let best = at_best(&spells);
    assert_eq!(best.len(), 9);
    assert!(!of(&best, 0.25, 2.0).unwrap().grew, "{best:?}");
    let growing = samples(54, |at| if slow(at) { 40.0 } else { 20.0 + at / 5.0 });
    assert!(of(&at_best(&growing), 0.25, 2.0).unwrap().grew);
    assert_eq!(at_best(&samples(5, |at| at)).len(), 5, "each by itself, if there are few");
    assert_eq!(at_best(&[]), []);
}

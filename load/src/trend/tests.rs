use super::{at_best, best, of};

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
    assert!(!at_best(&spells, 0.25, 2.0).unwrap().grew, "{:?}", best(&spells));
    let growing = samples(54, |at| if slow(at) { 40.0 } else { 20.0 + at / 5.0 });
    assert!(at_best(&growing, 0.25, 2.0).unwrap().grew);
}

#[test]
fn what_is_slow_from_some_late_moment_on_has_grown() {
    for (count, last) in [(12, 3), (18, 4), (53, 12), (54, 12), (54, 18), (354, 80)] {
        let late = samples(count, |at| if at >= f64::from(count - last) { 200.0 } else { 20.0 });
        assert!(at_best(&late, 0.25, 2.0).unwrap().grew, "{last} of {count}: {:?}", best(&late));
    }
}

#[test]
fn parts_are_alike_however_many_samples_there_are() {
    for count in [9, 10, 17, 18, 53, 54, 355] {
        let parts = best(&samples(count, |at| at));
        assert_eq!(parts.len(), 9, "{count}");
        let gaps: Vec<f64> = parts.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        let (least, most) = (gaps.iter().copied().fold(f64::MAX, f64::min), gaps.iter().copied().fold(0.0, f64::max));
        assert!(most - least <= 10.0, "{count}: {gaps:?}");
    }
    assert_eq!(best(&samples(5, |at| at)).len(), 5, "each by itself, if there are few");
    assert_eq!(best(&[]), []);
    assert_eq!(at_best(&[], 0.1, 0.1), None);
}

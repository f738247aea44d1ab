use std::time::Duration;

use super::{Arrivals, Stage, arrivals};
use crate::chaos::chance::Chance;

fn stage(rate: f64, seconds: u64) -> Stage {
    Stage { rate, length: Duration::from_secs(seconds) }
}

fn poisson(stages: &[Stage], seed: u64) -> Vec<Duration> {
    arrivals(stages, Arrivals::Poisson, &mut Chance::new(seed, "arrivals"))
}

#[test]
fn even_arrivals_come_one_gap_after_the_other() {
    let even = arrivals(&[stage(4.0, 2)], Arrivals::Even, &mut Chance::new(1, ""));
    let millis: Vec<u128> = even.iter().map(Duration::as_millis).collect();
    assert_eq!(millis, [0, 250, 500, 750, 1000, 1250, 1500, 1750]);
    assert!(arrivals(&[stage(0.0, 9)], Arrivals::Even, &mut Chance::new(1, "")).is_empty());
}

#[test]
fn a_burst_has_ten_times_the_arrivals_in_its_own_minute() {
    let burst = arrivals(&[stage(5.0, 10), stage(50.0, 60), stage(5.0, 10)], Arrivals::Even, &mut Chance::new(1, ""));
    let within = |from: u64, to: u64| {
        let (from, to) = (Duration::from_secs(from), Duration::from_secs(to));
        burst.iter().filter(|at| (from..to).contains(at)).count()
    };
    assert_eq!((within(0, 10), within(10, 70), within(70, 80)), (50, 3000, 50));
}

#[test]
fn strangers_come_at_the_rate_with_gaps_of_every_length_and_as_the_seed_says() {
    let times = poisson(&[stage(100.0, 100)], 7);
    // Five standard deviations of a count of 10,000.
    assert!((9_500..=10_500).contains(&times.len()), "{}", times.len());
    assert!(times.is_sorted() && times.iter().all(|at| *at < Duration::from_secs(100)));
    let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    // An exponential distribution spreads as far as its mean; even gaps would not spread at all.
    assert!((0.9..1.1).contains(&(variance.sqrt() / mean)), "{mean} {variance}");
    assert_eq!(times, poisson(&[stage(100.0, 100)], 7));
    assert_ne!(times, poisson(&[stage(100.0, 100)], 8));
}

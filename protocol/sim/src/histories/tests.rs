use super::{Histories, History, Showing};

const BOTH: [History; 2] = [History::Real, History::Other];

fn shown(histories: &Histories, which: History, size: usize) -> Vec<usize> {
    let log: Vec<usize> = (0..size).collect();
    histories.entries(which, &log).into_iter().copied().collect()
}

#[test]
fn each_history_only_grows_and_they_differ_from_one_place_on() {
    for seed in 0..200 {
        let histories = Histories::new(seed, 0);
        for which in BOTH {
            for size in 0..40 {
                let (before, after) = (shown(&histories, which, size), shown(&histories, which, size + 1));
                assert!(after.starts_with(&before), "seed {seed}, {which:?}: {before:?}, then {after:?}");
            }
        }
        let [real, other] = BOTH.map(|which| shown(&histories, which, 40));
        let same = real.iter().zip(&other).take_while(|(a, b)| a == b).count();
        assert_eq!(same, histories.place, "seed {seed}: {real:?}, {other:?}");
    }
}

#[test]
fn whoever_is_careful_signs_no_two_heads_of_one_size_but_of_the_empty_log() {
    let careful: Vec<Histories> =
        (0..200).map(|seed| Histories::new(seed, 0)).filter(|histories| histories.careful).collect();
    assert!(careful.len() > 100);
    for histories in careful {
        for size in 0..40 {
            assert_eq!(shown(&histories, History::Real, size).len() % 2, 0);
            let other = shown(&histories, History::Other, size).len();
            assert!(other % 2 == 1 || other == 0);
        }
    }
}

#[test]
fn in_the_end_the_history_is_shown_that_is_as_long_as_any_head_before() {
    for seed in 0..200 {
        let mut histories = Histories::new(seed, 0);
        let unsigned = histories.showing == Showing::Unsigned;
        for size in 0..40 {
            histories.leaves = vec![[0; 32]; size];
            let longer = shown(&histories, histories.longer(), size).len();
            for which in BOTH.into_iter().filter(|which| !unsigned || *which == History::Real) {
                assert!((0..=size).all(|before| shown(&histories, which, before).len() <= longer), "seed {seed}");
            }
        }
    }
}

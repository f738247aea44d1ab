use super::{Deed, Mix};
use crate::chaos::chance::Chance;

fn mix(text: &str) -> Mix {
    text.parse().unwrap()
}

#[test]
fn shares_are_read_and_shown_and_nonsense_is_refused_with_what_to_write() {
    assert_eq!(mix("redeem=70,swap=10,earn=20").to_string(), "redeem=70,swap=10,earn=20");
    assert_eq!(mix("earn=1").to_string(), "earn=1");
    assert!(mix("swap=3,redeem=0").is_only(Deed::Swap));
    assert!(!mix("swap=3,redeem=1").is_only(Deed::Swap));
    assert_eq!(Mix::only(Deed::Earn), mix("earn=1"));
    for wrong in ["", "redeem", "redeem=x", "redeem=-1", "steal=1", "redeem=0", "redeem=1,redeem=2"] {
        let refused = wrong.parse::<Mix>().unwrap_err();
        assert!(refused.contains("write"), "{wrong}: {refused}");
    }
}

#[test]
fn counts_keep_the_shares_and_the_sum() {
    assert_eq!(mix("redeem=70,swap=10,earn=20").counts(1000), [700, 100, 200]);
    assert_eq!(mix("redeem=1,swap=1,earn=1").counts(10).iter().sum::<usize>(), 10);
    assert_eq!(mix("redeem=2,earn=1").counts(2), [1, 0, 1]);
    assert_eq!(mix("swap=5").counts(7), [0, 7, 0]);
    assert_eq!(mix("swap=5").counts(0), [0, 0, 0]);
}

#[test]
fn what_is_dealt_is_mixed_and_repeats_with_the_seed() {
    let dealt = |seed| mix("redeem=1,swap=1").deal(100, &mut Chance::new(seed, "mix"));
    assert_eq!(dealt(1), dealt(1));
    assert_ne!(dealt(1), dealt(2));
    assert_eq!(dealt(3).iter().filter(|deed| **deed == Deed::Swap).count(), 50);
    assert!(dealt(3)[..50].contains(&Deed::Swap) && dealt(3)[..50].contains(&Deed::Redeem));
}

//! How far a clock is off, by what others say.

use ronde_protocol::machine::drift::{ahead, is_noticed};

/// OPS-6.
#[test]
fn liars_move_the_median_no_further_than_honest_clocks_stand_apart() {
    assert_eq!(ahead(vec![], 0), None);
    assert_eq!(ahead(vec![5], 0), Some(5));
    assert_eq!(ahead(vec![5, 6], 1), None, "two of which one may lie");
    for lie in [i64::MIN, -7, 0, i64::MAX] {
        let found = ahead(vec![100, lie, 102], 1).unwrap();
        assert!((100..=102).contains(&found), "{lie}: {found}");
    }
    assert!(is_noticed(-60_000) && is_noticed(i64::MIN) && !is_noticed(59_999));
}

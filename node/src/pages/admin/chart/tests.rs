use jiff::tz::TimeZone;

use super::{LEAST, by_hour, round_up};
use crate::pages::say::{Catalogues, Language};
use crate::shop::Totals;

#[test]
fn the_highest_bar_fits_below_a_number_with_a_round_half() {
    for (most, top) in [(0, 2), (2, 2), (3, 4), (5, 6), (10, 10), (11, 20), (41, 60), (999, 1000), (1001, 2000)] {
        assert_eq!(round_up(most), top, "{most}");
    }
    assert_eq!(round_up(u64::MAX), u64::MAX);
}

#[test]
fn bars_stay_inside_of_the_picture_and_hours_of_many_days_are_one() {
    let say = Catalogues::embedded().say(Language::English);
    let at = |hour: u64, granted| (hour * 3600, Totals { baskets: 1, granted, redeemed: 1, ..Totals::default() });
    assert!(by_hour(&say, &[], &TimeZone::UTC).is_none());
    let chart = by_hour(&say, &[at(23, 1), at(24 + 23, u64::MAX)], &TimeZone::UTC).unwrap();
    assert_eq!((chart.rows.len(), chart.hours.len()), (1, LEAST));
    assert_eq!((&*chart.rows[0].name, &*chart.rows[0].baskets), ("23:00", "2"));
    for bar in &chart.bars {
        assert!(bar.x + 15 <= chart.width && bar.y + bar.height <= chart.height && bar.y >= 16);
    }
    assert!(chart.bars.iter().any(|bar| bar.class == "taken" && bar.height == 1), "what is not nothing is seen");
}

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Says, reduce};

fn says(fails: bool) -> Says {
    if fails { Says::Fails } else { Says::Passes }
}

/// Whether a list fails and would not without any one of its items.
fn is_one_minimal(items: &[u8], fails: impl Fn(&[u8]) -> bool) -> bool {
    let without = |at: usize| [&items[..at], &items[at + 1..]].concat();
    fails(items) && (0..items.len()).all(|at| !fails(&without(at)))
}

proptest! {
    #[test]
    fn what_alone_is_needed_is_all_that_stays(
        length in 1_usize..200,
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let whole: Vec<usize> = (0..length).collect();
        let needed: BTreeSet<usize> = picks.iter().map(|pick| pick.index(length)).collect();
        let reduced = reduce(&whole, |items| says(needed.iter().all(|item| items.contains(item))));
        prop_assert!(reduced.minimal);
        prop_assert_eq!(reduced.items, needed.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn what_comes_out_fails_and_is_one_minimal_whatever_the_judge(
        whole in proptest::collection::vec(any::<u8>(), 1..60),
        modulus in 2_u32..7,
    ) {
        // Neither monotone nor local: removing two items may fail where removing one does not.
        let sum = |items: &[u8]| items.iter().map(|item| u32::from(*item)).sum::<u32>();
        let target = sum(&whole) % modulus;
        let fails = |items: &[u8]| sum(items) % modulus == target && items.contains(&whole[0]);
        let reduced = reduce(&whole, |items| says(fails(items)));
        prop_assert!(reduced.minimal);
        prop_assert!(is_one_minimal(&reduced.items, fails), "{:?}", reduced.items);
    }

    #[test]
    fn a_tired_judge_leaves_a_list_that_fails(
        whole in proptest::collection::vec(any::<u8>(), 1..60),
        patience in 0_usize..40,
    ) {
        let fails = |items: &[u8]| items.contains(&whole[0]);
        let mut left = patience;
        let reduced = reduce(&whole, |items| {
            if left == 0 {
                return Says::Tired;
            }
            left -= 1;
            says(fails(items))
        });
        prop_assert!(fails(&reduced.items));
        prop_assert!(reduced.minimal || reduced.asked == patience + 1);
    }
}

#[test]
fn items_keep_their_order() {
    let reduced = reduce(&[5, 1, 4, 1, 3], |items| says(items.contains(&5) && items.contains(&3)));
    assert_eq!(reduced.items, [5, 3]);
}

#[test]
fn a_judge_that_needs_nothing_is_left_with_nothing() {
    let reduced = reduce(&[1, 2, 3], |_| Says::Fails);
    assert!(reduced.items.is_empty() && reduced.minimal);
}

#[test]
fn a_thousand_items_of_which_three_matter_take_few_questions() {
    let whole: Vec<u32> = (0..1000).collect();
    let reduced = reduce(&whole, |items| says([17, 400, 999].iter().all(|item| items.contains(item))));
    assert_eq!(reduced.items, [17, 400, 999]);
    assert!(reduced.asked < 200, "{}", reduced.asked);
}

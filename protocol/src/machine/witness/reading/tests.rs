use proptest::prelude::*;

use super::*;
use crate::crypto::{hash, labels, merkle};

fn leaf(number: u64) -> [u8; 32] {
    hash::derive(labels::LOG_LEAF, &[&number.to_le_bytes()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However much was read before this was read from disk, and since.
    #[test]
    fn roots_of_sizes_that_were_read_lately_are_those_of_the_tree_and_cost_few_leaves(
        from_disk in 0..200_u64,
        more in 0..3 * RECENT_LEAVES as u64,
    ) {
        let (mut all, mut disk) = (Vec::new(), Frontier::default());
        for number in 0..from_disk {
            all.push(leaf(number));
            disk.push(leaf(number));
        }
        let mut reading = Reading::from(disk);
        for number in from_disk..from_disk + more {
            all.push(leaf(number));
            reading.push(leaf(number));
        }
        prop_assert_eq!(reading.size(), from_disk + more);
        let (mut tree, mut pushed) = (Frontier::default(), 0);
        let first = reading.before.size();
        prop_assert!(first <= from_disk.max((from_disk + more).saturating_sub(RECENT_LEAVES as u64)));
        for size in 0..=from_disk + more {
            while pushed < size {
                tree.push(all[usize::try_from(pushed).unwrap()]);
                pushed += 1;
            }
            let expected = (size == 0 || size >= first).then(|| tree.root());
            prop_assert_eq!(reading.root_at(size), expected, "at {}", size);
            if let Some((_, leaves)) = reading.nearest(size) {
                prop_assert!(leaves.len() < STEP);
            }
        }
        prop_assert_eq!(reading.root_at(from_disk + more), Some(merkle::root_of(&all)));
        prop_assert_eq!(reading.root_at(from_disk + more + 1), None);
    }
}

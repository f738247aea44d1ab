//! Labels, labelled hashing, and the splitting of randomness.

use crate::crypto_support;

use crypto_support::entropy;
use proptest::prelude::*;
use ronde_protocol::crypto::{
    Transcript, derive, derive_secret, derive_wide,
    labels::{self, ALL},
    xof,
};

/// HASH-3.
#[test]
fn labels_are_unique_and_none_begins_another() {
    for (i, (name, text)) in ALL.iter().enumerate() {
        assert!(text.starts_with("ronde/1 "), "{name}");
        for (j, (other, longer)) in ALL.iter().enumerate() {
            assert!(i == j || !longer.starts_with(text), "{name} begins {other}");
        }
    }
}

/// HASH-2.
#[test]
fn derive_is_blake3_derive_key_over_length_prefixed_parts() {
    let label = labels::ORDER_DIGEST;
    let mut input = Vec::new();
    for part in [b"ab".as_slice(), b"", b"c"] {
        input.extend((part.len() as u64).to_le_bytes());
        input.extend(part);
    }
    let parts: [&[u8]; 3] = [b"ab", b"", b"c"];
    let expected = blake3::derive_key(label, &input);
    assert_eq!(derive(label, &parts), expected);
    assert_eq!(*derive_secret(label, &parts), expected);
    assert_eq!(derive_wide(label, &parts)[..32], expected);
    let mut start = [0u8; 32];
    xof(label, &parts).fill(&mut start);
    assert_eq!(start, expected);
    let mut blocks = xof(label, &parts);
    for half in expected.chunks(16) {
        assert_eq!(blocks.next_u128().to_le_bytes(), half);
    }
}

#[test]
fn a_part_moved_to_its_neighbour_changes_the_hash() {
    let lists: [&[&[u8]]; 6] = [&[], &[b""], &[b"", b""], &[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"]];
    for (i, one) in lists.iter().enumerate() {
        for two in &lists[..i] {
            assert_ne!(derive(labels::LOG_LEAF, one), derive(labels::LOG_LEAF, two));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn different_lists_of_parts_hash_differently(
        one in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3), 0..4),
        two in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3), 0..4),
    ) {
        let hash = |list: &[Vec<u8>]| {
            let mut transcript = Transcript::new(labels::LOG_LEAF);
            for part in list {
                transcript.part(part);
            }
            transcript.finish()
        };
        prop_assert_eq!(one == two, hash(&one) == hash(&two));
    }

    #[test]
    fn labels_are_different_functions(
        a in 0..ALL.len(),
        b in 0..ALL.len(),
        part in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let hash = |i: usize| derive(ALL[i].1, &[&part]);
        prop_assert_eq!(a == b, hash(a) == hash(b));
    }
}

/// HASH-4.
#[test]
fn split_entropy_is_all_different_and_repeatable() {
    let bytes: Vec<[u8; 32]> = entropy(9).split(5).into_iter().map(|e| e.into_bytes()).collect();
    for (i, one) in bytes.iter().enumerate() {
        assert_ne!(*one, [9; 32]);
        assert!(!bytes[..i].contains(one));
    }
    let (first, second) = entropy(9).split_two();
    assert_eq!([first.into_bytes(), second.into_bytes()], bytes[..2]);
    assert!(entropy(9).split(0).is_empty());
}

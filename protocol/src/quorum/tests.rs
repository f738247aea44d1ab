use super::*;

/// VOTE-3
#[test]
fn the_table_is_what_the_design_says() {
    for (n, f, q) in [(1, 0, 1), (3, 0, 2), (4, 1, 3), (5, 1, 4), (6, 1, 4), (7, 2, 5), (10, 3, 7), (31, 10, 21)] {
        assert_eq!(Quorum::new(n, f).map(Quorum::votes), Ok(q), "n={n} f={f}");
    }
}

/// VOTE-2, VOTE-3
#[test]
fn two_quorums_share_an_honest_witness_for_every_size() {
    for n in 1..=MAX_WITNESSES {
        for f in 0..=10u8 {
            match Quorum::new(n, f) {
                Ok(quorum) => {
                    assert!(2 * quorum.votes() - n >= quorum.one_honest(), "n={n} f={f}");
                    assert!(quorum.votes() <= quorum.honest(), "n={n} f={f}");
                }
                Err(_) => assert!(n < 3 * usize::from(f) + 1),
            }
        }
    }
}

/// VOTE-1, VOTE-2
#[test]
fn a_committee_that_promises_nothing_is_refused() {
    assert!(Quorum::new(0, 0).is_err());
    assert!(Quorum::new(3, 1).is_err());
    assert!(Quorum::new(32, 0).is_err());
    assert!(Quorum::new(31, 255).is_err());
}

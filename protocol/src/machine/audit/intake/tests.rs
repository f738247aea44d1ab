use super::{Intake, MAX_HEADS};
use crate::{
    crypto::sign::Signature,
    message::{head::Head, ids::WitnessIndex},
};

/// A liar's log of ten million entries came with as many heads, and each was held in memory.
#[test]
fn of_a_log_that_comes_with_more_and_more_heads_the_first_and_the_last_are_kept() {
    let head = |size| Head { index: WitnessIndex(0), size, root: [7; 32], signature: Signature([0; 64]) };
    let mut log = Intake::default();
    let came = 3 * MAX_HEADS as u64;
    (0..came).for_each(|size| log.take_head(head(size)));
    log.take_head(head(came - 1));
    assert_eq!(log.heads.len(), MAX_HEADS);
    assert_eq!((log.heads[0], log.heads[MAX_HEADS - 1]), (head(0), head(came - 1)));
    assert_eq!(log.heads[MAX_HEADS - 2], head(MAX_HEADS as u64 - 2));
}

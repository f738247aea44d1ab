//! The small committees hold; `cargo xtask model` walks the others.

use ronde_model::{
    plan::{Backup, Plan},
    run::{Seen, walk},
    scene::Play,
};

fn assert_holds(plan: Plan) -> Seen {
    let seen = walk(plan, 1);
    assert!(seen.broken.is_empty(), "{plan:?}: {:#?}", seen.broken);
    seen
}

#[test]
fn committees_of_one_three_and_four_hold() {
    for witnesses in [1, 3, 4] {
        assert!(assert_holds(Plan::of(Play::Triangle, witnesses)).unique > 10);
    }
}

#[test]
fn a_marked_backup_beside_a_liar_holds() {
    assert_holds(Plan::of(Play::Triangle, 4).restoring(Backup::Marked));
}

/// Taking witnesses or disks that behave alike for one another hides nothing: without it there are more states, and the
/// same holds in all of them.
#[test]
fn the_reductions_change_no_verdict() {
    for plan in [Plan::of(Play::Triangle, 4), Plan::of(Play::Retry, 4)] {
        let (reduced, all) = (assert_holds(plan), assert_holds(plan.unreduced()));
        assert!(all.unique > 2 * reduced.unique, "{} and {}", all.unique, reduced.unique);
    }
}

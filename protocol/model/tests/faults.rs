//! The model finds faults: each is planted around the machine, and the property that it breaks must be refuted by a
//! way that anybody can follow.

use ronde_model::{
    fault::Fault,
    plan::{Backup, Plan},
    properties::{COMPLETION, FRAMING, SAFETY},
    run::refute,
    scene::Play,
};

/// Walks until the property is refuted and shows the way.
fn assert_refuted(plan: Plan, property: &'static str) {
    let seen = refute(plan, property).unwrap_or_else(|| panic!("{plan:?}: nothing refutes \"{property}\""));
    let way = seen.broken.iter().find_map(|(what, way)| (what == property).then_some(way)).unwrap();
    assert!(!way.is_empty(), "the beginning can't break it");
    println!("{plan:?}\nbreaks \"{property}\" in {} steps, of {} states:", way.len(), seen.unique);
    way.iter().for_each(|step| println!("    {step}"));
}

#[test]
fn one_liar_more_than_the_quorum_bears_is_found() {
    // n = 3 with q = 2, where a liar calls for 3; and two liars among four.
    assert_refuted(Plan { liars: 1, ..Plan::of(Play::Triangle, 3) }.with(Fault::QuorumTooSmall), SAFETY);
    assert_refuted(Plan { liars: 2, ..Plan::of(Play::Triangle, 4) }.with(Fault::QuorumTooSmall), SAFETY);
}

#[test]
fn a_lock_released_by_the_wrong_certificate_is_found() {
    let plan = Plan::of(Play::Bystander, 4).with(Fault::WrongLocksFreed);
    assert_refuted(plan, FRAMING);
    assert_refuted(plan, SAFETY);
}

#[test]
fn locks_that_no_certificate_frees_are_found() {
    assert_refuted(Plan::of(Play::Retry, 4).with(Fault::LocksNeverFreed), COMPLETION);
}

#[test]
fn a_vote_that_binds_nothing_is_found() {
    let plan = Plan::of(Play::Triangle, 4).with(Fault::NoLock);
    assert_refuted(plan, FRAMING);
    assert_refuted(plan, SAFETY);
}

#[test]
fn a_vote_that_leaves_before_it_is_written_is_found() {
    let plan = Plan::of(Play::Triangle, 4).with(Fault::VoteBeforeWrite);
    assert_refuted(plan, FRAMING);
    assert_refuted(plan, SAFETY);
}

#[test]
fn a_restored_copy_that_votes_whatever_its_peers_show_is_found() {
    assert_refuted(Plan::of(Play::Triangle, 4).restoring(Backup::UnmarkedSeen).with(Fault::HeadsIgnored), SAFETY);
}

#[test]
fn a_mark_that_is_not_looked_at_is_found() {
    assert_refuted(Plan::of(Play::Triangle, 4).restoring(Backup::Marked).with(Fault::RetirementIgnored), SAFETY);
}

/// The model's own bound: what nobody saw counts in f, so that beside a liar it is one too many.
#[test]
fn an_unseen_backup_beside_a_liar_is_one_fault_too_many() {
    let plan = Plan { liars: 1, ..Plan::of(Play::Triangle, 4).restoring(Backup::Unmarked) };
    assert_refuted(plan.with(Fault::BackupUnseen), SAFETY);
}

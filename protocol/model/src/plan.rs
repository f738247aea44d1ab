//! The committees that are walked.

use crate::{
    fault::Fault,
    scene::{PLAYS, Play},
};

/// Whether one witness's disk may be replaced by an old copy of itself, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backup {
    /// No.
    Never,
    /// By a copy with the mark of a backup.
    Marked,
    /// By a copy without; nobody need have seen what it lacks. It counts in f: no other witness lies.
    Unmarked,
    /// By a copy without, once all honest peers have seen the newest head; another witness lies.
    UnmarkedSeen,
}

/// One committee, its orders and its adversary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which orders.
    pub play: Play,
    /// n.
    pub witnesses: usize,
    /// f, as the charter has it.
    pub faults: u8,
    /// How many witnesses lie.
    pub liars: usize,
    /// How many crashes there are.
    pub crashes: u8,
    /// Whether a backup is restored.
    pub backup: Backup,
    /// Whether witnesses that nothing tells apart are taken for one another, and disks that behave alike for one.
    pub reduced: bool,
    /// What is done wrong.
    pub fault: Option<Fault>,
}

impl Plan {
    /// A committee with as many liars as it must bear, one crash, and no backup.
    pub const fn of(play: Play, witnesses: usize) -> Self {
        let faults = if witnesses >= 4 { 1 } else { 0 };
        let (liars, backup) = (faults as usize, Backup::Never);
        Self { play, witnesses, faults, liars, crashes: 1, backup, reduced: true, fault: None }
    }

    /// With a backup instead of a crash; one that nobody can tell from the original stands in for the liar.
    pub const fn restoring(self, backup: Backup) -> Self {
        let liars = if matches!(backup, Backup::Unmarked) { 0 } else { self.liars };
        Self { backup, liars, crashes: 0, ..self }
    }

    /// With so many crashes.
    pub const fn crashing(self, crashes: u8) -> Self {
        Self { crashes, ..self }
    }

    /// Without any reduction.
    pub const fn unreduced(self) -> Self {
        Self { reduced: false, ..self }
    }

    /// With a fault.
    pub const fn with(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }
}

/// What every check walks.
pub fn quick() -> Vec<Plan> {
    let mut plans = Vec::new();
    for play in PLAYS {
        plans.extend([Plan::of(play, 1), Plan::of(play, 3), Plan::of(play, 4)]);
    }
    for backup in [Backup::Marked, Backup::Unmarked, Backup::UnmarkedSeen] {
        plans.push(Plan::of(Play::Retry, 4).restoring(backup));
    }
    plans
}

/// What is walked by hand, besides: every play with every backup, and with a crash beside it.
pub fn long() -> Vec<Plan> {
    let mut plans = Vec::new();
    for play in PLAYS {
        for backup in [Backup::Marked, Backup::Unmarked, Backup::UnmarkedSeen] {
            plans.push(Plan::of(play, 4).restoring(backup).crashing(1));
        }
    }
    plans
}

//! The committee as `stateright` walks it: disks, gates, what is out on the network, and the adversary's choices.
//!
//! The network is the adversary's. Whatever was once sent can be delivered at any time, to anyone, any number of times,
//! or never; so a state needs to know only *that* a vote is out, and a certificate is there as soon as q votes are.

use std::sync::Arc;

use stateright::{Model, Property};

use crate::{
    fault::Fault,
    plan::{Backup, Plan},
    properties,
    scene::{ORDERS, Scene},
    table::{Event, Key, Reply, Rules, Table, build},
};

/// Most witnesses of a committee here.
pub const SEATS: usize = 4;

/// A witness as far as the model moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Seat {
    /// What is on its disk: a state of the table.
    pub disk: u16,
    /// Whether it has heard from enough peers since it started. Nothing else is volatile.
    pub open: bool,
    /// The orders for which its vote is out, one bit each.
    pub votes: u8,
}

/// Where the one backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Copy {
    /// Not taken.
    None,
    /// Taken: the disk as it was.
    Taken(u16),
    /// Restored, and its witness has not started yet: the disk that was lost, whose head peers may hold.
    Restored(u16),
    /// Restored and started.
    Over,
}

impl Copy {
    /// Whether the disk has been replaced.
    pub fn is_restored(self) -> bool {
        matches!(self, Self::Restored(_) | Self::Over)
    }
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// By index; those that are alike stand in increasing order.
    pub seats: [Seat; SEATS],
    /// Crashes still to come.
    pub crashes: u8,
    /// The backup.
    pub copy: Copy,
    /// Something happened that the machine was not asked about, or at which it failed.
    pub strayed: bool,
}

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Somebody asks for a vote and hears the answer.
    Ask {
        /// Whom.
        at: usize,
        /// For which order.
        order: usize,
        /// Showing the votes of q - 1 others.
        enough: bool,
    },
    /// Somebody shows a certificate.
    Show {
        /// To whom.
        at: usize,
        /// Of which order.
        order: usize,
        /// One with the witness's own vote in it.
        own: bool,
    },
    /// The process dies and starts again.
    Crash {
        /// Whose.
        at: usize,
    },
    /// It dies after the commit, before the answer has left.
    CrashUnsent {
        /// Whose.
        at: usize,
        /// Asked for which order.
        order: usize,
        /// Showing the votes of q - 1 others.
        enough: bool,
    },
    /// It dies after the answer has left, before the commit: what the machine's seal forbids, and only a fault does.
    CrashUnwritten {
        /// Whose.
        at: usize,
        /// Asked for which order.
        order: usize,
    },
    /// Enough peers have answered a witness that started, with its own log's heads.
    Open {
        /// Which.
        at: usize,
    },
    /// Enough peers have answered a witness that was restored.
    Start {
        /// Which.
        at: usize,
        /// Whether one of them showed the newest head that it lost, and its log does not extend that.
        retires: bool,
    },
    /// A copy of the disk is taken.
    Copy,
    /// The disk is replaced by the copy.
    Restore,
}

/// One committee with its orders and adversary. Clones share what was computed.
#[derive(Clone)]
pub struct Committee {
    /// What is walked.
    pub plan: Plan,
    /// The orders.
    pub scene: Arc<Scene>,
    /// What a witness does.
    pub table: Arc<Table>,
    /// q.
    pub quorum: usize,
    /// n.
    pub witnesses: usize,
    /// Whether the protocol takes this pair of votes by one witness as evidence.
    pub accuses: [[bool; ORDERS]; ORDERS],
}

impl Committee {
    /// Signs the orders and asks the machine everything.
    pub fn new(plan: Plan) -> Self {
        let scene = Arc::new(Scene::new(plan.play, plan.witnesses, plan.faults));
        let restores = plan.backup != Backup::Never;
        let rules = Rules { fault: plan.fault, restores, forgets: restores || plan.fault.is_some() };
        let table = Arc::new(build(&scene, rules));
        let quorum = properties::quorum(&scene);
        Self { accuses: properties::accuses(&scene), witnesses: plan.witnesses, plan, scene, table, quorum }
    }

    /// Whether the seat's witness lies: it votes for everything, says anything, and does nothing that it should.
    pub fn lies(&self, at: usize) -> bool {
        at < self.plan.liars
    }

    /// The seat whose disk may be replaced.
    pub fn restorable(&self) -> Option<usize> {
        (self.plan.backup != Backup::Never).then_some(self.plan.liars)
    }

    /// Whether the witness neither lies nor ever lost what was on its disk.
    pub fn is_honest(&self, state: &State, at: usize) -> bool {
        at < self.witnesses && !self.lies(at) && !(state.copy.is_restored() && self.restorable() == Some(at))
    }

    /// The witnesses whose votes for the order are out.
    pub fn voters(&self, state: &State, order: usize) -> impl Iterator<Item = usize> {
        let seats = state.seats;
        (0..self.witnesses).filter(move |at| seats[*at].votes & (1 << order) != 0)
    }

    /// Whether q votes for the order are out, and hence its certificate.
    pub fn is_certified(&self, state: &State, order: usize) -> bool {
        self.voters(state, order).count() >= self.quorum
    }

    /// Whether the order has been signed yet.
    pub fn exists(&self, state: &State, order: usize) -> bool {
        self.scene.after.is_none_or(|(this, first)| this != order || self.is_certified(state, first))
    }

    /// What stands on a disk.
    pub fn key(&self, disk: u16) -> Option<&Key> {
        self.table.key(disk)
    }

    /// Whether q - 1 votes of others are out.
    fn has_enough(&self, state: &State, at: usize, order: usize) -> bool {
        self.voters(state, order).filter(|voter| *voter != at).count() + 1 >= self.quorum
    }

    /// Whether there is a certificate with this witness's vote in it, or without.
    pub fn can_show(&self, state: &State, at: usize, order: usize, own: bool) -> bool {
        let voted = state.seats[at].votes & (1 << order) != 0;
        let votes = self.voters(state, order).count();
        if own { voted && votes >= self.quorum } else { votes - usize::from(voted) >= self.quorum }
    }

    /// A disk after an event, as the model tells disks apart: those whose heads nobody compares by behaviour alone.
    pub fn settle(&self, at: usize, disk: u16) -> u16 {
        let compared = self.restorable() == Some(at) && self.plan.backup != Backup::Marked;
        if compared || !self.plan.reduced { disk } else { self.table.alike(disk) }
    }

    /// Takes a step of the table; whether its answer was a vote, alone or in a certificate.
    pub fn step(&self, state: &mut State, at: usize, event: Event) -> Option<Reply> {
        let Some(taken) = self.table.step(state.seats[at].disk, event) else {
            state.strayed = true;
            return None;
        };
        state.seats[at].disk = self.settle(at, taken.to);
        state.strayed |= matches!(taken.reply, Reply::Unasked | Reply::Failed);
        Some(taken.reply)
    }

    fn ask(&self, state: &State, (at, order, enough): (usize, usize, bool), sent: bool) -> Option<State> {
        let mut next = state.clone();
        let open = state.seats[at].open;
        let reply = self.step(&mut next, at, Event::Ask { order: u8::try_from(order).ok()?, enough, open })?;
        // An answer with a certificate holds the own vote if the votes shown did not do without.
        let voted = self.key(next.seats[at].disk).is_some_and(|key| key.voted(order));
        if sent && (reply == Reply::Voted || (reply == Reply::Certified && voted)) {
            next.seats[at].votes |= 1 << order;
        }
        Some(next)
    }

    /// Whether the restored witness's start can end so. Where nobody need have seen what was lost, everybody may have
    /// or not; where all honest peers did, any q - 1 answers hold one of theirs, whatever a liar shows.
    fn can_start(&self, state: &State, at: usize, retires: bool) -> bool {
        let lost = if let Copy::Restored(lost) = state.copy { lost } else { return !retires };
        let row = self.table.retires.get(usize::from(state.seats[at].disk));
        let convicts = row.and_then(|row| row.get(usize::from(lost))).copied().unwrap_or(false);
        match (self.plan.backup, self.plan.fault) {
            (_, Some(Fault::HeadsIgnored)) | (Backup::Never | Backup::Marked, _) => !retires,
            (Backup::Unmarked, _) => convicts || !retires,
            (Backup::UnmarkedSeen, _) => convicts == retires,
        }
    }

    fn restore(&self, state: &State) -> Option<State> {
        let (at, Copy::Taken(disk)) = (self.restorable()?, state.copy) else { return None };
        let mut next = state.clone();
        next.seats[at].disk = disk;
        next.seats[at].open = false;
        next.copy = Copy::Restored(state.seats[at].disk);
        if self.plan.backup == Backup::Marked {
            next.copy = Copy::Over;
            self.step(&mut next, at, Event::Retire)?;
        }
        Some(next)
    }

    /// The start of a witness, if its heads are compared, is over.
    fn start(&self, state: &State, at: usize, retires: bool) -> Option<State> {
        let mut next = state.clone();
        next.seats[at].open = true;
        if next.copy.is_restored() && self.restorable() == Some(at) {
            next.copy = Copy::Over;
        }
        if retires {
            self.step(&mut next, at, Event::Retire)?;
        }
        Some(next)
    }

    /// Witnesses between which nothing tells are put in order: what holds with them one way round holds the other.
    fn sort(&self, mut state: State) -> State {
        let alike = self.plan.liars + usize::from(self.restorable().is_some());
        if self.plan.reduced
            && let Some(seats) = state.seats.get_mut(alike..self.witnesses)
        {
            seats.sort_unstable();
        }
        state
    }

    fn crashes(&self, state: &State, at: usize, actions: &mut Vec<Action>) {
        if state.crashes == 0 {
            return;
        }
        actions.push(Action::Crash { at });
        for order in (0..ORDERS).filter(|order| self.exists(state, *order)) {
            if self.plan.fault == Some(Fault::VoteBeforeWrite) {
                actions.push(Action::CrashUnwritten { at, order });
            }
            actions.push(Action::CrashUnsent { at, order, enough: false });
            if self.has_enough(state, at, order) {
                actions.push(Action::CrashUnsent { at, order, enough: true });
            }
        }
    }

    fn starts(&self, state: &State, at: usize, actions: &mut Vec<Action>) {
        if state.seats[at].open {
            return;
        }
        if self.restorable() != Some(at) {
            return actions.push(Action::Open { at });
        }
        for retires in [false, true] {
            if self.can_start(state, at, retires) {
                actions.push(Action::Start { at, retires });
            }
        }
    }
}

impl Model for Committee {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut seats = [Seat::default(); SEATS];
        for (at, seat) in seats.iter_mut().enumerate().take(self.witnesses) {
            seat.open = true;
            if self.lies(at) {
                seat.votes = (1 << ORDERS) - 1;
            }
        }
        vec![State { seats, crashes: self.plan.crashes, copy: Copy::None, strayed: false }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for at in (0..self.witnesses).filter(|at| !self.lies(*at)) {
            for order in (0..ORDERS).filter(|order| self.exists(state, *order)) {
                actions.push(Action::Ask { at, order, enough: false });
                if self.has_enough(state, at, order) {
                    actions.push(Action::Ask { at, order, enough: true });
                }
                let shown = [true, false].into_iter().filter(|own| self.can_show(state, at, order, *own));
                actions.extend(shown.map(|own| Action::Show { at, order, own }));
            }
            self.crashes(state, at, actions);
            self.starts(state, at, actions);
        }
        if let Some(of) = self.restorable() {
            match state.copy {
                Copy::None => actions.push(Action::Copy),
                Copy::Taken(disk) if disk != state.seats[of].disk => actions.push(Action::Restore),
                _ => {}
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let crashed = |mut next: State, at: usize| {
            next.seats[at].open = false;
            next.crashes -= 1;
            next
        };
        let next = match action {
            Action::Ask { at, order, enough } => self.ask(state, (at, order, enough), true)?,
            Action::Show { at, order, own } => {
                let mut next = state.clone();
                self.step(&mut next, at, Event::Show { order: u8::try_from(order).ok()?, own })?;
                next
            }
            Action::Crash { at } => crashed(state.clone(), at),
            Action::CrashUnsent { at, order, enough } => crashed(self.ask(state, (at, order, enough), false)?, at),
            Action::CrashUnwritten { at, order } => {
                let mut next = self.ask(state, (at, order, false), true)?;
                next.seats[at].disk = state.seats[at].disk;
                crashed(next, at)
            }
            Action::Open { at } => self.start(state, at, false)?,
            Action::Start { at, retires } => self.start(state, at, retires)?,
            Action::Copy => State { copy: Copy::Taken(state.seats[self.restorable()?].disk), ..state.clone() },
            Action::Restore => self.restore(state)?,
        };
        let next = self.sort(next);
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all(&self.plan)
    }
}

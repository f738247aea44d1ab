//! What a witness does: every state that it can come into and every event, asked of the real machine once.
//!
//! States are told apart by what stands in them but for the sets of votes of certificates, which the protocol must not
//! look at (CERT-7): each event is tried with every set, and must come to the same. That all witnesses of a committee
//! have the same table is what makes them interchangeable in the model, and is checked, not assumed.

mod build;
mod check;
mod key;
mod refine;

use ronde_protocol::machine::witness::{Witness, memory::Memory};

use crate::scene::ORDERS;
pub use build::{Actor, Rules, build};
pub use key::{Key, Status};

/// Something that happens to one witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// It is asked for a vote.
    Ask {
        /// For which order.
        order: u8,
        /// Whether the request shows the votes that, with its own, make q.
        enough: bool,
        /// Whether it has heard from enough peers since it started.
        open: bool,
    },
    /// It is shown a certificate.
    Show {
        /// Of which order.
        order: u8,
        /// Whether its own vote is in it.
        own: bool,
    },
    /// It finds a reason never to vote again: the mark of a backup, or its own head.
    Retire,
}

/// Number of different events.
pub const EVENTS: usize = 6 * ORDERS + 1;

impl Event {
    /// All events, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..u8::try_from(ORDERS).unwrap_or(0))
            .flat_map(|order| {
                let ask = move |enough, open| Self::Ask { order, enough, open };
                let show = move |own| Self::Show { order, own };
                [ask(false, true), ask(true, true), ask(false, false), ask(true, false), show(true), show(false)]
            })
            .chain([Self::Retire])
    }

    /// Its place in [`Event::all`].
    pub fn number(self) -> usize {
        match self {
            Self::Ask { order, enough, open } => 6 * usize::from(order) + usize::from(enough) + 2 * usize::from(!open),
            Self::Show { order, own } => 6 * usize::from(order) + 4 + usize::from(!own),
            Self::Retire => EVENTS - 1,
        }
    }
}

/// What the witness answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reply {
    /// Its vote.
    Voted,
    /// Certificate and evaluation.
    Certified,
    /// Another order stands in the way.
    Conflict {
        /// Which.
        other: u8,
        /// Whether with a certificate.
        certified: bool,
    },
    /// It does not vote yet.
    Starting,
    /// It votes no more.
    Retired,
    /// Nothing: it was told, not asked.
    Nothing,
    /// The machine failed.
    Failed,
    /// Nobody asked the machine, since this can't happen. If it does, the walk says so.
    Unasked,
}

/// Where an event leads from a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// The state after it.
    pub to: u16,
    /// The answer.
    pub reply: Reply,
}

/// One state of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// What stands in it.
    pub key: Key,
    /// What each event does; nothing in states that hold two conflicting certificates, which are not walked on from.
    pub moves: Vec<Move>,
}

/// All states of the witnesses of a committee.
pub struct Table {
    /// From the empty one on.
    pub locals: Vec<Local>,
    /// For each state the first one that behaves like it: they differ in the order of their logs at most.
    pub alike: Vec<u16>,
    /// For each state and each state that left a head behind: whether that head, shown by a peer, retires it at a start.
    pub retires: Vec<Vec<bool>>,
    /// What the machine did that it should not have done, in words.
    pub flaws: Vec<String>,
    /// How often the real machine was asked.
    pub asked: usize,
}

/// A state with a real disk, of one real witness.
pub(crate) struct Disk<'w> {
    pub witness: &'w Witness,
    pub memory: Memory,
}

impl Table {
    /// What an event does in a state.
    pub fn step(&self, local: u16, event: Event) -> Option<Move> {
        self.locals.get(usize::from(local))?.moves.get(event.number()).copied()
    }

    /// What stands in a state.
    pub fn key(&self, local: u16) -> Option<&Key> {
        self.locals.get(usize::from(local)).map(|local| &local.key)
    }

    /// The first state that behaves like this one.
    pub fn alike(&self, local: u16) -> u16 {
        self.alike.get(usize::from(local)).copied().unwrap_or(local)
    }
}

//! A liar with two histories: besides the log of its real machine it has another, which leaves two entries of it out, or has
//! them in the other order, and goes on as the real one does. It signs heads of both, each honestly computed.

use std::collections::BTreeSet;

use ronde_protocol::{
    crypto::merkle,
    limits::MAX_UNCHECKED_HEADS,
    message::{
        codec::Bounded,
        evidence::Evidence,
        head::Head,
        log::LogEntry,
        wire::{LogPage, ReplyV1},
    },
};

use crate::{coverage::Group, luck::Luck, message::Route, outcome::Invariant, plan::Lie, world::World};

/// Streams of chance of what liars with two histories do, apart from all others.
const STREAMS: u64 = 1 << 31;
/// The chance of the last reading.
const LAST: u64 = 13;
/// How often everybody reads in the end: once to find out that it is another history than before, once while an inquiry that was
/// begun over the other one is given up, and once for the proof; the rest is for heads that have a log read again.
const PASSES: usize = 6;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// That of its machine.
    Real,
    /// The one that is derived from it.
    Other,
}

/// To whom it shows which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Showing {
    /// The other one to whoever reads its log; heads of the real one with votes and evaluations.
    ToReaders,
    /// The other way round.
    WithVotes,
    /// The other one to whoever reads from position 0, as an inquiry does.
    FromTheBeginning,
    /// One to half of its peers and one to the others, but for a slip now and then.
    ByPeer,
    /// Now this one, now that.
    ByTurns,
    /// Now and then entries of the other one to readers, under heads of the real one: it never signs the other, so that there is
    /// nothing to prove.
    Unsigned,
}

/// What it does, drawn from the run's seed.
#[derive(Clone, Debug)]
pub struct Histories {
    /// From which entry on they differ.
    place: usize,
    /// Whether two entries are left out; if not they are exchanged.
    leaves_out: bool,
    /// Whether it never signs two heads of one size: of the real one even sizes alone, of the other odd ones.
    careful: bool,
    /// Most entries in a page.
    page: usize,
    showing: Showing,
    /// In the end it shows everybody one alone, the longer.
    steady: bool,
    /// Leaves of the real one.
    leaves: Vec<[u8; 32]>,
}

impl Histories {
    /// Of a node's witness, if that lies so.
    pub fn new(seed: u64, node: usize) -> Self {
        let mut luck = Luck::new(seed, STREAMS + node as u64);
        let showing = [
            Showing::ToReaders,
            Showing::WithVotes,
            Showing::FromTheBeginning,
            Showing::ByPeer,
            Showing::ByTurns,
            Showing::ByTurns,
            Showing::Unsigned,
            Showing::Unsigned,
        ];
        let showing = showing[luck.place(showing.len())];
        // Entries under which there is another head at the end are taken over as long as the end is not reached.
        let page = if showing == Showing::Unsigned { 5 } else { [5, 64, 64][luck.place(3)] };
        Self {
            place: luck.place(12),
            leaves_out: luck.permille(600),
            careful: luck.permille(700),
            page,
            showing,
            steady: false,
            leaves: Vec::new(),
        }
    }

    /// The entries of a history, or their leaves, as far as it is shown, given those of the real one.
    fn entries<'l, T>(&self, which: History, log: &'l [T]) -> Vec<&'l T> {
        let mut entries: Vec<&T> = log.iter().collect();
        if which == History::Other && log.len() > self.place {
            let behind = entries.split_off(self.place);
            // As long as there is one of the two alone, nothing comes after what both have.
            if let [first, second, rest @ ..] = behind.as_slice() {
                if !self.leaves_out {
                    entries.extend([second, first]);
                }
                entries.extend(rest);
            }
        }
        let wanted = usize::from(which == History::Other);
        if self.careful && entries.len() % 2 != wanted {
            entries.pop();
        }
        entries
    }

    /// The one of which the longer head can be shown.
    fn longer(&self) -> History {
        let size = |which| self.entries(which, &self.leaves).len();
        let other = self.showing != Showing::Unsigned && size(History::Other) > size(History::Real);
        if other { History::Other } else { History::Real }
    }

    /// The root of a history at a size, if it has been shown so far.
    fn root_at(&self, which: History, size: u64) -> Option<[u8; 32]> {
        let leaves: Vec<[u8; 32]> = self.entries(which, &self.leaves).into_iter().copied().collect();
        Some(merkle::root_of(leaves.get(..usize::try_from(size).ok()?)?))
    }

    /// Whether a head is of this history and not of the other.
    fn is_of(&self, which: History, (size, root): &(u64, [u8; 32])) -> bool {
        *size > self.place as u64 && self.root_at(which, *size).as_ref() == Some(root)
    }
}

/// Heads of a liar with two histories that a witness was shown, each as its size and its root.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// Ever.
    ever: BTreeSet<(u64, [u8; 32])>,
    /// In which of its lives it was shown those of `kept`.
    life: u32,
    /// With nothing in the way of keeping them.
    kept: BTreeSet<(u64, [u8; 32])>,
}

#[cfg(test)]
impl Met {
    /// Those that it was ever shown.
    pub fn ever(&self) -> impl Iterator<Item = (u64, [u8; 32])> {
        self.ever.iter().copied()
    }
}

impl World<'_> {
    /// Whoever asks for the log is shown a page of one history or the other.
    pub fn show_history(&mut self, node: usize, route: Route, from: u64, luck: &mut Luck) {
        let which = self.history_for(node, route, Some(from), luck);
        let unsigned = self.nodes[node].histories.showing == Showing::Unsigned;
        if unsigned && which == History::Other {
            self.coverage.hit(Group::Cheat, "witness shows entries that it never signed");
        }
        let Some(head) = self.head_of(node, if unsigned { History::Real } else { which }) else { return };
        let (histories, log) = (&self.nodes[node].histories, self.nodes[node].disk.durable().ledger.log());
        let begin = usize::try_from(from).unwrap_or(usize::MAX);
        let entries = histories.entries(which, log).into_iter().skip(begin).take(histories.page).cloned();
        let entries = Bounded::new(entries.collect::<Vec<LogEntry>>()).unwrap_or_default();
        self.answer(node, route, ReplyV1::Log(LogPage { entries, head }), luck.child());
    }

    /// The same of the head in an answer with a vote or an evaluation.
    pub fn tell_history(&mut self, node: usize, route: Route, mut reply: ReplyV1, luck: &mut Luck) -> ReplyV1 {
        let told = match &mut reply {
            ReplyV1::Voted(voted) => &mut voted.head,
            ReplyV1::Certified(certified) => &mut certified.head,
            _ => return reply,
        };
        let which = self.history_for(node, route, None, luck);
        if let Some(head) = self.head_of(node, which) {
            *told = head;
        }
        reply
    }

    /// Which one somebody is shown, from a position on or with a vote.
    fn history_for(&mut self, node: usize, route: Route, from: Option<u64>, luck: &mut Luck) -> History {
        let here = &mut self.nodes[node];
        let known = here.histories.leaves.len();
        let come = here.disk.durable().ledger.log().iter().skip(known).map(LogEntry::leaf);
        here.histories.leaves.extend(come);
        let histories = &here.histories;
        let other = match histories.showing {
            _ if histories.steady => return histories.longer(),
            Showing::ToReaders => from.is_some(),
            Showing::WithVotes => from.is_none(),
            Showing::FromTheBeginning => from == Some(0),
            Showing::ByPeer => (route.node % 2 == 1) != luck.permille(200),
            Showing::ByTurns => luck.permille(500),
            Showing::Unsigned => from.is_some() && luck.permille(300),
        };
        if other { History::Other } else { History::Real }
    }

    /// The newest head of a history that it shows.
    fn head_of(&mut self, node: usize, which: History) -> Option<Head> {
        let (keys, here) = (self.federation.keys_of(node)?, &self.nodes[node]);
        let size = here.histories.entries(which, &here.histories.leaves).len() as u64;
        let root = here.histories.root_at(which, size)?;
        if which == History::Other && size > here.histories.place as u64 {
            self.coverage.hit(Group::Cheat, "witness shows two histories");
        }
        Some(Head::sign(&keys.vote, self.keyset_of(node), here.index?, size, root))
    }

    /// A witness is shown a head.
    pub fn watch_history(&mut self, node: usize, of: usize, head: &Head) {
        let here = &self.nodes[node];
        let follows = here.is_honest_witness() && here.keyset == self.nodes[of].keyset;
        if self.nodes[of].lie != Some(Lie::TwoHistories) || !follows {
            return;
        }
        let (life, full) = (here.life, here.disk.full);
        let (met, shown) = (self.ledger.histories.entry((node, of)).or_default(), (head.size, head.root));
        met.ever.insert(shown);
        if met.life != life {
            met.life = life;
            met.kept.clear();
        }
        // Evidence that the head gave at once could not be written down.
        if !full {
            met.kept.insert(shown);
        }
    }

    /// In the end a liar with two histories shows one alone, and everybody reads that, as often as the proof takes. It is the
    /// longer: one that is shorter than what was read is not taken, and could not contradict it.
    pub fn read_histories(&mut self) {
        let liars: Vec<usize> =
            self.federation.seats().filter(|node| self.nodes[*node].lie == Some(Lie::TwoHistories)).collect();
        if liars.is_empty() {
            return;
        }
        let mut luck = Luck::new(self.plan.seed, LAST);
        self.say(format_args!("{liars:?} show one history"));
        liars.iter().for_each(|liar| self.nodes[*liar].histories.steady = true);
        self.read_logs_of(&liars, &mut luck);
        // What came to light in these pages goes where it belongs; then the logs grow no more.
        self.finish_round(0, &mut luck);
        self.read_logs_of(&liars, &mut luck);
    }

    fn read_logs_of(&mut self, liars: &[usize], luck: &mut Luck) {
        for _ in 0..PASSES {
            for liar in liars {
                for node in self.peers_of(*liar).filter(|node| self.nodes[*node].lie.is_none()).collect::<Vec<_>>() {
                    self.pull_log(node, *liar, luck);
                }
            }
            self.play();
        }
    }

    /// Whoever was shown a head of each history since it started last can prove the fork, after everybody has read the longer
    /// to its end. Two things excuse it: more heads than are kept (LOG-23), and a head that waits until the log has doubled
    /// (LOG-25).
    pub fn check_histories(&mut self) {
        for ((node, of), met) in self.ledger.histories.clone() {
            let (here, histories) = (&self.nodes[node], &self.nodes[of].histories);
            let saw = |which: History| met.kept.iter().any(|head| histories.is_of(which, head));
            let both = saw(History::Real) && saw(History::Other);
            if !here.is_honest_witness() || here.life != met.life || !both {
                continue;
            }
            let waits = here.followed.get(&of).is_some_and(|followed| {
                let late = followed.unchecked().iter().any(|kept| kept.head().size <= followed.position());
                followed.parted().is_none() && late
            });
            let proven = self.proves_fork(node, of);
            if !proven && (waits || met.ever.len() > MAX_UNCHECKED_HEADS) {
                continue;
            }
            self.stake(Invariant::TwoHistoriesAreProven);
            if !proven {
                let says = format!("witness {node} was shown two histories of {of}, and can't prove it");
                self.fail(Invariant::TwoHistoriesAreProven, says);
            }
        }
    }

    /// Whether a node has evidence on its disk that a witness forked its log.
    fn proves_fork(&self, node: usize, of: usize) -> bool {
        let mut kept = self.nodes[node].disk.durable().ledger.evidence().iter();
        kept.any(|evidence| {
            let found = evidence.clone().verify(&self.federation.charter);
            matches!(evidence, Evidence::Fork { .. })
                && found.is_ok_and(|found| self.federation.seat(found.keyset, found.culprit) == of)
        })
    }
}

#[cfg(test)]
mod tests;

//! What a run came across, and what a batch of runs must have come across.

use std::collections::BTreeMap;

/// What kind of thing is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A refusal that a witness gave.
    Refusal,
    /// A branch of the vote rule, as the table of the witness machine names it.
    Branch,
    /// A fault that had something to break.
    Fault,
    /// What a cheat did.
    Cheat,
    /// An invariant that was evaluated with something at stake.
    Invariant,
    /// An order that was certified, by purpose, and what else customers did.
    Deed,
    /// A run, by the size of its first committee.
    Committee,
}

/// Counters that add up over runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<(Group, &'static str), u64>);

impl Coverage {
    /// Counts one more.
    pub fn hit(&mut self, group: Group, name: &'static str) {
        *self.0.entry((group, name)).or_default() += 1;
    }

    /// Adds another run's.
    pub fn merge(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(*key).or_default() += count;
        }
    }

    /// All counters.
    pub fn iter(&self) -> impl Iterator<Item = (Group, &'static str, u64)> {
        self.0.iter().map(|((group, name), count)| (*group, *name, *count))
    }

    /// How often something was hit.
    pub fn count(&self, group: Group, name: &str) -> u64 {
        self.0.get(&(group, name)).copied().unwrap_or_default()
    }

    /// What a batch of 2,000 seeds must have hit and did not.
    pub fn missing(&self) -> Vec<(Group, &'static str)> {
        required().filter(|(group, name)| self.count(*group, name) == 0).collect()
    }
}

/// What a batch of 2,000 seeds must hit.
pub fn required() -> impl Iterator<Item = (Group, &'static str)> {
    let of = |group: Group, names: &'static [&'static str]| names.iter().map(move |name| (group, *name));
    of(Group::Refusal, REFUSALS)
        .chain(of(Group::Branch, BRANCHES))
        .chain(of(Group::Fault, FAULTS))
        .chain(of(Group::Cheat, CHEATS))
        .chain(of(Group::Deed, DEEDS))
        .chain(of(Group::Committee, COMMITTEES))
        .chain(crate::outcome::Invariant::ALL.iter().map(|invariant| (Group::Invariant, invariant.name())))
}

/// The sizes of the first committee, from 1.
pub const COMMITTEES: &[&str] = &[
    "1 witness",
    "2 witnesses",
    "3 witnesses",
    "4 witnesses",
    "5 witnesses",
    "6 witnesses",
    "7 witnesses",
    "8 witnesses",
    "9 witnesses",
    "10 witnesses",
    "11 witnesses",
    "12 witnesses",
    "13 witnesses",
];
/// Every refusal that the machines give.
pub const REFUSALS: &[&str] = &[
    "bad certificate",
    "bad encoding",
    "bad signature",
    "charter behind",
    "charter expired",
    "clock skew",
    "closed",
    "coin unknown",
    "conflict",
    "conflict, certified",
    "invalid",
    "limit exceeded",
    "limit exceeded: ballots",
    "limit exceeded: points",
    "limit exceeded: vouchers",
    "no column",
    "not voting: retired",
    "not voting: starting",
    "other federation",
    "rollover behind",
    "storage failed",
    "unknown",
];
/// Every branch that at most f traitors can reach. A certificate of a dead or contested order needs more of them; that a witness
/// retires for a head that it is shown while it runs, not at its start, comes in one run of a thousand.
pub const BRANCHES: &[&str] = &[
    "certificate kept by the own witness alone",
    "certificate: certified already",
    "certificate: unknown order",
    "certificate: unknown order, coin held",
    "certificate: voted",
    "certified: served as stored",
    "closing statement: signed",
    "closing statement: too few clocks agree",
    "earlier log: closed by its statement",
    "earlier log: read",
    "heard of the own witness",
    "inquiry: proves a fork",
    "inquiry: proves nothing",
    "inquiry: refused",
    "move: not yet",
    "move: written down",
    "retires: log rolled back",
    "retires: restored copy",
    "retires: vote forgotten",
    "vote: again",
    "vote: again, makes the quorum full",
    "vote: asked by the own gateway",
    "vote: bound and voted",
    "vote: certified already",
    "vote: dead",
    "vote: makes the quorum full",
    "vote: refused",
];
/// Every kind of fault.
pub const FAULTS: &[&str] = &[
    "clock jumps",
    "clock set back behind a keyset's end",
    "commit of several writes cut: none is there",
    "commit on disk, nobody told",
    "cut off",
    "disk full",
    "marked copy restored",
    "message late",
    "message lost",
    "message repeated",
    "node crashed",
    "unmarked copy restored",
    "unsynced commits lost",
    "wallet dies after writing",
    "wallet dies unwritten",
];
/// Everything that a cheat can do.
pub const CHEATS: &[&str] = &[
    "conspirator evaluates for its own",
    "conspirator evaluates for nobody else",
    "conspirators pay with coins that they exchange",
    "conspirators show liars both orders",
    "customer invents a coin",
    "customer races a coin",
    "customer shows foreign columns",
    "customer shows stale columns",
    "customer shows too few columns",
    "customer swaps one coin for two",
    "customer takes out more than they put in",
    "spoiled evaluation noticed",
    "store alters an order",
    "store copies a customer's outputs",
    "store issues to itself",
    "store leaves witnesses out",
    "store mixes columns",
    "store replays",
    "store sends rubbish",
    "store signs two bodies",
    "store splits the witnesses",
    "store spoils a relayed answer",
    "store spoils evaluations",
    "store tells a wallet what is not so",
    "store withholds a question",
    "store withholds an order",
    "witness denies that a coin is bound",
    "witness evaluates with other keys",
    "witness forgets",
    "witness forks its log",
    "witness hides its bucket",
    "witness is silent",
    "witness overstates prefixes",
    "witness refuses without reason",
    "witness shows entries that it never signed",
    "witness shows two histories",
    "witness signs wrongly",
    "witness votes twice",
    "witness votes unasked",
];
/// What honest people get done.
pub const DEEDS: &[&str] = &[
    "bad bucket refused",
    "bucket asked for",
    "carried on for its store",
    "came back",
    "came after its keyset's end",
    "coin asked about",
    "completed from found votes",
    "donate",
    "earn",
    "move",
    "order found in a bucket",
    "order proven dead",
    "pledge",
    "redeem",
    "restored from seed",
    "search cut off",
    "search ended",
    "swap",
    "vote",
];

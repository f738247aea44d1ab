//! Which run a seed stands for.

mod deck;
mod histories;
mod plot;
mod rollover;
mod words;

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    federation::{Federation, MAX_N},
    luck::Luck,
    ops::Op,
};
use deck::Deck;

/// A whole run, before it is run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Where all chance comes from, but for that of the ops.
    pub seed: u64,
    /// How many witnesses; f is the most that so many bear.
    pub n: u8,
    /// How many witnesses a later keyset has, which points move into; 0 if there is none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub later: u8,
    /// Whether whoever loses a wallet has its words alone, and searches; if not, they are handed what is theirs.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub words: bool,
    /// Which faults and cheats are on.
    pub swarm: Swarm,
    /// What happens, by time.
    pub ops: Vec<Op>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, n = {}, {:?}", self.seed, self.n, self.swarm)?;
        self.ops.iter().try_for_each(|op| writeln!(f, "{op}"))
    }
}

/// What is on in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swarm {
    /// Honest customers.
    pub wallets: u8,
    /// Dishonest ones, numbered after the honest ones.
    pub crooks: u8,
    /// Least delay of a message, in milliseconds.
    pub delay: u16,
    /// So much more at most.
    pub jitter: u16,
    /// Messages lost, in a thousand.
    pub drops: u16,
    /// Requests that come twice, in a thousand.
    pub repeats: u16,
    /// Messages that come much later, in a thousand.
    pub late: u16,
    /// Milliseconds until a commit is on disk.
    pub sync: u16,
    /// Times a wallet's program dies in the middle of a step, in a thousand.
    pub wallet_crashes: u16,
    /// Clocks that drift: most, in parts per thousand.
    pub drift: u16,
    /// Witnesses that lie; never more than f, with those of `restorable`.
    pub traitors: Vec<Traitor>,
    /// Stores that cheat, by number from 0.
    pub cheats: Vec<Cheat>,
    /// Witnesses that may go on from an old copy, and whether that copy is marked.
    pub restorable: Vec<Restorable>,
}

/// A witness that lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traitor {
    /// Which, by index.
    pub index: u8,
    /// How.
    pub lie: Lie,
}

/// How a witness lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lie {
    /// Votes for everything, whatever it voted for before.
    Equivocates,
    /// Does not answer some.
    Silent,
    /// Evaluates with other keys.
    OtherKeys,
    /// Shows different logs to different peers.
    Forks,
    /// Forgets what it knew, again and again.
    Forgets,
    /// Refuses what is in order, with whatever reason.
    Refuses,
    /// Signs what does not verify.
    Spoils,
    /// Votes for whatever cheating customers and stores bring, and evaluates for them alone.
    Plots,
    /// Has two histories of its log, each of them consistent, and shows one or the other.
    TwoHistories,
}

/// A store that cheats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cheat {
    /// Which, from 0.
    pub store: u8,
    /// How, besides what ops have it do.
    pub way: Way,
}

/// How a store cheats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Only when an op says so.
    Asked,
    /// Takes orders and does nothing.
    Withholds,
    /// Spoils what it hands to wallets.
    Spoils,
    /// Shows orders to some witnesses only.
    Halves,
    /// Swaps the columns that it was given.
    Mixes,
    /// Changes orders that it was given.
    Alters,
    /// Issues to what customers blinded, before their order is certified.
    Copies,
}

/// A witness that may go on from an old copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restorable {
    /// Which, by index.
    pub index: u8,
    /// Whether the copy says that it is one.
    pub marked: bool,
}

/// The plan of a seed.
pub fn plan(seed: u64) -> Plan {
    let mut luck = Luck::new(seed, 0);
    let drawn = committee(&mut luck);
    let n = rare_committee(seed).unwrap_or(drawn);
    let swarm = swarm(&mut luck, n);
    let count = if n <= 4 { 8 + luck.below(14) } else { 4 + luck.below(8) };
    let mut deck = Deck { stores: Federation::of(n).stores() as u64, swarm: &swarm, at: 2_000, luck: luck.child() };
    // A customer needs points before anything else.
    let mut ops: Vec<Op> = (0..u64::from(swarm.wallets + swarm.crooks)).map(|wallet| deck.first_earn(wallet)).collect();
    for _ in 0..count {
        deck.pass_time();
        deck.deal(&mut ops);
    }
    deck.deal_rare(&mut ops);
    ops.sort_by_key(|op| op.at);
    let mut plan = Plan { seed, n, later: 0, words: false, swarm, ops };
    rollover::add(&mut plan);
    words::add(&mut plan);
    plot::add(&mut plan);
    histories::add(&mut plan);
    plan
}

/// In one run of 256 a committee of each large size in turn, so that every batch of 2,000 has all of them.
fn rare_committee(seed: u64) -> Option<u8> {
    let sizes = u64::from(MAX_N - 7);
    (seed % 256 == 255).then(|| 8 + u8::try_from(seed / 256 % sizes).unwrap_or(0))
}

/// Small committees often, large ones seldom.
fn committee(luck: &mut Luck) -> u8 {
    match luck.below(100) {
        0..20 => 1,
        20..26 => 2,
        26..42 => 3,
        42..86 => 4,
        86..90 => 5,
        90..92 => 6,
        92..97 => 7,
        97..99 => 10,
        _ => 8 + u8::try_from(luck.below(6)).unwrap_or(0),
    }
}

fn swarm(luck: &mut Luck, n: u8) -> Swarm {
    let mut some = |most: u64, chance: u16| {
        let drawn = luck.below(most) + 1;
        if luck.permille(chance) { u16::try_from(drawn).unwrap_or(0) } else { 0 }
    };
    let mut swarm = Swarm {
        delay: 5,
        jitter: 10 + some(400, 500),
        drops: some(200, 400),
        repeats: some(300, 400),
        late: some(100, 300),
        sync: 1 + some(60, 500),
        wallet_crashes: some(150, 300),
        drift: some(40, 300),
        ..Swarm::default()
    };
    swarm.wallets = 1 + u8::try_from(luck.below(3)).unwrap_or(0);
    swarm.crooks = u8::from(luck.permille(500));
    cast_witnesses(luck, n, &mut swarm);
    if luck.permille(450) {
        let stores = Federation::of(n).stores();
        let ways =
            [Way::Asked, Way::Asked, Way::Withholds, Way::Spoils, Way::Halves, Way::Mixes, Way::Alters, Way::Copies];
        for _ in 0..=luck.below(2) {
            let store = u8::try_from(luck.place(stores)).unwrap_or(0);
            let way = ways[luck.place(ways.len())];
            // One at least is honest: somebody has to bring the orders.
            if swarm.cheats.iter().all(|cheat| cheat.store != store) && swarm.cheats.len() + 1 < stores {
                swarm.cheats.push(Cheat { store, way });
            }
        }
    }
    swarm
}

/// Traitors and old copies together: at most f that could vote twice, and q witnesses that go on voting.
fn cast_witnesses(luck: &mut Luck, n: u8, swarm: &mut Swarm) {
    let quorum = Federation::of(n).keyset().quorum();
    let lies = [Lie::Equivocates, Lie::Silent, Lie::OtherKeys, Lie::Forks, Lie::Forgets, Lie::Refuses, Lie::Spoils];
    let mut left: Vec<u8> = (0..n).collect();
    let mut bad = 0;
    if luck.permille(600) {
        let plotting = luck.permille(400).then_some(lies[luck.place(lies.len())]);
        while bad < quorum.faults() {
            let index = left.remove(luck.place(left.len()));
            if luck.permille(350) {
                swarm.restorable.push(Restorable { index, marked: luck.permille(300) });
            } else {
                let lie = plotting.unwrap_or(lies[luck.place(lies.len())]);
                swarm.traitors.push(Traitor { index, lie });
            }
            bad += 1;
        }
    }
    // A marked copy never votes: it costs no safety, only a voice.
    if bad < quorum.witnesses() - quorum.votes() && luck.permille(350) {
        let index = left.remove(luck.place(left.len()));
        swarm.restorable.push(Restorable { index, marked: true });
    }
}

//! Which fault begins when and lasts how long: decided by the seed alone.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use super::chance::Chance;
use super::relay::weather::Weather;

/// Faults of one lane follow one another; those of different lanes overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    Network,
    Processes,
    Attacks,
    /// A database that is replaced by an older copy.
    Backup,
}

pub const LANES: [Lane; 4] = [Lane::Network, Lane::Processes, Lane::Attacks, Lane::Backup];

/// What goes wrong. Nodes are named by their place, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Datagrams are lost, late, doubled, spoiled.
    Weather(Weather),
    /// Nothing passes in these directions.
    Cut(BTreeSet<(usize, usize)>, &'static str),
    /// HTTP calls break, so many in a thousand.
    Breaking(u64),
    /// kill -9; started again at the end.
    Kill(Vec<usize>),
    /// SIGSTOP, then SIGCONT.
    Stop(Vec<usize>),
    /// No byte is left where the database is.
    DiskFull(usize),
    /// The clock is off by so many seconds.
    Clock(usize, i64),
    /// The database is copied at the beginning, and the copy put in its place at the end.
    OldDatabase(usize),
    /// Datagrams without meaning, as fast as they can be sent.
    Rubbish(usize),
    /// Datagrams that were sent before, from many sources.
    Replay(usize),
    /// HTTP connections that say half a sentence and wait.
    Connections(usize),
    /// HTTP heads and bodies without end.
    Huge(usize),
    /// A node whose key the others' charter does not list dials in.
    Stranger,
}

/// A fault with its time, counted from the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub lane: Lane,
    pub start: Duration,
    pub length: Duration,
    pub fault: Fault,
}

/// The longest that a fault lasts.
const LONGEST: Duration = Duration::from_secs(30);
/// A fault and the pause after it, on the average, where there is time.
const SLOT: Duration = Duration::from_secs(25);

/// The schedule of a run with `nodes` nodes, the last of which has a small disk.
pub fn plan(seed: u64, total: Duration, nodes: usize) -> Vec<Planned> {
    let mut chance = Chance::new(seed, "schedule");
    let mut all = Vec::new();
    // Not the node with the small disk, which may be full when the copy is put back.
    let restored = chance.place(nodes - 1);
    for lane in [Lane::Network, Lane::Processes, Lane::Attacks] {
        let mut waiting: Vec<Fault> = Vec::new();
        let kinds = faults(lane, nodes, &mut chance).len();
        let slots = kinds.max(usize::try_from(total.as_millis() / SLOT.as_millis()).unwrap_or(kinds));
        let slot = total / u32::try_from(slots).unwrap_or(u32::MAX);
        let mut number = 0;
        while number < slots {
            if waiting.is_empty() {
                waiting = faults(lane, nodes, &mut chance);
                chance.shuffle(&mut waiting);
            }
            let Some(fault) = waiting.pop() else { break };
            let part = |per_mille: u64| slot * u32::try_from(per_mille).unwrap_or(0) / 1000;
            let start = slot * u32::try_from(number).unwrap_or(0) + part(chance.below(200));
            let length = part(chance.between(400, 750)).min(LONGEST);
            number += 1;
            // Others' patience ends after some time: what answers nobody does so for the longest, where there is time.
            let long =
                matches!(fault, Fault::Stop(_)) && start + LONGEST < slot * u32::try_from(number + 1).unwrap_or(0);
            if long && number < slots {
                all.push(Planned { lane, start, length: LONGEST, fault });
                number += 1;
            } else {
                all.push(Planned { lane, start, length, fault });
            }
        }
    }
    let (start, length) = (total / 4, total * 2 / 5);
    all.push(Planned { lane: Lane::Backup, start, length, fault: Fault::OldDatabase(restored) });
    all.sort_by_key(|planned| (planned.start, planned.lane));
    all
}

/// One fault of every kind of a lane.
fn faults(lane: Lane, nodes: usize, chance: &mut Chance) -> Vec<Fault> {
    let some = |chance: &mut Chance, count: usize| {
        let mut places: Vec<usize> = (0..nodes).collect();
        chance.shuffle(&mut places);
        places.truncate(count);
        places
    };
    match lane {
        Lane::Network => {
            let few = some(chance, 2);
            let half = some(chance, nodes / 2);
            vec![
                Fault::Weather(storm(chance)),
                Fault::Weather(storm(chance)),
                Fault::Cut(few.first().zip(few.last()).map(|(a, b)| (*a, *b)).into_iter().collect(), "one way"),
                Fault::Cut(between(&some(chance, 1), nodes), "one node alone"),
                Fault::Cut(between(&half, nodes), "two halves"),
                Fault::Breaking(chance.between(50, 300)),
            ]
        }
        Lane::Processes => {
            let ahead = i64::try_from(chance.between(3_600, 90_000)).unwrap_or(0);
            let near = i64::try_from(chance.between(60, 540)).unwrap_or(0);
            vec![
                Fault::Kill(some(chance, 1)),
                Fault::Kill(some(chance, 2)),
                Fault::Kill(some(chance, nodes)),
                Fault::Stop(some(chance, 1)),
                Fault::Stop(some(chance, 2)),
                Fault::DiskFull(nodes - 1),
                Fault::Clock(chance.place(nodes), if chance.happens(500) { ahead } else { -ahead }),
                Fault::Clock(chance.place(nodes), if chance.happens(500) { near } else { -near }),
            ]
        }
        Lane::Attacks => vec![
            Fault::Rubbish(chance.place(nodes)),
            Fault::Replay(chance.place(nodes)),
            Fault::Connections(chance.place(nodes)),
            Fault::Huge(chance.place(nodes)),
            Fault::Stranger,
        ],
        Lane::Backup => Vec::new(),
    }
}

fn storm(chance: &mut Chance) -> Weather {
    let least = chance.below(20);
    Weather {
        least,
        most: least + chance.below(60),
        lost: chance.below(150),
        late: chance.below(200),
        twice: chance.below(200),
        spoiled: chance.below(100),
    }
}

/// All directions between some nodes and the others.
fn between(some: &[usize], nodes: usize) -> BTreeSet<(usize, usize)> {
    let others = || (0..nodes).filter(|other| !some.contains(other));
    some.iter().flat_map(|one| others().flat_map(|other| [(*one, other), (other, *one)])).collect()
}

impl Fault {
    /// What kind it is, for the closing table.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Weather(_) => "bad weather",
            Self::Cut(_, name) => name,
            Self::Breaking(_) => "HTTP calls break",
            Self::Kill(nodes) if nodes.len() > 2 => "kill -9 of all nodes",
            Self::Kill(_) => "kill -9",
            Self::Stop(_) => "SIGSTOP",
            Self::DiskFull(_) => "disk full",
            Self::Clock(..) => "clock wrong",
            Self::OldDatabase(_) => "old database",
            Self::Rubbish(_) => "flood of rubbish",
            Self::Replay(_) => "flood of old datagrams",
            Self::Connections(_) => "flood of connections",
            Self::Huge(_) => "huge requests",
            Self::Stranger => "stranger dials in",
        }
    }
}

/// Nodes as people count them.
pub fn numbers(places: &[usize]) -> String {
    places.iter().map(|place| (place + 1).to_string()).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weather(weather) => write!(f, "bad weather ({weather})"),
            Self::Cut(ways, name) => {
                let mut from: Vec<usize> = ways.iter().map(|(from, _)| *from).collect();
                from.dedup();
                write!(f, "cut: {name} (from {})", numbers(&from))
            }
            Self::Breaking(rate) => write!(f, "{}.{} % of HTTP calls break", rate / 10, rate % 10),
            Self::Kill(nodes) => write!(f, "kill -9 of {}", numbers(nodes)),
            Self::Stop(nodes) => write!(f, "SIGSTOP of {}", numbers(nodes)),
            Self::Clock(node, off) => write!(f, "clock of {} off by {off:+} s", node + 1),
            Self::OldDatabase(node) => write!(f, "old database for {}", node + 1),
            Self::DiskFull(node)
            | Self::Rubbish(node)
            | Self::Replay(node)
            | Self::Connections(node)
            | Self::Huge(node) => write!(f, "{} at {}", self.kind(), node + 1),
            Self::Stranger => f.write_str(self.kind()),
        }
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.start.as_secs_f64(), (self.start + self.length).as_secs_f64());
        write!(f, "{start:6.1} to {end:6.1} s  {}", self.fault)
    }
}

#[cfg(test)]
mod tests;

//! The network: who can hear whom, and when what arrives.

use crate::{clock::Millis, luck::Luck, plan::Swarm};

/// Somebody with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A store's node, from 0.
    Node(usize),
    /// A customer's wallet, from 0.
    Wallet(usize),
}

/// What becomes of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// Delays after which it arrives, once for each time that it does.
    pub arrives: Vec<Millis>,
    /// It met a cut or a partition.
    pub cut: bool,
    /// It was dropped.
    pub dropped: bool,
    /// It comes much later than others.
    pub late: bool,
}

/// Cuts and partitions in force.
#[derive(Clone, Debug, Default)]
pub struct Network {
    cuts: Vec<(u64, Cut)>,
    count: u64,
    calm: bool,
}

/// What is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nodes on one side from those on the other; one bit per node.
    Sides(u16),
    /// One node's messages to another.
    OneWay(usize, usize),
}

impl Network {
    /// Begins a cut; the number ends it.
    pub fn cut(&mut self, cut: Cut) -> u64 {
        self.count += 1;
        self.cuts.push((self.count, cut));
        self.count
    }

    /// Ends a cut.
    pub fn mend(&mut self, number: u64) {
        self.cuts.retain(|(known, _)| *known != number);
    }

    /// From now on everything arrives, soon.
    pub fn calm(&mut self) {
        self.cuts.clear();
        self.calm = true;
    }

    /// Whether nothing gets through now.
    pub fn is_cut(&self, from: End, to: End) -> bool {
        let (End::Node(from), End::Node(to)) = (from, to) else { return false };
        let side = |mask: u16, node: usize| mask >> (node % 16) & 1;
        from != to
            && self.cuts.iter().any(|(_, cut)| match cut {
                Cut::Sides(mask) => side(*mask, from) != side(*mask, to),
                Cut::OneWay(a, b) => (*a, *b) == (from, to),
            })
    }

    /// Decides a message's fate. A node that speaks to itself loses nothing.
    pub fn fate(&self, swarm: &Swarm, from: End, to: End, luck: &mut Luck) -> Fate {
        let mut fate = Fate::default();
        if from == to {
            fate.arrives.push(0);
            return fate;
        }
        let delay = u64::from(swarm.delay) + luck.below(u64::from(if self.calm { 2 } else { swarm.jitter.max(1) }));
        if self.calm {
            fate.arrives.push(delay);
            return fate;
        }
        if self.is_cut(from, to) {
            fate.cut = true;
            return fate;
        }
        if luck.permille(swarm.drops) {
            fate.dropped = true;
            return fate;
        }
        fate.late = luck.permille(swarm.late);
        fate.arrives.push(if fate.late { delay + 1_000 + luck.below(30_000) } else { delay });
        if luck.permille(swarm.repeats) {
            fate.arrives.push(delay + luck.below(5_000));
        }
        fate
    }
}

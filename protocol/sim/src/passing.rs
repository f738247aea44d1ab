//! Claims about who keeps what: columns and secrets pass through, and nobody has them in the end.

use ronde_protocol::{
    machine::witness::record::View,
    message::{codec::encode, ids::OrderDigest},
};

use crate::{federation::KEYSET, outcome::Invariant, world::World};

/// What to look for in bytes: so many places are looked at that most have to be told at once.
struct Wanted<'w> {
    all: &'w std::collections::BTreeSet<[u8; 32]>,
    first: Vec<bool>,
}

impl<'w> Wanted<'w> {
    fn new(all: &'w std::collections::BTreeSet<[u8; 32]>) -> Self {
        let mut first = vec![false; 1 << 16];
        all.iter().for_each(|bytes| first[place(bytes)] = true);
        Self { all, first }
    }

    /// Whether any of it stands in these bytes.
    fn is_in(&self, bytes: &[u8]) -> bool {
        let windows = bytes.windows(32).filter_map(|window| <&[u8; 32]>::try_from(window).ok());
        windows.filter(|window| self.first[place(window)]).any(|window| self.all.contains(window))
    }
}

fn place(bytes: &[u8; 32]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

impl World<'_> {
    /// No honest witness has a column on its disk. No honest store has one, but with orders that it still carries, nor the
    /// secret of a grant.
    pub fn check_passing(&mut self) {
        let passing = core::mem::take(&mut self.shown.passing);
        let wanted = Wanted::new(&passing);
        for node in 0..self.nodes.len() {
            if self.nodes[node].is_honest_witness() && self.is_in_ledger(node, &wanted) {
                self.fail(Invariant::NothingStays, format!("witness {node} keeps a column"));
            }
            if self.nodes[node].is_honest() {
                self.stake(Invariant::NothingStays);
                let mut kept = self.nodes[node].disk.durable().kept();
                let found = kept.find(|(_, bytes)| wanted.is_in(bytes)).map(|(key, _)| *key);
                drop(kept);
                if let Some(key) = found {
                    self.fail(Invariant::NothingStays, format!("store {node} keeps a column or a secret: {key:?}"));
                }
            }
        }
        self.shown.passing = passing;
        self.check_dead_are_forgotten();
    }

    fn is_in_ledger(&self, node: usize, wanted: &Wanted<'_>) -> bool {
        let ledger = &self.nodes[node].disk.durable().ledger;
        let records = self.ledger.orders().filter_map(|(digest, _)| ledger.order(KEYSET, digest).ok().flatten());
        ledger.log().iter().any(|entry| wanted.is_in(&encode(entry)))
            || records.into_iter().any(|record| wanted.is_in(&encode(&record)))
            || ledger.evidence().iter().any(|evidence| wanted.is_in(&encode(evidence)))
    }

    /// Where every witness answers, no honest store carries an order, and its columns, that a certificate has killed: not in
    /// the last round only, since then the store may not have asked.
    fn check_dead_are_forgotten(&mut self) {
        if self.news || self.nodes.iter().any(|node| node.index.is_some() && node.fallen) || !self.is_lively() {
            return;
        }
        for node in (0..self.nodes.len()).filter(|node| self.nodes[*node].is_honest()).collect::<Vec<_>>() {
            let opened = self.nodes[node].disk.durable().opened();
            let dead = |digest: &OrderDigest| {
                let rival = self.ledger.known(digest).and_then(|known| self.ledger.rival(&known.order, digest));
                rival.is_some_and(|rival| self.is_known_to_honest(&rival))
            };
            if let Some(digest) = opened.into_iter().find(dead) {
                self.fail(Invariant::NothingStays, format!("store {node} still carries {digest}, which is dead"));
            }
        }
    }
}

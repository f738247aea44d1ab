//! What people, faults and cheats do in a run: a list of small, plain steps.
//!
//! Numbers of stores and wallets are taken modulo how many there are, and an op that finds nothing to do does nothing,
//! so that every list of ops is a plan.

use core::fmt;

use serde::{Deserialize, Serialize};

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Op {
    /// When, in milliseconds of virtual time.
    pub at: u64,
    /// All chance in what it starts comes from here.
    pub seed: u64,
    /// What.
    pub act: Act,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// A till grants points, and the customer claims them after a while.
    Earn {
        /// Who claims.
        wallet: u8,
        /// Who grants.
        store: u8,
        /// How many.
        points: u16,
        /// With a ballot.
        ballot: bool,
        /// So many vouchers.
        vouchers: u8,
        /// Seconds until it is claimed.
        wait: u32,
        /// How.
        manner: Manner,
    },
    /// Two wallets hold one grant's link.
    Shared {
        /// One.
        wallet: u8,
        /// The other.
        other: u8,
        /// Who grants.
        store: u8,
        /// How many.
        points: u16,
    },
    /// A till opens a checkout, and the customer pays.
    Pay {
        /// Who pays.
        wallet: u8,
        /// Who is paid.
        store: u8,
        /// Who relays the order.
        via: u8,
        /// Points asked for.
        points: u16,
        /// With so many vouchers.
        vouchers: u8,
        /// How.
        manner: Manner,
    },
    /// The customer merges coins.
    Swap {
        /// Who.
        wallet: u8,
        /// Through which store.
        via: u8,
    },
    /// The customer moves coins of one denomination into the later keyset, if there is one.
    Move {
        /// Who.
        wallet: u8,
        /// Through which store.
        via: u8,
    },
    /// The customer gives points away.
    Donate {
        /// Who.
        wallet: u8,
        /// Through which store.
        via: u8,
        /// How many.
        points: u16,
    },
    /// The customer casts a ballot.
    Cast {
        /// Who.
        wallet: u8,
        /// Through which store.
        via: u8,
        /// For what.
        choice: u8,
    },
    /// A store gives points to an association.
    Pledge {
        /// Who.
        store: u8,
        /// How many.
        points: u16,
    },
    /// The customer comes back and completes what is open.
    Resume {
        /// Who.
        wallet: u8,
        /// At which store.
        via: u8,
    },
    /// The customer loses the device and begins anew from the seed.
    Restore {
        /// Who.
        wallet: u8,
    },
    /// The wallet's program dies, and its disk forgets what was not synced.
    CrashWallet {
        /// Whose.
        wallet: u8,
    },
    /// The store's newest checkout is withdrawn by its till.
    Cancel {
        /// Whose.
        store: u8,
    },
    /// A node dies and comes back.
    Crash {
        /// Which.
        store: u8,
        /// Milliseconds until it starts again.
        down: u32,
    },
    /// A node dies while one of its next commits is on its way to the disk, and comes back.
    CrashWriting {
        /// Which.
        store: u8,
        /// So many commits go well first.
        commits: u8,
        /// Milliseconds until it starts again.
        down: u32,
    },
    /// Nodes of one side do not hear those of the other.
    Partition {
        /// One bit per store: which side.
        side: u16,
        /// Milliseconds.
        lasts: u32,
    },
    /// What one node sends another is lost; the other way works.
    Cut {
        /// Who sends.
        from: u8,
        /// Who does not hear it.
        to: u8,
        /// Milliseconds.
        lasts: u32,
    },
    /// A node's clock jumps.
    Jump {
        /// Whose.
        store: u8,
        /// Seconds.
        by: i32,
        /// Milliseconds until it is set right.
        lasts: u32,
    },
    /// A node's disk is full.
    Full {
        /// Whose.
        store: u8,
        /// Milliseconds until there is room again.
        lasts: u32,
    },
    /// Somebody copies a node's database.
    Backup {
        /// Whose.
        store: u8,
    },
    /// A node goes on from its copy, if it may (see [`crate::plan::Swarm::restorable`]).
    Rollback {
        /// Which.
        store: u8,
    },
    /// A dishonest customer signs two orders over one coin.
    Race {
        /// Who.
        wallet: u8,
        /// Who relays the one.
        via: u8,
        /// Who relays the other.
        other: u8,
        /// How many points are paid.
        points: u16,
    },
    /// A dishonest customer pays a dishonest store with coins that they have exchanged at another, while the liars vote for
    /// both orders.
    Plot {
        /// Who.
        wallet: u8,
        /// The store that is paid.
        store: u8,
        /// The store that is asked for the exchange.
        other: u8,
        /// How many points are paid.
        points: u16,
    },
    /// A dishonest customer spends with columns that are not the coins'.
    Columns {
        /// Who.
        wallet: u8,
        /// Through which store.
        via: u8,
        /// Whose columns.
        wrong: WrongColumns,
    },
    /// A dishonest customer makes points of nothing.
    Forge {
        /// Who.
        wallet: u8,
        /// Through which store.
        via: u8,
        /// How.
        what: Forgery,
    },
    /// A dishonest store sends out what no rule allows.
    Rubbish {
        /// Which.
        store: u8,
        /// What.
        what: Rubbish,
    },
    /// A dishonest store signs two orders under one reference and shows them to different witnesses.
    TwoBodies {
        /// Which.
        store: u8,
        /// Which dishonest customer gets the coins.
        wallet: u8,
        /// How many points in each.
        points: u16,
    },
    /// A dishonest store issues to itself, beyond its limit.
    OverIssue {
        /// Which.
        store: u8,
        /// Which dishonest customer gets the coins.
        wallet: u8,
        /// So many times a fifth of its limit.
        times: u8,
    },
    /// A dishonest store sends all that it ever sent once more.
    Replay {
        /// Which.
        store: u8,
    },
}

/// What a customer is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Manner {
    /// Waits for the answer.
    Patient,
    /// Gives up soon and tries at another store.
    Impatient,
    /// Taps twice.
    Twice,
    /// Sends once, and goes away until they come back.
    Leaves,
}

/// Whose columns a cheat shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WrongColumns {
    /// Each witness gets another's.
    Foreign,
    /// Those of coins spent before.
    Stale,
    /// None but one.
    Few,
}

/// How a cheat makes points of nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Forgery {
    /// Spends a coin that nobody evaluated.
    Coin,
    /// Pays, and takes out more than they put in.
    Payment,
    /// Swaps one coin for two.
    Swap,
}

/// What a dishonest store sends out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rubbish {
    /// An order of another federation.
    Federation,
    /// An order that names an association that nobody knows.
    Unknown,
    /// An order of a keyset that nobody knows.
    Keyset,
    /// Two outputs of one element.
    Unsorted,
    /// Points that come from nowhere.
    Balance,
    /// Another store's signature.
    Signature,
    /// An order of tomorrow.
    Tomorrow,
    /// A certificate with one vote repeated.
    Certificate,
    /// No column.
    NoColumn,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.3} s  {:?}", (self.at as f64) / 1000.0, self.act)
    }
}

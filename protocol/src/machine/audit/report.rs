//! What an audit says.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{exhibit::Exhibit, ledger::Log};
use crate::{
    machine::books::{Account, Statement},
    message::{
        amount::Points,
        charter::Keyset,
        class::Kind,
        ids::{CampaignId, KeysetId, OfferId, OrderDigest, StoreId, WitnessIndex},
    },
};

/// All that was found out about one keyset.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which.
    pub keyset: KeysetId,
    /// What became of each witness's log, by index.
    pub logs: Vec<(WitnessIndex, LogState)>,
    /// Witnesses of which a log was read that is the one of their closing statement.
    pub closed: BTreeSet<WitnessIndex>,
    /// Whether the logs read are enough to say anything of the whole.
    pub coverage: Coverage,
    /// Different orders with a valid certificate.
    pub orders: u64,
    /// Different orders that some witness says it voted for.
    pub voted: u64,
    /// Coins made and spent, by kind.
    pub classes: BTreeMap<Kind, ClassBalance>,
    /// Where the points came from and went.
    pub value: Value,
    /// Points that came from each earlier keyset.
    pub moved_from: BTreeMap<KeysetId, i128>,
    /// Points that went to each later keyset.
    pub moved_to: BTreeMap<KeysetId, i128>,
    /// Every account's flows.
    pub accounts: BTreeMap<Account, Statement>,
    /// Votes counted by campaign and choice.
    pub tallies: BTreeMap<(CampaignId, u8), u64>,
    /// Claims that do not hold.
    pub breaches: Vec<Breach>,
    /// Who signed what no honest party signs.
    pub findings: Vec<Finding>,
    /// What is worth a look.
    pub notes: Vec<Note>,
}

/// What became of a witness's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogState {
    /// Read: it has so many entries.
    Read(u64),
    /// Handed over, but worth nothing. Whose fault that is can't be said.
    Refused(LogFault),
    /// Not handed over.
    Missing,
}

/// Why a log is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// The head is not signed by a witness of the keyset.
    #[error("its head is not signed by the witness")]
    Unsigned,
    /// Not as many entries as the head says.
    #[error("it has {found} entries where its head says {expected}")]
    Length {
        /// Entries at hand.
        found: u64,
        /// The head's size.
        expected: u64,
    },
    /// The entries do not hash to the head.
    #[error("its entries do not hash to its signed head")]
    Root,
}

/// How many of the committee's logs were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All n.
    All,
    /// At least n - f: whatever was certified and evaluated is among them.
    Enough,
    /// Fewer: a claim that seems to hold may not.
    TooFew,
}

/// Coins of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassBalance {
    /// Certified outputs.
    pub made: u64,
    /// Certified inputs.
    pub spent: u64,
}

/// Points since the keyset began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// By Earn.
    pub issued: i128,
    /// From other keysets, by Swap.
    pub moved_in: i128,
    /// By Redeem.
    pub redeemed: i128,
    /// By Donate. Pledges never enter.
    pub donated: i128,
    /// To other keysets, by Swap.
    pub moved_out: i128,
    /// What the coins not yet spent are worth: counted coin by coin.
    pub float: i128,
}

impl Value {
    /// What the float must be: issued + moved in - redeemed - donated - moved out.
    pub fn expected(&self) -> i128 {
        [self.moved_in, -self.redeemed, -self.donated, -self.moved_out]
            .into_iter()
            .fold(self.issued, i128::saturating_add)
    }
}

/// A claim of design section 6 or 8 that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Two certified orders share a coin or a reference: more than f witnesses cheated.
    TwoCertificates {
        /// One.
        first: OrderDigest,
        /// The other.
        second: OrderDigest,
    },
    /// More coins of a kind were spent than were made: somebody forged some.
    Forged {
        /// Of which kind.
        kind: Kind,
        /// How many were made and spent.
        balance: ClassBalance,
    },
    /// The coins not yet spent are not worth what the books say.
    Float {
        /// Counted coin by coin.
        coins: i128,
        /// By the books.
        books: i128,
    },
    /// The positions of all accounts do not sum to zero.
    Positions {
        /// Their sum.
        sum: i128,
    },
    /// The books exceed 64 bits.
    Overflow,
    /// Another keyset's logs show an order of this one certified that no log of this one knows: whoever voted for it did
    /// not write it down, and more than f witnesses cheated.
    Unlogged {
        /// Which.
        order: OrderDigest,
    },
    /// More points came from an earlier keyset than that had.
    Moved {
        /// The earlier keyset.
        from: KeysetId,
        /// Points that came, by the logs of the later one.
        came: i128,
        /// Points that could, by the logs of the earlier one.
        left: i128,
    },
}

/// Somebody who cheated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Culprit {
    /// A witness.
    Witness(KeysetId, WitnessIndex),
    /// A store.
    Store(StoreId),
}

/// What somebody did that no honest party does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Offence {
    /// Two votes for conflicting orders, and no certificate that freed the first.
    #[error("voted for two orders that conflict, and nothing had freed the first")]
    DoubleVote,
    /// A vote for an order that conflicts with one whose certificate stood in its log before.
    #[error("voted against an order that its own log held as certified")]
    VoteAgainstCertificate,
    /// Two heads of which neither extends the other.
    #[error("showed two logs that do not extend one another")]
    Fork,
    /// A signed evaluation whose proof is wrong.
    #[error("signed an evaluation whose proof is wrong")]
    BadEvaluation,
    /// An entry of its log claims a certificate that is none.
    #[error("wrote into its log a certificate that is none")]
    BadCertificate,
    /// An entry of its log is a vote for an order that breaks a rule or that nobody signed.
    #[error("logged a vote for an order that breaks a rule or that its owner did not sign")]
    BadVote,
    /// Its vote is in the certificate of an order that breaks a rule.
    #[error("voted for an order that breaks a rule")]
    BadOrder,
    /// A store signed two bodies under one reference.
    #[error("signed two orders under one reference")]
    TwoBodies,
    /// A closing statement, and a head or another statement that it rules out.
    #[error("said that its log was closed, and signed another")]
    Reopened,
}

impl Offence {
    /// A word for scripts, as in the specification's table.
    pub fn code(self) -> &'static str {
        match self {
            Self::DoubleVote => "double-vote",
            Self::VoteAgainstCertificate => "vote-against-certificate",
            Self::Fork => "fork",
            Self::BadEvaluation => "bad-evaluation",
            Self::BadCertificate => "bad-certificate",
            Self::BadVote => "bad-vote",
            Self::BadOrder => "bad-order",
            Self::TwoBodies => "two-bodies",
            Self::Reopened => "reopened",
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing that the accused could still show changes it.
    Proven,
    /// The evidence holds; but the log at hand ends before what it is about, and a certificate in a newer one, of an
    /// order that freed the first vote, would clear the accused.
    ToAnswer,
}

/// Who did what, and what proves it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Everybody whom the exhibit convicts.
    pub culprits: Vec<Culprit>,
    /// Of what.
    pub offence: Offence,
    /// How sure that is.
    pub standing: Standing,
    /// What proves it, however long the log is.
    pub exhibit: Exhibit,
}

/// Worth a look; nobody is accused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A witness's closing statement is of more entries than the log at hand has.
    ClosedFurther(WitnessIndex),
    /// An order names what this charter does not know: it was not judged.
    CharterBehind(OrderDigest),
    /// A store's signature does not verify under its key of today. The key may have been changed since.
    StoreKey(StoreId, OrderDigest),
    /// More points on grants and pledges of one day than (n-f)/(q-f) daily limits. Grants may be claimed on later
    /// days, and a limit may have been lowered.
    DailyLimit {
        /// Who issued.
        store: StoreId,
        /// Days since 1970.
        day: u64,
        /// How many.
        points: Points,
        /// The charter's limit of today.
        limit: Points,
    },
    /// More ballots than (n-f)/(q-f) caps.
    Ballots {
        /// Who issued.
        store: StoreId,
        /// Of which campaign.
        campaign: CampaignId,
        /// How many.
        count: u64,
        /// The charter's cap of today.
        cap: u64,
    },
    /// More vouchers than (n-f)/(q-f) caps.
    Vouchers {
        /// Who issued.
        store: StoreId,
        /// Of which offer.
        offer: OfferId,
        /// How many.
        count: u64,
        /// The charter's cap of today.
        cap: u64,
    },
}

/// An audit in a word; the later, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every log was read and every claim holds.
    Well,
    /// What could be checked holds; a log is missing or something needs a look.
    Partly,
    /// Fewer than n - f logs: nothing can be said of the whole.
    TooFew,
    /// A claim does not hold, or somebody cheated.
    Wrong,
}

impl Report {
    pub(super) fn new(keyset: &Keyset, states: &BTreeMap<WitnessIndex, LogState>, read: &[Log]) -> Self {
        let logs: Vec<(WitnessIndex, LogState)> = keyset
            .members()
            .iter()
            .map(|member| (member.index(), states.get(&member.index()).copied().unwrap_or(LogState::Missing)))
            .collect();
        let with_log = |index: &WitnessIndex| read.iter().any(|log| log.head.index == *index);
        let count = logs.iter().filter(|(index, _)| with_log(index)).count();
        let coverage = if count == keyset.quorum().witnesses() {
            Coverage::All
        } else if count >= keyset.quorum().honest() {
            Coverage::Enough
        } else {
            Coverage::TooFew
        };
        Self {
            keyset: keyset.id(),
            logs,
            closed: BTreeSet::new(),
            coverage,
            orders: 0,
            voted: 0,
            classes: BTreeMap::new(),
            value: Value::default(),
            moved_from: BTreeMap::new(),
            moved_to: BTreeMap::new(),
            accounts: BTreeMap::new(),
            tallies: BTreeMap::new(),
            breaches: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The whole in a word (BOOKS-23).
    pub fn verdict(&self) -> Verdict {
        if !self.breaches.is_empty() || !self.findings.is_empty() {
            return Verdict::Wrong;
        }
        let refused = self.logs.iter().any(|(_, state)| !matches!(state, LogState::Read(_)));
        match self.coverage {
            Coverage::TooFew => Verdict::TooFew,
            Coverage::All if !refused && self.notes.is_empty() => Verdict::Well,
            Coverage::All | Coverage::Enough => Verdict::Partly,
        }
    }

    /// Everybody who is named, each once.
    pub fn culprits(&self) -> Vec<Culprit> {
        let mut all: Vec<Culprit> = self.findings.iter().flat_map(|finding| finding.culprits.iter().copied()).collect();
        all.sort();
        all.dedup();
        all
    }
}

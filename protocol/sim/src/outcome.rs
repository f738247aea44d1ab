//! What a run found.

use crate::coverage::Coverage;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The first claim that did not hold.
    pub failure: Option<Failure>,
    /// What the run came across.
    pub coverage: Coverage,
    /// BLAKE3 over every line of the trace: the same plan has the same digest.
    pub digest: [u8; 32],
}

/// A claim that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub invariant: Invariant,
    /// At which event of the run.
    pub step: usize,
    /// What was found.
    pub says: String,
}

macro_rules! invariants {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// One per claim.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Invariant {
            $($(#[$doc])* $name),+
        }

        impl Invariant {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name)),+
                }
            }
        }
    };
}

invariants! {
    /// Safety: no two certificates over one coin or reference.
    OneCertificate,
    /// A vote is not out before what it binds is on disk.
    VoteOnDisk,
    /// An honest witness votes for one order per coin, unless a certificate freed it.
    OneVote,
    /// An evaluation is out only with a certificate, as it is on disk, and the same each time.
    EvaluationOnDisk,
    /// What is certified passed every rule, and somebody who owns it signed.
    GoodOrder,
    /// Value: per class, coins with q valid components are no more than certified outputs.
    NoForgedCoin,
    /// Value: per class, certified outputs are no fewer than certified inputs.
    NoNegativeClass,
    /// Value: what the books and audits say was issued, redeemed, donated and moved is what certified orders did, and leaves
    /// as much as the coins that are left; no more of any class are in wallets.
    ValueAddsUp,
    /// Value: where nobody cheats, waits, or lost a wallet, every coin that was made and not spent is in a wallet.
    EveryCoinIsFound,
    /// Each ballot that was cast is counted once, by all honest witnesses and audits alike.
    TalliesAgree,
    /// Rollover: a move is written down once by each witness of the later keyset, certified by the earlier one.
    MovedOnce,
    /// Rollover: no more moves than what the logs that were read leave in the earlier keyset.
    MovesAreBounded,
    /// Closing: an honest witness signs its statement when enough other clocks say so too, and adds nothing after it.
    ClosesTogether,
    /// Closing: by the honest witnesses' closing statements what was certified is, and its coins are spent.
    ClosedLogsAgree,
    /// Closing: what was certified to move before the end of its keyset comes after it.
    MovesOutliveTheirKeyset,
    /// Liveness: whatever an honest wallet signed is completed.
    HonestOrdersComplete,
    /// Nothing of an honest wallet is lost: it holds what its certified orders left it.
    NothingLost,
    /// An honest wallet that began anew with its words alone found whatever is left of the lost ones.
    WordsAreEnough,
    /// An honest wallet's order is never killed.
    HonestNeverKilled,
    /// Limits: no witness votes a store beyond its limit of a day, and together they certify less than twice as much.
    Limits,
    /// A store within its limit is not refused.
    NoEarlyLimit,
    /// Framing: evidence and audits name cheats only.
    NobodyFramed,
    /// The votes of an honest witness convict it of nothing.
    VotesClear,
    /// Whoever retired had lost its state.
    NoFalseRetirement,
    /// No witness votes before enough peers answered its start, nor once it can know that its state was lost;
    /// whoever holds a certificate with a vote that it forgot has retired.
    LostStateVotesNoMore,
    /// A witness that retired still writes certificates down.
    RetiredServes,
    /// No honest witness votes after redeem-until by its clock.
    NoLateVote,
    /// What an honest witness holds a coin for is an order that lives.
    LocksOfTheLiving,
    /// An honest store signs one body under a reference, ever.
    OneBody,
    /// What a store calls dead has a certified rival.
    DeadIsDead,
    /// What an honest wallet takes for certified has q votes.
    TrueNews,
    /// An honest store carries a certificate until every witness has it.
    CertificatesReachAll,
    /// A store that reads on in a feed misses nothing that names it.
    FeedsAreWhole,
    /// Privacy: time, place and size of every coin that an honest wallet asks for are what every wallet's are.
    OrdersLookAlike,
    /// Privacy: all coins of an honest wallet's order are shown to the same witnesses, and each sees its own column alone.
    OneSetOfWitnesses,
    /// Privacy: an honest wallet sends an order or claim again in the same bytes, blinds no element twice, and shows no coin
    /// in two orders unless the first is dead.
    NothingToldTwice,
    /// Privacy: a search asks by no longer prefixes than honest witnesses say, whatever liars do.
    NoLongPrefix,
    /// In the end no witness keeps a column, and no store one of an order that is over, or the secret of a grant.
    NothingStays,
    /// Books sum to zero, and are the same at all honest nodes.
    BooksAgree,
    /// An accepted checkout has its certificate, and a certified payment has its effect.
    TillsAgree,
    /// A cheat that mattered left evidence.
    CheatsLeaveEvidence,
    /// A witness that was shown two histories of another's log, and read the longer to its end, can prove it.
    TwoHistoriesAreProven,
    /// The audit of n - f logs finds every claim true.
    AuditAgrees,
    /// The machines never contradict themselves.
    NoInconsistency,
}

//! The wallet: earns, pays, and completes what it signed (design sections 4 and 6, "What a wallet does").
//!
//! ```text
//! plan_claim ---> [claim]  --handle_claim_answer--+
//! pay, swap, donate, vote                         v
//!            ---> [signed] --handle_answer--> [certified] --q evaluations--> [completing] --all n--> done
//!                    |
//!                    +--handle_conflict: a verified certificate of a conflicting order--> dead, its coins freed
//! recover (an order that a lost wallet of the same seed made, its certificate) --> [recovered] --all n--> done
//! ```
//!
//! Every step changes the wallet and hands back a [`Sealed`](crate::machine::durable::Sealed) value: first write
//! [`Wallet::to_bytes`] to disk, then release it. A step that fails changes nothing. An order that was signed stays
//! until it is certified or proven dead, and is sent again in the very same bytes (WALLET-3).

mod answer;
mod claim;
mod error;
mod find;
mod missing;
mod moving;
mod payments;
mod probe;
mod prove;
mod recover;
mod refund;
mod search;
mod select;
mod spend;
mod split;
mod state;
mod stored;
mod turns;
mod view;

pub use answer::Settled;
pub use claim::{ClaimRequest, ClaimedOrder, GrantTerms};
pub use error::WalletError;
pub use moving::{Expiring, PlannedMove, told_by};
pub use payments::{Fate, UnansweredPayment};
pub use probe::{HalfDone, Probed, Unbound, Verdict, judge};
pub use recover::Recovered;
pub use refund::RefundRequest;
pub use search::{Asking, Question, Search, Searched, agreed_length};
pub use spend::Payment;
pub use split::canonical_split;
pub use state::{
    Coin, Link, OpenOrder, Outcome, Place, Record, Task, VoucherCount, Wallet, WalletBook, WalletFileError,
};
pub use turns::Turns;
pub use view::{Balance, KeysetBalance, PendingView, Stage, VoucherBalance};

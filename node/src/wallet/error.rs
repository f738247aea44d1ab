//! What can go wrong between a wallet, its disk and the stores.

use std::path::{Path, PathBuf};

use ronde_protocol::machine::wallet::{WalletError, WalletFileError};
use ronde_protocol::message::codec::BadEncoding;
use ronde_protocol::message::ids::{FederationId, OrderDigest, StoreId};
use ronde_protocol::message::offer::OfferError;
use ronde_protocol::message::order::{Purpose, Seconds};
use ronde_protocol::message::text::Text;

use crate::charter_store::CharterStoreError;
use crate::date::rfc3339;
use crate::entropy::EntropyError;
use crate::secret_file::SecretFileError;

/// A problem as RFC 9457 describes it, as a store sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The stable code, such as `grant-claimed`.
    pub code: String,
    /// In the store's words.
    pub detail: String,
    /// Whether the store says that trying again helps.
    pub retryable: bool,
    /// The conflicting order, as base64, if the problem is one.
    pub conflict: Option<String>,
}

/// What is wrong with an answer that came.
#[derive(Debug, thiserror::Error)]
pub enum BadAnswer {
    /// No JSON, or not of the shape that was asked for.
    #[error("its answer is not what was asked for")]
    Shape(#[source] serde_json::Error),
    /// No base64.
    #[error("a part of its answer is not base64")]
    Base64(#[from] base64::DecodeError),
    /// No message of the protocol.
    #[error("a part of its answer is not canonical: {0}")]
    Encoding(#[from] BadEncoding),
    /// A name or address that can't be kept.
    #[error("a name in its answer is too long or can't be shown")]
    Text,
    /// A status that does not go with the question.
    #[error("it answered with HTTP status {0}, which does not go with the question")]
    Status(u16),
    /// A word that is none of those that are known.
    #[error("it named a state that this program does not know: update ronde")]
    State,
    /// It runs a version that keeps the order's body to itself.
    #[error("it knows the order, and did not show it")]
    NoOrder,
    /// It answered about something else.
    #[error("it answered about another order, grant or checkout")]
    OtherSubject,
}

/// The order that has the coins, certified and checked against the charter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentBy {
    /// Which.
    pub digest: OrderDigest,
    /// Which coins went and came, and why.
    pub purpose: Purpose,
    /// Name of the store that was paid, if it was a payment.
    pub store: Option<Text>,
    /// The order's own time, in seconds since 1970.
    pub time: Seconds,
    /// Witnesses whose votes are on the certificate.
    pub votes: usize,
}

impl std::fmt::Display for SpentBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code: String = self.digest.to_string().chars().take(8).collect();
        write!(f, "these coins were spent already, by order {code}")?;
        match (&self.store, &self.purpose) {
            (Some(store), _) => write!(f, " at {store}")?,
            (None, Purpose::Donate { .. }) => write!(f, " as a gift")?,
            (None, _) => {}
        }
        write!(f, ", {} (its certificate of {} votes was checked)", rfc3339(self.time), self.votes)
    }
}

/// Why a wallet's command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// What became of a coin is not known.
    #[error("only {answered} of the {needed} witnesses needed say what became of a coin")]
    Unclear {
        /// How many.
        answered: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A lost wallet's order holds a coin, and this wallet lacks what it takes to complete it.
    #[error(
        "a coin is held by order {0} of a lost wallet, which this wallet can't complete: it lacks one of its coins"
    )]
    HalfDone(OrderDigest),
    /// The stores did not answer all that was asked.
    #[error("too few witnesses answer to search for what was done with these words")]
    SearchCutOff,
    /// A secret file is missing, too open, or in the way.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
    /// The operating system refused.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        #[source]
        source: std::io::Error,
    },
    /// There is no wallet.
    #[error("there is no wallet in {}", .0.display())]
    NoWallet(PathBuf),
    /// There is one already.
    #[error("there is a wallet in {} already", .0.display())]
    Exists(PathBuf),
    /// Another command is using it.
    #[error("the wallet in {} is in use by another command", .0.display())]
    InUse(PathBuf),
    /// The identity needs a passphrase, and nobody is there to type it.
    #[error("the wallet is protected by a passphrase, and none was given")]
    PassphraseNeeded,
    /// Two different passphrases were typed.
    #[error("the two passphrases are not the same")]
    PassphraseMismatch,
    /// The passphrase is wrong, or a file is damaged.
    #[error("{} can't be opened: the passphrase is wrong, or the file is damaged", .0.display())]
    CannotDecrypt(PathBuf),
    /// The passphrase's file asks for more work than is done.
    #[error(
        "{} is locked so that a guess at its passphrase takes 2^{work} steps of scrypt, and no more than 2^{most} are done \
         here: memory might not be enough", path.display()
    )]
    TooMuchWork {
        /// The identity's file.
        path: PathBuf,
        /// What it asks for, as a power of two.
        work: u8,
        /// What is done at most.
        most: u8,
    },
    /// `age` refused to encrypt.
    #[error("the wallet can't be encrypted: {0}")]
    CannotEncrypt(#[from] age::EncryptError),
    /// The identity file holds no age identity.
    #[error("{} does not hold an age identity", .0.display())]
    NoIdentity(PathBuf),
    /// What was decrypted is no wallet.
    #[error("the wallet file was decrypted, but is no wallet: {0}")]
    Content(#[from] WalletFileError),
    /// The 24 words are none.
    #[error("these are not 24 words of a wallet: {0}")]
    Words(#[from] bip39::Error),
    /// The file is no text.
    #[error("{} does not hold 24 words", .0.display())]
    NoWords(PathBuf),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A charter that does not follow the one this wallet holds.
    #[error(transparent)]
    Charter(#[from] CharterStoreError),
    /// The store shows the charter of another federation.
    #[error("the charter shown by {node} is of federation {found}, not {expected}")]
    OtherFederation {
        /// Who showed it.
        node: String,
        /// Whose it is.
        found: FederationId,
        /// The wallet's.
        expected: FederationId,
    },
    /// Two stores show different charters of one version.
    #[error("{first} and {second} show different charters")]
    TwoCharters {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A link that is none of ours.
    #[error("this is not a link that a till of Ronde shows")]
    NotALink,
    /// A link or address of no store.
    #[error("{0} is not an address of any store in this federation's charter")]
    NotAStore(String),
    /// The checkout is another store's than its address.
    #[error("the link is of store {expected}, but what it leads to is of store {found}")]
    OtherStore {
        /// By the address.
        expected: StoreId,
        /// By the grant or offer.
        found: StoreId,
    },
    /// The offer is not the store's.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// By the clock of the store that owes a refund other keysets are open than by this one.
    #[error("this machine's clock is wrong: it shows {}, and the shop's shows {}", rfc3339(*here), rfc3339(*there))]
    WrongClock {
        /// By this machine's.
        here: Seconds,
        /// By the store's.
        there: Seconds,
    },
    /// No store of the charter has an address for wallets.
    #[error("no store in the charter has an address for wallets")]
    NoAddress,
    /// No store that was asked knows the order.
    #[error("no store that answered knows order {0}")]
    UnknownOrder(OrderDigest),
    /// There is nobody to ask for an order.
    #[error("no keyset of the charter has witnesses that still show orders")]
    NoKeysetServed,
    /// The store could not be reached.
    #[error("{node} did not answer: {source}")]
    Unreachable {
        /// Which.
        node: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The store refused.
    #[error("{node} refused: {}", problem.detail)]
    Refused {
        /// Which.
        node: String,
        /// Why.
        problem: Problem,
    },
    /// The store's answer can't be used.
    #[error("{node} is at fault: {source}")]
    BadAnswer {
        /// Which.
        node: String,
        /// What is wrong with it.
        #[source]
        source: BadAnswer,
    },
    /// The wallet itself says no.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// Another order over the same coins was certified; its certificate was checked.
    #[error("{0}")]
    Spent(Box<SpentBy>),
}

impl Trouble {
    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}

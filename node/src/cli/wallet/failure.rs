//! A wallet's troubles as people need to hear them: what happened, whose fault, what to do.

use ronde_protocol::machine::wallet::WalletError;
use ronde_protocol::message::amount::PointsOverflow;

use crate::cli::{Blame, Failure};
use crate::wallet::{Problem, Trouble};

const LATER: &str =
    "try again in a minute; `ronde wallet pending` shows what is open, `ronde wallet resume` completes it";

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        of(&trouble)
    }
}

impl From<PointsOverflow> for Failure {
    fn from(overflow: PointsOverflow) -> Self {
        wallet(&overflow.into())
    }
}

/// What opens the wallet's file is not at hand.
fn locked(trouble: &Trouble) -> (Blame, &'static str) {
    match trouble {
        Trouble::PassphraseNeeded => (Blame::You, "run it in a terminal, or set RONDE_WALLET_PASSPHRASE"),
        Trouble::PassphraseMismatch => (Blame::You, "type the same passphrase twice"),
        Trouble::CannotDecrypt(_) => {
            (Blame::You, "try the passphrase again; a damaged file must come back from its backup")
        }
        Trouble::TooMuchWork { .. } => (
            Blame::You,
            "on a machine with enough memory open it with the program `age` and lock it again, with less work: `age -d -o \
             plain.txt identity.txt`, then `age -p -o identity.txt plain.txt`, then delete plain.txt; or make the wallet \
             anew from its 24 words with `ronde wallet restore`",
        ),
        _ => (Blame::Machine, "restore identity.txt from its backup"),
    }
}

/// What to say of a trouble.
pub(super) fn of(trouble: &Trouble) -> Failure {
    let (blame, fix) = match trouble {
        Trouble::Unclear { .. } => (Blame::Nobody, "run `ronde wallet resume` later: nothing is lost by waiting"),
        Trouble::HalfDone(_) => (
            Blame::Nobody,
            "run `ronde wallet restore`, which looks for the other coins; a store that has the order may complete it",
        ),
        Trouble::SearchCutOff => (Blame::Nobody, "run `ronde wallet restore` again; what was found is kept"),
        Trouble::Refused { node, problem } => return refused(trouble, node, problem),
        Trouble::Wallet(error) => return wallet(error),
        Trouble::Secret(error) => return error.clone().into(),
        Trouble::Charter(error) => return error.clone().into(),
        Trouble::File { path, source } => return Failure::file(path, source),
        Trouble::NoWallet(_) => {
            (Blame::You, "make one with `ronde wallet new --node URL`, or name the right folder with --wallet")
        }
        Trouble::Exists(_) => (Blame::You, "name another folder with --wallet"),
        Trouble::InUse(_) => (Blame::Nobody, "wait for the other command to end, then try again"),
        Trouble::PassphraseNeeded
        | Trouble::PassphraseMismatch
        | Trouble::CannotDecrypt(_)
        | Trouble::TooMuchWork { .. }
        | Trouble::NoIdentity(_) => locked(trouble),
        Trouble::Content(_) => {
            (Blame::Machine, "update ronde; if it is up to date, restore wallet.age from its backup")
        }
        Trouble::CannotEncrypt(_) => (Blame::Program, "report it"),
        Trouble::Words(_) | Trouble::NoWords(_) => (Blame::You, "check the 24 words and their language (--words)"),
        Trouble::Entropy(_) => (Blame::Machine, "restart the machine, then try again"),
        Trouble::OtherFederation { node, .. } => (
            Blame::Store(node.clone()),
            "ask the shop for an address of your federation; a wallet holds the points of one federation only",
        ),
        Trouble::TwoCharters { .. } => {
            (Blame::Stewards, "use neither store, and tell the cooperative: one of them shows a false charter")
        }
        Trouble::NotALink => {
            (Blame::You, "copy the whole link from the till, in quotes: the part after the # belongs to it")
        }
        Trouble::NotAStore(_) => {
            (Blame::You, "don't follow this link: it may have been made to rob you; ask the shop to show it again")
        }
        Trouble::OtherStore { .. } | Trouble::Offer(_) => {
            (Blame::Store("that showed the link".to_owned()), "don't pay; ask the shop to show the link again")
        }
        Trouble::NoKeysetServed => (Blame::Stewards, "name the order's keyset with --keyset, or wait for a charter"),
        Trouble::UnknownOrder(_) => (
            Blame::You,
            "check the digest, all 64 digits, and the keyset if one was given: `ronde wallet history --json` of the \
             wallet that made the order has both",
        ),
        Trouble::WrongClock { .. } => (Blame::Machine, "set the clock, then run `ronde wallet resume`"),
        Trouble::NoAddress => (Blame::Stewards, "ask the cooperative for an address, and give it with --node"),
        Trouble::Unreachable { .. } => (Blame::Network, LATER),
        Trouble::BadAnswer { node, .. } => (Blame::Store(node.clone()), "go through another store with --node URL"),
        Trouble::Spent(_) => (
            Blame::You,
            "if you use this wallet on another device too, each needs its own; otherwise tell the cooperative",
        ),
    };
    let failure = Failure::new(trouble, blame, fix);
    match trouble {
        Trouble::Spent(_) => failure.with_code("coin-spent"),
        Trouble::Unreachable { .. } => failure.with_code("unreachable"),
        Trouble::UnknownOrder(_) => failure.with_code("order-unknown"),
        _ => failure,
    }
}

fn refused(trouble: &Trouble, node: &str, problem: &Problem) -> Failure {
    let store = || Blame::Store(node.to_owned());
    let (blame, fix) = match problem.code.as_str() {
        "grant-claimed" => (Blame::Nobody, "if it was not you who claimed it, ask at the till"),
        "grant-expired" => (Blame::Nobody, "ask at the till for a new one"),
        "checkout-taken" | "checkout-expired" | "checkout-cancelled" => (
            Blame::Nobody,
            "ask at the till to show a new link. If `ronde wallet pending` shows this payment, its points are held: \
             `ronde wallet resume` completes it all the same, and the shop then owes you a refund",
        ),
        "coin-spent" => (Blame::You, "if you use this wallet on another device too, each needs its own"),
        "order-conflict" => (
            Blame::You,
            "a copy of this wallet signed another order over the same coins: complete it there, then run \
             `ronde wallet resume` here",
        ),
        "limit-exceeded" => (
            store(),
            "the shop has reached its limit of today: claim again tomorrow with the same link; what comes back to you \
                 is claimed by `ronde wallet resume`",
        ),
        "charter-expired" => (Blame::Stewards, "wait for the cooperative's next charter; spending goes on meanwhile"),
        "keyset-closed" => (Blame::Nobody, "these coins can't be spent any more: ask the cooperative"),
        "clock-skew" => (
            store(),
            "the clock of the shop that made the grant is ahead of the witnesses', which is the shop's to mend (`ronde \
             status` there says by how much; `timedatectl set-ntp true`); then claim again with the same link",
        ),
        "not-found" => (Blame::You, "copy the whole link from the till, in quotes"),
        "order-invalid" | "bad-signature" | "bad-encoding" => {
            (Blame::Program, "update ronde, then `ronde wallet resume`")
        }
        "coin-unknown" => (store(), "go through another store: `ronde wallet resume --node URL`"),
        _ => (store(), LATER),
    };
    Failure::new(trouble, blame, fix).with_code(&problem.code)
}

fn wallet(error: &WalletError) -> Failure {
    let (blame, fix) = match error {
        WalletError::NotEnough { .. } => (
            Blame::Nobody,
            "pay fewer points with --points; `ronde wallet resume` may bring in points that are on their way",
        ),
        WalletError::OverMaximum { .. } | WalletError::OffStep { .. } => {
            (Blame::You, "choose another number with --points")
        }
        WalletError::OfferExpired(_) => (
            Blame::Nobody,
            "ask at the till to show a new link; if it was just made, this machine's clock is wrong: `timedatectl set-ntp true`",
        ),
        WalletError::AlreadyPaying(_) => (Blame::Nobody, "run `ronde wallet resume`, which completes it"),
        WalletError::AlreadyPaid | WalletError::AlreadyClaimed => {
            (Blame::Nobody, "nothing: see `ronde wallet history`")
        }
        WalletError::Searching => (Blame::Nobody, "run `ronde wallet restore`, which goes on with it"),
        WalletError::NotCertified(_) => (Blame::Nobody, "try again in a minute"),
        WalletError::NotOurs(_) => (
            Blame::You,
            "check the digest, and the words that this wallet was made of; it must have the --device of the wallet \
             that made the order, or one of the 15 after it",
        ),
        WalletError::VoucherAlone(_) => (
            Blame::Nobody,
            "pay with one voucher and no points (--points 0): it came back from the 24 words, and may have been spent \
             before; the rest takes a payment of its own",
        ),
        WalletError::NoVoucher(_) | WalletError::NoBallot(_) => {
            (Blame::Nobody, "see `ronde wallet balance` for what you have")
        }
        WalletError::NoSuchOffer(_) | WalletError::NoSuchChoice(_) | WalletError::NoSuchAssociation(_) => {
            (Blame::You, "check the number or name")
        }
        WalletError::TooManyCoins => (Blame::Nobody, "run `ronde wallet swap` first"),
        WalletError::Nothing => (Blame::You, "give a number of points above 0"),
        WalletError::NoOpenKeyset => (Blame::Stewards, "wait for the cooperative's next charter"),
        WalletError::NoSuchKeyset(_) => {
            (Blame::You, "check the keyset's number; if it is right, wait for the cooperative's next charter")
        }
        WalletError::OtherRefund { .. } => (
            Blame::Store("that was paid".to_owned()),
            "show the shop the payment's order code (`ronde wallet history`), and tell the cooperative",
        ),
        WalletError::TermsChanged | WalletError::OtherOrder(_) => {
            (Blame::Store("that made the grant".to_owned()), "ask at the till for a new one, and tell the cooperative")
        }
        WalletError::ForeignCoin | WalletError::OtherFederation => {
            (Blame::Machine, "restore the wallet's folder from its backup")
        }
        WalletError::Certificate(_)
        | WalletError::NoConflict
        | WalletError::StillOpen(_)
        | WalletError::NoSuchOrder(_)
        | WalletError::NoSuchClaim
        | WalletError::Overflow(_)
        | WalletError::Spend(_) => (Blame::Program, "run `ronde wallet resume`; if it happens again, report it"),
    };
    let failure = Failure::new(error, blame, fix);
    match code(error) {
        Some(code) => failure.with_code(code),
        None => failure,
    }
}

/// Of what a script may want to tell apart.
fn code(error: &WalletError) -> Option<&'static str> {
    match error {
        WalletError::NotEnough { .. } => Some("not-enough"),
        WalletError::AlreadyPaying(_) => Some("already-paying"),
        WalletError::AlreadyPaid => Some("already-paid"),
        WalletError::AlreadyClaimed => Some("already-claimed"),
        WalletError::NoVoucher(_) => Some("no-voucher"),
        WalletError::NoBallot(_) => Some("no-ballot"),
        WalletError::NotCertified(_) => Some("not-certified"),
        WalletError::NotOurs(_) => Some("not-ours"),
        WalletError::VoucherAlone(_) => Some("voucher-alone"),
        WalletError::Searching => Some("searching"),
        _ => None,
    }
}

pub(super) fn no_folder() -> Failure {
    Failure::new("there is no home folder to keep the wallet in", Blame::Machine, "name a folder with --wallet DIR")
}

pub(super) fn no_node() -> Failure {
    Failure::new("no store was named", Blame::You, "name any store of the federation with --node URL")
}

/// Words that another wallet was made of may have coins in use.
pub(super) fn no_device() -> Failure {
    Failure::new(
        "which wallet of these 24 words this is was not said",
        Blame::You,
        "give --device N, counted from 0, with a number that no wallet of these words had: 1 if there was one wallet",
    )
}

/// A name that is not in the charter, with those that are.
pub(super) fn unknown(kind: &str, wanted: &str, known: impl Iterator<Item = (u32, String)>) -> Failure {
    let known: Vec<String> = known.map(|(number, name)| format!("{number} {name}")).collect();
    let fix =
        if known.is_empty() { "there is none".to_owned() } else { format!("choose one of: {}", known.join(", ")) };
    Failure::new(format!("there is no {kind} {wanted:?}"), Blame::You, fix)
}

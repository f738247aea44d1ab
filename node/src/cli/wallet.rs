//! `ronde wallet`: a shopper's points, on this machine.
//!
//! Every answer as JSON (`--json`) has `ok`, and where an order was sent: `state` (`done`, `arriving`, `pending`),
//! `order` (its digest, or null), `points`, `balance` (points that can be spent now), `warnings` and `evidence`.

mod act;
mod baskets;
mod failure;
mod fresh;
mod recover;
mod refunds;
mod restore;
mod rollover;
mod say;
mod show;

use std::path::PathBuf;

use age::secrecy::SecretString;
use clap::{Args, Subcommand};
use ronde_protocol::message::ids::{FederationId, OrderDigest};

use super::{Context, Exit, Failure};
use crate::wallet::link::is_basket;
use crate::wallet::words::WordList;
use crate::wallet::{Session, Trouble};

/// Where a passphrase may be given without a prompt.
const PASSPHRASE: &str = "RONDE_WALLET_PASSPHRASE";

/// `ronde wallet`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ronde wallet new --node https://ronde.shop.example\n  ronde wallet claim \
                        'https://ronde.shop.example/g/6dK...#s3C...'\n  ronde wallet pay https://ronde.shop.example/c/9fQ...")]
pub struct WalletArgs {
    /// The wallet's folder [default: .ronde-wallet in your home folder]
    #[arg(long, global = true, env = "RONDE_WALLET", value_name = "DIR")]
    wallet: Option<PathBuf>,
    /// Go through this store (any store of the federation will do)
    #[arg(long, global = true, env = "RONDE_NODE", value_name = "URL")]
    node: Option<String>,
    #[command(subcommand)]
    command: WalletCommand,
}

#[derive(Debug, Subcommand)]
enum WalletCommand {
    /// Make a new wallet of the federation that a store (--node) belongs to
    New(NewArgs),
    /// What you have
    Balance,
    /// Take the points that a till granted, or that a basket earns, of which nothing is paid with points
    Claim {
        /// The link that the till shows, with all that follows the #
        link: String,
        /// How long to wait for the till to complete a basket, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        wait: u64,
    },
    /// Pay with points and vouchers at a till; of a basket, claim then what the rest earns
    Pay(PayArgs),
    /// Exchange many small coins for fewer of the same worth
    Swap {
        /// Exchange all of them, even if that makes none fewer, and recovered points that a voucher or ballot could be
        /// spent instead of
        #[arg(long)]
        renew: bool,
    },
    /// Give points to an association
    Give {
        /// Its number or name
        association: String,
        /// How many points
        points: u64,
    },
    /// Cast a ballot that came with a basket
    Vote {
        /// The campaign's number or name
        campaign: String,
        /// The choice by name, or by its place in the list, counted from 1
        choice: String,
    },
    /// Bring back the coins of an order that another wallet of the same 24 words made
    Recover {
        /// The order's digest, 64 hexadecimal digits: `ronde wallet history --json` shows it as `order`
        digest: OrderDigest,
        /// Its keyset [default: all whose witnesses still answer]
        #[arg(long, value_name = "K")]
        keyset: Option<u32>,
    },
    /// Bring back all that was done with your 24 words: into a new wallet (--words-file, --node), or into this one if its
    /// files came from a backup
    Restore(RestoreArgs),
    /// Ask the shops that you paid what became of it: what came too late, or could buy nothing, comes back
    Refunds {
        /// One payment, which another wallet of the same 24 words may have made: its digest, 64 hexadecimal digits
        order: Option<OrderDigest>,
        /// Its keyset [default: all]
        #[arg(long, value_name = "K", requires = "order")]
        keyset: Option<u32>,
    },
    /// What was done with this wallet
    History,
    /// Orders that are not done yet
    Pending,
    /// Complete what is not done yet, through any store
    Resume,
}

#[derive(Debug, Args)]
struct NewArgs {
    /// The federation's id, if you know it: 64 hexadecimal digits
    #[arg(long, value_name = "ID")]
    federation: Option<FederationId>,
    /// Protect the wallet by a passphrase (asked for, unless RONDE_WALLET_PASSPHRASE is set)
    #[arg(long)]
    passphrase: bool,
    /// Make it of the 24 words in this file, which nobody else may be able to read (mode 0600); needs --device
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// Which wallet of the same 24 words this is, counted from 0: each needs a number that none had before
    #[arg(long, value_name = "N")]
    device: Option<u32>,
    /// In which language the 24 words are
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE")]
    words: WordList,
}

#[derive(Debug, Args)]
struct RestoreArgs {
    /// A file with the 24 words, which nobody else may be able to read (mode 0600) [default: the wallet in --wallet]
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// In which language the 24 words are
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE")]
    words: WordList,
    /// The federation's id, if you know it: 64 hexadecimal digits
    #[arg(long, value_name = "ID")]
    federation: Option<FederationId>,
    /// Protect a new wallet by a passphrase (asked for, unless RONDE_WALLET_PASSPHRASE is set)
    #[arg(long)]
    passphrase: bool,
}

#[derive(Debug, Args)]
struct PayArgs {
    /// The link that the till shows
    link: String,
    /// How many points [default: as many as the till takes and you have]
    #[arg(long)]
    points: Option<u64>,
    /// Vouchers to pay with, by the number of their offer; twice for two of them
    #[arg(long, value_name = "OFFER", num_args = 1.., value_delimiter = ',')]
    vouchers: Vec<u32>,
    /// How long to wait for the till to complete a basket, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
}

/// Runs `ronde wallet`. Exit code 1 says that something is not decided yet, or needs a look.
///
/// # Errors
/// What kept it from being done.
pub fn run(args: WalletArgs, context: &Context) -> Result<Exit, Failure> {
    let folder = args.wallet.or_else(default_folder).ok_or_else(failure::no_folder)?;
    if let WalletCommand::New(new) = args.command {
        let node = args.node.ok_or_else(failure::no_node)?;
        return fresh::run(&folder, &node, &new, context);
    }
    if let WalletCommand::Restore(restore) = args.command {
        return restore::run(&folder, args.node.as_deref(), &restore, context);
    }
    let mut session = Session::open(&folder, args.node.as_deref(), passphrase)?;
    // What only looks at the wallet asks nobody; `resume` asks as part of what it tells.
    let goes_online = !matches!(
        args.command,
        WalletCommand::Balance | WalletCommand::History | WalletCommand::Pending | WalletCommand::Resume
    );
    let exit = command(args.command, &mut session, context)?;
    if goes_online {
        act::ask_last(&mut session, context);
    }
    Ok(exit)
}

fn command(command: WalletCommand, session: &mut Session, context: &Context) -> Result<Exit, Failure> {
    match command {
        WalletCommand::New(_) | WalletCommand::Restore(_) => Ok(Exit::Ok),
        WalletCommand::Balance => show::balance(session, context),
        WalletCommand::History => Ok(show::history(session, context)),
        WalletCommand::Pending => Ok(show::pending(session, context)),
        WalletCommand::Claim { link, wait } if is_basket(&link) => baskets::claim(session, &link, wait, context),
        WalletCommand::Claim { link, .. } => act::claim(session, &link, context),
        WalletCommand::Pay(pay) if is_basket(&pay.link) => baskets::pay(session, &pay, context),
        WalletCommand::Pay(pay) => act::pay(session, &pay, context),
        WalletCommand::Swap { renew } => act::swap(session, renew, context),
        WalletCommand::Give { association, points } => act::give(session, &association, points, context),
        WalletCommand::Vote { campaign, choice } => act::vote(session, &campaign, &choice, context),
        WalletCommand::Recover { digest, keyset } => recover::run(session, &digest, keyset, context),
        WalletCommand::Refunds { order, keyset } => refunds::run(session, order.as_ref(), keyset, context),
        WalletCommand::Resume => act::resume(session, context),
    }
}

fn default_folder() -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(".ronde-wallet"))
}

fn given_passphrase() -> Option<SecretString> {
    std::env::var(PASSPHRASE).ok().filter(|text| !text.is_empty()).map(SecretString::from)
}

/// From the environment, or typed.
fn passphrase() -> Result<SecretString, Trouble> {
    match given_passphrase() {
        Some(passphrase) => Ok(passphrase),
        None => typed("Passphrase of the wallet: "),
    }
}

fn typed(prompt: &str) -> Result<SecretString, Trouble> {
    use std::io::IsTerminal as _;
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::PassphraseNeeded);
    }
    let typed = rpassword::prompt_password(prompt).map_err(|_| Trouble::PassphraseNeeded)?;
    if typed.is_empty() { Err(Trouble::PassphraseNeeded) } else { Ok(SecretString::from(typed)) }
}

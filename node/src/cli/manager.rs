//! `ronde manager`: the password with which the shop's manager signs in.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Blame, ConfigFile, Context, Exit, Failure};
use crate::password::{self, MANAGER_HASH_FILE, PasswordError};

/// `ronde manager`
#[derive(Debug, Args)]
pub struct ManagerArgs {
    #[command(subcommand)]
    command: ManagerCommand,
}

#[derive(Debug, Subcommand)]
enum ManagerCommand {
    /// Set another password, at once; whoever is signed in has to sign in anew
    #[command(
        after_help = "Example:\n  ronde manager password --config store-1/ronde.toml\n\nWithout --file it makes a \
                            password and shows it once."
    )]
    Password(PasswordArgs),
}

#[derive(Debug, Args)]
struct PasswordArgs {
    /// A file of mode 0600 with the password, instead of one that is made here
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs `ronde manager`.
///
/// # Errors
/// A configuration or a password that can't be used, a disk that refuses.
pub fn run(args: ManagerArgs, context: &Context) -> Result<Exit, Failure> {
    let ManagerCommand::Password(args) = args.command;
    let config = args.config.load()?;
    let made = set(&config.seed_file.with_file_name(MANAGER_HASH_FILE), args.file.as_deref())?;
    let text = match &made {
        Some(password) => format!("The manager's password, shown this once: {}", password.as_str()),
        None => "The manager's password is the one in the file now; remove the file.".to_owned(),
    };
    context.say(text, &json!({ "ok": true, "manager_password": made.as_ref().map(|made| made.as_str()) }));
    Ok(Exit::Ok)
}

/// Sets the password of `chosen`, or a fresh one, which is given back to be shown.
pub(super) fn set(hash_file: &Path, chosen: Option<&Path>) -> Result<Option<Zeroizing<String>>, Failure> {
    if let Some(file) = chosen {
        password::set(hash_file, &password::chosen(file)?)?;
        return Ok(None);
    }
    let made = password::fresh()?;
    password::set(hash_file, &made)?;
    Ok(Some(made))
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::File(error) => error.into(),
            PasswordError::Entropy(error) => error.into(),
            PasswordError::Length | PasswordError::Text => Self::new(
                &error,
                Blame::You,
                "write a longer line into the file, or leave the option out: one is made then",
            ),
            PasswordError::Hash(_) => {
                Self::new(&error, Blame::Machine, "it takes 19 MiB of memory: end other programs")
            }
        }
    }
}

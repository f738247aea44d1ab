//! What every failed command says: what happened, whose fault it is, what to do.

use std::path::Path;

use serde_json::json;

use super::{Context, Exit};
use crate::charter_store::CharterStoreError;
use crate::config::ConfigError;
use crate::entropy::EntropyError;
use crate::secret_file::SecretFileError;

/// Whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame {
    /// What was typed, or a file that the user wrote.
    You,
    /// This machine: its disk, permissions, clock.
    Machine,
    /// The network between here and there.
    Network,
    /// The store node that was asked, by name or address.
    Store(String),
    /// A witness, by name.
    Witness(String),
    /// The stewards and their charter.
    Stewards,
    /// Nobody: it is how things stand (points that are not there, a checkout that is over).
    Nobody,
    /// This program.
    Program,
}

impl Blame {
    /// A word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::You => "you",
            Self::Machine => "machine",
            Self::Network => "network",
            Self::Store(_) => "store",
            Self::Witness(_) => "witness",
            Self::Stewards => "stewards",
            Self::Nobody => "nobody",
            Self::Program => "program",
        }
    }
}

impl std::fmt::Display for Blame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::You => write!(f, "what was typed or written here"),
            Self::Machine => write!(f, "this machine"),
            Self::Network => write!(f, "the network, not the other end nor this program"),
            Self::Store(name) => write!(f, "the store {name}"),
            Self::Witness(name) => write!(f, "the witness {name}"),
            Self::Stewards => write!(f, "whoever wrote or signed the charter"),
            Self::Nobody => write!(f, "nobody's: this is how things stand"),
            Self::Program => write!(f, "this program: please report it"),
        }
    }
}

/// Why a command failed.
#[derive(Clone, Debug)]
pub struct Failure {
    what: String,
    blame: Blame,
    fix: String,
    code: Option<String>,
    exit: Exit,
}

impl Failure {
    /// What happened, whose fault it is, what to do. The exit code is 2.
    pub fn new(what: impl ToString, blame: Blame, fix: impl Into<String>) -> Self {
        Self { what: what.to_string(), blame, fix: fix.into(), code: None, exit: Exit::Fail }
    }

    /// The same with a stable code for scripts, say that of a problem from the node.
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..self }
    }

    /// The same with another exit code.
    #[must_use]
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// A file that could not be read or written.
    #[must_use]
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            return Self::exists(path);
        }
        let fix = format!("check that {} exists and belongs to the user who runs this command", path.display());
        Self::new(format!("cannot use {}: {error}", path.display()), Blame::Machine, fix)
    }

    /// A new file whose name is taken: nothing is ever written over.
    #[must_use]
    pub fn exists(path: &Path) -> Self {
        let fix = "name a file that does not exist yet, or move that one away";
        Self::new(format!("{} exists already; it stays as it is", path.display()), Blame::You, fix)
    }

    /// How the process ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do.
    #[must_use]
    pub fn fix(&self) -> &str {
        &self.fix
    }

    /// For scripts.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        json!({ "what": self.what, "fault": self.blame.code(), "whose": self.blame.to_string(), "fix": self.fix, "code": self.code })
    }

    /// Three lines on standard error, or one object on standard output.
    pub fn print(&self, context: &Context) {
        if context.json {
            context.say("", &json!({ "ok": false, "error": self.to_json() }));
        } else {
            super::terminal::complain(&self.to_string());
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "failed: {}\nfault:  {}\nto do:  {}", self.what, self.blame, self.fix)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(&error, Blame::You, error.fix())
    }
}

impl From<SecretFileError> for Failure {
    fn from(error: SecretFileError) -> Self {
        let blame = match error {
            SecretFileError::Exists { .. } | SecretFileError::TooLong { .. } => Blame::You,
            SecretFileError::TooWide { .. } | SecretFileError::NotASeed { .. } | SecretFileError::File { .. } => {
                Blame::Machine
            }
        };
        Self::new(&error, blame, error.fix())
    }
}

impl From<CharterStoreError> for Failure {
    fn from(error: CharterStoreError) -> Self {
        let blame = match error {
            CharterStoreError::Empty { .. } | CharterStoreError::NotEmpty { .. } | CharterStoreError::Name { .. } => {
                Blame::You
            }
            CharterStoreError::Gap { .. } | CharterStoreError::Encoding { .. } | CharterStoreError::File { .. } => {
                Blame::Machine
            }
            CharterStoreError::Refused { .. } | CharterStoreError::Charter(_) => Blame::Stewards,
        };
        Self::new(&error, blame, error.fix())
    }
}

impl From<EntropyError> for Failure {
    fn from(error: EntropyError) -> Self {
        Self::new(&error, Blame::Machine, "restart the machine, then try again")
    }
}

//! What can be wrong with a configuration, and what to write instead.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of the file, counted from 1.
    Line(PathBuf, usize),
    /// An environment variable.
    Variable(String),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{}, line {line}", file.display()),
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::Default => write!(f, "the default"),
        }
    }
}

/// A configuration that can't be used: the fault of whoever wrote it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {}: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// It is no TOML.
    #[error("{origin}: not TOML: {message}")]
    Syntax {
        /// Where.
        origin: Box<Origin>,
        /// What the reader of TOML said.
        message: String,
    },
    /// A key that no setting has.
    #[error("{origin}: there is no setting `{key}`")]
    UnknownKey {
        /// Where.
        origin: Box<Origin>,
        /// As it was written, with its section.
        key: String,
        /// The setting that is spelt most alike.
        nearest: &'static str,
    },
    /// A `RONDE_*` variable that nothing reads.
    #[error("nothing reads the variable {name}")]
    UnknownVariable {
        /// As it is set.
        name: String,
        /// The variable that is spelt most alike.
        nearest: &'static str,
    },
    /// A value of the wrong type, or out of range.
    #[error("{origin}: `{key}` is {found}, but must be {expected}")]
    Value {
        /// Where.
        origin: Box<Origin>,
        /// The setting.
        key: &'static str,
        /// What was written.
        found: String,
        /// What can be.
        expected: &'static str,
        /// A value that would do, as TOML.
        example: &'static str,
    },
    /// A setting without a default that nobody set.
    #[error("{}: `{key}` is missing", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// The setting.
        key: &'static str,
        /// A value that would do, as TOML.
        example: &'static str,
    },
    /// A certificate without its key, or the reverse.
    #[error("{origin}: `{key}` is set without `{other}`")]
    HalfTls {
        /// Where.
        origin: Box<Origin>,
        /// The one.
        key: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A rule of the store that can't be meant so.
    #[error("{origin}: {what}")]
    Rule {
        /// Where.
        origin: Box<Origin>,
        /// What is wrong.
        what: String,
        /// What to write instead.
        fix: String,
    },
    /// Tokens and payments would cross a network in the clear.
    #[error("{origin}: `http.listen` is {listen}, which others can reach without encryption")]
    PlainHttp {
        /// Where.
        origin: Box<Origin>,
        /// The address.
        listen: SocketAddr,
    },
}

/// The section and the setting of a line, as far as these are names.
fn named(text: &str, line: usize) -> String {
    let above: Vec<&str> = text.lines().take(line).map(str::trim).collect();
    let is_name = |name: &&str| {
        let is_part = |letter: char| letter.is_ascii_lowercase() || matches!(letter, '_' | '.');
        !name.is_empty() && name.len() <= 40 && name.chars().all(is_part)
    };
    let section = |line: &&str| {
        let inner = line.strip_prefix('[')?.trim_start_matches('[').split(']').next()?;
        Some(inner.trim()).filter(is_name).map(str::to_owned)
    };
    let section = above.iter().rev().find_map(section).map(|name| format!(", section [{name}]")).unwrap_or_default();
    let key = above.last().and_then(|line| line.split_once('=')).map(|(key, _)| key.trim()).filter(is_name);
    section + &key.map(|key| format!(", `{key}`")).unwrap_or_default()
}

impl ConfigError {
    /// Where it is in the file of this text, for whoever is not to know what is written there: line, section and setting,
    /// and no value.
    #[must_use]
    pub fn place(&self, text: &str) -> String {
        match self {
            Self::Unreadable { .. } | Self::UnknownVariable { .. } => String::new(),
            Self::Missing { key, .. } => format!(", `{key}`"),
            Self::Syntax { origin, .. }
            | Self::UnknownKey { origin, .. }
            | Self::Value { origin, .. }
            | Self::HalfTls { origin, .. }
            | Self::Rule { origin, .. }
            | Self::PlainHttp { origin, .. } => match &**origin {
                Origin::Line(_, line) => format!(", line {line}{}", named(text, *line)),
                Origin::Variable(name) => format!(", the variable {name}"),
                Origin::Default => String::new(),
            },
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Unreadable { file, .. } => format!(
                "name the file with --config or RONDE_CONFIG, or make one with `ronde init` (looked for {})",
                file.display()
            ),
            Self::Syntax { .. } => "correct that line, then run `ronde config check`".to_owned(),
            Self::UnknownKey { key, nearest, .. } => format!("did you mean `{nearest}`? If not, remove `{key}`"),
            Self::UnknownVariable { name, nearest } => format!("did you mean {nearest}? If not, `unset {name}`"),
            Self::Value { origin, key, example, .. } => match &**origin {
                _ if example.starts_with('[') && example.ends_with("]]") => format!("write a line {example} above it"),
                Origin::Variable(name) => format!("set it like this: {name}={}", example.trim_matches('"')),
                Origin::Line(..) | Origin::Default => {
                    format!("write it like this: {} = {example}", key.rsplit('.').next().unwrap_or(key))
                }
            },
            Self::Missing { key, example, .. } => format!("add a line `{key} = {example}` at the top"),
            Self::HalfTls { other, .. } => {
                format!("add `{}` under [http] as well, or remove both", other.rsplit('.').next().unwrap_or(other))
            }
            Self::Rule { fix, .. } => fix.clone(),
            Self::PlainHttp { .. } => {
                "name a certificate and its key under [http]; or listen on 127.0.0.1; or put a proxy that \
                 speaks TLS in front and write `behind_proxy = true` there"
                    .to_owned()
            }
        }
    }
}

//! A node's configuration: one TOML file, with `RONDE_*` variables over it.
//!
//! Nothing is guessed: a key or a `RONDE_*` variable that no setting has is refused, with the nearest name. What the
//! federation has in common is not here but in the charter; secrets are not here but in files of mode 0600.

mod error;
mod fields;
mod raw;
mod rules;
mod settings;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ronde_protocol::message::ids::StoreId;

use crate::earning::Rules;
use crate::shop::Caps;

pub use error::{ConfigError, Origin};
pub use rules::{RULE_KEYS, RULE_SECTIONS, RuleKey};
pub use settings::{OTHER_PREFIXES, OTHER_VARIABLES, SETTINGS, Setting};

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "ronde.toml";

/// What a node is told about itself. Paths are resolved against the folder of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The file it was read from.
    pub file: PathBuf,
    /// This store's number in the charter.
    pub store: StoreId,
    /// The folder of the database, `ronde.sqlite` in it.
    pub data: PathBuf,
    /// The folder of the signed charters.
    pub charter: PathBuf,
    /// The file of the node's seed, 64 hexadecimal digits, mode 0600.
    pub seed_file: PathBuf,
    /// Bytes that must be free on the disk of the database for anything new to be promised.
    pub disk_floor: u64,
    /// Between nodes.
    pub quic: Quic,
    /// For tills and wallets.
    pub http: Http,
    /// How much may be given away.
    pub caps: Caps,
    /// What the node does by the clock.
    pub sync: Sync,
    /// For whoever watches the node.
    pub metrics: Metrics,
    /// What it says.
    pub log: Log,
    /// What baskets earn, and what the store gives of them: taken up without a restart.
    pub rules: Rules,
}

/// For whoever watches the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// The TCP address, on this machine alone; none to do without.
    pub listen: Option<SocketAddr>,
}

/// Between nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quic {
    /// The UDP address that a witness listens on; a store without an address in the charter only dials out.
    pub listen: SocketAddr,
}

/// For tills and wallets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// The TCP address.
    pub listen: SocketAddr,
    /// With what the node itself speaks TLS.
    pub tls: Option<Tls>,
    /// Whether something in front of the node speaks TLS. Without either only a loopback address is taken.
    pub behind_proxy: bool,
    /// Connections at one time. Behind a proxy all clients' are the proxy's.
    pub connections: usize,
}

/// The files that make HTTP into HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, and those that lead up to its root.
    pub certificate: PathBuf,
    /// Its private key.
    pub private_key: PathBuf,
}

/// What the node does by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync {
    /// Between two readings of each witness's feed of orders that name this store.
    pub feed: Duration,
    /// Between two pulls of each peer's log, by a witness.
    pub pull: Duration,
    /// How long a submitted order is waited for before the answer is *pending*; it goes on in the background.
    pub patience: Duration,
}

/// What the node says on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// The least important events that are still said.
    pub level: LogLevel,
    /// Lines for people or for machines.
    pub format: LogFormat,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Only what went wrong.
    Error,
    /// And what may.
    Warn,
    /// And what happened.
    Info,
    /// And how.
    Debug,
    /// And everything else.
    Trace,
}

/// How it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A line of text per event.
    Text,
    /// A JSON object per event.
    Json,
}

impl Config {
    /// Reads `file`, with the `RONDE_*` variables of `environment` over it.
    ///
    /// # Errors
    /// Any [`ConfigError`]; each names the file and line, or the variable, and what to write instead.
    pub fn load(file: &Path, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source: source.into() })?;
        Self::parse(file, &text, environment)
    }

    /// The same for a text that stands for `file`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(
        file: &Path,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let raw = raw::Raw::collect(file, text, environment)?;
        let config = Self {
            file: file.to_owned(),
            store: StoreId(raw.store()?),
            data: raw.path("data")?,
            charter: raw.path("charter")?,
            seed_file: raw.path("seed_file")?,
            disk_floor: raw.mebibytes("disk.floor_mib")?,
            quic: Quic { listen: raw.address("quic.listen")? },
            http: Http {
                listen: raw.address("http.listen")?,
                tls: tls(&raw)?,
                behind_proxy: raw.flag("http.behind_proxy")?,
                connections: raw.connections("http.connections")?,
            },
            caps: Caps {
                grant: raw.optional_points("caps.grant_points")?,
                till: raw.optional_points("caps.till_points")?,
                store: raw.optional_points("caps.store_points")?,
                goodwill: raw.optional_points("caps.goodwill_points")?,
            },
            sync: Sync {
                feed: raw.seconds("sync.feed_seconds")?,
                pull: raw.seconds("sync.pull_seconds")?,
                patience: raw.seconds("sync.patience_seconds")?,
            },
            metrics: Metrics { listen: raw.own_address("metrics.listen")? },
            log: Log {
                level: raw.choice("log.level", &LOG_LEVELS)?,
                format: raw.choice("log.format", &[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
            },
            rules: raw.rules.clone(),
        };
        // HTTP-2.
        if !config.http.listen.ip().is_loopback() && !config.http.is_private() {
            return Err(ConfigError::PlainHttp {
                origin: Box::new(raw.origin("http.listen")),
                listen: config.http.listen,
            });
        }
        Ok(config)
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join("ronde.sqlite")
    }
}

impl Http {
    /// Whether what passes between tills, wallets and this node is encrypted on its way.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.behind_proxy || self.tls.is_some()
    }

    /// Where this machine's own commands find the node.
    #[must_use]
    pub fn own_url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let mut address = self.listen;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("{scheme}://{address}")
    }
}

/// Both files, or neither.
fn tls(raw: &raw::Raw) -> Result<Option<Tls>, ConfigError> {
    let (certificate, private_key) = ("http.certificate", "http.private_key");
    let half = |key, other| Err(ConfigError::HalfTls { origin: Box::new(raw.origin(key)), key, other });
    match (raw.optional_path(certificate)?, raw.optional_path(private_key)?) {
        (Some(certificate), Some(private_key)) => Ok(Some(Tls { certificate, private_key })),
        (None, None) => Ok(None),
        (Some(_), None) => half(certificate, private_key),
        (None, Some(_)) => half(private_key, certificate),
    }
}

const LOG_LEVELS: [(&str, LogLevel); 5] = [
    ("error", LogLevel::Error),
    ("warn", LogLevel::Warn),
    ("info", LogLevel::Info),
    ("debug", LogLevel::Debug),
    ("trace", LogLevel::Trace),
];

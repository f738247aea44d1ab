//! Every setting there is: the one table that the file, the environment and the help are read by.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the file, with its section: `http.listen`.
    pub key: &'static str,
    /// The variable that goes over the file: `RONDE_HTTP_LISTEN`.
    pub variable: &'static str,
    /// What holds if nobody says anything; none if somebody must, or if nothing holds then.
    pub default: Option<&'static str>,
    /// An example of what can be written, as TOML.
    pub example: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// All of them.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "store",
        variable: "RONDE_STORE",
        default: None,
        example: "1",
        about: "this store's number in the charter",
    },
    Setting {
        key: "data",
        variable: "RONDE_DATA",
        default: Some("data"),
        example: "\"data\"",
        about: "folder of the database ronde.sqlite",
    },
    Setting {
        key: "charter",
        variable: "RONDE_CHARTER",
        default: Some("charter"),
        example: "\"charter\"",
        about: "folder of the signed charters 000001.charter, 000002.charter, ...",
    },
    Setting {
        key: "seed_file",
        variable: "RONDE_SEED_FILE",
        default: Some("secrets/node.seed"),
        example: "\"secrets/node.seed\"",
        about: "the secret all keys of this node come from: 64 hexadecimal digits in a file of mode 0600",
    },
    Setting {
        key: "quic.listen",
        variable: "RONDE_QUIC_LISTEN",
        default: Some("0.0.0.0:7143"),
        example: "\"0.0.0.0:7143\"",
        about: "UDP address for other nodes; used only if the charter gives this store one",
    },
    Setting {
        key: "http.listen",
        variable: "RONDE_HTTP_LISTEN",
        default: Some("127.0.0.1:8143"),
        example: "\"127.0.0.1:8143\"",
        about: "TCP address for tills and wallets",
    },
    Setting {
        key: "http.behind_proxy",
        variable: "RONDE_HTTP_BEHIND_PROXY",
        default: Some("false"),
        example: "true",
        about: "whether a proxy in front speaks TLS; without one only a loopback address is taken",
    },
    Setting {
        key: "http.certificate",
        variable: "RONDE_HTTP_CERTIFICATE",
        default: None,
        example: "\"secrets/fullchain.pem\"",
        about: "the certificate for HTTPS and those that lead up to its root, as PEM; read again when the file changes",
    },
    Setting {
        key: "http.private_key",
        variable: "RONDE_HTTP_PRIVATE_KEY",
        default: None,
        example: "\"secrets/key.pem\"",
        about: "its private key, as PEM in a file of mode 0600",
    },
    Setting {
        key: "http.connections",
        variable: "RONDE_HTTP_CONNECTIONS",
        default: Some("512"),
        example: "2048",
        about: "HTTP connections at a time, 64 to 16384; each is an open file, of which a system gives a process only so many",
    },
    Setting {
        key: "sync.feed_seconds",
        variable: "RONDE_SYNC_FEED_SECONDS",
        default: Some("60"),
        example: "60",
        about: "between two readings of the witnesses' feeds, 1 to 86400",
    },
    Setting {
        key: "sync.pull_seconds",
        variable: "RONDE_SYNC_PULL_SECONDS",
        default: Some("5"),
        example: "5",
        about: "between two pulls of the other witnesses' logs, 1 to 86400",
    },
    Setting {
        key: "sync.patience_seconds",
        variable: "RONDE_SYNC_PATIENCE_SECONDS",
        default: Some("5"),
        example: "5",
        about: "how long an order is waited for before the answer is \"pending\", 1 to 86400",
    },
    Setting {
        key: "caps.grant_points",
        variable: "RONDE_CAPS_GRANT_POINTS",
        default: None,
        example: "200",
        about: "what one grant may be worth; without it as much as the store may issue in a day",
    },
    Setting {
        key: "caps.till_points",
        variable: "RONDE_CAPS_TILL_POINTS",
        default: None,
        example: "2000",
        about: "what one till may give away in a UTC day; without it as much as the store may",
    },
    Setting {
        key: "caps.store_points",
        variable: "RONDE_CAPS_STORE_POINTS",
        default: None,
        example: "10000",
        about: "what all tills may give away in a UTC day; without it up to the charter's limit of the store",
    },
    Setting {
        key: "caps.goodwill_points",
        variable: "RONDE_CAPS_GOODWILL_POINTS",
        default: None,
        example: "500",
        about: "what may make something good in a UTC month; without it as much as other grants",
    },
    Setting {
        key: "disk.floor_mib",
        variable: "RONDE_DISK_FLOOR_MIB",
        default: Some("128"),
        example: "128",
        about: "with less free space on the database's disk nothing new is promised, 0 to 1048576 MiB",
    },
    Setting {
        key: "metrics.listen",
        variable: "RONDE_METRICS_LISTEN",
        default: Some(""),
        example: "\"127.0.0.1:9143\"",
        about: "TCP address, on this machine alone, of /metrics, /healthz and /readyz; none if it is empty",
    },
    Setting {
        key: "log.level",
        variable: "RONDE_LOG_LEVEL",
        default: Some("info"),
        example: "\"info\"",
        about: "error, warn, info, debug or trace",
    },
    Setting {
        key: "log.format",
        variable: "RONDE_LOG_FORMAT",
        default: Some("text"),
        example: "\"text\"",
        about: "text or json",
    },
];

/// Variables that are no setting of a node but are read elsewhere: the file itself, the node that commands talk to, the
/// wallet's folder, and the persistence boundary at which a test kills the process.
pub const OTHER_VARIABLES: &[&str] = &["RONDE_CONFIG", "RONDE_NODE", "RONDE_WALLET", "RONDE_FAULT"];

/// Beginnings of such variables: those of `ronde wallet` and of `ronde till`.
pub const OTHER_PREFIXES: &[&str] = &["RONDE_WALLET_", "RONDE_TILL_"];

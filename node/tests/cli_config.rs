//! The configuration: every setting, from file and environment, and what is refused with which advice.

use crate::cli_support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use cli_support::Desk;
use ronde_node::config::{Config, ConfigError, LogFormat, LogLevel, Origin, SETTINGS};
use ronde_node::http::ServeLimits;
use ronde_node::shop::Caps;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::StoreId;

fn parse(text: &str) -> Result<Config, ConfigError> {
    parse_with(text, &[])
}

fn parse_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::parse(Path::new("/etc/ronde/ronde.toml"), text, environment)
}

#[test]
fn a_store_number_is_all_that_must_be_said() {
    let config = parse("store = 3").unwrap();
    assert_eq!(config.store, StoreId(3));
    assert_eq!(config.data, Path::new("/etc/ronde/data"));
    assert_eq!(config.database(), Path::new("/etc/ronde/data/ronde.sqlite"));
    assert_eq!(config.charter, Path::new("/etc/ronde/charter"));
    assert_eq!(config.seed_file, Path::new("/etc/ronde/secrets/node.seed"));
    assert_eq!(config.quic.listen, "0.0.0.0:7143".parse().unwrap());
    assert_eq!(config.http.listen, "127.0.0.1:8143".parse().unwrap());
    assert!(!config.http.behind_proxy);
    assert_eq!(config.http.connections, ServeLimits::default().connections);
    assert_eq!((config.sync.feed, config.sync.pull), (Duration::from_secs(60), Duration::from_secs(5)));
    assert_eq!((config.log.level, config.log.format), (LogLevel::Info, LogFormat::Text));
}

#[test]
fn everything_can_be_said_in_the_file() {
    let text = r#"
store = 1
data = "/var/lib/ronde"
charter = "c"
seed_file = "s"
[quic]
listen = "[::]:1"
[http]
listen = "0.0.0.0:2"
behind_proxy = true
connections = 2048
[sync]
feed_seconds = 3
pull_seconds = 4
patience_seconds = 6
[log]
level = "debug"
format = "json"
"#;
    let config = parse(text).unwrap();
    assert_eq!(config.data, Path::new("/var/lib/ronde"), "an absolute path stays one");
    assert_eq!(config.quic.listen, "[::]:1".parse().unwrap());
    assert_eq!(config.http.listen, "0.0.0.0:2".parse().unwrap());
    assert_eq!(config.http.connections, 2048);
    assert_eq!(config.sync.patience, Duration::from_secs(6));
    assert_eq!((config.log.level, config.log.format), (LogLevel::Debug, LogFormat::Json));
}

#[test]
fn a_variable_goes_over_the_file() {
    let variables = [
        ("RONDE_STORE", "2"),
        ("RONDE_HTTP_LISTEN", "127.0.0.1:9"),
        ("RONDE_HTTP_BEHIND_PROXY", "true"),
        ("RONDE_SYNC_FEED_SECONDS", "7"),
        ("RONDE_LOG_FORMAT", "json"),
        ("RONDE_DATA", "elsewhere"),
    ];
    let config = parse_with("store = 1\n[http]\nlisten = \"127.0.0.1:8\"", &variables).unwrap();
    assert_eq!(config.store, StoreId(2));
    assert_eq!(config.http.listen.port(), 9);
    assert!(config.http.behind_proxy);
    assert_eq!(config.sync.feed, Duration::from_secs(7));
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.data, Path::new("/etc/ronde/elsewhere"));
}

#[test]
fn every_setting_has_a_variable_a_default_or_a_reason_and_an_example_that_is_taken() {
    let variables: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.variable).collect();
    assert_eq!(variables.len(), SETTINGS.len());
    for setting in SETTINGS {
        let spelt = format!("RONDE_{}", setting.key.to_uppercase().replace('.', "_"));
        assert_eq!(setting.variable, spelt);
        let example = setting.example.trim_matches('"');
        // A certificate and its key go together.
        let other = match setting.key {
            "http.certificate" => "\nprivate_key = \"k\"",
            "http.private_key" => "\ncertificate = \"c\"",
            _ => "",
        };
        let rest = if other.is_empty() { String::new() } else { format!("\n[http]{other}") };
        let variable = [(setting.variable, example)];
        assert!(parse_with(&format!("store = 1{rest}"), &variable).is_ok(), "{}", setting.key);
        let in_file = match setting.key.split_once('.') {
            Some((section, key)) => format!("store = 1\n[{section}]\n{key} = {}{other}", setting.example),
            None if setting.key == "store" => "store = 1".to_owned(),
            None => format!("store = 1\n{} = {}", setting.key, setting.example),
        };
        assert!(parse(&in_file).is_ok(), "{in_file}");
    }
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_name() {
    let cases = [
        ("store = 1\ndate = \"x\"", 2, "data"),
        ("store = 1\n\n[http]\nlisen = \"127.0.0.1:1\"", 4, "http.listen"),
        ("store = 1\n[sync]\npull_second = 5", 3, "sync.pull_seconds"),
        ("stores = 1", 1, "store"),
        ("store = 1\nbehind_proxy = true", 2, "http.behind_proxy"),
        ("store = 1\nhttp = 3", 2, "http.listen"),
    ];
    for (text, at, meant) in cases {
        let ConfigError::UnknownKey { origin, nearest, .. } = parse(text).unwrap_err() else { panic!("{text}") };
        assert_eq!(*origin, Origin::Line("/etc/ronde/ronde.toml".into(), at), "{text}");
        assert_eq!(nearest, meant, "{text}");
    }
    let ConfigError::UnknownKey { key, nearest, .. } = parse("store = 1\n[htp]\nlisten = \"x\"").unwrap_err() else {
        panic!()
    };
    assert_eq!((key.as_str(), nearest), ("htp", "http.listen"), "a section is named as a whole");
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_name() {
    let error = parse_with("store = 1", &[("RONDE_HTTP_LISTN", "x")]).unwrap_err();
    assert!(error.to_string().contains("RONDE_HTTP_LISTN"), "{error}");
    assert!(error.fix().contains("RONDE_HTTP_LISTEN"), "{}", error.fix());
    assert!(parse_with("store = 1", &[("RONDE_SEED", "x")]).is_err());
}

#[test]
fn variables_that_others_read_are_let_pass() {
    let others = [
        "RONDE_CONFIG",
        "RONDE_NODE",
        "RONDE_FAULT",
        "RONDE_WALLET",
        "RONDE_WALLET_PASSPHRASE",
        "RONDE_TILL_TOKEN",
        "PATH",
        "HOME",
    ];
    for name in others {
        assert!(parse_with("store = 1", &[(name, "x")]).is_ok(), "{name}");
    }
}

#[test]
fn values_of_the_wrong_kind_or_size_are_refused_with_what_can_stand_there() {
    let cases = [
        ("store = 0", "store"),
        ("store = \"1\"", "store"),
        ("store = 4294967296", "store"),
        ("store = [1]", "store"),
        ("store = 1\ndata = 3", "data"),
        ("store = 1\ndata = \"\"", "data"),
        ("store = 1\n[quic]\nlisten = \"7143\"", "quic.listen"),
        ("store = 1\n[quic]\nlisten = 7143", "quic.listen"),
        ("store = 1\n[http]\nlisten = \"localhost:1\"", "http.listen"),
        ("store = 1\n[http]\nbehind_proxy = \"true\"", "http.behind_proxy"),
        ("store = 1\n[http]\nconnections = 63", "http.connections"),
        ("store = 1\n[http]\nconnections = 16385", "http.connections"),
        ("store = 1\n[sync]\nfeed_seconds = 0", "sync.feed_seconds"),
        ("store = 1\n[sync]\nfeed_seconds = 86401", "sync.feed_seconds"),
        ("store = 1\n[sync]\nfeed_seconds = 1.5", "sync.feed_seconds"),
        ("store = 1\n[sync]\nfeed_seconds = -1", "sync.feed_seconds"),
        ("store = 1\n[log]\nlevel = \"loud\"", "log.level"),
        ("store = 1\n[log]\nformat = \"xml\"", "log.format"),
    ];
    for (text, wrong) in cases {
        let error = parse(text).unwrap_err();
        let ConfigError::Value { key, .. } = &error else { panic!("{text}: {error}") };
        assert_eq!(*key, wrong, "{text}");
        assert!(error.fix().contains(" = "), "{}", error.fix());
    }
    let error = parse_with("store = 1", &[("RONDE_SYNC_FEED_SECONDS", "soon")]).unwrap_err();
    assert!(error.to_string().contains("RONDE_SYNC_FEED_SECONDS"), "{error}");
    assert!(error.fix().contains("RONDE_SYNC_FEED_SECONDS=60"), "{}", error.fix());
}

#[test]
fn a_missing_store_and_broken_toml_are_named() {
    assert!(matches!(parse("").unwrap_err(), ConfigError::Missing { key: "store", .. }));
    let ConfigError::Syntax { origin, .. } = parse("store = 1\n[http\n").unwrap_err() else { panic!() };
    assert_eq!(*origin, Origin::Line("/etc/ronde/ronde.toml".into(), 2));
    assert!(matches!(parse("store = 1\nstore = 2").unwrap_err(), ConfigError::Syntax { .. }));
}

/// HTTP-2.
#[test]
fn a_certificate_and_its_key_go_together() {
    for (set, other) in [("certificate", "private_key"), ("private_key", "certificate")] {
        let error = parse(&format!("store = 1\n[http]\n{set} = \"x.pem\"")).unwrap_err();
        assert!(matches!(error, ConfigError::HalfTls { .. }), "{error}");
        assert!(error.fix().contains(other), "{}", error.fix());
    }
}

#[test]
fn caps_that_are_left_out_bound_nothing() {
    assert_eq!(parse("store = 1").unwrap().caps, Caps::default());
    let caps = parse("store = 1\n[caps]\ngrant_points = 0\nstore_points = 7").unwrap().caps;
    assert_eq!(caps, Caps { grant: Some(Points(0)), till: None, store: Some(Points(7)), goodwill: None });
    for wrong in ["grant_points = -1", "grant_points = \"7\"", "till_points = 18446744073709551616"] {
        assert!(matches!(parse(&format!("store = 1\n[caps]\n{wrong}")), Err(ConfigError::Value { .. })), "{wrong}");
    }
}

#[test]
fn plain_http_stays_on_this_machine() {
    for listen in ["0.0.0.0:80", "192.168.1.7:80", "[::]:80"] {
        let open = format!("store = 1\n[http]\nlisten = \"{listen}\"");
        assert!(matches!(parse(&open).unwrap_err(), ConfigError::PlainHttp { .. }), "{listen}");
        assert!(parse(&format!("{open}\nbehind_proxy = true")).is_ok(), "{listen}");
        let tls = "certificate = \"c.pem\"\nprivate_key = \"k.pem\"";
        assert!(parse(&format!("{open}\n{tls}")).is_ok(), "{listen}");
    }
    for listen in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80"] {
        assert!(parse(&format!("store = 1\n[http]\nlisten = \"{listen}\"")).is_ok(), "{listen}");
    }
    assert!(parse_with("store = 1", &[("RONDE_HTTP_LISTEN", "0.0.0.0:80")]).is_err());
}

// `ronde config check`

#[test]
fn a_node_that_can_start_is_said_to() {
    let desk = Desk::new();
    desk.found();
    let said = desk.ronde("config check --config store-1/ronde.toml").ok();
    assert!(said.out.contains("can be started"), "{}", said.out);
    let said = desk.with(&[("RONDE_CONFIG", "store-1/ronde.toml")], "config check --json").ok().json();
    assert_eq!((said["store"].as_u64(), said["charter_version"].as_u64()), (Some(1), Some(1)));
}

/// OPS-2
#[test]
fn each_thing_that_keeps_a_node_from_starting_is_named_with_its_fix() {
    let desk = Desk::new();
    desk.found();
    let check = |number: u8| desk.ronde(&format!("config check --config store-{number}/ronde.toml"));
    check(2).refused(&["no charter", "ronde charter install"]);
    desk.ronde("config check").refused(&["ronde.toml", "--config", "ronde init"]);

    desk.edit("store-1/ronde.toml", "store = 1", "store = 2");
    check(1).refused(&["store 1 (Shop1), not of store 2", "store = 1"]);
    desk.edit("store-1/ronde.toml", "store = 2", "store = 1");

    let seed = desk.path("store-1/secrets/node.seed");
    widen(&seed, 0o640);
    check(1).refused(&["0640", "chmod 600"]);
    widen(&seed, 0o600);
    let kept = std::fs::read(&seed).unwrap();
    std::fs::copy(desk.path("alice.key"), &seed).unwrap();
    check(1).refused(&["another node key", "seed of store 1"]);
    std::fs::write(&seed, "not a seed").unwrap();
    check(1).refused(&["64 hexadecimal digits", "backup"]);
    std::fs::write(&seed, kept).unwrap();
    check(1).ok();

    let charter = desk.path("store-1/charter/000001.charter");
    let mut bytes = std::fs::read(&charter).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&charter, bytes).unwrap();
    check(1).refused(&["000001.charter is refused", "whoever wrote or signed the charter"]);
}

#[test]
fn a_charter_that_expires_soon_is_worth_a_look() {
    let desk = Desk::new();
    desk.begin();
    (1..=4).for_each(|number| desk.store(number));
    let plan = std::fs::read_to_string(desk.path("plan.toml")).unwrap();
    let line = plan.lines().find(|line| line.starts_with("expires = ")).unwrap().to_owned();
    desk.edit("plan.toml", &line, "expires = 2020-01-01");
    desk.draft().ok();
    for name in ["alice", "bob"] {
        desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
    }
    desk.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
    let said = desk.ronde("config check --config store-1/ronde.toml");
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("expired on 2020-01-01"), "{}", said.out);
    assert_eq!(desk.ronde("charter verify 000001.charter").code, 1);
}

#[test]
fn a_system_that_allows_too_few_open_files_is_worth_a_look() {
    let desk = Desk::new();
    desk.found();
    let check = |limit: &str| {
        let line = format!("ulimit {limit} 600 && exec \"$0\" config check --config store-1/ronde.toml");
        let mut command = Command::new("sh");
        command.args(["-c", &line, env!("CARGO_BIN_EXE_ronde")]).current_dir(desk.path("."));
        let said = command.output().unwrap();
        (said.status.code(), String::from_utf8(said.stdout).unwrap())
    };
    let (code, out) = check("-n");
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("`http.connections` is 512") && out.contains("no more than 600 files"), "{out}");
    // Where it may, the node raises the limit by itself.
    let (code, out) = check("-Sn");
    assert_eq!(code, Some(0), "{out}");
}

fn widen(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

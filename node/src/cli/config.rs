//! `ronde config check`: everything that can be known before a node is restarted.

use clap::{Args, Subcommand};
use ronde_protocol::machine::witness::keys::NodeSeed;
use ronde_protocol::message::charter::Store;
use serde_json::json;

use super::rules::rule_warnings;
use super::{Blame, ConfigFile, Context, Exit, Failure, certificate_ends, charter_warnings};
use crate::charter_store::CharterStore;
use crate::clock::Clock;
use crate::config::{Config, Tls};
use crate::date::rfc3339;
use crate::http::Pair;
use crate::password::{self, MANAGER_HASH_FILE};
use crate::{process, secret_file};

/// `ronde config`
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration, its secrets and the charter, and say what to mend
    #[command(after_help = "Example:\n  ronde config check --config store-a/ronde.toml && systemctl restart ronde")]
    Check(ConfigFile),
}

/// Runs `ronde config`.
///
/// # Errors
/// The first thing that keeps the node from starting.
pub fn run(args: ConfigArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        ConfigCommand::Check(file) => check(&file, context),
    }
}

fn check(file: &ConfigFile, context: &Context) -> Result<Exit, Failure> {
    let config = file.load()?;
    context.note(format!("ok    {} is understood", config.file.display()));
    let seed = NodeSeed::new(*secret_file::read_seed(&config.seed_file)?);
    context.note(format!("ok    {} holds a seed that only you can read", config.seed_file.display()));
    let charters = CharterStore::load(&config.charter)?;
    let charter = charters.charter();
    context.note(format!("ok    the charter is valid up to version {}", charter.version()));
    let store = own_entry(&config, &charters, &seed)?;
    context.note(format!("ok    store {} is {}, and its key is this node's", store.id, store.name));
    check_addresses(store)?;
    check_data(&config)?;
    let certificate = config.http.tls.as_ref().map(|files| check_certificate(files, store)).transpose()?;
    let mut warnings = charter_warnings(charter, charters.twins().len(), Clock::System.unix_seconds());
    warnings.extend(seat_warnings(&charters, store, &seed));
    warnings.extend(process::too_few_files(config.http.connections));
    warnings.extend(certificate.into_iter().flatten());
    warnings.extend(no_password(&config));
    warnings.extend(rule_warnings(&config, charter, Clock::System.unix_seconds()));
    for warning in &warnings {
        context.note(format!("look  {warning}"));
    }
    let exit = if warnings.is_empty() { Exit::Ok } else { Exit::Warn };
    let text = if warnings.is_empty() {
        "ok    the node can be started"
    } else {
        "ok    the node can be started, but see above"
    };
    context.say(
        text,
        &json!({
            "ok": true, "store": store.id, "name": store.name, "federation": charter.federation(),
            "charter_version": charter.version(), "warnings": warnings,
        }),
    );
    Ok(exit)
}

/// The charter's entry of the store that is configured, which must have this node's key.
fn own_entry<'a>(config: &Config, charters: &'a CharterStore, seed: &NodeSeed) -> Result<&'a Store, Failure> {
    let charter = charters.charter();
    let key = seed.node_key().verifying_key().encode();
    let store = charter.store(config.store);
    match store {
        Some(store) if store.node_key == key => Ok(store),
        _ => Err(wrong_store(config, store, charter.store_with_key(&key))),
    }
}

fn wrong_store(config: &Config, named: Option<&Store>, owner: Option<&Store>) -> Failure {
    let number = config.store;
    if let Some(owner) = owner {
        let what = format!("this node's key is that of store {} ({}), not of store {number}", owner.id, owner.name);
        return Failure::new(what, Blame::You, format!("write `store = {}` in {}", owner.id, config.file.display()));
    }
    match named {
        Some(store) => Failure::new(
            format!("store {number} ({}) has another node key in the charter than this seed gives", store.name),
            Blame::You,
            format!(
                "put the seed of store {number} at {}; if it is lost, send a new card to the stewards",
                config.seed_file.display()
            ),
        ),
        None => Failure::new(
            format!("store {number} is not in the charter"),
            Blame::Stewards,
            "send this store's card (`ronde init` writes it) to the stewards, and install the charter they sign",
        ),
    }
}

/// Seats that stay empty, as the seed does not give their keys: the node starts all the same (OPS-8).
fn seat_warnings(charters: &CharterStore, store: &Store, seed: &NodeSeed) -> Vec<String> {
    let charter = charters.charter();
    let mut warnings = Vec::new();
    for keyset in charter.keysets() {
        let Some(member) = keyset.member_of(store.id) else { continue };
        let ours = seed.witness_keys(charter.federation(), keyset.id()).ok();
        let same = ours.is_some_and(|keys| {
            keys.poprf.public().encode() == member.poprf_key().encode()
                && keys.vote.verifying_key() == *member.vote_key()
        });
        if !same {
            warnings.push(format!(
                "the keys of store {} in keyset {} do not come from this seed: it is no witness there until the keyset \
                 ends; send the stewards a card that `ronde init` writes with this seed, for the next keyset",
                store.id,
                keyset.id()
            ));
        }
    }
    warnings
}

fn check_addresses(store: &Store) -> Result<(), Failure> {
    let wrong = |address: &str, example: &str| {
        Failure::new(
            format!("the charter's address {address:?} of store {} can't be used", store.id),
            Blame::Stewards,
            format!("ask the stewards for a next version with an address such as {example}"),
        )
    };
    for address in &store.quic {
        if !is_host_and_port(address.as_str()) {
            return Err(wrong(address.as_str(), "ronde.example:7143"));
        }
    }
    for address in &store.http {
        if !is_web_address(address.as_str()) {
            return Err(wrong(address.as_str(), "https://ronde.example"));
        }
    }
    Ok(())
}

/// The pair fits; what is worth a look about it.
fn check_certificate(files: &Tls, store: &Store) -> Result<Vec<String>, Failure> {
    let pair = Pair::load(files).map_err(|error| Failure::new(&error, Blame::You, error.fix()))?;
    let mut warnings = Vec::new();
    let ends = pair.expires().and_then(|until| certificate_ends(&rfc3339(until), Clock::System.unix_seconds()));
    warnings.extend(ends);
    let hosts = store.http.iter().filter_map(|address| host(address.as_str()));
    for host in hosts.filter(|host| !pair.is_for(host)) {
        warnings.push(format!(
            "the certificate is not for {host}, where the charter says that customers find this store: get one for it"
        ));
    }
    Ok(warnings)
}

/// The host of an `https` address, without its port.
fn host(address: &str) -> Option<&str> {
    let authority = address.strip_prefix("https://")?.split('/').next()?;
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => authority.split(':').next(),
    }
}

fn no_password(config: &Config) -> Option<String> {
    let file = config.seed_file.with_file_name(MANAGER_HASH_FILE);
    match password::stored(&file) {
        Ok(Some(_)) => None,
        Ok(None) => Some("the manager has no password yet: `ronde manager password` makes one".to_owned()),
        Err(error) => Some(format!("the manager can't sign in: {error}; {}", error.fix())),
    }
}

/// `host:port`, without looking the host up.
pub(super) fn is_host_and_port(address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let host_fits = !host.is_empty() && !host.contains(['/', ' ', '#', '?', '@']);
    let bracketed = host.starts_with('[') && host.ends_with(']');
    host_fits && (bracketed || !host.contains(':')) && port.parse::<u16>().is_ok_and(|port| port != 0)
}

/// An absolute `http` or `https` URL without query and fragment, to which paths can be added.
pub(super) fn is_web_address(address: &str) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with(['/', ':'])
            && !rest.ends_with('/')
            && !rest.contains([' ', '?', '#', '@'])
    })
}

/// The folder of the database can be made or written to; the database itself is opened by the node alone.
fn check_data(config: &Config) -> Result<(), Failure> {
    std::fs::create_dir_all(&config.data).map_err(|error| Failure::file(&config.data, &error))?;
    let probe = config.data.join(".ronde-check");
    std::fs::write(&probe, b"")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|error| Failure::file(&probe, &error))
}

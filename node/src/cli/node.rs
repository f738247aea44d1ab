//! `ronde node`: runs a store's node.

use std::io::Write as _;

use clap::Args;
use ronde_protocol::machine::witness::keys::NodeSeed;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{Blame, ConfigFile, Context, Exit, Failure};
use crate::charter_store::CharterStore;
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{Node, NodeError, Setup};
use crate::driver::OpenLimits;
use crate::ops::OpsSetup;
use crate::password::MANAGER_HASH_FILE;
use crate::routine::RulesFile;
use crate::space::{Disk, Space};
use crate::store::SqliteEngine;
use crate::{logging, secret_file, supervisor};

/// `ronde node`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ronde node --config store-1/ronde.toml\n\nStops in order on SIGTERM or Ctrl-C. \
                Tells systemd how it is (`Type=notify`, `WatchdogSec=`).")]
pub struct NodeArgs {
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs `ronde node` until it is told to stop.
///
/// # Errors
/// A configuration, charter, seed, database or address that can't be used.
pub fn run(args: NodeArgs, context: &Context) -> Result<Exit, Failure> {
    let config = args.config.load()?;
    if let Err(error) = logging::start(config.log) {
        return Err(Failure::new(format!("logging can't start: {error}"), Blame::Program, "start the node again"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new(format!("no threads: {error}"), Blame::Machine, "end other programs, or allow the user more")
    })?;
    runtime.block_on(serve(&config, context))
}

async fn serve(config: &Config, context: &Context) -> Result<Exit, Failure> {
    if let Some(why) = crate::process::too_few_files(config.http.connections) {
        tracing::warn!("{why}");
    }
    let node = Node::start(setup(config)?).await.map_err(failure)?;
    let rules = RulesFile::new(config.file.clone(), ConfigFile::environment().collect());
    let node = node.earning_by(config.rules.clone(), rules);
    let (http, quic) = node.addresses().map_err(failure)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(signals)?;
    tracing::info!(store = config.store.0, %quic, %http, "started");
    if let Some(metrics) = node.ops_address() {
        tracing::info!(%metrics, "watched at");
    }
    context.say(
        format!("ready http={http} quic={quic}"),
        &json!({ "ready": true, "http": http.to_string(), "quic": quic.to_string() }),
    );
    // Whoever started the node waits for this line; a closed pipe is theirs to mind.
    let _ = std::io::stdout().flush();
    supervisor::ready(&format!("store {} answers at {http}", config.store));
    let lives = tokio::spawn(supervisor::live());
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // From here on it is bounded how long the node takes, and not how often it is heard.
        lives.abort();
        supervisor::stopping();
    };
    node.serve(stop).await.map_err(failure)?;
    Ok(Exit::Ok)
}

fn setup(config: &Config) -> Result<Setup, Failure> {
    let seed = secret_file::read_seed(&config.seed_file)?;
    let charters = CharterStore::load(&config.charter)?;
    std::fs::create_dir_all(&config.data).map_err(|error| {
        let what = format!("the data folder {} can't be made: {error}", config.data.display());
        Failure::new(what, Blame::Machine, "check the path and its permissions")
    })?;
    let engine = SqliteEngine::open(config.database()).map_err(|error| failure(error.into()))?;
    let secrets = config.seed_file.parent().unwrap_or(&config.data);
    Ok(Setup {
        store: config.store,
        seed: NodeSeed::new(*seed),
        charters,
        engine: Box::new(engine),
        database: Some(config.database()),
        quic: config.quic.listen,
        http: config.http.listen,
        tls: config.http.tls.clone(),
        behind_proxy: config.http.behind_proxy,
        http_connections: config.http.connections,
        admin_token: secrets.join("admin.token"),
        manager_hash: secrets.join(MANAGER_HASH_FILE),
        caps: config.caps,
        feed: config.sync.feed,
        pull: config.sync.pull,
        patience: config.sync.patience,
        open_orders: OpenLimits::default(),
        clock: Clock::System,
        space: Space::new(Disk::Folder(config.data.clone()), config.disk_floor),
        ops: config.metrics.listen.map(|listen| OpsSetup { listen, database: config.database() }),
    })
}

fn failure(error: NodeError) -> Failure {
    Failure::new(error.to_string(), Blame::Machine, "mend what the line above names, then start the node again")
}

fn signals(error: std::io::Error) -> Failure {
    Failure::new(format!("signals can't be listened for: {error}"), Blame::Machine, "start the node again")
}

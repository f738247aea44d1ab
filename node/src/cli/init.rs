//! `ronde init`: a store's folder, its secret and its card for the stewards.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::witness::keys::NodeSeed;
use ronde_protocol::message::ids::{FederationId, KeysetId, StoreId, WitnessIndex};
use ronde_protocol::message::text::Text;
use serde_json::json;
use zeroize::Zeroizing;

use super::charter::{Card, CardWitness, HexBytes, Plan, parse_federation};
use super::config::{is_host_and_port, is_web_address};
use super::{Blame, Context, Exit, Failure, manager};
use crate::config::Config;
use crate::password::MANAGER_HASH_FILE;
use crate::{entropy, secret_file};

const QUIC_PORT: u16 = 7143;
const HTTPS_PORT: u16 = 443;
const HTTP_LISTEN: &str = "127.0.0.1:8143";

/// `ronde init`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  ronde init --dir store-1 --store 1 --name \"Bakery\" --plan plan.toml --witness 1:0 \\
             --quic bakery.example:7143 --http https://bakery.example
Then send store-1/store.card to the stewards. Run again on the same folder it keeps seed and ronde.toml, and writes a
new card: for a new keyset, a new name or a new address.")]
pub struct InitArgs {
    /// The folder to make
    #[arg(long, value_name = "FOLDER")]
    dir: PathBuf,
    /// The store's number, from 1; agree on it with the stewards
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    store: u32,
    /// What customers know the store by
    #[arg(long)]
    name: String,
    /// The federation's plan
    #[arg(long, value_name = "FILE", conflicts_with = "federation", required_unless_present = "federation")]
    plan: Option<PathBuf>,
    /// The federation's id, where the plan is not at hand
    #[arg(long, value_name = "ID")]
    federation: Option<String>,
    /// A seat on a committee, once for each; seats are counted from 0
    #[arg(long, value_name = "KEYSET:INDEX")]
    witness: Vec<Seat>,
    /// Where other nodes reach this one; needed by a witness
    #[arg(long, value_name = "HOST:PORT")]
    quic: Vec<String>,
    /// Where tills and wallets reach this store
    #[arg(long, value_name = "URL", required = true)]
    http: Vec<String>,
    /// The UDP address to listen on, if not the port of --quic on all addresses
    #[arg(long, value_name = "IP:PORT")]
    listen_quic: Option<SocketAddr>,
    /// The TCP address to listen on, if not that of --http
    #[arg(long, value_name = "IP:PORT")]
    listen_http: Option<SocketAddr>,
    /// A file of mode 0600 with the manager's password, instead of one that is made here
    #[arg(long, value_name = "FILE")]
    manager_password_file: Option<PathBuf>,
    /// The certificate for HTTPS, with those that lead up to its root, as PEM
    #[arg(long, value_name = "FILE", requires = "private_key")]
    certificate: Option<PathBuf>,
    /// Its private key, as PEM in a file of mode 0600
    #[arg(long, value_name = "FILE", requires = "certificate")]
    private_key: Option<PathBuf>,
}

/// A place on a committee.
#[derive(Clone, Copy, Debug)]
struct Seat {
    keyset: KeysetId,
    index: WitnessIndex,
}

impl FromStr for Seat {
    type Err = BadSeat;
    fn from_str(text: &str) -> Result<Self, BadSeat> {
        let (keyset, index) = text.split_once(':').ok_or(BadSeat)?;
        let keyset = keyset.parse().ok().filter(|keyset| *keyset != 0).ok_or(BadSeat)?;
        Ok(Self { keyset: KeysetId(keyset), index: WitnessIndex(index.parse().map_err(|_| BadSeat)?) })
    }
}

/// A seat that is not two numbers.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a seat is a keyset from 1 and an index from 0, such as 1:0")]
struct BadSeat;

/// Runs `ronde init`.
///
/// # Errors
/// A folder of another store, an address that can't be, a disk that refuses.
pub fn run(args: InitArgs, context: &Context) -> Result<Exit, Failure> {
    check_addresses(&args)?;
    let federation = federation(&args)?;
    let config = write_folder(&args, context)?;
    let seed = NodeSeed::new(*load_or_make_seed(&config.seed_file)?);
    let card = card(&args, federation, &seed)?;
    let file = args.dir.join("store.card");
    std::fs::write(&file, card.to_text()?).map_err(|error| Failure::file(&file, &error))?;
    let password = manager_password(&args, &config)?;
    let mut text = format!(
        "{} is ready for store {} of federation {federation}.\n\
         Send {} to the stewards; install the charter they sign with\n  \
         ronde charter install --config {} 000001.charter\n\
         Keep a copy of {} in a safe place: it is the store's identity and can't be made again.",
        args.dir.display(),
        args.store,
        file.display(),
        config.file.display(),
        config.seed_file.display(),
    );
    if let Some(password) = &password {
        text.push_str("\nThe manager's password, shown this once: ");
        text.push_str(password);
    }
    context.say(
        text,
        &json!({
            "ok": true, "store": args.store, "federation": federation, "node_key": card.node_key, "card": file,
            "config": config.file, "manager_password": password.as_ref().map(|made| made.as_str()),
        }),
    );
    Ok(Exit::Ok)
}

/// A password that is there stays, unless another one was chosen.
fn manager_password(args: &InitArgs, config: &Config) -> Result<Option<Zeroizing<String>>, Failure> {
    let file = config.seed_file.with_file_name(MANAGER_HASH_FILE);
    let chosen = args.manager_password_file.as_deref();
    if chosen.is_none() && file.exists() {
        return Ok(None);
    }
    manager::set(&file, chosen)
}

fn federation(args: &InitArgs) -> Result<FederationId, Failure> {
    match (&args.plan, &args.federation) {
        (Some(plan), _) => Ok(Plan::load(plan)?.genesis()?.federation()),
        (None, text) => parse_federation(text.as_deref().unwrap_or_default()),
    }
}

fn check_addresses(args: &InitArgs) -> Result<(), Failure> {
    if let Some(wrong) = args.quic.iter().find(|address| !is_host_and_port(address)) {
        let fix = "write host and port, such as --quic bakery.example:7143";
        return Err(Failure::new(format!("{wrong:?} is no address for QUIC"), Blame::You, fix));
    }
    if let Some(wrong) = args.http.iter().find(|address| !is_web_address(address)) {
        let fix = "write a URL without a slash at its end, such as --http https://bakery.example";
        return Err(Failure::new(format!("{wrong:?} is no web address"), Blame::You, fix));
    }
    if args.quic.is_empty() && !args.witness.is_empty() {
        let fix = "say with --quic HOST:PORT where the other nodes reach this witness";
        return Err(Failure::new("a witness must be reachable", Blame::You, fix));
    }
    Ok(())
}

/// Makes folders and `ronde.toml`, or finds those of the same store.
fn write_folder(args: &InitArgs, context: &Context) -> Result<Config, Failure> {
    for folder in [args.dir.clone(), args.dir.join("charter"), args.dir.join("data"), args.dir.join("secrets")] {
        std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    }
    restrict(&args.dir.join("secrets"))?;
    restrict(&args.dir.join("data"))?;
    let file = args.dir.join(crate::config::DEFAULT_FILE);
    if file.exists() {
        context.note(format!("{} is there already and stays as it is", file.display()));
    } else {
        std::fs::write(&file, configuration(args)).map_err(|error| Failure::file(&file, &error))?;
    }
    let config = Config::load(&file, [])?;
    if config.store != StoreId(args.store) {
        return Err(Failure::new(
            format!("{} belongs to store {}", args.dir.display(), config.store),
            Blame::You,
            "choose another folder with --dir: each store has its own",
        ));
    }
    Ok(config)
}

/// Only the owner may look into secrets and database.
fn restrict(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .map_err(|error| Failure::file(folder, &error))
}

fn configuration(args: &InitArgs) -> String {
    let (http, behind_proxy) = http_listen(args);
    let quic = args.listen_quic.unwrap_or_else(|| published_listen(args.quic.first().map(String::as_str), QUIC_PORT));
    let name: String = args.name.chars().filter(|letter| !letter.is_control()).collect();
    let store = args.store;
    let tls = tls(args);
    format!(
        "# Store {store}, {name}. `ronde config check` before a restart; RONDE_HTTP_LISTEN and the like go over this.
store = {store}
data = \"data\"
charter = \"charter\"
seed_file = \"secrets/node.seed\"

[quic]
listen = \"{quic}\"

[http]
listen = \"{http}\"
# Whether a proxy in front speaks TLS. It has to bound what one client takes: to the node all its clients are one address.
behind_proxy = {behind_proxy}
{tls}
[caps]
# What may be given away in points: by one grant, by one till and by all tills in a UTC day. Without a line, what the charter
# lets this store issue in a day.
# grant_points = 200
# till_points = 2000
# store_points = 10000

[sync]
feed_seconds = 60
pull_seconds = 5

[metrics]
# /metrics, /healthz and /readyz, for this machine alone; empty for none.
listen = \"\"

[log]
level = \"info\"
format = \"text\"

# What baskets earn, and what the store gives of them: `ronde rules --help` shows the sections [earn] and [pledge].
"
    )
}

/// The lines that make HTTP into HTTPS, or that say how.
fn tls(args: &InitArgs) -> String {
    let (Some(certificate), Some(key)) = (&args.certificate, &args.private_key) else {
        return "# Or the node itself does: it reads both files again when they change.\n\
                # certificate = \"/etc/letsencrypt/live/bakery.example/fullchain.pem\"\n\
                # private_key = \"secrets/key.pem\"\n"
            .to_owned();
    };
    let line = |name: &str, path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        format!("{name} = {}\n", toml::Value::String(path.display().to_string()))
    };
    line("certificate", certificate) + &line("private_key", key)
}

/// Plain HTTP on loopback is served as it is; everything else with the certificate, or through a proxy that speaks TLS.
fn http_listen(args: &InitArgs) -> (String, bool) {
    if args.certificate.is_some() {
        let host = args.http.first().and_then(|url| url.strip_prefix("https://"));
        let authority = host.and_then(|rest| rest.split('/').next());
        let listen = args.listen_http.unwrap_or_else(|| published_listen(authority, HTTPS_PORT));
        return (listen.to_string(), false);
    }
    let plain = args.http.first().and_then(|url| url.strip_prefix("http://")).and_then(|rest| rest.parse().ok());
    let plain = plain.filter(|address: &SocketAddr| address.ip().is_loopback());
    let listen = args.listen_http.or(plain).map_or_else(|| HTTP_LISTEN.to_owned(), |address| address.to_string());
    (listen, plain.is_none())
}

/// The port that was published, on every address; a loopback address stays one.
fn published_listen(published: Option<&str>, usual: u16) -> SocketAddr {
    let everywhere = |port| SocketAddr::from(([0, 0, 0, 0], port));
    let Some(published) = published else { return everywhere(usual) };
    match published.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => address,
        _ => everywhere(published.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(usual)),
    }
}

/// A seed is made once; what is there is kept.
fn load_or_make_seed(file: &Path) -> Result<Zeroizing<[u8; 32]>, Failure> {
    if !file.exists() {
        secret_file::write_seed(file, &Zeroizing::new(entropy::fresh()?))?;
    }
    Ok(secret_file::read_seed(file)?)
}

fn card(args: &InitArgs, federation: FederationId, seed: &NodeSeed) -> Result<Card, Failure> {
    let store = StoreId(args.store);
    let mut witnesses = Vec::new();
    for seat in &args.witness {
        let keys = seed.witness_keys(&federation, seat.keyset).map_err(|error| {
            Failure::new(
                format!("this seed gives no key for keyset {}: {error}", seat.keyset),
                Blame::Nobody,
                "remove the folder and run `ronde init` again",
            )
        })?;
        let entry = keys.entry(store, &federation, seat.keyset, seat.index, Entropy::new(entropy::fresh()?));
        witnesses.push(CardWitness::new(seat.keyset.0, seat.index.0, &entry));
    }
    Ok(Card {
        store,
        name: text("--name", &args.name)?,
        federation,
        node_key: HexBytes(seed.node_key().verifying_key().encode().0),
        quic: args.quic.iter().map(|address| text("--quic", address)).collect::<Result<_, _>>()?,
        http: args.http.iter().map(|address| text("--http", address)).collect::<Result<_, _>>()?,
        witnesses,
    })
}

fn text(option: &str, value: &str) -> Result<Text, Failure> {
    Text::new(value).map_err(|error| {
        Failure::new(format!("{option} {value:?}: {error}"), Blame::You, "choose a shorter, plainer text")
    })
}

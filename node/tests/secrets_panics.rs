//! A panic prints what it was told, and where it happened; nothing of that is a secret, whatever holds one.
//!
//! A panic ends in what a process writes to its standard error, so each one happens in a process of its own: this
//! program again, told by an environment variable which one.

mod secrets_support;
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod transport_support;

use std::fmt::Debug;
use std::process::{Command, Stdio};
use std::sync::Arc;

use ronde_node::http::AdminToken;
use ronde_node::secret_file;
use ronde_node::shop::{Once, Token};
use ronde_node::transport::{Handler, HandlerFuture, Identity, NodeKey};
use ronde_node::wallet::link::ClaimLink;
use ronde_node::wallet::words::{self, WordList};
use ronde_protocol::crypto::coin::{derive_blind, derive_coin_secret};
use ronde_protocol::crypto::{Entropy, Seed};
use ronde_protocol::machine::till::grant::GrantSecret;
use ronde_protocol::machine::wallet::Wallet;
use ronde_protocol::machine::witness::keys::NodeSeed;
use ronde_protocol::message::ids::{FederationId, KeysetId};
use secrets_support::{Said, Secret, assert_unsaid};
use transport_support::{LONG, Node, dialer};

/// Tells the other process which panic it is for.
const WHICH: &str = "RONDE_TEST_PANIC";
const FEDERATION: FederationId = FederationId([7; 32]);
const PATH: &str = "a_panic_of_its_own";

/// The same in both processes, and nothing that a program prints by chance.
fn bytes(number: u8) -> [u8; 32] {
    *blake3::keyed_hash(&[0x5e; 32], &[number]).as_bytes()
}

fn text(number: u8) -> String {
    hex::encode(bytes(number))
}

/// Everything that holds a secret and can be printed, by its name.
fn holders() -> Vec<(&'static str, Box<dyn Debug + Send>)> {
    let seed = || Seed::new(bytes(1));
    let node = || NodeSeed::new(bytes(2));
    let admin = tempfile::tempdir().unwrap();
    let file = admin.path().join("admin.token");
    secret_file::write_new(&file, text(3).as_bytes()).unwrap();
    vec![
        ("seed", Box::new(seed())),
        ("federation's seed", Box::new(seed().for_federation(&FEDERATION.0))),
        ("coin", Box::new(derive_coin_secret(&seed(), 1, 0, 0, 0))),
        ("blind", Box::new(derive_blind(&seed(), 1, 0, 0, 0))),
        ("entropy", Box::new(Entropy::new(bytes(4)))),
        ("wallet", Box::new(Wallet::new(seed(), FEDERATION, 0))),
        ("node's seed", Box::new(node())),
        ("node key", Box::new(node().node_key())),
        ("witness keys", Box::new(node().witness_keys(&FEDERATION, KeysetId(1)).unwrap())),
        ("identity", Box::new(Identity::from_seed(*node().node_key_seed()).unwrap())),
        ("administrator's token", Box::new(AdminToken::load(&file).unwrap())),
        ("till's token", Box::new(Token::new(text(3)))),
        ("request under a key", Box::new(Once::new(&text(3), &text(5), &[b"POST"], Entropy::new(bytes(4))))),
        ("grant's secret", Box::new(GrantSecret::new(bytes(6)))),
        ("link", Box::new(ClaimLink::parse(&format!("https://a.test/g/abc#{}", text(6))).unwrap())),
    ]
}

/// Errors that were made of a secret which is not as it should be.
fn errors() -> Vec<(&'static str, Box<dyn Debug + Send>)> {
    let spelled = words::write(&bytes(1), WordList::En).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        secret_file::write_new(&path, content.as_bytes()).unwrap();
        path
    };
    let cut = format!("{}x", text(2));
    let twice = spelled.replacen(' ', " ronde-", 1);
    vec![
        ("words in another order", Box::new(words::read(&reversed(&spelled), WordList::En).map(drop).unwrap_err())),
        ("a word that is none", Box::new(words::read(&twice, WordList::En).map(drop).unwrap_err())),
        ("words of another list", Box::new(words::read(&spelled, WordList::Fr).map(drop).unwrap_err())),
        ("a file of words", Box::new(words::read_file(&file("w", &cut), WordList::En).map(drop).unwrap_err())),
        ("a seed that is too long", Box::new(secret_file::read_seed(&file("s", &cut)).map(drop).unwrap_err())),
        ("a link to nothing", Box::new(ClaimLink::parse(&format!("https://a.test/x#{}", text(6))).unwrap_err())),
        ("no link", Box::new(ClaimLink::parse(&text(6)).unwrap_err())),
    ]
}

fn reversed(words: &str) -> String {
    words.split(' ').rev().collect::<Vec<_>>().join(" ")
}

fn secrets() -> Vec<Secret> {
    let own = Seed::new(bytes(1)).for_federation(&FEDERATION.0);
    let node = NodeSeed::new(bytes(2));
    let spelled = words::write(&bytes(1), WordList::En).unwrap();
    let spelled: Vec<&str> = spelled.split(' ').collect();
    let mut secrets = vec![
        Secret::bytes("seed", &bytes(1)),
        Secret::bytes("federation's seed", &*own.expose_bytes()),
        Secret::bytes("coin", &*derive_coin_secret(&Seed::new(bytes(1)), 1, 0, 0, 0).expose_bytes()),
        Secret::bytes("blind", &*derive_blind(&Seed::new(bytes(1)), 1, 0, 0, 0).expose_bytes()),
        Secret::bytes("entropy", &bytes(4)),
        Secret::bytes("node's seed", &bytes(2)),
        Secret::bytes("node key", &*node.node_key_seed()),
        Secret::bytes("token", &bytes(3)),
        Secret::text("key of a request", &text(5)),
        Secret::bytes("grant's secret", &bytes(6)),
    ];
    // Three words in a row are no accident.
    secrets.extend(spelled.windows(3).map(|three| Secret::text("words", &format!("{:16}", three.join(" ")))));
    secrets
}

/// A node's handler that fails in the midst of its work, with secrets at hand.
struct Broken(NodeSeed);

impl Handler for Broken {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let keys = self.0.witness_keys(&FEDERATION, KeysetId(1)).unwrap();
            panic!("{:?} of {peer:?}: {:?}, {keys:#?}", request.len(), self.0)
        })
    }
}

/// Requests to a node whose handler panics; the node itself goes on.
async fn in_a_node() {
    let node = Node::start(1, &[2], Arc::new(Broken(NodeSeed::new(bytes(2)))));
    let dialer = dialer(2);
    for _ in 0..2 {
        let answer = dialer.call(node.key, &node.address(), b"please", LONG).await;
        assert!(answer.is_err(), "{answer:?}");
    }
    node.stop().await.unwrap();
    dialer.close().await;
}

/// Not a test of its own: what the other process does.
#[test]
fn a_panic_of_its_own() {
    let Ok(which) = std::env::var(WHICH) else { return };
    let all = || holders().into_iter().chain(errors());
    match which.as_str() {
        "formatted" => all().for_each(|(name, it)| panic_aside(move || panic!("{name}: {it:?} {it:#?}"))),
        "unwrapped" => all().for_each(|(_, it)| panic_aside(move || fails(it).unwrap())),
        "expected" => all().for_each(|(name, it)| panic_aside(move || fails(it).expect(name))),
        "in a node" => tokio::runtime::Runtime::new().unwrap().block_on(in_a_node()),
        "said aloud" => panic_aside(|| panic!("{:?} {}", bytes(1), text(6))),
        other => unreachable!("{other}"),
    }
}

/// What is unwrapped although it went wrong.
fn fails<E>(error: E) -> Result<(), E> {
    if std::env::var_os(WHICH).is_some() { Err(error) } else { Ok(()) }
}

fn panic_aside(work: impl FnOnce() + Send + 'static) {
    assert!(std::thread::spawn(work).join().is_err());
}

/// What a process says that panics, and how often it did.
fn said(which: &str) -> (Vec<u8>, usize) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", PATH, "--nocapture"]).env(WHICH, which).env("RUST_BACKTRACE", "full");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{text}");
    let panics = text.matches("panicked at").count();
    (said, panics)
}

/// OPS-3.
#[test]
fn whatever_panics_with_a_secret_at_hand_does_not_say_it() {
    let (secrets, all) = (secrets(), holders().len() + errors().len());
    for (which, panics) in [("formatted", all), ("unwrapped", all), ("expected", all), ("in a node", 2)] {
        let (said, counted) = said(which);
        assert!(counted >= panics, "{which}: {counted} of {panics}: {}", String::from_utf8_lossy(&said));
        assert_unsaid(&secrets, &said);
    }
}

/// The control: what is looked for is found when a panic says it.
#[test]
fn control_a_secret_that_a_panic_says_is_found() {
    let (said, panics) = said("said aloud");
    assert_eq!(panics, 1);
    let said = Said::new(&said);
    let found: Vec<String> = secrets().into_iter().filter(|it| it.is_in(&said)).map(|it| it.name).collect();
    assert_eq!(found, ["seed", "grant's secret"]);
}

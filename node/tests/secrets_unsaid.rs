//! Nothing that a node or a wallet says holds a secret.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use federation::{Town, http, in_memory};
use federation_support::{KEYSET, Plan, node_seed};
use ronde_node::clock::Clock;
use ronde_node::secret_file;
use ronde_node::shop::Token;
use ronde_node::transport::Identity;
use ronde_node::wallet::session::Session;
use ronde_protocol::crypto::Seed;
use ronde_protocol::crypto::coin::{derive_blind, derive_coin_secret};
use ronde_protocol::message::ids::StoreId;
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

/// All that is logged, by whatever crate, at every level.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A secret, in each way in which somebody could have written it.
struct Secret {
    name: String,
    spellings: Vec<Vec<u8>>,
}

impl Secret {
    fn bytes(name: impl Into<String>, bytes: &[u8]) -> Self {
        // A part is as bad as the whole, and what `{:?}` makes of bytes goes over lines if it is told to.
        let list = format!("{:?}", &bytes[..8]);
        let list = list.trim_matches(['[', ']']).to_owned();
        let spellings = [
            bytes.to_vec(),
            hex::encode(&bytes[..16]).into_bytes(),
            hex::encode_upper(&bytes[..16]).into_bytes(),
            // Four full groups, the same whatever follows.
            STANDARD.encode(&bytes[..15]).into_bytes(),
            URL_SAFE_NO_PAD.encode(&bytes[..15]).into_bytes(),
            list.into_bytes(),
        ];
        Self { name: name.into(), spellings: spellings.to_vec() }
    }

    fn text(name: impl Into<String>, text: &str) -> Self {
        assert!(text.len() > 15, "{text}");
        Self { name: name.into(), spellings: vec![text.as_bytes().to_vec()] }
    }

    fn is_in(&self, said: &Said<'_>) -> bool {
        self.spellings.iter().any(|spelling| said.holds(spelling))
    }
}

/// What was said, with the places of each pair of bytes: much is looked for in much.
struct Said<'s> {
    bytes: &'s [u8],
    pairs: HashMap<[u8; 2], Vec<usize>>,
}

impl<'s> Said<'s> {
    fn new(bytes: &'s [u8]) -> Self {
        let mut pairs: HashMap<[u8; 2], Vec<usize>> = HashMap::new();
        for (at, pair) in bytes.windows(2).enumerate() {
            pairs.entry([pair[0], pair[1]]).or_default().push(at);
        }
        Self { bytes, pairs }
    }

    fn holds(&self, part: &[u8]) -> bool {
        let places = self.pairs.get(&[part[0], part[1]]);
        places.is_some_and(|places| places.iter().any(|at| self.bytes[*at..].starts_with(part)))
    }
}

fn assert_unsaid(secrets: &[Secret], said: &[u8]) {
    let said = Said::new(said);
    let named: Vec<&str> = secrets.iter().filter(|secret| secret.is_in(&said)).map(|secret| &*secret.name).collect();
    assert!(named.is_empty(), "said: {named:?}");
}

/// Seeds and keys of the stores' nodes, and their administrators' tokens.
fn of_nodes(town: &Town) -> Vec<Secret> {
    let each = (1..=4_u32).flat_map(|store| {
        let mut seed = [0x5e; 32];
        seed[..4].copy_from_slice(&store.to_le_bytes());
        [
            Secret::bytes(format!("seed of node {store}"), &seed),
            Secret::bytes(format!("node key {store}"), &*node_seed(StoreId(store)).node_key_seed()),
            Secret::text(format!("administrator's token {store}"), &town.admin(store)),
        ]
    });
    each.collect()
}

/// A wallet's seed and the coins and blinds that come from it.
fn of_wallet(town: &Town, seed: &[u8; 32]) -> Vec<Secret> {
    let own = Seed::new(*seed).for_federation(&town.federation.id().0);
    let mut secrets = vec![
        Secret::bytes("wallet's seed", seed),
        Secret::bytes("wallet's seed for the federation", &*own.expose_bytes()),
    ];
    for (order, slot) in (0..8).flat_map(|order| (0..8).map(move |slot| (order, slot))) {
        let coin = derive_coin_secret(&own, KEYSET.0, 0, order, slot);
        secrets.push(Secret::bytes(format!("coin {order}/{slot}"), &*coin.expose_bytes()));
        let blind = derive_blind(&own, KEYSET.0, 0, order, slot);
        secrets.push(Secret::bytes(format!("blind {order}/{slot}"), &*blind.expose_bytes()));
    }
    secrets
}

/// OPS-3.
#[test]
fn four_nodes_and_a_wallet_log_no_secret_at_any_level() {
    let heard = Heard::default();
    let writer = heard.clone();
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(LevelFilter::TRACE).with(layer))
        .unwrap();

    // The wallet goes by this machine's clock.
    let town = Town::open_as(Plan { now: Clock::System.unix_seconds(), ..Plan::of(4) }, in_memory);
    let folder = tempfile::tempdir().unwrap();
    let seed = [0xd7; 32].map({
        let mut step = 0_u8;
        move |byte: u8| {
            step += 1;
            byte.wrapping_mul(step)
        }
    });
    let federation = town.federation.id();
    let mut wallet =
        Session::create_from(Seed::new(seed), 0, folder.path(), &town.url(1, ""), Some(&federation), None).unwrap();
    let till = town.till(1);
    let grant = http(
        "POST",
        &town.url(1, "/v1/grants"),
        Some(&till),
        Some(&json!({ "points": 25, "reference": "receipt 17" })),
    );
    let link = grant.body["claim_url"].as_str().unwrap_or_else(|| panic!("{grant:?}")).to_owned();
    let (_, claim) = link.split_once('#').unwrap();
    wallet.claim(&link).unwrap();
    let checkout = http(
        "POST",
        &town.url(1, "/v1/checkouts"),
        Some(&till),
        Some(&json!({ "max_points": 7, "step": 1, "reference": "receipt 18" })),
    );
    let pay = checkout.body["url"].as_str().unwrap_or_else(|| panic!("{checkout:?}")).to_owned();
    wallet.pay(&pay, None, &[]).unwrap();
    // A token that opens nothing, and an order that is none.
    let wrong = Token::fresh().unwrap();
    http("GET", &town.url(1, "/v1/tills"), Some(wrong.expose()), None);
    http("POST", &town.url(1, "/v1/orders"), Some(&till), Some(&json!({ "order": "AAAA" })));

    let mut secrets = of_nodes(&town);
    secrets.extend(of_wallet(&town, &seed));
    secrets.push(Secret::text("till's token", &till));
    secrets.push(Secret::text("grant's secret", claim));
    secrets.push(Secret::text("wrong token", wrong.expose()));
    let identity = std::fs::read_to_string(folder.path().join("identity.txt")).unwrap();
    let identity = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    secrets.push(Secret::text("age identity", identity));

    let said = heard.0.lock().unwrap().clone();
    println!("{} bytes logged at TRACE, {} secrets looked for", said.len(), secrets.len());
    assert!(said.len() > 100_000, "only {} bytes were logged", said.len());
    assert_unsaid(&secrets, &said);

    // Nor what the parts that hold them print when asked for everything.
    let node = Identity::from_seed(*node_seed(StoreId(1)).node_key_seed()).unwrap();
    let keys = node_seed(StoreId(1)).witness_keys(&federation, KEYSET).unwrap();
    let shown = format!(
        "{:#?} {:#?} {:#?} {:#?} {:#?} {:#?}",
        node,
        keys,
        node_seed(StoreId(1)),
        Seed::new(seed),
        wrong,
        wallet
    );
    assert_unsaid(&secrets, shown.as_bytes());

    // Controls: what is looked for is found when it is said.
    for secret in &secrets {
        let spelled =
            secret.spellings.iter().all(|spelling| secret.is_in(&Said::new(&[&b"key="[..], spelling, b" "].concat())));
        assert!(spelled, "{}", secret.name);
    }
    let token_file = secret_file::read(&town.folder(1).join("admin.token")).unwrap();
    assert!(secrets.iter().any(|secret| secret.is_in(&Said::new(&token_file))));
    assert!(secrets.iter().any(|secret| secret.is_in(&Said::new(format!("{seed:?}").as_bytes()))));
}

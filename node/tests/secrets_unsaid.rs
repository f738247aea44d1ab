//! Nothing that a node or a wallet says holds a secret.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod heard;
mod secrets_support;

use federation::{Town, http, in_memory};
use federation_support::{KEYSET, Plan, node_seed};
use heard::Heard;
use ronde_node::clock::Clock;
use ronde_node::secret_file;
use ronde_node::shop::Token;
use ronde_node::transport::Identity;
use ronde_node::wallet::session::Session;
use ronde_protocol::crypto::Seed;
use ronde_protocol::crypto::coin::{derive_blind, derive_coin_secret};
use ronde_protocol::message::ids::StoreId;
use secrets_support::{Said, Secret, assert_unsaid};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

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
    let heard = Heard::listen(LevelFilter::TRACE);

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

    let said = heard.bytes();
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

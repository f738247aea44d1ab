//! What a manager and a till do by hand: take goods back, look up a code, make a mistake good.

mod http_support;

use std::path::Path;
use std::process::{Command, Output};

use http_support::Node;
use http_support::orders::{checkout, code, offer, pay};
use ronde_node::config::Config;
use ronde_node::shop::Caps;
use ronde_protocol::message::amount::Points;
use serde_json::{Value, json};

/// Runs a command against the node with a token.
fn ronde(node: &Node, token: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    command.args(words).args(["--node", &node.url]).env_clear().env("RONDE_TILL_TOKEN", token);
    command.output().unwrap()
}

fn text(node: &Node, token: &str, words: &[&str]) -> String {
    let output = ronde(node, token, words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn object(node: &Node, token: &str, words: &[&str]) -> Value {
    serde_json::from_str(&text(node, token, &[words, ["--json"].as_slice()].concat())).unwrap()
}

fn start() -> (Node, String, String) {
    let node = Node::start();
    let rules = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n";
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), rules, []).unwrap().rules);
    let (till, office) = (node.till("counter", &["grant", "redeem", "refund"]), node.till("office", &["manager"]));
    (node, till, office)
}

#[test]
fn goods_come_back_by_hand() {
    let (node, till, _) = start();
    let made = object(&node, &till, &["till", "grant", "--cents", "4000"]);
    let grant = made["grant"]["id"].as_str().unwrap();
    let back = ["till", "return", "1500", "--grant", grant, "--reference", "note-1"];
    let said = text(&node, &till, &back);
    assert!(said.starts_with("pay 1500 cents\n") && said.contains("25 points for the rest:\n"), "{said}");
    assert!(said.contains("is void, because nobody had claimed it"), "{said}");
    let taken = object(&node, &till, &back);
    assert_eq!((&taken["ok"], &taken["return"]["withdrawn"]), (&json!(true), &json!(grant)));
    let again = &taken["return"]["instead"]["claim_url"];
    assert!(said.contains(again.as_str().unwrap()), "the same return once more: {said}");

    let paid = checkout(&node, &till, 10);
    assert_eq!(node.post_open("/v1/orders", &pay(&offer(&node, &paid), 10, 1).body()).status, 200);
    let back = ["till", "return", "0", "--checkout", &paid, "--sold", "100", "--total", "50", "--reference", "note-2"];
    let said = text(&node, &till, &back);
    assert!(said.starts_with("pay 45 cents\n5 points go back:\n"), "{said}");
    let refused = ronde(&node, &till, &["till", "return", "2501", "--grant", grant, "--reference", "note-3"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("only 2500 cents"), "{refused:?}");
}

#[test]
fn a_code_is_looked_up_and_a_mistake_made_good() {
    let (node, till, office) = start();
    node.shop.set_caps(Caps { goodwill: Some(Points(40)), ..Caps::default() });
    let good = ["till", "grant", "30", "--goodwill", "--reason", "The till was down"];
    assert_eq!(ronde(&node, &till, &good).status.code(), Some(2));
    let made = object(&node, &office, &good);
    let over = ronde(&node, &office, &good);
    assert!(String::from_utf8_lossy(&over.stderr).contains("10 points more"), "{over:?}");
    let written = code(made["grant"]["id"].as_str().unwrap());
    let said = text(&node, &office, &["trace", &format!("{}-{}", &written[..4], &written[4..]).to_lowercase()]);
    assert!(said.starts_with(&format!("{written}\ngrant ")) && said.contains(": open\n"), "{said}");
    assert!(said.contains("at till office") && said.contains("to make something good: The till was down"), "{said}");
    assert_eq!(object(&node, &office, &["trace", &written])["trace"]["found"][0]["points"], 30);
    assert_eq!(ronde(&node, &office, &["trace", "00000000"]).status.code(), Some(2));
}

//! `ronde status` against what a node may answer.

use crate::cli_support;
use crate::federation_support;

use std::net::TcpListener;

use base64::Engine as _;
use cli_support::{Desk, Said, serve};
use ronde_protocol::message::codec::encode;
use serde_json::{Value, json};

/// A node that answers the two questions that `status` asks, and then is gone.
fn ask(status: Value, charter: Value, options: &str) -> Said {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    serve(&listener, move |asked| Some(if asked.contains("/v1/charter ") { &charter } else { &status }.clone()));
    Desk::new().ronde(&format!("status --node http://{address} {options}"))
}

fn charter() -> Value {
    let mut body = federation_support::body(&federation_support::Plan::of(4));
    body.expires = u64::from(u32::MAX);
    let signed = federation_support::sign_charter(body, &[1, 2]);
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(encode(&signed));
    json!({ "federation": signed.body.federation, "version": 1, "hash": signed.body.hash(), "chain": [bytes] })
}

/// A status with these of the four witnesses up.
fn status(up: [bool; 4]) -> Value {
    let witnesses: Vec<Value> = up
        .iter()
        .enumerate()
        .map(|(at, up)| {
            json!({
                "keyset": 1, "index": at, "store": at + 1, "name": format!("Shop {}", at + 1), "up": up,
                "rtt_us": up.then_some(1234),
            })
        })
        .collect();
    json!({
        "store": 1, "name": "Shop 1", "federation": "x", "charter_version": 1, "witnesses": witnesses,
        "open_orders": 2, "log": [{ "keyset": 1, "size": 42, "root": "ab".repeat(32) }], "version": "0.1.0",
    })
}

#[test]
fn all_is_well() {
    let said = ask(status([true; 4]), charter(), "").ok();
    for words in ["Shop 1 (store 1)", "2 orders open", "4 of 4 witnesses", "1.2 ms", "42 entries", "abababababababab"] {
        assert!(said.out.contains(words), "no {words:?} in:\n{}", said.out);
    }
}

#[test]
fn one_of_four_down_is_worth_a_look_and_two_stop_payments() {
    let one = ask(status([true, true, false, true]), charter(), "");
    assert_eq!(one.code, 1, "{}", one.err);
    assert!(one.out.contains("Shop 3 not reached; payments go on, 0 more"), "{}", one.out);
    let two = ask(status([true, false, false, true]), charter(), "--json");
    assert_eq!(two.code, 2, "{}", two.err);
    let object = two.json();
    assert_eq!(object["ok"], false);
    assert!(object["findings"][0].as_str().unwrap().contains("Shop 2, Shop 3"), "{object}");
    assert_eq!(object["status"]["open_orders"], 2);
}

#[test]
fn a_witness_that_no_longer_votes_says_so() {
    let reasons = [
        ("log-rolled-back", "its log lacks what it once signed"),
        ("vote-forgotten", "a certificate holds its own vote"),
        ("restored-copy", "restored backup"),
        ("two-certificates", "ronde audit --evidence"),
    ];
    for (reason, words) in reasons {
        let mut retired = status([true; 4]);
        retired["log"][0]["retired"] = json!(true);
        retired["log"][0]["retired_because"] = json!(reason);
        let said = ask(retired, charter(), "");
        assert_eq!(said.code, 1);
        for words in ["votes no more in keyset 1", words, "seat in the next keyset", "can be paid with"] {
            assert!(said.out.contains(words), "{reason}: no {words:?} in {}", said.out);
        }
    }
    let mut starting = status([true; 4]);
    starting["log"][0]["starting"] = json!(true);
    assert!(ask(starting, charter(), "").ok().out.contains("not voting in keyset 1 yet"));
}

#[test]
fn how_far_the_other_logs_are_read_is_said_and_a_lag_is_worth_a_look() {
    let mut read = status([true; 4]);
    let log = |read: u64, size: u64| json!({ "keyset": 1, "index": 1, "store": 2, "name": "Shop 2", "read": read, "size": size });
    read["peer_logs"] = json!([log(40, 42)]);
    let said = ask(read.clone(), charter(), "").ok();
    assert!(said.out.contains("log of Shop 2 in keyset 1: 40 of 42 entries read, 2 behind"), "{}", said.out);
    read["peer_logs"] = json!([log(40, 400)]);
    let said = ask(read.clone(), charter(), "");
    assert_eq!(said.code, 1);
    assert!(said.out.contains("360 entries of the log of Shop 2 in keyset 1 are not read yet"), "{}", said.out);
    read["peer_logs"] = json!([log(40, 42)]);
    // By the kind of the trouble, whatever its words are.
    read["peer_logs"][0]["trouble"] = json!("shorter");
    read["peer_logs"][0]["trouble_text"] = json!("it has 3, and had 40");
    let said = ask(read.clone(), charter(), "");
    assert!(said.out.contains("is shorter than it was: it has 3, and had 40; tell"), "{}", said.out);
    read["peer_logs"] = json!([log(42, 42)]);
    read["peer_logs"][0]["trouble"] = json!("refused");
    read["peer_logs"][0]["trouble_text"] = json!("the peer's log is refused: lost state");
    let said = ask(read.clone(), charter(), "");
    let words = "look  the log of Shop 2 in keyset 1 can't be read: the peer's log is refused: lost state";
    assert!(said.code == 1 && said.out.contains(words), "{}", said.out);
    assert!(!said.out.contains("0 entries"), "nothing is unread: {}", said.out);
    // What this program does not know yet is said in the node's words.
    read["peer_logs"][0]["trouble"] = json!("eaten");
    assert!(ask(read.clone(), charter(), "").out.contains("can't be read: the peer's log is refused"));
    // That a witness is down is said once.
    let mut down = status([true, false, true, true]);
    down["peer_logs"] = json!([log(42, 42)]);
    down["peer_logs"][0]["trouble"] = json!("unreachable");
    let said = ask(down, charter(), "");
    assert_eq!(said.out.lines().filter(|line| line.starts_with("look")).count(), 1, "{}", said.out);
    let mut troubled = status([true; 4]);
    troubled["disk"] = json!({ "free_mib": 20, "floor_mib": 128, "short": true });
    troubled["clock"] = json!({ "ahead_ms": -312_400, "stores": 3 });
    let said = ask(troubled, charter(), "");
    assert_eq!(said.code, 2);
    for words in ["20 MiB free of 128", "312 s behind those of 3 other stores", "timedatectl set-ntp true"] {
        assert!(said.out.contains(words), "no {words:?} in {}", said.out);
    }
    read["peer_logs"] = json!([]);
    read["evidence"] = json!(2);
    let said = ask(read, charter(), "");
    assert!(said.code == 1 && said.out.contains("2 pieces of evidence"), "{}", said.out);
}

#[test]
fn what_the_database_did_is_said_and_passed_on() {
    let mut written = status([true; 4]);
    let storage = json!({ "commits": 3, "jobs": 11, "largest_batch": 7, "failures": 1 });
    written["storage"] = storage.clone();
    let said = ask(written.clone(), charter(), "").ok();
    let words = "database since the start: 3 commits of 11 jobs, at most 7 at a time; 1 failed";
    assert!(said.out.contains(words), "{}", said.out);
    assert_eq!(ask(written, charter(), "--json").json()["status"]["storage"], storage);
    // An older node says nothing of it.
    assert!(!ask(status([true; 4]), charter(), "").ok().out.contains("database"));
}

#[test]
fn one_of_a_thing_is_said_as_one() {
    let mut few = status([true; 4]);
    few["open_orders"] = json!(1);
    few["log"][0]["size"] = json!(1);
    few["evidence"] = json!(1);
    few["clock"] = json!({ "ahead_ms": 312_400, "stores": 1 });
    let said = ask(few, charter(), "");
    for words in ["1 order open", "1 entry, root", "keeps 1 piece of evidence", "ahead of that of the other store"] {
        assert!(said.out.contains(words), "no {words:?} in {}", said.out);
    }
}

#[test]
fn what_is_no_node_and_what_shows_a_forged_charter_is_not_believed() {
    ask(json!({}), charter(), "").refused(&["does not answer as a Ronde node does"]);
    ask(status([true; 4]), json!({ "chain": ["AAAA"] }), "").refused(&["does not answer as a Ronde node does"]);
    ask(status([true; 4]), json!({ "chain": [] }), "").refused(&["is not valid", "do not trust"]);
}

#[test]
fn nobody_there_is_said_with_what_to_do() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    Desk::new().ronde(&format!("status --node http://{free}")).refused(&["does not answer", "ronde node"]);
}

/// TILL-6, TILL-16.
#[test]
fn caps_that_are_nearly_reached_and_a_certificate_that_ends_are_worth_a_look() {
    let with = |member: &str, value: Value| {
        let mut status = status([true; 4]);
        status[member] = value;
        let said = ask(status, charter(), "");
        (said.code, said.out)
    };
    let looks = [
        ("caps_near", json!(2), "four fifths"),
        ("certificate", json!({ "expires": "2020-05-01T00:00:00Z" }), "ended at 2020-05-01"),
        ("certificate", json!({ "expires": "2090-05-01T00:00:00Z", "trouble": "no key" }), "no key"),
    ];
    for (member, value, words) in looks {
        let (code, out) = with(member, value);
        assert!(code == 1 && out.contains(words), "no {words:?} in:\n{out}");
    }
    assert_eq!(with("certificate", json!({ "expires": "2090-05-01T00:00:00Z" })).0, 0);
}

//! `ronde audit` as a user sees it: over HTTP, from saved logs, and with evidence handed on as files.

use crate::audit_support;
use crate::cli_support;
use crate::federation_support;

use std::net::TcpListener;

use audit_support::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cli_support::{Desk, Said, serve, serve_nothing};
use federation_support::{Federation, KEYSET, Plan, body, list, planned, with};
use ronde_node::charter_store::CharterStore;
use ronde_protocol::machine::audit::WitnessLog;
use ronde_protocol::message::charter::Store;
use ronde_protocol::message::codec::{Encode, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::text::Text;
use serde_json::{Value, json};

const ALL: &[u8] = &[0, 1, 2, 3];
/// Entries in one answer: few, so that every log takes several.
const PAGE: usize = 2;

fn base64<T: Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

/// A federation, a desk with its charter, and what its nodes will show.
struct Town {
    federation: Federation,
    listeners: Vec<TcpListener>,
    desk: Desk,
}

impl Town {
    fn new() -> Self {
        let listeners: Vec<TcpListener> = (0..4).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let http = listeners.iter().map(|listener| format!("http://{}", listener.local_addr().unwrap())).collect();
        let federation = planned(&Plan { http, ..Plan::of(4) });
        Self::of(federation, listeners)
    }

    fn of(federation: Federation, listeners: Vec<TcpListener>) -> Self {
        let desk = Desk::new();
        CharterStore::create(&desk.path("charter"), federation.signed.clone()).unwrap();
        Self { federation, listeners, desk }
    }

    /// Four nodes that show these logs; one without a log hangs up. They end with the test.
    fn serve(&self, logs: &[Option<WitnessLog>]) {
        self.serve_growing(logs, logs);
    }

    /// The same, but who is asked for its log a second time shows another.
    fn serve_growing(&self, first: &[Option<WitnessLog>], then: &[Option<WitnessLog>]) {
        for (listener, (first, then)) in self.listeners.iter().zip(first.iter().zip(then)) {
            let (mut shown, then, charter) = (first.clone(), then.clone(), base64(&self.federation.signed));
            serve(listener, move |asked| {
                let log = shown.clone()?;
                if asked.contains("/v1/log") {
                    shown.clone_from(&then);
                }
                Some(answer(asked, &log, &charter))
            });
        }
    }

    fn audit(&self, options: &str) -> Said {
        self.desk.ronde(&format!("audit --charter charter {options}"))
    }
}

fn answer(asked: &str, log: &WitnessLog, charter: &str) -> Value {
    if asked.contains("/v1/charter") {
        return json!({ "chain": [charter] });
    }
    let from: usize = asked.split("from=").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let entries: Vec<String> = log.entries.iter().skip(from).take(PAGE).map(base64).collect();
    json!({ "head": base64(&log.head), "entries": entries })
}

fn history(federation: &Federation) -> Committee<'_> {
    let mut committee = Committee::new(federation);
    committee.certify(&earn(federation, 1, 1, &[(points(4), 1), (points(2), 2)]), ALL, ALL);
    committee.certify(&redeem(federation, 3, &[(points(4), 1)], &[(points(1), 3)]), ALL, ALL);
    committee
}

fn cheated(federation: &Federation) -> Vec<Option<WitnessLog>> {
    let mut logs = history(federation).logs();
    let race = [10, 11].map(|made| voted(&swap(federation, &[(points(2), 2)], &[(points(2), made)])));
    logs[3] = forged(federation, 3, logs[3].entries.iter().cloned().chain(race).collect());
    logs.into_iter().map(Some).collect()
}

#[test]
fn all_stores_of_the_charter_are_asked_and_all_is_well() {
    let town = Town::new();
    town.serve(&history(&town.federation).logs().into_iter().map(Some).collect::<Vec<_>>());
    let said = town.audit("").ok();
    for words in [
        "4 of 4 logs read, 3 needed: all",
        "2 certified orders",
        "6 issued + 0 moved in - 3 redeemed - 0 donated - 0 moved out = 3; in wallets: 3",
        "positions sum to 0",
        "everything adds up",
    ] {
        assert!(said.out.contains(words), "no {words:?} in:\n{}", said.out);
    }
    let object = town.audit("--json").ok().json();
    assert_eq!((&object["ok"], &object["verdict"]), (&json!(true), &json!("well")));
    assert_eq!(object["keysets"][0]["value"]["float"], 3);
    assert_eq!(
        object["keysets"][0]["logs"][2],
        json!({ "witness": 2, "state": "read", "entries": 4, "why": null, "closed": false })
    );
}

#[test]
fn the_charter_may_come_from_a_node_and_what_was_read_is_audited_again_offline() {
    let town = Town::new();
    town.serve(&history(&town.federation).logs().into_iter().map(Some).collect::<Vec<_>>());
    let nodes: String =
        town.listeners.iter().map(|node| format!("--node http://{}/ ", node.local_addr().unwrap())).collect();
    town.desk.ronde(&format!("audit {nodes} --save kept")).ok();
    let again = town.desk.ronde("audit --logs kept --json").ok().json();
    assert_eq!(again["keysets"][0]["orders"], 2);
    town.desk.ronde(&format!("audit {nodes} --federation {}", "00".repeat(32))).refused(&["is of federation"]);
}

#[test]
fn a_witness_out_of_reach_is_worth_a_look_and_two_are_too_many() {
    let town = Town::new();
    let mut logs: Vec<_> = history(&town.federation).logs().into_iter().map(Some).collect();
    logs[1] = None;
    town.serve(&logs);
    let one = town.audit("");
    assert_eq!(one.code, 1, "{}\n{}", one.out, one.err);
    assert!(one.out.contains("the log of Store 2 (store 2) is missing"), "{}", one.out);
    let node = |number: usize| town.listeners[number].local_addr().unwrap();
    let two = town.audit(&format!("--node http://{} --node http://{} --json", node(0), node(2)));
    assert_eq!(two.code, 2, "{}", two.err);
    assert_eq!(two.json()["verdict"], "too-few-logs");
}

/// BOOKS-19: the first reading shows a coin that is spent and was never made.
#[test]
fn what_does_not_add_up_is_read_on_before_it_is_reported() {
    let town = Town::new();
    let mut committee = Committee::new(&town.federation);
    let before: Vec<WitnessLog> = committee.logs();
    // Witness 3 hears of the payment alone; the others were read before either.
    committee.certify(&earn(&town.federation, 1, 1, &[(points(4), 1)]), &[0, 1, 2], &[0, 1, 2]);
    committee.certify(&redeem(&town.federation, 3, &[(points(4), 1)], &[]), &[0, 1, 2], ALL);
    let after = committee.logs();
    let first = before[..3].iter().chain(&after[3..]).cloned().map(Some).collect::<Vec<_>>();
    town.serve_growing(&first, &after.into_iter().map(Some).collect::<Vec<_>>());
    let said = town.audit("").ok();
    assert!(said.out.contains("reading on") && said.out.contains("everything adds up"), "{}", said.out);
}

#[test]
fn a_cheat_is_named_and_its_evidence_convicts_offline() {
    let town = Town::new();
    town.serve(&cheated(&town.federation));
    let said = town.audit("--evidence found --json");
    assert_eq!(said.code, 2, "{}", said.err);
    let object = said.json();
    assert_eq!(
        object["keysets"][0]["findings"],
        json!([{
            "culprits": [{ "witness": 3, "keyset": 1, "store": 4 }], "offence": "double-vote", "proven": true,
        }])
    );
    let file = object["evidence"][0].as_str().unwrap();
    let checked = town.audit(&format!("--evidence-file found/{file}")).ok();
    assert!(checked.out.contains("witness 3 of keyset 1, Store 4 (store 4), voted for two orders"), "{}", checked.out);
    assert!(checked.out.contains("void if the witness shows a certificate"), "{}", checked.out);
    assert!(town.audit("").out.contains("WRONG witness 3 of keyset 1"));
    // Spoiled on the way, it accuses nobody.
    let path = town.desk.path("found").join(file);
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    town.audit(&format!("--evidence-file found/{file}")).refused(&["proves nothing", "did not sign"]);
    std::fs::write(&path, &bytes[..last]).unwrap();
    town.audit(&format!("--evidence-file found/{file}")).refused(&["holds no evidence"]);
}

/// The first web address of each store is dead, and the second another's by now.
#[test]
fn a_store_is_asked_at_all_its_web_addresses() {
    let open = || TcpListener::bind("127.0.0.1:0").unwrap();
    let [listeners, others, dead] = [0; 3].map(|_| Vec::from_iter((0..4).map(|_| open())));
    let url = |listener: &TcpListener| Text::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let mut body = body(&Plan::of(4));
    let stores = body.stores.iter().cloned().zip(dead.iter().zip(others.iter().zip(&listeners)));
    let moved =
        stores.map(|(store, (dead, (other, now)))| Store { http: list([url(dead), url(other), url(now)]), ..store });
    body.stores = list(moved);
    let town = Town::of(with(body), listeners);
    drop(dead);
    others.iter().for_each(serve_nothing);
    town.serve(&history(&town.federation).logs().into_iter().map(Some).collect::<Vec<_>>());
    let said = town.audit("").ok();
    assert!(said.out.contains("4 of 4 logs read, 3 needed: all"), "{}", said.out);
    let named = town.listeners[0].local_addr().unwrap().to_string();
    assert!(said.out.contains(&format!("{named}: 4 entries")), "{}", said.out);
    // What is not so after all is no trouble.
    assert_eq!(town.audit("--json").ok().json()["keysets"][0]["trouble"], json!([]));
}

#[test]
fn a_spoiled_log_is_refused_and_accuses_nobody() {
    let town = Town::new();
    let mut logs: Vec<_> = history(&town.federation).logs().into_iter().map(Some).collect();
    if let Some(log) = &mut logs[2] {
        log.entries[0] = voted(&earn(&town.federation, 2, 9, &[(points(1), 9)]));
    }
    town.serve(&logs);
    let said = town.audit("");
    assert_eq!(said.code, 1, "{}\n{}", said.out, said.err);
    assert!(said.out.contains("the log of Store 3 (store 3) is refused"), "{}", said.out);
    assert!(!said.out.contains("WRONG"), "{}", said.out);
}

#[test]
fn a_node_whose_log_never_ends_is_refused_and_fills_no_disk() {
    let keyset = |town: &Town| town.federation.charter.keyset(KEYSET).unwrap().clone();
    let head_of = |town: &Town, size| {
        let (keyset, index) = (keyset(town), WitnessIndex(3));
        base64(&Head::sign(&town.federation.witness(KEYSET, index).vote, &keyset, index, size, [7; 32]))
    };
    let entry = base64(&voted(&earn(&Town::new().federation, 4, 9, &[(points(1), 9)])));
    for (size, entry, words) in [
        (u64::MAX, entry, "shows a log of 18446744073709551615 entries, and more than 100 are not read"),
        (100, "A".repeat(1 << 20), "bytes with its log"),
    ] {
        let town = Town::new();
        let mut logs: Vec<_> = history(&town.federation).logs().into_iter().map(Some).collect();
        logs.pop();
        town.serve(&logs);
        let page = json!({ "head": head_of(&town, size), "entries": [entry] });
        let mut left = 200;
        serve(&town.listeners[3], move |_| {
            left -= 1;
            // Who still asks then asks for ever.
            (left > 0).then(|| page.clone())
        });
        let said = town.audit("--max 100");
        assert_eq!(said.code, 1, "{}\n{}", said.out, said.err);
        assert!(said.out.contains(words) && said.out.contains("--max"), "{}", said.out);
        assert!(!said.out.contains("WRONG"), "{}", said.out);
    }
    // The bound is on honest logs too.
    let town = Town::new();
    town.serve(&history(&town.federation).logs().into_iter().map(Some).collect::<Vec<_>>());
    let said = town.audit("--max 3");
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.out.contains("shows a log of 4 entries, and more than 3 are not read"), "{}", said.out);
    town.audit("--max 4").ok();
}

#[test]
fn what_is_missing_is_asked_for() {
    let desk = Desk::new();
    desk.ronde("audit").refused(&["needs the federation's charter", "--charter"]);
    let town = Town::new();
    std::fs::create_dir(town.desk.path("empty")).unwrap();
    town.audit("--logs empty").refused(&["no log in", "--save"]);
    town.audit("--logs empty --keyset 9").refused(&["no such keyset"]);
}

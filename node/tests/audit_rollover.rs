//! `ronde audit` over two keysets of real nodes: points move from the first into the later one, and the first is closed. Then
//! from the logs that were kept, with what a cheat would have written.

mod cli_support;
mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::path::{Path, PathBuf};

use cli_support::Desk;
use federation::{Town, base64, eventually, from_base64, on_disk, orders};
use federation_support::{DAY, KEYSET, Plan};
use ronde_protocol::crypto::merkle::Frontier;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::order::SignedOrder;
use ronde_protocol::message::wire::{ReplyV1, RequestV1, StatementQuery};
use serde_json::{Value, json};

const LATER: KeysetId = KeysetId(2);

/// A grant of 12 points in the first keyset, of which 8 moved, and then it was closed.
fn closed() -> (Town, SignedOrder) {
    let mut town = Town::open_as(Plan { keysets: 2, apart: 365 * DAY, ..Plan::of(4) }, on_disk);
    assert_eq!(town.submit(1, &orders::earn(&town.federation, 1, 1, &[(1, 8), (2, 4)])).status, 200);
    let moved = orders::moving(&town.federation, LATER, &[(1, 8)], &[(11, 8)]);
    eventually("all witnesses of both keysets evaluate", || {
        let answer = town.submit(3, &moved).body;
        answer["evaluations"].as_array().is_some_and(|given| given.len() == 8)
    });
    let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    (1..=4).for_each(|store| town.set_clock(store, end + 1));
    for store in 1..=4 {
        eventually("it signs its closing statement", || {
            let query = RequestV1::Statement(StatementQuery { keyset: KEYSET });
            matches!(town.ask(2, store, query), ReplyV1::Statement(_))
        });
    }
    (town, moved)
}

/// The kept log of a witness.
fn kept(folder: &Path, keyset: KeysetId, witness: u8) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(&format!("keyset-{}.", keyset.0)) && name.ends_with(&format!("witness-{witness}.log"))
    };
    files.into_iter().find(is_it).unwrap()
}

/// Lets a witness write more into its kept log, and sign it.
fn add(town: &Town, folder: &Path, keyset: KeysetId, witness: u8, more: &LogEntry) {
    let file = kept(folder, keyset, witness);
    let text = std::fs::read_to_string(&file).unwrap();
    let pages: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut entries: Vec<LogEntry> =
        pages.iter().flat_map(|page| page["entries"].as_array().unwrap()).map(from_base64).collect();
    entries.push(more.clone());
    let mut tree = Frontier::default();
    entries.iter().for_each(|entry| tree.push(entry.leaf()));
    let (listed, index) = (town.federation.charter.keyset(keyset).unwrap(), WitnessIndex(witness));
    let head = Head::sign(&town.federation.witness(keyset, index).vote, listed, index, tree.size(), tree.root());
    let mut page = json!({
        "keyset": keyset.0, "head": base64(&head), "entries": entries.iter().map(base64).collect::<Vec<_>>(),
    });
    if let Some(statement) = pages.last().unwrap().get("statement") {
        page["statement"] = statement.clone();
    }
    std::fs::write(&file, format!("{page}\n")).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn culprits(said: &Value, keyset: usize) -> Vec<(u64, &str)> {
    let findings = said["keysets"][keyset]["findings"].as_array().unwrap().iter();
    let named = findings.flat_map(|finding| {
        let offence = finding["offence"].as_str().unwrap();
        finding["culprits"].as_array().unwrap().iter().map(move |who| (who["witness"].as_u64().unwrap(), offence))
    });
    named.collect()
}

/// BOOKS-24, BOOKS-25, EVIDENCE-19, ROLLOVER-8
#[test]
fn two_keysets_of_real_nodes_add_up_and_each_cheat_between_them_is_found() {
    let (town, moved) = closed();
    let desk = Desk::new();
    let nodes: String = (1..=4).map(|store| format!("--node {} ", town.url(store, ""))).collect();
    let said = desk.ronde(&format!("audit {nodes} --save honest --json")).ok().json();
    assert_eq!(said["verdict"], "well", "{said}");
    let (first, second) = (&said["keysets"][0], &said["keysets"][1]);
    assert_eq!((&first["value"]["issued"], &first["value"]["moved_out"]), (&json!(12), &json!(8)));
    assert_eq!((&first["value"]["float"], &second["value"]["moved_in"]), (&json!(4), &json!(8)));
    let are_closed = |keyset: &Value| keyset["logs"].as_array().unwrap().iter().all(|log| log["closed"] == true);
    assert!(are_closed(first) && !are_closed(second), "{said}");
    let offline = desk.ronde("audit --logs honest --json").ok().json();
    assert_eq!(offline["keysets"], said["keysets"]);

    // Witness 2 writes another payment into the log that it closed.
    let late = LogEntry::Voted(orders::redeem(&town.federation, 1, &[(2, 4)], &[]));
    copy(&desk.path("honest"), &desk.path("longer"));
    add(&town, &desk.path("longer"), KEYSET, 2, &late);
    let said = desk.ronde("audit --logs longer --evidence found --json");
    assert_eq!(said.code, 2, "{}", said.err);
    let said = said.json();
    assert_eq!(culprits(&said, 0), [(2, "reopened")], "{said}");
    let file = said["evidence"][0].as_str().unwrap();
    let checked = desk.ronde(&format!("evidence verify found/{file} --charter honest/charter --json")).ok().json();
    assert_eq!((&checked["offence"], &checked["culprits"][0]["witness"]), (&json!("reopened"), &json!(2)));

    // The later keyset has another move of the same coin, which no log of the first knows.
    let other = orders::moving(&town.federation, LATER, &[(1, 8)], &[(12, 8)]).order;
    let certificate = town.federation.certify_by(&other, &[1, 2, 3].map(WitnessIndex)).into_certificate();
    let other = CertifiedOrder { certificate, order: other };
    copy(&desk.path("honest"), &desk.path("twice"));
    add(&town, &desk.path("twice"), LATER, 0, &LogEntry::Certified(other.clone()));
    let said = desk.ronde("audit --logs twice --json").json();
    let double: Vec<u64> = culprits(&said, 0).into_iter().map(|(index, _)| index).collect();
    assert!(!double.is_empty() && double.iter().all(|index| [1, 2, 3].contains(index)), "{said}");
    let breaches = said["keysets"][0]["breaches"].to_string();
    assert!(breaches.contains("are both certified") && breaches.contains("no log of the keyset"), "{breaches}");
    assert!(breaches.contains(&other.order.digest().to_string()), "{breaches}");

    // It has the honest move twice: it counts once, and nobody is accused.
    copy(&desk.path("honest"), &desk.path("again"));
    let again = CertifiedOrder { certificate: town.federation.certify(&moved.order), order: moved.order };
    add(&town, &desk.path("again"), LATER, 1, &LogEntry::Certified(again));
    let said = desk.ronde("audit --logs again --json").ok().json();
    assert_eq!((&said["verdict"], &said["keysets"][1]["value"]["moved_in"]), (&json!("well"), &json!(8)));
}

//! The `ronde wallet` command moves coins into a later keyset, through four real nodes.

use crate::federation;
use crate::federation_support;
use crate::wallet_command;

use std::path::{Path, PathBuf};

use federation::{Town, eventually, http, on_disk};
use federation_support::{DAY, Plan};
use ronde_node::clock::Clock;
use serde_json::json;
use wallet_command::{json, ronde};

/// Its first keyset still issues, and is so near its end that whatever is in it is due to move.
fn near_its_end(now: u64) -> Plan {
    Plan { now: now - 177 * DAY, spending: DAY, ..Plan::of(4) }
}

/// A second keyset that ends a year later, in the next version of the charter.
fn add_later(town: &mut Town) {
    let added = town.later_keyset();
    town.add_keyset(1, added);
    eventually("every node votes in the new keyset", || {
        (1..=4).all(|store| {
            let status = town.get(store, "/v1/status").body;
            let mut logs = status["log"].as_array().unwrap().iter();
            logs.any(|log| log["keyset"] == 2 && log.get("starting").is_none())
        })
    });
}

/// Four shops that vote in a keyset that is near its end, and a new wallet.
fn voting(now: u64, temporary: &Path) -> (Town, PathBuf) {
    let mut town = Town::found(near_its_end(now));
    (1..=4).for_each(|store| town.set_clock(store, now));
    (1..=4).for_each(|store| town.start(store, on_disk));
    town.wait_for_votes();
    let folder = temporary.join("wallet");
    wallet_command::new(&town.url(1, ""), &folder);
    (town, folder)
}

/// The wallet compares charters once a day: the day is over.
fn next_day(folder: &Path) {
    let path = folder.join("settings.json");
    let mut settings: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    settings["charter_checked"] = json!(0);
    std::fs::write(path, settings.to_string()).unwrap();
}

/// A claim that a clock which was behind had put into a keyset that is over is made anew.
#[test]
fn a_claim_for_a_keyset_in_which_its_store_issues_nothing_more_is_given_up_and_made_again() {
    let (now, temporary) = (Clock::System.unix_seconds(), tempfile::tempdir().unwrap());
    let (town, folder) = voting(now, temporary.path());
    let made = json!({ "points": 16, "reference": "receipt" });
    let made = http("POST", &town.url(1, "/v1/grants"), Some(&town.till(1)), Some(&made));
    let link = made.body["claim_url"].as_str().unwrap();
    // To this store the wallet's clock is behind.
    town.set_clock(1, now + 10 * DAY);
    let (code, refused) = json(&folder, &["claim", link]);
    assert_eq!((code, &refused["error"]["code"]), (2, &"keyset-closed".into()), "{refused}");
    let (_, pending) = json(&folder, &["pending"]);
    assert_eq!(pending["pending"], json!([]), "it is not sent again for ever");
    town.set_clock(1, now);
    let (code, claimed) = json(&folder, &["claim", link]);
    assert_eq!((code, &claimed["balance"]), (0, &16.into()), "{claimed}");
}

/// WALLET-38, WALLET-40, ROLLOVER-6
#[test]
fn resume_moves_what_is_due_and_says_only_of_what_is_certified_that_it_has_moved() {
    let (now, temporary) = (Clock::System.unix_seconds(), tempfile::tempdir().unwrap());
    let (mut town, folder) = voting(now, temporary.path());
    let till = town.till(1);
    let grant = json!({ "points": 16, "reference": "receipt" });
    let made = http("POST", &town.url(1, "/v1/grants"), Some(&till), Some(&grant));
    let (code, claimed) = json(&folder, &["claim", made.body["claim_url"].as_str().unwrap()]);
    assert_eq!((code, &claimed["balance"]), (0, &16.into()), "{claimed}");
    let (code, nowhere) = json(&folder, &["resume"]);
    assert_eq!((code, &nowhere["moved"]), (0, &json!([])), "there is no later keyset yet");
    add_later(&mut town);
    next_day(&folder);
    // With two witnesses gone nothing is certified, so nothing has moved.
    town.stop(3);
    town.stop(4);
    let output = ronde(&folder, &["resume"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("Not decided yet, to move into the next keyset: ") && !said.contains("Moved"), "{said}");
    (3..=4).for_each(|store| town.start(store, on_disk));
    town.wait_for_votes();
    eventually("it is through", || json(&folder, &["resume"]).0 == 0);
    let (_, balance) = json(&folder, &["balance"]);
    let keysets = balance["keysets"].as_array().unwrap();
    let of = |keyset: u32| {
        keysets.iter().find(|line| line["keyset"] == keyset).map_or(json!(0), |line| line["points"].clone())
    };
    assert_eq!((&balance["points"], of(1), of(2)), (&16.into(), json!(0), json!(16)), "{balance}");
    // What moved is spent like anything else.
    let body = json!({ "max_points": 6, "step": 1, "reference": "basket" });
    let opened = http("POST", &town.url(2, "/v1/checkouts"), Some(&town.till(2)), Some(&body));
    let (code, paid) = json(&folder, &["pay", opened.body["url"].as_str().unwrap()]);
    assert_eq!((code, &paid["state"], &paid["balance"]), (0, &"done".into(), &10.into()), "{paid}");
}

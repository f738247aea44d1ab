//! `ronde wallet` as a script and a person see it: exit codes, JSON fields, words. With `--features fault-points` it is
//! also killed at every boundary of its persistence.

use crate::federation_support;
use crate::wallet_command;
use crate::wallet_support;

use std::path::Path;

use federation_support::{CAMPAIGN, VOUCHER};
use ronde_node::clock::Clock;
use ronde_node::wallet::{Session, Trouble};
use ronde_protocol::message::ids::{StoreId, WitnessIndex};
use serde_json::Value;
use wallet_command::{json, ronde, secret, words};
use wallet_support::Town;

fn new(town: &Town, folder: &Path) -> Value {
    wallet_command::new(town.base(1), folder)
}

#[test]
fn a_script_earns_pays_gives_and_votes() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let folder = temporary.path().join("wallet");
    let made = new(&town, &folder);
    assert_eq!(made["words"].as_array().unwrap().len(), 24);
    assert_eq!(made["federation"], town.federation.id().to_string());
    let (code, claimed) = json(&folder, &["claim", &town.grant_with(1, 25, Some(CAMPAIGN), 1)]);
    assert_eq!(code, 0, "{claimed}");
    assert_eq!((&claimed["state"], &claimed["points"], &claimed["balance"]), (&"done".into(), &25.into(), &25.into()));
    assert_eq!(claimed["store_name"], "Store 1");
    let voucher = VOUCHER.to_string();
    let link = town.checkout(3, 12, 1);
    let (code, paid) = json(&folder, &["pay", &link, "--points", "7", "--vouchers", &voucher]);
    assert_eq!((code, &paid["state"], &paid["balance"]), (0, &"done".into(), &18.into()), "{paid}");
    assert_eq!(paid["order"].as_str().unwrap().len(), 64);
    let (code, given) = json(&folder, &["give", "food bank", "3"]);
    assert_eq!((code, &given["association"], &given["balance"]), (0, &1.into(), &15.into()), "{given}");
    let (code, voted) = json(&folder, &["vote", "1", "oak"]);
    assert_eq!((code, &voted["choice"]), (0, &3.into()), "{voted}");
    let (_, balance) = json(&folder, &["balance"]);
    assert_eq!((&balance["points"], &balance["held"], &balance["pending"]), (&15.into(), &0.into(), &0.into()));
    let (_, history) = json(&folder, &["history"]);
    let purposes: Vec<&str> =
        history["records"].as_array().unwrap().iter().map(|record| record["purpose"].as_str().unwrap()).collect();
    assert_eq!(purposes, ["earn", "redeem", "donate", "vote"]);
    let (code, swapped) = json(&folder, &["swap", "--renew"]);
    assert_eq!((code, &swapped["balance"]), (0, &15.into()), "{swapped}");
}

#[test]
fn what_is_not_decided_exits_with_1_and_resume_completes_it() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let folder = temporary.path().join("wallet");
    new(&town, &folder);
    json(&folder, &["claim", &town.grant(1, 10)]);
    town.bend(|quorum| quorum.holding = true);
    let (code, paid) = json(&folder, &["pay", &town.checkout(2, 4, 1)]);
    assert_eq!((code, &paid["state"]), (1, &"pending".into()));
    let (code, pending) = json(&folder, &["pending"]);
    assert_eq!((code, &pending["pending"][0]["stage"]), (1, &"sent".into()));
    town.bend(|quorum| quorum.holding = false);
    let (code, resumed) = json(&folder, &["resume", "--node", town.base(4)]);
    assert_eq!((code, &resumed["resumed"][0]["state"], &resumed["balance"]), (0, &"done".into(), &6.into()));
    assert_eq!(json(&folder, &["pending"]).0, 0);
}

/// WALLET-31, WALLET-32: a wallet that was not in use when the time came asks the first time that it is, after what it is
/// used for.
#[test]
fn what_coins_lack_is_asked_for_once_a_command_is_done_and_not_by_one_that_only_looks() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let folder = temporary.path().join("wallet");
    new(&town, &folder);
    town.bend(|quorum| quorum.silent = vec![WitnessIndex(0)]);
    let mut session = Session::open(&folder, None, || Err(Trouble::PassphraseNeeded)).unwrap();
    let two_days_ago = Clock::System.unix_seconds() - 2 * 86_400;
    session.set_clock(Clock::manual(two_days_ago * 1000).0);
    session.claim(&town.grant(1, 25)).unwrap();
    drop(session);
    town.bend(|quorum| (quorum.silent.clear(), quorum.asked_for = 0).0);
    let asked_for = || {
        let mut times = 0;
        town.bend(|quorum| times = quorum.asked_for);
        times
    };
    let (_, pending) = json(&folder, &["pending"]);
    assert_eq!(pending["pending"][0]["stage"], "completing", "{pending}");
    json(&folder, &["balance"]);
    json(&folder, &["history"]);
    assert_eq!(asked_for(), 0);
    let (code, paid) = json(&folder, &["pay", &town.checkout(2, 4, 1)]);
    assert_eq!((code, &paid["state"]), (0, &"done".into()), "{paid}");
    assert_eq!(asked_for(), 1);
    assert_eq!(json(&folder, &["pending"]).1["pending"], serde_json::json!([]));
}

#[test]
fn a_failure_says_what_happened_whose_fault_and_what_to_do() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let folder = temporary.path().join("wallet");
    let (code, failed) = json(&folder, &["balance"]);
    assert_eq!((code, &failed["ok"]), (2, &false.into()));
    new(&town, &folder);
    let output = ronde(&folder, &["pay", &town.checkout(2, 4, 1), "--points", "4"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("failed: 4 points are asked for"), "{text}");
    assert!(text.contains("\nfault:  ") && text.contains("\nto do:  "), "{text}");
    let (code, failed) = json(&folder, &["give", "Nobody", "1"]);
    assert_eq!(code, 2);
    assert!(failed["error"]["fix"].as_str().unwrap().contains("1 Food bank"), "{failed}");
    let (code, failed) = json(&folder, &["claim", "https://evil.example/g/abc#secret"]);
    assert_eq!((code, failed["error"]["fault"].as_str()), (2, Some("you")));
    let (code, failed) = json(&folder, &["claim", &town.grant(1, 5), "--node", "http://evil.example"]);
    assert_eq!(code, 2, "{failed}");
}

/// Every order of a wallet's history, with its keyset.
fn orders(folder: &Path) -> Vec<(String, String)> {
    let (_, history) = json(folder, &["history"]);
    let records = history["records"].as_array().unwrap();
    records.iter().map(|record| (record["order"].as_str().unwrap().to_owned(), record["keyset"].to_string())).collect()
}

#[test]
fn a_lost_wallet_comes_back_from_its_words_and_the_digests_of_its_orders() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let (lost, found) = (temporary.path().join("lost"), temporary.path().join("found"));
    let file = words(&new(&town, &lost), &temporary.path().join("words.txt"));
    json(&lost, &["claim", &town.grant_with(1, 64, Some(CAMPAIGN), 1)]);
    json(&lost, &["pay", &town.checkout(3, 12, 1), "--points", "7"]);
    let orders = orders(&lost);
    std::fs::remove_dir_all(&lost).unwrap();
    let (code, made) = json(&found, &["new", "--node", town.base(2), "--words-file", &file, "--device", "1"]);
    assert_eq!((code, &made["device"], &made["words"]), (0, &1.into(), &Value::Null), "words are not shown again");
    let (earned, paid) = (&orders[0], &orders[1]);
    let (code, back) = json(&found, &["recover", &earned.0]);
    assert_eq!((code, &back["state"], &back["purpose"]), (0, &"done".into(), &"earn".into()), "{back}");
    assert_eq!((&back["points"], &back["coins"], &back["ballots"]), (&64.into(), &3.into(), &vec![1].into()));
    assert_eq!(
        (&back["order"], &back["keyset"], &back["store_name"]),
        (&(*earned.0).into(), &1.into(), &"Store 1".into())
    );
    let (code, back) = json(&found, &["recover", &paid.0, "--keyset", &paid.1]);
    assert_eq!(
        (code, &back["points"], &back["balance"]),
        (0, &57.into(), &57.into()),
        "what it spent is known: {back}"
    );
    let (code, again) = json(&found, &["recover", &paid.0]);
    assert_eq!((code, &again["coins"], &again["balance"]), (0, &0.into(), &57.into()), "{again}");
    let said = String::from_utf8(ronde(&found, &["history"]).stdout).unwrap();
    assert!(said.contains("57 points recovered from the 24 words"), "{said}");
    let (voucher, checkout) = (VOUCHER.to_string(), town.checkout(4, 50, 1));
    let (code, failed) = json(&found, &["pay", &checkout, "--vouchers", &voucher]);
    assert_eq!((code, &failed["error"]["code"]), (2, &"voucher-alone".into()), "{failed}");
    let (code, paid) = json(&found, &["pay", &checkout, "--points", "0", "--vouchers", &voucher]);
    assert_eq!((code, &paid["state"], &paid["balance"]), (0, &"done".into(), &57.into()), "{paid}");
    let (code, paid) = json(&found, &["pay", &town.checkout(4, 47, 1)]);
    assert_eq!((code, &paid["state"], &paid["balance"]), (0, &"done".into(), &10.into()), "{paid}");
    assert_eq!(town.float(), 10);
}

/// RESTORE-13
#[test]
fn points_that_were_spent_since_are_gone_when_they_are_exchanged_and_recover_says_so() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let (first, second) = (temporary.path().join("first"), temporary.path().join("second"));
    let file = words(&new(&town, &first), &temporary.path().join("words.txt"));
    json(&first, &["claim", &town.grant(1, 12)]);
    json(&first, &["pay", &town.checkout(3, 12, 1), "--points", "4"]);
    json(&second, &["new", "--node", town.base(2), "--words-file", &file, "--device", "1"]);
    let output = ronde(&second, &["recover", &orders(&first)[0].0]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("12 points came back"), "{said}");
    assert!(said.contains("\n4 points of them are gone: these coins were spent already, by order"), "{said}");
    assert!(said.contains("You now have 8 points.") && output.status.code() == Some(0), "{said}");
    let (_, balance) = json(&second, &["balance"]);
    assert_eq!((&balance["points"], &balance["held"], &balance["unproven"]), (&8.into(), &0.into(), &0.into()));
    assert_eq!(json(&second, &["pay", &town.checkout(2, 12, 1), "--points", "8"]).0, 0);
    assert_eq!(town.float(), 0);
}

/// RESTORE-22
#[test]
fn a_payment_that_the_lost_wallet_left_undecided_is_completed_and_freezes_nothing() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let (first, second) = (temporary.path().join("first"), temporary.path().join("second"));
    let file = words(&new(&town, &first), &temporary.path().join("words.txt"));
    json(&first, &["claim", &town.grant(1, 12)]);
    town.bend(|quorum| quorum.binding = true);
    assert_eq!(json(&first, &["pay", &town.checkout(3, 12, 1), "--points", "4"]).1["state"], "pending");
    town.bend(|quorum| quorum.binding = false);
    json(&second, &["new", "--node", town.base(2), "--words-file", &file, "--device", "1"]);
    json(&second, &["claim", &town.grant(2, 16)]);
    let (code, back) = json(&second, &["recover", &orders(&first)[0].0]);
    assert_eq!((code, &back["state"], &back["points"]), (0, &"done".into(), &12.into()), "{back}");
    assert_eq!(back["balance"], 24, "the new 16 and the 8 of the old that nothing had spent: {back}");
    let (_, balance) = json(&second, &["balance"]);
    assert_eq!((&balance["points"], &balance["held"], &balance["unproven"]), (&24.into(), &0.into(), &0.into()));
    assert_eq!(town.float(), 24, "the store was paid");
    let (code, paid) = json(&second, &["pay", &town.checkout(4, 24, 1)]);
    assert_eq!((code, &paid["balance"]), (0, &0.into()), "{paid}");
}

/// RESTORE-17, RESTORE-23, RESTORE-33: nothing but the words, and no digest is told.
#[test]
fn a_lost_wallet_comes_back_from_its_words_alone() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let (lost, found) = (temporary.path().join("lost"), temporary.path().join("found"));
    let file = words(&new(&town, &lost), &temporary.path().join("words.txt"));
    json(&lost, &["claim", &town.grant_with(1, 64, Some(CAMPAIGN), 1)]);
    json(&lost, &["pay", &town.checkout(3, 12, 1), "--points", "7"]);
    town.bend(|quorum| quorum.asked_for = 0);
    let (code, back) = json(&found, &["restore", "--node", town.base(2), "--words-file", &file]);
    assert_eq!(
        (code, &back["orders"], &back["balance"], &back["device"]),
        (0, &2.into(), &57.into(), &2.into()),
        "{back}"
    );
    // 22 numbers of device 0, 20 of two more.
    assert_eq!((&back["questions"], &back["among"]), (&62.into(), &2.into()));
    // The first wallet's file turns up, as it was.
    let (code, back) = json(&lost, &["restore"]);
    assert_eq!((code, &back["balance"], &back["device"]), (0, &57.into(), &4.into()), "the newest wins: {back}");
    assert_eq!(json(&found, &["resume"]).0, 0);
    assert_eq!(town.float(), 57);
    town.bend(|quorum| assert_eq!(quorum.asked_for, 0));
}

/// RESTORE-13
#[test]
fn an_exchange_that_is_not_through_is_resumed_and_then_its_points_count() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let (lost, found) = (temporary.path().join("lost"), temporary.path().join("found"));
    let file = words(&new(&town, &lost), &temporary.path().join("words.txt"));
    json(&lost, &["claim", &town.grant(1, 12)]);
    json(&found, &["new", "--node", town.base(2), "--words-file", &file, "--device", "1"]);
    town.bend(|quorum| quorum.holding = true);
    let (code, back) = json(&found, &["recover", &orders(&lost)[0].0]);
    assert_eq!((code, &back["state"], &back["balance"]), (1, &"pending".into(), &0.into()), "{back}");
    assert_eq!(json(&found, &["balance"]).1["held"], 12);
    town.bend(|quorum| quorum.holding = false);
    let (code, resumed) = json(&found, &["resume"]);
    assert_eq!((code, &resumed["balance"]), (0, &12.into()), "{resumed}");
    // Where too few witnesses had answered before, it is resumed from there.
    json(&lost, &["claim", &town.grant(1, 8)]);
    town.bend(|quorum| quorum.silent = vec![WitnessIndex(0), WitnessIndex(1)]);
    let (code, back) = json(&found, &["recover", &orders(&lost)[1].0]);
    assert_eq!((code, &back["state"], &back["balance"]), (1, &"arriving".into(), &12.into()), "{back}");
    town.bend(|quorum| quorum.silent.clear());
    let (code, resumed) = json(&found, &["resume"]);
    assert_eq!((code, &resumed["balance"]), (0, &20.into()), "{resumed}");
    assert_eq!(town.float(), 20);
}

#[test]
fn what_can_not_be_recovered_says_why() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let (folder, other) = (temporary.path().join("wallet"), temporary.path().join("other"));
    let file = words(&new(&town, &folder), &temporary.path().join("words.txt"));
    new(&town, &other);
    let nobody = "0".repeat(64);
    let (code, failed) = json(&folder, &["recover", &nobody]);
    assert_eq!((code, &failed["error"]["code"]), (2, &"order-unknown".into()), "{failed}");
    json(&folder, &["claim", &town.grant(1, 8)]);
    let order = &orders(&folder)[0].0;
    let (code, failed) = json(&other, &["recover", order]);
    assert_eq!((code, &failed["error"]["code"]), (2, &"not-ours".into()), "{failed}");
    assert_eq!(ronde(&folder, &["recover", "12"]).status.code(), Some(2), "no digest");
    let (code, failed) = json(&folder, &["recover", order, "--keyset", "7"]);
    assert_eq!((code, &failed["error"]["fault"]), (2, &"you".into()), "no such keyset: {failed}");
    // Under the number of the first one the coins are found, and the danger is said.
    let again = temporary.path().join("again");
    json(&again, &["new", "--node", town.base(2), "--words-file", &file, "--device", "0"]);
    let (code, back) = json(&again, &["recover", order]);
    assert_eq!((code, &back["points"]), (1, &8.into()), "{back}");
    assert!(back["warnings"][0].as_str().unwrap().contains("--device"), "{back}");
}

#[test]
fn an_order_is_not_called_unknown_where_nobody_is_left_to_ask() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let (town, temporary) = (Town::founded(now - 400 * 86_400), tempfile::tempdir().unwrap());
    let folder = temporary.path().join("wallet");
    new(&town, &folder);
    let (code, failed) = json(&folder, &["recover", &"0".repeat(64)]);
    let said = failed["error"]["what"].as_str().unwrap();
    assert!(code == 2 && said.starts_with("no keyset of the charter"), "{failed}");
}

#[test]
fn a_store_that_spoils_what_it_shows_does_not_keep_coins_from_coming_back() {
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let (lost, found) = (temporary.path().join("lost"), temporary.path().join("found"));
    let file = words(&new(&town, &lost), &temporary.path().join("words.txt"));
    json(&lost, &["claim", &town.grant(1, 25)]);
    let order = &orders(&lost)[0].0;
    json(&found, &["new", "--node", town.base(2), "--words-file", &file, "--device", "1"]);
    town.bend(|quorum| quorum.spoiling = Some(StoreId(3)));
    let (code, back) = json(&found, &["recover", order, "--node", town.base(3)]);
    assert_eq!(
        (code, &back["state"], &back["balance"]),
        (1, &"done".into(), &25.into()),
        "others brought them: {back}"
    );
    assert!(back["warnings"][0].as_str().unwrap().contains("spoiled"), "{back}");
}

#[test]
fn a_wallet_is_made_of_words_in_a_file_that_only_its_owner_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let (town, temporary) = (Town::open(), tempfile::tempdir().unwrap());
    let path = temporary.path().join("words.txt");
    let file = words(&new(&town, &temporary.path().join("first")), &path);
    let folder = temporary.path().join("second");
    let (code, failed) = json(&folder, &["new", "--node", town.base(1), "--words-file", &file]);
    let fix = failed["error"]["fix"].as_str().unwrap();
    assert_eq!((code, fix.starts_with("give --device N"), folder.exists()), (2, true, false), "{failed}");
    let make = |folder: &Path| json(folder, &["new", "--node", town.base(1), "--words-file", &file, "--device", "0"]);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (code, failed) = make(&folder);
    assert_eq!((code, failed["error"]["fix"].as_str().unwrap().starts_with("chmod 600")), (2, true), "{failed}");
    let text = std::fs::read_to_string(&path).unwrap();
    secret(&path, text.rsplit_once(' ').unwrap().0);
    let (code, failed) = make(&folder);
    assert_eq!((code, &failed["error"]["fault"]), (2, &"you".into()), "23 words: {failed}");
    assert!(!folder.exists(), "nothing was begun");
    // As a new wallet prints them: in rows, with numbers.
    let rows: Vec<String> =
        text.split(' ').enumerate().map(|(at, word)| format!("{:>2} {word:<9}\n", at + 1)).collect();
    secret(&path, &rows.concat());
    assert_eq!(make(&folder).0, 0);
}

/// WALLET-1.
#[test]
#[cfg(feature = "fault-points")]
fn a_wallet_killed_at_any_boundary_ends_with_its_points_once() {
    // `claim` and `pay` save twice each: before they send, and after the answer.
    let points = [
        "wallet.before-save",
        "wallet.after-save",
        "wallet.after-answer",
        "wallet.before-save:2",
        "wallet.after-save:2",
    ];
    let town = Town::open();
    for (number, point) in (1..).zip(points) {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("wallet");
        new(&town, &folder);
        let before = town.float();
        let grant = town.grant(1, 25);
        killed(&folder, &["claim", &grant], point);
        // Whether the first claim got anywhere or not, claiming again is right.
        let (code, claimed) = json(&folder, &["claim", &grant]);
        let known = claimed["error"]["code"] == "already-claimed";
        assert!(code == 0 || known, "{point}: {claimed}");
        let checkout = town.checkout(2, 7, 1);
        killed(&folder, &["pay", &checkout], point);
        let (code, resumed) = json(&folder, &["resume"]);
        assert_eq!(code, 0, "{point}: {resumed}");
        let (_, paid) = json(&folder, &["pay", &checkout]);
        let (_, balance) = json(&folder, &["balance"]);
        assert_eq!(balance["points"], 18, "{point}: {paid}");
        assert_eq!(balance["held"], 0);
        assert_eq!(town.float() - before, 18, "{point}: run {number}, nothing was paid twice or lost");
    }
}

#[test]
#[cfg(feature = "fault-points")]
fn a_recovery_that_is_killed_before_or_after_its_save_brings_its_points_back_once() {
    let town = Town::open();
    // The coins that came back, then two Swaps: each is saved before it is sent, and after the answer.
    let again = (1..=5).flat_map(|time| [format!("wallet.before-save:{time}"), format!("wallet.after-save:{time}")]);
    for point in again {
        let temporary = tempfile::tempdir().unwrap();
        let (lost, found) = (temporary.path().join("lost"), temporary.path().join("found"));
        let file = words(&new(&town, &lost), &temporary.path().join("words.txt"));
        json(&lost, &["claim", &town.grant(1, 12)]);
        let order = &orders(&lost)[0].0;
        json(&found, &["new", "--node", town.base(2), "--words-file", &file, "--device", "1"]);
        killed(&found, &["recover", order], &point);
        assert_eq!(json(&found, &["resume"]).0, 0, "{point}");
        let (code, back) = json(&found, &["recover", order]);
        assert_eq!((code, &back["balance"]), (0, &12.into()), "{point}: {back}");
    }
}

#[cfg(feature = "fault-points")]
fn killed(folder: &Path, arguments: &[&str], point: &str) {
    let output = wallet_command::command(folder, arguments).env("RONDE_FAULT", point).output().unwrap();
    assert_eq!(output.status.code(), None, "{point} was not reached: {}", String::from_utf8_lossy(&output.stderr));
}

//! `ronde wallet` as a script and a person see it: exit codes, JSON fields, words. With `--features fault-points` it is
//! also killed at every boundary of its persistence.

#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod wallet_support;

use std::path::Path;
use std::process::{Command, Output};

use federation_support::{CAMPAIGN, VOUCHER};
use serde_json::Value;
use wallet_support::Town;

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    for name in ["RONDE_WALLET", "RONDE_NODE", "RONDE_WALLET_PASSPHRASE", "RONDE_FAULT"] {
        command.env_remove(name);
    }
    command.arg("wallet").arg("--wallet").arg(folder).args(arguments);
    command
}

fn ronde(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = ronde(folder, &[arguments, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let error = || String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "one object: {text} {}", error());
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

fn new(town: &Town, folder: &Path) -> Value {
    let (code, made) = json(folder, &["new", "--node", town.base(1)]);
    assert_eq!(code, 0, "{made}");
    made
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

#[cfg(feature = "fault-points")]
fn killed(folder: &Path, arguments: &[&str], point: &str) {
    let output = command(folder, arguments).env("RONDE_FAULT", point).output().unwrap();
    assert_eq!(output.status.code(), None, "{point} was not reached: {}", String::from_utf8_lossy(&output.stderr));
}

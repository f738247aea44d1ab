//! A lost wallet comes back from its 24 words alone, through four real nodes: what it had signed and was not certified
//! too, whoever is killed on the way.

use crate::federation;
use crate::federation_support;
use crate::wallet_command;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use federation::{Town, eventually, http, on_disk};
use federation_support::{Plan, entropy, node_seed};
use ronde_node::clock::Clock;
use ronde_node::wallet::link::checkout;
use ronde_node::wallet::{Client, Session};
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::wallet::{Payment, Wallet};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::order::Submission;
use ronde_protocol::message::wire::{ReplyV1, RequestV1, VoteRequest};
use serde_json::json;
use wallet_command::{command, json, words};

fn town() -> Town {
    Town::open_as(Plan { now: Clock::System.unix_seconds(), ..Plan::of(4) }, on_disk)
}

fn earn(town: &Town, till: &str, folder: &Path, points: u64) {
    let body = json!({ "points": points, "reference": format!("receipt {points}") });
    let made = http("POST", &town.url(1, "/v1/grants"), Some(till), Some(&body));
    let (code, claimed) = json(folder, &["claim", made.body["claim_url"].as_str().unwrap()]);
    assert_eq!((code, &claimed["points"]), (0, &points.into()), "{claimed}");
}

/// What a wallet signs for a checkout of store 2, and never sends: its phone falls into the water.
fn signed(folder: &Path, link: &str, points: u64) -> Submission {
    let session = Session::open(folder, None, || unreachable!("no passphrase")).unwrap();
    let mut wallet = Wallet::from_bytes(&session.wallet().to_bytes()).unwrap();
    let offer = Client::default().offer(&checkout(link).unwrap()).unwrap();
    let key = node_seed(offer.offer.store).node_key().verifying_key();
    let payment = Payment { points: Points(points), vouchers: Vec::new() };
    let (now, offer) = (session.now(), offer.verify(&key).unwrap());
    let sealed = wallet.pay(session.charter(), &offer, &payment, None, now, entropy(9)).unwrap();
    sealed.release(&Durable::after_commit())
}

fn vote(town: &mut Town, store: u32, submission: &Submission) {
    let index = town.index_of(store).unwrap();
    let column = submission.columns.iter().find(|column| column.index == index).unwrap();
    let request = VoteRequest {
        signed: submission.signed.clone(),
        column: Some(column.components.clone()),
        votes: Bounded::default(),
    };
    let reply = town.ask(4, store, RequestV1::Vote(request));
    assert!(matches!(reply, ReplyV1::Voted(_)), "{reply:?}");
}

/// Starts a restore, and kills it once it has said so many lines.
fn killed(folder: &Path, arguments: &[&str], lines: usize) {
    let mut child = command(folder, arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let heard = said.by_ref().take(lines).filter_map(Result::ok).filter(|line| line.starts_with("Searching")).count();
    assert_eq!(heard, lines, "it was still searching");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// RESTORE-17, RESTORE-19, RESTORE-22, RESTORE-30
#[test]
fn words_alone_bring_everything_back_though_a_payment_was_half_done_and_the_restore_is_killed() {
    let (mut town, temporary) = (town(), tempfile::tempdir().unwrap());
    let (lost, found) = (temporary.path().join("lost"), temporary.path().join("found"));
    let till = town.till(1);
    let made = wallet_command::new(&town.url(1, ""), &lost);
    let file = words(&made, &temporary.path().join("words.txt"));
    for points in [57, 8, 100] {
        earn(&town, &till, &lost, points);
    }
    let body = json!({ "max_points": 60, "step": 1, "reference": "basket" });
    let counter = town.till(2);
    let opened = http("POST", &town.url(2, "/v1/checkouts"), Some(&counter), Some(&body));
    let (link, id) = (opened.body["url"].as_str().unwrap(), opened.body["id"].as_str().unwrap());
    let half_done = signed(&lost, link, 60);
    (2..=3).for_each(|store| vote(&mut town, store, &half_done));
    std::fs::remove_dir_all(&lost).unwrap();
    // Nothing is left but the words.
    let node = town.url(3, "");
    killed(&found, &["restore", "--node", &node, "--words-file", &file], 2);
    let (code, refused) = json(&found, &["pay", link]);
    assert_eq!((code, &refused["error"]["code"]), (2, &"searching".into()), "{refused}");
    killed(&found, &["restore"], 3);
    let (code, back) = json(&found, &["restore"]);
    assert_eq!((code, &back["orders"], &back["device"]), (0, &3.into(), &2.into()), "{back}");
    assert_eq!(back["balance"], 105, "60 of 165 were paid: {back}");
    let (_, balance) = json(&found, &["balance"]);
    assert_eq!((&balance["held"], &balance["unproven"]), (&0.into(), &0.into()), "{balance}");
    let digest = half_done.signed.order.digest().to_string();
    eventually("the till hears of its payment", || {
        let shown = http("GET", &town.url(2, &format!("/v1/checkouts/{id}")), Some(&counter), None);
        shown.body["state"] == "accepted" && shown.body["order"] == digest.as_str()
    });
    // The words bring it back once more.
    let again = temporary.path().join("again");
    let (code, back) = json(&again, &["restore", "--node", &node, "--words-file", &file]);
    assert_eq!((code, &back["balance"], &back["device"]), (0, &105.into(), &4.into()), "{back}");
    let books = town.books(1);
    let accounts = books["keysets"][0]["accounts"].as_array().unwrap();
    assert_eq!(accounts.iter().map(|line| line["position"].as_i64().unwrap()).sum::<i64>(), 0, "{books}");
    let pool = accounts.iter().find(|line| line["account"] == "pool").unwrap();
    assert_eq!(pool["position"], 105, "{books}");
}

/// RESTORE-18
#[test]
fn no_store_is_asked_every_question() {
    let (town, temporary) = (town(), tempfile::tempdir().unwrap());
    let folder = temporary.path().join("wallet");
    json(&folder, &["new", "--node", &town.url(1, "")]);
    let mut session = Session::open(&folder, None, || unreachable!("no passphrase")).unwrap();
    let mut asked = 0;
    let restored = session.restore(&mut |searching| asked = searching.questions).unwrap();
    assert_eq!((restored.searching.questions, asked), (40, 40));
    assert!(restored.searching.stores.len() > 1, "{:?}", restored.searching.stores);
    assert!(session.warnings.is_empty(), "{:?}", session.warnings);
}

//! `ronde evidence list`, `show` and `verify`, as processes, at a real node that was shown a cheat.

use crate::cli_support;
use crate::federation;
use crate::federation_support;

use cli_support::Desk;
use federation::{Town, in_memory, orders};
use federation_support::Plan;
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::wire::RequestV1;

/// Three witnesses certify a payment that gives more change than was paid.
fn cheat(town: &mut Town, coin: u64) {
    let grown = orders::redeem(&town.federation, 1, &[(coin, 1)], &[(coin + 1, 8)]);
    let certificate = town.federation.certify_by(&grown.order, &[1, 2, 3].map(WitnessIndex)).into_certificate();
    town.ask(2, 1, RequestV1::Certify(CertifiedOrder { order: grown.order, certificate }));
}

/// WITNESS-36, EVIDENCE-10
#[test]
fn what_a_node_keeps_is_listed_shown_and_convicts_offline() {
    let (mut town, desk) = (Town::found(Plan::of(4)), Desk::new());
    (1..=4).for_each(|store| town.start(store, in_memory));
    let node = format!("--node {}", town.url(1, ""));
    let none = desk.ronde(&format!("evidence list {node}")).ok();
    assert!(none.out.contains("nobody was caught"), "{}", none.out);
    cheat(&mut town, 1);
    let listed = desk.ronde(&format!("evidence list {node}"));
    assert_eq!(listed.code, 1, "{}", listed.err);
    let line = listed.out.trim_end();
    assert!((1..=3).all(|index| line.contains(&format!("witness {index} of keyset 1"))), "{line}");
    let name = line.split(' ').next().unwrap();
    let (listed, digits) = (desk.ronde(&format!("evidence list {node} --json")).json(), &name[..8]);
    assert_eq!(listed["evidence"][0]["id"], name);

    let shown = desk.ronde(&format!("evidence show {digits} {node} --out {digits}.evidence")).ok();
    assert!(shown.out.contains(name) && shown.out.contains("ronde evidence verify"), "{}", shown.out);
    let bytes = std::fs::read(desk.path(&format!("{digits}.evidence"))).unwrap();
    let again = desk.ronde(&format!("evidence show {digits} {node} --out {digits}.evidence"));
    again.refused(&["exists already", "name a file that does not exist yet"]);
    assert_eq!(std::fs::read(desk.path(&format!("{digits}.evidence"))).unwrap(), bytes, "it stays as it was");
    desk.ronde(&format!("evidence show zz {node}")).refused(&["keeps no piece of evidence", "\"zz\""]);

    let charter = format!("--charter {}", town.folder(1).join("charter").display());
    let checked = desk.ronde(&format!("evidence verify {digits}.evidence {charter} --json")).ok().json();
    let culprits: Vec<u64> =
        checked["culprits"].as_array().unwrap().iter().map(|culprit| culprit["witness"].as_u64().unwrap()).collect();
    assert_eq!((culprits, &checked["offence"]), (vec![1, 2, 3], &"bad-order".into()), "{checked}");
    let said = desk.ronde(&format!("evidence verify {digits}.evidence {charter}")).ok();
    assert!(said.out.contains("Store 2") && said.out.contains("Store 4"), "{}", said.out);

    // One byte of the last signature.
    let mut spoiled = bytes;
    *spoiled.last_mut().unwrap() ^= 1;
    std::fs::write(desk.path("spoiled"), spoiled).unwrap();
    desk.ronde(&format!("evidence verify spoiled {charter}")).refused(&["proves nothing", "do not believe"]);
    std::fs::write(desk.path("rubbish"), b"no evidence").unwrap();
    desk.ronde(&format!("evidence verify rubbish {charter}")).refused(&["holds no evidence"]);
    desk.ronde(&format!("evidence verify missing {charter}")).refused(&["missing"]);

    // Of two pieces a name has to say which.
    cheat(&mut town, 10);
    let both = desk.ronde(&format!("evidence list {node}"));
    assert_eq!((both.code, both.out.lines().count()), (1, 2), "{}", both.out);
    desk.ronde(&format!("evidence show {name} {node}")).ok();
}

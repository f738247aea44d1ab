//! From nothing to a signed charter by the command line alone, and what goes wrong on the way.

use crate::cli_support;

use cli_support::{Desk, cards, mode};

fn sign(desk: &Desk, name: &str, file: &str) -> cli_support::Said {
    desk.ronde(&format!("charter sign --json --key {name}.key {file}"))
}

#[test]
fn four_stores_and_three_stewards_found_a_federation() {
    let desk = Desk::new();
    desk.found();
    let shown = desk.ronde("charter show --json store-1/charter").ok().json();
    assert_eq!(shown["name"], "Coop d'ici");
    assert_eq!(shown["stores"].as_array().unwrap().len(), 4);
    assert_eq!(shown["keysets"][0]["members"], serde_json::json!([1, 2, 3, 4]));
    assert_eq!((shown["keysets"][0]["faults"].as_u64(), shown["keysets"][0]["votes"].as_u64()), (Some(1), Some(3)));
    assert_eq!(shown["signed_by"].as_array().unwrap().len(), 2);
    let federation = shown["federation"].as_str().unwrap();
    desk.ronde(&format!("charter verify store-1/charter --federation {federation}")).ok();
    desk.ronde("charter verify 000001.charter").ok();
    let plain = desk.ronde("charter show 000001.charter").ok().out;
    for words in ["Coop d'ici", "2 of 3 must sign, 2 have", "Shop3", "3 of 4 votes", federation] {
        assert!(plain.contains(words), "no {words:?} in:\n{plain}");
    }
}

#[test]
fn secrets_are_for_their_owner_alone_and_never_overwritten() {
    let desk = Desk::new();
    desk.begin();
    desk.store(1);
    for (name, expected) in [("alice.key", 0o600), ("store-1/secrets/node.seed", 0o600), ("store-1/secrets", 0o700)] {
        assert_eq!(mode(&desk.path(name)), expected, "{name}");
    }
    let before = std::fs::read(desk.path("alice.key")).unwrap();
    desk.ronde("charter steward --out alice.key").refused(&["exists already", "never overwritten"]);
    assert_eq!(std::fs::read(desk.path("alice.key")).unwrap(), before);
    desk.run(["charter", "new", "--name", "x", "--steward", &"0".repeat(63), "--out", "plan.toml"], &[])
        .refused(&["no public key"]);
    let key = desk.steward("dora");
    desk.run(["charter", "new", "--name", "x", "--steward", &key, "--out", "plan.toml"], &[])
        .refused(&["exists already"]);
}

#[test]
fn no_secret_is_said() {
    let desk = Desk::new();
    let said = desk.ronde("charter steward --out alice.key").ok();
    let secret = std::fs::read_to_string(desk.path("alice.key")).unwrap();
    assert_eq!(secret.trim().len(), 64);
    assert!(!said.out.contains(secret.trim()));
    let key = desk.steward("bob");
    desk.run(["charter", "new", "--name", "One", "--steward", &key, "--out", "plan.toml"], &[]).ok();
    desk.store(1);
    let seed = std::fs::read_to_string(desk.path("store-1/secrets/node.seed")).unwrap();
    for name in ["store-1/store.card", "store-1/ronde.toml"] {
        assert!(!std::fs::read_to_string(desk.path(name)).unwrap().contains(seed.trim()), "{name}");
    }
}

#[test]
fn a_charter_counts_only_with_k_signatures() {
    let desk = Desk::new();
    desk.begin();
    (1..=4).for_each(|number| desk.store(number));
    desk.draft().ok();
    let install = || desk.ronde("charter install --config store-1/ronde.toml 000001.charter");
    install().refused(&["0 of the 2 signatures", "charter sign"]);
    assert_eq!(sign(&desk, "bob", "000001.charter").ok().json()["missing"], 1);
    assert_eq!(sign(&desk, "bob", "000001.charter").ok().json()["missing"], 1, "twice is once");
    install().refused(&["1 of the 2 signatures"]);
    assert_eq!(sign(&desk, "carol", "000001.charter").ok().json()["missing"], 0);
    install().ok();
    install().ok();
    desk.steward("mallory");
    let refused = desk.ronde("charter sign --key mallory.key 000001.charter");
    refused.refused(&["no steward"]);
    desk.ronde("charter sign --key plan.toml 000001.charter").refused(&["chmod 600"]);
}

#[test]
fn seats_and_numbers_that_do_not_fit_are_named() {
    let desk = Desk::new();
    desk.begin();
    [1, 2, 4].into_iter().for_each(|number| desk.store(number));
    let draft = |line: String| desk.ronde(&format!("charter new --plan plan.toml {line} --out x.charter"));
    draft(cards(&[1, 2, 4])).refused(&["no card takes seat 2 of keyset 1", "--witness 1:2"]);
    draft(String::new()).refused(&["no card takes seat 0"]);
    draft(cards(&[1, 1])).refused(&["two cards are of store 1"]);
    desk.ronde(
        "init --dir other --store 3 --name Third --plan plan.toml --witness 1:1 --quic a:1 --http http://127.0.0.1:1",
    )
    .ok();
    draft(format!("{} --card other/store.card", cards(&[1, 2]))).refused(&["both take seat 1"]);
    desk.ronde(&format!(
        "init --dir strange --store 3 --name Third --federation {} --witness 1:2 --quic a:1 --http http://127.0.0.1:1",
        "7".repeat(64)
    ))
    .ok();
    draft(format!("{} --card strange/store.card", cards(&[1, 2]))).refused(&["is for the federation 7777"]);
    desk.edit("store-2/store.card", "poprf_possession = \"", "poprf_possession = \"0");
    draft(cards(&[1, 2])).refused(&["store.card", "ronde init"]);
}

#[test]
fn a_card_that_was_meddled_with_is_seen_before_anyone_signs() {
    let desk = Desk::new();
    desk.begin();
    (1..=4).for_each(|number| desk.store(number));
    let card = |number: u8| std::fs::read_to_string(desk.path(&format!("store-{number}/store.card"))).unwrap();
    let line = |text: &str, key: &str| text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    let (own, other) = (line(&card(2), "vote_possession"), line(&card(3), "vote_possession"));
    desk.edit("store-2/store.card", &own, &other);
    desk.draft().refused(&["witness 1 of keyset 1", "new card"]);
    assert!(!desk.path("000001.charter").exists());
}

#[test]
fn an_unknown_field_of_a_plan_is_refused_with_its_line() {
    let desk = Desk::new();
    desk.begin();
    desk.edit("plan.toml", "daily_limit = 10000", "dayly_limit = 10000");
    desk.draft().refused(&["plan.toml", "dayly_limit", "daily_limit"]);
}

#[test]
fn init_again_keeps_seed_and_configuration_and_writes_a_new_card() {
    let desk = Desk::new();
    desk.begin();
    desk.store(1);
    let read = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    desk.edit("store-1/ronde.toml", "info", "debug");
    let (seed, config) = (read("store-1/secrets/node.seed"), read("store-1/ronde.toml"));
    desk.ronde(
        "init --dir store-1 --store 1 --name Moved --plan plan.toml --witness 1:0 --witness 2:3 --quic a.example:1 \
         --http https://a.example",
    )
    .ok();
    assert_eq!((read("store-1/secrets/node.seed"), read("store-1/ronde.toml")), (seed, config));
    let card = read("store-1/store.card");
    assert!(card.contains("Moved") && card.contains("keyset = 2") && card.contains("index = 3"), "{card}");
    desk.ronde("init --dir store-1 --store 2 --name Other --plan plan.toml --http https://a.example")
        .refused(&["belongs to store 1", "--dir"]);
}

#[test]
fn init_says_what_is_wrong_with_an_address() {
    let desk = Desk::new();
    desk.begin();
    let init = |rest: &str| desk.ronde(&format!("init --dir s --store 1 --name S --plan plan.toml {rest}"));
    init("--http ftp://a").refused(&["no web address", "--http https://"]);
    init("--http https://a/").refused(&["no web address"]);
    init("--http https://a --quic 7143").refused(&["no address for QUIC"]);
    init("--http https://a --witness 1:0").refused(&["must be reachable", "--quic"]);
    assert!(!desk.path("s").exists());
    init("--http https://a --quic a:7200").ok();
    let config = std::fs::read_to_string(desk.path("s/ronde.toml")).unwrap();
    assert!(config.contains("0.0.0.0:7200") && config.contains("behind_proxy = true"), "{config}");
}

/// Writes version 2 with a change of the plan.
fn second(desk: &Desk, out: &str, rest: &str) -> cli_support::Said {
    desk.ronde(&format!("charter new --plan plan.toml --after store-1/charter {rest} --out {out}"))
}

#[test]
fn the_next_version_keeps_what_was_published() {
    let desk = Desk::new();
    desk.found();
    desk.ronde("init --dir store-5 --store 5 --name Fifth --plan plan.toml --http https://five.example").ok();
    let plan = std::fs::read_to_string(desk.path("plan.toml")).unwrap();
    let associations = "[[association]]\nid = 1\nname = \"Food bank\"\n[[offer]]\nid = 1\nname = \"A coffee\"\n\
                        value = 150\nfunder = 1\nissuers = [1, 5]\nper_store = 10\n[[store]]\nid = 5\ndaily_limit = 7\n\
                        [[campaign]]\nid = 1\nname = \"Which?\"\nchoices = [\"a\", \"b\"]\nminimum = 10\n\
                        end = 2031-05-01T12:30:00Z\nballots_per_store = 9\n";
    std::fs::write(desk.path("plan.toml"), format!("{plan}\n{associations}")).unwrap();
    second(&desk, "2.charter", "--card store-5/store.card").ok();
    for name in ["alice", "carol"] {
        sign(&desk, name, "2.charter").ok();
    }
    desk.ronde("charter install --config store-1/ronde.toml 2.charter").ok();
    let shown = desk.ronde("charter show --json store-1/charter").ok().json();
    assert_eq!(shown["version"], 2);
    assert_eq!((&shown["stores"][4]["name"], &shown["stores"][4]["daily_limit"]), (&"Fifth".into(), &7.into()));
    assert_eq!(shown["campaigns"][0]["end"], "2031-05-01T12:30:00Z");
    assert_eq!(shown["keysets"][0]["members"].as_array().unwrap().len(), 4);
    desk.ronde("charter show store-1/charter").ok();
    desk.ronde("charter verify 2.charter 000001.charter").ok();
    desk.ronde("charter verify 2.charter").refused(&["genesis"]);

    desk.edit("plan.toml", "value = 150", "value = 151");
    second(&desk, "3.charter", "").refused(&["removed or changed", "--after"]);
    desk.edit("plan.toml", "value = 151", "value = 150");
    desk.edit("plan.toml", "denominations = [1, 2,", "denominations = [1, 3,");
    second(&desk, "3.charter", "").refused(&["changes keyset 1", "new keyset"]);
}

#[test]
fn a_store_that_lacks_a_version_can_not_skip_it() {
    let desk = Desk::new();
    desk.found();
    second(&desk, "2.charter", "").ok();
    for name in ["alice", "bob"] {
        sign(&desk, name, "2.charter").ok();
    }
    desk.ronde("charter install --config store-2/ronde.toml 2.charter").refused(&["genesis block"]);
    desk.ronde("charter install --config store-2/ronde.toml 2.charter 000001.charter").ok();
    desk.ronde("charter install --config store-2/ronde.toml 000001.charter").ok();
}

#[test]
fn stewards_can_be_replaced_by_old_and_new_together() {
    let desk = Desk::new();
    desk.found();
    let (dora, erin) = (desk.steward("dora"), desk.steward("erin"));
    desk.edit(
        "plan.toml",
        "[genesis]",
        &format!("[stewards]\nthreshold = 2\nkeys = [\"{dora}\", \"{erin}\"]\n[genesis]"),
    );
    second(&desk, "2.charter", "").ok();
    desk.ronde("charter sign --key alice.key 2.charter").refused(&["no steward", "--after"]);
    for name in ["dora", "erin"] {
        sign(&desk, name, "2.charter").ok();
    }
    let install = || desk.ronde("charter install --config store-1/ronde.toml 2.charter");
    install().refused(&["0 of the 2 signatures needed from the stewards of version 1"]);
    for name in ["alice", "bob"] {
        desk.ronde(&format!("charter sign --after store-1/charter --key {name}.key 2.charter")).ok();
    }
    install().ok();
}

#[test]
fn a_fork_is_kept_as_evidence_and_settled_by_the_next_version() {
    let desk = Desk::new();
    desk.found();
    for (file, limit) in [("a.charter", "20000"), ("b.charter", "30000")] {
        let plan = std::fs::read_to_string(desk.path("plan.toml")).unwrap();
        let line = plan.lines().find(|line| line.starts_with("daily_limit")).unwrap().to_owned();
        desk.edit("plan.toml", &line, &format!("daily_limit = {limit}"));
        second(&desk, file, "").ok();
        for name in ["alice", "bob"] {
            sign(&desk, name, file).ok();
        }
    }
    let install = |file: &str| desk.ronde(&format!("charter install --config store-1/ronde.toml {file}"));
    install("a.charter").ok();
    let forked = install("b.charter");
    assert_eq!(forked.code, 1, "{}", forked.err);
    assert!(forked.out.contains("no points are issued"), "{}", forked.out);
    assert_eq!(desk.ronde("charter verify store-1/charter").code, 1);
    assert_eq!(desk.ronde("config check --config store-1/ronde.toml").code, 1);
    assert_eq!(std::fs::read_dir(desk.path("store-1/charter")).unwrap().count(), 3, "both are kept");

    second(&desk, "c.charter", "").refused(&["must name the one that stands", "--settles-fork"]);
    second(&desk, "c.charter", "--settles-fork").ok();
    for name in ["bob", "carol"] {
        sign(&desk, name, "c.charter").ok();
    }
    install("c.charter").ok();
    desk.ronde("charter verify store-1/charter").ok();
    assert_eq!(desk.ronde("charter show --json store-1/charter").ok().json()["stores"][0]["daily_limit"], 30000);
    // A store that never saw the twin follows as well.
    desk.ronde("charter install --config store-2/ronde.toml 000001.charter a.charter c.charter").ok();
}

#[test]
fn of_two_twins_the_one_that_came_second_may_stand() {
    let desk = Desk::new();
    desk.found();
    for (file, limit) in [("a.charter", "10000"), ("b.charter", "30000")] {
        desk.edit("plan.toml", "daily_limit = 10000", &format!("daily_limit = {limit}"));
        second(&desk, file, "").ok();
        for name in ["alice", "bob"] {
            sign(&desk, name, file).ok();
        }
    }
    let install = |files: &str| desk.ronde(&format!("charter install --config store-1/ronde.toml {files}"));
    assert_eq!(install("a.charter b.charter").code, 1);
    let twin = std::fs::read_dir(desk.path("store-1/charter"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.starts_with("000002.") && name != "000002.charter")
        .unwrap();
    desk.ronde(&format!("charter new --plan plan.toml --after store-1/charter/{twin} --settles-fork --out c.charter"))
        .ok();
    for name in ["bob", "carol"] {
        sign(&desk, name, "c.charter").ok();
    }
    install("c.charter").ok();
    desk.ronde("config check --config store-1/ronde.toml").ok();
    desk.ronde("charter install --config store-2/ronde.toml 000001.charter b.charter c.charter").ok();
}

#[test]
fn failures_are_objects_for_scripts() {
    let desk = Desk::new();
    let said = desk.ronde("charter show --json missing.charter");
    assert_eq!((said.code, said.err.as_str()), (2, ""));
    let error = &said.json()["error"];
    for field in ["what", "whose", "fix"] {
        assert!(error[field].as_str().is_some_and(|text| !text.is_empty()), "{error}");
    }
    assert_eq!(error["fault"], "machine");
}

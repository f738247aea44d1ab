//! The federation: stewards, a charter whose addresses are the relay's, a folder for each store.

use std::path::Path;

use serde_json::Value;

use super::relay::Relay;
use super::shops::Shop;
use crate::demo::failure::{Failure, text};
use crate::demo::founding::at_once;
use crate::demo::ronde::Ronde;

const STEWARDS: [&str; 2] = ["stewards/anne.key", "stewards/bruno.key"];
const PLAN: &str = "plan.toml";
/// The folder of the node that nobody knows.
pub const STRANGER: &str = "stranger";
/// Points of a grant that brings a ballot.
pub const BALLOT_MINIMUM: u64 = 10;
/// Choices of the campaign.
pub const CHOICES: [&str; 3] = ["Trees", "A bench", "Bicycle racks"];

const MORE: &str = "
[[association]]
id = 1
name = \"Food bank\"

[[campaign]]
id = 1
name = \"What does the square need?\"
choices = [\"Trees\", \"A bench\", \"Bicycle racks\"]
minimum = 10
end = 2099-12-31
ballots_per_store = 1000000
";

/// Founds it; every store's folder is ready to start afterwards. The federation's id comes back.
pub fn found(ronde: &Ronde, shops: &[Shop], relay: &Relay) -> Result<String, Failure> {
    let home = ronde.home();
    make(&home.join("stewards"))?;
    let mut begin = vec!["charter", "new", "--name", "Les Halles", "--threshold", "2", "--out", PLAN];
    let stewards = at_once(&STEWARDS, |key| ronde.run(&["charter", "steward", "--out", key]))?;
    for steward in &stewards {
        begin.extend(["--steward", text(steward, "/public_key")?]);
    }
    let federation = text(&ronde.run(&begin)?, "/federation")?.to_owned();
    change(&home.join(PLAN), |plan| no_limits(plan) + MORE)?;
    let cards = at_once(shops, |shop| init(ronde, shop, relay))?;
    let first = charter(ronde, &cards, None, "000001.charter")?;
    at_once(shops, |shop| {
        let config = shop.config();
        change(&home.join(&config), |text| set_up(&text, shop))?;
        ronde.run(&["charter", "install", "--config", &config, first])?;
        ronde.run(&["config", "check", "--config", &config])
    })?;
    stranger(ronde, shops.len(), first)?;
    Ok(federation)
}

fn init(ronde: &Ronde, shop: &Shop, relay: &Relay) -> Result<Value, Failure> {
    let missing = || Failure::new("a door for every node", format!("none for {}", shop.number()));
    let door = relay.doors.get(shop.place).ok_or_else(missing)?.to_string();
    let (quic, _) = shop.own();
    let number = shop.number().to_string();
    ronde.run(&[
        "init",
        "--dir",
        &shop.folder,
        "--store",
        &number,
        "--name",
        &format!("Shop {number}"),
        "--plan",
        PLAN,
        "--witness",
        &format!("1:{}", shop.place),
        "--quic",
        &door,
        "--http",
        &shop.url(),
        "--listen-quic",
        &quic.to_string(),
    ])
}

/// Writes a version and has it signed.
fn charter<'n>(ronde: &Ronde, cards: &[Value], after: Option<&str>, name: &'n str) -> Result<&'n str, Failure> {
    let mut draft = vec!["charter", "new", "--plan", PLAN, "--out", name];
    for card in cards {
        draft.extend(["--card", text(card, "/card")?]);
    }
    draft.extend(after.iter().flat_map(|before| ["--after", before]));
    ronde.run(&draft)?;
    for steward in STEWARDS {
        ronde.run(&["charter", "sign", "--key", steward, name])?;
    }
    Ok(name)
}

/// A store that only a later version of the charter lists, and that version is only in its own folder: to everybody
/// else its key is a stranger's.
fn stranger(ronde: &Ronde, stores: usize, first: &str) -> Result<(), Failure> {
    let number = (stores + 1).to_string();
    let (config, name) = (format!("{STRANGER}/ronde.toml"), "Stranger");
    let address = "http://127.0.0.1:19999";
    let card = ronde.run(&[
        "init",
        "--dir",
        STRANGER,
        "--store",
        &number,
        "--name",
        name,
        "--plan",
        PLAN,
        "--http",
        address,
        "--listen-http",
        "127.0.0.1:0",
        "--listen-quic",
        "127.0.0.1:0",
    ])?;
    let second = charter(ronde, &[card], Some(first), "000002.charter")?;
    change(&ronde.home().join(&config), |text| hurry(&text))?;
    for version in [first, second] {
        ronde.run(&["charter", "install", "--config", &config, version])?;
    }
    Ok(())
}

/// Points are given away faster here than any shop would.
fn no_limits(plan: String) -> String {
    let lines = plan.lines().map(|line| {
        if line.starts_with("daily_limit") { "daily_limit = 1000000000\n".to_owned() } else { format!("{line}\n") }
    });
    lines.collect()
}

/// The relay stands in front of each node as a proxy would, so the node listens elsewhere than it says.
fn set_up(text: &str, shop: &Shop) -> String {
    let (_, http) = shop.own();
    let proxy = if http.ip().is_loopback() { "behind_proxy = false" } else { "behind_proxy = true" };
    let (gate, own) = (format!("listen = \"{}\"", shop.gate), format!("listen = \"{http}\""));
    hurry(text).replace("behind_proxy = false", proxy).replace(&gate, &own)
}

/// Logs and feeds are read every second or two instead of a few times a minute: the run is short.
fn hurry(text: &str) -> String {
    text.replace("feed_seconds = 60", "feed_seconds = 2")
        .replace("pull_seconds = 5", "pull_seconds = 1\npatience_seconds = 3")
}

fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("to make {}", folder.display()), error.to_string()))
}

fn change(path: &Path, how: impl FnOnce(String) -> String) -> Result<(), Failure> {
    let changed = std::fs::read_to_string(path).and_then(|text| std::fs::write(path, how(text)));
    changed.map_err(|error| Failure::new(format!("to change {}", path.display()), error.to_string()))
}

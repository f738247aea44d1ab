//! The federation: stewards, a charter whose addresses are the relay's, a folder for each store.

use serde_json::Value;

use super::ground::DISK_FLOOR;
use super::relay::Relay;
use super::shops::Shop;
use crate::demo::failure::Failure;
use crate::demo::founding::{PLAN, at_once, begin, change, charter, init, install};
use crate::demo::ronde::Ronde;

const STEWARDS: [&str; 2] = ["stewards/anne.key", "stewards/bruno.key"];
const FIRST: &str = "000001.charter";
const SECOND: &str = "000002.charter";
/// The folder of the node that nobody knows.
pub const STRANGER: &str = "stranger";
/// Points of a grant that brings a ballot.
pub const BALLOT_MINIMUM: u64 = 10;
/// Choices of the campaign.
pub const CHOICES: [&str; 3] = ["Trees", "A bench", "Bicycle racks"];

/// Founds it; every store's folder is ready to start afterwards.
pub fn found(ronde: &Ronde, shops: &[Shop], relay: &Relay) -> Result<(), Failure> {
    let home = ronde.home();
    begin(ronde, &STEWARDS)?;
    change(&home.join(PLAN), |plan| no_limits(plan) + &more())?;
    let cards = at_once(shops, |shop| init_shop(ronde, shop, relay))?;
    charter(ronde, &cards, None, &STEWARDS, FIRST)?;
    at_once(shops, |shop| {
        let config = shop.config();
        change(&home.join(&config), |text| set_up(&text, shop))?;
        install(ronde, &config, FIRST)
    })?;
    stranger(ronde, shops.len())
}

/// What wallets can do beside earning and paying.
fn more() -> String {
    format!(
        "
[[association]]
id = 1
name = \"Food bank\"

[[campaign]]
id = 1
name = \"What does the square need?\"
choices = {CHOICES:?}
minimum = {BALLOT_MINIMUM}
end = 2099-12-31
ballots_per_store = 1000000
"
    )
}

fn init_shop(ronde: &Ronde, shop: &Shop, relay: &Relay) -> Result<Value, Failure> {
    let missing = || Failure::new("a door for every node", format!("none for {}", shop.number()));
    let door = relay.doors.get(shop.place).ok_or_else(missing)?.to_string();
    let (quic, _) = shop.own();
    let (number, seat, listen, url) =
        (shop.number().to_string(), format!("1:{}", shop.place), quic.to_string(), shop.url());
    let more = ["--witness", &seat, "--quic", &door, "--http", &url, "--listen-quic", &listen];
    init(ronde, &shop.folder, &number, &format!("Shop {number}"), &more)
}

/// A store that only a later version of the charter lists, and that version is only in its own folder: to everybody
/// else its key is a stranger's.
fn stranger(ronde: &Ronde, stores: usize) -> Result<(), Failure> {
    let number = (stores + 1).to_string();
    let config = format!("{STRANGER}/ronde.toml");
    let nowhere = "127.0.0.1:0";
    let more = ["--http", "http://127.0.0.1:19999", "--listen-http", nowhere, "--listen-quic", nowhere];
    let card = init(ronde, STRANGER, &number, "Stranger", &more)?;
    charter(ronde, &[card], Some(FIRST), &STEWARDS, SECOND)?;
    change(&ronde.home().join(&config), |text| hurry(&text))?;
    for version in [FIRST, SECOND] {
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
    let text = hurry(text).replace("behind_proxy = false", proxy).replace(&gate, &own);
    format!("{text}\n[disk]\nfloor_mib = {DISK_FLOOR}\n")
}

/// Logs and feeds are read every second or two instead of a few times a minute: the run is short.
fn hurry(text: &str) -> String {
    text.replace("feed_seconds = 60", "feed_seconds = 2")
        .replace("pull_seconds = 5", "pull_seconds = 1\npatience_seconds = 3")
}

//! A federation from nothing, by the commands that a cooperative would type.

use std::path::Path;

use serde_json::Value;

use super::failure::{Failure, text};
use super::ports::Place;
use super::ronde::Ronde;
use super::shops::{ASSOCIATION, BALLOT_MINIMUM, CAMPAIGN, CHOICES, OFFER, OFFER_VALUE, SHOPS, Shop};

const STEWARDS: [&str; 3] = ["stewards/anne.key", "stewards/bruno.key", "stewards/chloe.key"];
const PLAN: &str = "plan.toml";
const CHARTER: &str = "000001.charter";

/// Founds it; every store's folder is ready to start afterwards. The federation's id comes back.
pub fn found(ronde: &Ronde, places: &[Place; 4]) -> Result<String, Failure> {
    let home = ronde.home();
    std::fs::create_dir_all(home.join("stewards")).map_err(|error| file("stewards", &error))?;
    let stewards = at_once(&STEWARDS, |key| ronde.run(&["charter", "steward", "--out", key]))?;
    let mut begin = vec!["charter", "new", "--name", "Les Halles", "--threshold", "2", "--out", PLAN];
    for steward in &stewards {
        begin.extend(["--steward", text(steward, "/public_key")?]);
    }
    let federation = text(&ronde.run(&begin)?, "/federation")?.to_owned();
    plan(&home.join(PLAN))?;

    let initialised = at_once(&SHOPS, |shop| init(ronde, shop, places.get(shop.place)))?;
    let mut draft = vec!["charter", "new", "--plan", PLAN, "--out", CHARTER];
    for card in &initialised {
        draft.extend(["--card", text(card, "/card")?]);
    }
    ronde.run(&draft)?;
    for steward in STEWARDS.iter().take(2) {
        ronde.run(&["charter", "sign", "--key", steward, CHARTER])?;
    }
    at_once(&SHOPS, |shop| {
        hurry(&home.join(shop.config()))?;
        ronde.run(&["charter", "install", "--config", &shop.config(), CHARTER])?;
        ronde.run(&["config", "check", "--config", &shop.config()])
    })?;
    Ok(federation)
}

fn init(ronde: &Ronde, shop: &Shop, place: Option<&Place>) -> Result<Value, Failure> {
    let place = place.ok_or_else(|| Failure::new("a place for every shop", format!("none for {shop}")))?;
    let (quic, http) = (place.quic.to_string(), format!("http://{}", place.http));
    let (id, seat) = (shop.id(), format!("1:{}", shop.place));
    let name = shop.name;
    ronde.run(&[
        "init",
        "--dir",
        shop.folder,
        "--store",
        &id,
        "--name",
        name,
        "--plan",
        PLAN,
        "--witness",
        &seat,
        "--quic",
        &quic,
        "--http",
        &http,
    ])
}

/// Adds to the plan what the shops want to have in common. Tables of TOML can stand in any order, so after the rest.
fn plan(path: &Path) -> Result<(), Failure> {
    let mut plan = std::fs::read_to_string(path).map_err(|error| file(PLAN, &error))?;
    let [first, second] = CHOICES;
    plan.push_str(&format!(
        "
[[association]]
id = 1
name = \"{ASSOCIATION}\"

[[campaign]]
id = 1
name = \"{CAMPAIGN}\"
choices = [\"{first}\", \"{second}\"]
minimum = {BALLOT_MINIMUM}
end = 2099-12-31
ballots_per_store = 1000

[[offer]]
id = 1
name = \"{OFFER}\"
value = {OFFER_VALUE}
funder = 1
issuers = [1]
per_store = 100
"
    ));
    std::fs::write(path, plan).map_err(|error| file(PLAN, &error))
}

/// Witnesses pull each other's logs, and stores read their feeds, every second instead of a few times a minute: nobody
/// watches a demo for a minute.
fn hurry(path: &Path) -> Result<(), Failure> {
    let name = path.display().to_string();
    let config = std::fs::read_to_string(path).map_err(|error| file(&name, &error))?;
    let hurried =
        config.replace("feed_seconds = 60", "feed_seconds = 1").replace("pull_seconds = 5", "pull_seconds = 1");
    std::fs::write(path, hurried).map_err(|error| file(&name, &error))
}

fn file(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("to write {name}"), error.to_string())
}

/// Does the same for all, in threads of their own; the answers in the order of `items`.
pub fn at_once<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = items.iter().map(|item| scope.spawn(move || work(item))).collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

//! A federation from nothing, by the commands that a cooperative would type.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::failure::{Failure, text};
use super::ports::Place;
use super::ronde::Ronde;
use super::shops::{ASSOCIATION, BALLOT_MINIMUM, CAMPAIGN, CHOICES, OFFER, OFFER_VALUE, SHOPS, Shop};

const STEWARDS: [&str; 3] = ["stewards/anne.key", "stewards/bruno.key", "stewards/chloe.key"];
/// What the first charter is drafted from.
pub const PLAN: &str = "plan.toml";
const CHARTER: &str = "000001.charter";

/// What a node shows who asks over HTTPS.
#[derive(Debug)]
pub struct Tls {
    pub certificate: PathBuf,
    pub private_key: PathBuf,
}

/// Founds it; every store's folder is ready to start afterwards. The federation's id comes back.
pub fn found(ronde: &Ronde, places: &[Place; 4], tls: Option<&Tls>) -> Result<String, Failure> {
    let home = ronde.home();
    let federation = begin(ronde, &STEWARDS)?;
    change(&home.join(PLAN), in_common)?;
    let cards = at_once(&SHOPS, |shop| init_shop(ronde, shop, places.get(shop.place), tls))?;
    charter(ronde, &cards, None, &STEWARDS[..2], CHARTER)?;
    at_once(&SHOPS, |shop| {
        change(&home.join(shop.config()), hurry)?;
        install(ronde, &shop.config(), CHARTER)
    })?;
    Ok(federation)
}

/// Makes a key for each steward, and a plan of which any two can sign the charter. The federation's id comes back.
pub fn begin(ronde: &Ronde, stewards: &[&str]) -> Result<String, Failure> {
    let made = std::fs::create_dir_all(ronde.home().join("stewards"));
    made.map_err(|error| Failure::new("to make the folder stewards", error.to_string()))?;
    let keys = at_once(stewards, |key| ronde.run(&["charter", "steward", "--out", key]))?;
    let mut typed = vec!["charter", "new", "--name", "Les Halles", "--threshold", "2", "--out", PLAN];
    for key in &keys {
        typed.extend(["--steward", text(key, "/public_key")?]);
    }
    Ok(text(&ronde.run(&typed)?, "/federation")?.to_owned())
}

/// Makes a store's folder. What it answers has the store's card.
pub fn init(ronde: &Ronde, folder: &str, number: &str, name: &str, more: &[&str]) -> Result<Value, Failure> {
    let mut typed = vec!["init", "--dir", folder, "--store", number, "--name", name, "--plan", PLAN];
    typed.extend(more);
    ronde.run(&typed)
}

/// Drafts a version of the charter from the plan and from stores' cards, and has it signed.
pub fn charter(
    ronde: &Ronde,
    cards: &[Value],
    after: Option<&str>,
    signers: &[&str],
    version: &str,
) -> Result<(), Failure> {
    let mut draft = vec!["charter", "new", "--plan", PLAN, "--out", version];
    for card in cards {
        draft.extend(["--card", text(card, "/card")?]);
    }
    draft.extend(after.iter().flat_map(|before| ["--after", before]));
    ronde.run(&draft)?;
    for signer in signers {
        ronde.run(&["charter", "sign", "--key", signer, version])?;
    }
    Ok(())
}

/// Installs the first version of the charter in a store's folder, which is ready to start then.
pub fn install(ronde: &Ronde, config: &str, version: &str) -> Result<(), Failure> {
    ronde.run(&["charter", "install", "--config", config, version])?;
    ronde.run(&["config", "check", "--config", config]).map(|_| ())
}

/// Changes a file's text.
pub fn change(path: &Path, how: impl FnOnce(String) -> String) -> Result<(), Failure> {
    let changed = std::fs::read_to_string(path).and_then(|text| std::fs::write(path, how(text)));
    changed.map_err(|error| Failure::new(format!("to change {}", path.display()), error.to_string()))
}

fn init_shop(ronde: &Ronde, shop: &Shop, place: Option<&Place>, tls: Option<&Tls>) -> Result<Value, Failure> {
    let place = place.ok_or_else(|| Failure::new("a place for every shop", format!("none for {shop}")))?;
    let (quic, http) = (place.quic.to_string(), url(place, tls.is_some()));
    let seat = format!("1:{}", shop.place);
    let mut more = vec!["--witness", &seat, "--quic", &quic, "--http", &http];
    let files = tls.map(|tls| (tls.certificate.to_string_lossy(), tls.private_key.to_string_lossy()));
    if let Some((certificate, private_key)) = &files {
        more.extend(["--certificate", certificate, "--private-key", private_key]);
    }
    init(ronde, shop.folder, &shop.id(), shop.name, &more)
}

/// Where a store is found by tills and wallets.
pub fn url(place: &Place, secure: bool) -> String {
    let scheme = if secure { "https" } else { "http" };
    format!("{scheme}://{}", place.http)
}

/// Adds to the plan what the shops want to have in common. Tables of TOML can stand in any order, so after the rest.
fn in_common(plan: String) -> String {
    let [first, second] = CHOICES;
    plan + &format!(
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
    )
}

/// Witnesses pull each other's logs, and stores read their feeds, every second instead of a few times a minute: nobody
/// watches a demo for a minute. A basket earns a point for each euro.
fn hurry(config: String) -> String {
    let config =
        config.replace("feed_seconds = 60", "feed_seconds = 1").replace("pull_seconds = 5", "pull_seconds = 1");
    config + "\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n"
}

/// Does the same for all, in threads of their own; the answers in the order of `items`.
pub fn at_once<T: Sync, R: Send, E: Send>(items: &[T], work: impl Fn(&T) -> Result<R, E> + Sync) -> Result<Vec<R>, E> {
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = items.iter().map(|item| scope.spawn(move || work(item))).collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

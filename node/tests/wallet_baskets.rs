//! Baskets with the command line: what a customer pays and earns by one link, and the receipt.

mod cli_support;
mod places;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cli_support::{Desk, Said, cards};
use places::free_place;
use ronde_node::clock::Clock;
use ronde_node::wallet::Session;
use serde_json::{Value, json};

const RULES: &str = "\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n";
const RECEIPT: &str = "Shop1\n2 croissants aux amandes   5,60\n";

/// The only shop of a federation, its till, and a wallet with 25 points.
struct Shop {
    desk: Desk,
    base: String,
    child: Child,
}

impl Drop for Shop {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Shop {
    fn found() -> Self {
        let desk = Desk::new();
        desk.begin();
        let place = free_place();
        let base = format!("http://{place}");
        desk.ronde(&format!(
            "init --dir store-1 --store 1 --name Shop1 --plan plan.toml --witness 1:0 --quic {place} --http {base}"
        ))
        .ok();
        desk.ronde(&format!("charter new --plan plan.toml {} --out 000001.charter", cards(&[1]))).ok();
        for name in ["alice", "bob"] {
            desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
        }
        desk.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
        let config = std::fs::read_to_string(desk.path("store-1/ronde.toml")).unwrap();
        std::fs::write(desk.path("store-1/ronde.toml"), config + RULES).unwrap();
        std::fs::write(desk.path("receipt.txt"), RECEIPT).unwrap();
        let child = desk.node(1, &[], None);
        let shop = Self { desk, base, child };
        shop.desk.ronde("till add counter --scope grant,redeem --config store-1/ronde.toml --out till.token").ok();
        shop.wallet(&format!("new --node {}", shop.base)).ok();
        let granted = shop.till("grant 25").ok().json();
        shop.wallet(&format!("claim {}", granted["grant"]["claim_url"].as_str().unwrap())).ok();
        shop
    }

    fn till(&self, words: &str) -> Said {
        self.desk.ronde(&format!("till {words} --config store-1/ronde.toml --token-file till.token --json"))
    }

    fn wallet(&self, words: &str) -> Said {
        self.desk.ronde(&format!("wallet --wallet purse {words} --json"))
    }

    /// A basket's id and link.
    fn basket(&self, words: &str) -> (String, String) {
        let rung = self.till(&format!("basket {words}")).ok().json();
        let text = |name: &str| rung["basket"][name].as_str().unwrap().to_owned();
        (text("id"), text("url"))
    }

    fn complete(&self, id: &str) {
        let token = std::fs::read_to_string(self.desk.path("till.token")).unwrap();
        let request = ureq::post(format!("{}/v1/baskets/{id}/complete", self.base));
        request.header("authorization", format!("Bearer {}", token.trim())).send_empty().unwrap();
    }

    fn offer(&self, id: &str) -> Value {
        let mut answer = ureq::get(format!("{}/v1/baskets/{id}/offer", self.base)).call().unwrap();
        answer.body_mut().read_json().unwrap()
    }
}

/// WALLET-48, WALLET-49, WALLET-50, RECEIPT-5.
#[test]
fn a_basket_is_paid_left_and_gone_on_with_once_the_till_has_completed_it() {
    let shop = Shop::found();
    let (id, link) = shop
        .basket("--total 4210 --max 10 --receipt-file receipt.txt --return-url https://webshop.example/thanks?order=7");
    assert_eq!(shop.wallet(&format!("pay {link} --points 11")).code, 2, "the offer says 10");
    let paid = shop.wallet(&format!("pay {link} --points 7 --wait 0"));
    assert_eq!(paid.code, 1, "{}", paid.err);
    let paid = paid.json();
    assert_eq!((&paid["state"], &paid["paid"], &paid["pay_cents"]), (&json!("settled"), &json!(7), &json!(4203)));
    assert_eq!((&paid["earned"], &paid["receipt"], &paid["balance"]), (&Value::Null, &Value::Null, &json!(18)));
    let secret = link.split_once('#').unwrap().1;
    let kept = std::fs::read(shop.desk.path("purse/baskets.age")).unwrap();
    assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()), "it is encrypted");
    assert_eq!(shop.wallet("resume").json()["baskets"][0]["state"], "settled");

    // For a moment the device believes that it is a year later: nothing is given up by that.
    let mut ahead = Session::open(&shop.desk.path("purse"), None, || unreachable!("no passphrase")).unwrap();
    let later = ahead.now() + 366 * 86_400;
    ahead.set_clock(Clock::manual(later * 1000).0);
    assert!(ahead.resume_baskets().pop().unwrap().is_ok());
    drop(ahead);

    shop.complete(&id);
    assert!(shop.offer(&id).get("receipt").is_some());
    let resumed = shop.wallet("resume").ok().json();
    let basket = &resumed["baskets"][0];
    assert_eq!(
        (&basket["state"], &basket["earned"], &resumed["balance"]),
        (&json!("complete"), &json!(42), &json!(60))
    );
    assert_eq!(
        (&basket["receipt"], &basket["return_url"]),
        (&json!(RECEIPT), &json!("https://webshop.example/thanks?order=7"))
    );
    let file = shop.desk.path(&format!("purse/receipts/{id}.txt"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), RECEIPT);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(shop.offer(&id).get("receipt"), None, "the shop has forgotten it");
    assert_eq!(shop.wallet("resume").ok().json()["baskets"], json!([]));
    assert_eq!(shop.wallet(&format!("pay {link} --points 7")).code, 2, "it is paid");
}

/// Whether a text stands in some file of the shop's: its database and what is not in that yet (the WAL), or any other.
fn is_in_files(shop: &Shop, text: &str) -> bool {
    fn all(folder: &Path) -> Vec<Vec<u8>> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { all(&path) } else { vec![std::fs::read(&path).unwrap()] }).collect()
    }
    all(&shop.desk.path("store-1")).iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

/// RECEIPT-3, RECEIPT-5.
#[test]
fn a_receipt_comes_with_a_claim_is_kept_by_the_wallet_and_is_in_no_file_of_the_shop() {
    let shop = Shop::found();
    let planted =
        ["till", "grant", "1", "--reason", "six croissants", "--config", "store-1/ronde.toml", "--token-file"];
    shop.desk.run(planted.into_iter().chain(["till.token"]), &[]).ok();
    let search = || {
        assert!(is_in_files(&shop, "six croissants"), "the search finds what is there");
        for text in ["croissants aux amandes", "5,60"] {
            assert!(!is_in_files(&shop, text), "{text}");
        }
    };
    let granted = shop.till("grant 8 --receipt-file receipt.txt").ok().json();
    search();
    let link = granted["grant"]["claim_url"].as_str().unwrap();
    let claimed = shop.wallet(&format!("claim {link}")).ok().json();
    search();
    assert_eq!((&claimed["receipt"], &claimed["balance"]), (&json!(RECEIPT), &json!(33)));
    let file = shop.desk.path(claimed["receipt_file"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(file).unwrap(), RECEIPT);
}

#[test]
fn who_only_claims_declines_to_pay_and_earns_on_all() {
    let shop = Shop::found();
    let (_, link) = shop.basket("--total 1000 --max 5 --at-once");
    let claimed = shop.wallet(&format!("claim {link}")).ok().json();
    assert_eq!(
        (&claimed["state"], &claimed["earned"], &claimed["paid"]),
        (&json!("complete"), &json!(10), &Value::Null)
    );
    assert_eq!(claimed["balance"], 35);
    let (_, link) = shop.basket("--total 1000 --at-once");
    let nothing = shop.wallet(&format!("pay {link}")).ok().json();
    assert_eq!((&nothing["paid"], &nothing["earned"], &nothing["balance"]), (&Value::Null, &json!(10), &json!(45)));
    // The till that waits completes it.
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    let words = "till basket --total 1000 --max 5 --complete --config store-1/ronde.toml --token-file till.token";
    command.args(words.split(' ')).current_dir(shop.desk.path("")).env_clear().stdout(Stdio::piped());
    let mut till = command.spawn().unwrap();
    let mut said = BufReader::new(till.stdout.take().unwrap()).lines().map_while(Result::ok);
    let link = said.find(|line| line.starts_with("http")).unwrap();
    let paid = shop.wallet(&format!("pay {link}"));
    if paid.code != 0 {
        // It would wait for ever.
        till.kill().unwrap();
    }
    let paid = paid.ok().json();
    assert_eq!((&paid["state"], &paid["paid"], &paid["earned"]), (&json!("complete"), &json!(5), &json!(9)));
    let last = said.last().unwrap();
    assert_eq!(last, "complete: 5 points paid, \u{20ac}9.95 in money, 9 points earned");
    assert!(till.wait().unwrap().success());
}

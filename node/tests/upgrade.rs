//! Databases that an older program wrote are brought up to today's schema, and nothing that they hold is lost.
//!
//! `upgrade/store-*.sql` are what the program wrote before orders were found by buckets: schema 1, with an older form of how far
//! peers' logs were read. Stores 1 to 3 of the federation of these tests: store 1 gave 8 points, of which 2 were exchanged and
//! 1 was paid in a checkout; another checkout and a grant of 7 points are open. Store 4 had not opened yet, so that what was
//! certified waits for it.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use federation::{Answer, Town, base64, eventually, http, on_disk, orders};
use federation_support::Plan;
use ronde_node::store::SCHEMA_VERSION;
use ronde_protocol::message::offer::SignedOffer;
use ronde_protocol::message::order::{Purpose, SignedOrder};
use rusqlite::Connection;
use serde_json::json;

const OLD: [&str; 3] =
    [include_str!("upgrade/store-1.sql"), include_str!("upgrade/store-2.sql"), include_str!("upgrade/store-3.sql")];

/// Of store 1's till, and what it had made.
const TILL: &str = "MOXyuXqR4_gdIIA2-BQKpwaU1Tqjw8YI9yNI9HuFQ-A";
const PAID: &str = "kzLNZER5O1p8IbPmUFv-NA";
const OPEN: &str = "EXGZvGy6D-_Q-hGpSSqhuw";
const GRANT: &str = "2YDyAwmRB6xVuIetAlVqPg";
const GRANT_SECRET: &str = "iwemYFUzLp0DttJcVONObKDwaG0dcB41gCcJ69qy_Ho";

fn version(connection: &Connection) -> i64 {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

fn count(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0)).unwrap()
}

fn database(town: &Town, store: u32) -> Connection {
    Connection::open(town.folder(store).join("ronde.sqlite")).unwrap()
}

fn as_till(town: &Town, path: &str) -> Answer {
    http("GET", &town.url(1, path), Some(TILL), None)
}

/// Certified orders that the old databases hold.
fn before(town: &Town) -> Vec<SignedOrder> {
    let federation = &town.federation;
    let earned = orders::earn(federation, 1, 1, &[(1, 2), (2, 1), (4, 4), (5, 1)]);
    let swapped = orders::swap(federation, &[(1, 2)], &[(6, 1), (7, 1)]);
    vec![earned, swapped]
}

#[test]
fn databases_of_the_first_schema_are_upgraded_and_everything_goes_on() {
    let mut town = Town::found(Plan::of(4));
    for (store, old) in (1..).zip(OLD) {
        std::fs::create_dir_all(town.folder(store)).unwrap();
        let database = database(&town, store);
        database.execute_batch(old).unwrap();
        assert_eq!(version(&database), 1);
        assert!(count(&database, "log_entry") >= 6 && count(&database, "peer_log") > 0);
    }
    assert!(count(&database(&town, 1), "opened") >= 3, "they wait for store 4");
    (1..=4).for_each(|store| town.start(store, on_disk));
    // The first is what they had voted for before.
    town.wait_for_votes();
    town.wait_for_votes();

    // The witness: nobody retired, all of it is still known, and who was not there yet gets it.
    for store in 1..=3 {
        let log = &town.get(store, "/v1/status").body["log"][0];
        assert!(log.get("retired").is_none(), "{log}");
        assert_eq!(town.certified(store).len(), 3);
    }
    eventually("store 4 takes over what there was", || town.certified(4).len() == 3);
    assert!((1..=4).all(|store| before(&town).iter().all(|signed| town.has_certified(store, signed))));
    let account = &town.books(1)["keysets"][0]["accounts"][0];
    assert_eq!((&account["issued"], &account["redeemed"]), (&json!(8), &json!(1)));
    assert_eq!(town.books(1), town.books(4));
    for spent in [&[(1, 2)], &[(2, 1)]] {
        let again = orders::swap(&town.federation, spent, &[(99, spent[0].1)]);
        assert_eq!(town.submit(1, &again).code(), "coin-spent");
    }
    eventually("what waited for store 4 is carried to the end", || count(&database(&town, 1), "opened") == 0);
    eventually("peers' logs are read from their beginning", || {
        let status = town.get(1, "/v1/status").body;
        let logs = status["peer_logs"].as_array().unwrap();
        logs.iter().all(|log| log["read"] == log["size"] && log["size"].as_u64() >= Some(3))
    });

    // The shop: its till, what was paid, what was open.
    let paid = as_till(&town, &format!("/v1/checkouts/{PAID}"));
    assert_eq!((&paid.body["state"], &paid.body["points"]), (&json!("accepted"), &json!(1)), "{paid:?}");
    let offer: SignedOffer = town.get(1, &format!("/v1/checkouts/{OPEN}/offer")).member("offer");
    let reference = offer.offer.reference();
    let payment = orders::pay(&town.federation, 1, Purpose::Redeem, reference, &[(4, 4)], &[(8, 1)]);
    assert_eq!(town.submit(2, &payment).status, 200);
    eventually("the till sees it", || as_till(&town, &format!("/v1/checkouts/{OPEN}")).body["state"] == "accepted");
    let outputs = orders::earn(&town.federation, 1, 2, &[(9, 4), (10, 2), (11, 1)]).order.outputs;
    let claim = json!({ "secret": GRANT_SECRET, "keyset": 1, "outputs": base64(&outputs) });
    let claimed = http("POST", &town.url(1, &format!("/v1/grants/{GRANT}/claim")), None, Some(&claim));
    assert_eq!(claimed.status, 200, "{claimed:?}");
    assert_eq!(as_till(&town, &format!("/v1/grants/{GRANT}")).body["state"], "claimed");

    (1..=4).for_each(|store| town.stop(store));
    let [upgraded, new] = [1, 4].map(|store| database(&town, store));
    assert_eq!([version(&upgraded), version(&new)], [SCHEMA_VERSION; 2]);
    // Wallets that restore find old orders as those that came since: under each of their outputs of the most points, 1 and 2, and
    // 1 and 1.
    assert_eq!([count(&upgraded, "bucket"), count(&new, "bucket")], [5; 2]);
    assert_eq!(count(&upgraded, "coin"), count(&new, "coin"));
}

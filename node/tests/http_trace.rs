//! What a shop's manager asks its node over HTTP: what stands behind a code, what the store did, what a token is good for,
//! and points that make something good.

use crate::http_support;

use std::path::Path;

use http_support::federation_support::DAY;
use http_support::orders::{checkout, claim, code, offer, pay, points};
use http_support::{NOW, Node, Reply};
use ronde_node::config::Config;
use ronde_node::shop::{Caps, TillCaps};
use ronde_protocol::message::amount::Points;
use serde_json::{Value, json};

fn start() -> (Node, String, String) {
    let node = Node::start();
    let rules = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n";
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), rules, []).unwrap().rules);
    let (till, manager) = (node.till("counter", &["grant", "redeem", "refund"]), node.till("office", &["manager"]));
    (node, till, manager)
}

fn trace(node: &Node, manager: &str, written: &str) -> Reply {
    node.get_as(&format!("/v1/trace/{written}"), manager)
}

/// TILL-19.
#[test]
fn a_code_finds_what_a_customer_speaks_of_for_the_manager_alone() {
    let (node, till, manager) = start();
    let made = node.post("/v1/grants", &till, &json!({ "eligible_cents": 4200, "reference": "Madame Planted" }));
    let id = made.text("id");
    let written = code(&id);
    for token in [&till, &node.admin] {
        assert_eq!(trace(&node, token, &written).problem(), "token-scope");
    }
    let (first, second) = written.split_at(4);
    for as_read_out in [written.clone(), format!("{first}-{second}"), written.to_lowercase(), written.replace('0', "o")]
    {
        let found = trace(&node, &manager, &as_read_out).json;
        assert_eq!((&found["code"], found["found"].as_array().unwrap().len()), (&json!(written), 1));
        let grant = &found["found"][0];
        let of = |name: &str| grant[name].clone();
        assert_eq!(
            [of("kind"), of("id"), of("state"), of("till")],
            [json!("grant"), json!(id), json!("open"), json!("counter")]
        );
        assert_eq!(
            (of("points"), of("eligible_cents"), of("time")),
            (json!(42), json!(4200), json!("2026-01-01T00:00:00Z"))
        );
        assert!(grant.get("order").is_none() && !found.to_string().contains("Planted"));
    }
    // Claimed, it has an order with votes.
    let secret = made.text("claim_url").split_once('#').unwrap().1.to_owned();
    let claimed = claim(&secret, &[points(2), points(8), points(32)], 1);
    assert_eq!(node.post_open(&format!("/v1/grants/{id}/claim"), &claimed).status, 200);
    let grant = trace(&node, &manager, &written).json["found"][0].clone();
    assert_eq!((&grant["state"], &grant["votes"]), (&json!("claimed"), &json!(3)));
    assert_eq!(grant["order"].as_str().unwrap().len(), 64);
    for nothing in ["00000000", "4F7K02M", "4F7K02MU", "x"] {
        assert_eq!(trace(&node, &manager, nothing).problem(), "not-found", "{nothing}");
    }
    // By a code nothing is done.
    assert_eq!(node.get(&format!("/v1/grants/{written}")).problem(), "not-found");
    assert_eq!(node.delete(&format!("/v1/grants/{written}"), &till).problem(), "not-found");
}

/// TILL-19.
#[test]
fn a_code_tells_what_went_back_of_a_payment() {
    let (node, till, manager) = start();
    let id = checkout(&node, &till, 10);
    assert_eq!(node.post_open("/v1/orders", &pay(&offer(&node, &id), 7, 1).body()).status, 200);
    let given = node.post("/v1/refunds", &till, &json!({ "checkout": id, "points": 3, "reference": "" }));
    let found = trace(&node, &manager, &code(&id)).json["found"][0].clone();
    assert_eq!(
        (&found["kind"], &found["state"], &found["till"]),
        (&json!("checkout"), &json!("accepted"), &json!("counter"))
    );
    assert_eq!((&found["points"], &found["max_points"], &found["returned"]), (&json!(7), &json!(10), &json!(3)));
    let back = trace(&node, &manager, &code(&given.text("id"))).json["found"][0].clone();
    assert_eq!((&back["of_checkout"], back.get("till")), (&json!(id), None));
}

/// TILL-20.
#[test]
fn whoever_holds_a_token_is_told_what_it_is_good_for() {
    let (node, till, manager) = start();
    let own = |token: &str| node.get_as("/v1/till", token);
    let scopes = json!(["grant", "redeem", "refund"]);
    assert_eq!(own(&till).json, json!({ "name": "counter", "scopes": scopes, "daily_limit": 1000 }));
    node.shop.set_caps(Caps {
        grant: Some(Points(50)),
        till: Some(Points(90)),
        store: Some(Points(70)),
        goodwill: Some(Points(9)),
    });
    assert_eq!(node.post("/v1/grants", &till, &json!({ "points": 30, "reference": "" })).status, 201);
    let said = own(&till).json;
    assert_eq!((&said["cap_grant"], &said["left_today"], said.get("goodwill_left")), (&json!(50), &json!(40), None));
    let said = own(&manager).json;
    assert_eq!(
        (&said["scopes"], said.get("left_today"), &said["goodwill_left"]),
        (&json!(["manager"]), None, &json!(9))
    );
    let body = json!({ "name": "stall", "scopes": ["grant"], "cap_grant": 5, "cap_day": 20 });
    let stall = node.post("/v1/tills", &node.admin, &body).text("token");
    assert_eq!((&own(&stall).json["cap_grant"], &own(&stall).json["left_today"]), (&json!(5), &json!(20)));
    assert_eq!(
        (&own(&node.admin).json["name"], &own(&node.admin).json["scopes"]),
        (&json!("admin"), &json!(["admin"]))
    );
    assert_eq!(own("nobody's").problem(), "token-missing");
    assert_eq!(node.get("/v1/till").problem(), "token-missing");
    assert_eq!(node.delete("/v1/tills/stall", &node.admin).status, 204);
    assert_eq!(own(&stall).problem(), "token-missing");
    assert_eq!(
        node.shop.till_views().unwrap().last().unwrap().caps,
        TillCaps { grant: Some(Points(5)), day: Some(Points(20)) }
    );
}

/// EARN-14.
#[test]
fn only_the_manager_makes_good_with_a_reason_and_within_the_month() {
    let (node, till, manager) = start();
    node.shop.set_caps(Caps { goodwill: Some(Points(50)), ..Caps::default() });
    let ask = |token: &str, body: Value| node.post("/v1/grants", token, &body);
    let good =
        |points: u64| json!({ "points": points, "reference": "", "reason": "The till was down", "goodwill": true });
    assert_eq!(ask(&till, good(5)).json["scope"], "manager");
    // The manager's scope opens no other grant.
    assert_eq!(ask(&manager, json!({ "points": 5, "reference": "", "reason": "jars" })).json["scope"], "grant");
    assert_eq!(ask(&manager, json!({ "points": 5, "reference": "", "goodwill": true })).json["field"], "reason");
    let basket = json!({ "eligible_cents": 500, "reference": "", "reason": "x", "goodwill": true });
    assert_eq!(ask(&manager, basket).json["field"], "reason");
    let first = ask(&manager, good(30));
    assert_eq!((first.status, &first.json["reason"]), (201, &json!("The till was down")));
    let over = ask(&manager, good(21));
    assert_eq!(
        (over.problem(), &over.json["cap"], &over.json["left"]),
        ("limit-exceeded", &json!("goodwill"), &json!(20))
    );
    assert_eq!(over.json["retryable"], true);
    assert_eq!(ask(&manager, good(51)).json["retryable"], false);
    assert_eq!(node.get("/v1/status").json.get("caps_near"), None);
    assert_eq!(ask(&manager, good(20)).status, 201);
    assert_eq!(node.get("/v1/status").json["caps_near"], 1);
    let near = node.shop.near_caps().unwrap();
    assert_eq!(near[0].to_string(), "50 of 50 points of this month (UTC) made something good");
    let traced = trace(&node, &manager, &code(&first.text("id"))).json;
    assert_eq!((&traced["found"][0]["goodwill"], &traced["found"][0]["till"]), (&json!(true), &json!("office")));
    // Withdrawn, it can be given once more; another month has its own.
    for _ in 0..2 {
        assert_eq!(node.delete(&format!("/v1/grants/{}", first.text("id")), &till).status, 204);
    }
    assert_eq!(ask(&manager, good(31)).problem(), "limit-exceeded");
    assert_eq!(ask(&manager, good(30)).status, 201);
    node.hand.set((NOW + 30 * DAY + DAY - 1) * 1000);
    assert_eq!(ask(&manager, good(1)).problem(), "limit-exceeded");
    node.hand.set((NOW + 31 * DAY) * 1000);
    assert_eq!(ask(&manager, good(50)).status, 201);
    let january = node.get_as("/v1/totals?from=2026-01-01&to=2026-01-31", &manager).json;
    assert_eq!((&january["totals"]["goodwill"], &january["totals"]["baskets"]), (&json!(80), &json!(0)));
    // The same request again is one grant.
    node.hand.set((NOW + 60 * DAY) * 1000);
    for _ in 0..3 {
        assert_eq!(node.post_once("/v1/grants", &manager, "k", &good(50)).status, 201);
    }
}

/// EARN-12.
#[test]
fn totals_are_told_by_hour_day_and_month_of_the_store_s_own_clock() {
    let (node, till, manager) = start();
    let basket = |cents: u64| {
        let made = node.post("/v1/grants", &till, &json!({ "eligible_cents": cents, "reference": "" }));
        assert_eq!(made.status, 201, "{made:?}");
    };
    // One o'clock on the first of January in Paris, and an hour later; then half an hour before and after February begins there.
    basket(1000);
    node.hand.set((NOW + 3600) * 1000);
    basket(500);
    node.hand.set((NOW + 31 * DAY - 5400) * 1000);
    basket(200);
    node.hand.set((NOW + 31 * DAY - 1800) * 1000);
    basket(300);
    let ask = |query: &str| node.get_as(&format!("/v1/totals{query}"), &manager);
    let rows = |query: &str| -> Vec<(String, u64)> {
        let reply = ask(query);
        assert_eq!(reply.status, 200, "{reply:?}");
        let rows = reply.json["rows"].as_array().unwrap().iter();
        let row = |row: &Value| (row["begins"].as_str().unwrap().to_owned(), row["cents"].as_u64().unwrap());
        let rows: Vec<_> = rows.map(row).collect();
        assert_eq!(reply.json["totals"]["cents"], rows.iter().map(|(_, cents)| cents).sum::<u64>());
        rows
    };
    let named = |all: &[(&str, u64)]| all.iter().map(|(time, cents)| ((*time).to_owned(), *cents)).collect::<Vec<_>>();
    let hours = [("2026-01-01T00:00:00Z", 1000), ("2026-01-01T01:00:00Z", 500)];
    assert_eq!(rows("?from=2026-01-01&to=2026-01-01&by=hour"), named(&hours));
    let days = [("2025-12-31T23:00:00Z", 1500), ("2026-01-30T23:00:00Z", 200), ("2026-01-31T23:00:00Z", 300)];
    assert_eq!(rows("?from=2026-01-01"), named(&days));
    let months = [("2025-12-31T23:00:00Z", 1700), ("2026-01-31T23:00:00Z", 300)];
    assert_eq!(rows("?from=2026-01-01&to=2026-12-31&by=month"), named(&months));
    assert_eq!(rows(""), named(&days[2..]), "today, by the store's clock");
    assert_eq!(rows("?from=2026-01-01&till=office"), []);
    assert_eq!(rows("?from=2026-01-01&till=counter&by=month"), named(&months));
    assert_eq!(ask("").json["zone"], "Europe/Paris");
    for (wrong, field) in [
        ("?from=2026-1-1", "from"),
        ("?to=tomorrow", "to"),
        ("?from=2026-02-30", "from"),
        ("?to=2025-01-01", "to"),
        ("?from=1990-01-01", "to"),
        ("?from=2025-11-01&by=hour", "to"),
        ("?by=minute", "query"),
        ("?since=2026-01-01", "query"),
    ] {
        let refused = ask(wrong);
        assert_eq!((refused.problem(), &refused.json["field"]), ("request-invalid", &json!(field)), "{wrong}");
    }
    assert_eq!(node.get_as("/v1/totals", &till).problem(), "token-scope");
}

/// EARN-12: the same as files.
#[test]
fn reports_are_tables_that_other_programs_read() {
    let (node, till, manager) = start();
    assert_eq!(node.post("/v1/grants", &till, &json!({ "eligible_cents": 1000, "reference": "" })).status, 201);
    let report = |name: &str| node.get_as(&format!("/v1/books/{name}"), &manager);
    let table = report("totals.csv?by=hour");
    assert_eq!(table.headers["content-type"], "text/csv");
    assert_eq!(table.headers["content-disposition"], "attachment; filename=\"totals.csv\"");
    let text = String::from_utf8(table.bytes).unwrap();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert!(lines[0].starts_with("begins,baskets,cents,granted,"), "{text}");
    assert!(lines[1].starts_with("2026-01-01T00:00:00Z,1,1000,10,0,"), "{text}");
    assert_eq!((lines.len(), lines[0].matches(',').count()), (2, lines[1].matches(',').count()));

    let books = report("positions.json").json;
    assert_eq!(books, node.get("/v1/books").json);
    let text = String::from_utf8(report("positions.csv").bytes).unwrap();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    let accounts: usize =
        books["keysets"].as_array().unwrap().iter().map(|keyset| keyset["accounts"].as_array().unwrap().len()).sum();
    assert_eq!(lines.len(), 1 + accounts);
    let positions = lines[1..].iter().map(|line| line.rsplit_once(',').unwrap().1.parse::<i64>().unwrap());
    assert_eq!(positions.sum::<i64>(), 0);
    for nothing in ["positions.xml", "totals.json", "positions"] {
        assert_eq!(report(nothing).problem(), "not-found", "{nothing}");
    }
    assert_eq!(node.get_as("/v1/books/positions.csv", &till).problem(), "token-scope");
}

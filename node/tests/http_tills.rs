//! Tills: who may do what, and from when on nothing; and the same from the command line.

use crate::event_stream;
use crate::http_support;

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use event_stream::Stream;
use http_support::orders::{offer, pay};
use http_support::{BASE, Node, bearer};
use ronde_node::shop::{Answer, NewGrant, ShopError, Source, TillError};
use ronde_protocol::machine::till::grant::GrantTerms;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::order::Purpose;
use ronde_protocol::message::text::Text;
use serde_json::{Value, json};

/// HTTP-8, TILL-1.
#[test]
fn a_token_opens_what_its_scopes_say_and_nothing_else() {
    let node = Node::start();
    let grants = node.till("grants", &["grant"]);
    let redeems = node.till("redeems", &["redeem"]);
    let manager = node.till("manager", &["manager"]);
    let refunds = node.till("refunds", &["refund"]);
    let grant = json!({ "points": 1, "reference": "r" });
    let checkout = json!({ "max_points": 1, "step": 1, "reference": "r" });
    let pledge = json!({ "association": 1, "points": 1 });
    let till = json!({ "name": "more", "scopes": ["grant"] });
    let table = [
        ("/v1/grants", &grant, &grants),
        ("/v1/checkouts", &checkout, &redeems),
        ("/v1/pledges", &pledge, &manager),
        ("/v1/tills", &till, &node.admin),
    ];
    for (path, body, right) in table {
        for token in [&grants, &redeems, &manager, &refunds, &node.admin] {
            let reply = node.post(path, token, body);
            if token == right {
                assert!(reply.status < 300, "{path}: {reply:?}");
            } else {
                assert_eq!((reply.problem(), reply.status), ("token-scope", 403), "{path}");
            }
        }
        for headers in
            [vec![], vec![bearer("wrong")], vec![bearer("")], vec![("authorization".into(), "Basic x".into())]]
        {
            let reply = node.call("POST", path, &headers, Some(body.to_string().as_bytes()));
            assert_eq!((reply.problem(), reply.status), ("token-missing", 401), "{path}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
        }
        for scheme in ["bearer", "BEARER"] {
            let header = ("authorization".to_owned(), format!("{scheme} {grants}"));
            let reply = node.call("POST", path, &[header], Some(body.to_string().as_bytes()));
            assert_ne!(reply.json["code"], "token-missing", "the scheme's name is case-insensitive");
        }
    }
}

/// HTTP-9.
#[test]
fn a_revoked_till_may_do_nothing_from_then_on() {
    let node = Node::start();
    let token = node.till("counter", &["grant"]);
    let body = json!({ "points": 1, "reference": "r" });
    assert_eq!(node.post("/v1/grants", &token, &body).status, 201);
    assert_eq!(node.delete("/v1/tills/counter", &node.admin).status, 204);
    assert_eq!(node.post("/v1/grants", &token, &body).problem(), "token-missing");
    assert_eq!(Node::start_from(node.snapshot()).post("/v1/grants", &token, &body).problem(), "token-missing");
    assert_eq!(node.delete("/v1/tills/nobody", &node.admin).problem(), "not-found");
    // The name may be given again, with another token.
    let new = node.till("counter", &["grant"]);
    assert_eq!(node.post("/v1/grants", &new, &body).status, 201);
    assert_eq!(node.post("/v1/grants", &token, &body).problem(), "token-missing");
}

/// HTTP-9: authorized before the revocation, and written after it.
#[test]
fn a_grant_that_waits_for_the_disk_while_its_till_is_revoked_is_not_made() {
    let node = Node::start();
    let token = node.till("counter", &["grant"]);
    let make = || {
        let terms = GrantTerms { points: Points(1), ballot: None, vouchers: Bounded::new(Vec::new()).unwrap() };
        let source = Source { till: Text::new("counter").unwrap(), basket: None, reason: None, goodwill: false };
        let new = NewGrant { terms, reference: "r".to_owned(), expires_in: 60, receipt: None, source: Some(source) };
        let made = node.shop.make_grant(new, None, |_| Answer { status: 201, body: Vec::new() });
        tokio::runtime::Runtime::new().unwrap().block_on(made)
    };
    assert!(make().is_ok());
    assert_eq!(node.delete("/v1/tills/counter", &node.admin).status, 204);
    assert!(matches!(make(), Err(ShopError::Till(TillError::Revoked))));
    assert_eq!(node.post("/v1/grants", &token, &json!({ "points": 1, "reference": "r" })).problem(), "token-missing");
}

#[test]
fn tills_are_listed_without_their_tokens() {
    let node = Node::start();
    let token = node.till("counter", &["redeem", "grant"]);
    let listed = node.get_as("/v1/tills", &node.admin);
    let expected = json!({
        "caps": {},
        "tills": [{
            "name": "counter", "scopes": ["grant", "redeem"], "given_today": 0, "added": "2026-01-01T00:00:00Z",
        }],
    });
    assert_eq!(listed.json, expected);
    assert_eq!(node.get_as("/v1/tills", &token).problem(), "token-scope");
    for body in [
        json!({ "name": "counter", "scopes": ["grant"] }),
        json!({ "name": "", "scopes": ["grant"] }),
        json!({ "name": "line\nbreak", "scopes": ["grant"] }),
        json!({ "name": "new", "scopes": [] }),
        json!({ "name": "new", "scopes": ["grant", "grant"] }),
        json!({ "name": "new", "scopes": ["admin"] }),
    ] {
        assert_eq!(node.post("/v1/tills", &node.admin, &body).problem(), "request-invalid", "{body}");
    }
    assert_eq!(
        node.post("/v1/tills", &node.admin, &json!({ "name": "new", "scopes": ["all"] })).problem(),
        "bad-encoding"
    );
}

/// TILL-7.
#[test]
fn the_day_on_which_a_till_was_used_last_is_listed_and_survives_a_restart() {
    let node = Node::start();
    let token = node.till("counter", &["grant"]);
    let idle = node.till("idle", &["grant"]);
    let body = json!({ "points": 1, "reference": "r" });
    let last_used =
        |node: &Node, till: usize| node.get_as("/v1/tills", &node.admin).json["tills"][till]["last_used"].clone();
    // It is written down behind the answer.
    let used = |till: usize, day: &str| {
        while last_used(&node, till) != day {
            std::thread::yield_now();
        }
    };
    for day in ["2026-01-01", "2026-01-02"] {
        assert_eq!(node.post("/v1/grants", &token, &body).status, 201);
        used(0, day);
        node.hand.advance(86_400_000);
    }
    assert_eq!(last_used(&Node::start_from(node.snapshot()), 0), "2026-01-02");
    assert_eq!(last_used(&node, 1), Value::Null, "never used");
    // Listening is a use too.
    let _listens = Stream::open(&node.url, &idle, None, None).unwrap();
    used(1, "2026-01-03");
}

#[test]
fn a_pledge_is_made_once_a_day_and_a_repeat_means_the_one_it_made() {
    let node = Node::start();
    let manager = node.till("manager", &["manager"]);
    let body = json!({ "association": 1, "points": 5 });
    let first = node.post_once("/v1/pledges", &manager, "k", &body);
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(node.post("/v1/pledges", &manager, &body).json["digest"], first.json["digest"]);
    let other = json!({ "association": 2, "points": 5 });
    assert_eq!(node.post("/v1/pledges", &manager, &other).problem(), "order-conflict");
    node.hand.advance(86_400_000);
    assert_eq!(node.post_once("/v1/pledges", &manager, "k", &body).bytes, first.bytes);
    assert_ne!(node.post("/v1/pledges", &manager, &body).json["digest"], first.json["digest"]);
    let entry = node.get("/v1/log/1").json["entries"][0].clone();
    let LogEntry::Certified(CertifiedOrder { order, .. }) = http_support::orders::from_base64(&entry) else {
        panic!("a vote in the log of certificates")
    };
    assert!(matches!(order.purpose, Purpose::Pledge { association: AssociationId(1), .. }));
    assert_eq!(
        node.post("/v1/pledges", &manager, &json!({ "association": 9, "points": 5 })).problem(),
        "order-conflict"
    );
}

/// HTTP-13.
#[test]
fn a_pledge_that_was_cut_off_is_the_same_after_midnight_under_its_key() {
    let node = Node::start();
    let manager = node.till("manager", &["manager"]);
    let body = json!({ "association": 1, "points": 5 });
    node.desk.answer_next(Ok(ronde_node::shop::Outcome::Pending { votes: 1 }));
    let pending = node.post_once("/v1/pledges", &manager, "k", &body);
    assert_eq!(pending.status, 202);
    let restarted = Node::start_from(node.snapshot());
    restarted.hand.advance(86_400_000);
    let done = restarted.post_once("/v1/pledges", &manager, "k", &body);
    assert_eq!((done.status, &done.json["digest"]), (200, &pending.json["digest"]));
}

/// Runs `ronde till` against the node, in its folder.
fn ronde(node: &Node, words: &[&str], variables: &[(&str, &str)]) -> Output {
    std::fs::write(node.folder.path().join("ronde.toml"), CONFIG).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    command.args(["till"]).args(words).args(["--node", &node.url]).current_dir(node.folder.path());
    command.env_clear().envs(variables.iter().copied()).output().unwrap()
}

/// The administrator's token lies beside the seed.
const CONFIG: &str = r#"
store = 1
data = "data"
charter = "charter"
seed_file = "node.seed"
[quic]
listen = "127.0.0.1:7143"
[http]
listen = "127.0.0.1:8143"
"#;

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn the_command_line_adds_a_till_gives_takes_and_revokes() {
    let node = Node::start();
    let added =
        ronde(&node, &["add", "counter", "--scope", "grant,redeem,manager", "--out", "counter.token", "--json"], &[]);
    assert_eq!(json_of(&added)["till"]["name"], "counter");
    assert!(json_of(&added)["till"].get("token").is_none());
    let file = node.folder.path().join("counter.token");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = std::fs::read_to_string(&file).unwrap();

    let granted = ronde(
        &node,
        &["grant", "9", "--ballot", "1", "--voucher", "1:2", "--token-file", "counter.token", "--json"],
        &[],
    );
    let grant = &json_of(&granted)["grant"];
    assert_eq!(grant["vouchers"], json!([{ "offer": 1, "count": 2 }]));
    assert!(grant["claim_url"].as_str().unwrap().starts_with(BASE));

    let shown = ronde(&node, &["checkout", "--max", "5"], &[("RONDE_TILL_TOKEN", &token)]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.status.success() && text.contains(&format!("{BASE}/c/")) && text.contains('\u{2588}'), "{text}");

    let pledged = ronde(&node, &["pledge", "1", "50", "--token-file", "counter.token", "--json"], &[]);
    assert!(json_of(&pledged)["pledge"]["certificate"].is_string());

    let listed = ronde(&node, &["list"], &[]);
    assert!(
        String::from_utf8(listed.stdout)
            .unwrap()
            .starts_with("counter: grant, redeem, manager (added 2026-01-01T00:00:00Z, ")
    );
    assert!(ronde(&node, &["revoke", "counter"], &[]).status.success());
    let refused = ronde(&node, &["grant", "9", "--token-file", "counter.token"], &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("to do:"));
}

#[test]
fn the_command_line_waits_until_a_checkout_is_paid() {
    let node = Node::start();
    let token = node.till("counter", &["redeem"]);
    let words = ["checkout", "--max", "5", "--wait", "--json"];
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| ronde(&node, &words, &[("RONDE_TILL_TOKEN", &token)]));
        let id = opened(&node);
        let payment = pay(&offer(&node, &id), 5, 1);
        assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200);
        let output = waiting.join().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(json_of(&output)["checkout"]["state"], "accepted");
        assert_eq!(json_of(&output)["checkout"]["points"], 5);
    });
}

/// The id of the one checkout in the database, once it is there.
fn opened(node: &Node) -> String {
    use base64::Engine as _;
    use ronde_node::store::{Engine as _, MemoryEngine, Table};
    loop {
        let reader = MemoryEngine::restore(node.snapshot()).reader().unwrap();
        let ids = reader.scan(Table::Checkout, b"i", Some(b"j"), 1).unwrap();
        if let Some((key, _)) = ids.first() {
            return base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&key[1..]);
        }
        std::thread::yield_now();
    }
}

/// HTTP-9: counts stand under names that no till can have.
#[test]
fn what_can_be_no_tills_name_is_no_till() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let own = json!({ "name": "own", "scopes": ["grant"], "cap_day": 7 });
    assert_eq!(node.post("/v1/tills", &node.admin, &own).status, 201);
    let grant = json!({ "points": 1, "reference": "r" });
    assert_eq!(node.post("/v1/grants", &till, &grant).status, 201);
    for name in ["%00cown", "%00", "%00g", "%00c", "%00ccounter", "%0A", "%7F", "%FF", "%ED%A0%80", "a%00b", "other"] {
        let refused = node.delete(&format!("/v1/tills/{name}"), &node.admin);
        assert_eq!((refused.status, refused.problem()), (404, "not-found"), "{name}");
    }
    // What is no text is the name of nothing, wherever a name stands.
    for path in ["/v1/grants/%FF", "/v1/checkouts/%FF/offer", "/v1/orders/%FF", "/v1/log/%FF", "/v1/restore/%FF/1"] {
        assert_eq!(node.get(path).problem(), "not-found", "{path}");
    }
    assert_eq!(node.post("/v1/grants", &till, &grant).status, 201);
}

//! Webhooks: what is posted where, signed, in order and until it is taken.

use crate::http_support;
use crate::webhook_receiver;

use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_support::Node;
use ronde_node::shop::OrderDesk;
use ronde_node::webhooks::{self, signature};
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use webhook_receiver::{Post, Receiver};

const DAY: u64 = 86_400;

/// A node that posts.
struct Posting {
    node: Node,
    runtime: Runtime,
}

impl std::ops::Deref for Posting {
    type Target = Node;
    fn deref(&self) -> &Node {
        &self.node
    }
}

impl Posting {
    fn start(node: Node) -> Self {
        let runtime = Runtime::new().unwrap();
        runtime.spawn(webhooks::run(node.shop.clone(), Arc::clone(&node.desk) as Arc<dyn OrderDesk>));
        Self { node, runtime }
    }

    /// What a crash at this moment leaves behind, started again.
    fn again(&self) -> Self {
        Self::start(Node::start_from(self.snapshot()))
    }

    fn add(&self, url: &str, kinds: Option<&[&str]>) -> Value {
        let mut body = json!({ "url": url });
        if let Some(kinds) = kinds {
            body["events"] = json!(kinds);
        }
        let reply = self.post("/v1/webhooks", &self.admin, &body);
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json
    }

    fn tell(&self, index: u8) {
        let told = self.shop.tell_witness(KeysetId(1), WitnessIndex(index), StoreId(7), false);
        assert!(self.runtime.block_on(told).unwrap());
    }

    fn shown(&self, id: &str) -> Value {
        let all = self.get_as("/v1/webhooks", &self.admin).json["webhooks"].clone();
        all.as_array().unwrap().iter().find(|webhook| webhook["id"] == id).cloned().unwrap()
    }

    /// Waits until a webhook is shown so.
    fn eventually(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        loop {
            let shown = self.shown(id);
            if is_so(&shown) {
                return shown;
            }
            assert!(std::time::Instant::now() < deadline, "{shown}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Whether a post is signed by the secret that was shown.
fn is_signed(post: &Post, secret: &str) -> bool {
    is_signed_over(post, &post.body, secret)
}

fn is_signed_over(post: &Post, body: &[u8], secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let timestamp = post.headers["webhook-timestamp"].parse().unwrap();
    post.headers["webhook-signature"] == signature(&key, post.id(), timestamp, body)
}

/// EVENT-12: the example that the libraries of Standard Webhooks are tested by.
#[test]
fn signatures_are_those_of_standard_webhooks() {
    let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

/// EVENT-12, EVENT-13.
#[test]
fn an_event_is_posted_signed_and_the_secret_is_in_no_database() {
    let node = Posting::start(Node::start());
    node.tell(0);
    let receiver = Receiver::open();
    let made = node.add(&receiver.url, None);
    let (id, secret) = (text(&made["id"]), text(&made["secret"]));
    node.tell(1);
    let post = receiver.post();
    assert_eq!(post.headers["content-type"], "application/json");
    assert_eq!((post.id(), post.headers["webhook-timestamp"].as_str()), ("ronde_1_2", "1767225600"));
    let told = json!({
        "type": "witness.down", "timestamp": "2026-01-01T00:00:00Z", "store": 1, "position": 2,
        "data": { "keyset": 1, "index": 1, "store": 7 },
    });
    assert_eq!(post.event(), told, "what happened before it was added is not posted");
    assert!(is_signed(&post, secret));
    // The control: each webhook has a secret of its own, and each byte counts.
    let other = node.add(&receiver.url, Some(&["limit.warning"]));
    assert!(!is_signed(&post, text(&other["secret"])));
    let spoilt = [&post.body[1..], &post.body[..1]].concat();
    assert!(!is_signed_over(&post, &spoilt, secret));
    post.answer(200, "");
    node.eventually(id, |shown| shown["after"] == 2);
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let stored = node.stored_bytes();
    for secret in [key.as_slice(), secret.as_bytes()] {
        assert!(!stored.windows(secret.len()).any(|window| window == secret));
    }
    assert!(node.shown(id).get("secret").is_none());
    // The same after a restart, which posts nothing twice that was taken.
    let node = node.again();
    node.tell(3);
    let post = receiver.post();
    assert!(post.id() != "ronde_1_2" && is_signed(&post, secret), "{:?}", post.event());
}

/// EVENT-14, EVENT-15: with a clock that stands still nothing is tried again.
#[test]
fn an_event_that_is_not_taken_is_tried_again_before_the_next() {
    let node = Posting::start(Node::start());
    let receiver = Receiver::open();
    let id = text(&node.add(&receiver.url, None)["id"]).to_owned();
    node.tell(1);
    node.tell(2);
    let first = receiver.post();
    let body = first.body.clone();
    assert_eq!(first.id(), "ronde_1_1");
    first.answer(500, "");
    let failing = node.eventually(&id, |shown| shown.get("failing").is_some())["failing"].clone();
    assert_eq!((&failing["since"], &failing["attempts"]), (&json!("2026-01-01T00:00:00Z"), &json!(1)));
    assert!(text(&failing["why"]).contains("500"), "{failing}");
    node.tell(3);
    assert!(receiver.has_more().is_none(), "it is not time yet");
    node.hand.advance(5000);
    let again = receiver.post();
    assert_eq!((again.id(), &again.body), ("ronde_1_1", &body));
    assert_eq!(again.headers["webhook-timestamp"], "1767225605", "the attempt's own time");
    // It was not written down that it was taken: it comes again after a restart.
    let node = node.again();
    node.hand.advance(5000);
    let third = receiver.post();
    assert_eq!((third.id(), &third.body), ("ronde_1_1", &body));
    third.answer(204, "");
    for position in 2..=3 {
        assert_eq!(receiver.take().0, format!("ronde_1_{position}"));
    }
    let shown = node.eventually(&id, |shown| shown["after"] == 3);
    assert!(shown.get("failing").is_none(), "{shown}");
    drop(again);
}

/// EVENT-16, EVENT-18.
#[test]
fn a_receiver_that_takes_nothing_for_three_days_gets_no_more_until_it_is_replayed() {
    let node = Posting::start(Node::start());
    let (receiver, other) = (Receiver::open(), Receiver::open());
    let id = text(&node.add(&receiver.url, Some(&["witness.down"]))["id"]).to_owned();
    node.add(&other.url, Some(&["webhook.disabled"]));
    node.tell(1);
    node.tell(2);
    receiver.post().answer(503, "");
    node.eventually(&id, |shown| shown.get("failing").is_some());
    node.hand.advance((3 * DAY - 1) * 1000);
    receiver.post().answer(503, "Retry-After: 1\r\n");
    node.eventually(&id, |shown| shown["failing"]["attempts"] == 2);
    node.hand.advance(1000);
    receiver.post().answer(503, "");
    let disabled = node.eventually(&id, |shown| shown.get("disabled").is_some())["disabled"].clone();
    assert!(text(&disabled["why"]).contains("three days"), "{disabled}");
    let (_, told) = other.take();
    assert_eq!((&told["type"], &told["data"]["webhook"]), (&json!("webhook.disabled"), &json!(id)));
    // Neither time nor a restart makes it try again.
    let node = node.again();
    node.hand.advance(6 * DAY * 1000);
    node.tell(3);
    assert!(receiver.has_more().is_none());
    let replay = format!("/v1/webhooks/{id}/replay");
    for from in [0, 6] {
        assert_eq!(node.post(&replay, &node.admin, &json!({ "from": from })).problem(), "request-invalid", "{from}");
    }
    let shown = node.post(&replay, &node.admin, &json!({ "from": 1 }));
    assert_eq!((shown.status, shown.json.get("disabled")), (200, None));
    let ids: Vec<String> = (0..3).map(|_| receiver.take().0).collect();
    assert_eq!(ids, ["ronde_1_1", "ronde_1_2", "ronde_1_4"], "what others are told is not for it");
}

/// EVENT-18.
#[test]
fn what_was_taken_is_posted_again_on_demand_with_the_same_ids() {
    let node = Posting::start(Node::start());
    let receiver = Receiver::open();
    let id = text(&node.add(&receiver.url, None)["id"]).to_owned();
    (1..=3).for_each(|index| node.tell(index));
    let first: Vec<_> = (0..3).map(|_| receiver.take()).collect();
    node.eventually(&id, |shown| shown["after"] == 3);
    assert_eq!(node.post(&format!("/v1/webhooks/{id}/replay"), &node.admin, &json!({ "from": 2 })).status, 200);
    let again: Vec<_> = (0..2).map(|_| receiver.take()).collect();
    assert_eq!(again, first[1..]);
}

/// EVENT-14.
#[test]
fn a_receiver_that_does_not_answer_holds_up_no_other() {
    let node = Posting::start(Node::start());
    let (slow, quick) = (Receiver::open(), Receiver::open());
    node.add(&slow.url, None);
    node.add(&quick.url, None);
    (1..=5).for_each(|index| node.tell(index));
    let held = slow.post();
    for position in 1..=5 {
        assert_eq!(quick.take().0, format!("ronde_1_{position}"));
    }
    assert_eq!(held.id(), "ronde_1_1");
    assert!(slow.has_more().is_none(), "one after the other");
    held.answer(200, "");
    assert_eq!(slow.take().0, "ronde_1_2");
}

/// EVENT-14: of an answer nothing is read but its head.
#[test]
fn an_answer_without_end_is_not_read() {
    let node = Posting::start(Node::start());
    let receiver = Receiver::open();
    let id = text(&node.add(&receiver.url, None)["id"]).to_owned();
    node.tell(1);
    let sent = receiver.post().answer_without_end();
    assert!(sent < 1 << 29, "{sent} bytes were read");
    node.eventually(&id, |shown| shown["after"] == 1);
}

/// EVENT-11.
#[test]
fn a_redirect_is_not_followed() {
    let node = Posting::start(Node::start());
    let (receiver, inner) = (Receiver::open(), Receiver::open());
    let id = text(&node.add(&receiver.url, None)["id"]).to_owned();
    node.tell(1);
    for status in [301, 302, 303, 307, 308] {
        receiver.post().answer(status, &format!("Location: {}\r\n", inner.url));
        let shown = node.eventually(&id, |shown| text_contains(shown, &status.to_string()));
        assert_eq!(shown["after"], 0);
        assert!(text_contains(&shown, "redirects are not followed"), "{shown}");
        node.hand.advance(7200 * 1000);
    }
    assert!(inner.has_more().is_none());
}

fn text_contains(shown: &Value, word: &str) -> bool {
    shown["failing"]["why"].as_str().is_some_and(|why| why.contains(word))
}

/// EVENT-17.
#[test]
fn a_receiver_that_is_gone_gets_no_more() {
    let node = Posting::start(Node::start());
    let receiver = Receiver::open();
    let id = text(&node.add(&receiver.url, None)["id"]).to_owned();
    node.tell(1);
    receiver.post().answer(410, "");
    let shown = node.eventually(&id, |shown| shown.get("disabled").is_some());
    assert!(text(&shown["disabled"]["why"]).contains("410"), "{shown}");
}

/// EVENT-10.
#[test]
fn only_the_administrator_has_events_posted_and_only_where_it_is_safe() {
    let node = Posting::start(Node::start());
    let manager = node.till("manager", &["manager", "grant", "redeem"]);
    let good = json!({ "url": "https://shop.example/hook", "events": ["checkout.accepted"] });
    assert_eq!(node.post("/v1/webhooks", &manager, &good).problem(), "token-scope");
    assert_eq!(node.get_as("/v1/webhooks", &manager).problem(), "token-scope");
    let path = "/v1/webhooks/EXGZvGy6D-_Q-hGpSSqhuw";
    assert_eq!(node.delete(path, &manager).problem(), "token-scope");
    assert_eq!(node.post(&format!("{path}/replay"), &manager, &json!({ "from": 1 })).problem(), "token-scope");
    for (body, field) in [
        (json!({ "url": "http://shop.example/hook" }), "url"),
        (json!({ "url": "http://169.254.169.254/" }), "url"),
        (json!({ "url": "https://shop.example/", "events": [] }), "events"),
        (json!({ "url": "https://shop.example/", "events": ["checkout.paid"] }), "events"),
        (json!({ "url": "https://shop.example/", "events": ["witness.up", "witness.up"] }), "events"),
    ] {
        let reply = node.post("/v1/webhooks", &node.admin, &body);
        assert_eq!((reply.problem(), text(&reply.json["field"])), ("request-invalid", field), "{body}");
    }
    assert_eq!(node.post("/v1/webhooks", &node.admin, &json!({ "to": "x" })).problem(), "bad-encoding");
    // Once per key, with the same secret.
    let made = node.post_once("/v1/webhooks", &node.admin, "k", &good);
    assert_eq!((made.status, &made.json["events"]), (201, &json!(["checkout.accepted"])));
    assert_eq!(node.post_once("/v1/webhooks", &node.admin, "k", &good).bytes, made.bytes);
    (1..16).for_each(|_| drop(node.add("https://shop.example/hook", Some(&["checkout.accepted"]))));
    let one_more = node.post("/v1/webhooks", &node.admin, &good);
    assert_eq!((one_more.problem(), text(&one_more.json["field"])), ("request-invalid", "url"));
    let path = format!("/v1/webhooks/{}", text(&made.json["id"]));
    assert_eq!(node.delete(&path, &node.admin).status, 204);
    assert_eq!(node.delete(&path, &node.admin).problem(), "not-found");
    let replay = node.post(&format!("{path}/replay"), &node.admin, &json!({ "from": 1 }));
    assert_eq!(replay.problem(), "not-found");
    assert_eq!(node.get_as("/v1/webhooks", &node.admin).json["webhooks"].as_array().unwrap().len(), 15);
}

/// Runs `ronde webhook` against the node, in its folder.
fn ronde(node: &Node, words: &[&str]) -> (i32, String, String) {
    let config = "store = 1\nseed_file = \"node.seed\"\n";
    std::fs::write(node.folder.path().join("ronde.toml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    command.arg("webhook").args(words).args(["--node", &node.url]).current_dir(node.folder.path());
    let output = command.env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_line_adds_lists_replays_and_removes() {
    let node = Posting::start(Node::start());
    let receiver = Receiver::open();
    let (code, out, err) = ronde(&node, &["list"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("no webhooks"), "{out}");
    let words = ["add", &receiver.url, "--events", "witness.down,limit.warning", "--out", "hook.secret", "--json"];
    let (code, out, err) = ronde(&node, &words);
    assert_eq!(code, 0, "{err}");
    let made: Value = serde_json::from_str(&out).unwrap();
    assert!(made["webhook"].get("secret").is_none());
    let secret = std::fs::read_to_string(node.folder.path().join("hook.secret")).unwrap();
    let id = text(&made["webhook"]["id"]);
    node.tell(1);
    let post = receiver.post();
    assert!(is_signed(&post, &secret));
    post.answer(500, "");
    node.eventually(id, |shown| shown.get("failing").is_some());
    let (code, out, _) = ronde(&node, &["list"]);
    assert_eq!(code, 1, "one that is not taken needs a look");
    assert!(out.contains(id) && out.contains("witness.down") && out.contains("500"), "{out}");
    let (code, _, err) = ronde(&node, &["replay", id, "--from", "1"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(receiver.take().0, "ronde_1_1");
    let (code, out, err) = ronde(&node, &["add", &receiver.url]);
    assert!(code == 0 && out.lines().any(|line| line.starts_with("whsec_")), "{out}{err}");
    let (code, _, err) = ronde(&node, &["remove", id]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = ronde(&node, &["remove", id]);
    assert!(code == 2 && err.contains("to do:"), "{err}");
    let (code, _, err) = ronde(&node, &["add", "http://shop.example/"]);
    assert!(code == 2 && err.contains("https://"), "{err}");
}

//! How much may be given away: by a grant, a till and a store in a day.

use crate::http_support;

use std::collections::BTreeMap;

use http_support::federation_support::DAY;
use http_support::{NOW, Node, Reply};
use proptest::prelude::*;
use ronde_node::shop::Caps;
use ronde_protocol::message::amount::Points;
use serde_json::{Value, json};

const CAPS: Caps = Caps { grant: Some(Points(50)), till: Some(Points(100)), store: Some(Points(150)), goodwill: None };

fn node() -> Node {
    let node = Node::start();
    node.shop.set_caps(CAPS);
    node
}

fn give(node: &Node, till: &str, points: u64) -> Reply {
    node.post("/v1/grants", till, &json!({ "points": points, "reference": "r" }))
}

#[track_caller]
fn refused(reply: &Reply, cap: &str, left: u64, retryable: bool) {
    assert_eq!((reply.problem(), reply.status), ("limit-exceeded", 409), "{reply:?}");
    let said = (&reply.json["cap"], &reply.json["left"], &reply.json["retryable"]);
    assert_eq!(said, (&json!(cap), &json!(left), &json!(retryable)));
}

/// TILL-2, TILL-5.
#[test]
fn a_grant_beyond_a_cap_is_refused_with_the_cap_and_what_is_left() {
    let node = node();
    let (one, two) = (node.till("one", &["grant"]), node.till("two", &["grant"]));
    refused(&give(&node, &one, 51), "grant", 50, false);
    for _ in 0..2 {
        assert_eq!(give(&node, &one, 50).status, 201);
    }
    refused(&give(&node, &one, 1), "till", 0, true);
    assert_eq!(give(&node, &two, 40).status, 201);
    refused(&give(&node, &two, 11), "store", 10, true);
    // The caps hold for what vouchers stand for as well, 3 points each.
    let vouchers = json!({ "points": 0, "reference": "r", "vouchers": [{ "offer": 1, "count": 17 }] });
    refused(&node.post("/v1/grants", &two, &vouchers), "grant", 50, false);
    // A restart forgets nothing; midnight does.
    let restarted = Node::start_from(node.snapshot());
    restarted.shop.set_caps(CAPS);
    refused(&give(&restarted, &two, 11), "store", 10, true);
    restarted.hand.advance(DAY * 1000);
    assert_eq!(give(&restarted, &two, 11).status, 201);
}

/// TILL-23: neither forgotten nor counted twice.
#[test]
fn a_clock_that_jumps_ahead_and_back_gives_no_second_day() {
    let node = node();
    let till = node.till("counter", &["grant"]);
    let first = give(&node, &till, 50);
    assert_eq!(first.status, 201);
    // It is ahead, by this and that, over some midnights; with grants on days that are not yet.
    node.hand.advance(300 * DAY * 1000);
    let ahead = give(&node, &till, 20);
    for _ in 0..2 {
        node.hand.advance(DAY * 1000);
        // More of them than are forgotten at a time.
        for _ in 0..10 {
            assert_eq!(give(&node, &till, 1).status, 201);
        }
    }
    node.hand.set(NOW * 1000);
    refused(&give(&node, &till, 11), "till", 10, true);
    assert_eq!(give(&node, &till, 10).status, 201);
    refused(&give(&node, &till, 1), "till", 0, true);
    // What was given by the wrong clock is taken back from today, once.
    for _ in 0..2 {
        assert_eq!(node.delete(&format!("/v1/grants/{}", ahead.text("id")), &till).status, 204);
    }
    assert_eq!(give(&node, &till, 20).status, 201);
    refused(&give(&node, &till, 1), "till", 0, true);
    // And the day that it had shown is a day like any other when it comes.
    node.hand.advance(300 * DAY * 1000);
    for _ in 0..2 {
        assert_eq!(give(&node, &till, 50).status, 201);
    }
    refused(&give(&node, &till, 1), "till", 0, true);
    assert_eq!(node.delete(&format!("/v1/grants/{}", first.text("id")), &till).status, 204);
    refused(&give(&node, &till, 1), "till", 0, true);
}

/// TILL-23: the other way round.
#[test]
fn a_clock_that_falls_back_and_is_right_again_gives_no_second_day() {
    let node = node();
    let till = node.till("counter", &["grant"]);
    let first = give(&node, &till, 50);
    assert_eq!(give(&node, &till, 30).status, 201);
    node.hand.set((NOW - DAY) * 1000);
    refused(&give(&node, &till, 21), "till", 20, true);
    assert_eq!(give(&node, &till, 5).status, 201);
    node.hand.set(NOW * 1000);
    assert_eq!(give(&node, &till, 15).status, 201);
    refused(&give(&node, &till, 6), "till", 5, true);
    assert_eq!(node.delete(&format!("/v1/grants/{}", first.text("id")), &till).status, 204);
    assert_eq!(give(&node, &till, 50).status, 201);
    refused(&give(&node, &till, 6), "till", 5, true);
}

/// TILL-3.
#[test]
fn what_is_withdrawn_may_be_given_again_once_and_a_repeat_counts_once() {
    let node = node();
    let till = node.till("counter", &["grant"]);
    let body = json!({ "points": 50, "reference": "r" });
    let first = node.post_once("/v1/grants", &till, "k", &body);
    for _ in 0..3 {
        assert_eq!(node.post_once("/v1/grants", &till, "k", &body).bytes, first.bytes);
    }
    assert_eq!(give(&node, &till, 50).status, 201);
    refused(&give(&node, &till, 1), "till", 0, true);
    for _ in 0..2 {
        assert_eq!(node.delete(&format!("/v1/grants/{}", first.text("id")), &till).status, 204);
    }
    refused(&give(&node, &till, 51), "grant", 50, false);
    assert_eq!(give(&node, &till, 50).status, 201);
    refused(&give(&node, &till, 1), "till", 0, true);
}

/// TILL-4.
#[test]
fn a_till_with_caps_of_its_own_has_these_and_a_new_till_of_its_name_no_new_day() {
    let node = node();
    let body = json!({ "name": "little", "scopes": ["grant"], "cap_grant": 5, "cap_day": 8 });
    let added = node.post("/v1/tills", &node.admin, &body);
    assert_eq!((&added.json["cap_grant"], &added.json["cap_day"]), (&json!(5), &json!(8)));
    let token = added.text("token");
    refused(&give(&node, &token, 6), "grant", 5, false);
    assert_eq!(give(&node, &token, 5).status, 201);
    refused(&give(&node, &token, 4), "till", 3, true);
    assert_eq!(node.delete("/v1/tills/little", &node.admin).status, 204);
    let token = node.post("/v1/tills", &node.admin, &body).text("token");
    refused(&give(&node, &token, 4), "till", 3, true);
    let listed = node.get_as("/v1/tills", &node.admin);
    assert_eq!(listed.json["tills"][0]["given_today"], 5);
    assert_eq!(listed.json["caps"], json!({ "grant_points": 50, "till_points": 100, "store_points": 150 }));
    // One without has the store's again.
    assert_eq!(node.delete("/v1/tills/little", &node.admin).status, 204);
    let token = node.till("little", &["grant"]);
    assert_eq!(give(&node, &token, 50).status, 201);
}

/// TILL-6.
#[test]
fn who_has_given_four_fifths_away_is_said_until_the_day_is_over() {
    let node = node();
    let (one, two) = (node.till("one", &["grant"]), node.till("two", &["grant"]));
    let near = || node.get("/v1/status").json.get("caps_near").cloned().unwrap_or(Value::Null);
    assert_eq!((give(&node, &one, 50).status, give(&node, &one, 29).status), (201, 201));
    assert_eq!(near(), Value::Null);
    assert_eq!(give(&node, &one, 1).status, 201);
    assert_eq!(near(), 1);
    let said: Vec<String> = node.shop.near_caps().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(said, ["the till one gave away 80 of the 100 points that it may today (UTC)"]);
    assert_eq!(give(&node, &two, 40).status, 201);
    assert_eq!(near(), 2, "and the store");
    node.hand.advance(DAY * 1000);
    assert_eq!(near(), Value::Null);
}

#[derive(Clone, Debug)]
enum Step {
    Give { till: usize, points: u64 },
    Withdraw(usize),
    Restart,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..2_usize, 1..60_u64).prop_map(|(till, points)| Step::Give { till, points }),
        3 => any::<usize>().prop_map(Step::Withdraw),
        1 => Just(Step::Restart),
        1 => (1..DAY).prop_map(Step::Wait),
    ]
}

/// A grant that stands: the day on which it was made, its till, its points, its id.
type Standing = (u64, usize, u64, String);

/// What each till gave on a day and did not withdraw.
fn given(all: &[Standing], day: u64) -> BTreeMap<usize, u64> {
    let mut sums = BTreeMap::new();
    for (_, till, points, _) in all.iter().filter(|(made, ..)| *made == day) {
        *sums.entry(*till).or_default() += points;
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// TILL-2, TILL-3: whatever is made, withdrawn and waited for, no cap is exceeded, and nothing that fits is refused.
    #[test]
    fn no_sequence_of_grants_and_days_exceeds_a_cap(steps in prop::collection::vec(step(), 1..40)) {
        let mut node = node();
        let tills = [node.till("0", &["grant"]), node.till("1", &["grant"])];
        let (mut all, mut now): (Vec<Standing>, u64) = (Vec::new(), http_support::NOW);
        for step in steps {
            match step {
                Step::Give { till, points } => {
                    let before = given(&all, now / DAY);
                    let mine = before.get(&till).copied().unwrap_or(0);
                    let fits = points <= 50 && mine + points <= 100 && before.values().sum::<u64>() + points <= 150;
                    let reply = give(&node, &tills[till], points);
                    prop_assert_eq!(reply.status, if fits { 201 } else { 409 });
                    if fits {
                        all.push((now / DAY, till, points, reply.text("id")));
                    }
                }
                Step::Withdraw(which) if !all.is_empty() => {
                    let (.., till, _, id) = all.remove(which % all.len());
                    prop_assert_eq!(node.delete(&format!("/v1/grants/{id}"), &tills[till]).status, 204);
                }
                Step::Withdraw(_) => {}
                Step::Restart => {
                    node = Node::start_from(node.snapshot());
                    node.shop.set_caps(CAPS);
                    node.hand.set(now * 1000);
                }
                Step::Wait(seconds) => {
                    now += seconds;
                    node.hand.advance(seconds * 1000);
                }
            }
        }
    }
}

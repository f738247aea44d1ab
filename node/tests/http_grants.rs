//! Grants over HTTP.

use crate::http_support;

use http_support::federation_support::{CAMPAIGN, DAY, VOUCHER};
use http_support::orders::{claim, from_base64, grant, outputs, points};
use http_support::{BASE, NOW, Node};
use ronde_node::shop::{Certified as _, Outcome};
use ronde_node::store::Table;
use ronde_protocol::crypto::{hash, labels};
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::class::Kind;
use ronde_protocol::message::evaluation::Evaluation;
use ronde_protocol::message::order::Order;
use serde_json::json;

/// HTTP-1, HTTP-7.
#[test]
fn a_grant_is_made_shown_claimed_and_shown_as_claimed() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let body = json!({
        "points": 9, "reference": "receipt 17", "ballot": 1, "vouchers": [{ "offer": 1, "count": 2 }], "expires_in": 60,
    });
    let made = node.post("/v1/grants", &till, &body);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json["expires_at"], "2026-01-01T00:01:00Z");
    let id = made.text("id");
    let url = made.text("claim_url");
    let (link, secret) = url.split_once('#').unwrap();
    assert_eq!(link, format!("{BASE}/g/{id}"));

    let shown = node.get(&format!("/v1/grants/{id}"));
    let expected = json!({
        "id": id, "code": made.json["code"], "store": 1, "points": 9, "ballot": 1, "vouchers": [{ "offer": 1, "count": 2 }],
        "state": "open", "time": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T00:01:00Z",
    });
    assert_eq!(shown.json, expected);

    let kinds = [
        points(1),
        points(8),
        Kind::Ballot { campaign: CAMPAIGN },
        Kind::Voucher { offer: VOUCHER },
        Kind::Voucher { offer: VOUCHER },
    ];
    let claimed = node.post_open(&format!("/v1/grants/{id}/claim"), &claim(secret, &kinds, 1));
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let order: Order = from_base64(&claimed.json["order"]);
    assert_eq!((order.outputs.clone(), order.time), (outputs(&kinds, 1), NOW));
    let charter = &node.desk.federation.charter;
    let keyset = charter.keyset(order.keyset).unwrap();
    let certificate: Certificate = from_base64(&claimed.json["certificate"]);
    certificate.verify(keyset, &order.digest()).unwrap();
    let evaluations = claimed.json["evaluations"].as_array().unwrap();
    assert_eq!(evaluations.len(), 4);
    for evaluation in evaluations {
        from_base64::<Evaluation>(evaluation).verify(keyset, &order, &order.digest()).unwrap();
    }
    assert_eq!(node.get(&format!("/v1/grants/{id}")).json["state"], "claimed");
    assert_eq!(node.delete(&format!("/v1/grants/{id}"), &till).problem(), "grant-claimed");
}

#[test]
fn a_claim_is_repeated_with_the_same_outputs_only_also_after_a_restart() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let (id, secret) = grant(&node, &till, 8);
    let path = format!("/v1/grants/{id}/claim");
    let first = node.post_open(&path, &claim(&secret, &[points(8)], 1));
    let again = node.post_open(&path, &claim(&secret, &[points(8)], 1));
    assert_eq!(first.json["order"], again.json["order"]);
    let other = node.post_open(&path, &claim(&secret, &[points(8)], 2));
    assert_eq!(other.problem(), "grant-claimed");
    let restarted = Node::start_from(node.snapshot());
    let again = restarted.post_open(&path, &claim(&secret, &[points(8)], 1));
    assert_eq!(first.json["order"], again.json["order"]);
    assert_eq!(restarted.post_open(&path, &claim(&secret, &[points(8)], 2)).problem(), "grant-claimed");
    assert_eq!(node.entries(Table::SignedReference), 1);
}

/// HTTP-5, HTTP-18.
#[test]
fn ids_and_secrets_are_long_random_and_a_wrong_secret_is_answered_like_no_grant() {
    use base64::Engine as _;
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let made = [grant(&node, &till, 8), grant(&node, &till, 8)];
    let decoded = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    for (id, secret) in &made {
        assert_eq!((decoded(id).len(), decoded(secret).len()), (16, 32));
    }
    assert!(made[0].0 != made[1].0 && made[0].1 != made[1].1);
    let claimed = |id: &str, secret: &str| {
        let reply = node.post_open(&format!("/v1/grants/{id}/claim"), &claim(secret, &[points(8)], 1));
        (reply.problem().to_owned(), reply.text("detail"))
    };
    let wrong = claimed(&made[0].0, &made[1].1);
    assert_eq!(wrong, claimed("AAAAAAAAAAAAAAAAAAAAAA", &made[1].1));
    assert_eq!(wrong.0, "not-found");
}

/// HTTP-19.
#[test]
fn a_claim_that_the_quorum_has_not_decided_is_pending_and_can_be_asked_again() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let (id, secret) = grant(&node, &till, 8);
    let path = format!("/v1/grants/{id}/claim");
    node.desk.answer_next(Ok(Outcome::Pending { votes: 2 }));
    let pending = node.post_open(&path, &claim(&secret, &[points(8)], 1));
    assert_eq!(pending.status, 202);
    assert_eq!(pending.json["votes"], 2);
    assert_eq!(from_base64::<Order>(&pending.json["order"]).digest().to_string(), pending.text("digest"));
    assert_eq!(node.get(&format!("/v1/grants/{id}")).json["state"], "pending");
    assert_eq!(node.delete(&format!("/v1/grants/{id}"), &till).problem(), "grant-claimed");
    // The customer comes back after the link has expired.
    node.hand.advance(40 * DAY * 1000);
    assert_eq!(node.post_open(&path, &claim(&secret, &[points(8)], 1)).status, 200);
}

/// STORE-19.
#[test]
fn a_claim_that_the_store_made_an_order_of_is_never_answered_as_claimed_by_another() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let (id, secret) = grant(&node, &till, 8);
    let path = format!("/v1/grants/{id}/claim");
    node.desk.answer_next(Ok(Outcome::Pending { votes: 2 }));
    let pending = node.post_open(&path, &claim(&secret, &[points(8)], 1));
    // The feed shows an Earn of the same grant that a copy of this database signed before it was lost.
    let order: Order = from_base64(&pending.json["order"]);
    let earlier = Order { outputs: outputs(&[points(8)], 3), ..order.clone() };
    let certificate = node.desk.federation.certify(&earlier);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(node.shop.certified(&earlier, &certificate)).unwrap();
    assert_eq!(node.get(&format!("/v1/grants/{id}")).json["state"], "claimed");
    let again = node.post_open(&path, &claim(&secret, &[points(8)], 1));
    assert_eq!((again.status, &again.json["order"]), (200, &pending.json["order"]), "{again:?}");
    assert_eq!(node.post_open(&path, &claim(&secret, &[points(8)], 2)).problem(), "grant-claimed");
}

#[test]
fn two_wallets_that_claim_at_once_get_one_order() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let (id, secret) = grant(&node, &till, 8);
    let path = format!("/v1/grants/{id}/claim");
    let replies = std::thread::scope(|scope| {
        let claims = (1..9).map(|salt| {
            scope.spawn({
                let (node, path, secret) = (&node, &path, &secret);
                move || node.post_open(path, &claim(secret, &[points(8)], salt))
            })
        });
        let claims: Vec<_> = claims.collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert!(replies.iter().filter(|reply| reply.status != 200).all(|reply| reply.problem() == "grant-claimed"));
    assert_eq!(node.desk.certified(), 1);
}

#[test]
fn a_withdrawn_or_expired_grant_is_gone() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let (withdrawn, secret) = grant(&node, &till, 8);
    assert_eq!(node.delete(&format!("/v1/grants/{withdrawn}"), &till).status, 204);
    assert_eq!(node.delete(&format!("/v1/grants/{withdrawn}"), &till).status, 204);
    let claimed = node.post_open(&format!("/v1/grants/{withdrawn}/claim"), &claim(&secret, &[points(8)], 1));
    assert_eq!((claimed.problem(), claimed.status), ("grant-expired", 410));
    let (expired, secret) = grant(&node, &till, 8);
    node.hand.advance(31 * DAY * 1000);
    assert_eq!(node.get(&format!("/v1/grants/{expired}")).json["state"], "expired");
    // Whoever was told so is told so for ever, even if the clock is set back.
    node.hand.set(NOW * 1000);
    assert_eq!(node.get(&format!("/v1/grants/{expired}")).json["state"], "expired");
    let claimed = node.post_open(&format!("/v1/grants/{expired}/claim"), &claim(&secret, &[points(8)], 1));
    assert_eq!(claimed.problem(), "grant-expired");
}

/// HTTP-11, HTTP-12.
#[test]
fn the_same_request_under_one_key_gets_the_same_bytes_for_a_week_and_makes_one_grant() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let body = json!({ "points": 8, "reference": "receipt 17" });
    let first = node.post_once("/v1/grants", &till, "key-1", &body);
    assert_eq!(first.status, 201);
    let again = node.post_once("/v1/grants", &till, "key-1", &body);
    assert_eq!((again.status, &again.bytes), (201, &first.bytes));
    assert_eq!(node.entries(Table::Grant), 2, "one record and its reference");
    assert!(first.text("qr_svg").starts_with("<?xml"));
    let kept = node.bytes(Table::Idempotency);
    assert!(kept * 10 < first.bytes.len(), "the picture is kept: {kept} bytes of {}", first.bytes.len());
    let other = json!({ "points": 80, "reference": "receipt 17" });
    assert_eq!(node.post_once("/v1/grants", &till, "key-1", &other).problem(), "idempotency-mismatch");
    // Another till's key of the same name is another key; so is another path.
    let second = node.till("counter-2", &["grant"]);
    assert_ne!(node.post_once("/v1/grants", &second, "key-1", &body).bytes, first.bytes);
    let restarted = Node::start_from(node.snapshot());
    restarted.hand.advance(6 * DAY * 1000);
    assert_eq!(restarted.post_once("/v1/grants", &till, "key-1", &body).bytes, first.bytes);
    let before = restarted.entries(Table::Idempotency);
    restarted.hand.advance(2 * DAY * 1000);
    let late = restarted.post_once("/v1/grants", &till, "key-2", &body);
    assert_ne!(late.bytes, first.bytes);
    assert_eq!(restarted.entries(Table::Idempotency), before - 4 + 2, "old answers are forgotten");
}

/// HTTP-13.
#[test]
fn a_refused_request_does_not_use_its_key_up() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let refused = node.post_once("/v1/grants", &till, "key-1", &json!({ "points": 0, "reference": "r" }));
    assert_eq!(refused.problem(), "request-invalid");
    let made = node.post_once("/v1/grants", &till, "key-1", &json!({ "points": 1, "reference": "r" }));
    assert_eq!(made.status, 201);
}

/// HTTP-10: a request is short, and most of it can be guessed; whoever has the database must not be able to tell a right
/// guess from a wrong one.
#[test]
fn a_stolen_database_confirms_no_guess_of_what_a_till_asked_for() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let reference = "jeanne@example.org";
    let body = json!({ "points": 8, "reference": reference });
    let id = node.post_once("/v1/grants", &till, "key-number-one", &body).text("id");
    let stored = node.stored_bytes();
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(&hash::derive(labels::TOKEN_HASH, &[till.as_bytes()])), "the search finds what is there");
    let body = body.to_string();
    let parts: [&[u8]; 3] = [b"POST", b"/v1/grants", body.as_bytes()];
    let beside: [&[u8]; 2] = [id.as_bytes(), reference.as_bytes()];
    for guess in [&parts[..], &parts[2..], &beside[..], &beside[1..]] {
        for (name, label) in labels::ALL {
            assert!(!holds(&hash::derive(label, guess)), "{name} of {guess:?}");
        }
    }
}

/// HTTP-10.
#[test]
fn no_secret_token_or_receipt_number_is_in_the_database() {
    let node = Node::start();
    let till = node.till("counter", &["grant"]);
    let body = json!({ "points": 8, "reference": "receipt-0000017" });
    let made = node.post_once("/v1/grants", &till, "key-number-one", &body);
    let url = made.text("claim_url");
    let (_, secret) = url.split_once('#').unwrap();
    let claimed = node.post_open(&format!("/v1/grants/{}/claim", made.text("id")), &claim(secret, &[points(8)], 1));
    assert_eq!(claimed.status, 200);
    let stored = node.stored_bytes();
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"counter"), "the search finds what is there");
    use base64::Engine as _;
    let decoded = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    for needle in
        [secret.as_bytes(), till.as_bytes(), &decoded(secret), &decoded(&till), b"receipt-0000017", b"key-number-one"]
    {
        assert!(!holds(needle), "{}", String::from_utf8_lossy(needle));
    }
}

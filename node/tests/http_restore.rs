//! Buckets and probes over HTTP.

use crate::http_support;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_support::{NOW, Node, federation_support::KEYSET};
use ronde_protocol::crypto::{Entropy, Seed, coin::derive_coin_secret};
use ronde_protocol::message::bucket::{BucketLength, BucketPage, BucketQuery};
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::probe::{Probe, ProbeAnswer};
use serde_json::{Value, json};

const NONCE: [u8; 32] = [0xab; 32];

fn probe(node: &Node) -> Probe {
    let secret = derive_coin_secret(&Seed::new([1; 32]), KEYSET.0, 0, 0, 0);
    Probe::sign(&secret, &node.desk.federation.id(), KEYSET, NONCE, Entropy::new([2; 32])).unwrap()
}

fn text<T: ronde_protocol::message::codec::Encode>(message: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(message))
}

fn all<T: ronde_protocol::message::codec::Decode<()> + ronde_protocol::message::codec::Encode>(list: &Value) -> Vec<T> {
    let read = |item: &Value| decode(&URL_SAFE_NO_PAD.decode(item.as_str().unwrap()).unwrap(), 65_536).unwrap();
    list.as_array().unwrap().iter().map(read).collect()
}

#[test]
fn lengths_pages_and_probes_are_answered_as_the_witnesses_signed_them() {
    let node = Node::start();
    let keyset = node.desk.federation.charter.keyset(KEYSET).unwrap();
    assert!(NOW < keyset.evaluate_until());
    let nonce = hex::encode(NONCE);
    let reply = node.get(&format!("/v1/buckets/{KEYSET}?nonce={nonce}"));
    let lengths: Vec<BucketLength> = all(&reply.json["lengths"]);
    assert_eq!(lengths.iter().map(|length| length.verify(keyset, &NONCE)).collect::<Vec<_>>(), vec![Ok(0); 4]);
    let query = BucketQuery { keyset: KEYSET, bits: 0, number: 0, after: None, nonce: NONCE };
    let reply = node.get(&format!("/v1/buckets/{KEYSET}/2?bits=0&number=0&nonce={nonce}"));
    let pages: Vec<BucketPage> = all(&reply.json["pages"]);
    assert!(pages.into_iter().all(|page| page.verify(keyset, WitnessIndex(2), &query).is_ok()));
    let probe = probe(&node);
    let reply = node.post_open("/v1/probes", &json!({ "probe": text(&probe) }));
    let answers: Vec<ProbeAnswer> = all(&reply.json["answers"]);
    let checked = probe.check(&node.desk.federation.id()).unwrap();
    assert_eq!(answers.len(), 4);
    assert!(answers.into_iter().all(|answer| answer.verify(keyset, &checked).is_ok()));
}

#[test]
fn what_can_not_be_asked_is_refused_with_its_code() {
    let node = Node::start();
    let nonce = hex::encode(NONCE);
    let good = probe(&node);
    let refused = |path: &str| {
        let reply = node.get(path);
        (reply.status, reply.json["code"].as_str().unwrap_or_default().to_owned())
    };
    let own = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(refused(&format!("/v1/buckets/9?nonce={nonce}")), own(409, "charter-behind"));
    assert_eq!(refused(&format!("/v1/buckets/one?nonce={nonce}")), own(404, "not-found"));
    assert_eq!(refused("/v1/buckets/1?nonce=12"), own(422, "request-invalid"));
    assert_eq!(refused("/v1/buckets/1"), own(422, "request-invalid"));
    assert_eq!(refused(&format!("/v1/buckets/1/9?bits=0&number=0&nonce={nonce}")), own(404, "not-found"));
    assert_eq!(refused(&format!("/v1/buckets/1/0?bits=0&number=0&nonce={nonce}&after=AA")), own(400, "bad-encoding"));
    assert_eq!(refused(&format!("/v1/buckets/1/0?bits=0&number=0&nonce={nonce}&who=me")), own(422, "request-invalid"));
    let post = |probe: &Probe| {
        let reply = node.post_open("/v1/probes", &json!({ "probe": text(probe) }));
        (reply.status, reply.json["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(post(&Probe { nonce: [1; 32], ..good }), own(422, "bad-signature"));
    assert_eq!(post(&Probe { keyset: KeysetId(9), ..good }), own(409, "charter-behind"));
    let point = ronde_protocol::crypto::group::PointBytes([0; 32]);
    assert_eq!(post(&Probe { point, ..good }), own(400, "bad-encoding"));
}

/// HTTP-27
#[test]
fn only_so_many_restores_are_carried_at_a_time() {
    let node = Node::start();
    let nonce = hex::encode(NONCE);
    let body = json!({ "probe": text(&probe(&node)) });
    for (most, bucket) in [(8, true), (32, false)] {
        let held = Arc::clone(&node.desk.gate).try_acquire_owned().unwrap();
        let ask = || match bucket {
            true => node.get(&format!("/v1/buckets/{KEYSET}?nonce={nonce}")),
            false => node.post_open("/v1/probes", &body),
        };
        std::thread::scope(|scope| {
            let (done, answered) = std::sync::mpsc::channel();
            for _ in 0..=most {
                let (done, ask) = (done.clone(), &ask);
                scope.spawn(move || done.send(ask().status).unwrap());
            }
            // All but one wait at the gate.
            assert_eq!(answered.recv().unwrap(), 429);
            drop(held);
            let served: Vec<u16> = (0..most).map(|_| answered.recv().unwrap()).collect();
            assert_eq!(served, vec![200; most]);
        });
        assert_eq!(ask().status, 200, "there is room again");
    }
}

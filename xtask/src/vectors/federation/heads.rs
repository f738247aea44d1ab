//! Heads of logs, and answers to a witness that starts.

use ronde_protocol::{
    crypto::{merkle, sign::Signature},
    message::{
        head::{Head, HeadAnswer},
        ids::{KeysetId, WitnessIndex},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::world::{KEYSET, World, bytes, shown};
use crate::vectors::{
    case::{Case, case},
    draw,
};

/// A head over leaves of which nobody asks.
pub fn head(world: &World, keyset: KeysetId, index: u8, size: u64, name: &str) -> Head {
    let key = world.keys(keyset, index).vote;
    Head::sign(&key, world.keyset(keyset), WitnessIndex(index), size, draw::bytes(&format!("root {name}")))
}

fn read(head: &Head) -> Value {
    json!({"index": head.index.0, "size": head.size, "root": bytes(&head.root)})
}

fn not_signed(index: u8) -> Value {
    json!({"error": "not-signed", "index": index})
}

/// Heads by themselves.
pub fn heads(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let good = head(world, KEYSET, 1, 7, "one");
    let of = |slug, comment, keyset: KeysetId, head: &Head| {
        let charters = if keyset == KEYSET { world.shown() } else { two.shown() };
        let input = json!({"charters": charters, "keyset": keyset.0, "head": shown(head)});
        case("head", slug, "LOG-8", comment, input)
    };
    let key = world.keys(KEYSET, 2).vote;
    let empty = Head::sign(&key, world.keyset(KEYSET), WitnessIndex(2), 0, merkle::empty_root());
    let large = head(world, KEYSET, 0, (1 << 53) - 1, "large");
    let mut spoiled = good;
    spoiled.signature.0[63] ^= 1;
    vec![
        of("signed", "Witness 1's log has seven entries.", KEYSET, &good).gives(read(&good)),
        of("of-no-entries", "An empty log has a head too.", KEYSET, &empty).flag("boundary").gives(read(&empty)),
        of("large", "Nobody counts the entries here.", KEYSET, &large).flag("boundary").gives(read(&large)),
        of("other-size", "The size is covered.", KEYSET, &Head { size: 8, ..good }).refused(not_signed(1)),
        of("other-root", "The root is covered.", KEYSET, &Head { root: [7; 32], ..good }).refused(not_signed(1)),
        of("other-index", "The index is covered.", KEYSET, &Head { index: WitnessIndex(2), ..good })
            .refused(not_signed(2)),
        of("no-such-witness", "An index past the committee's end.", KEYSET, &Head { index: WitnessIndex(4), ..good })
            .flag("boundary")
            .refused(not_signed(4)),
        of("of-another-keyset", "The keyset is covered.", KeysetId(2), &good).refused(not_signed(1)),
        of("spoiled", "A bit of the signature.", KEYSET, &spoiled).refused(not_signed(1)),
    ]
}

fn rule(slug: &str) -> &'static str {
    match slug {
        "with-head" | "none" => "ROLLBACK-5",
        _ => "ROLLBACK-3",
    }
}

/// Witness 1 asks, witness 3 answers.
pub fn answers(world: &World) -> Vec<Result<Test, String>> {
    let nonce: [u8; 32] = draw::bytes("nonce of a start");
    let (asker, by) = (WitnessIndex(1), WitnessIndex(3));
    let newest = head(world, KEYSET, 1, 7, "one");
    let answer =
        |newest| HeadAnswer::sign(&world.keys(KEYSET, by.0).vote, world.keyset(KEYSET), by, asker, &nonce, newest);
    let of = |slug, comment, (asker, nonce): (u8, [u8; 32]), answer: &HeadAnswer| -> Case {
        let input = json!({
            "charters": world.shown(),
            "keyset": KEYSET.0,
            "asker": asker,
            "nonce": bytes(&nonce),
            "answer": shown(answer),
        });
        case("head-answer", slug, rule(slug), comment, input)
    };
    let good = answer(Some(newest));
    let asked = (asker.0, nonce);
    vec![
        of("with-head", "The newest head that is known.", asked, &good)
            .gives(json!({"index": 3, "newest": read(&newest)})),
        of("none", "No head is known.", asked, &answer(None)).gives(json!({"index": 3, "newest": null})),
        of("other-nonce", "An answer to an earlier start.", (1, draw::bytes("nonce of an earlier start")), &good)
            .flag("replay")
            .refused(not_signed(3)),
        of("other-asker", "An answer to somebody else.", (2, nonce), &good).refused(not_signed(3)),
        of("head-left-out", "The head was taken out on the way.", asked, &HeadAnswer { newest: None, ..good })
            .refused(not_signed(3)),
        of(
            "head-replaced",
            "An older head was put in its place.",
            asked,
            &HeadAnswer { newest: Some(head(world, KEYSET, 1, 3, "older")), ..good },
        )
        .flag("rollback")
        .refused(not_signed(3)),
        of(
            "head-of-another",
            "The answer names a head of witness 2.",
            asked,
            &answer(Some(head(world, KEYSET, 2, 7, "two"))),
        )
        .refused(not_signed(3)),
        of(
            "head-not-signed",
            "The answer names a head that the asker never signed.",
            asked,
            &answer(Some(Head { size: 8, ..newest })),
        )
        .refused(not_signed(1)),
        of("no-such-witness", "Nobody of that index.", asked, &HeadAnswer { index: WitnessIndex(4), ..good })
            .flag("boundary")
            .refused(not_signed(4)),
        of("of-another-witness", "Said to be of witness 2.", asked, &HeadAnswer { index: WitnessIndex(2), ..good })
            .refused(not_signed(2)),
        of("spoiled", "64 zero bytes for a signature.", asked, &HeadAnswer { signature: Signature([0; 64]), ..good })
            .refused(not_signed(3)),
    ]
}

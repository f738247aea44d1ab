//! Votes and certificates.

use curve25519_dalek::edwards::CompressedEdwardsY;
use ronde_protocol::{
    crypto::{labels, sign::Signature},
    message::{
        ids::{KeysetId, OrderDigest, WitnessIndex},
        vote::Vote,
    },
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    certificates, evaluations, heads,
    world::{FOUR, KEYSET, Plan, World, bytes},
};
use crate::vectors::{
    case::{Case, case, group},
    draw,
};

/// Votes, certificates, evaluations, heads.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&FOUR);
    // The same federation with one keyset more.
    let two = World::new(&Plan { keysets: 2, ..FOUR });
    Ok(vec![
        group("vote", votes(&world, &two))?,
        group("certificate", certificates::tests(&world, &two))?,
        group("certificate-assemble", certificates::assembled(&world))?,
        group("evaluation", evaluations::tests(&world, &two))?,
        group("head", heads::heads(&world, &two))?,
        group("head-answer", heads::answers(&world))?,
    ])
}

/// A keyset with the same committee.
pub const OTHER_KEYSET: KeysetId = KeysetId(2);

/// A digest of no order.
pub fn digest(name: &str) -> OrderDigest {
    OrderDigest(draw::bytes(&format!("digest {name}")))
}

/// The order of the Ed25519 base point, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The same signature with s + the group's order: another encoding of the same number.
pub fn malleable(signature: &Signature) -> Signature {
    let mut bytes = signature.0;
    let mut carry = 0u16;
    for (byte, add) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    Signature(bytes)
}

/// The same signature with a point of small order added to R: good only for who clears the cofactor.
pub fn torsion(signature: &Signature) -> Signature {
    let mut bytes = signature.0;
    let r = CompressedEdwardsY::from_slice(&bytes[..32]).unwrap().decompress().unwrap();
    let small = CompressedEdwardsY([0; 32]).decompress().unwrap();
    bytes[..32].copy_from_slice((r + small).compress().as_bytes());
    Signature(bytes)
}

fn vote_of(
    world: &World,
    (slug, rule, comment): (&str, &'static str, &str),
    keyset: KeysetId,
    digest: &OrderDigest,
    vote: Vote,
) -> Case {
    let input = json!({
        "charters": world.shown(),
        "keyset": keyset.0,
        "index": vote.index.0,
        "digest": bytes(&digest.0),
        "signature": bytes(&vote.signature.0),
    });
    case("vote", slug, rule, comment, input)
}

fn of_store(store: u32) -> Value {
    json!({"store": store})
}

/// The vote of this witness is wrong.
pub fn bad(index: u8) -> Value {
    json!({"error": "bad-signature", "index": index})
}

fn votes(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (one, other) = (digest("one"), digest("other"));
    let good = world.vote(KEYSET, 1, &one);
    let of = |about, vote| vote_of(world, about, KEYSET, &one, vote);
    let signed_as = |label: &'static str| {
        let parts: [&[u8]; 4] = [&world.id().0, &KEYSET.0.to_le_bytes(), &[1], &one.0];
        Vote { signature: world.keys(KEYSET, 1).vote.sign(label, &parts), ..good }
    };
    let mut spoiled = good;
    spoiled.signature.0[5] ^= 1;
    let mut elsewhere = world.id();
    elsewhere.0[0] ^= 1;
    let abroad: [&[u8]; 4] = [&elsewhere.0, &KEYSET.0.to_le_bytes(), &[1], &one.0];
    let abroad = Vote { signature: world.keys(KEYSET, 1).vote.sign(labels::VOTE_SIGNATURE, &abroad), ..good };
    let other_keyset = ("of-another-keyset", "VOTE-4", "The keyset is covered, and every keyset has keys of its own.");
    vec![
        of(("first-witness", "VOTE-4", "The vote of witness 0."), world.vote(KEYSET, 0, &one)).gives(of_store(1)),
        of(("last-witness", "VOTE-4", "The vote of the last witness."), world.vote(KEYSET, 3, &one)).gives(of_store(4)),
        vote_of(
            two,
            ("second-keyset", "VOTE-4", "The same store's vote with its keys of another keyset."),
            OTHER_KEYSET,
            &one,
            two.vote(OTHER_KEYSET, 1, &one),
        )
        .gives(of_store(2)),
        vote_of(world, ("other-digest", "VOTE-4", "A vote for another order."), KEYSET, &other, good).refused(bad(1)),
        vote_of(two, other_keyset, OTHER_KEYSET, &one, good).refused(bad(1)),
        of(("of-another-federation", "VOTE-4", "The federation is covered."), abroad).refused(bad(1)),
        of(
            ("under-another-index", "VOTE-5", "Witness 1's vote, said to be that of witness 2."),
            Vote { index: WitnessIndex(2), ..good },
        )
        .refused(bad(2)),
        of(
            ("no-such-witness", "VOTE-5", "An index past the committee's end."),
            Vote { index: WitnessIndex(4), ..good },
        )
        .flag("boundary")
        .refused(json!({"error": "no-such-witness", "index": 4})),
        of(("spoiled", "VOTE-7", "One bit of R is wrong."), spoiled).refused(bad(1)),
        of(("with-torsion", "VOTE-6", "R plus a point of order 4."), spoil(good, torsion))
            .flag("torsion")
            .refused(bad(1)),
        of(("malleable", "VOTE-6", "s plus the group's order."), spoil(good, malleable))
            .flag("malleable")
            .refused(bad(1)),
        of(("zeros", "VOTE-6", "A signature of 64 zero bytes."), Vote { signature: Signature([0; 64]), ..good })
            .flag("non-canonical")
            .refused(bad(1)),
        of(
            ("label-of-a-head", "VOTE-4", "Signed by the right key over the right parts, under another label."),
            signed_as(labels::HEAD_SIGNATURE),
        )
        .flag("label")
        .refused(bad(1)),
        of(
            ("by-the-node-key", "VOTE-4", "Signed by the store's node key in place of its vote key."),
            by_node_key(world, &one, good),
        )
        .refused(bad(1)),
        vote_of(world, ("unknown-keyset", "VOTE-5", "The charter has no such keyset."), KeysetId(9), &one, good)
            .refused(json!({"error": "unknown-keyset"})),
    ]
}

/// A vote with its signature changed.
pub fn spoil(vote: Vote, change: impl Fn(&Signature) -> Signature) -> Vote {
    Vote { signature: change(&vote.signature), ..vote }
}

fn by_node_key(world: &World, digest: &OrderDigest, vote: Vote) -> Vote {
    let store = world.keyset(KEYSET).member(vote.index).unwrap().store();
    let key = super::world::node_seed(store).node_key();
    let parts: [&[u8]; 4] = [&world.id().0, &KEYSET.0.to_le_bytes(), &[vote.index.0], &digest.0];
    Vote { signature: key.sign(labels::VOTE_SIGNATURE, &parts), ..vote }
}

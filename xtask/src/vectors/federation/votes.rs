//! Votes and certificates.

use curve25519_dalek::edwards::CompressedEdwardsY;
use ronde_protocol::{
    crypto::{labels, sign::Signature},
    message::{
        certificate::Certificate,
        ids::{KeysetId, OrderDigest, WitnessIndex},
        vote::Vote,
    },
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    evaluations, heads,
    world::{FOUR, KEYSET, ONE, Plan, World, bytes, list, shown},
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
        group("certificate", certificates(&world, &two))?,
        group("certificate-assemble", assembled(&world))?,
        group("evaluation", evaluations::tests(&world, &two))?,
        group("head", heads::heads(&world, &two))?,
        group("head-answer", heads::answers(&world))?,
    ])
}

const OTHER_KEYSET: KeysetId = KeysetId(2);

fn digest(name: &str) -> OrderDigest {
    OrderDigest(draw::bytes(&format!("digest {name}")))
}

/// The order of the Ed25519 base point, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The same signature with s + the group's order: another encoding of the same number.
fn malleable(signature: &Signature) -> Signature {
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
fn torsion(signature: &Signature) -> Signature {
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

fn bad(index: u8) -> Value {
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
        of(("first-witness", "VOTE-4", "The vote of witness 0."), world.vote(KEYSET, 0, &one)).valid(),
        of(("last-witness", "VOTE-4", "The vote of the last witness."), world.vote(KEYSET, 3, &one)).valid(),
        vote_of(
            two,
            ("second-keyset", "VOTE-4", "The same store's vote with its keys of another keyset."),
            OTHER_KEYSET,
            &one,
            two.vote(OTHER_KEYSET, 1, &one),
        )
        .valid(),
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
        of(("with-torsion", "VOTE-6", "R plus a point of order 4."), with(good, torsion))
            .flag("torsion")
            .refused(bad(1)),
        of(("malleable", "VOTE-6", "s plus the group's order."), with(good, malleable))
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

fn with(vote: Vote, change: impl Fn(&Signature) -> Signature) -> Vote {
    Vote { signature: change(&vote.signature), ..vote }
}

fn by_node_key(world: &World, digest: &OrderDigest, vote: Vote) -> Vote {
    let store = world.keyset(KEYSET).member(vote.index).unwrap().store();
    let key = super::world::node_seed(store).node_key();
    let parts: [&[u8]; 4] = [&world.id().0, &KEYSET.0.to_le_bytes(), &[vote.index.0], &digest.0];
    Vote { signature: key.sign(labels::VOTE_SIGNATURE, &parts), ..vote }
}

fn certificate_of(
    world: &World,
    (slug, rule, comment): (&str, &'static str, &str),
    (keyset, digest): (KeysetId, &OrderDigest),
    certificate: Value,
) -> Case {
    let input = json!({
        "charters": world.shown(),
        "keyset": keyset.0,
        "digest": bytes(&digest.0),
        "certificate": certificate,
    });
    case("certificate", slug, rule, comment, input)
}

fn certificates(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (one, other) = (digest("one"), digest("other"));
    let by = |by: &[u8]| world.certificate(KEYSET, by, &one);
    let of = |about, certificate: &Certificate| certificate_of(world, about, (KEYSET, &one), shown(certificate));
    let count = || json!({"error": "vote-count"});
    let swap = |certificate: Certificate, at: usize, vote: Vote| {
        let mut votes = certificate.votes.to_vec();
        votes[at] = vote;
        Certificate { votes: list(votes), ..certificate }
    };
    let good = by(&[0, 1, 2]);
    let truncated = hex::encode(&ronde_protocol::message::codec::encode(&good)[..230]);
    let mut tests = vec![
        of(("three-of-four", "CERT-3", "Votes of witnesses 0, 1 and 2."), &good).valid(),
        of(("other-three", "CERT-7", "The same order, certified by others: the same certificate."), &by(&[1, 2, 3]))
            .valid(),
        of(("none", "CERT-3", "No vote at all."), &by(&[])).flag("boundary").refused(count()),
        of(("two", "CERT-3", "One vote less than a quorum."), &by(&[0, 1])).flag("boundary").refused(count()),
        of(("all-four", "CERT-3", "One vote more than a quorum."), &by(&[0, 1, 2, 3]))
            .flag("boundary")
            .refused(count()),
        of(("repeated", "CERT-4", "One witness twice."), &by(&[0, 1, 1]))
            .flag("sorted")
            .refused(json!({"error": "unsorted"})),
        of(("unsorted", "CERT-4", "Three good votes, two of them exchanged."), &by(&[0, 2, 1]))
            .flag("sorted")
            .refused(json!({"error": "unsorted"})),
        of(
            ("no-such-witness", "CERT-5", "The last vote is of index 4."),
            &swap(good.clone(), 2, Vote { index: WitnessIndex(4), ..good.votes[2] }),
        )
        .refused(json!({"error": "no-such-witness", "index": 4})),
        of(
            ("vote-for-another-order", "CERT-5", "Witness 1 voted for another order."),
            &swap(good.clone(), 1, world.vote(KEYSET, 1, &other)),
        )
        .refused(bad(1)),
        of(
            ("vote-of-another-keyset", "CERT-5", "Witness 1 signed with its keys of keyset 2."),
            &swap(good.clone(), 1, two.vote(OTHER_KEYSET, 1, &one)),
        )
        .refused(bad(1)),
        of(
            ("vote-of-another-witness", "CERT-5", "Witness 3's vote, said to be that of witness 2."),
            &swap(good.clone(), 2, Vote { index: WitnessIndex(2), ..world.vote(KEYSET, 3, &one) }),
        )
        .refused(bad(2)),
        of(
            ("with-torsion", "VOTE-6", "R of the first vote plus a point of order 4."),
            &swap(good.clone(), 0, with(good.votes[0], torsion)),
        )
        .flag("torsion")
        .refused(bad(0)),
        of(
            ("malleable", "VOTE-6", "s of the last vote plus the group's order."),
            &swap(good.clone(), 2, with(good.votes[2], malleable)),
        )
        .flag("malleable")
        .refused(bad(2)),
        of(
            ("two-bad-votes", "CERT-5", "Votes 1 and 2 are spoiled: the first counts."),
            &swap(swap(good.clone(), 2, with(good.votes[2], malleable)), 1, with(good.votes[1], torsion)),
        )
        .refused(bad(1)),
        of(
            ("unsorted-and-spoiled", "CERT-6", "Unsorted, and a vote is spoiled: form comes first."),
            &swap(by(&[0, 2, 1]), 0, with(good.votes[0], malleable)),
        )
        .refused(json!({"error": "unsorted"})),
    ];
    tests.extend(misplaced_certificates(world, two, &good, &one, &other));
    tests.extend([
        certificate_of(
            world,
            ("trailing", "ENC-10", "A zero byte follows."),
            (KEYSET, &one),
            Value::from(hex::encode([&ronde_protocol::message::codec::encode(&good)[..], &[0]].concat())),
        )
        .flag("trailing")
        .refused(json!({"error": "bad-encoding", "offset": 239, "expected": "end"})),
        certificate_of(
            world,
            ("truncated", "ENC-5", "The last vote is cut off."),
            (KEYSET, &one),
            Value::from(truncated),
        )
        .flag("truncated")
        .refused(json!({"error": "bad-encoding", "offset": 175, "expected": "more-bytes"})),
    ]);
    tests
}

fn misplaced_certificates(
    world: &World,
    two: &World,
    good: &Certificate,
    one: &OrderDigest,
    other: &OrderDigest,
) -> Vec<Result<Test, String>> {
    let relabelled = Certificate { digest: *other, ..good.clone() };
    let moved = Certificate { keyset: OTHER_KEYSET, ..good.clone() };
    let lone = World::new(&ONE);
    vec![
        certificate_of(
            two,
            ("other-keyset", "CERT-1", "A good certificate of keyset 1, where one of keyset 2 is due."),
            (OTHER_KEYSET, one),
            shown(good),
        )
        .refused(json!({"error": "other-keyset"})),
        certificate_of(
            two,
            ("moved-to-another-keyset", "CERT-5", "The same votes under the number of keyset 2."),
            (OTHER_KEYSET, one),
            shown(&moved),
        )
        .refused(bad(0)),
        certificate_of(
            world,
            ("other-order", "CERT-2", "A good certificate of another order."),
            (KEYSET, other),
            shown(good),
        )
        .refused(json!({"error": "other-order"})),
        certificate_of(
            world,
            ("moved-to-another-order", "CERT-5", "The same votes under another digest."),
            (KEYSET, other),
            shown(&relabelled),
        )
        .refused(bad(0)),
        certificate_of(
            &lone,
            ("one-of-one", "VOTE-3", "A committee of one: its vote certifies."),
            (KEYSET, one),
            shown(&lone.certificate(KEYSET, &[0], one)),
        )
        .flag("boundary")
        .valid(),
    ]
}

fn assembled(world: &World) -> Vec<Result<Test, String>> {
    let (one, other) = (digest("one"), digest("other"));
    let vote = |index| world.vote(KEYSET, index, &one);
    let of = |slug, rule, comment, votes: &[Vote]| {
        let input = json!({
            "charters": world.shown(),
            "keyset": KEYSET.0,
            "digest": bytes(&one.0),
            "votes": votes.iter().map(shown).collect::<Vec<_>>(),
        });
        case("certificate-assemble", slug, rule, comment, input)
    };
    let made = |by: &[u8]| json!({"certificate": shown(&world.certificate(KEYSET, by, &one))});
    let nothing = || json!({"certificate": null});
    vec![
        of("in-any-order", "CERT-9", "Three votes as they came, sorted by index.", &[vote(2), vote(0), vote(1)])
            .gives(made(&[0, 1, 2])),
        of("more-than-enough", "CERT-9", "Of four votes the three lowest indices.", &[3, 2, 1, 0].map(vote))
            .gives(made(&[0, 1, 2])),
        of("too-few", "CERT-9", "Two votes do not certify.", &[vote(0), vote(3)]).gives(nothing()),
        of("twice", "CERT-9", "One witness's vote twice is one vote.", &[vote(0), vote(3), vote(3)]).gives(nothing()),
        of(
            "spoiled-votes-left-out",
            "VOTE-7",
            "A vote with torsion and one for another order do not count; three others do.",
            &[with(vote(0), torsion), vote(1), vote(2), world.vote(KEYSET, 0, &other), vote(3)],
        )
        .gives(made(&[1, 2, 3])),
        of(
            "spoiled-vote-lacking",
            "VOTE-7",
            "With a spoiled vote there are only two.",
            &[vote(0), vote(1), with(vote(2), malleable)],
        )
        .gives(nothing()),
    ]
}

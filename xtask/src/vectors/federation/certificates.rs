//! Certificates, and how they are made.

use ronde_protocol::{
    crypto::sign::Signature,
    message::{
        certificate::Certificate,
        codec::encode,
        ids::{KeysetId, OrderDigest, WitnessIndex},
        vote::Vote,
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    votes::{OTHER_KEYSET, bad, digest, malleable, spoil, torsion},
    world::{KEYSET, ONE, World, bytes, list, shown},
};
use crate::vectors::case::{Case, case};

/// Certificates of too few, too many, repeated, unsorted and wrong votes.
pub fn tests(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let mut tests = counted(world);
    tests.extend(wrong_votes(world, two));
    tests.extend(misplaced(world, two));
    tests.extend(messages(world));
    tests
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

fn voters(by: &[u8]) -> Value {
    json!({"voters": by})
}

fn with_vote(certificate: &Certificate, at: usize, vote: Vote) -> Certificate {
    let mut votes = certificate.votes.to_vec();
    votes[at] = vote;
    Certificate { votes: list(votes), ..certificate.clone() }
}

fn counted(world: &World) -> Vec<Result<Test, String>> {
    let one = digest("one");
    let of =
        |about, by: &[u8]| certificate_of(world, about, (KEYSET, &one), shown(&world.certificate(KEYSET, by, &one)));
    let count = || json!({"error": "vote-count"});
    let unsorted = || json!({"error": "unsorted"});
    let others = ("other-three", "CERT-7", "The same order, certified by others: the same certificate.");
    let exchanged = ("unsorted", "CERT-4", "Three good votes, two of them exchanged.");
    vec![
        of(("three-of-four", "CERT-3", "Votes of witnesses 0, 1 and 2."), &[0, 1, 2]).gives(voters(&[0, 1, 2])),
        of(others, &[1, 2, 3]).gives(voters(&[1, 2, 3])),
        of(("none", "CERT-3", "No vote at all."), &[]).flag("boundary").refused(count()),
        of(("two", "CERT-3", "One vote less than a quorum."), &[0, 1]).flag("boundary").refused(count()),
        of(("all-four", "CERT-3", "One vote more than a quorum."), &[0, 1, 2, 3]).flag("boundary").refused(count()),
        of(("repeated", "CERT-4", "One witness twice."), &[0, 1, 1]).flag("sorted").refused(unsorted()),
        of(exchanged, &[0, 2, 1]).flag("sorted").refused(unsorted()),
    ]
}

fn wrong_votes(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (one, other) = (digest("one"), digest("other"));
    let good = world.certificate(KEYSET, &[0, 1, 2], &one);
    let of = |about, certificate: &Certificate| certificate_of(world, about, (KEYSET, &one), shown(certificate));
    let with = |about, at, vote| of(about, &with_vote(&good, at, vote));
    let spoiled = |at: usize, change: fn(&Signature) -> Signature| spoil(good.votes[at], change);
    let last = |vote: Vote, index| Vote { index: WitnessIndex(index), ..vote };
    let two_bad = with_vote(&with_vote(&good, 2, spoiled(2, malleable)), 1, spoiled(1, torsion));
    let badly_sorted = with_vote(&world.certificate(KEYSET, &[0, 2, 1], &one), 0, spoiled(0, malleable));
    let nobody = ("no-such-witness", "CERT-5", "The last vote is of index 4.");
    let for_another = ("vote-for-another-order", "CERT-5", "Witness 1 voted for another order.");
    let of_two = ("vote-of-another-keyset", "CERT-5", "Witness 1 signed with its keys of keyset 2.");
    let of_three = ("vote-of-another-witness", "CERT-5", "Witness 3's vote, said to be that of witness 2.");
    let small = ("with-torsion", "VOTE-6", "R of the first vote plus a point of order 4.");
    let large = ("malleable", "VOTE-6", "s of the last vote plus the group's order.");
    let first = ("two-bad-votes", "CERT-5", "Votes 1 and 2 are spoiled: the first counts.");
    let form = ("unsorted-and-spoiled", "CERT-6", "Unsorted, and a vote is spoiled: form comes first.");
    vec![
        with(nobody, 2, last(good.votes[2], 4)).refused(json!({"error": "no-such-witness", "index": 4})),
        with(for_another, 1, world.vote(KEYSET, 1, &other)).refused(bad(1)),
        with(of_two, 1, two.vote(OTHER_KEYSET, 1, &one)).refused(bad(1)),
        with(of_three, 2, last(world.vote(KEYSET, 3, &one), 2)).refused(bad(2)),
        with(small, 0, spoiled(0, torsion)).flag("torsion").refused(bad(0)),
        with(large, 2, spoiled(2, malleable)).flag("malleable").refused(bad(2)),
        of(first, &two_bad).refused(bad(1)),
        of(form, &badly_sorted).refused(json!({"error": "unsorted"})),
    ]
}

fn messages(world: &World) -> Vec<Result<Test, String>> {
    let one = digest("one");
    let bytes = encode(&world.certificate(KEYSET, &[0, 1, 2], &one));
    let raw = |about, bytes: &[u8]| certificate_of(world, about, (KEYSET, &one), Value::from(hex::encode(bytes)));
    vec![
        raw(("trailing", "ENC-10", "A zero byte follows."), &[&bytes[..], &[0]].concat())
            .flag("trailing")
            .refused(json!({"error": "bad-encoding", "offset": 239, "expected": "end"})),
        raw(("truncated", "ENC-5", "The last vote is cut off."), &bytes[..230])
            .flag("truncated")
            .refused(json!({"error": "bad-encoding", "offset": 175, "expected": "more-bytes"})),
    ]
}

fn misplaced(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (one, other) = (&digest("one"), &digest("other"));
    let good = &world.certificate(KEYSET, &[0, 1, 2], one);
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
        .gives(voters(&[0])),
    ]
}

/// Certificates made of votes.
pub fn assembled(world: &World) -> Vec<Result<Test, String>> {
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
            &[spoil(vote(0), torsion), vote(1), vote(2), world.vote(KEYSET, 0, &other), vote(3)],
        )
        .gives(made(&[1, 2, 3])),
        of(
            "spoiled-vote-lacking",
            "VOTE-7",
            "With a spoiled vote there are only two.",
            &[vote(0), vote(1), spoil(vote(2), malleable)],
        )
        .gives(nothing()),
    ]
}

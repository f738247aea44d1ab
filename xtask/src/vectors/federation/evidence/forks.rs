//! Two heads of one witness.

use ronde_protocol::{
    crypto::{merkle, sign::Signature},
    message::{
        evidence::Evidence,
        head::Head,
        ids::{KeysetId, WitnessIndex},
    },
};
use ronde_vectors::file::Test;

use super::{
    super::world::{KEYSET, World, list},
    ACCUSED,
    pieces::{convicts, of},
    refused,
};
use crate::vectors::draw;

/// Heads that do not extend one another, heads that do, and heads that the accused never signed.
pub fn tests(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let mut tests = genuine(world);
    tests.extend(in_order(world));
    tests.extend(fabricated(world, two));
    tests
}

fn leaves(count: usize) -> Vec<[u8; 32]> {
    (0..count).map(|number| draw::bytes(&format!("leaf {number}"))).collect()
}

fn head(world: &World, keyset: KeysetId, index: u8, leaves: &[[u8; 32]]) -> Head {
    let size = u64::try_from(leaves.len()).unwrap();
    Head::sign(
        &world.keys(keyset, index).vote,
        world.keyset(keyset),
        WitnessIndex(index),
        size,
        merkle::root_of(leaves),
    )
}

fn fork(shorter: Head, longer: Head, leaves: &[[u8; 32]]) -> Evidence {
    let mut cutting = merkle::Cutting::at(shorter.size);
    leaves.iter().for_each(|leaf| cutting.push(*leaf));
    Evidence::Fork { keyset: KEYSET, shorter, longer, subtrees: list(cutting.finish()) }
}

/// Leaves of five entries; a head of three others; the head of the five.
fn two_heads(world: &World) -> (Vec<[u8; 32]>, Head, Head) {
    let (long, mut other) = (leaves(5), leaves(3));
    other[0] = draw::bytes("another leaf");
    let own = |leaves: &[[u8; 32]]| head(world, KEYSET, ACCUSED.0, leaves);
    let heads = (own(&other), own(&long));
    (long, heads.0, heads.1)
}

fn genuine(world: &World) -> Vec<Result<Test, String>> {
    let (long, shorter, longer) = two_heads(world);
    let mut twin = long.clone();
    twin[4] = draw::bytes("another leaf");
    let twin = head(world, KEYSET, ACCUSED.0, &twin);
    let guilty =
        |slug, comment, evidence: &Evidence| convicts(of(world, slug, "EVIDENCE-7", comment, evidence).flag("fork"));
    let unread = "The same, with hashes that nobody looks at.";
    vec![
        guilty("fork", "Three entries that the five do not begin with.", &fork(shorter, longer, &long)),
        guilty("fork-of-one-size", "Two roots for five entries.", &fork(twin, longer, &[])),
        guilty("fork-of-one-size-with-subtrees", unread, &fork(twin, longer, &long[..3])),
    ]
}

fn in_order(world: &World) -> Vec<Result<Test, String>> {
    let (long, shorter, longer) = two_heads(world);
    let own = |leaves: &[[u8; 32]]| head(world, KEYSET, ACCUSED.0, leaves);
    let mut twin = long.clone();
    twin[4] = draw::bytes("another leaf");
    let of_another = head(world, KEYSET, 1, &leaves(3)[1..]);
    let innocent = |slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-7", comment, evidence).refused(refused("in-order"))
    };
    let begun = own(&long[..3]);
    vec![
        innocent("extended-head", "The five entries begin with the three.", &fork(begun, longer, &long)),
        innocent("extended-empty-head", "Every log extends an empty one.", &fork(own(&[]), longer, &long)),
        innocent("one-head-twice", "The same head.", &fork(longer, longer, &[])),
        innocent("heads-exchanged", "The longer head stands first.", &fork(longer, shorter, &long)),
        innocent("subtrees-of-another-log", "Subtrees that do not hash to the head.", &fork(begun, longer, &twin)),
        innocent("subtrees-missing", "Two roots and sizes, and no subtrees.", &fork(shorter, longer, &[])),
        innocent("subtrees-too-few", "Those of four leaves under a head of five.", &fork(shorter, longer, &long[..4])),
        innocent("heads-of-two-witnesses", "Two witnesses' logs are two logs.", &fork(of_another, longer, &long)),
    ]
}

fn fabricated(world: &World, two: &World) -> Vec<Result<Test, String>> {
    let (long, shorter, longer) = two_heads(world);
    let unsigned = |world, slug, comment, evidence: &Evidence| {
        of(world, slug, "EVIDENCE-8", comment, evidence).refused(refused("not-signed"))
    };
    let elsewhere = fork(head(two, KeysetId(2), ACCUSED.0, &leaves(3)[..2]), longer, &long);
    let spoiled = fork(Head { signature: Signature([1; 64]), ..shorter }, longer, &long);
    let rooted = fork(Head { root: [1; 32], ..shorter }, longer, &long);
    let sized = fork(shorter, Head { size: 6, ..longer }, &leaves(6));
    let mut nowhere = fork(shorter, longer, &long);
    if let Evidence::Fork { keyset, .. } = &mut nowhere {
        *keyset = KeysetId(9);
    }
    let unknown = "A keyset that the charter does not have.";
    vec![
        unsigned(world, "head-spoiled", "64 bytes that are no signature.", &spoiled),
        unsigned(world, "head-with-another-root", "A root that nobody signed.", &rooted),
        unsigned(world, "head-with-another-size", "A size that nobody signed.", &sized),
        unsigned(two, "head-of-another-keyset", "A head of its log of keyset 2.", &elsewhere),
        of(world, "fork-in-no-keyset", "EVIDENCE-2", unknown, &nowhere).refused(refused("unknown")),
    ]
}

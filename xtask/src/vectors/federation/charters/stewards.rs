//! Who must sign a version, and what counts as a signature.

use ronde_protocol::{
    crypto::{
        labels,
        sign::{Signature, VerifyingKeyBytes},
    },
    message::charter::{CharterBody, SignedCharter, StewardSignature, Stewards},
};
use ronde_vectors::file::Test;

use super::{
    super::world::{World, list, sign, steward, stewards},
    About, at, next, of,
};
use crate::vectors::case::Case;

/// Signatures, sets of stewards, and their change.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = signatures(world);
    tests.extend(sets(world));
    tests.extend(changed_stewards(world));
    tests.extend(thresholds(world));
    tests.extend(next_stewards(world));
    tests
}

fn with_signatures(body: &CharterBody, signatures: Vec<StewardSignature>) -> SignedCharter {
    SignedCharter { body: body.clone(), signatures: list(signatures) }
}

fn signatures(world: &World) -> Vec<Result<Test, String>> {
    let body = &world.chain[0].body;
    let all = sign(body.clone(), &[1, 2, 3]);
    let by = |by: &[u8]| sign(body.clone(), by);
    let signed = |change: fn(&mut Vec<StewardSignature>)| {
        let mut signatures = all.signatures.to_vec();
        change(&mut signatures);
        with_signatures(body, signatures)
    };
    let parts: [&[u8]; 2] = [&world.id().0, &body.hash().0];
    let mut labelled = vec![
        StewardSignature {
            key: steward(1).verifying_key().encode(),
            signature: steward(1).sign(labels::VOTE_SIGNATURE, &parts),
        },
        body.sign(&steward(2)),
    ];
    labelled.sort_by_key(|signature| signature.key);
    let mut other = body.clone();
    other.expires += 1;
    let wrong_signature = || at(0, "signature");
    let wrong = |about: About<'_>, signed: &SignedCharter| of(about, &[signed]);
    vec![
        wrong(("three-signatures", "CHARTER-8", "One more than the threshold."), &by(&[1, 2, 3])).valid(),
        wrong(("one-signature", "CHARTER-8", "One less than the threshold."), &by(&[1]))
            .flag("threshold")
            .refused(at(0, "threshold")),
        wrong(("strangers", "CHARTER-8", "One steward and two strangers: strangers do not count."), &by(&[1, 8, 9]))
            .flag("threshold")
            .refused(at(0, "threshold")),
        wrong(("one-stranger-more", "CHARTER-10", "Two stewards and a stranger."), &by(&[1, 2, 9]))
            .refused(wrong_signature()),
        wrong(
            ("signed-twice", "CHARTER-10", "One steward twice."),
            &signed(|all| {
                all.truncate(1);
                all.push(all[0]);
            }),
        )
        .flag("sorted")
        .refused(wrong_signature()),
        wrong(("signatures-unsorted", "CHARTER-10", "Good signatures in another order."), &signed(|all| all.reverse()))
            .flag("sorted")
            .refused(wrong_signature()),
        wrong(
            ("one-wrong-signature", "CHARTER-10", "Two of three suffice, but the third is wrong."),
            &signed(|all| all[2].signature.0[0] ^= 1),
        )
        .refused(wrong_signature()),
        wrong(
            ("signature-of-zeros", "CHARTER-10", "64 zero bytes for a signature."),
            &signed(|all| all[0].signature = Signature([0; 64])),
        )
        .flag("non-canonical")
        .refused(wrong_signature()),
        wrong(
            ("signature-of-a-vote", "CHARTER-2", "The right parts under the label of a vote."),
            &with_signatures(body, labelled),
        )
        .flag("label")
        .refused(wrong_signature()),
        wrong(
            ("signatures-of-another-body", "CHARTER-2", "The body was changed after it was signed."),
            &with_signatures(&other, all.signatures.to_vec()),
        )
        .refused(wrong_signature()),
    ]
}

/// Version 1 with a set of stewards that is changed, as its genesis block says.
fn with_set(world: &World, about: About<'_>, threshold: u8, change: fn(&mut Vec<VerifyingKeyBytes>)) -> Case {
    let mut body = world.chain[0].body.clone();
    let mut genesis = body.genesis.clone().unwrap();
    let mut keys = genesis.stewards.keys.to_vec();
    change(&mut keys);
    genesis.stewards = Stewards { keys: list(keys), threshold };
    body.stewards = genesis.stewards.clone();
    body.federation = genesis.federation();
    body.genesis = Some(genesis);
    body.keysets = list([]);
    of(about, &[&sign(body, &[1, 2])])
}

fn sets(world: &World) -> Vec<Result<Test, String>> {
    let set = |about: About<'_>, threshold, change| with_set(world, about, threshold, change);
    let stewards = || at(0, "stewards");
    vec![
        set(("threshold-0", "CHARTER-9", "Nobody need sign."), 0, |_| {}).flag("boundary").refused(stewards()),
        set(("threshold-4-of-3", "CHARTER-9", "More must sign than there are."), 4, |_| {})
            .flag("boundary")
            .refused(stewards()),
        set(("no-stewards", "CHARTER-9", "A set of nobody."), 1, Vec::clear).flag("boundary").refused(stewards()),
        set(("steward-twice", "CHARTER-9", "One key twice, as two stewards."), 2, |keys| keys[1] = keys[0])
            .refused(stewards()),
        set(("steward-no-key", "CHARTER-9", "A key that is no point of the curve."), 2, |keys| keys[2].0 = [0xff; 32])
            .flag("non-canonical")
            .refused(stewards()),
        set(("steward-of-small-order", "CHARTER-9", "A key of order 4."), 2, |keys| keys[2].0 = [0; 32])
            .flag("torsion")
            .refused(stewards()),
    ]
}

/// The second version with other stewards.
fn changed_to(world: &World, by: &[u8], numbers: &'static [u8], threshold: u8) -> SignedCharter {
    next(world, by, |body| body.stewards = stewards(numbers, threshold))
}

fn changed_stewards(world: &World) -> Vec<Result<Test, String>> {
    let one = &world.chain[0];
    let replaced = |about: About<'_>, by: &[u8]| of(about, &[one, &changed_to(world, by, &[4, 5, 6], 2)]);
    let lacking = |rule, slug, comment, by: &[u8]| {
        replaced((slug, rule, comment), by).flag("threshold").refused(at(1, "threshold"))
    };
    vec![
        replaced(("new-stewards", "CHARTER-7", "Signed by the old threshold and the new one."), &[1, 2, 4, 5]).valid(),
        lacking("CHARTER-7", "new-stewards-alone", "Signed by the new stewards only: a coup.", &[4, 5, 6]),
        lacking("CHARTER-7", "one-old-steward", "Signed by all new stewards and one old one.", &[1, 4, 5, 6]),
        lacking("CHARTER-8", "old-stewards-alone", "Signed by the old stewards only.", &[1, 2]),
        lacking("CHARTER-8", "one-new-steward", "Signed by all old stewards and one new one.", &[1, 2, 3, 4]),
    ]
}

fn thresholds(world: &World) -> Vec<Result<Test, String>> {
    let one = &world.chain[0];
    let to =
        |about: About<'_>, by: &[u8], numbers, threshold| of(about, &[one, &changed_to(world, by, numbers, threshold)]);
    let lacking = |about: About<'_>, by: &[u8], numbers, threshold| {
        to(about, by, numbers, threshold).flag("threshold").refused(at(1, "threshold"))
    };
    let both = ("steward-in-both-sets", "CHARTER-7", "Stewards 2 and 3 are in both sets and sign once.");
    let left = ("steward-of-the-old-set-only", "CHARTER-8", "Steward 1 left; 2 is in both sets.");
    let raised = ("threshold-raised", "CHARTER-8", "The new threshold must be reached at once.");
    let lowered = ("threshold-lowered", "CHARTER-7", "Lowering a threshold takes the old one.");
    vec![
        to(both, &[2, 3], &[2, 3, 4], 2).valid(),
        lacking(left, &[1, 2], &[2, 3, 4], 2),
        lacking(raised, &[1, 2], &[1, 2, 3], 3),
        lacking(lowered, &[1], &[1, 2, 3], 1),
    ]
}

fn next_stewards(world: &World) -> Vec<Result<Test, String>> {
    let one = &world.chain[0];
    let two = changed_to(world, &[1, 2, 4, 5], &[4, 5, 6], 2);
    let third = |by: &[u8]| {
        let body = CharterBody { version: 3, previous: two.body.hash(), ..two.body.clone() };
        sign(body, by)
    };
    vec![
        of(("by-new-stewards", "CHARTER-7", "The third version is theirs to sign."), &[one, &two, &third(&[4, 6])])
            .valid(),
        of(("by-former-stewards", "CHARTER-7", "The old stewards are out."), &[one, &two, &third(&[1, 2])])
            .flag("threshold")
            .refused(at(2, "threshold")),
    ]
}

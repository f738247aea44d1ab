//! Two charters of one version.

use ronde_protocol::message::{
    charter::{CharterBody, SignedCharter},
    ids::CharterHash,
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::world::{DAY, NOW, World, shown, sign},
    About, at, holds, next, question,
};
use crate::vectors::{case::Case, draw};

/// Forks, what settles them, and what is none.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = settled(world);
    tests.extend(twins(world));
    tests
}

fn of(about: About<'_>, chain: &[&SignedCharter], twins: &[(usize, &SignedCharter)]) -> Case {
    let chain: Vec<Value> = chain.iter().map(|signed| shown(*signed)).collect();
    let twins: Vec<Value> = twins.iter().map(|(at, signed)| json!({"at": at, "charter": shown(*signed)})).collect();
    question(about, json!({"federation": null, "chain": chain, "twins": twins, "now": NOW})).flag("fork")
}

/// Version 2, and another.
fn two(world: &World) -> (World, SignedCharter) {
    let second = world.then(CharterBody { expires: NOW + 400 * DAY, ..world.next() });
    (second, next(world, &[2, 3], |body| body.expires = NOW + 500 * DAY))
}

fn settled(world: &World) -> Vec<Result<Test, String>> {
    let (second, twin) = two(world);
    let (one, two) = (&world.chain[0], &second.chain[1]);
    let third = |settles: Option<CharterHash>| sign(CharterBody { settles_fork: settles, ..second.next() }, &[1, 2]);
    let seen = |rule, slug, comment, settles| of((slug, rule, comment), &[one, two, &third(settles)], &[(1, &twin)]);
    let unseen = |slug, comment, settles| of((slug, "CHARTER-15", comment), &[one, two, &third(settles)], &[]);
    let (stands, other) = (Some(two.body.hash()), Some(twin.body.hash()));
    let unsettled = || at(2, "unsettled-fork");
    vec![
        holds(of(("fork", "CHARTER-13", "A second version 2: issuing stops."), &[one, two], &[(1, &twin)]), 2, false),
        holds(
            seen("CHARTER-15", "fork-settled", "Version 3 names the version 2 that stands: issuing goes on.", stands),
            3,
            true,
        ),
        seen("CHARTER-15", "fork-unsettled", "Version 3 says nothing of the fork.", None).refused(unsettled()),
        seen("CHARTER-15", "fork-settled-otherwise", "Version 3 names the twin, but follows the other.", other)
            .refused(unsettled()),
        holds(unseen("fork-settled-unseen", "The same for a reader who never saw the twin.", stands), 3, true),
        unseen("fork-settled-for-nobody", "No twin was seen, and the hash named is not the predecessor's.", other)
            .refused(unsettled()),
    ]
}

fn twins(world: &World) -> Vec<Result<Test, String>> {
    let (second, _) = two(world);
    let (one, two) = (&world.chain[0], &second.chain[1]);
    let twin = |slug, comment, twin: &SignedCharter| of((slug, "CHARTER-12", comment), &[one, two], &[(1, twin)]);
    let spoilt = next(world, &[1], |body| body.expires = NOW + 500 * DAY);
    let elsewhere = next(world, &[1, 2], |body| body.previous = CharterHash(draw::bytes("no charter")));
    let mut of_version_1 = one.body.clone();
    of_version_1.expires += 1;
    let of_version_1 = sign(of_version_1, &[1, 3]);
    let resigned = sign(two.body.clone(), &[2, 3]);
    let nothing = |error: &str| json!({"error": error, "twin": 0});
    vec![
        holds(of(("fork-of-version-1", "CHARTER-12", "A second version 1."), &[one], &[(0, &of_version_1)]), 1, false),
        holds(twin("twin-with-other-signatures", "The same body, signed by others: no fork.", &resigned), 2, true),
        twin("twin-lacking-signatures", "A twin that too few signed changes nothing.", &spoilt)
            .flag("threshold")
            .refused(nothing("threshold")),
        twin("twin-of-another-place", "A twin that follows another version.", &elsewhere)
            .refused(nothing("predecessor")),
        twin("twin-of-another-number", "Not a twin, but the version before.", one).refused(nothing("version")),
    ]
}

//! Who signs which version after which.

use ronde_protocol::message::{charter::CharterBody, ids::CharterHash};
use ronde_vectors::file::Test;
use serde_json::json;

use super::{
    super::world::{DAY, NOW, ONE, World, bytes, first, shown, sign},
    About, at, holds, next, of, question,
};

/// Chains.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = versions(world);
    tests.extend(genesis(world));
    tests
}

fn versions(world: &World) -> Vec<Result<Test, String>> {
    let one = &world.chain[0];
    let second = world.then(CharterBody { expires: NOW + 400 * DAY, ..world.next() });
    let third = second.then(second.next());
    let (two, three) = (&second.chain[1], &third.chain[2]);
    let next = |change: fn(&mut CharterBody)| next(world, &[1, 2], change);
    let known = |about: About<'_>, federation: &[u8]| {
        let chain = [shown(one), shown(two)];
        question(about, json!({"federation": bytes(federation), "chain": chain, "twins": [], "now": NOW}))
    };
    let until = |slug, comment, now: u64| {
        let chain = [shown(one)];
        question((slug, "CHARTER-16", comment), json!({"federation": null, "chain": chain, "twins": [], "now": now}))
    };
    vec![
        holds(of(("one-version", "CHARTER-1", "Version 1 with its genesis block."), &[one]), 1, true),
        holds(of(("two-versions", "CHARTER-4", "Version 2 follows."), &[one, two]), 2, true),
        holds(of(("three-versions", "CHARTER-4", "And version 3."), &[one, two, three]), 3, true),
        known(("federation-known", "CHARTER-6", "The reader knows the federation's id."), &world.id().0)
            .has(json!({"federation": bytes(&world.id().0), "version": 2})),
        known(("federation-other", "CHARTER-6", "A chain of another federation than the reader's."), &[9; 32])
            .refused(at(0, "other-federation")),
        of(("none", "CHARTER-3", "A chain of nothing."), &[]).flag("boundary").refused(json!({"error": "genesis"})),
        of(("gap", "CHARTER-4", "Version 3 follows version 1."), &[one, three]).flag("gap").refused(at(1, "version")),
        of(("repeated", "CHARTER-4", "Version 2 is shown again."), &[one, two, two])
            .flag("rollback")
            .refused(at(2, "version")),
        of(("rollback", "CHARTER-4", "A good version 2 after version 3."), &[one, two, three, two])
            .flag("rollback")
            .refused(at(3, "version")),
        of(("version-1-again", "CHARTER-3", "Version 1 after version 2."), &[one, two, one])
            .flag("rollback")
            .refused(at(2, "genesis")),
        of(("reversed", "CHARTER-3", "Version 2 cannot be the first."), &[two, one]).refused(at(0, "genesis")),
        of(
            ("other-predecessor", "CHARTER-5", "A predecessor that nobody has."),
            &[one, &next(|body| body.previous.0[0] ^= 1)],
        )
        .refused(at(1, "predecessor")),
        of(
            ("no-predecessor", "CHARTER-5", "Zeros for the predecessor."),
            &[one, &next(|body| body.previous = CharterHash::NONE)],
        )
        .refused(at(1, "predecessor")),
        of(
            ("version-of-another-federation", "CHARTER-6", "The second version names another federation."),
            &[one, &next(|body| body.federation.0[0] ^= 1)],
        )
        .refused(at(1, "other-federation")),
        of(
            ("second-genesis", "CHARTER-3", "The second version carries a genesis block."),
            &[one, &super::next(world, &[1, 2], |body| body.genesis.clone_from(&one.body.genesis))],
        )
        .refused(at(1, "genesis")),
        holds(until("last-second", "The last second of issuing.", NOW + 365 * DAY - 1).flag("boundary"), 1, true),
        holds(
            until("expired", "From `expires` on nothing is issued; the charter is still good.", NOW + 365 * DAY)
                .flag("boundary"),
            1,
            false,
        ),
    ]
}

fn genesis(world: &World) -> Vec<Result<Test, String>> {
    let refused = |slug, comment, change: fn(&mut CharterBody), error| {
        let mut body = first(&ONE);
        change(&mut body);
        of((slug, "CHARTER-3", comment), &[&sign(body, &[1, 2])]).refused(at(0, error))
    };
    let encoded = hex::encode(ronde_protocol::message::codec::encode(&world.chain[0]));
    let raw = |about: About<'_>, chain: String| {
        question(about, json!({"federation": null, "chain": [chain], "twins": [], "now": NOW}))
    };
    let length = encoded.len() / 2;
    vec![
        refused("without-genesis", "Version 1 has no genesis block.", |body| body.genesis = None, "genesis"),
        refused(
            "genesis-of-another-federation",
            "The genesis block is not that of the federation.",
            |body| body.federation.0[0] ^= 1,
            "genesis",
        ),
        refused(
            "genesis-with-other-stewards",
            "The stewards are not those of the genesis block.",
            |body| body.stewards.threshold = 1,
            "genesis",
        ),
        refused(
            "genesis-with-predecessor",
            "Version 1 names a predecessor.",
            |body| body.previous = CharterHash([1; 32]),
            "genesis",
        ),
        refused(
            "genesis-settles-a-fork",
            "Version 1 settles a fork.",
            |body| body.settles_fork = Some(CharterHash::NONE),
            "genesis",
        ),
        refused("version-2-first", "Version 2 with a genesis block.", |body| body.version = 2, "version"),
        raw(("trailing", "ENC-10", "A byte follows."), format!("{encoded}00"))
            .flag("trailing")
            .refused(json!({"error": "bad-encoding", "offset": length, "expected": "end", "at": 0})),
        raw(("flag-of-two", "ENC-7", "The flag of the genesis block is 2."), format!("02{}", &encoded[2..]))
            .flag("non-canonical")
            .refused(json!({"error": "bad-encoding", "offset": 0, "expected": "flag", "at": 0})),
    ]
}

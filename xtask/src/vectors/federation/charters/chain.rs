//! Who signs which version after which.

use ronde_protocol::{
    crypto::{labels, sign::Signature},
    message::{
        charter::{CharterBody, SignedCharter, StewardSignature},
        ids::CharterHash,
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::world::{DAY, NOW, ONE, World, bytes, first, list, shown, sign, steward, stewards},
    About, at, next, of, question,
};
use crate::vectors::{case::Case, draw};

/// Chains, stewards, forks.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = World::new(&ONE);
    let mut tests = versions(&world);
    tests.extend(genesis(&world));
    tests.extend(signatures(&world));
    tests.extend(changed_stewards(&world));
    tests.extend(forks(&world));
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
        of(("one-version", "CHARTER-1", "Version 1 with its genesis block."), &[one]).valid(),
        of(("two-versions", "CHARTER-4", "Version 2 follows."), &[one, two]).valid(),
        of(("three-versions", "CHARTER-4", "And version 3."), &[one, two, three]).valid(),
        known(("federation-known", "CHARTER-6", "The reader knows the federation's id."), &world.id().0).valid(),
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
        until("last-second", "The last second of issuing.", NOW + 365 * DAY - 1).flag("boundary").valid(),
        until("expired", "From `expires` on nothing is issued; the charter is still good.", NOW + 365 * DAY)
            .flag("boundary")
            .valid(),
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
    let wrong = |about: About<'_>, signed: &SignedCharter| of(about, &[signed]);
    let set = |about: About<'_>, threshold: u8, change: fn(&mut Vec<_>)| {
        let mut body = body.clone();
        let mut genesis = body.genesis.clone().unwrap();
        let mut keys = genesis.stewards.keys.to_vec();
        change(&mut keys);
        genesis.stewards = ronde_protocol::message::charter::Stewards { keys: list(keys), threshold };
        body.stewards = genesis.stewards.clone();
        body.federation = genesis.federation();
        body.genesis = Some(genesis);
        body.keysets = list([]);
        of(about, &[&sign(body, &[1, 2])])
    };
    let stewards = || at(0, "stewards");
    vec![
        wrong(("three-signatures", "CHARTER-8", "One more than the threshold."), &by(&[1, 2, 3])).valid(),
        wrong(("one-signature", "CHARTER-8", "One less than the threshold."), &by(&[1]))
            .flag("threshold")
            .refused(at(0, "threshold")),
        wrong(("strangers", "CHARTER-8", "One steward and two strangers: strangers do not count."), &by(&[1, 8, 9]))
            .flag("threshold")
            .refused(at(0, "threshold")),
        wrong(("one-stranger-more", "CHARTER-10", "Two stewards and a stranger."), &by(&[1, 2, 9]))
            .refused(at(0, "signature")),
        wrong(
            ("signed-twice", "CHARTER-10", "One steward twice."),
            &signed(|all| {
                all.truncate(1);
                all.push(all[0]);
            }),
        )
        .flag("sorted")
        .refused(at(0, "signature")),
        wrong(("signatures-unsorted", "CHARTER-10", "Good signatures in another order."), &signed(|all| all.reverse()))
            .flag("sorted")
            .refused(at(0, "signature")),
        wrong(
            ("one-wrong-signature", "CHARTER-10", "Two of three suffice, but the third is wrong."),
            &signed(|all| {
                all[2].signature.0[0] ^= 1;
            }),
        )
        .refused(at(0, "signature")),
        wrong(
            ("signature-of-zeros", "CHARTER-10", "64 zero bytes for a signature."),
            &signed(|all| {
                all[0].signature = Signature([0; 64]);
            }),
        )
        .flag("non-canonical")
        .refused(at(0, "signature")),
        wrong(
            ("signature-of-a-vote", "CHARTER-2", "The right parts under the label of a vote."),
            &with_signatures(body, labelled),
        )
        .flag("label")
        .refused(at(0, "signature")),
        wrong(
            ("signatures-of-another-body", "CHARTER-2", "The body was changed after it was signed."),
            &with_signatures(&other, all.signatures.to_vec()),
        )
        .refused(at(0, "signature")),
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

fn changed_stewards(world: &World) -> Vec<Result<Test, String>> {
    let one = &world.chain[0];
    let to = |by: &[u8], numbers: &'static [u8], threshold| {
        next(world, by, |body| body.stewards = stewards(numbers, threshold))
    };
    let replaced = |by: &[u8]| to(by, &[4, 5, 6], 2);
    let second = {
        let mut body = world.next();
        body.stewards = stewards(&[4, 5, 6], 2);
        body
    };
    let after = |by: &[u8]| {
        let two = sign(second.clone(), &[1, 2, 4, 5]);
        let body = CharterBody { version: 3, previous: two.body.hash(), ..two.body.clone() };
        (two, sign(body, by))
    };
    let lacking = || at(1, "threshold");
    let (two, by_new) = after(&[4, 6]);
    let (_, by_old) = after(&[1, 2]);
    vec![
        of(
            ("new-stewards", "CHARTER-7", "Signed by the old threshold and the new one."),
            &[one, &replaced(&[1, 2, 4, 5])],
        )
        .valid(),
        of(
            ("new-stewards-alone", "CHARTER-7", "Signed by the new stewards only: a coup."),
            &[one, &replaced(&[4, 5, 6])],
        )
        .flag("threshold")
        .refused(lacking()),
        of(
            ("one-old-steward", "CHARTER-7", "Signed by all new stewards and one old one."),
            &[one, &replaced(&[1, 4, 5, 6])],
        )
        .flag("threshold")
        .refused(lacking()),
        of(("old-stewards-alone", "CHARTER-8", "Signed by the old stewards only."), &[one, &replaced(&[1, 2])])
            .flag("threshold")
            .refused(lacking()),
        of(
            ("one-new-steward", "CHARTER-8", "Signed by all old stewards and one new one."),
            &[one, &replaced(&[1, 2, 3, 4])],
        )
        .flag("threshold")
        .refused(lacking()),
        of(
            ("steward-in-both-sets", "CHARTER-7", "Stewards 2 and 3 are in both sets and sign once."),
            &[one, &to(&[2, 3], &[2, 3, 4], 2)],
        )
        .valid(),
        of(
            ("steward-of-the-old-set-only", "CHARTER-8", "Steward 1 left; 2 is in both sets."),
            &[one, &to(&[1, 2], &[2, 3, 4], 2)],
        )
        .flag("threshold")
        .refused(lacking()),
        of(
            ("threshold-raised", "CHARTER-8", "The new threshold must be reached at once."),
            &[one, &to(&[1, 2], &[1, 2, 3], 3)],
        )
        .flag("threshold")
        .refused(lacking()),
        of(
            ("threshold-lowered", "CHARTER-7", "Lowering a threshold takes the old one."),
            &[one, &to(&[1], &[1, 2, 3], 1)],
        )
        .flag("threshold")
        .refused(lacking()),
        of(("by-new-stewards", "CHARTER-7", "The third version is theirs to sign."), &[one, &two, &by_new]).valid(),
        of(("by-former-stewards", "CHARTER-7", "The old stewards are out."), &[one, &two, &by_old])
            .flag("threshold")
            .refused(at(2, "threshold")),
    ]
}

fn forks(world: &World) -> Vec<Result<Test, String>> {
    let one = &world.chain[0];
    let second = world.then(CharterBody { expires: NOW + 400 * DAY, ..world.next() });
    let two = &second.chain[1];
    let twin = next(world, &[2, 3], |body| body.expires = NOW + 500 * DAY);
    let settling = |settles: Option<CharterHash>| sign(CharterBody { settles_fork: settles, ..second.next() }, &[1, 2]);
    let of = |slug, rule, comment, chain: &[&SignedCharter], twins: &[(usize, &SignedCharter)]| -> Case {
        let chain: Vec<Value> = chain.iter().map(|signed| shown(*signed)).collect();
        let twins: Vec<Value> = twins.iter().map(|(at, signed)| json!({"at": at, "charter": shown(*signed)})).collect();
        let input = json!({"federation": null, "chain": chain, "twins": twins, "now": NOW});
        question((slug, rule, comment), input).flag("fork")
    };
    let spoilt = next(world, &[1], |body| body.expires = NOW + 500 * DAY);
    let elsewhere = next(world, &[1, 2], |body| body.previous = CharterHash(draw::bytes("no charter")));
    let mut of_version_1 = one.body.clone();
    of_version_1.expires += 1;
    let of_version_1 = sign(of_version_1, &[1, 3]);
    let unsettled = || at(2, "unsettled-fork");
    let resigned = sign(two.body.clone(), &[2, 3]);
    vec![
        of("fork", "CHARTER-13", "A second version 2: issuing stops.", &[one, two], &[(1, &twin)]).valid(),
        of("fork-of-version-1", "CHARTER-12", "A second version 1.", &[one], &[(0, &of_version_1)]).valid(),
        of(
            "fork-settled",
            "CHARTER-15",
            "Version 3 names the version 2 that stands: issuing goes on.",
            &[one, two, &settling(Some(two.body.hash()))],
            &[(1, &twin)],
        )
        .valid(),
        of(
            "fork-settled-unseen",
            "CHARTER-15",
            "The same for a reader who never saw the twin.",
            &[one, two, &settling(Some(two.body.hash()))],
            &[],
        )
        .valid(),
        of(
            "fork-unsettled",
            "CHARTER-15",
            "Version 3 says nothing of the fork.",
            &[one, two, &settling(None)],
            &[(1, &twin)],
        )
        .refused(unsettled()),
        of(
            "fork-settled-otherwise",
            "CHARTER-15",
            "Version 3 names the twin, but follows the other.",
            &[one, two, &settling(Some(twin.body.hash()))],
            &[(1, &twin)],
        )
        .refused(unsettled()),
        of(
            "fork-settled-for-nobody",
            "CHARTER-15",
            "A reader who saw no twin: the hash named is not the predecessor's.",
            &[one, two, &settling(Some(CharterHash([4; 32])))],
            &[],
        )
        .refused(unsettled()),
        of(
            "twin-with-other-signatures",
            "CHARTER-12",
            "The same body, signed by others: no fork.",
            &[one, two],
            &[(1, &resigned)],
        )
        .valid(),
        of(
            "twin-lacking-signatures",
            "CHARTER-12",
            "A twin that too few signed changes nothing.",
            &[one, two],
            &[(1, &spoilt)],
        )
        .flag("threshold")
        .refused(json!({"error": "threshold", "twin": 0})),
        of(
            "twin-of-another-place",
            "CHARTER-12",
            "A twin that follows another version.",
            &[one, two],
            &[(1, &elsewhere)],
        )
        .refused(json!({"error": "predecessor", "twin": 0})),
        of("twin-of-another-number", "CHARTER-12", "Not a twin, but the version before.", &[one, two], &[(1, one)])
            .refused(json!({"error": "version", "twin": 0})),
    ]
}

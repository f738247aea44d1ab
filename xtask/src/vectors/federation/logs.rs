//! Leaves, roots, heads that a log extends, and pages of a peer's log.

mod closing;
mod forks;
mod reading;

use ronde_protocol::{crypto::merkle, message::log::LogEntry};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    coins::{earn, points, redeem, swap},
    world::{FOUR, World, bytes, shown},
};
use crate::vectors::{
    case::{case, group},
    draw,
};

/// Everything about logs.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&FOUR);
    Ok(vec![
        group("log-leaf", leaf_tests(&world))?,
        group("log-root", roots())?,
        group("log-consistency", consistency())?,
        group("log-read", [reading::tests(&world), forks::tests(&world)].into_iter().flatten())?,
        group("closing-statement", closing::statements())?,
        group("closing", closing::closings())?,
    ])
}

fn leaves(count: usize) -> Vec<[u8; 32]> {
    (0..count).map(|number| draw::bytes(&format!("leaf {number}"))).collect()
}

fn all(leaves: &[[u8; 32]]) -> Value {
    Value::from(leaves.iter().map(|leaf| bytes(leaf)).collect::<Vec<_>>())
}

fn certified(world: &World, number: u64) -> LogEntry {
    LogEntry::Certified(world.certified(&redeem(world, 1, &[(number, points(2))], &[]).order))
}

fn leaf_tests(world: &World) -> Vec<Result<Test, String>> {
    let entry =
        |slug, comment, entry: &LogEntry| case("log-leaf", slug, "LOG-5", comment, json!({"entry": shown(entry)}));
    let raw =
        |slug, rule, comment, bytes: &[u8]| case("log-leaf", slug, rule, comment, json!({"entry": hex::encode(bytes)}));
    let voted = LogEntry::Voted(swap(world, &[(1, points(2))], &[(11, points(1)), (12, points(1))]));
    let encoded = ronde_protocol::message::codec::encode(&voted);
    vec![
        entry("voted-by-coins", "A vote for a Swap.", &voted).valid(),
        entry("voted-by-store", "A vote for an Earn.", &LogEntry::Voted(earn(world, 1, "one", &[(11, points(1))])))
            .valid(),
        entry("certified", "A certified payment.", &certified(world, 1)).valid(),
        raw("trailing", "ENC-10", "A byte follows.", &[&encoded[..], &[0]].concat())
            .flag("trailing")
            .refused(json!({"error": "bad-encoding", "offset": encoded.len(), "expected": "end"})),
        raw("unknown-entry", "ENC-6", "Neither a vote nor a certificate.", &[2, 0, 0, 0])
            .flag("unknown-variant")
            .refused(json!({"error": "bad-encoding", "offset": 0, "expected": "variant"})),
    ]
}

/// The root by its definition: the largest power of two of leaves to the left, both sides apart.
fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => merkle::empty_root(),
        [leaf] => *leaf,
        _ => {
            let half = leaves.len().next_power_of_two() / 2;
            merkle::node(&root(&leaves[..half]), &root(&leaves[half..]))
        }
    }
}

fn roots() -> Vec<Result<Test, String>> {
    let names = [
        (0, "no-leaves", "LOG-7", "An empty log has a root of its own."),
        (1, "one-leaf", "LOG-6", "One leaf is its own root."),
        (2, "two-leaves", "LOG-6", "One node."),
        (3, "three-leaves", "LOG-6", "Two to the left, one to the right."),
        (4, "four-leaves", "LOG-6", "A perfect tree."),
        (5, "five-leaves", "LOG-6", "Four to the left, one to the right."),
        (6, "six-leaves", "LOG-6", "Four to the left, two to the right."),
        (7, "seven-leaves", "LOG-6", "Four, two and one."),
        (8, "eight-leaves", "LOG-6", "A perfect tree."),
        (13, "thirteen-leaves", "LOG-6", "Eight, four and one."),
        (33, "thirty-three-leaves", "LOG-6", "Thirty-two and one."),
    ];
    let tests = names.into_iter().map(|(count, slug, rule, comment)| {
        let leaves = leaves(count);
        let case = case("log-root", slug, rule, comment, json!({"leaves": all(&leaves)}));
        let case = if count < 2 { case.flag("boundary") } else { case };
        case.gives(json!({"root": bytes(&root(&leaves))}))
    });
    let twice = [leaves(1)[0]; 2];
    let same =
        case("log-root", "one-leaf-twice", "LOG-6", "Two equal leaves are two leaves.", json!({"leaves": all(&twice)}));
    tests.chain([same.gives(json!({"root": bytes(&merkle::node(&twice[0], &twice[1]))}))]).collect()
}

fn consistency() -> Vec<Result<Test, String>> {
    let long = leaves(7);
    let of = |slug: &str, comment: &str, size: usize, root: [u8; 32]| {
        let input = json!({"leaves": all(&long), "size": size, "root": bytes(&root)});
        case("log-consistency", slug, "ROLLBACK-6", comment, input)
    };
    let error = || json!({"error": "log-rolled-back"});
    let mut changed = long.clone();
    changed[2] = draw::bytes("another leaf");
    let mut exchanged = long.clone();
    exchanged.swap(0, 1);
    let empty = |slug: &str, comment: &str, size: usize, root: [u8; 32]| {
        let input = json!({"leaves": [], "size": size, "root": bytes(&root)});
        case("log-consistency", slug, "ROLLBACK-6", comment, input)
    };
    let mut tests: Vec<Result<Test, String>> = [0usize, 1, 2, 3, 4, 5, 6, 7]
        .into_iter()
        .map(|size| {
            let slug = format!("extends-{size}");
            let comment = "The log's first entries have the head's root.";
            of(&slug, comment, size, root(&long[..size])).gives(json!({"since": 7 - size}))
        })
        .collect();
    tests.extend([
        of("longer-head", "A head with one entry more than the log.", 8, root(&leaves(8)))
            .flag("rollback")
            .refused(error()),
        of("changed-entry", "The third of five entries was another.", 5, root(&changed[..5]))
            .flag("fork")
            .refused(error()),
        of("exchanged-entries", "The first two entries in another order.", 4, root(&exchanged[..4]))
            .flag("fork")
            .refused(error()),
        of("root-of-another-size", "The right root with another size.", 5, root(&long[..6])).refused(error()),
        of("empty-root-of-one", "The root of an empty log, said to have one entry.", 1, merkle::empty_root())
            .flag("boundary")
            .refused(error()),
        empty("empty-log", "An empty log extends an empty head.", 0, merkle::empty_root())
            .flag("boundary")
            .gives(json!({"since": 0})),
        empty(
            "empty-log-longer-head",
            "An empty log, and a head of one entry: what a lost disk looks like.",
            1,
            root(&long[..1]),
        )
        .flag("rollback")
        .refused(error()),
    ]);
    tests
}

//! Logs of a committee, and what an auditor finds in them.

use ronde_protocol::{
    crypto::merkle,
    message::{
        class::Kind,
        head::Head,
        ids::{OfferId, WitnessIndex},
        log::LogEntry,
        order::{Order, SignedOrder},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{earn, points, redeem, swap},
        world::{KEYSET, World, shown},
    },
    certified, leaves,
};
use crate::vectors::case::case;

/// A log as it is handed over.
struct Handed {
    head: Head,
    entries: Vec<LogEntry>,
    heads: Vec<Head>,
}

fn head(world: &World, index: u8, entries: &[LogEntry]) -> Head {
    let leaves = leaves(entries);
    let size = u64::try_from(leaves.len()).unwrap();
    let key = world.keys(KEYSET, index).vote;
    Head::sign(&key, world.keyset(KEYSET), WitnessIndex(index), size, merkle::root_of(&leaves))
}

fn log(world: &World, index: u8, entries: &[&LogEntry]) -> Handed {
    let entries: Vec<LogEntry> = entries.iter().map(|entry| (*entry).clone()).collect();
    Handed { head: head(world, index, &entries), entries, heads: Vec::new() }
}

/// What an audit finds: verdict, orders, votes, breaches, findings, notes.
struct Finds<'a> {
    verdict: &'a str,
    orders: u64,
    voted: u64,
    breaches: &'a [&'a str],
    findings: &'a [(&'a str, Value, &'a str)],
    notes: &'a [&'a str],
}

const WELL: Finds<'static> = Finds { verdict: "well", orders: 2, voted: 2, breaches: &[], findings: &[], notes: &[] };

fn audit(
    world: &World,
    (slug, rule, comment): (&str, &'static str, &str),
    logs: &[Handed],
    finds: &Finds<'_>,
) -> Result<Test, String> {
    let logs: Vec<Value> = logs
        .iter()
        .map(|log| {
            let entries: Vec<Value> = log.entries.iter().map(shown).collect();
            let heads: Vec<Value> = log.heads.iter().map(shown).collect();
            json!({"head": shown(&log.head), "entries": entries, "heads": heads})
        })
        .collect();
    let findings: Vec<Value> = finds
        .findings
        .iter()
        .map(|(offence, culprit, standing)| json!({"offence": offence, "culprit": culprit, "standing": standing}))
        .collect();
    let input = json!({"charters": world.shown(), "keyset": KEYSET.0, "logs": logs});
    case("audit", slug, rule, comment, input).gives(json!({
        "verdict": finds.verdict,
        "orders": finds.orders,
        "voted": finds.voted,
        "breaches": finds.breaches,
        "findings": findings,
        "notes": finds.notes,
    }))
}

/// A coin of four is earned; then it is wanted by two.
struct Town {
    earned: LogEntry,
    earned_voted: LogEntry,
    first: SignedOrder,
    second: SignedOrder,
}

fn town(world: &World) -> Town {
    let signed = earn(world, 1, "one", &[(1, points(4)), (2, points(2))]);
    Town {
        earned: LogEntry::Certified(certified(world, &signed.order, &[0, 1, 2])),
        earned_voted: LogEntry::Voted(signed),
        first: swap(world, &[(1, points(4))], &[(11, points(4))]),
        second: swap(world, &[(1, points(4))], &[(12, points(4))]),
    }
}

fn voted(signed: &SignedOrder) -> LogEntry {
    LogEntry::Voted(signed.clone())
}

fn shown_certified(world: &World, order: &Order, by: &[u8]) -> LogEntry {
    LogEntry::Certified(certified(world, order, by))
}

fn witness(index: u8) -> Value {
    json!({"witness": index})
}

/// Honest committees, cheats, and who is cleared.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = coverage(world);
    tests.extend(cheats(world));
    tests.extend(cleared(world));
    tests
}

fn coverage(world: &World) -> Vec<Result<Test, String>> {
    let town = town(world);
    let (vote, both) = (voted(&town.first), shown_certified(world, &town.first.order, &[0, 1, 2]));
    let voter = |index| log(world, index, &[&town.earned_voted, &town.earned, &vote, &both]);
    let reader = log(world, 3, &[&town.earned, &both]);
    let honest = || vec![voter(0), voter(1), voter(2)];
    let all = honest().into_iter().chain([reader]).collect::<Vec<_>>();
    let partly = Finds { verdict: "partly", ..WELL };
    let spoiled = |change: fn(&mut Handed)| {
        let mut logs = honest();
        logs.push(log(world, 3, &[&town.earned, &both]));
        change(&mut logs[3]);
        logs
    };
    let early = town.earned.clone();
    let old = Handed { head: head(world, 3, std::slice::from_ref(&early)), entries: vec![early], heads: Vec::new() };
    vec![
        audit(world, ("all-logs", "BOOKS-23", "Four logs in order."), &all, &WELL),
        audit(world, ("three-logs", "BOOKS-23", "n - f logs are enough to speak of the whole."), &honest(), &partly),
        audit(
            world,
            ("two-logs", "BOOKS-15", "Fewer than n - f."),
            &honest()[..2],
            &Finds { verdict: "too-few-logs", ..WELL },
        ),
        audit(
            world,
            ("no-logs", "BOOKS-15", "None."),
            &[],
            &Finds { verdict: "too-few-logs", orders: 0, voted: 0, ..WELL },
        ),
        audit(
            world,
            ("an-older-log", "BOOKS-14", "Witness 3's log was read earlier."),
            &honest().into_iter().chain([old]).collect::<Vec<_>>(),
            &WELL,
        ),
        audit(
            world,
            ("a-log-cut", "BOOKS-13", "An entry is missing: the log is worth nothing and accuses nobody."),
            &spoiled(|log| drop(log.entries.pop())),
            &partly,
        ),
        audit(
            world,
            ("a-head-spoiled", "BOOKS-13", "A bit of the head's signature."),
            &spoiled(|log| log.head.signature.0[0] ^= 1),
            &partly,
        ),
        audit(
            world,
            ("entries-exchanged", "BOOKS-13", "Two entries in another order."),
            &spoiled(|log| log.entries.swap(0, 1)),
            &partly,
        ),
        audit(
            world,
            ("a-log-twice", "BOOKS-14", "One log twice."),
            &all.iter().chain(&all[..1]).map(copy).collect::<Vec<_>>(),
            &WELL,
        ),
    ]
}

fn copy(log: &Handed) -> Handed {
    Handed { head: log.head, entries: log.entries.clone(), heads: log.heads.clone() }
}

fn cheats(world: &World) -> Vec<Result<Test, String>> {
    let town = town(world);
    let (a, b) = (voted(&town.first), voted(&town.second));
    let (first, second) =
        (shown_certified(world, &town.first.order, &[0, 2, 3]), shown_certified(world, &town.second.order, &[1, 2, 3]));
    let start = [&town.earned_voted, &town.earned];
    let with = |index, more: &[&LogEntry]| log(world, index, &[&start[..], more].concat());
    let wrong = Finds { verdict: "wrong", ..WELL };
    let forged = redeem(world, 1, &[(9, points(8))], &[]).order;
    let forged = shown_certified(world, &forged, &[0, 1, 2]);
    let made = redeem(world, 1, &[(1, points(4))], &[(11, points(64))]);
    let made_certified = shown_certified(world, &made.order, &[0, 1, 2]);
    let twice = earn(world, 1, "one", &[(13, points(1))]);
    let mut forked = with(3, &[]);
    forked.heads.push(head(world, 3, &[town.earned.clone(), town.earned_voted.clone()]));
    let behind = redeem(world, 1, &[(7, Kind::Voucher { offer: OfferId(9) })], &[]);
    let proven = |offence, index| (offence, witness(index), "proven");
    let bad_orders: Vec<_> = (0..3).map(|index| proven("bad-order", index)).collect();
    vec![
        audit(
            world,
            ("a-double-vote", "BOOKS-20", "Witness 3 logged two votes over one coin."),
            &[with(0, &[&a]), with(1, &[]), with(2, &[]), with(3, &[&a, &b])],
            &Finds { orders: 1, voted: 3, findings: &[proven("double-vote", 3)], ..wrong },
        ),
        audit(
            world,
            ("two-certificates", "BOOKS-16", "Witnesses 2 and 3 voted for both; their logs show it."),
            &[
                with(0, &[&a, &first, &second]),
                with(1, &[&b, &first, &second]),
                with(2, &[&a, &b, &first, &second]),
                with(3, &[&a, &b, &first, &second]),
            ],
            &Finds {
                orders: 3,
                voted: 3,
                breaches: &["two-certificates"],
                findings: &[proven("double-vote", 2), proven("double-vote", 3)],
                ..wrong
            },
        ),
        audit(
            world,
            ("two-certificates-log-hidden", "BOOKS-20", "The traitors' logs are not at hand: they must answer."),
            &[with(0, &[&a, &first, &second]), with(1, &[&b, &first, &second]), with(2, &[])],
            &Finds {
                orders: 3,
                voted: 3,
                breaches: &["two-certificates"],
                findings: &[("double-vote", witness(2), "to-answer"), ("double-vote", witness(3), "to-answer")],
                ..wrong
            },
        ),
        audit(
            world,
            ("a-vote-against-a-certificate", "BOOKS-20", "Witness 3 voted over a coin that its log holds as spent."),
            &[with(0, &[&first]), with(1, &[&first]), with(2, &[&first]), with(3, &[&first, &b])],
            &Finds { orders: 2, voted: 2, findings: &[proven("vote-against-certificate", 3)], ..wrong },
        ),
        audit(
            world,
            (
                "coins-out-of-nothing",
                "BOOKS-17",
                "A coin of eight was spent that nobody made: forged, and nobody is named.",
            ),
            &[with(0, &[&forged]), with(1, &[&forged]), with(2, &[&forged]), with(3, &[])],
            &Finds { orders: 2, voted: 1, breaches: &["forged"], ..wrong },
        ),
        audit(
            world,
            (
                "a-certified-broken-rule",
                "BOOKS-20",
                "Four points became sixty-four: whoever voted for that is named, and the books show it.",
            ),
            &[with(0, &[&made_certified]), with(1, &[&made_certified]), with(2, &[&made_certified]), with(3, &[])],
            &Finds { orders: 2, voted: 1, breaches: &["float"], findings: &bad_orders, ..wrong },
        ),
        audit(
            world,
            ("a-bad-vote", "BOOKS-20", "Witness 3 logged a vote for an order that makes points."),
            &[with(0, &[]), with(1, &[]), with(2, &[]), with(3, &[&voted(&made)])],
            &Finds { orders: 1, voted: 1, findings: &[proven("bad-vote", 3)], ..wrong },
        ),
        audit(
            world,
            ("a-fork", "BOOKS-20", "A head of witness 3 that its log does not extend."),
            &[with(0, &[]), with(1, &[]), with(2, &[]), forked],
            &Finds { orders: 1, voted: 1, findings: &[proven("fork", 3)], ..wrong },
        ),
        audit(
            world,
            ("two-bodies", "BOOKS-20", "Store 1 signed two orders under one grant."),
            &[with(0, &[]), with(1, &[]), with(2, &[]), log(world, 3, &[&voted(&twice), &town.earned])],
            &Finds { orders: 1, voted: 2, findings: &[("two-bodies", json!({"store": 1}), "proven")], ..wrong },
        ),
        audit(
            world,
            ("behind", "BOOKS-14", "A vote for a voucher that this charter does not know is noted, not judged."),
            &[with(0, &[]), with(1, &[]), with(2, &[]), with(3, &[&voted(&behind)])],
            &Finds { verdict: "partly", orders: 1, voted: 1, notes: &["charter-behind"], ..WELL },
        ),
    ]
}

/// Witness 3 voted for A, which C killed, and then for B over a coin that A had held: honest, though both votes are out.
fn cleared(world: &World) -> Vec<Result<Test, String>> {
    let earned = earn(world, 1, "one", &[(1, points(4)), (2, points(4))]);
    let earned_certified = shown_certified(world, &earned.order, &[0, 1, 2]);
    let a = redeem(world, 1, &[(1, points(4)), (2, points(4))], &[]);
    let c = redeem(world, 2, &[(1, points(4))], &[]);
    let b = redeem(world, 3, &[(2, points(4))], &[]);
    let killed_by = shown_certified(world, &c.order, &[0, 1, 2]);
    let after = shown_certified(world, &b.order, &[0, 1, 3]);
    let start = [&earned_certified];
    let with = |index, more: &[&LogEntry]| log(world, index, &[&start[..], more].concat());
    let (va, vb, vc) = (voted(&a), voted(&b), voted(&c));
    let honest = || {
        [
            with(0, &[&vc, &killed_by, &vb, &after]),
            with(1, &[&vc, &killed_by, &vb, &after]),
            with(2, &[&vc, &killed_by, &after]),
        ]
    };
    let three = |own: &[&LogEntry]| honest().into_iter().chain([with(3, own)]).collect::<Vec<_>>();
    let well = Finds { orders: 3, voted: 3, ..WELL };
    vec![
        audit(
            world,
            (
                "a-freed-coin",
                "BOOKS-21",
                "Its own log holds the certificate that freed the coin between its two votes.",
            ),
            &three(&[&va, &killed_by, &vb, &after]),
            &well,
        ),
        audit(
            world,
            (
                "a-coin-not-freed",
                "BOOKS-20",
                "The same two votes, and the certificate after both: nothing had freed the coin.",
            ),
            &three(&[&va, &vb, &killed_by, &after]),
            &Finds { verdict: "wrong", findings: &[("double-vote", witness(3), "proven")], ..well },
        ),
    ]
}

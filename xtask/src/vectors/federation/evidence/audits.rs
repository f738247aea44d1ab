//! Logs of a committee, and what an auditor finds in them.

use ronde_protocol::message::{
    class::Kind,
    head::Head,
    ids::{KeysetId, OfferId},
    log::{CertifiedOrder, LogEntry},
    order::{Order, Purpose, SignedOrder},
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{Numbered, body, by_coins, by_store, earn, output_of, points, redeem, swap},
        world::{KEYSET, LATER, World, list, shown},
    },
    certified,
};
use crate::vectors::case::case;

/// A log as it is handed over.
struct Handed {
    head: Head,
    entries: Vec<LogEntry>,
    heads: Vec<Head>,
}

fn head(world: &World, index: u8, entries: &[LogEntry]) -> Head {
    world.head_of(KEYSET, index, entries)
}

fn log(world: &World, index: u8, entries: &[&LogEntry]) -> Handed {
    log_of(world, KEYSET, index, entries)
}

fn log_of(world: &World, keyset: KeysetId, index: u8, entries: &[&LogEntry]) -> Handed {
    let entries: Vec<LogEntry> = entries.iter().map(|entry| (*entry).clone()).collect();
    Handed { head: world.head_of(keyset, index, &entries), entries, heads: Vec::new() }
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

fn audit(world: &World, named: (&str, &'static str, &str), logs: &[Handed], finds: &Finds<'_>) -> Result<Test, String> {
    audit_of(world, KEYSET, named, logs, finds)
}

fn audit_of(
    world: &World,
    keyset: KeysetId,
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
    let input = json!({"charters": world.shown(), "keyset": keyset.0, "logs": logs});
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
    tests.extend(double_votes(world));
    tests.extend(other_cheats(world));
    tests.extend(cleared(world));
    tests.extend(cleared_by_others(world));
    let years = World::of_years();
    tests.push(one_key_in_two_keysets(&years));
    tests.push(two_moves_of_one_coin(&years));
    tests
}

/// With a certificate of its own keyset.
fn of_its_own(world: &World, order: &Order) -> LogEntry {
    let certificate = world.certificate(order.keyset, &[0, 1, 2], &order.digest());
    LogEntry::Certified(CertifiedOrder { order: order.clone(), certificate })
}

/// A Swap of a coin of the first keyset that makes one of the later.
fn moving(world: &World, coin: Numbered, made: u64) -> Order {
    let outputs = list([output_of(LATER, (made, coin.1))]);
    Order { outputs, ..body(world, 0, Purpose::Swap, &[coin], &[]) }
}

/// One coin of the first keyset moved into the later one twice, as that one's logs show.
fn two_moves_of_one_coin(world: &World) -> Result<Test, String> {
    let entries = [51, 52].map(|made| of_its_own(world, &moving(world, (1, points(8)), made)));
    let entries: Vec<&LogEntry> = entries.iter().collect();
    let logs: Vec<Handed> = (0..4).map(|index| log_of(world, LATER, index, &entries)).collect();
    let comment = "Who voted for both is found in the audit of the first keyset, whose logs may clear the honest.";
    let finds = Finds { verdict: "wrong", voted: 0, breaches: &["two-certificates"], ..WELL };
    audit_of(world, LATER, ("two-moves-of-one-coin", "BOOKS-27", comment), &logs, &finds)
}

/// A coin moves from the first keyset into the later one; one of the later with the same key is paid with.
fn one_key_in_two_keysets(world: &World) -> Result<Test, String> {
    let coin = (1, points(8));
    let of_later = |order: Order, made: &[Numbered]| Order {
        keyset: LATER,
        outputs: list(made.iter().map(|numbered| output_of(LATER, *numbered))),
        ..order
    };
    let earned = by_store(of_later(body(world, 1, Purpose::Earn, &[], &[]), &[coin]));
    let move_order = moving(world, coin, 50);
    let paid = by_coins(of_later(body(world, 2, Purpose::Redeem, &[coin], &[]), &[]), &[1]);
    let certified = |order: &Order| of_its_own(world, order);
    let entries =
        [voted(&earned), certified(&earned.order), certified(&move_order), voted(&paid), certified(&paid.order)];
    let entries: Vec<&LogEntry> = entries.iter().collect();
    let logs: Vec<Handed> = (0..4).map(|index| log_of(world, LATER, index, &entries)).collect();
    let comment = "The coin that moved here and the coin that was paid here have one key, and are two coins.";
    let named = ("one-key-in-two-keysets", "BOOKS-26", comment);
    audit_of(world, LATER, named, &logs, &Finds { orders: 3, ..WELL })
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

/// Logs that begin alike, go on as said, and are those of all four witnesses.
fn logs_with(world: &World, town: &Town, more: [&[&LogEntry]; 4]) -> Vec<Handed> {
    let start = [&town.earned_voted, &town.earned];
    (0u8..).zip(more).map(|(index, more)| log(world, index, &[&start[..], more].concat())).collect()
}

fn wrong<'a>(orders: u64, voted: u64, breaches: &'a [&'a str], findings: &'a [(&'a str, Value, &'a str)]) -> Finds<'a> {
    Finds { verdict: "wrong", orders, voted, breaches, findings, notes: &[] }
}

fn double_votes(world: &World) -> Vec<Result<Test, String>> {
    let town = town(world);
    let (a, b) = (voted(&town.first), voted(&town.second));
    let (first, second) =
        (shown_certified(world, &town.first.order, &[0, 2, 3]), shown_certified(world, &town.second.order, &[1, 2, 3]));
    let lone = logs_with(world, &town, [&[&a], &[], &[], &[&a, &b]]);
    let (honest, other) = ([&a, &first, &second], [&b, &first, &second]);
    let traitor = [&a, &b, &first, &second];
    let both = logs_with(world, &town, [&honest, &other, &traitor, &traitor]);
    let hidden: Vec<Handed> = logs_with(world, &town, [&honest, &other, &[], &[]]).into_iter().take(3).collect();
    let against = logs_with(world, &town, [&[&first], &[&first], &[&first], &[&first, &b]]);
    let twice = |index, standing| ("double-vote", witness(index), standing);
    let one = [twice(3, "proven")];
    let two = [twice(2, "proven"), twice(3, "proven")];
    let open = [twice(2, "to-answer"), twice(3, "to-answer")];
    let late = [("vote-against-certificate", witness(3), "proven")];
    let breach = &["two-certificates"];
    let in_log = ("a-double-vote", "BOOKS-20", "Witness 3 logged two votes over one coin.");
    let certified = ("two-certificates", "BOOKS-16", "Witnesses 2 and 3 voted for both; their logs show it.");
    let unseen = ("two-certificates-log-hidden", "BOOKS-20", "The traitors' logs are not at hand: they must answer.");
    let spent = ("a-vote-against-a-certificate", "BOOKS-20", "It voted over a coin that its log holds as spent.");
    vec![
        audit(world, in_log, &lone, &wrong(1, 3, &[], &one)),
        audit(world, certified, &both, &wrong(3, 3, breach, &two)),
        audit(world, unseen, &hidden, &wrong(3, 3, breach, &open)),
        audit(world, spent, &against, &wrong(2, 2, &[], &late)),
    ]
}

fn other_cheats(world: &World) -> Vec<Result<Test, String>> {
    let town = town(world);
    let certified = |signed: &SignedOrder| shown_certified(world, &signed.order, &[0, 1, 2]);
    let made = redeem(world, 1, &[(1, points(4))], &[(11, points(64))]);
    let (forged, more) = (certified(&redeem(world, 1, &[(9, points(8))], &[])), certified(&made));
    let twice = voted(&earn(world, 1, "one", &[(13, points(1))]));
    let behind = voted(&redeem(world, 1, &[(7, Kind::Voucher { offer: OfferId(9) })], &[]));
    let in_three = |entry| logs_with(world, &town, [&[entry], &[entry], &[entry], &[]]);
    let in_last = |entry| logs_with(world, &town, [&[], &[], &[], &[entry]]);
    let mut bodies_logged = logs_with(world, &town, [&[], &[], &[], &[]]);
    bodies_logged[3] = log(world, 3, &[&twice, &town.earned]);
    let mut forked = logs_with(world, &town, [&[], &[], &[], &[]]);
    forked[3].heads.push(head(world, 3, &[town.earned.clone(), town.earned_voted.clone()]));
    let proven = |offence, index| (offence, witness(index), "proven");
    let voters: Vec<_> = (0..3).map(|index| proven("bad-order", index)).collect();
    let stores = [("two-bodies", json!({"store": 1}), "proven")];
    let noted = Finds { verdict: "partly", orders: 1, voted: 1, notes: &["charter-behind"], ..WELL };
    let nobody = ("coins-out-of-nothing", "BOOKS-17", "A coin that nobody made was spent: nobody is named for it.");
    let books = ("a-certified-broken-rule", "BOOKS-18", "Four points became sixty-four; all who voted are named.");
    let bad = ("a-bad-vote", "BOOKS-20", "Witness 3 logged a vote for an order that makes points.");
    let fork = ("a-fork", "BOOKS-20", "A head of witness 3 that its log does not extend.");
    let bodies = ("two-bodies", "BOOKS-20", "Store 1 signed two orders under one grant.");
    let unknown = ("behind", "BOOKS-14", "A vote for a voucher that this charter does not know is noted, not judged.");
    vec![
        audit(world, nobody, &in_three(&forged), &wrong(2, 1, &["forged"], &[])),
        audit(world, books, &in_three(&more), &wrong(2, 1, &["float"], &voters)),
        audit(world, bad, &in_last(&voted(&made)), &wrong(1, 1, &[], &[proven("bad-vote", 3)])),
        audit(world, fork, &forked, &wrong(1, 1, &[], &[proven("fork", 3)])),
        audit(world, bodies, &bodies_logged, &wrong(1, 2, &[], &stores)),
        audit(world, unknown, &in_last(&behind), &noted),
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

/// Coins 1 and 2 were paid by A, and coin 2 by B; all of it was certified, and something else besides.
fn cleared_by_others(world: &World) -> Vec<Result<Test, String>> {
    let earned = shown_certified(world, &earn(world, 1, "one", &[(1, points(4)), (2, points(4))]).order, &[0, 1, 2]);
    let certified = |signed: SignedOrder, by: &[u8]| shown_certified(world, &signed.order, by);
    let a = certified(redeem(world, 1, &[(1, points(4)), (2, points(4))], &[]), &[1, 2, 3]);
    let b = certified(redeem(world, 3, &[(2, points(4))], &[]), &[0, 1, 3]);
    let of_one = certified(redeem(world, 2, &[(1, points(4))], &[]), &[0, 1, 2]);
    let of_both = certified(redeem(world, 2, &[(1, points(4)), (2, points(4))], &[]), &[0, 1, 2]);
    let logs = |other: &LogEntry| -> Vec<Handed> {
        (0..3).map(|index| log(world, index, &[&earned, other, &a, &b])).collect()
    };
    let twice = |index, standing| ("double-vote", witness(index), standing);
    let one = [twice(1, "proven")];
    let all = [twice(0, "proven"), twice(1, "proven"), twice(2, "proven"), twice(3, "to-answer")];
    let breaches = &["forged", "two-certificates"];
    let freed =
        "C spent coin 1: it freed coin 2 for B, and 3 did not vote for C. It clears 3, not 1, who voted for all.";
    let both = "C spent both coins, so it frees neither: it clears nobody. Witness 3's log is not at hand.";
    let counted = |findings| Finds { verdict: "wrong", orders: 4, voted: 0, breaches, findings, notes: &[] };
    vec![
        audit(world, ("cleared-by-another-log", "EVIDENCE-11", freed), &logs(&of_one), &counted(&one)),
        audit(world, ("not-cleared-by-both", "EVIDENCE-12", both), &logs(&of_both), &counted(&all)),
    ]
}

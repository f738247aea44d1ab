//! Closing statements, and what frozen logs say of orders and coins.

use ronde_protocol::message::{
    ids::{KeysetId, WitnessIndex},
    log::{CertifiedOrder, LogEntry},
    order::Order,
    statement::ClosingStatement,
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::super::{
    coins::{Numbered, input, points, redeem},
    world::{KEYSET, LATER, World, bytes, shown},
};
use crate::vectors::case::{Case, case};

fn paid(world: &World, number: u64) -> Order {
    redeem(world, 1, &[(number, points(2))], &[]).order
}

fn certified(world: &World, order: &Order) -> LogEntry {
    LogEntry::Certified(world.certified(order))
}

/// Statements by themselves.
pub fn statements() -> Vec<Result<Test, String>> {
    let world = World::of_years();
    let of = |slug, comment, keyset: KeysetId, statement: &ClosingStatement| -> Case {
        let input = json!({"charters": world.shown(), "keyset": keyset.0, "statement": shown(statement)});
        case("closing-statement", slug, "ROLLOVER-8", comment, input)
    };
    let entries = [certified(&world, &paid(&world, 1)), certified(&world, &paid(&world, 2))];
    let good = world.statement_of(KEYSET, 1, &entries);
    let empty = world.statement_of(KEYSET, 2, &[]);
    let told = |of: &ClosingStatement| json!({"index": of.index.0, "size": of.size, "root": bytes(&of.root)});
    let not_signed = |index: u8| json!({"error": "not-signed", "index": index});
    let mut spoiled = good;
    spoiled.signature.0[63] ^= 1;
    let head = super::super::heads::head(&world, KEYSET, 1, 2, "two");
    let as_head = ClosingStatement { size: head.size, root: head.root, signature: head.signature, ..good };
    vec![
        of("signed", "Witness 1's log has two entries, for good.", KEYSET, &good).gives(told(&good)),
        of("of-no-entries", "A log in which nothing ever stood.", KEYSET, &empty).flag("boundary").gives(told(&empty)),
        of("other-size", "The size is covered.", KEYSET, &ClosingStatement { size: 3, ..good }).refused(not_signed(1)),
        of("other-root", "The root is covered.", KEYSET, &ClosingStatement { root: [7; 32], ..good })
            .refused(not_signed(1)),
        of("other-index", "The index is covered.", KEYSET, &ClosingStatement { index: WitnessIndex(2), ..good })
            .refused(not_signed(2)),
        of("no-such-witness", "Nobody of that index.", KEYSET, &ClosingStatement { index: WitnessIndex(4), ..good })
            .flag("boundary")
            .refused(not_signed(4)),
        of("another-keyset-said", "The keyset is covered.", LATER, &ClosingStatement { keyset: LATER, ..good })
            .refused(not_signed(1)),
        of("of-another-keyset", "A good statement of another keyset than the one in question.", LATER, &good)
            .refused(not_signed(1)),
        of("a-head", "A head of the same log, said to be a statement.", KEYSET, &as_head).refused(not_signed(1)),
        of("spoiled", "A bit of the signature.", KEYSET, &spoiled).refused(not_signed(1)),
    ]
}

/// A frozen log as it is handed over.
struct Frozen {
    statement: ClosingStatement,
    entries: Vec<LogEntry>,
}

/// The payments that every question names: two of coin 1, one of coin 2, and coin 3 that nobody spends.
struct Paid<'w> {
    world: &'w World,
    one: Order,
    two: Order,
    again: Order,
}

/// What the frozen logs say: of each log, of each order, of each coin.
type Said<'a> = (&'a [&'a str], [bool; 3], [&'a str; 3]);

const READ: [&str; 4] = ["read"; 4];
const NONE: [bool; 3] = [false; 3];
const FIRST: [bool; 3] = [true, false, false];
const OPEN: [&str; 3] = ["undecided"; 3];
const PAID: [&str; 3] = ["spent", "free", "free"];

impl Paid<'_> {
    fn log(&self, index: u8, orders: &[&Order]) -> Frozen {
        let entries: Vec<LogEntry> = orders.iter().map(|order| certified(self.world, order)).collect();
        Frozen { statement: self.world.statement_of(KEYSET, index, &entries), entries }
    }

    /// So many logs that hold the first payment.
    fn logs(&self, count: u8) -> Vec<Frozen> {
        (0..count).map(|index| self.log(index, &[&self.one])).collect()
    }

    fn asks(
        &self,
        (slug, rule, comment): (&str, &'static str, &str),
        logs: &[Frozen],
        (read, orders, coins): Said<'_>,
    ) -> Result<Test, String> {
        let shown_logs: Vec<Value> = logs
            .iter()
            .map(|log| {
                let entries: Vec<Value> = log.entries.iter().map(shown).collect();
                json!({"statement": shown(&log.statement), "entries": entries})
            })
            .collect();
        let coin = |number: u64| bytes(&input((number, points(2)) as Numbered).point.0);
        let digests: Vec<Value> =
            [&self.one, &self.two, &self.again].iter().map(|order| bytes(&order.digest().0)).collect();
        let input = json!({
            "charters": self.world.shown(), "keyset": KEYSET.0, "logs": shown_logs,
            "orders": digests, "coins": [coin(1), coin(2), coin(3)],
        });
        case("closing", slug, rule, comment, input).gives(json!({"logs": read, "orders": orders, "coins": coins}))
    }
}

/// What became of orders and coins.
pub fn closings() -> Vec<Result<Test, String>> {
    let world = &World::of_years();
    let again = redeem(world, 2, &[(1, points(2))], &[]).order;
    let paid = Paid { world, one: paid(world, 1), two: paid(world, 2), again };
    let mut tests = counted(&paid);
    tests.extend(not_counted(&paid));
    tests
}

fn counted(paid: &Paid<'_>) -> Vec<Result<Test, String>> {
    let Paid { one, two, again, .. } = paid;
    let with = |orders: [&[&Order]; 4]| (0u8..).zip(orders).map(|(index, of)| paid.log(index, of)).collect::<Vec<_>>();
    let by_two = with([&[one, two], &[one, two], &[one], &[]]);
    let by_one = with([&[one, two], &[one], &[one], &[]]);
    let both = with([&[one], &[one], &[again], &[again]]);
    let thrice = [paid.log(0, &[one]), paid.log(0, &[one, two]), paid.log(0, &[one]), paid.log(1, &[one])];
    let all = ("certified-by-all", "ROLLOVER-9", "All logs hold the payment of coin 1; the others are free.");
    let by_q = ("certified-by-q", "ROLLOVER-9", "Three logs, all that were handed over.");
    let few = ("too-few-statements", "ROLLOVER-10", "Two logs: nothing can be said of any coin.");
    let held = ("held-by-two", "ROLLOVER-11", "Two logs hold the payment of coin 2: neither certified nor free.");
    let alone = ("held-by-one", "ROLLOVER-10", "One log holds the payment of coin 2, three do not: it is free.");
    let same = ("one-witness-thrice", "ROLLOVER-9", "Three statements of one witness are one.");
    let cheated = ("two-orders-of-a-coin", "ROLLOVER-11", "Two logs hold each of two payments: more than f cheated.");
    vec![
        paid.asks(all, &paid.logs(4), (&READ, FIRST, PAID)),
        paid.asks(by_q, &paid.logs(3), (&READ[..3], FIRST, PAID)),
        paid.asks(few, &paid.logs(2), (&READ[..2], NONE, OPEN)),
        paid.asks(held, &by_two, (&READ, FIRST, ["spent", "undecided", "free"])),
        paid.asks(alone, &by_one, (&READ, FIRST, PAID)),
        paid.asks(same, &thrice, (&READ, NONE, OPEN)),
        paid.asks(cheated, &both, (&READ, NONE, ["undecided", "free", "free"])),
    ]
}

fn not_counted(paid: &Paid<'_>) -> Vec<Result<Test, String>> {
    let world = paid.world;
    let mut cut = paid.logs(4);
    cut[3].entries.clear();
    let mut other = paid.logs(4);
    other[3].entries = vec![certified(world, &paid.two)];
    let mut unsigned = paid.logs(3);
    unsigned[2].statement.size = 7;
    let mut forged = paid.logs(3);
    let spoiled = Order { time: paid.two.time + 1, ..paid.two.clone() };
    let bad = LogEntry::Certified(CertifiedOrder { order: spoiled, ..world.certified(&paid.two) });
    for (index, log) in (0u8..).zip(&mut forged) {
        log.entries.push(bad.clone());
        log.statement = world.statement_of(KEYSET, index, &log.entries);
    }
    let mut mended = paid.logs(3);
    let good = mended[2].entries.clone();
    mended.push(Frozen { statement: mended[2].statement, entries: good });
    mended[2].entries.clear();
    let later =
        ("a-log-cut-and-then-whole", "ROLLOVER-9", "A log that was refused does not stand in the way of the whole.");
    let wrong = ("wrong-certificates", "ROLLOVER-9", "An entry whose certificate does not verify counts for nothing.");
    let short = ("a-log-cut", "ROLLOVER-9", "A log with fewer entries than its statement says.");
    let another = ("another-log", "ROLLOVER-9", "A log with another entry than its statement covers.");
    let changed = ("an-unsigned-statement", "ROLLOVER-9", "A statement that was changed: two logs are left.");
    vec![
        paid.asks(wrong, &forged, (&READ[..3], FIRST, PAID)),
        paid.asks(short, &cut, (&["read", "read", "read", "length"], FIRST, PAID)),
        paid.asks(later, &mended, (&["read", "read", "length", "read"], FIRST, PAID)),
        paid.asks(another, &other, (&["read", "read", "read", "root"], FIRST, PAID)),
        paid.asks(changed, &unsigned, (&["read", "read", "not-signed"], NONE, OPEN)),
    ]
}

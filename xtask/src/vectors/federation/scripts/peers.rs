//! Starting, and reading peers' logs.

use ronde_protocol::message::{
    certificate::Certificate,
    head::{Head, HeadAnswer},
    ids::WitnessIndex,
    log::{CertifiedOrder, LogEntry},
    order::{Order, SignedOrder},
    refusal::{NotVoting, Refusal},
    wire::{HeadQuery, LogPage, RequestV1},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{points, redeem},
        heads::head,
        world::{KEYSET, ONE, World, list},
    },
    certificates::{paid_with_tea, with_tea},
    play::{Expect, Play, not_voting, refused},
    voting::race,
};
use crate::vectors::draw;

/// Starts, rollbacks, heads and pages.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    vec![
        starting(world),
        wrong_answers(world),
        extended(world),
        rolled_back(world, "rolled-back", None),
        rolled_back(world, "another-log", Some(1)),
        alone(),
        restored(world),
        newest_head(world),
        forked_heads(world),
        page(world),
        wrong_pages(world),
        page_read_on(world),
        wrong_entry(world),
        entry_that_waits(world),
    ]
}

fn own_head(world: &World, at: u8, entries: &[LogEntry]) -> Head {
    world.head_of(KEYSET, at, entries)
}

fn starting(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-start", world);
    let (first, second) = race(world);
    let other = redeem(world, 1, &[(3, points(2))], &[]);
    let not_yet = || not_voting(NotVoting::Starting);
    play.votes(&first, 1);
    play.restart();
    play.vote(&first, Expect::SameAs(0));
    play.vote(&other, not_yet());
    play.vote(&second, not_yet());
    play.answer(0, None);
    play.vote(&other, not_yet());
    play.answer(0, None);
    play.vote(&other, not_yet());
    play.certifies(&redeem(world, 2, &[(4, points(1))], &[]).order, 2);
    play.answer(2, None);
    play.votes(&other, 3);
    let comment = "Two of three peers must answer before it votes anew; it repeats votes and writes certificates down \
                   meanwhile.";
    play.case("ROLLBACK-2", comment)
}

fn wrong_answers(world: &World) -> Result<Test, String> {
    let mut play = Play::new("answers-that-do-not-count", world);
    let (first, _) = race(world);
    let not_yet = || not_voting(NotVoting::Starting);
    play.restart();
    play.answer(0, None);
    play.answer_to(1, &draw::bytes("an earlier nonce"), None);
    play.answer(3, None);
    let key = world.keys(KEYSET, 1).vote;
    let asked = HeadAnswer::sign(&key, world.keyset(KEYSET), WitnessIndex(1), WitnessIndex(2), &play.nonce(), None);
    play.answered(&asked);
    play.answered(&HeadAnswer { index: WitnessIndex(2), ..asked });
    play.answer(1, Some(head(world, KEYSET, 2, 7, "two")));
    play.answer(1, Some(Head { size: 9, ..head(world, KEYSET, 3, 7, "own") }));
    play.vote(&first, not_yet());
    play.answer(1, None);
    play.votes(&first, 1);
    let comment = "To another nonce, of itself, to another asker, under another index, with another's head, with a head \
                   that it never signed.";
    play.case("ROLLBACK-3", comment)
}

fn extended(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-log-that-extends", world);
    let (first, _) = race(world);
    let other = redeem(world, 1, &[(3, points(2))], &[]);
    play.votes(&first, 1);
    play.votes(&other, 2);
    play.restart();
    play.answer(0, Some(own_head(world, 3, &[LogEntry::Voted(first.clone())])));
    play.answer(1, Some(own_head(world, 3, &[LogEntry::Voted(first), LogEntry::Voted(other)])));
    play.votes(&redeem(world, 1, &[(4, points(2))], &[]), 3);
    play.case("ROLLBACK-6", "Peers show heads of one and of two entries; its log has both.")
}

fn rolled_back(world: &World, slug: &'static str, size: Option<u64>) -> Result<Test, String> {
    let mut play = Play::new(slug, world);
    let (first, _) = race(world);
    let other = redeem(world, 1, &[(3, points(2))], &[]);
    play.votes(&first, 1);
    play.restart();
    play.answer(0, None);
    play.answer(1, Some(head(world, KEYSET, 3, size.unwrap_or(2), "that it signed")));
    play.retires("log-rolled-back");
    play.vote(&other, not_voting(NotVoting::Retired));
    play.vote(&first, Expect::SameAs(0));
    play.certifies(&other.order, 2);
    play.answer(2, None);
    play.vote(&redeem(world, 1, &[(4, points(2))], &[]), not_voting(NotVoting::Retired));
    let comment = if size.is_some() {
        "A peer shows a head of its own with as many entries and another root: it never votes anew again."
    } else {
        "A peer shows a head of its own with more entries than its log has: it never votes anew again."
    };
    play.case("ROLLBACK-6", comment)
}

fn alone() -> Result<Test, String> {
    let world = World::new(&ONE);
    let mut play = Play::new("a-start-alone", &world);
    play.restart();
    let (first, _) = race(&world);
    play.vote(&first, Expect::Certified(first.order.digest(), 2));
    play.case("ROLLBACK-2", "n = 1: there is nobody to ask.")
}

fn restored(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-restored-copy", world);
    let (first, second) = race(world);
    play.votes(&first, 1);
    play.restored();
    play.retires("restored-copy");
    play.vote(&first, Expect::SameAs(0));
    play.vote(&second, not_voting(NotVoting::Retired));
    play.certifies(&first.order, 2);
    play.case("ROLLBACK-9", "A copy from a backup repeats votes, certifies and evaluates; it gives no vote anew.")
}

fn query(asker: u8) -> RequestV1 {
    RequestV1::NewestHead(HeadQuery {
        keyset: KEYSET,
        asker: WitnessIndex(asker),
        nonce: draw::bytes("a peer's nonce"),
    })
}

fn newest_head(world: &World) -> Result<Test, String> {
    let mut play = Play::new("the-newest-head", world);
    play.ask(query(1), Expect::Head(None));
    play.head(&head(world, KEYSET, 1, 7, "seven"));
    play.head(&head(world, KEYSET, 1, 5, "five"));
    play.head(&Head { size: 9, ..head(world, KEYSET, 1, 7, "seven") });
    play.head(&head(world, KEYSET, 2, 8, "eight"));
    play.ask(query(1), Expect::Head(Some(7)));
    play.ask(query(0), Expect::Head(None));
    play.ask(query(9), Expect::Head(None));
    play.case("ROLLBACK-5", "A peer that starts is told the highest head of its own that was seen.")
}

fn forked_heads(world: &World) -> Result<Test, String> {
    let mut play = Play::new("two-heads-of-one-size", world);
    play.head(&head(world, KEYSET, 1, 7, "seven"));
    play.head(&head(world, KEYSET, 1, 7, "seven"));
    play.head(&head(world, KEYSET, 2, 7, "another seven"));
    play.head(&head(world, KEYSET, 1, 7, "another seven"));
    play.accuses(1);
    play.case("LOG-17", "Witness 1 signed two roots for seven entries: that is evidence, and is kept.")
}

fn certified(play: &Play<'_>, order: &Order) -> LogEntry {
    LogEntry::Certified(play.world.certified(order))
}

fn page(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-page-of-a-peers-log", world);
    let (first, second) = race(world);
    let other = redeem(world, 1, &[(3, points(2))], &[(13, points(1))]);
    let entries = [LogEntry::Voted(first.clone()), certified(&play, &other.order)];
    play.page(1, &play.page_of(1, &entries));
    play.query(&first.order, refused(Refusal::Unknown));
    play.query(&other.order, Expect::State(1));
    play.votes(&second, 2);
    play.page(1, &play.page_of(1, &entries));
    play.ask(query(1), Expect::Head(Some(2)));
    let comment = "A peer's vote binds nobody else; what it holds as certified is written down and evaluated.";
    play.case("LOG-14", comment)
}

fn wrong_pages(world: &World) -> Result<Test, String> {
    let mut play = Play::new("pages-that-are-refused", world);
    let order = redeem(world, 1, &[(3, points(2))], &[]).order;
    let good = play.page_of(1, &[certified(&play, &order)]);
    play.page(2, &good);
    play.page(1, &LogPage { head: Head { size: 2, ..good.head }, ..good.clone() });
    play.page(1, &LogPage { head: head(world, KEYSET, 1, 1, "of something else"), ..good.clone() });
    let two = play.page_of(1, &[certified(&play, &order), certified(&play, &order)]);
    play.page(1, &LogPage { entries: two.entries, ..good.clone() });
    play.page(1, &LogPage { entries: list([]), ..good.clone() });
    play.query(&order, refused(Refusal::Unknown));
    play.page(1, &good);
    play.query(&order, Expect::State(1));
    play.page(1, &LogPage { entries: list([]), head: head(world, KEYSET, 1, 1, "of something else") });
    play.accuses(1);
    let comment = "Of another witness, with a head that nobody signed, with a root of something else, with more entries \
                   than the head, with none: nothing of them is taken over. A second root for one entry is evidence.";
    play.case("LOG-13", comment)
}

fn page_read_on(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-log-in-two-pages", world);
    let orders: Vec<SignedOrder> = (3..6).map(|number| redeem(world, 1, &[(number, points(2))], &[])).collect();
    let entries: Vec<LogEntry> = orders.iter().map(|signed| certified(&play, &signed.order)).collect();
    let whole = play.page_of(1, &entries);
    let piece = |entries: &[LogEntry]| LogPage { entries: list(entries.iter().cloned()), head: whole.head };
    play.page(1, &piece(&entries[..2]));
    play.query(&orders[1].order, Expect::State(1));
    play.query(&orders[2].order, refused(Refusal::Unknown));
    play.page(1, &piece(&entries[2..]));
    play.query(&orders[2].order, Expect::State(1));
    play.page(1, &piece(&[]));
    play.ask(query(1), Expect::Head(Some(3)));
    play.case("LOG-14", "Three entries in two pages, and an empty third: the root is judged at the end.")
}

fn wrong_entry(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-wrong-entry-of-a-peer", world);
    let (first, second) = race(world);
    let stolen: Certificate = play.certificate(&second.order);
    let wrong = LogEntry::Certified(CertifiedOrder { order: first.order.clone(), certificate: stolen });
    let other = redeem(world, 1, &[(3, points(2))], &[]);
    play.page(1, &play.page_of(1, &[wrong, certified(&play, &other.order)]));
    play.query(&first.order, refused(Refusal::Unknown));
    play.query(&other.order, Expect::State(1));
    play.case("LOG-14", "An entry whose certificate is none is passed over; the next is taken.")
}

fn entry_that_waits(world: &World) -> Result<Test, String> {
    let mut play = Play::new("an-entry-of-a-peer-that-waits", world);
    let paid = paid_with_tea(world).order;
    let [before, after] = [3, 4].map(|number| redeem(world, 1, &[(number, points(2))], &[]).order);
    let page = play.page_of(1, &[&before, &paid, &after].map(|order| certified(&play, order)));
    play.page(1, &page);
    play.query(&before, Expect::State(1));
    play.query(&paid, refused(Refusal::Unknown));
    play.query(&after, refused(Refusal::Unknown));
    play.ask(query(1), Expect::Head(Some(3)));
    play.charter(&with_tea(world));
    play.page(1, &page);
    play.query(&paid, Expect::State(1));
    play.query(&after, Expect::State(1));
    let comment = "The second entry spends a voucher that the next charter brings: the page is read again then. Its head \
                   was seen the first time.";
    play.case("LOG-16", comment)
}

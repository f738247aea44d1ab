//! What moves into a later keyset, and the closing statement.

use ronde_protocol::message::{
    certificate::Certificate,
    class::Kind,
    ids::{KeysetId, WitnessIndex},
    log::LogEntry,
    order::{Order, Purpose, SignedOrder},
    refusal::{Refusal, Rule},
    statement::ClosingStatement,
    wire::{LogPage, OrderQuery, RequestV1, StatementQuery, VoteRequest},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{Numbered, earn, points, redeem},
        orders::moves::moving,
        world::{DAY, KEYSET, LATER, LATEST, NOW, World, list},
    },
    play::{Expect, Play, invalid, refused},
};

const EVALUATE_UNTIL: u64 = NOW + 367 * DAY;

/// Moves, and the end.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = &World::of_years();
    vec![
        moved(world),
        behind(world),
        unsigned(world),
        spent_before(world),
        moved_elsewhere(world),
        wrong_moves(world),
        own_outputs(world),
        from_a_peer(world),
        statement(world),
        after_the_end(world),
        wrong_statement(world),
        heads_alone(world),
        shorter_statement(world),
    ]
}

fn certificate(world: &World, order: &Order) -> Certificate {
    world.certified(order).certificate
}

fn certified(world: &World, order: &Order) -> LogEntry {
    LogEntry::Certified(world.certified(order))
}

/// 8 and 4 points of the first keyset.
fn earned(world: &World) -> SignedOrder {
    earn(world, 1, "one", &[(1, points(8)), (2, points(4))])
}

fn into_later(world: &World, spent: &[Numbered], to: &[Numbered]) -> Order {
    let outputs: Vec<(KeysetId, Numbered)> = to.iter().map(|coin| (LATER, *coin)).collect();
    moving(world, KEYSET, spent, &outputs).order
}

/// What witnesses of the first keyset have in their logs.
fn history(world: &World) -> Vec<LogEntry> {
    let earned = earned(world);
    let seen = certified(world, &earned.order);
    vec![LogEntry::Voted(earned), seen]
}

/// Three of the four logs of the first keyset are read.
fn read(play: &mut Play<'_>, entries: &[LogEntry]) {
    for peer in 0..3 {
        play.earlier_page(peer, &play.page_of(peer, entries));
    }
}

fn moved(world: &World) -> Result<Test, String> {
    let mut play = Play::later("a-move", world);
    let order = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    read(&mut play, &history(world));
    play.moves(&order, certificate(world, &order), Expect::Certified(order.digest(), 1));
    play.moves(&order, world.certificate(KEYSET, &[1, 2, 3], &order.digest()), Expect::SameAs(3));
    play.ask(RequestV1::Order(OrderQuery { keyset: LATER, digest: order.digest() }), Expect::State(1));
    let comment = "The later keyset's witness has read three logs of the earlier one; it writes the certificate down and \
                   evaluates, once.";
    play.case("ROLLOVER-3", comment)
}

fn behind(world: &World) -> Result<Test, String> {
    let mut play = Play::later("a-move-before-the-logs-are-read", world);
    let order = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    let by = certificate(world, &order);
    let not_yet = || refused(Refusal::RolloverBehind);
    play.moves(&order, by.clone(), not_yet());
    for peer in [3, 1] {
        play.earlier_page(peer, &play.page_of(peer, &history(world)));
        play.moves(&order, by.clone(), not_yet());
    }
    play.earlier_page(0, &play.page_of(0, &[]));
    play.moves(&order, by, Expect::Certified(order.digest(), 1));
    let comment = "With fewer than n - f logs nothing moves; one of them may be empty. What was refused passes then.";
    play.case("ROLLOVER-4", comment)
}

fn unsigned(world: &World) -> Result<Test, String> {
    let mut play = Play::later("an-earn-that-no-store-signed", world);
    let order = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    let by = certificate(world, &order);
    let earned = earned(world);
    let spoiled =
        SignedOrder { authorization: earn(world, 1, "two", &[(3, points(1))]).authorization, ..earned.clone() };
    let forged = [LogEntry::Voted(spoiled), certified(world, &earned.order)];
    read(&mut play, &forged);
    play.moves(&order, by.clone(), refused(Refusal::RolloverBehind));
    let mut signed = forged.to_vec();
    signed.push(LogEntry::Voted(earned));
    let page = play.page_of(2, &signed);
    play.earlier_page(2, &LogPage { entries: list(signed[2..].iter().cloned()), head: page.head });
    play.moves(&order, by, Expect::Certified(order.digest(), 1));
    let comment = "A certified Earn counts once a log has it with its store's signature: without, more than f traitors \
                   could issue what no store owes.";
    play.case("ROLLOVER-13", comment)
}

fn spent_before(world: &World) -> Result<Test, String> {
    let mut play = Play::later("no-more-than-is-left", world);
    let whole = into_later(world, &[(1, points(8)), (2, points(4))], &[(11, points(8)), (12, points(4))]);
    let (eight, four) = (
        into_later(world, &[(1, points(8))], &[(13, points(8))]),
        into_later(world, &[(2, points(4))], &[(14, points(4))]),
    );
    let paid = redeem(world, 2, &[(3, points(4))], &[(15, points(1))]).order;
    let mut entries = history(world);
    entries.push(certified(world, &paid));
    read(&mut play, &entries);
    play.moves(&whole, certificate(world, &whole), refused(Refusal::RolloverBehind));
    play.moves(&eight, certificate(world, &eight), Expect::Certified(eight.digest(), 1));
    play.moves(&four, certificate(world, &four), refused(Refusal::RolloverBehind));
    play.moves(&eight, certificate(world, &eight), Expect::SameAs(4));
    let comment = "12 points came and 3 were paid: 9 may move. 12 do not, 8 do, and then 4 do not, whatever the \
                   certificates say. What was evaluated is served on.";
    play.case("ROLLOVER-4", comment)
}

fn moved_elsewhere(world: &World) -> Result<Test, String> {
    let mut play = Play::later("what-moved-elsewhere-is-gone", world);
    let elsewhere = moving(world, KEYSET, &[(1, points(8))], &[(LATEST, (11, points(8)))]).order;
    let (eight, four) = (
        into_later(world, &[(3, points(8))], &[(13, points(8))]),
        into_later(world, &[(2, points(4))], &[(14, points(4))]),
    );
    let mut entries = history(world);
    entries.extend([certified(world, &elsewhere), certified(world, &four)]);
    read(&mut play, &entries);
    play.moves(&eight, certificate(world, &eight), refused(Refusal::RolloverBehind));
    play.moves(&four, certificate(world, &four), Expect::Certified(four.digest(), 1));
    let comment = "Of 12 points 8 moved into keyset 3; 4 may come here. What moved here does not count twice.";
    play.case("ROLLOVER-4", comment)
}

fn wrong_moves(world: &World) -> Result<Test, String> {
    let mut play = Play::later("moves-that-are-none", world);
    read(&mut play, &history(world));
    let order = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    let more = into_later(world, &[(1, points(8))], &[(11, points(8)), (12, points(1))]);
    let stays = moving(world, KEYSET, &[(1, points(8))], &[(LATEST, (11, points(8)))]).order;
    let own = moving(world, LATER, &[(1, points(8))], &[(LATER, (11, points(8)))]).order;
    let ballot = Order { purpose: Purpose::Redeem, ..order.clone() };
    let bad = || refused(Refusal::BadCertificate);
    let by_later = world.certificate(LATER, &[0, 1, 2], &order.digest());
    play.moves(&order, certificate(world, &more), bad());
    play.moves(&order, by_later, bad());
    play.moves(&more, certificate(world, &more), bad());
    play.moves(&ballot, certificate(world, &ballot), bad());
    play.moves(&stays, certificate(world, &stays), refused(Refusal::Unknown));
    play.moves(&own, certificate(world, &own), refused(Refusal::Unknown));
    play.ask(RequestV1::Certify(world.certified(&order)), refused(Refusal::Unknown));
    let comment = "Another order's certificate, one of this committee, a Swap that makes points, a Redeem; nothing for \
                   this keyset; an order of its own; and a certificate that asks the earlier keyset.";
    play.case("ROLLOVER-3", comment)
}

fn own_outputs(world: &World) -> Result<Test, String> {
    let mut play = Play::new("each-keyset-evaluates-its-own", world);
    let signed = moving(
        world,
        KEYSET,
        &[(1, points(8)), (2, points(4))],
        &[(LATER, (11, points(8))), (KEYSET, (12, points(4)))],
    );
    let digest = signed.order.digest();
    let votes = [0, 1].map(|index| world.vote(KEYSET, index, &digest));
    let request: VoteRequest = play.request(&signed, &votes);
    play.ask(RequestV1::Vote(request), Expect::Certified(digest, 2));
    let all = moving(world, KEYSET, &[(3, points(8))], &[(LATER, (13, points(8)))]).order;
    play.show(&all, certificate(world, &all), Expect::Certified(all.digest(), 3));
    let unknown: Numbered = (14, Kind::Points { denomination: 128 });
    play.vote(&moving(world, KEYSET, &[(4, points(8))], &[(LATER, unknown)]), invalid(Rule::Balance));
    let comment = "The earlier keyset's witness votes and certifies; of 8 points that move and 4 that stay it evaluates \
                   the 4, and of an order that moves all nothing.";
    play.case("ROLLOVER-2", comment)
}

fn from_a_peer(world: &World) -> Result<Test, String> {
    let mut play = Play::later("a-move-in-a-peers-log", world);
    let order = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    let more = into_later(world, &[(3, points(8))], &[(12, points(8))]);
    read(&mut play, &history(world));
    let entries = [certified(world, &more), certified(world, &order)];
    let page = play.later_page_of(1, &entries);
    play.page(1, &page);
    play.ask(RequestV1::Order(OrderQuery { keyset: LATER, digest: more.digest() }), Expect::State(1));
    play.ask(RequestV1::Order(OrderQuery { keyset: LATER, digest: order.digest() }), refused(Refusal::Unknown));
    let comment = "Two moves of 8 stand in a peer's log and 12 points may move: the first is taken over, the second is \
                   passed over until somebody shows it again.";
    play.case("ROLLOVER-14", comment)
}

fn statement(world: &World) -> Result<Test, String> {
    let mut play = Play::new("a-closing-statement", world);
    let payment = redeem(world, 1, &[(1, points(2))], &[]);
    let late = redeem(world, 1, &[(2, points(2))], &[]);
    let query = || RequestV1::Statement(StatementQuery { keyset: KEYSET });
    play.votes(&payment, 1);
    play.now = EVALUATE_UNTIL;
    play.ask(query(), refused(Refusal::Unknown));
    play.certifies(&payment.order, 2);
    play.now += 1;
    play.ask(query(), Expect::Statement(2));
    play.now -= 2;
    play.ask(query(), Expect::SameAs(3));
    play.vote(&late, refused(Refusal::Closed));
    play.show(&late.order, play.certificate(&late.order), refused(Refusal::Closed));
    play.vote(&payment, refused(Refusal::Closed));
    play.now += 100 * DAY;
    play.ask(query(), Expect::SameAs(3));
    let comment = "Signed once, when the log is frozen. A clock that is put back opens nothing again.";
    play.case("ROLLOVER-8", comment)
}

fn frozen(world: &World, index: u8, entries: &[LogEntry]) -> ClosingStatement {
    world.statement_of(KEYSET, index, entries)
}

fn after_the_end(world: &World) -> Result<Test, String> {
    let mut play = Play::later("a-move-after-the-end", world);
    play.now = EVALUATE_UNTIL + 1;
    let (held, kept_back) = (
        into_later(world, &[(1, points(8))], &[(11, points(8))]),
        into_later(world, &[(2, points(4))], &[(12, points(4))]),
    );
    let mut entries = history(world);
    entries.push(certified(world, &held));
    let (by, by_few) = (certificate(world, &held), certificate(world, &kept_back));
    let mut last = entries.clone();
    last.push(certified(world, &kept_back));
    for peer in 0..2 {
        play.earlier_page(peer, &play.page_of(peer, &entries));
        play.earlier_statement(&frozen(world, peer, &entries));
    }
    play.earlier_page(2, &play.page_of(2, &last));
    play.moves(&held, by.clone(), refused(Refusal::RolloverBehind));
    play.earlier_statement(&frozen(world, 2, &last));
    play.moves(&held, by, Expect::Certified(held.digest(), 1));
    play.moves(&kept_back, by_few, refused(Refusal::RolloverBehind));
    let comment = "After the earlier keyset's end an order counts as certified if q closed logs hold it: the third \
                   statement makes it so. One that a single log holds was kept back, and does not move.";
    play.case("ROLLOVER-9", comment)
}

fn wrong_statement(world: &World) -> Result<Test, String> {
    let mut play = Play::later("statements-that-do-not-count", world);
    play.now = EVALUATE_UNTIL + 1;
    let held = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    let mut entries = history(world);
    entries.push(certified(world, &held));
    read(&mut play, &entries);
    for peer in 0..2 {
        play.earlier_statement(&frozen(world, peer, &entries));
    }
    let good = frozen(world, 2, &entries);
    let short = frozen(world, 2, &entries[..2]);
    let mut spoiled = good;
    spoiled.signature.0[7] ^= 1;
    play.earlier_statement(&spoiled);
    play.earlier_statement(&ClosingStatement { index: WitnessIndex(3), ..good });
    let by = certificate(world, &held);
    play.moves(&held, by.clone(), refused(Refusal::RolloverBehind));
    play.earlier_statement(&short);
    play.earlier_statement(&good);
    play.moves(&held, by, refused(Refusal::RolloverBehind));
    let comment = "A spoiled one, another's, one of a shorter log; and of one witness only the first that it shows.";
    play.case("ROLLOVER-8", comment)
}

fn heads_alone(world: &World) -> Result<Test, String> {
    let mut play = Play::later("two-heads-and-no-log", world);
    let order = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    let entries = history(world);
    (0..2).for_each(|peer| play.earlier_page(peer, &play.page_of(peer, &entries)));
    let whole = play.page_of(3, &entries);
    play.earlier_page(3, &LogPage { entries: list(entries[..1].iter().cloned()), ..whole });
    let turned: Vec<LogEntry> = entries.iter().rev().cloned().collect();
    let head = world.head_of(KEYSET, 3, &turned);
    play.earlier_page(3, &LogPage { entries: list(entries[1..].iter().cloned()), head });
    play.accuses(1);
    play.moves(&order, certificate(world, &order), refused(Refusal::RolloverBehind));
    play.earlier_page(2, &play.page_of(2, &entries));
    play.moves(&order, certificate(world, &order), Expect::Certified(order.digest(), 1));
    let comment =
        "Two heads of one size convict a witness, and its log counts as unread: two others are fewer than n - f.";
    play.case("ROLLOVER-4", comment)
}

fn shorter_statement(world: &World) -> Result<Test, String> {
    let mut play = Play::later("a-statement-shorter-than-a-head", world);
    play.now = EVALUATE_UNTIL + 1;
    let held = into_later(world, &[(1, points(8))], &[(11, points(8))]);
    let mut entries = history(world);
    entries.push(certified(world, &held));
    read(&mut play, &entries);
    for peer in 0..2 {
        play.earlier_statement(&frozen(world, peer, &entries));
    }
    let mut longer = entries.clone();
    longer.push(entries[0].clone());
    let head = world.head_of(KEYSET, 2, &longer);
    play.earlier_page(2, &LogPage { entries: list(entries[1..2].iter().cloned()), head });
    play.earlier_statement(&frozen(world, 2, &[]));
    let by = certificate(world, &held);
    play.moves(&held, by.clone(), refused(Refusal::RolloverBehind));
    play.earlier_page(3, &play.page_of(3, &entries));
    play.moves(&held, by.clone(), refused(Refusal::RolloverBehind));
    play.earlier_statement(&frozen(world, 3, &entries));
    play.moves(&held, by, Expect::Certified(held.digest(), 1));
    let comment = "A witness shows a certificate, has its log forgotten by a page that does not hash to its head, and says \
                   then that its log is empty: that closes nothing, since it signed longer heads.";
    play.case("ROLLOVER-9", comment)
}

//! Points move into a later keyset: nothing lost, nothing doubled, whoever lies.

use crate::audit_support;
use crate::federation_support;
use crate::rollover_support;
use crate::witness_support;

use audit_support::sign_head;
use federation_support::{ASSOCIATION, DAY, KEYSET, NOW, entropy, list};
use rollover_support::*;
use ronde_protocol::{
    machine::{
        audit::{Breach, Verdict, moved_too_much},
        gateway::{Gathering, Progress, Standing},
        witness::{
            EarlierRead, OtherClocks,
            record::{Counter, EarlierView, View},
        },
    },
    message::{
        amount::Points,
        class::{Class, Kind},
        ids::{OfferId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Order, Output, Seconds, Submission},
        refusal::Refusal,
        statement::ClosingStatement,
        wire::{LogPage, ReplyV1, RequestV1, StatementQuery, VoteRequest},
    },
};
use witness_support::{by_coins, column, earn, index, output, points, redeem, swap};

/// An output of the later keyset.
fn of_later(number: u64, denomination: u64) -> Output {
    let Output { blinded, .. } = output((number, points(denomination)));
    Output { class: Class { keyset: LATER, kind: points(denomination) }, blinded }
}

/// A Swap of one coin of the first keyset, moved whole, of coins that need not exist.
fn forged(town: &Town, number: u64, denomination: u64) -> Order {
    let spent = swap(&town.federation, &[(number, points(denomination))], &[(number + 1000, points(denomination))]);
    Order { outputs: list([of_later(number + 1000, denomination)]), ..spent.order }
}

/// ROLLOVER-1, ROLLOVER-2, ROLLOVER-3, ROLLOVER-5, WALLET-40, WALLET-36, STORE-31
#[test]
fn every_point_that_was_earned_moves_and_can_be_spent_in_the_later_keyset() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 29);
    town.pull_from(&[0, 1, 2, 3]);
    assert_eq!(town.move_all(&mut wallet), 4, "16, 8, 4 and 1: each in an order of its own");
    let balance = wallet.balance(&town.federation.charter);
    assert!(!balance.keysets.contains_key(&KEYSET), "nothing is left behind");
    assert_eq!(balance.keysets[&LATER].spendable, Points(29));
    assert_eq!(balance.keysets[&LATER].incomplete, 0);
    assert!(wallet.pending().is_empty(), "every order is done");
    // It is worth as much there: a payment of all of it.
    town.now += 200 * DAY;
    let given = wallet.donate(&town.federation.charter, ASSOCIATION, Points(29), town.now, entropy(9));
    let given = given.unwrap().release(&save(&mut wallet));
    assert_eq!(given.signed.order.keyset, LATER);
    town.settle(&mut wallet, &given);
    let (first, second) = (town.audit(KEYSET), town.audit(LATER));
    assert_eq!((first.verdict(), second.verdict()), (Verdict::Well, Verdict::Well));
    assert_eq!((first.value.moved_out, second.value.moved_in), (29, 29));
    assert_eq!((first.value.float, second.value.float), (0, 0));
    assert_eq!(moved_too_much(&first, &second), None);
}

/// ROLLOVER-4
#[test]
fn a_move_is_behind_until_n_minus_f_logs_were_read_and_then_passes_with_f_silent_witnesses() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    let charter = town.federation.charter.clone();
    let submission = wallet.move_on(&charter, KEYSET, 8, town.now, entropy(3)).unwrap().release(&save(&mut wallet));
    let mut gathering = town.carry(&submission, &[3]);
    let certified = |gathering: &Gathering| match gathering.standing() {
        Standing::Certified { evaluations, ready, complete } => (evaluations, ready, complete),
        other => panic!("{other:?}"),
    };
    assert_eq!(certified(&gathering), (3, false, false), "the first committee has done its part");
    for from in [2, 0] {
        town.pull_from(&[from]);
        town.rounds(&mut gathering, &[3]);
        assert_eq!(certified(&gathering), (3, false, false), "two logs are too few");
    }
    town.pull_from(&[1]);
    town.rounds(&mut gathering, &[3]);
    assert_eq!(certified(&gathering), (3, true, false), "witness 3 of both has said nothing at all");
    town.hand_over(&mut wallet, &gathering);
    assert_eq!(wallet.balance(&charter).spendable(), Points(8));
}

/// ROLLOVER-4, ROLLOVER-13, BOOKS-24
#[test]
fn a_broken_committee_brings_no_more_into_the_later_keyset_than_stores_issued() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 24);
    // All witnesses of the first keyset cheat: they certify moves of coins that nobody made, and an Earn that no store
    // signed.
    let unsigned = earn(&town.federation, 2, 77, &[(1, points(1024))]).order;
    let unsigned =
        LogEntry::Certified(CertifiedOrder { certificate: town.federation.certify(&unsigned), order: unsigned });
    for from in 0..4 {
        let honest = town.log_of(from);
        let mut entries = honest.entries.to_vec();
        entries.push(unsigned.clone());
        let head = sign_head(&town.federation, index(from).0, &entries);
        for reader in 0..4 {
            let page = LogPage { entries: list(entries.clone()), head };
            assert_eq!(town.take_page(reader, from, page), EarlierRead::Taken { more: false });
        }
    }
    let mut evaluated = [0u64; 4];
    for number in 1..=6 {
        let order = forged(&town, number, 16);
        let certificate = town.federation.certify(&order);
        for (at, sum) in evaluated.iter_mut().enumerate() {
            // Another one each time is shown it first, and some are shown fewer.
            let to = (at + usize::try_from(number).unwrap()) % 4;
            if to != 0 || number % 2 == 0 {
                let reply = town.ask(LATER, at, shown(&order, &certificate));
                assert!(is_behind(&reply) || matches!(reply, ReplyV1::Certified(_)), "{reply:?}");
                *sum += if is_behind(&reply) { 0 } else { 16 };
            }
        }
    }
    assert_eq!(evaluated, [16; 4], "24 points were issued: one forged coin of 16 passes, not two");
    for (at, seat) in town.later.iter().enumerate() {
        let counted = seat.disk.counter(LATER, &Counter::Moved { from: KEYSET }).unwrap();
        assert_eq!(counted, evaluated[at]);
    }
    let found = town.audit(LATER);
    assert_eq!(found.value.moved_in, found.value.float, "what came is in wallets, forged or not");
    // Each let one order of 16 pass, not all the same one: together they are more than was issued, which an auditor sees.
    let came = found.value.moved_in;
    assert!(came > 24, "{came}");
    let wrong = Some(Breach::Moved { from: KEYSET, came, left: 24 });
    assert_eq!(moved_too_much(&town.audit(KEYSET), &found), wrong);
}

/// ROLLOVER-4
#[test]
fn what_was_paid_in_the_first_keyset_does_not_move() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 24);
    let charter = town.federation.charter.clone();
    let paid = wallet.donate(&charter, ASSOCIATION, Points(16), NOW, entropy(5)).unwrap();
    let paid = paid.release(&save(&mut wallet));
    town.settle(&mut wallet, &paid);
    town.pull_from(&[0, 1, 2]);
    let order = forged(&town, 1, 16);
    let certificate = town.federation.certify(&order);
    assert!(is_behind(&town.ask(LATER, 0, shown(&order, &certificate))));
    assert_eq!(town.move_all(&mut wallet), 1);
    assert_eq!(wallet.balance(&charter).keysets[&LATER].spendable, Points(8), "the honest 8 points move all the same");
}

/// ROLLOVER-4: never final.
#[test]
fn a_move_that_is_behind_writes_nothing_and_passes_once_more_is_known() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    town.pull_from(&[0, 1, 2]);
    let order = forged(&town, 1, 16);
    let certificate = town.federation.certify(&order);
    assert!(is_behind(&town.ask(LATER, 0, shown(&order, &certificate))));
    assert_eq!(town.later_size(0), 0);
    assert!(Refusal::RolloverBehind.is_retryable());
    town.earn(&mut wallet, 2, 8);
    town.pull_from(&[1]);
    assert!(matches!(town.ask(LATER, 0, shown(&order, &certificate)), ReplyV1::Certified(_)));
}

/// ROLLOVER-2
#[test]
fn one_b_in_both_keysets_makes_two_coins_and_is_refused_nowhere() {
    let mut town = Town::new();
    let earned = earn(&town.federation, 1, 1, &[(1, points(8)), (2, points(8))]);
    town.carry(&Submission { signed: earned, columns: list([]) }, &[]);
    let same = |keyset| Output { class: Class { keyset, kind: points(8) }, ..output((7, points(8))) };
    let stays = swap(&town.federation, &[(1, points(8))], &[(7, points(8))]);
    town.pull_from(&[0, 1, 2, 3]);
    let moves =
        Order { outputs: list([same(LATER)]), ..swap(&town.federation, &[(2, points(8))], &[(8, points(8))]).order };
    let (by_first, by_second) = (town.federation.certify(&stays.order), town.federation.certify(&moves));
    let certify = RequestV1::Certify(CertifiedOrder { order: stays.order.clone(), certificate: by_first });
    assert!(matches!(town.ask(KEYSET, 0, certify), ReplyV1::Certified(_)));
    let ReplyV1::Certified(in_later) = town.ask(LATER, 0, shown(&moves, &by_second)) else { panic!("not evaluated") };
    assert!(in_later.evaluation.verify(town.keyset(LATER), &moves, &moves.digest()).is_ok());
    let certify = RequestV1::Certify(CertifiedOrder { order: moves.clone(), certificate: by_second });
    let ReplyV1::Certified(in_first) = town.ask(KEYSET, 0, certify) else { panic!("not evaluated") };
    assert!(in_first.evaluation.evaluated.is_empty(), "the first keyset evaluates nothing of it");
    assert!(in_first.evaluation.verify(town.keyset(KEYSET), &moves, &moves.digest()).is_ok());
}

/// ROLLOVER-2: some stays and some moves, and a vote that makes the quorum full evaluates what stays alone.
#[test]
fn an_order_that_moves_a_part_is_evaluated_by_both_committees_each_its_own_part() {
    let mut town = Town::new();
    let earned = earn(&town.federation, 1, 1, &[(1, points(8))]);
    town.carry(&Submission { signed: earned, columns: list([]) }, &[]);
    town.pull_from(&[0, 1, 2, 3]);
    let whole = swap(&town.federation, &[(1, points(8))], &[(7, points(4)), (8, points(4))]);
    let mut outputs = vec![output((7, points(4))), of_later(8, 4)];
    outputs.sort_by_key(|output| output.blinded);
    let order = Order { outputs: list(outputs), ..whole.order };
    let certificate = town.federation.certify(&order);
    let votes = [0, 1].map(|at| town.federation.vote(&order, index(at)));
    let (digest, signed) = (order.digest(), by_coins(order.clone(), &[(1, points(8))]));
    let request = VoteRequest { column: Some(column(&town.federation, &order, index(2))), signed, votes: list(votes) };
    let ReplyV1::Certified(first) = town.ask(KEYSET, 2, RequestV1::Vote(request)) else { panic!("q votes certify") };
    let ReplyV1::Certified(second) = town.ask(LATER, 2, shown(&order, &certificate)) else { panic!("evaluated") };
    assert_eq!((first.evaluation.evaluated.len(), second.evaluation.evaluated.len()), (1, 1));
    assert!(first.evaluation.verify(town.keyset(KEYSET), &order, &digest).is_ok());
    assert!(second.evaluation.verify(town.keyset(LATER), &order, &digest).is_ok());
}

/// ROLLOVER-5: an entry is counted once, in however many logs it stands and however often a log is read again.
#[test]
fn a_log_that_forks_is_read_again_and_counts_nothing_twice() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 24);
    town.pull_from(&[0, 1, 2, 3]);
    let before = town.later[0].disk.outstanding(LATER, KEYSET).unwrap().unwrap();
    assert_eq!((before.came, before.left, before.movable(LATER)), (24, 0, 24));
    // Witness 3 shows another log under the same size: nothing of the page counts, and its log is read from 0 again.
    let mut entries = town.log_of(3).entries.to_vec();
    entries.reverse();
    let head = sign_head(&town.federation, 3, &entries);
    town.take_page(0, 3, LogPage { entries: list([]), head });
    assert_eq!(town.later[0].disk.evidence().len(), 1, "two heads of one size convict it");
    assert_eq!(town.later[0].disk.earlier_followed(LATER, KEYSET, index(3)).unwrap().unwrap().position(), 0);
    town.pull(0, 3);
    assert_eq!(town.later[0].disk.outstanding(LATER, KEYSET).unwrap().unwrap(), before);
}

/// ROLLOVER-4, ROLLOVER-5: whoever shows two heads and no log is not counted among the n - f whose logs were read.
#[test]
fn a_log_of_which_nothing_but_two_heads_was_shown_counts_as_unread() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 24);
    town.pull_from(&[0, 1]);
    let head = town.log_of(3).head;
    let mut entries = town.log_of(3).entries.to_vec();
    let part = LogPage { entries: list(entries[..1].to_vec()), head };
    assert_eq!(town.take_page(0, 3, part), EarlierRead::Taken { more: true });
    entries.reverse();
    let page = LogPage { entries: list(entries[..1].to_vec()), head: sign_head(&town.federation, 3, &entries) };
    assert_eq!(town.take_page(0, 3, page), EarlierRead::Taken { more: false });
    assert_eq!(town.later[0].disk.evidence().len(), 1, "two heads of one size convict it");
    assert_eq!(town.later[0].disk.outstanding(LATER, KEYSET).unwrap().unwrap().read, 0b11);
    let order = forged(&town, 1, 16);
    let certificate = town.federation.certify(&order);
    assert!(is_behind(&town.ask(LATER, 0, shown(&order, &certificate))), "two logs are fewer than n - f");
    town.pull(0, 2);
    assert!(matches!(town.ask(LATER, 0, shown(&order, &certificate)), ReplyV1::Certified(_)));
}

/// A town of which all logs were read, and what moves a wallet's 8 points into the later keyset.
fn moving_8_points() -> (Town, Submission) {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    town.pull_from(&[0, 1, 2, 3]);
    let moved = wallet.move_on(&town.federation.charter, KEYSET, 8, town.now, entropy(3)).unwrap();
    let submission = moved.release(&save(&mut wallet));
    (town, submission)
}

/// STORE-31: what a witness of the later keyset says can't undo a certificate.
#[test]
fn a_gateway_counts_of_the_later_committee_what_it_signed_and_nothing_else() {
    let (mut town, submission) = moving_8_points();
    let charter = town.federation.charter.clone();
    let mut gathering = submission.clone().check(&charter).unwrap();
    assert!(gathering.move_requests().is_empty(), "nothing to show before there is a certificate");
    let (certificate, order) = (town.federation.certify(&submission.signed.order), submission.signed.order.clone());
    let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
    gathering.merge(Gathering::of_certified(certified, &charter).unwrap());
    let requests = gathering.move_requests();
    assert_eq!(requests.len(), 4);
    assert!(requests.iter().all(|(keyset, _, request)| *keyset == LATER && matches!(request, RequestV1::Move(_))));
    let evaluated = |town: &mut Town, at: usize| town.ask(LATER, at, shown(&order, &certificate));
    let refusal = ReplyV1::Refused(Refusal::Closed);
    assert!(matches!(gathering.handle_move_reply(index(0), refusal), Progress::None));
    let of_another = evaluated(&mut town, 1);
    assert!(matches!(gathering.handle_move_reply(index(0), of_another), Progress::Faulty(_)));
    let mut spoiled = evaluated(&mut town, 2);
    if let ReplyV1::Certified(certified) = &mut spoiled {
        certified.evaluation.signature.0[3] ^= 1;
    }
    assert!(matches!(gathering.handle_move_reply(index(2), spoiled), Progress::Faulty(_)));
    for at in 0..4 {
        let reply = evaluated(&mut town, at);
        assert!(matches!(gathering.handle_move_reply(index(at), reply), Progress::Evaluated));
    }
    assert!(gathering.move_requests().is_empty());
}

/// STORE-31, STORE-35
#[test]
fn an_order_that_moves_points_is_over_once_both_committees_say_so_or_the_later_one_has_all_of_it() {
    let (mut town, submission) = moving_8_points();
    let charter = town.federation.charter.clone();
    let (certificate, order) = (town.federation.certify(&submission.signed.order), submission.signed.order);
    let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
    let closed = || ReplyV1::Refused(Refusal::Closed);
    let mut gathering = Gathering::of_certified(certified, &charter).unwrap();
    for at in 0..3 {
        let _ = gathering.handle_move_reply(index(at), closed());
    }
    assert!(!gathering.is_over(), "its own committee goes on");
    for at in 0..3 {
        let _ = gathering.handle_reply(index(at), closed());
    }
    assert!(gathering.is_over());
    gathering.retry();
    assert!(!gathering.is_over(), "each round anew");
    for at in 0..3 {
        let _ = gathering.handle_reply(index(at), closed());
    }
    assert!(!gathering.is_over(), "the later committee goes on");
    for at in 0..4 {
        let reply = town.ask(LATER, at, shown(&order, &certificate));
        let _ = gathering.handle_move_reply(index(at), reply);
    }
    assert!(gathering.is_over(), "the later committee has all of it");
}

/// ROLLOVER-8, ROLLOVER-17
#[test]
fn a_closing_statement_is_signed_once_and_freezes_the_log_by_whatever_clock() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    let query = || RequestV1::Statement(StatementQuery { keyset: KEYSET });
    town.now = town.keyset(KEYSET).evaluate_until();
    assert!(matches!(town.ask(KEYSET, 0, query()), ReplyV1::Refused(Refusal::Unknown)));
    town.now += 1;
    let ReplyV1::Statement(statement) = town.ask(KEYSET, 0, query()) else { panic!("it is closed") };
    assert_eq!(statement.verify(town.keyset(KEYSET)).unwrap().get(), statement);
    assert_eq!(statement.size, town.earlier[0].disk.log_size(KEYSET).unwrap());
    assert_eq!(town.earlier[0].disk.statement(KEYSET).unwrap(), Some(statement), "it is on disk");
    town.now = NOW;
    let late = redeem(&town.federation, 1, &[(1, points(8))], &[]);
    let certify = RequestV1::Certify(CertifiedOrder {
        certificate: town.federation.certify(&late.order),
        order: late.order.clone(),
    });
    assert!(matches!(town.ask(KEYSET, 0, certify), ReplyV1::Refused(Refusal::Closed)));
    assert!(matches!(town.ask(KEYSET, 0, query()), ReplyV1::Statement(again) if again == statement));
    assert_eq!(town.earlier[0].disk.log_size(KEYSET).unwrap(), statement.size);
}

/// ROLLOVER-5: what says nothing new is not written again at every pull.
#[test]
fn a_page_of_an_earlier_log_that_was_read_before_writes_nothing() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    let writes = |town: &Town| {
        let position = town.later[0].disk.earlier_followed(LATER, KEYSET, WitnessIndex(1)).unwrap();
        let page = town.earlier[1].witness.log_page(&town.earlier[1].disk, position.map_or(0, |of| of.position()));
        town.decide_page(0, 1, page.unwrap()).writes.len()
    };
    assert!(writes(&town) > 0);
    assert_eq!(town.pull(0, 1), EarlierRead::Taken { more: false });
    assert_eq!(writes(&town), 0);
    town.earn(&mut wallet, 2, 8);
    assert!(writes(&town) > 0, "there is more");
}

/// ROLLOVER-18
#[test]
fn one_clock_that_jumps_past_the_end_closes_nothing_and_goes_on_when_it_is_right_again() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    let end = town.keyset(KEYSET).evaluate_until();
    let seat = &mut town.earlier[0];
    let mut said = |now: Seconds, clocks: &[(u8, Seconds)]| {
        let mut others = OtherClocks::default();
        clocks.iter().for_each(|(index, shows)| others.heard(WitnessIndex(*index), *shows));
        let step = seat.witness.decide_statement(&seat.disk, now, &others).unwrap();
        matches!(seat.commit(step), ReplyV1::Statement(_))
    };
    assert!(!said(end + 1, &[]), "nobody could be asked");
    assert!(!said(end + 1, &[(1, end + 1)]), "q - 1 are two");
    assert!(!said(end + 1, &[(1, end + 1), (2, end), (3, NOW)]), "two others are not so far");
    assert!(!said(end + 1, &[(0, end + 1), (1, end + 1)]), "its own clock is none of the others'");
    assert!(!said(end + 1, &[(1, end + 1), (7, end + 1)]), "there is no such witness");
    assert!(!said(end, &[(1, end + 1), (2, end + 1), (3, end + 1)]), "by its own clock it is not over");
    // What it refused meanwhile it takes in when its clock is right again.
    let spent = redeem(&town.federation, 1, &[(1, points(8))], &[]);
    let certified = CertifiedOrder { certificate: town.federation.certify(&spent.order), order: spent.order.clone() };
    town.now = end + 1;
    let refused = town.ask(KEYSET, 0, RequestV1::Certify(certified.clone()));
    assert!(matches!(refused, ReplyV1::Refused(Refusal::Closed)), "{refused:?}");
    town.now = NOW;
    assert!(matches!(town.ask(KEYSET, 0, RequestV1::Certify(certified)), ReplyV1::Certified(_)));
    let seat = &mut town.earlier[0];
    let mut others = OtherClocks::default();
    [1, 3].into_iter().for_each(|index| others.heard(WitnessIndex(index), end + 1));
    let step = seat.witness.decide_statement(&seat.disk, end + 1, &others).unwrap();
    assert!(matches!(seat.commit(step), ReplyV1::Statement(_)));
}

/// ROLLOVER-9, ROLLOVER-15
#[test]
fn after_the_end_a_certificate_that_was_kept_back_moves_nothing_and_one_that_q_statements_hold_does() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 24);
    let charter = town.federation.charter.clone();
    let mut signed = |denomination| {
        let submission = wallet.move_on(&charter, KEYSET, denomination, NOW, entropy(3)).unwrap();
        submission.release(&save(&mut wallet))
    };
    let (shown_to_all, kept_back) = (signed(16), signed(8));
    let mut gathering = town.carry(&shown_to_all, &[]);
    let withheld = town.federation.certify(&kept_back.signed.order);
    town.now = town.keyset(KEYSET).evaluate_until() + 1;
    for at in 0..4 {
        let query = RequestV1::Statement(StatementQuery { keyset: KEYSET });
        let ReplyV1::Statement(statement) = town.ask(KEYSET, at, query) else { panic!("it is closed") };
        for reader in 0..4 {
            if at < 3 {
                town.pull(reader, at);
                town.tell(reader, statement);
            }
        }
        town.rounds(&mut gathering, &[]);
        let ready = matches!(gathering.standing(), Standing::Certified { ready: true, .. });
        assert_eq!(ready, at >= 2, "three statements are q");
    }
    for at in 0..4 {
        assert!(is_behind(&town.ask(LATER, at, shown(&kept_back.signed.order, &withheld))));
        assert_eq!(town.later_size(at), 1);
    }
}

/// A statement of another log than the one that was read closes nothing.
#[test]
fn a_statement_counts_only_with_the_log_that_it_is_about() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    town.pull_from(&[0, 1, 2, 3]);
    let key = town.federation.witness(KEYSET, index(1)).vote;
    let other = ClosingStatement::sign(&key, town.keyset(KEYSET), WitnessIndex(1), 2, [7; 32]);
    town.tell(0, other);
    assert_eq!(town.later[0].disk.outstanding(LATER, KEYSET).unwrap().unwrap().closed, 0);
    let head = town.log_of(2).head;
    let key = town.federation.witness(KEYSET, index(2)).vote;
    let good = ClosingStatement::sign(&key, town.keyset(KEYSET), WitnessIndex(2), head.size, head.root);
    town.tell(0, good);
    assert_eq!(town.later[0].disk.outstanding(LATER, KEYSET).unwrap().unwrap().closed, 1 << 2);
}

/// ROLLOVER-9: what a log showed once counts as closed with the log that the statement is about, and with no other.
#[test]
fn a_statement_of_fewer_entries_than_the_witness_has_signed_before_closes_nothing() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 8);
    town.pull_from(&[0, 1, 2, 3]);
    // Witness 3 has its log forgotten by a page that does not hash to its head, and says then that it never had one.
    let mut entries = town.log_of(3).entries.to_vec();
    entries.push(entries[0].clone());
    let head = sign_head(&town.federation, 3, &entries);
    let page = LogPage { entries: list(entries[1..2].to_vec()), head };
    assert!(matches!(town.take_page(0, 3, page), EarlierRead::Refused(_)));
    let state = |town: &Town| town.later[0].disk.outstanding(LATER, KEYSET).unwrap().unwrap().closed;
    assert_eq!(town.later[0].disk.earlier_followed(LATER, KEYSET, index(3)).unwrap().unwrap().position(), 0);
    let key = town.federation.witness(KEYSET, index(3)).vote;
    let empty = sign_head(&town.federation, 3, &[]);
    let nothing = ClosingStatement::sign(&key, town.keyset(KEYSET), index(3), 0, empty.root);
    town.tell(0, nothing);
    assert_eq!(state(&town), 0);
    // Of a witness that never showed a head it is as good as any: there is nothing to read.
    let mut other = Town::new();
    other.tell(0, nothing);
    assert_eq!(state(&other), 1 << 3);
}

/// A page that names what the charter does not have yet is read again.
#[test]
fn a_page_that_the_charter_is_behind_for_changes_nothing_but_the_highest_head() {
    let mut town = Town::new();
    let unknown = Kind::Voucher { offer: OfferId(9) };
    let order = redeem(&town.federation, 1, &[(1, unknown)], &[]).order;
    let certificate = town.federation.certify(&order);
    let entries = [LogEntry::Certified(CertifiedOrder { order, certificate })];
    let head = sign_head(&town.federation, 1, &entries);
    let read = town.take_page(0, 1, LogPage { entries: list(entries), head });
    assert_eq!(read, EarlierRead::CharterBehind);
    let followed = town.later[0].disk.earlier_followed(LATER, KEYSET, index(1)).unwrap().unwrap();
    assert_eq!((followed.position(), followed.highest().map(|head| head.size)), (0, Some(1)));
    assert_eq!(town.later[0].disk.outstanding(LATER, KEYSET).unwrap(), None);
}

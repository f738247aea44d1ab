//! An audit of a keyset that is closed, and of points that moved out of it into a later one: over both the books agree,
//! and whoever goes on after closing, or certifies for the later keyset what its own log does not know, is found.

use crate::audit_support;
use crate::federation_support;
use crate::rollover_support;
use crate::witness_support;

use audit_support::{certified, forged, sign_head, voted};
use federation_support::{ASSOCIATION, DAY, Federation, KEYSET, entropy, list};
use rollover_support::*;
use ronde_protocol::{
    machine::{
        audit::{
            Breach, Culprit, Exhibit, Finding, Handed, MAX_EXHIBIT_BYTES, Note, Offence, Report, Standing, Verdict,
            WitnessLog, audit_handed, moved_too_much,
        },
        books::{Account, Statement},
    },
    message::{
        amount::Points,
        class::Class,
        codec::{decode, encode},
        ids::WitnessIndex,
        log::{CertifiedOrder, LogEntry},
        order::{Order, Output},
        statement::ClosingStatement,
    },
};
use witness_support::{earn, output, points, redeem, swap};

fn witness(index: u8) -> Culprit {
    Culprit::Witness(KEYSET, WitnessIndex(index))
}

fn statement(federation: &Federation, index: u8, entries: &[LogEntry]) -> ClosingStatement {
    let head = sign_head(federation, index, entries);
    let (keyset, index) = (federation.charter.keyset(KEYSET).unwrap(), WitnessIndex(index));
    ClosingStatement::sign(&federation.witness(KEYSET, index).vote, keyset, index, head.size, head.root)
}

/// What honest witnesses wrote of a grant and two payments, with the third for whoever goes on.
fn history(federation: &Federation) -> Vec<LogEntry> {
    let grant = earn(federation, 1, 1, &[(1, points(8)), (2, points(4))]);
    let paid = redeem(federation, 2, &[(1, points(8))], &[]);
    let late = redeem(federation, 2, &[(2, points(4))], &[]);
    [grant, paid, late].map(|signed| [voted(&signed), certified(federation, &signed.order, &[0, 1, 2])]).concat()
}

fn audit_closed(federation: &Federation, logs: &[WitnessLog], statements: &[ClosingStatement]) -> Report {
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    audit_handed(&federation.charter, keyset, Handed { logs, statements, shown: &[] })
}

/// The exhibit as it comes out of a file convicts the same.
#[track_caller]
fn assert_reopened(federation: &Federation, finding: &Finding, index: u8) {
    assert_eq!((finding.offence, finding.standing), (Offence::Reopened, Standing::Proven));
    let exhibit: Exhibit = decode(&encode(&finding.exhibit), MAX_EXHIBIT_BYTES).unwrap();
    let conviction = exhibit.verify(&federation.charter).unwrap();
    assert_eq!((conviction.culprits, conviction.offence), (vec![witness(index)], Offence::Reopened));
}

/// Four logs that were closed after four entries, and their statements.
fn closed(federation: &Federation) -> (Vec<WitnessLog>, Vec<ClosingStatement>) {
    let entries = history(federation)[..4].to_vec();
    let logs = (0..4).map(|index| forged(federation, index, entries.clone())).collect();
    (logs, (0..4).map(|index| statement(federation, index, &entries)).collect())
}

#[test]
fn a_keyset_that_all_its_witnesses_closed_is_well() {
    let federation = two_years();
    let (mut logs, statements) = closed(&federation);
    // Heads of the time before it was closed are in order.
    logs[2].heads = (0..4).map(|size| sign_head(&federation, 2, &logs[2].entries[..size])).collect();
    let report = audit_closed(&federation, &logs, &statements);
    assert_eq!(report.verdict(), Verdict::Well, "{report:?}");
    assert_eq!(report.closed.len(), 4);
    assert!(audit_closed(&federation, &logs, &[]).closed.is_empty());
}

/// ROLLOVER-8, EVIDENCE-19
#[test]
fn a_log_that_goes_on_after_its_closing_statement_names_its_witness() {
    let federation = two_years();
    let (mut logs, statements) = closed(&federation);
    logs[3] = forged(&federation, 3, history(&federation));
    let report = audit_closed(&federation, &logs, &statements);
    assert_eq!((report.verdict(), report.culprits()), (Verdict::Wrong, vec![witness(3)]));
    assert_reopened(&federation, &report.findings[0], 3);
    assert_eq!(report.closed, [0, 1, 2].map(WitnessIndex).into());
    // A stray head of it is enough, if its log is shown as it was.
    let (mut logs, statements) = closed(&federation);
    logs[3].heads.push(sign_head(&federation, 3, &history(&federation)));
    let report = audit_closed(&federation, &logs, &statements);
    assert_eq!(report.culprits(), [witness(3)]);
    assert_reopened(&federation, &report.findings[0], 3);
}

/// ROLLOVER-8, EVIDENCE-19
#[test]
fn a_statement_about_another_log_or_a_second_statement_names_its_witness() {
    let federation = two_years();
    let (logs, mut statements) = closed(&federation);
    let mut other = logs[1].entries.clone();
    other.swap(0, 2);
    statements[1] = statement(&federation, 1, &other);
    let report = audit_closed(&federation, &logs, &statements);
    assert_eq!(report.culprits(), [witness(1)]);
    assert_reopened(&federation, &report.findings[0], 1);
    // Two statements, of which one is of the log.
    let (logs, mut statements) = closed(&federation);
    statements.push(statement(&federation, 1, &history(&federation)));
    let report = audit_closed(&federation, &logs, &statements);
    assert_eq!(report.culprits(), [witness(1)]);
    assert!(matches!(report.findings[0].exhibit, Exhibit::ClosedTwice { .. }));
    assert_reopened(&federation, &report.findings[0], 1);
}

/// EVIDENCE-8, EVIDENCE-18
#[test]
fn a_statement_that_was_not_signed_or_is_of_more_than_is_at_hand_accuses_nobody() {
    let federation = two_years();
    let (logs, mut statements) = closed(&federation);
    statements[0] = statement(&federation, 0, &history(&federation));
    let report = audit_closed(&federation, &logs, &statements);
    assert_eq!(report.verdict(), Verdict::Partly, "{report:?}");
    assert_eq!(report.notes, [Note::ClosedFurther(WitnessIndex(0))]);
    statements[0] = ClosingStatement { size: 3, ..statements[0] };
    statements[1] =
        ClosingStatement { index: WitnessIndex(2), ..statement(&federation, 1, &history(&federation)[..2]) };
    statements[2] = ClosingStatement { keyset: LATER, ..statements[2] };
    let report = audit_closed(&federation, &logs, &statements);
    assert_eq!(report.verdict(), Verdict::Well, "{report:?}");
    assert_eq!(report.closed, [3].map(WitnessIndex).into());
}

/// What logs of the later keyset show of the first.
fn shown(logs: &[WitnessLog]) -> Vec<CertifiedOrder> {
    let certified = logs.iter().flat_map(|log| &log.entries).filter_map(|entry| match entry {
        LogEntry::Certified(certified) if certified.order.keyset == KEYSET => Some(certified.clone()),
        _ => None,
    });
    certified.collect()
}

/// Both keysets, the later first.
fn audit_two(town: &Town) -> [Report; 2] {
    let (earlier, later) = (town.logs(KEYSET), town.logs(LATER));
    let statements: Vec<ClosingStatement> =
        (0..).zip(&earlier).map(|(index, log)| statement(&town.federation, index, &log.entries)).collect();
    let charter = &town.federation.charter;
    let second = audit_handed(charter, town.keyset(LATER), Handed { logs: &later, ..Handed::default() });
    let shown = shown(&later);
    let handed = Handed { logs: &earlier, statements: &statements, shown: &shown };
    [audit_handed(charter, town.keyset(KEYSET), handed), second]
}

fn pool(report: &Report) -> i128 {
    report.accounts.get(&Account::Pool).map_or(0, Statement::position)
}

/// BOOKS-24, BOOKS-14
#[test]
fn over_both_keysets_what_left_the_first_came_into_the_second_and_the_books_sum_to_zero() {
    let mut town = Town::new();
    let mut wallet = wallet(&town);
    town.earn(&mut wallet, 1, 29);
    town.pull_from(&[0, 1, 2, 3]);
    town.move_all(&mut wallet);
    town.now += 200 * DAY;
    let gift = wallet.donate(&town.federation.charter, ASSOCIATION, Points(11), town.now, entropy(9));
    let gift = gift.unwrap().release(&save(&mut wallet));
    town.settle(&mut wallet, &gift);
    let [first, second] = audit_two(&town);
    assert_eq!((first.verdict(), second.verdict()), (Verdict::Well, Verdict::Well), "{first:?}");
    assert_eq!(first.closed.len(), 4);
    assert_eq!((first.value.moved_out, second.value.moved_in), (29, 29));
    assert_eq!(first.moved_to[&LATER], second.moved_from[&KEYSET]);
    assert_eq!((first.value.float, second.value.float), (0, 18));
    assert_eq!(
        pool(&first) + pool(&second),
        first.value.float + second.value.float,
        "the pools together are the float"
    );
    for report in [&first, &second] {
        assert_eq!(report.accounts.values().map(Statement::position).sum::<i128>(), 0);
    }
    assert_eq!(moved_too_much(&first, &second), None);
}

/// A Swap of a coin of the first keyset, moved whole, certified by these.
fn moves(federation: &Federation, number: u64, made: u64) -> Order {
    let Output { blinded, .. } = output((made, points(8)));
    let spent = swap(federation, &[(number, points(8))], &[(made, points(8))]);
    Order { outputs: list([Output { class: Class { keyset: LATER, kind: points(8) }, blinded }]), ..spent.order }
}

/// Logs of four witnesses with the same entries, and of what the later keyset's logs show.
fn audit_forged(federation: &Federation, entries: &[LogEntry], later: &[LogEntry]) -> Report {
    let logs: Vec<WitnessLog> = (0..4).map(|index| forged(federation, index, entries.to_vec())).collect();
    let shown: Vec<CertifiedOrder> = shown(&[WitnessLog { entries: later.to_vec(), ..logs[0].clone() }]);
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    audit_handed(&federation.charter, keyset, Handed { logs: &logs, statements: &[], shown: &shown })
}

fn earned(federation: &Federation) -> Vec<LogEntry> {
    let grant = earn(federation, 1, 1, &[(1, points(8)), (2, points(8)), (3, points(8))]);
    vec![voted(&grant), certified(federation, &grant.order, &[0, 1, 2])]
}

/// BOOKS-14, BOOKS-16: the sums alone do not show it, as long as points are left in the first keyset.
#[test]
fn a_coin_that_moved_once_by_its_own_logs_and_otherwise_by_the_later_ones_names_who_certified_both() {
    let federation = two_years();
    let [first, other] = [11, 12].map(|made| moves(&federation, 1, made));
    let mut entries = earned(&federation);
    entries.push(certified(&federation, &first, &[0, 1, 2]));
    let honest = audit_forged(&federation, &entries, &[certified(&federation, &first, &[0, 1, 3])]);
    assert_eq!(honest.verdict(), Verdict::Well, "{honest:?}");
    assert_eq!(honest.value.moved_out, 8, "an order counts once, in whichever logs it stands");
    let report = audit_forged(&federation, &entries, &[certified(&federation, &other, &[0, 2, 3])]);
    assert_eq!(report.culprits(), [witness(0), witness(2)], "{report:?}");
    assert!(report.findings.iter().all(|finding| finding.offence == Offence::DoubleVote));
    assert!(report.breaches.iter().any(|breach| matches!(breach, Breach::TwoCertificates { .. })));
}

/// BOOKS-25
#[test]
fn an_order_that_came_and_stands_in_no_log_of_its_own_keyset_is_a_claim_that_fails() {
    let federation = two_years();
    let order = moves(&federation, 2, 12);
    let later = [certified(&federation, &order, &[0, 1, 2])];
    let unlogged = Breach::Unlogged { order: order.digest() };
    let report = audit_forged(&federation, &earned(&federation), &later);
    assert_eq!((report.verdict(), report.breaches.contains(&unlogged)), (Verdict::Wrong, true), "{report:?}");
    // One honest log that has the vote is enough: the certificate may have reached the later keyset first.
    let signed = witness_support::by_coins(order, &[(2, points(8))]);
    let report = audit_forged(&federation, &[earned(&federation), vec![voted(&signed)]].concat(), &later);
    assert_eq!(report.verdict(), Verdict::Well, "{report:?}");
    assert_eq!(report.value.moved_out, 8);
    // With too few logs nothing is said of it.
    let logs = [forged(&federation, 0, earned(&federation))];
    let shown = shown(&[forged(&federation, 0, later.to_vec())]);
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    let few = audit_handed(&federation.charter, keyset, Handed { logs: &logs, statements: &[], shown: &shown });
    assert!(!few.breaches.contains(&unlogged), "{few:?}");
}

/// BOOKS-14: whoever hands over the later logs can make nothing up.
#[test]
fn what_is_shown_without_a_good_certificate_counts_for_nothing() {
    let federation = two_years();
    let order = moves(&federation, 2, 12);
    let LogEntry::Certified(mut spoiled) = certified(&federation, &order, &[0, 1, 2]) else { panic!("a certificate") };
    let mut votes = spoiled.certificate.votes.to_vec();
    votes[1].signature.0[5] ^= 1;
    spoiled.certificate.votes = list(votes);
    let report = audit_forged(&federation, &earned(&federation), &[LogEntry::Certified(spoiled)]);
    assert_eq!(report.verdict(), Verdict::Well, "{report:?}");
    assert_eq!(report.value.moved_out, 0);
}

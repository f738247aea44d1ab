//! Nobody honest is framed: what can be cut out of honest logs, heads and statements convicts nobody of what it did not do.

use crate::audit_support;
use crate::federation_support;
use crate::rollover_support;
use crate::witness_support;

use audit_support::{certified, sign_head, voted};
use federation_support::{Federation, KEYSET, NOW, entropy, list};
use rollover_support::{LATER, two_years};
use ronde_protocol::{
    crypto::{
        merkle::{Cutting, Frontier},
        poprf::coin_hash,
    },
    limits::MAX_PROOF_HASHES,
    machine::{
        audit::{
            Breach, Culprit, Exhibit, ExhibitError, Handed, Logged, LoggedEntry, Offence, Report, Verdict, WitnessLog,
            audit_handed,
        },
        durable::Durable,
        witness::{Gate, Witness, memory::Memory},
    },
    message::{
        class::Class,
        evidence::{Evidence, conflict},
        head::Head,
        ids::{KeysetId, WitnessIndex},
        log::LogEntry,
        order::{Order, Output, SignedOrder},
        statement::ClosingStatement,
        wire::{ReplyV1, VoteRequest},
    },
};
use witness_support::{by_coins, by_store, earn, output, points, redeem, swap};

fn head(federation: &Federation, keyset: KeysetId, index: u8, entries: &[LogEntry]) -> Head {
    let mut tree = Frontier::default();
    entries.iter().for_each(|entry| tree.push(entry.leaf()));
    let key = federation.witness(keyset, WitnessIndex(index)).vote;
    let terms = federation.charter.keyset(keyset).unwrap();
    Head::sign(&key, terms, WitnessIndex(index), tree.size(), tree.root())
}

/// The same entries in the logs of all four witnesses.
fn audit_all(federation: &Federation, keyset: KeysetId, entries: &[LogEntry]) -> Report {
    let log = |index| WitnessLog {
        head: head(federation, keyset, index, entries),
        entries: entries.to_vec(),
        heads: Vec::new(),
    };
    let logs: Vec<WitnessLog> = (0..4).map(log).collect();
    let terms = federation.charter.keyset(keyset).unwrap();
    audit_handed(&federation.charter, terms, Handed { logs: &logs, ..Handed::default() })
}

/// An order of the later keyset with that one's outputs, as one of the first has them.
fn of_later(signed: &SignedOrder) -> Order {
    let outputs = signed
        .order
        .outputs
        .iter()
        .map(|made| Output { class: Class { keyset: LATER, kind: made.class.kind }, blinded: made.blinded });
    Order { keyset: LATER, outputs: list(outputs), ..signed.order.clone() }
}

/// BOOKS-26: the same coin key in two keysets is two coins, and a customer may well have both. A witness of the later keyset
/// writes the move of the one down and votes for the payment with the other.
#[test]
fn a_coin_key_that_moved_out_of_one_keyset_and_is_spent_in_the_next_accuses_no_witness() {
    let federation = two_years();
    let earned = by_store(of_later(&earn(&federation, 1, 1, &[(1, points(8))])));
    let Output { blinded, .. } = output((50, points(8)));
    let swapped = swap(&federation, &[(1, points(8))], &[(50, points(8))]);
    let into_later = Output { class: Class { keyset: LATER, kind: points(8) }, blinded };
    let moved = Order { outputs: list([into_later]), ..swapped.order };
    let paid = by_coins(of_later(&redeem(&federation, 2, &[(1, points(8))], &[])), &[(1, points(8))]);
    // A witness as it is votes for that.
    let mut disk = Memory::default();
    let keys = federation.witness(LATER, WitnessIndex(0));
    let tweak = Class { keyset: LATER, kind: points(8) }.tweak(&federation.id());
    let column = keys.poprf.evaluate(&tweak, &coin_hash(&paid.order.inputs[0].point)).unwrap().encode();
    let witness = Witness::new(federation.charter.keyset(LATER).unwrap().clone(), WitnessIndex(0), keys).unwrap();
    let request = VoteRequest { signed: paid.clone(), column: Some(list([column])), votes: list([]) };
    let prepared = witness.prepare_vote(&federation.charter, request, entropy(1)).unwrap();
    let step = witness.decide_vote(&disk, &federation.charter, Gate::Open, prepared, NOW).unwrap();
    disk.apply(step.writes);
    assert!(matches!(step.reply.release(&Durable::after_commit()), ReplyV1::Voted(_)));

    let all = [0, 1, 2];
    let entries = [
        voted(&earned),
        certified(&federation, &earned.order, &all),
        certified(&federation, &moved, &all),
        voted(&paid),
        certified(&federation, &paid.order, &all),
    ];
    let report = audit_all(&federation, LATER, &entries);
    assert_eq!((report.verdict(), report.culprits()), (Verdict::Well, Vec::new()), "{report:?}");
    // Nor is anybody who votes for two orders over the coin freed by the move of the other.
    let again = by_coins(of_later(&redeem(&federation, 3, &[(1, points(8))], &[])), &[(1, points(8))]);
    let cheats = [
        voted(&earned),
        certified(&federation, &earned.order, &all),
        voted(&paid),
        certified(&federation, &moved, &all),
        voted(&again),
    ];
    let report = audit_all(&federation, LATER, &cheats);
    let every = (0..4).map(|index| Culprit::Witness(LATER, WitnessIndex(index))).collect::<Vec<_>>();
    assert_eq!(report.culprits(), every, "{report:?}");
    assert!(report.findings.iter().all(|finding| finding.offence == Offence::DoubleVote), "{report:?}");
    assert!(report.findings.iter().all(|finding| finding.exhibit.verify(&federation.charter).is_ok()));
}

/// BOOKS-27: of the first keyset's traitors there are two, and one honest witness voted for both orders that moved one coin, as a
/// third had freed it. The later keyset's logs do not know that one.
#[test]
fn two_moves_of_one_coin_name_nobody_by_the_logs_that_they_came_to() {
    let federation = two_years();
    let coins = [(1, points(8)), (2, points(8))];
    let into_later = |spends: &[(u64, _)], made| {
        let outputs: Vec<Output> = spends.iter().zip(made..).map(|(_, number)| output((number, points(8)))).collect();
        let outputs = outputs
            .into_iter()
            .map(|Output { blinded, .. }| Output { class: Class { keyset: LATER, kind: points(8) }, blinded });
        let mut outputs: Vec<Output> = outputs.collect();
        outputs.sort_by_key(|output| output.blinded);
        let makes: Vec<_> = spends.iter().zip(made..).map(|((_, kind), number)| (number, *kind)).collect();
        by_coins(Order { outputs: list(outputs), ..swap(&federation, spends, &makes).order }, spends)
    };
    let (both, second) = (into_later(&coins, 11), into_later(&coins[1..], 21));
    let freeing = redeem(&federation, 2, &coins[..1], &[]);
    let earned = earn(&federation, 1, 1, &coins);
    let [by_0, by_3] = [[0, 1, 2], [1, 2, 3]];
    let moves = [certified(&federation, &both.order, &by_0), certified(&federation, &second.order, &by_0)];
    let later = audit_all(&federation, LATER, &moves);
    assert!(later.breaches.iter().any(|breach| matches!(breach, Breach::TwoCertificates { .. })), "{later:?}");
    assert_eq!(later.culprits(), [], "{later:?}");
    // In the audit of their own keyset whoever is not cleared is named, and nobody else.
    let honest = [
        voted(&earned),
        certified(&federation, &earned.order, &by_0),
        voted(&both),
        certified(&federation, &freeing.order, &by_3),
        voted(&second),
    ];
    let logs = [WitnessLog { head: head(&federation, KEYSET, 0, &honest), entries: honest.into(), heads: vec![] }];
    let shown = moves.map(|moved| match moved {
        LogEntry::Certified(certified) => certified,
        LogEntry::Voted(_) => panic!("it is certified"),
    });
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    let first = audit_handed(&federation.charter, keyset, Handed { logs: &logs, shown: &shown, statements: &[] });
    let traitors = [1, 2].map(|index| Culprit::Witness(KEYSET, WitnessIndex(index)));
    assert_eq!(first.culprits(), traitors, "{first:?}");
}

/// The log of an honest witness that voted for an order over two coins, saw one of them spent by another, and voted for a
/// third over the other; and what each witness's certificate of the second has for voters.
fn raced(federation: &Federation) -> Vec<LogEntry> {
    let mut town = audit_support::Committee::new(federation);
    let (four, two) = ((audit_support::points(4), 1), (audit_support::points(2), 2));
    let all = [0, 1, 2, 3];
    town.certify(&audit_support::earn(federation, 1, 1, &[four, two]), &all, &all);
    let swap = |spends: &[audit_support::Coin], made| {
        let makes: Vec<_> = spends.iter().zip(made..).map(|((kind, _), number)| (*kind, number)).collect();
        audit_support::swap(federation, spends, &makes)
    };
    town.vote(&swap(&[four, two], 3), 0).unwrap();
    town.certify(&swap(&[four], 5), &[1, 2, 3], &all);
    town.certify(&swap(&[two], 6), &[0, 1, 2], &all);
    assert_eq!(town.audit().verdict(), Verdict::Well);
    town.log(0).entries
}

/// Entries under a head, with the subtrees of these leaves around the positions.
fn cut_out(head: Head, entries: &[LogEntry], picked: &[(u64, &LogEntry)]) -> Exhibit {
    let mut cutting = Cutting::around(picked.iter().map(|(position, _)| *position));
    entries.iter().for_each(|entry| cutting.push(entry.leaf()));
    let picked = picked.iter().map(|(position, entry)| LoggedEntry { position: *position, entry: (*entry).clone() });
    Exhibit::Logged(Logged { keyset: KEYSET, head, subtrees: list(cutting.finish()), entries: list(picked) })
}

fn order_of(entry: &LogEntry) -> &Order {
    match entry {
        LogEntry::Voted(signed) => &signed.order,
        LogEntry::Certified(certified) => &certified.order,
    }
}

/// Whether an entry clears witness 0 of having voted for both (EVIDENCE-11).
fn clears(entry: &LogEntry, first: &LogEntry, second: &LogEntry) -> bool {
    let LogEntry::Certified(certified) = entry else { return false };
    let voted = certified.certificate.votes.iter().any(|vote| vote.index == WitnessIndex(0));
    !voted && conflict(&certified.order, order_of(first)) != conflict(&certified.order, order_of(second))
}

/// EVIDENCE-11, EVIDENCE-14: whatever is left out of the log, it convicts of nothing but two votes, and what clears the witness
/// of those stands between them.
#[test]
fn whatever_is_cut_out_of_an_honest_log_convicts_of_nothing_that_the_log_does_not_clear() {
    let federation = federation_support::federation(4);
    let entries = raced(&federation);
    let mut voided = 0;
    for size in 1..=entries.len() {
        let log = &entries[..size];
        let head = sign_head(&federation, 0, log);
        let placed: Vec<(u64, &LogEntry)> = (0..).zip(log).collect();
        for one in &placed {
            assert!(cut_out(head, log, &[*one]).verify(&federation.charter).is_err());
            // At another place than its own.
            for (elsewhere, _) in placed.iter().filter(|(position, _)| *position != one.0) {
                let moved = cut_out(head, log, &[(*elsewhere, one.1)]).verify(&federation.charter);
                assert_eq!(moved.unwrap_err(), ExhibitError::NotSigned);
            }
        }
        for (at, first) in placed.iter().enumerate() {
            for second in &placed[at + 1..] {
                let backwards = cut_out(head, log, &[(first.0, second.1), (second.0, first.1)]);
                assert_eq!(backwards.verify(&federation.charter).unwrap_err(), ExhibitError::NotSigned);
                let Ok(conviction) = cut_out(head, log, &[*first, *second]).verify(&federation.charter) else {
                    continue;
                };
                assert_eq!(conviction.offence, Offence::DoubleVote);
                let mut between = placed.iter().filter(|(position, _)| (first.0..second.0).contains(position));
                assert!(between.any(|(_, entry)| clears(entry, first.1, second.1)), "{first:?} {second:?}");
                voided += 1;
            }
        }
    }
    assert!(voided > 0, "the log has two votes over one coin");
}

/// EVIDENCE-14: no size ends the program, and none makes a place for what stands nowhere.
#[test]
fn entries_at_places_that_no_log_has_convict_nobody() {
    let federation = federation_support::federation(4);
    let (small, large) = (audit_support::points(4), audit_support::points(8));
    let cheat = voted(&audit_support::swap(&federation, &[(small, 1)], &[(large, 2)]));
    let log = [cheat.clone()];
    let signed = sign_head(&federation, 0, &log);
    assert!(cut_out(signed, &log, &[(0, &cheat)]).verify(&federation.charter).is_ok(), "where it stands it convicts");
    let key = federation.witness(KEYSET, WitnessIndex(0)).vote;
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    let sizes = [0, 1, 2, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    for root in [signed.root, sign_head(&federation, 0, &[]).root] {
        // Whatever it signed: a size alone does not make it true.
        for head in sizes.map(|size| Head::sign(&key, keyset, WitnessIndex(0), size, root)) {
            let pairs = sizes.into_iter().flat_map(|first| sizes.map(|second| vec![first, second]));
            for places in pairs.chain(sizes.map(|place| vec![place])) {
                for hashes in [0, 1, 63, 64, 127, MAX_PROOF_HASHES] {
                    if (head, &places[..], hashes) == (signed, &[0], 0) {
                        continue;
                    }
                    let entries = places.iter().map(|place| LoggedEntry { position: *place, entry: cheat.clone() });
                    let (subtrees, entries) = (list(vec![[7; 32]; hashes]), list(entries));
                    let exhibit = Exhibit::Logged(Logged { keyset: KEYSET, head, subtrees, entries });
                    assert_eq!(exhibit.verify(&federation.charter).unwrap_err(), ExhibitError::NotSigned);
                }
            }
        }
    }
}

/// EVIDENCE-7, EVIDENCE-19: of all heads that a witness signed on its way and the statement that ended it, in any pair and
/// with the hashes of any cut.
#[test]
fn an_honest_witness_s_heads_and_closing_statement_convict_it_of_nothing() {
    let federation = federation_support::federation(4);
    let entries = raced(&federation);
    let heads: Vec<Head> = (0..=entries.len()).map(|size| sign_head(&federation, 0, &entries[..size])).collect();
    let closed = heads.last().unwrap();
    let key = federation.witness(KEYSET, WitnessIndex(0)).vote;
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    let statement = ClosingStatement::sign(&key, keyset, WitnessIndex(0), closed.size, closed.root);
    let in_order = |exhibit: Exhibit| {
        let verified = exhibit.verify(&federation.charter);
        assert_eq!(verified.unwrap_err(), ExhibitError::InOrder);
    };
    in_order(Exhibit::ClosedTwice { first: statement, second: statement });
    for first in &heads {
        in_order(Exhibit::Closed { statement, head: *first });
        for second in &heads {
            for cut in 0..=second.size {
                for leaves in [second.size, first.size] {
                    let mut cutting = Cutting::at(cut);
                    let leaves = usize::try_from(leaves).unwrap();
                    entries[..leaves].iter().for_each(|entry| cutting.push(entry.leaf()));
                    let subtrees = list(cutting.finish());
                    let fork = Evidence::Fork { keyset: KEYSET, shorter: *first, longer: *second, subtrees };
                    in_order(Exhibit::Witness(fork));
                }
            }
        }
    }
    // Another witness's statement says nothing of this one's log.
    let other = federation.witness(KEYSET, WitnessIndex(1)).vote;
    let statement = ClosingStatement::sign(&other, keyset, WitnessIndex(1), 0, heads[0].root);
    in_order(Exhibit::Closed { statement, head: *closed });
    let said = ClosingStatement { index: WitnessIndex(0), ..statement };
    let verified = Exhibit::Closed { statement: said, head: *closed }.verify(&federation.charter);
    assert_eq!(verified.unwrap_err(), ExhibitError::NotSigned);
}

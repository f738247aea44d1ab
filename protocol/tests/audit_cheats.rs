//! Each kind of cheat is found, the right one is named, and the exhibit convicts offline.

use crate::audit_support;
use crate::federation_support;

use audit_support::*;
use federation_support::{Federation, KEYSET, federation, list};
use ronde_protocol::{
    crypto::merkle::Cutting,
    machine::audit::{
        Breach, Culprit, Exhibit, ExhibitError, Finding, Logged, LoggedEntry, MAX_EXHIBIT_BYTES, Offence, Report,
        Standing, Verdict, WitnessLog,
    },
    message::{
        charter::Charter,
        codec::{decode, encode},
        evidence::Evidence,
        head::Head,
        ids::{StoreId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Order, SignedOrder},
    },
};

const ALL: &[u8] = &[0, 1, 2, 3];

fn witness(index: u8) -> Culprit {
    Culprit::Witness(KEYSET, WitnessIndex(index))
}

fn run(federation: &Federation, logs: &[WitnessLog]) -> Report {
    audit_both(&federation.charter, federation.charter.keyset(KEYSET).unwrap(), logs)
}

/// The exhibit as it comes out of a file convicts the same (BOOKS-20).
#[track_caller]
fn assert_convicts(charter: &Charter, finding: &Finding) {
    let bytes = encode(&finding.exhibit);
    let conviction = decode::<Exhibit>(&bytes, MAX_EXHIBIT_BYTES).unwrap().verify(charter).unwrap();
    assert_eq!((&conviction.culprits, conviction.offence), (&finding.culprits, finding.offence));
}

/// Exactly these are named, each for this, and every exhibit convicts.
#[track_caller]
fn assert_named(federation: &Federation, report: &Report, offence: Offence, culprits: &[Culprit]) {
    assert_eq!(report.verdict(), Verdict::Wrong);
    assert_eq!(report.culprits(), culprits, "{:?}", report.findings);
    for finding in &report.findings {
        assert_eq!((finding.offence, finding.standing), (offence, Standing::Proven));
        assert_convicts(&federation.charter, finding);
    }
}

/// What shows that leaves stand at these places of a log.
fn around(leaves: &[[u8; 32]], places: &[u64]) -> Vec<[u8; 32]> {
    let mut cutting = Cutting::around(places.iter().copied());
    leaves.iter().for_each(|leaf| cutting.push(*leaf));
    cutting.finish()
}

fn earned(federation: &Federation) -> Committee<'_> {
    let mut town = Committee::new(federation);
    town.certify(&earn(federation, 1, 1, &[(points(4), 1), (points(2), 2)]), ALL, ALL);
    town
}

fn race(federation: &Federation) -> [SignedOrder; 2] {
    [10, 11].map(|made| swap(federation, &[(points(4), 1)], &[(points(4), made)]))
}

#[test]
fn a_double_vote_in_its_own_log_is_named() {
    let federation = federation(4);
    let mut town = earned(&federation);
    let [first, second] = race(&federation);
    town.vote(&first, 0).unwrap();
    let mut logs = town.logs();
    let entries = [logs[3].entries.clone(), vec![voted(&first), voted(&second)]].concat();
    logs[3] = forged(&federation, 3, entries);
    assert_named(&federation, &run(&federation, &logs), Offence::DoubleVote, &[witness(3)]);
}

/// One pair says it, and what else there is takes no place in the report.
#[test]
fn a_log_full_of_votes_against_one_another_names_its_witness_once() {
    let federation = federation(4);
    let town = earned(&federation);
    let mut logs = town.logs();
    let pairs = (100..200)
        .map(|coin| [coin, coin + 1000].map(|made| swap(&federation, &[(points(4), coin)], &[(points(4), made)])));
    let pairs: Vec<[SignedOrder; 2]> = pairs.collect();
    // First one vote for each coin, then the other: the first clash is in the middle.
    let all = (0..2).flat_map(|which| pairs.iter().map(move |pair| voted(&pair[which])));
    logs[3] = forged(&federation, 3, logs[3].entries.iter().cloned().chain(all).collect());
    let report = run(&federation, &logs);
    assert_named(&federation, &report, Offence::DoubleVote, &[witness(3)]);
    assert_eq!(report.findings.len(), 1);
}

/// BOOKS-16.
#[test]
fn both_traitors_behind_two_certificates_are_named_and_the_honest_are_not() {
    let federation = federation(4);
    let mut town = earned(&federation);
    let [first, second] = race(&federation);
    // 2 and 3 vote for both, 0 and 1 each for one: more than f traitors.
    town.vote(&first, 0).unwrap();
    town.vote(&second, 1).unwrap();
    let mut logs = town.logs();
    let (a, b) = (certified(&federation, &first.order, &[0, 2, 3]), certified(&federation, &second.order, &[1, 2, 3]));
    for index in [2, 3] {
        let more = [voted(&first), voted(&second), a.clone(), b.clone()];
        let entries = logs[index].entries.iter().cloned().chain(more).collect();
        logs[index] = forged(&federation, u8::try_from(index).unwrap(), entries);
    }
    let report = run(&federation, &logs);
    assert_named(&federation, &report, Offence::DoubleVote, &[witness(2), witness(3)]);
    assert_eq!(report.findings.len(), 2);
    assert!(report.findings.iter().all(|f| matches!(f.exhibit, Exhibit::Witness(Evidence::DoubleVote { .. }))));
    assert!(matches!(report.breaches.as_slice(), [Breach::TwoCertificates { .. }]));
}

#[test]
fn a_double_vote_whose_witness_hides_its_log_must_be_answered() {
    let federation = federation(4);
    let town = earned(&federation);
    let [first, second] = race(&federation);
    let mut logs = town.logs();
    let a = certified(&federation, &first.order, &[0, 2, 3]);
    let b = certified(&federation, &second.order, &[1, 2, 3]);
    logs.truncate(3);
    // An honest witness writes both down.
    for (index, own) in [(0, &first), (1, &second)] {
        let more = [voted(own), a.clone(), b.clone()];
        let entries = logs[index].entries.iter().cloned().chain(more).collect();
        logs[index] = forged(&federation, u8::try_from(index).unwrap(), entries);
    }
    let report = run(&federation, &logs);
    assert_eq!(report.culprits(), [witness(2), witness(3)], "{:?}", report.findings);
    for finding in &report.findings {
        assert_eq!((finding.offence, finding.standing), (Offence::DoubleVote, Standing::ToAnswer));
        assert_convicts(&federation.charter, finding);
    }
}

/// EVIDENCE-11, EVIDENCE-13, BOOKS-21.
#[test]
fn a_lock_freed_amid_traitors_clears_the_honest_witness() {
    let federation = federation(4);
    let mut town = earned(&federation);
    // Witness 0 binds both coins, is freed by a certificate over the first, votes for another over the second; then
    // 2 and 3 certify the dead order with its old vote.
    let dead = swap(&federation, &[(points(4), 1), (points(2), 2)], &[(points(4), 3), (points(2), 4)]);
    town.vote(&dead, 0).unwrap();
    town.certify(&swap(&federation, &[(points(4), 1)], &[(points(4), 5)]), &[1, 2, 3], ALL);
    town.certify(&swap(&federation, &[(points(2), 2)], &[(points(2), 6)]), &[0, 2, 3], ALL);
    let LogEntry::Certified(risen) = certified(&federation, &dead.order, &[0, 2, 3]) else {
        panic!("a certified entry")
    };
    for index in [0, 1] {
        town.show(&risen.order, &risen.certificate, index);
    }
    let report = town.audit();
    assert_eq!(report.culprits(), [witness(2), witness(3)], "{:?}", report.findings);
    // Even where its own log is not at hand, the certificate that freed it is in the others'.
    let without = run(&federation, &town.logs().split_off(1));
    assert_eq!(without.culprits(), [witness(2), witness(3)], "{:?}", without.findings);
}

/// EVIDENCE-12.
#[test]
fn a_certificate_that_conflicts_with_both_orders_frees_nobody() {
    let federation = federation(4);
    let town = earned(&federation);
    let three = [10, 11, 12].map(|made| swap(&federation, &[(points(4), 1)], &[(points(4), made)]));
    let voters: [&[u8]; 3] = [&[0, 2, 3], &[1, 2, 3], &[0, 1, 2]];
    let claimed = three.iter().zip(voters).map(|(order, voters)| certified(&federation, &order.order, voters));
    let claimed: Vec<LogEntry> = claimed.collect();
    let grown = |index: u8| {
        let entries = town.log(index).entries.into_iter().chain(claimed.clone());
        forged(&federation, index, entries.collect())
    };
    // Witness 3 did not vote for the third, which is over the same coin as the first two, and hides its own log.
    let report = run(&federation, &[grown(0), grown(1), grown(2)]);
    let named = report.findings.iter().any(|finding| finding.culprits == [witness(3)]);
    assert!(named, "{:?}", report.findings);
}

/// EVIDENCE-14.
#[test]
fn entries_convict_only_under_a_head_of_their_witness_whose_tree_they_stand_in() {
    let federation = federation(4);
    let town = earned(&federation);
    let [first, second] = race(&federation);
    let entries: Vec<LogEntry> = town.log(3).entries.into_iter().chain([voted(&first), voted(&second)]).collect();
    let (at, size) = (entries.len() as u64 - 2, entries.len());
    let leaves: Vec<[u8; 32]> = entries.iter().map(LogEntry::leaf).collect();
    let exhibit = |head, leaves: &[[u8; 32]], places: [u64; 2]| {
        let pair = places.into_iter().zip(&entries[size - 2..]);
        let pair = pair.map(|(position, entry)| LoggedEntry { position, entry: entry.clone() });
        let (subtrees, entries) = (list(around(leaves, &places)), list(pair));
        Exhibit::Logged(Logged { keyset: KEYSET, head, subtrees, entries }).verify(&federation.charter)
    };
    let head = sign_head(&federation, 3, &entries);
    let conviction = exhibit(head, &leaves, [at, at + 1]).unwrap();
    assert_eq!((conviction.culprits, conviction.offence), (vec![witness(3)], Offence::DoubleVote));
    let mut invented = leaves.clone();
    invented[0] = [7; 32];
    let mut unsigned = head;
    unsigned.signature.0[0] ^= 1;
    let of_another = Head { index: WitnessIndex(2), ..head };
    for (head, leaves, places) in [
        (head, &invented[..], [at, at + 1]),
        (head, &leaves[..size - 3], [at, at + 1]),
        (unsigned, &leaves[..], [at, at + 1]),
        (of_another, &leaves[..], [at, at + 1]),
        (head, &leaves[..], [at, at]),
        (head, &leaves[..], [at, at + 2]),
    ] {
        assert_eq!(exhibit(head, leaves, places).unwrap_err(), ExhibitError::NotSigned);
    }
    // What an honest witness writes, under its own head, is in order.
    let honest = town.log(0);
    let leaves: Vec<[u8; 32]> = honest.entries.iter().map(LogEntry::leaf).collect();
    for (position, entry) in (0..).zip(&honest.entries) {
        let entries = list([LoggedEntry { position, entry: entry.clone() }]);
        let subtrees = list(around(&leaves, &[position]));
        let logged = Logged { keyset: KEYSET, head: honest.head, subtrees, entries };
        assert_eq!(Exhibit::Logged(logged).verify(&federation.charter).unwrap_err(), ExhibitError::InOrder);
    }
}

#[test]
fn two_logs_that_do_not_extend_one_another_are_a_fork() {
    let federation = federation(4);
    let town = earned(&federation);
    let [first, second] = race(&federation);
    let grown = |order: &SignedOrder| {
        let entries = town.log(3).entries.into_iter().chain([voted(order)]).collect();
        forged(&federation, 3, entries)
    };
    let mut logs = town.logs();
    logs[3] = grown(&first);
    // The same size.
    logs.push(grown(&second));
    assert_named(&federation, &run(&federation, &logs), Offence::Fork, &[witness(3)]);
    // A shorter head that somebody kept.
    logs.pop();
    let kept = sign_head(&federation, 3, &[voted(&first)]);
    logs[3].heads.push(kept);
    assert_named(&federation, &run(&federation, &logs), Offence::Fork, &[witness(3)]);
    // One that the log extends, and one that others signed, accuse nobody.
    logs[3].heads = vec![town.log(3).head, town.log(2).head];
    assert_eq!(run(&federation, &logs).verdict(), Verdict::Well);
}

/// EVIDENCE-15, BOOKS-18.
#[test]
fn an_order_that_makes_points_of_nothing_names_whoever_voted_for_it() {
    let federation = federation(4);
    let town = earned(&federation);
    let mut logs = town.logs();
    let inflated = swap(&federation, &[(points(2), 2)], &[(points(4), 9)]);
    let entries = logs[1].entries.iter().cloned().chain([certified(&federation, &inflated.order, &[1, 2, 3])]);
    logs[1] = forged(&federation, 1, entries.collect());
    let report = run(&federation, &logs);
    assert_named(&federation, &report, Offence::BadOrder, &[witness(1), witness(2), witness(3)]);
    assert!(report.breaches.contains(&Breach::Float { coins: 8, books: 6 }), "{:?}", report.breaches);
}

/// BOOKS-17.
#[test]
fn coins_out_of_nowhere_are_a_forgery() {
    let federation = federation(4);
    let mut town = earned(&federation);
    town.certify(&redeem(&federation, 2, &[(points(8), 77)], &[]), ALL, ALL);
    let report = town.audit();
    assert_eq!(report.verdict(), Verdict::Wrong);
    assert!(report.culprits().is_empty());
    assert!(matches!(report.breaches.as_slice(), [Breach::Forged { balance, .. }] if balance.spent == 1));
}

/// BOOKS-14.
#[test]
fn a_log_with_a_certificate_that_is_none_names_its_witness() {
    let federation = federation(4);
    let town = earned(&federation);
    let [first, second] = race(&federation);
    let LogEntry::Certified(CertifiedOrder { certificate, .. }) = certified(&federation, &first.order, &[0, 1, 2])
    else {
        panic!("a certified entry")
    };
    let moved = LogEntry::Certified(CertifiedOrder { order: second.order, certificate });
    let mut logs = town.logs();
    logs[2] = forged(&federation, 2, logs[2].entries.iter().cloned().chain([moved]).collect());
    let report = run(&federation, &logs);
    assert_named(&federation, &report, Offence::BadCertificate, &[witness(2)]);
    assert_eq!(report.orders, 1, "what it claims counts for nothing");
}

#[test]
fn a_vote_without_the_owners_signature_or_against_the_rules_names_the_witness() {
    let federation = federation(4);
    let town = earned(&federation);
    let [first, second] = race(&federation);
    let unsigned = SignedOrder { authorization: second.authorization, ..first };
    let unbalanced = swap(&federation, &[(points(4), 1)], &[(points(2), 9)]);
    for bad in [unsigned, unbalanced] {
        let mut logs = town.logs();
        logs[0] = forged(&federation, 0, logs[0].entries.iter().cloned().chain([voted(&bad)]).collect());
        assert_named(&federation, &run(&federation, &logs), Offence::BadVote, &[witness(0)]);
    }
}

#[test]
fn a_vote_against_a_certificate_in_its_own_log_names_the_witness() {
    let federation = federation(4);
    let mut town = earned(&federation);
    let [first, second] = race(&federation);
    town.certify(&first, ALL, ALL);
    let mut logs = town.logs();
    logs[0] = forged(&federation, 0, logs[0].entries.iter().cloned().chain([voted(&second)]).collect());
    assert_named(&federation, &run(&federation, &logs), Offence::VoteAgainstCertificate, &[witness(0)]);
}

/// EVIDENCE-17.
#[test]
fn a_store_that_signed_two_bodies_under_one_reference_is_named() {
    let federation = federation(4);
    let mut town = earned(&federation);
    town.vote(&earn(&federation, 2, 5, &[(points(4), 5)]), 0).unwrap();
    town.vote(&earn(&federation, 2, 5, &[(points(4), 6)]), 1).unwrap();
    assert_named(&federation, &town.audit(), Offence::TwoBodies, &[Culprit::Store(StoreId(2))]);
}

/// EVIDENCE-17.
#[test]
fn a_liar_cannot_frame_a_store_with_a_signature_it_never_made() {
    let federation = federation(4);
    let mut town = earned(&federation);
    let real = earn(&federation, 2, 5, &[(points(4), 5)]);
    town.vote(&real, 0).unwrap();
    let other = earn(&federation, 2, 5, &[(points(4), 6)]);
    let fake = SignedOrder { authorization: real.authorization.clone(), ..other.clone() };
    let mut logs = town.logs();
    logs[3] = forged(&federation, 3, logs[3].entries.iter().cloned().chain([voted(&fake)]).collect());
    assert!(run(&federation, &logs).culprits().is_empty());
    let framed = Exhibit::Store { first: real, second: fake };
    assert_eq!(framed.verify(&federation.charter).unwrap_err(), ExhibitError::NotSigned);
}

#[test]
fn an_exhibit_of_what_is_in_order_convicts_nobody() {
    let federation = federation(4);
    let town = earned(&federation);
    let honest = town.log(0);
    let LogEntry::Certified(earned) = honest.entries[1].clone() else { panic!("the certificate is second") };
    let fails = |exhibit: Exhibit, why| assert_eq!(exhibit.verify(&federation.charter).unwrap_err(), why);
    fails(Exhibit::Order(earned.clone()), ExhibitError::InOrder);
    let swapped = Order { store: StoreId(2), ..earned.order.clone() };
    fails(Exhibit::Order(CertifiedOrder { order: swapped, ..earned }), ExhibitError::NotSigned);
    let one = earn(&federation, 2, 5, &[(points(4), 5)]);
    fails(Exhibit::Store { first: one.clone(), second: one }, ExhibitError::InOrder);
}

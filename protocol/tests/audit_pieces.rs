//! Logs of thousands of orders, audited piece by piece: in whatever pieces they come, and however few records are looked at
//! at a time, the same is found, byte by byte.

use crate::audit_support;
use crate::big_logs;
use crate::federation_support;

use audit_support::audit_in_pieces;
use big_logs::{Cheat, Made, Maker, Sketcher, WITNESSES, Weaver, town};
use federation_support::{Dice, KEYSET, Plan, entropy, list, planned, random_seed};
use ronde_protocol::{
    machine::audit::{Culprit, Leafed, Report, Standing, Verdict, WitnessLog, audit, judge, judge_all},
    message::{
        certificate::Certificate,
        ids::WitnessIndex,
        log::{CertifiedOrder, LogEntry},
        vote::Vote,
    },
};

/// Orders in each log of the honest.
const ORDERS: usize = 2000;
/// Orders in each log where somebody cheats.
const FEW: usize = 250;

/// What the witnesses write of these orders, if one of them, or several, cheat at one place.
fn logs(maker: &Maker<'_>, orders: &[Made], cheat: Option<(Cheat, u64)>) -> Vec<WitnessLog> {
    let mut weaver = Weaver::new(5);
    let mut entries: Vec<Vec<LogEntry>> = (0..WITNESSES).map(|_| Vec::new()).collect();
    let mut write = |witness: u8, entry| entries[usize::from(witness)].push(entry);
    let (mut cheat, mut other) = (cheat, None);
    for made in orders {
        other = weaver.push_with(&mut cheat, maker, made, &mut write).or(other);
    }
    assert!(cheat.is_none(), "no order was left to cheat with");
    weaver.finish(&mut write);
    let log = |(index, entries): (u8, Vec<LogEntry>)| {
        let heads = other.into_iter().filter(|other| other.index.0 == index).collect();
        WitnessLog { heads, ..audit_support::forged(maker.federation, index, entries) }
    };
    (0..).zip(entries).map(log).collect()
}

/// The report, the same in pieces of whatever sizes.
fn audit_however(maker: &Maker<'_>, logs: &[WitnessLog], seed: u64) -> Report {
    let (charter, keyset) = (&maker.federation.charter, maker.keyset());
    let report = audit(charter, keyset, logs);
    let mut dice = Dice(seed);
    for _ in 0..2 {
        let (most, budget) = (2 + dice.place(900), 1 + dice.place(40_000));
        let piecemeal = audit_in_pieces(charter, keyset, logs, budget, Dice(dice.bits()), most);
        assert_eq!(format!("{report:?}"), format!("{piecemeal:?}"), "seed {seed}, pieces {most}, budget {budget}");
    }
    report
}

#[test]
fn long_logs_say_the_same_in_whatever_pieces_they_come() {
    let federation = town();
    let seed = random_seed();
    let maker = Maker::new(&federation, seed);
    let mut sketcher = Sketcher::new(seed);
    let orders: Vec<Made> = (0..ORDERS).map(|_| maker.make(&sketcher.next())).collect();
    let honest = audit_however(&maker, &logs(&maker, &orders, None), seed);
    assert_eq!(honest.verdict(), Verdict::Well, "{:?} {:?} {:?}", honest.breaches, honest.findings, honest.notes);
    assert_eq!(honest.orders, u64::try_from(ORDERS).unwrap());
    // Three logs of four are enough.
    let three = audit_however(&maker, &logs(&maker, &orders, None)[1..], seed);
    assert_eq!((three.verdict(), three.orders), (Verdict::Partly, honest.orders));
    let mut dice = Dice(seed);
    let few = &orders[..FEW];
    for cheat in Cheat::ALL {
        let place = cheat.place(few, &mut dice);
        let report = audit_however(&maker, &logs(&maker, few, Some((cheat, place))), dice.bits());
        let witnesses = cheat.witnesses().iter().map(|index| Culprit::Witness(KEYSET, WitnessIndex(*index)));
        let named = report.culprits();
        match named.as_slice() {
            [Culprit::Store(_)] => assert!(cheat.witnesses().is_empty(), "seed {seed}: {cheat:?}: {named:?}"),
            _ => assert_eq!(named, witnesses.collect::<Vec<_>>(), "seed {seed}: {cheat:?}"),
        }
        for finding in &report.findings {
            assert_eq!((finding.offence, finding.standing), (cheat.offence(), Standing::Proven), "seed {seed}");
            let conviction = finding.exhibit.verify(&federation.charter).unwrap();
            assert_eq!((&conviction.culprits, conviction.offence), (&finding.culprits, cheat.offence()));
        }
    }
}

/// A vote is verified once in however many certificates it stands. A certificate whose form turns out to be wrong at its last
/// vote leaves none of its others behind as if they had been: with it a liar would certify anything by its vote alone.
#[test]
fn forged_votes_of_a_certificate_without_form_are_not_taken_for_verified_in_another() {
    let federation = planned(&Plan::of(4));
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    let swap = |number: u32| {
        let points = audit_support::points(8);
        audit_support::swap(&federation, &[(points, number)], &[(points, number + 1000)]).order
    };
    let certified = |order, certificate| Leafed::from(LogEntry::Certified(CertifiedOrder { order, certificate }));
    let mut entries: Vec<Leafed> =
        (1..=100).map(swap).map(|order| certified(order.clone(), federation.certify(&order))).collect();
    let order = swap(0);
    let forged = |index| Vote { index: WitnessIndex(index), ..federation.vote(&order, WitnessIndex(2)) };
    let by = |last: Vote| {
        let votes = list([forged(0), forged(1), last]);
        certified(order.clone(), Certificate { keyset: KEYSET, digest: order.digest(), votes })
    };
    entries.push(by(forged(30)));
    entries.push(by(federation.vote(&order, WitnessIndex(2))));
    let together = judge_all(&federation.charter, keyset, &entries, entropy(7));
    let counted = |facts: &[ronde_protocol::machine::audit::Facts]| -> Vec<bool> {
        facts.iter().map(ronde_protocol::machine::audit::Facts::is_certificate).collect()
    };
    let apart: Vec<_> = entries.iter().map(|entry| judge(&federation.charter, keyset, entry)).collect();
    assert_eq!(counted(&together), counted(&apart));
    assert_eq!(counted(&together)[98..], [true, true, false, false]);
}

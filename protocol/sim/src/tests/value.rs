//! Claims about value: books, tallies, audits and wallets beside what was certified.

use ronde_protocol::machine::{books::Statement, witness::record::Counter};

use super::*;
use crate::federation::CAMPAIGN;

/// What flowed at a witness.
fn flowed(world: &World<'_>, node: usize, account: Account, flow: Flow) -> u64 {
    let statements = world.nodes[node].disk.durable().ledger.statements();
    statements.get(&account).map_or(0, |of: &Statement| of.flow(flow).0)
}

#[test]
fn books_in_which_two_mistakes_cancel_out_are_noticed() {
    let mut world = ended(1);
    for flow in [Flow::Floated, Flow::Returned] {
        let points = flowed(&world, 1, Account::Pool, flow);
        write(&mut world, 1, vec![Write::Book(Account::Pool, flow, points + 5)]);
    }
    world.check_books();
    assert_eq!(world.failure, None, "all positions are as they were");
    world.check_value();
    assert_fails(&world, Invariant::ValueAddsUp);
}

#[test]
fn an_order_that_is_booked_nowhere_is_noticed() {
    let mut world = ended(1);
    let (digest, order) = certified(&world, Purpose::Earn);
    // A coin more came out than was booked.
    world.ledger.alter(&digest, |altered| {
        let mut outputs = order.outputs.to_vec();
        outputs.push(outputs[0]);
        altered.outputs = crate::federation::list(outputs).unwrap();
    });
    world.check_value();
    assert_fails(&world, Invariant::ValueAddsUp);
}

#[test]
fn a_coin_too_many_in_a_wallet_is_noticed() {
    let mut world = ended(1);
    world.people.extend(ended(2).people);
    world.check_value();
    assert_fails(&world, Invariant::ValueAddsUp);
}

#[test]
fn a_coin_that_nobody_holds_is_noticed() {
    let mut world = ended(1);
    assert!(world.coverage.count(crate::Group::Invariant, Invariant::EveryCoinIsFound.name()) > 0);
    world.people.pop();
    world.check_value();
    assert_fails(&world, Invariant::EveryCoinIsFound);
}

#[test]
fn an_audit_that_counts_value_or_coins_wrongly_is_noticed() {
    let spoils: [fn(&mut Report); 3] = [
        |report| report.value.issued += 1,
        |report| report.value.redeemed -= 1,
        |report| report.classes.values_mut().for_each(|balance| balance.made += 1),
    ];
    for spoil in spoils {
        let mut world = ended(1);
        let logs: Vec<_> = (0..3).filter_map(|node| world.log_of(node)).collect();
        let mut report = audited(&world, &logs);
        world.check_audited_value(KEYSET, &report, &logs);
        assert_eq!(world.failure, None);
        spoil(&mut report);
        world.check_audited_value(KEYSET, &report, &logs);
        assert_fails(&world, Invariant::ValueAddsUp);
    }
}

#[test]
fn logs_of_all_but_f_that_lack_an_order_are_noticed() {
    let mut world = ended(1);
    let mut logs: Vec<_> = (0..3).filter_map(|node| world.log_of(node)).collect();
    let (digest, _) = certified(&world, Purpose::Redeem);
    let is_it = |entry: &LogEntry| matches!(entry, LogEntry::Certified(of) if of.certificate.digest == digest);
    logs.iter_mut().for_each(|log| log.entries.retain(|entry| !is_it(entry)));
    let report = audited(&world, &logs);
    world.check_audited_value(KEYSET, &report, &logs);
    assert_fails(&world, Invariant::ValueAddsUp);
}

#[test]
fn a_tally_that_nobody_cast_is_noticed() {
    let tally = Counter::Tally { campaign: CAMPAIGN, choice: 1 };
    let mut world = ended(1);
    write(&mut world, 2, vec![Write::Counter(tally, 1)]);
    world.check_value();
    assert_fails(&world, Invariant::TalliesAgree);
    let mut world = ended(1);
    let logs: Vec<_> = (0..3).filter_map(|node| world.log_of(node)).collect();
    let mut report = audited(&world, &logs);
    report.tallies.insert((CAMPAIGN, 1), 1);
    world.check_audited_value(KEYSET, &report, &logs);
    assert_fails(&world, Invariant::TalliesAgree);
}

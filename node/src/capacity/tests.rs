use proptest::prelude::*;
use ronde_protocol::message::order::Purpose;

use super::answer::Bound;
use super::bytes::{Shape, lengths};
use super::cost::{self, REFERENCE, REFERENCE_WITNESSES};
use super::plan::quorum;
use super::read::{FiguresError, figures};
use super::words::number;
use super::{Figures, Plan, answer, warnings};

fn built_in() -> Figures {
    Figures::built_in()
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * left.abs().max(right.abs()).max(1e-9)
}

fn plans() -> impl Strategy<Value = Plan> {
    (1.0..50_000.0f64, 1.0..5_000.0f64, 0.0..1.0f64, 0.01..1.0f64, 1usize..=31, 1.0..64.0f64, 1usize..20, 0usize..20)
        .prop_map(|(stores, baskets_per_day, spending_share, earning_share, witnesses, cores, coins_in, coins_out)| {
            Plan {
                stores,
                baskets_per_day,
                spending_share,
                earning_share,
                witnesses,
                cores,
                coins_in,
                coins_out,
                ..Plan::default()
            }
        })
}

proptest! {
    #[test]
    fn twice_the_baskets_are_twice_the_load(plan in plans()) {
        let twice = Plan { baskets_per_day: 2.0 * plan.baskets_per_day, ..plan.clone() };
        let (once, twice) = (answer(&plan, &built_in()), answer(&twice, &built_in()));
        prop_assert!(near(twice.orders_per_day, 2.0 * once.orders_per_day));
        prop_assert!(near(twice.peak_rate, 2.0 * once.peak_rate));
        prop_assert!(twice.busy_at_peak > once.busy_at_peak);
        prop_assert!(near(twice.cost.witness_ms, once.cost.witness_ms), "an order costs what it costs");
    }

    #[test]
    fn twice_the_stores_are_twice_the_load_and_no_less_of_anything_at_a_witness(plan in plans()) {
        let twice = Plan { stores: 2.0 * plan.stores, ..plan.clone() };
        let (once, twice) = (answer(&plan, &built_in()), answer(&twice, &built_in()));
        prop_assert!(near(twice.orders_per_day, 2.0 * once.orders_per_day));
        prop_assert!(near(twice.hour_rate, 2.0 * once.hour_rate));
        prop_assert!(near(twice.shop.peak_rate, once.shop.peak_rate), "a shop has its own customers");
        prop_assert!(twice.committee_rate <= once.committee_rate, "more stores ask more questions");
        if let (Some(once), Some(twice)) = (once.committees, twice.committees) {
            prop_assert!(twice >= once && twice >= 2.0 * once - 1.0);
        }
    }

    #[test]
    fn another_witness_is_never_cheaper(plan in plans()) {
        let more = Plan { witnesses: plan.witnesses + 1, ..plan.clone() };
        let [less, more] = [&plan, &more].map(|plan| cost::mean(&cost::kinds(plan), plan.witnesses, &built_in()));
        prop_assert!(more.witness_ms > less.witness_ms && more.gateway_ms > less.gateway_ms);
        prop_assert!(more.call_bytes >= less.call_bytes && more.log_bytes >= less.log_bytes);
        prop_assert!(more.record_bytes >= less.record_bytes && more.kept_log_bytes >= less.kept_log_bytes);
    }

    #[test]
    fn another_coin_is_never_cheaper(plan in plans()) {
        let more = Plan { coins_in: plan.coins_in + 1, coins_out: plan.coins_out + 1, ..plan.clone() };
        let [less, more] = [&plan, &more].map(|plan| answer(plan, &built_in()));
        prop_assert!(more.cost.witness_ms >= less.cost.witness_ms);
        prop_assert!(more.cost.spent_bytes >= less.cost.spent_bytes && more.cost.call_bytes >= less.cost.call_bytes);
        prop_assert!(more.committee_rate <= less.committee_rate);
    }

    #[test]
    fn the_committees_that_are_needed_carry_the_load_and_one_fewer_would_not(plan in plans()) {
        let found = answer(&plan, &built_in());
        if let Some(committees) = found.committees {
            prop_assert!(committees * found.committee_rate >= found.peak_rate * (1.0 - 1e-12));
            prop_assert!(committees <= 1.0 || (committees - 1.0) * found.committee_rate < found.peak_rate);
        }
        prop_assert_eq!(found.fits, found.committees == Some(1.0));
        prop_assert_eq!(found.fits, found.committee_rate > 0.0 && found.busy_at_peak <= plan.utilisation * (1.0 + 1e-9));
    }

    #[test]
    fn what_does_not_fit_is_warned_of(plan in plans()) {
        let found = answer(&plan, &built_in());
        prop_assert!(found.fits || !warnings(&plan, &found).is_empty());
    }
}

#[test]
fn the_reference_order_costs_what_was_measured() {
    let (measured, reference) = (built_in(), cost::of(REFERENCE, REFERENCE_WITNESSES, &built_in()));
    assert!(near(reference.witness_ms, measured.witness_cpu_ms));
    assert!(near(reference.gateway_ms, measured.gateway_cpu_ms));
    assert!(near(reference.udp_among(REFERENCE_WITNESSES), measured.udp_bytes));
    assert!(near(reference.http_bytes, measured.http_bytes));
    assert!(near(reference.written_bytes, measured.written_kb * 1000.0));
}

#[test]
fn lengths_are_those_of_the_specifications_tables() {
    for (inputs, outputs, witnesses) in [(4, 3, 4), (8, 8, 7), (1, 0, 13)] {
        let votes = quorum(witnesses);
        let lengths = lengths(Shape { inputs, outputs, purpose: Purpose::Redeem }, witnesses, votes);
        // Chapters 10, 08 and 06: an order, a certificate, an evaluation.
        let order = 100 + 44 * inputs + 48 * outputs;
        let certificate = 44 + 65 * votes;
        let evaluation = 37 + 8 + 32 * outputs + 64 + 64;
        assert_eq!(lengths.voted_entry, 4 + order + 4 + 64);
        assert_eq!(lengths.certified_entry, 4 + order + certificate);
        assert_eq!(lengths.record, 4 + order + certificate + evaluation);
        assert_eq!(lengths.coin, 33);
    }
}

#[test]
fn many_cores_are_bounded_by_the_writer() {
    let plan = |cores| Plan { cores, ..Plan::default() };
    let [few, many, more] = [2.0, 256.0, 512.0].map(|cores| answer(&plan(cores), &built_in()));
    assert_eq!([few.bound, many.bound], [Bound::Processor, Bound::Writer]);
    assert!(near(many.committee_rate, more.committee_rate));
}

#[test]
fn a_machine_that_has_no_time_left_carries_nothing() {
    let plan = Plan { stores: 1e7, cores: 1.0, ..Plan::default() };
    let found = answer(&plan, &built_in());
    assert_eq!((found.committees, found.fits), (None, false));
    assert!(warnings(&plan, &found)[0].contains("more cores"));
}

/// What `cargo xtask load --json` writes, as far as it is read.
fn report(cpu: &str, udp: f64, own: bool) -> String {
    format!(
        r#"{{"profile":"n4","nodes":4,"mix":"redeem=1","cores":2,"own_network":{own},"idle_memory_mb":[19.5,21.0],
        "peak_memory_mb":[33.0,31.0],"phases":[{{"rate":50.0,"node_cpu_ms_per_order":{cpu},"syncs_per_order":[1.5,1.25],
        "datagram_bytes_per_order":{udp},"http_bytes_per_order":9800.0}}]}}"#
    )
}

#[test]
fn a_report_of_the_load_client_is_taken_over_by_ratios() {
    let built = built_in();
    // Four witnesses and the gateway, on a machine that takes twice as long.
    let each = 2.0 * (4.0 * built.witness_cpu_ms + built.gateway_cpu_ms) / 4.0;
    let cpu = format!("[{each},{each},{each},{each}]");
    let read = figures(&report(&cpu, 44_600.0, true)).unwrap();
    assert!(near(read.witness_cpu_ms, 2.0 * built.witness_cpu_ms));
    assert!(near(read.gateway_cpu_ms, 2.0 * built.gateway_cpu_ms));
    assert!(near(read.output_us, 2.0 * built.output_us));
    assert!(near(read.udp_bytes, 44_600.0) && near(read.http_bytes, 9800.0));
    assert_eq!((read.syncs_per_order, read.idle_mb, read.busy_mb), (1.5, 21.0, 33.0));
    assert!(near(read.rows_per_second, built.rows_per_second / 2.0));
    let shared = figures(&report(&cpu, 44_600.0, false)).unwrap();
    assert!(near(shared.udp_bytes, built.udp_bytes), "others were on that network too");
}

#[test]
fn figures_that_cannot_be_are_refused() {
    assert_eq!(figures("").unwrap(), built_in());
    assert_eq!(figures("witness_cpu_ms = 2.5").unwrap().witness_cpu_ms, 2.5);
    for wrong in ["witness_ms = 1.0", "{}", "{\"nodes\": 4", "witness_cpu_ms = \"fast\"", "["] {
        assert!(matches!(figures(wrong), Err(FiguresError::Format(_))), "{wrong}");
    }
    assert_eq!(figures("idle_mb = 0.0"), Err(FiguresError::Number("idle_mb")));
    assert_eq!(figures("busy_mb = nan"), Err(FiguresError::Number("busy_mb")));
    assert_eq!(figures("witness_cpu_ms = 0.1"), Err(FiguresError::TooFast("witness_cpu_ms")));
    assert_eq!(figures(&report("[0.0]", 1.0, true)), Err(FiguresError::Number("node_cpu_ms_per_order")));
    let strange = report("[1.0]", 1.0, true).replace("redeem=1", "dance=1");
    assert!(matches!(figures(&strange), Err(FiguresError::Format(_))));
}

#[test]
fn numbers_have_three_digits_that_count() {
    let shown = [0.0, 0.1234, 1.0, 1.625, 12.34, 123.4, 999.4, 999.6, 1234.5, 562_500.0, 1e9].map(number);
    assert_eq!(
        shown,
        ["0", "0.123", "1", "1.62", "12.3", "123", "999", "1,000", "1,234", "562,500", "1,000,000,000"]
            .map(str::to_owned)
    );
}

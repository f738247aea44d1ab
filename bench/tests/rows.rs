//! Each row works: both sides are made, prove that they do what they are timed for, and are timed in a few rounds. How long
//! they take is of no matter here.

use ronde_bench::{
    chart,
    figures::{Against, Run, Spread},
    pace::Pace,
    rows,
    table::table,
};

const SEED: u64 = 1;

fn row(name: &str) -> Run {
    let run = rows::run(SEED, Pace::QUICK, Some(name), &mut |_| {}).unwrap();
    let sound = |spread: Spread| spread.p10 > 0.0 && spread.p10 <= spread.median && spread.median <= spread.p90;
    for line in &run.lines {
        assert!([line.us, line.them, line.ratio].into_iter().all(sound), "{line:?}");
    }
    run
}

fn others(run: &Run, against: Against) -> usize {
    run.lines.iter().filter(|line| line.against == against).count()
}

fn bars(run: &Run) -> Vec<f64> {
    run.lines.iter().filter_map(|line| line.bar).collect()
}

#[test]
fn one_order_and_eight_are_checked_beside_a_poprf_server_and_the_floor() {
    for (name, bar) in [("check-8", 0.85), ("check-64", 0.66)] {
        let run = row(name);
        assert_eq!((others(&run, Against::Peer), others(&run, Against::Floor)), (1, 1));
        assert_eq!(bars(&run), [bar]);
    }
}

#[test]
fn sixty_four_orders_are_checked_beside_everybody_who_redeems() {
    let run = row("check-512");
    assert_eq!((others(&run, Against::Peer), others(&run, Against::Floor)), (8, 1));
    assert_eq!(bars(&run), [0.56, 1.7]);
}

#[test]
fn outputs_are_evaluated_beside_everybody_who_signs_blindly() {
    let run = row("evaluate");
    assert_eq!((others(&run, Against::Peer), others(&run, Against::Floor)), (5, 1));
    assert_eq!(bars(&run), [0.5]);
}

#[test]
fn a_wallet_is_measured_beside_a_poprf_client_and_the_floor() {
    let run = row("wallet");
    assert_eq!((others(&run, Against::Peer), others(&run, Against::Floor)), (2, 1));
    assert_eq!(bars(&run), [0.45]);
}

#[test]
fn votes_and_certificates_are_measured_beside_bare_signatures() {
    assert_eq!(row("vote").lines.len(), 1);
    assert_eq!(row("certificate").lines.len(), 2);
}

#[test]
fn a_whole_payment_is_measured_beside_a_token_with_a_balance_with_its_bytes() {
    let run = row("payment");
    assert_eq!(bars(&run), [0.5]);
    let wire = run.lines[0].wire.unwrap();
    assert!(wire.us > 1000 && wire.peer > 1000 && wire.us_within > wire.us, "{wire:?}");
}

#[test]
fn a_row_that_is_not_there_is_an_error_that_names_those_that_are() {
    let why = rows::run(SEED, Pace::QUICK, Some("cheque"), &mut |_| {}).unwrap_err();
    assert!(rows::names().iter().all(|name| why.contains(name)), "{why}");
}

#[test]
fn a_bar_is_missed_by_the_median_of_the_ratios() {
    let mut run = row("wallet");
    let with = |median: f64| Spread { median, p10: median, p90: median };
    run.lines.iter_mut().for_each(|line| line.ratio = with(9.0));
    assert!(!run.is_met() && table(&run).contains("0.45 over") && table(&run).contains("over: wallet / "));
    run.lines.iter_mut().for_each(|line| line.ratio = with(0.45));
    assert!(run.is_met() && table(&run).contains("0.45 ok") && table(&run).contains("every bar is kept"));
}

#[test]
fn the_table_fits_a_terminal_and_names_every_line() {
    let run = row("");
    let shown = table(&run);
    assert!(shown.lines().all(|line| line.chars().count() <= 120), "{shown}");
    assert!(rows::names().iter().all(|name| shown.lines().any(|line| line.starts_with(name))), "{shown}");
    assert!(run.lines.iter().all(|line| shown.contains(line.other)), "{shown}");
}

#[test]
fn the_chart_has_every_line() {
    let run = row("check-512");
    let file = std::env::temp_dir().join(format!("ronde-bench-{}.svg", std::process::id()));
    chart::write(&run, &file).unwrap();
    let svg = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(run.lines.iter().all(|line| svg.contains(line.other)), "{svg}");
}

#[test]
fn a_spread_is_where_the_middle_of_the_values_lies() {
    let spread = Spread::of((0..=100).rev().map(f64::from).collect());
    assert_eq!((spread.p10, spread.median, spread.p90), (10.0, 50.0, 90.0));
    assert_eq!(Spread::of(vec![3.0]).median, 3.0);
    assert_eq!(Spread::of(vec![1.0, 2.0]).median, 1.5);
}

//! `ronde capacity`: its options, exit codes and both forms of its answer; and that `docs/capacity.md` says what it prints.

use crate::cli_support;
#[allow(dead_code, reason = "the README's test uses the rest")]
use crate::readme_support;

use std::collections::BTreeMap;
use std::path::Path;

use cli_support::Desk;
use ronde_node::capacity::Figures;
use ronde_node::capacity::words::number;
use serde_json::Value;

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/capacity.md")).unwrap()
}

#[test]
fn the_page_shows_what_the_command_prints() {
    let (desk, page) = (Desk::new(), page());
    let blocks = readme_support::blocks(&page);
    let mut shown = 0;
    for block in blocks.iter().filter(|block| block.info.starts_with("console capacity")) {
        for typed in block.commands() {
            let said = desk.ronde(typed.line.strip_prefix("ronde ").unwrap());
            let lines: Vec<&str> = said.out.lines().collect();
            assert_eq!(typed.shows, lines, "`cargo xtask capacity` writes what `{}` says now", typed.line);
            // As the README's commands, and `ends with 1` where something needs a look.
            assert_eq!(said.code, i32::from(block.info.ends_with(" ends with 1")), "{}", typed.line);
            shown += 1;
        }
    }
    assert!(shown >= 6, "only {shown} commands are marked");
}

#[test]
fn the_page_lists_every_figure_with_its_value() {
    let Value::Object(figures) = serde_json::to_value(Figures::built_in()).unwrap() else { panic!("no object") };
    let numbers = figures.into_iter().filter_map(|(name, value)| Some((name, number(value.as_f64()?))));
    let built_in: BTreeMap<String, String> = numbers.collect();
    let rows = readme_support::rows(&page(), "Figures");
    let shown: BTreeMap<String, String> = rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(shown, built_in);
}

#[test]
fn what_fits_ends_with_0_what_does_not_with_1_and_what_is_no_plan_with_2() {
    let desk = Desk::new();
    let fits = desk.ronde("capacity");
    assert_eq!(fits.code, 0, "{}", fits.out);
    assert!(fits.out.ends_with("ok    one committee is enough\n"), "{}", fits.out);
    let over = desk.ronde("capacity --stores 4000 --cores 1 --disk-gb 100000");
    assert_eq!(over.code, 1);
    assert!(over.out.contains("look  ") && over.out.contains("publish"), "{}", over.out);
    assert!(!over.out.contains("ok    "), "{}", over.out);
    let full = desk.ronde("capacity --disk-gb 100");
    assert_eq!(full.code, 1);
    assert!(full.out.contains("--years") && full.out.contains("--disk-gb"), "{}", full.out);
    assert!(full.out.contains("committees needed                     1"), "{}", full.out);
    desk.ronde("capacity --spending-share 0 --earning-share 0 --swaps 0 --votes-per-basket 0").refused(&["no basket"]);
    desk.ronde("capacity --figures nowhere.json").refused(&["nowhere.json"]);
}

#[test]
fn options_are_bounded_and_percentages_may_have_their_sign() {
    let desk = Desk::new();
    let plain = desk.ronde("capacity --spending-share 25 --utilisation 50 --json").json();
    assert_eq!(plain, desk.ronde("capacity --spending-share 25% --utilisation 50% --json").json());
    assert_eq!(plain["plan"]["spending_share"], 0.25);
    let wrong = [
        "--stores 0",
        "--stores x",
        "--stores NaN",
        "--stores inf",
        "--baskets-per-day -1",
        "--spending-share 101",
        "--witnesses 0",
        "--witnesses 32",
        "--cores 0",
        "--coins-in 257",
        "--coins-in 0",
        "--busiest-hour 0",
        "--burst 0.5",
        "--utilisation 101",
        "--years 0",
        "--sweep --witnesses 4",
        "--disk-gb 0",
    ];
    for wrong in wrong {
        assert_eq!(desk.ronde(&format!("capacity {wrong}")).code, 2, "{wrong}");
    }
}

#[test]
fn the_table_shows_the_numbers_of_the_object() {
    let desk = Desk::new();
    for typed in
        ["capacity", "capacity --stores 10000 --witnesses 7", "capacity --cores 64 --stores 4000 --coins-out 20"]
    {
        let table = desk.ronde(typed).out;
        let object = desk.ronde(&format!("{typed} --json")).json();
        let numbers = object["numbers"].as_object().unwrap();
        // A line of the table is indented, and has number, unit and formula.
        let lines: Vec<&str> = table.lines().filter(|line| line.starts_with("  ")).collect();
        assert_eq!(lines.len(), numbers.len(), "{table}");
        for (name, one) in numbers {
            let (value, unit) = (number(one["value"].as_f64().unwrap()), one["unit"].as_str().unwrap());
            let shown = format!(" {value} {unit} ");
            let from = one["from"].as_str().unwrap();
            assert!(
                lines.iter().any(|line| line.contains(&shown) && line.ends_with(from)),
                "{name}: {shown}{from}\n{table}"
            );
        }
        let warned: Vec<String> = object["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("look  {}", one.as_str().unwrap()))
            .collect();
        let looks: Vec<&str> = table.lines().filter(|line| line.starts_with("look  ")).collect();
        assert_eq!(looks, warned);
    }
}

#[test]
fn the_sweep_agrees_with_single_answers() {
    let desk = Desk::new();
    let swept = desk.ronde("capacity --sweep --cores 16 --json").json();
    let rows = swept["sweep"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    for row in rows {
        for (at, size) in [4, 7, 13].iter().enumerate() {
            let stores = row["stores"].as_f64().unwrap();
            let one = desk.ronde(&format!("capacity --stores {stores} --witnesses {size} --cores 16 --json")).json();
            assert_eq!(row["committees"][at], one["answer"]["committees"], "{stores} {size}");
        }
    }
}

#[test]
fn figures_of_another_machine_change_the_answer() {
    let desk = Desk::new();
    std::fs::write(desk.path("slow.toml"), "witness_cpu_ms = 16.0\nmeasured_on = \"a slow one\"\n").unwrap();
    let [fast, slow] = ["", " --figures slow.toml"].map(|more| desk.ronde(&format!("capacity{more} --json")).json());
    assert_eq!(slow["figures"]["measured_on"], "a slow one");
    let rate = |said: &Value| said["answer"]["committee_rate"].as_f64().unwrap();
    assert!(rate(&slow) < rate(&fast) / 5.0);
    std::fs::write(desk.path("wrong.toml"), "witness_cpu = 16.0\n").unwrap();
    desk.ronde("capacity --figures wrong.toml").refused(&["wrong.toml", "witness_cpu", "docs/capacity.md"]);
}

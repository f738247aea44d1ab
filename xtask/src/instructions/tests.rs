use super::callgrind::{Counted, counted};
use super::compare::{Row, compare};
use super::kept::{Kept, Origin};
use super::{ACCEPT, run};

/// A dump as callgrind writes it.
const DUMP: &str = "\
# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 23119
cmd:  ./release/ronde-counts
part: 1

desc: I1 cache:
desc: Timerange: Basic block 0 - 1410126
desc: Trigger: --dump-after=ronde_counts::counted

positions: line
events: Ir
summary: 8783

fn=(12) ronde_counts::counted
0 8783

totals: 8783
";

fn function(name: &str, instructions: u64) -> Counted {
    Counted { name: name.to_owned(), units: 2, unit: "coin".to_owned(), instructions }
}

fn origin(rustc: &str) -> Origin {
    Origin { rustc: rustc.to_owned(), backend: "serial".to_owned() }
}

fn kept(functions: &[Counted]) -> Kept {
    Kept::new(origin("rustc 1.95.0"), functions)
}

fn faults(kept: &Kept, counted: &[Counted]) -> Vec<String> {
    compare(kept, counted).iter().filter_map(|row| row.fault(None)).collect()
}

#[test]
fn a_line_and_its_dump_are_a_count() {
    let read = counted("decode-vote-request 1 request", DUMP).unwrap();
    let expected = Counted { name: "decode-vote-request".into(), units: 1, unit: "request".into(), instructions: 8783 };
    assert_eq!(read, expected);
}

#[test]
fn what_is_no_count_is_refused() {
    let of = |line: &str, dump: &str| counted(line, dump).unwrap_err();
    assert!(of("decode", DUMP).contains("no function with its units"));
    assert!(of("decode 0 request", DUMP).contains("no number of units"));
    let nothing = DUMP.replace("totals: 8783", "totals: 0");
    assert!(of("decode 1 request", &nothing).contains("counted nothing"));
    let cut = DUMP.replace("totals: 8783\n", "");
    assert!(of("decode 1 request", &cut).contains("counted nothing"));
    let ended = DUMP.replace("--dump-after=ronde_counts::counted", "Program termination");
    assert!(of("decode 1 request", &ended).contains("did not dump"));
    let more = DUMP.replace("events: Ir", "events: Ir Dr Dw");
    assert!(of("decode 1 request", &more).contains("other than instructions"));
}

#[test]
fn six_percent_dearer_fails_and_four_pass() {
    let before = kept(&[function("check", 1000)]);
    for passes in [1000, 1040, 1050, 960, 500] {
        assert_eq!(faults(&before, &[function("check", passes)]), [""; 0], "{passes}");
    }
    assert_eq!(
        faults(&before, &[function("check", 1060)]),
        [format!("check took 1,000 instructions and takes 1,060, +6.0 %; if that is wanted: {ACCEPT}")]
    );
    assert_eq!(faults(&before, &[function("check", 1051)]).len(), 1, "the bar is at 5 % and not at 6");
    assert_eq!(faults(&kept(&[function("check", u64::MAX)]), &[function("check", u64::MAX)]), [""; 0]);
}

#[test]
fn what_became_cheaper_passes_and_is_told() {
    let cheaper = |now| compare(&kept(&[function("check", 1000)]), &[function("check", now)])[0].is_cheaper();
    assert!(cheaper(949));
    assert!(!cheaper(950) && !cheaper(1000) && !cheaper(1060));
}

#[test]
fn a_function_that_is_new_or_gone_fails() {
    let (old, new) = (function("old", 1000), function("new", 1_234_567));
    assert_eq!(
        faults(&kept(&[old]), &[new]),
        [
            format!("new is new and takes 1,234,567 instructions; if that is wanted: {ACCEPT}"),
            format!("old took 1,000 instructions and is counted no more; if that is wanted: {ACCEPT}"),
        ]
    );
}

#[test]
fn another_compiler_is_compared_all_the_same_and_told() {
    let before = kept(&[function("check", 1000)]);
    assert_eq!(before.origin.differs_from(&origin("rustc 1.95.0")), None);
    let elsewhere = before.origin.differs_from(&origin("rustc 1.96.0")).unwrap();
    let rows = compare(&before, &[function("check", 1060)]);
    assert_eq!(
        rows[0].fault(Some(&elsewhere)).unwrap(),
        format!(
            "check took 1,000 instructions and takes 1,060, +6.0 % (kept of rustc 1.95.0, backend serial; this is rustc \
             1.96.0, backend serial); if that is wanted: {ACCEPT}"
        )
    );
    assert_eq!(compare(&before, &[function("check", 1040)])[0].fault(Some(&elsewhere)), None);
}

#[test]
fn the_table_shows_kept_now_percent_and_what_a_unit_takes() {
    let rows = compare(&kept(&[function("check", 38_000_000)]), &[function("check", 36_100_000)]);
    assert_eq!(
        rows[0].to_string(),
        "check                  38,000,000   36,100,000   -5.0 %   18,050,000 per coin, of 2"
    );
    let kept_column = Row::HEADING.find("kept").unwrap() + "kept".len();
    assert_eq!(rows[0].to_string().find("38,000,000").unwrap() + "38,000,000".len(), kept_column);
}

#[test]
fn the_file_is_read_as_it_was_written_and_holds_every_figure() {
    let before = kept(&[function("check", 1000), function("decode", 8783)]);
    assert_eq!(Kept::parse(&before.text()), Ok(before));
    let why = |text: &str| Kept::parse(text).unwrap_err();
    assert!(why("{").contains("EOF"));
    assert_eq!(why(r#"{"rustc": "1", "backend": "serial"}"#), "no object `instructions`");
    assert_eq!(why(r#"{"rustc": "1", "instructions": {}}"#), "no text `backend`");
    assert_eq!(why(r#"{"rustc": "1", "backend": "serial", "instructions": {"check": 0}}"#), "check has no count");
}

#[test]
fn the_kept_file_can_be_read() {
    assert!(Kept::read().unwrap().instructions.len() >= 10);
}

#[test]
fn what_is_not_understood_counts_nothing() {
    let exit = run(&["--all".to_owned()]);
    assert_eq!(format!("{exit:?}"), format!("{:?}", std::process::ExitCode::from(2)));
}

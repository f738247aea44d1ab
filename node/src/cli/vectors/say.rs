//! A judgement in plain words, and for scripts.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::judge::{Case, Counts, Fault, Report};

/// Failures that are shown; `--json` and `--junit` have them all.
const SHOWN: usize = 10;

/// The table of types and the first failures. Writing into a string can't fail, so its results are dropped.
pub(super) fn text(report: &Report<'_>) -> String {
    let mut out = String::new();
    let types = report.types();
    let width = types.keys().map(|kind| kind.len()).max().unwrap_or_default().max("type".len());
    let _ = writeln!(out, "{:width$}  {:>6}  {:>6}  {:>11}", "type", "passed", "failed", "unsupported");
    let mut row = |name: &str, counts: Counts| {
        let Counts { passed, failed, unsupported } = counts;
        let _ = writeln!(out, "{name:width$}  {passed:>6}  {failed:>6}  {unsupported:>11}");
    };
    for (kind, counts) in &types {
        row(kind, *counts);
    }
    row("all", report.counts());
    let asked: Vec<(&Case<'_>, &Fault)> = report.failures().filter(|(_, fault)| fault.asked).collect();
    for (case, fault) in asked.iter().take(SHOWN) {
        failure(&mut out, case, fault);
    }
    if asked.len() > SHOWN {
        let _ = writeln!(out, "\n... and {} failures more; --junit FILE or --json shows them all", asked.len() - SHOWN);
    }
    out
}

fn failure(out: &mut String, case: &Case<'_>, fault: &Fault) {
    let _ = writeln!(out, "\nfailed {}: {}", case.test.id, fault.what);
    let _ = writeln!(out, "  about    {}", case.test.comment);
    for (name, text) in [("expected", &fault.expected), ("came", &fault.came), ("stderr", &fault.stderr)] {
        if let Some(text) = text {
            let _ = writeln!(out, "  {name:8} {text}");
        }
    }
    let _ = writeln!(out, "  to do    {}", fault.fix);
}

/// One sentence.
pub(super) fn closing(whose: &str, report: &Report<'_>) -> String {
    let counts = report.counts();
    let Counts { passed, failed, unsupported } = counts;
    let all = counts.total();
    if let Some(why) = &report.gave_up {
        let not_asked = report.failures().filter(|(_, fault)| !fault.asked).count();
        return format!(
            "fail  {whose} was given up, {not_asked} of {all} tests before the end: {} restarts in a row brought no answer; \
             last, it {why}",
            crate::judge::MAX_RESTARTS
        );
    }
    match (failed, unsupported) {
        (0, 0) => format!("ok    {whose} passed all {all} tests"),
        (0, _) => {
            format!("look  {whose} passed {passed} of {all} tests and failed none; {unsupported} it does not support")
        }
        (_, 0) => format!("fail  {whose} failed {failed} of {all} tests"),
        _ => format!("fail  {whose} failed {failed} of {all} tests; {unsupported} it does not support"),
    }
}

/// Everything, for scripts.
pub(super) fn json(whose: &str, report: &Report<'_>) -> Value {
    let counts = report.counts();
    let types: Vec<Value> = report.types().into_iter().map(|(kind, counts)| row(Some(kind), counts)).collect();
    let failures: Vec<Value> = report.failures().map(|(case, fault)| failed(case, fault)).collect();
    json!({
        "ok": counts.failed == 0, "judged": whose, "gave_up": report.gave_up, "all": row(None, counts),
        "types": types, "failures": failures,
    })
}

fn row(kind: Option<&str>, counts: Counts) -> Value {
    let Counts { passed, failed, unsupported } = counts;
    let mut row = json!({ "passed": passed, "failed": failed, "unsupported": unsupported });
    if let (Some(kind), Value::Object(members)) = (kind, &mut row) {
        members.insert("type".to_owned(), json!(kind));
    }
    row
}

fn failed(case: &Case<'_>, fault: &Fault) -> Value {
    json!({
        "id": case.test.id, "type": case.kind, "rule": case.test.rule, "asked": fault.asked, "what": fault.what,
        "expected": fault.expected, "came": fault.came, "stderr": fault.stderr, "fix": fault.fix,
    })
}

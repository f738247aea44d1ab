//! A report for whatever reads JUnit's XML.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Xml, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::report::{Fault, Outcome, Report};

/// One suite per type, one case per test; what is not supported is skipped.
///
/// # Errors
/// [`SerializeError`], which nothing that is known leads to.
pub fn junit(report: &Report<'_>) -> Result<String, SerializeError> {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for judged in &report.judged {
        let mut case = TestCase::new(judged.case.test.id.as_str(), status(&judged.outcome));
        case.set_classname(format!("ronde.{}", judged.case.kind)).set_time(judged.took);
        suites.entry(judged.case.kind).or_insert_with_key(|kind| TestSuite::new(*kind)).add_test_case(case);
    }
    let mut xml = Xml::new("ronde vectors");
    xml.set_time(report.judged.iter().map(|judged| judged.took).sum());
    xml.add_test_suites(suites.into_values());
    xml.to_string()
}

fn status(outcome: &Outcome) -> TestCaseStatus {
    match outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Unsupported => TestCaseStatus::skipped(),
        Outcome::Failed(fault) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(fault.what.as_str()).set_description(description(fault));
            status
        }
    }
}

fn description(fault: &Fault) -> String {
    let parts = [("expected", &fault.expected), ("came", &fault.came), ("stderr", &fault.stderr)];
    let parts = parts.into_iter().filter_map(|(name, text)| Some(format!("{name}: {}\n", text.as_ref()?)));
    parts.collect::<String>() + "to do: " + &fault.fix
}

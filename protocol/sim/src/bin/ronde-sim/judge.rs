//! Runs one plan. A panic is a failure like any other: machines and drivers must not stop whatever happens.

use std::cell::RefCell;
use std::fmt::Write;
use std::panic::{self, AssertUnwindSafe};

use ronde_remember::during;
use ronde_sim::{Plan, coverage::Coverage, run};

/// The name of the claim that nothing panics.
pub const PANIC: &str = "NoPanic";

/// What came of a plan.
pub struct Judged {
    /// What did not hold.
    pub verdict: Option<Verdict>,
    /// What was come across.
    pub coverage: Coverage,
    /// Of the whole trace; zeros after a panic.
    pub digest: [u8; 32],
}

/// What did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which claim.
    pub invariant: String,
    /// What was found.
    pub says: String,
}

thread_local! {
    static PANICKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics are told as verdicts, not as they happen.
pub fn keep_panics_quiet() {
    panic::set_hook(Box::new(|info| PANICKED.with(|said| *said.borrow_mut() = Some(info.to_string()))));
}

/// Runs a plan, and remembers meanwhile what was verified.
pub fn judge(plan: &Plan, trace: Option<&mut dyn Write>) -> Judged {
    during(|| judge_anew(plan, trace))
}

/// The same without remembering anything.
pub fn judge_anew(plan: &Plan, trace: Option<&mut dyn Write>) -> Judged {
    match panic::catch_unwind(AssertUnwindSafe(|| run(plan, trace))) {
        Ok(outcome) => {
            let verdict = outcome.failure.map(|failure| Verdict {
                invariant: failure.invariant.name().to_owned(),
                says: format!("at step {}: {}", failure.step, failure.says),
            });
            Judged { verdict, coverage: outcome.coverage, digest: outcome.digest }
        }
        Err(_) => {
            let says = PANICKED.with(|said| said.borrow_mut().take()).unwrap_or_default();
            let verdict = Some(Verdict { invariant: PANIC.to_owned(), says });
            Judged { verdict, coverage: Coverage::default(), digest: [0; 32] }
        }
    }
}

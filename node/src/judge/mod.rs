//! Judging an implementation by the test vectors: this one, or any program that answers lines of JSON.
//!
//! A program is never trusted: what it writes is bounded, what it does not write is waited for with patience, and
//! whatever it does ends as a test that failed for a reason. The protocol stands in chapter 27 of the specification.
//! Every test that was chosen has its outcome (VECTOR-2).

mod embedded;
mod excerpt;
mod junit;
mod lines;
mod program;
mod report;
mod select;
mod trouble;
mod wire;

use std::ffi::OsString;
use std::time::Duration;

use ronde_vectors::{Answer, answer};

pub use embedded::embedded;
pub use junit::junit;
pub use lines::MAX_LINE;
pub use program::CannotStart;
pub use report::{Counts, Fault, Judged, Outcome, Report};
pub use select::{Case, Unknown, select};
pub use trouble::Trouble;
pub use wire::{BadQuestion, Question, answer_line};

use crate::clock;
use program::Program;

/// Restarts in a row, none of which brought an answer, after which a program is given up.
pub const MAX_RESTARTS: u32 = 5;

/// Judges this implementation, which has to pass all (VECTOR-17).
pub fn judge_own<'a>(cases: &[Case<'a>], mut progress: impl FnMut(&Case<'a>)) -> Report<'a> {
    let mut report = Report::default();
    for case in cases {
        progress(case);
        let begun = clock::monotonic();
        let came = answer(case.kind, case.test.input.clone());
        let outcome = match (Outcome::of(case, &came), came) {
            // Whoever has written the vectors can't say that they do not understand them.
            (Outcome::Unsupported, Answer::Unsupported(why)) => Outcome::Failed(Fault::unsupported(case, &why)),
            (outcome, _) => outcome,
        };
        report.judged.push(Judged { case: *case, outcome, took: begun.elapsed() });
    }
    report
}

/// How to start a program, and how long to wait for each of its answers.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The program.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// How long to wait for one answer.
    pub patience: Duration,
}

impl Judge {
    /// Asks the program every case, one after the other (VECTOR-4), starts it anew if it breaks the protocol (VECTOR-14),
    /// and gives it up after [`MAX_RESTARTS`] restarts in a row (VECTOR-15).
    ///
    /// # Errors
    /// A program that can't be started. If it can't be started anew, that is one of its faults.
    pub async fn judge<'a>(
        &self,
        cases: &[Case<'a>],
        mut progress: impl FnMut(&Case<'a>),
    ) -> Result<Report<'a>, CannotStart> {
        let mut report = Report::default();
        let mut running = Some(Program::start(self)?);
        let mut in_vain = 0;
        for case in cases {
            progress(case);
            if let Some(why) = &report.gave_up {
                let fault = Fault::not_asked(why);
                report.judged.push(Judged { case: *case, outcome: Outcome::Failed(fault), took: Duration::ZERO });
                continue;
            }
            let started = running.take().map_or_else(|| Program::start(self), Ok);
            let begun = clock::monotonic();
            let (came, program) = match started {
                Ok(mut program) => (program.ask(case).await, Some(program)),
                Err(failed) => (Err(Trouble::NotStarted(failed.error.to_string())), None),
            };
            let took = begun.elapsed();
            let outcome = match came {
                Ok(came) => {
                    in_vain = 0;
                    running = program;
                    Outcome::of(case, &came)
                }
                Err(trouble) if trouble.keeps_step() => {
                    running = program;
                    Outcome::Failed(Fault::trouble(&trouble, ""))
                }
                Err(trouble) => {
                    let said = match program {
                        Some(program) => program.stop().await,
                        None => String::new(),
                    };
                    in_vain += 1;
                    if in_vain > MAX_RESTARTS {
                        report.gave_up = Some(trouble.to_string());
                    }
                    Outcome::Failed(Fault::trouble(&trouble, &said))
                }
            };
            report.judged.push(Judged { case: *case, outcome, took });
        }
        if let Some(program) = running {
            program.end().await;
        }
        Ok(report)
    }
}

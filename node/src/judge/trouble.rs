//! Why a program's answer counts for nothing, and what its author can do.

use thiserror::Error;

/// A breach of the protocol (VECTOR-13).
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Trouble {
    /// It was ended, and there is no starting it again.
    #[error("can't be started again: {0}")]
    NotStarted(String),
    /// Output between an answer and the next question.
    #[error("wrote before it was asked: {0}")]
    Unasked(String),
    /// A line that is no JSON.
    #[error("wrote a line that is not JSON ({why}): {line}")]
    NotJson {
        /// Its beginning.
        line: String,
        /// Where it breaks off.
        why: String,
    },
    /// JSON without the id of a question.
    #[error("wrote a line without an `id`: {0}")]
    NoId(String),
    /// The answer to another question.
    #[error("answered to the id {0}")]
    OtherId(String),
    /// The right id, and no answer.
    #[error("wrote what is no answer ({why}): {line}")]
    Shape {
        /// Its beginning.
        line: String,
        /// What is wrong with it.
        why: String,
    },
    /// A line that does not end.
    #[error("wrote a line of more than {} MiB", super::MAX_LINE >> 20)]
    TooLong,
    /// An answer that can't be to the question, which it has not read.
    #[error("answered before it had read the whole question: {0}")]
    Hasty(String),
    /// No answer in time.
    #[error("{} within {seconds} s", if *.has_read { "did not answer" } else { "did not read its question" })]
    Silent {
        /// How long it was waited for.
        seconds: f64,
        /// Whether the question went into its standard input.
        has_read: bool,
    },
    /// The process has ended.
    #[error("ended without an answer ({status}){}", after(.rest))]
    Ended {
        /// How.
        status: String,
        /// What it wrote without a line's end.
        rest: String,
    },
    /// The process runs, but can't answer any more.
    #[error("closed its standard output{}", after(.0))]
    Closed(String),
    /// The pipe broke.
    #[error("can't be read: {0}")]
    Unreadable(String),
}

fn after(rest: &str) -> String {
    if rest.is_empty() { String::new() } else { format!(" in the middle of a line: {rest}") }
}

impl Trouble {
    /// Whether the next line can only be the answer to the next question.
    pub(super) fn keeps_step(&self) -> bool {
        matches!(self, Self::Shape { .. })
    }

    /// What the program's author can do.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::NotStarted(_) => {
                "let the program stay where it is until the last test, and leave room to start it again"
            }
            Self::Unasked(_) => "write exactly one line per question, and everything else to standard error",
            Self::NotJson { .. } => "write answers only to standard output, one JSON object per line in UTF-8",
            Self::NoId(_) | Self::OtherId(_) => "answer each question once, in order, with its own `id`",
            Self::Shape { .. } => {
                "write {\"id\", \"result\": \"valid\", \"output\": {...}}, {\"id\", \"result\": \"invalid\", \"error\": {...}} or \
                 {\"id\", \"result\": \"unsupported\"}"
            }
            Self::TooLong => "end each answer with a line feed",
            Self::Hasty(_) => "read the question to the end of its line, then answer",
            Self::Silent { has_read: true, .. } => {
                "flush standard output after each line; if it needs more time, give it some with --timeout"
            }
            Self::Silent { has_read: false, .. } => "read one line from standard input per question",
            Self::Ended { .. } | Self::Closed(_) | Self::Unreadable(_) => {
                "answer `unsupported` instead of giving up, and go on until standard input ends"
            }
        }
    }
}

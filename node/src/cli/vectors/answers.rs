//! `ronde vectors answer`: this implementation as a program that speaks the judge's protocol.

use std::io::{BufRead, Read as _, Write};

use ronde_vectors::{Answer, answer};

use crate::cli::{Blame, Exit, Failure};
use crate::judge::{BadQuestion, MAX_LINE, Question, answer_line};

/// Answers until standard input ends (VECTOR-12). What is not supported is said to be so (VECTOR-7), and why on standard
/// error.
pub(super) fn run() -> Result<Exit, Failure> {
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    let mut number = 0_usize;
    while let Some(line) = next(&mut input)? {
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let question = Question::read(&line).map_err(|error| bad(number, &error))?;
        let came = answer(&question.kind, question.input);
        if let Answer::Unsupported(why) = &came {
            let _ = writeln!(std::io::stderr(), "{}: unsupported: {why}", question.id);
        }
        // Whoever asked may have gone away.
        if output.write_all(&answer_line(&question.id, &came)).and_then(|()| output.flush()).is_err() {
            break;
        }
    }
    Ok(Exit::Ok)
}

fn next(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, Failure> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    let failed = |error: std::io::Error| {
        Failure::new(
            format!("standard input can't be read: {error}"),
            Blame::Machine,
            "try again with a pipe or a file",
        )
    };
    match input.take(limit).read_until(b'\n', &mut line).map_err(failed)? {
        0 => Ok(None),
        _ => Ok(Some(line)),
    }
}

fn bad(number: usize, error: &BadQuestion) -> Failure {
    Failure::new(
        format!("line {number}: {error}"),
        Blame::You,
        "ask with one line {\"id\": \"...\", \"type\": \"...\", \"input\": {...}} per question",
    )
}

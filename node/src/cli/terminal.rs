//! What is said to a person fits the terminal; what goes into a file or to a program stays as it is.

use std::io::{IsTerminal, Write as _};
use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 100;
/// A label at the beginning of a line that is no longer than this has a column of its own.
const LABEL: usize = 20;

/// Says it on standard output.
pub(super) fn say(text: &str) {
    say_whole(&fit(text, width(&std::io::stdout())));
}

/// Says what a program reads. A reader that has gone away (`ronde ... | head`) is no failure of ours.
pub(super) fn say_whole(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Says it on standard error.
pub(super) fn complain(text: &str) {
    let out = std::io::stderr();
    let _ = writeln!(out.lock(), "{}", fit(text, width(&out)));
}

/// Columns, if it is a terminal.
fn width(out: &(impl AsFd + IsTerminal)) -> Option<usize> {
    let size = out.is_terminal().then(|| tcgetwinsize(out).ok()).flatten()?;
    (size.ws_col > 0).then(|| usize::from(size.ws_col).min(WIDEST))
}

fn fit(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return text.to_owned() };
    text.split('\n').map(|line| wrapped(line, width)).collect::<Vec<_>>().join("\n")
}

fn wrapped(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let indent = " ".repeat(column(line));
    let options = Options::new(width)
        .subsequent_indent(&indent)
        .break_words(false)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(line, options).join("\n")
}

/// Where the text of a line begins that has a label ("look  ...", "fault:  ...") or stands indented.
fn column(line: &str) -> usize {
    let label = line.trim_start().find("  ").map(|at| at + line.len() - line.trim_start().len());
    let text = label.map_or(0, |at| line.len() - line.get(at..).unwrap_or_default().trim_start().len());
    let failed = "failed: ";
    match text {
        _ if line.starts_with(failed) => failed.len(),
        0 | LABEL.. => line.len() - line.trim_start().len(),
        text => text,
    }
}

/// A command in backquotes is one word, so that it can be copied.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut quoted = false;
    let mut before = ' ';
    Box::new(
        line.split_inclusive(move |c: char| {
            quoted ^= c == '`';
            let ends = c == ' ' && !quoted && before != ' ';
            before = c;
            ends
        })
        .map(Word::from),
    )
}

#[cfg(test)]
mod tests;

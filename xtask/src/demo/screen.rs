//! How the demo looks: a mark, a sentence and milliseconds per step, at whatever width there is.

use std::io::{IsTerminal, Write};
use std::time::Duration;

/// What a step says when it went well.
#[derive(Debug, Default)]
pub struct Told {
    /// One sentence or two.
    pub text: String,
    /// What proves it; each begins a line of its own.
    pub proofs: Vec<String>,
    /// Shown as it is, say a table.
    pub table: Vec<String>,
}

impl Told {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub fn proof(mut self, text: impl Into<String>) -> Self {
        self.proofs.push(text.into());
        self
    }
}

/// Wider lines are tiring to read.
const WIDEST: usize = 100;
const NARROWEST: usize = 60;
/// The mark and the blanks around it.
const INDENT: usize = 4;
/// " 12345 ms"
const TIME: usize = 10;

#[derive(Clone, Copy)]
enum Style {
    Bold,
    Dim,
    Good,
    Bad,
}

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    width: usize,
    pub colour: bool,
}

impl Screen {
    pub fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_none_or(|value| value == "dumb");
        let wide = if terminal { terminal_width() } else { None };
        Self { width: wide.unwrap_or(80).clamp(NARROWEST, WIDEST), colour: terminal && !plain }
    }

    pub fn title(&self, text: &str, rest: &str) {
        let text = self.paint(Style::Bold, text);
        self.line(&format!("\n{text} {rest}"));
    }

    /// A part of the demo begins.
    pub fn chapter(&self, text: &str) {
        self.line(&format!("\n{}", self.paint(Style::Bold, text)));
    }

    /// A step went well.
    pub fn done(&self, told: &Told, took: Duration) {
        let mark = self.paint(Style::Good, "✓");
        let time = self.paint(Style::Dim, &format!("{:>6} ms", took.as_millis()));
        let room = self.width - INDENT - TIME;
        for (place, row) in wrap(&told.text, room).iter().enumerate() {
            match place {
                0 => self.line(&format!("  {mark} {row:room$} {time}")),
                _ => self.line(&format!("    {row}")),
            }
        }
        for proof in &told.proofs {
            for (place, row) in wrap(proof, self.width - INDENT - 2).iter().enumerate() {
                let begin = if place == 0 { "- " } else { "  " };
                self.line(&format!("    {}", self.paint(Style::Dim, &format!("{begin}{row}"))));
            }
        }
        for row in &told.table {
            self.line(&format!("    {row}"));
        }
    }

    /// A step did not.
    pub fn failed(&self, what: &str, expected: &str, happened: &str) {
        self.line(&format!("  {} {}", self.paint(Style::Bad, "✗ FAILED:"), self.paint(Style::Bold, what)));
        for (name, text) in [("expected", expected), ("happened", happened)] {
            // A table keeps its shape.
            let rows = if text.contains('\n') {
                text.lines().map(str::to_owned).collect()
            } else {
                wrap(text, self.width - INDENT - 10)
            };
            for (place, row) in rows.iter().enumerate() {
                let name = if place == 0 { format!("{name}:") } else { String::new() };
                self.line(&format!("    {name:9} {row}"));
            }
        }
    }

    /// Something by the way.
    pub fn note(&self, text: &str) {
        for row in wrap(text, self.width - 2) {
            self.line(&format!("  {row}"));
        }
    }

    /// A line to be copied: never wrapped.
    pub fn copy(&self, text: &str) {
        self.line(&format!("    {text}"));
    }

    /// Lines of a log.
    pub fn quote(&self, text: &str) {
        for row in text.lines() {
            self.line(&self.paint(Style::Dim, &format!("      {row}")));
        }
    }

    pub fn verdict(&self, good: bool, text: &str) {
        self.line(&format!("\n{}", self.paint(if good { Style::Good } else { Style::Bad }, text)));
    }

    /// A reader that has gone away (`... | head`) is no reason to leave processes behind.
    fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Bold => 1,
            Style::Dim => 2,
            Style::Good => 32,
            Style::Bad => 31,
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then(|| usize::from(size.ws_col))
}

/// Words in rows of at most `room` characters; a word that is longer stands alone.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(row) = rows.last_mut() else { continue };
        if row.is_empty() {
            row.push_str(word);
        } else if row.chars().count() + 1 + word.chars().count() <= room {
            row.push(' ');
            row.push_str(word);
        } else {
            rows.push(word.to_owned());
        }
    }
    rows
}

//! What a program said, cut to what a person can read and a terminal can show.

/// Longest excerpt of a value, in characters.
const VALUE: usize = 300;
/// Longest excerpt of a line.
const LINE: usize = 120;
/// What is shown before the first difference of two long values.
const BEFORE: usize = 40;
/// Longest excerpt of what was written to standard error.
const STDERR_LINES: usize = 3;

/// The beginning of a line, or of any other text that a program chose.
pub(super) fn line(bytes: &[u8]) -> String {
    let start = bytes.get(..LINE * 4).unwrap_or(bytes);
    let text = printable(&String::from_utf8_lossy(start));
    let cut: String = text.chars().take(LINE).collect();
    if bytes.len() <= LINE && cut.len() == text.len() { cut } else { format!("{cut}... ({} bytes)", bytes.len()) }
}

/// Two values around the place where they begin to differ.
pub(super) fn pair(expected: &str, came: &str) -> (String, String) {
    let common = expected.chars().zip(came.chars()).take_while(|(one, other)| one == other).count();
    let from = if common + BEFORE > VALUE { common - BEFORE } else { 0 };
    (window(expected, from), window(came, from))
}

fn window(text: &str, from: usize) -> String {
    let length = text.chars().count();
    let shown: String = text.chars().skip(from).take(VALUE).collect();
    let before = if from > 0 { "..." } else { "" };
    if from == 0 && length <= VALUE {
        return printable(&shown);
    }
    let after = if from + VALUE < length { "..." } else { "" };
    format!("{before}{}{after} ({length} characters)", printable(&shown))
}

/// The last lines that were written to standard error.
pub(super) fn stderr(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<String> = text
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(STDERR_LINES)
        .map(|l| line(l.as_bytes()))
        .collect();
    lines.reverse();
    lines.join(" | ")
}

/// Without what moves a terminal's cursor, turns text around, or shows nothing: all of it is written as a number.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '"' | '\'' => shown.push(c),
            // Leaves letters, digits, signs and the plain space; control and format characters are none of these.
            _ => shown.extend(c.escape_debug()),
        }
    }
    shown
}

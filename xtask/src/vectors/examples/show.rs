//! A test as people read it.

use ronde_vectors::file::{Object, Test, Verdict};
use serde_json::Value;

/// Longest line.
const COLUMNS: usize = 100;
/// Hexadecimal digits in a line of a value that needs several: 32 bytes, the size of keys, points and digests.
const DIGITS: usize = 64;
/// Longest hexadecimal value that is shown whole, in digits.
const LONGEST: usize = 1200;
/// Lines of a longer one.
const SHOWN_LINES: usize = 8;

/// The fenced block of a test.
pub fn block(test: &Test) -> String {
    let (verdict, what) = match test.result {
        Verdict::Valid => ("valid", "output"),
        Verdict::Invalid => ("invalid", "error"),
    };
    let mut lines = words(&format!("{} ({verdict}): {}", test.id, test.comment), COLUMNS);
    for (title, object) in [("input", &test.input), (what, &test.expected)] {
        lines.extend([String::new(), title.to_owned()]);
        lines.extend(members(object).into_iter().map(|line| format!("  {line}")));
    }
    format!("```text\n{}\n```\n", lines.join("\n"))
}

/// Lines of an object, not indented.
fn members(object: &Object) -> Vec<String> {
    object.iter().flat_map(|(name, value)| member(name, value)).collect()
}

fn member(name: &str, value: &Value) -> Vec<String> {
    match one_line(value) {
        // Room for what it stands in: nothing in the vectors nests deeper.
        Some(text) if name.len() + text.len() + 30 <= COLUMNS || text.len() <= DIGITS => {
            vec![format!("{name}: {text}")]
        }
        _ => {
            let inner = lines(value).into_iter().map(|line| format!("  {line}"));
            core::iter::once(format!("{name}:")).chain(inner).collect()
        }
    }
}

/// A value that needs no line of its own.
fn one_line(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => Some("\"\"".to_owned()),
        Value::String(text) if text.contains('\n') => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.is_empty() => Some("[]".to_owned()),
        Value::Array(items) if items.iter().all(Value::is_number) => {
            Some(format!("[{}]", items.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")))
        }
        Value::Object(members) if members.is_empty() => Some("{}".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
        plain => Some(plain.to_string()),
    }
}

/// A value in lines, not indented.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) if !object.is_empty() => members(object),
        Value::Array(items) if one_line(value).is_none() => items.iter().flat_map(item).collect(),
        Value::String(text) if is_hex(text) => hex(text),
        Value::String(text) if text.contains('\n') => text.lines().map(str::to_owned).collect(),
        other => words(&one_line(other).unwrap_or_default(), COLUMNS - 30),
    }
}

/// An element of a list: a dash before its first line.
fn item(value: &Value) -> Vec<String> {
    let lines = lines(value).into_iter().enumerate();
    lines.map(|(at, line)| format!("{}{line}", if at == 0 { "- " } else { "  " })).collect()
}

fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

fn hex(text: &str) -> Vec<String> {
    let shown = if text.len() > LONGEST { SHOWN_LINES } else { usize::MAX };
    let pieces = text.as_bytes().chunks(DIGITS).take(shown);
    let mut lines: Vec<String> = pieces.map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
    if text.len() > LONGEST {
        lines.push(format!("... ({} bytes)", text.len() / 2));
    }
    lines
}

/// Text in lines up to a width, broken at spaces.
fn words(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

//! Reads Rust source as the rules need it: comments and literals blanked, lines kept, words with their place.

use std::fs;
use std::path::{Path, PathBuf};

/// A breach of a rule, printed as `file:line: rule: what`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub path: String,
    pub line: usize,
    pub rule: &'static str,
    pub what: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

/// One source file. `path` is relative to the root of the repository, with forward slashes.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    /// As many lines as the file has, with comments, strings and characters turned into blanks.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), code: blank(text) }
    }

    /// Tests live in files named `tests.rs` or in folders named `tests`; most rules leave them alone.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }

    /// The module path inside the crate: `protocol/src/crypto/poprf.rs` is `[crypto, poprf]`.
    pub fn modules(&self) -> Vec<&str> {
        let inside = self.path.split_once("/src/").map_or(self.path.as_str(), |(_, rest)| rest);
        let mut parts: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) {
            parts.pop();
        }
        parts
    }

    pub fn violation(&self, line: usize, rule: &'static str, what: impl Into<String>) -> Violation {
        Violation { path: self.path.clone(), line, rule, what: what.into() }
    }

    /// Identifiers, numbers and single signs of the code, each with its line. `::` counts as one sign.
    pub fn tokens(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        for (number, line) in self.code.lines().enumerate() {
            let mut rest = line.trim_start();
            while let Some(first) = rest.chars().next() {
                let length = if is_word(first) {
                    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
                } else if rest.starts_with("::") {
                    2
                } else {
                    first.len_utf8()
                };
                let (token, after) = rest.split_at(length);
                found.push((number + 1, token));
                rest = after.trim_start();
            }
        }
        found
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// All `.rs` files under `root/folder`, sorted by path.
pub fn read_tree(root: &Path, folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root.join(folder), &mut paths);
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let relative = path.strip_prefix(root).expect("found under the root").to_string_lossy().replace('\\', "/");
            Source::new(&relative, &fs::read_to_string(path).expect("source is UTF-8"))
        })
        .collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// Blanks comments (nested ones too), strings (raw and byte ones too) and character literals; keeps line breaks.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(first) = rest.chars().next() {
        let skipped = if after_word && first != '"' && first != '\'' { 0 } else { literal_or_comment(rest) };
        if skipped == 0 {
            out.push(first);
            after_word = is_word(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(rest[..skipped].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            after_word = false;
            rest = &rest[skipped..];
        }
    }
    out
}

/// Bytes taken by the comment or literal at the start of `rest`, or zero if there is none.
fn literal_or_comment(rest: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let prefix = ["br", "cr", "b", "c", "r"].into_iter().find(|p| {
        rest.strip_prefix(p)
            .is_some_and(|after| after.trim_start_matches('#').starts_with('"') || *p == "b" && after.starts_with('\''))
    });
    let prefix = prefix.unwrap_or("");
    let body = &rest[prefix.len()..];
    let hashes = body.len() - body.trim_start_matches('#').len();
    if prefix.ends_with('r') && body[hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let start = prefix.len() + hashes + 1;
        return rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len());
    }
    if body.starts_with('"') {
        return prefix.len() + quoted(body, '"');
    }
    if body.starts_with('\'') && is_character(body) {
        return prefix.len() + quoted(body, '\'');
    }
    0
}

/// A quote opens a character, not a lifetime, if an escape follows or the next quote is one character on.
fn is_character(body: &str) -> bool {
    let mut following = body.chars().skip(1);
    match following.next() {
        Some('\\') => true,
        Some(_) => following.next() == Some('\''),
        None => false,
    }
}

fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    body.len()
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

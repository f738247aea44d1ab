//! The rules: each takes sources and returns what breaks it. `controls.rs` shows that each can.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, Violation};

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 70;

/// Who may import whom inside the pure crate. A module that is not listed has no layer yet: give it one here.
/// Messages and the charter are one layer: an order is checked against a keyset, and a charter is a message.
const PROTOCOL_LAYERS: &[(&str, &[&str])] = &[
    ("limits", &[]),
    ("quorum", &["limits"]),
    ("crypto", &["limits"]),
    ("message", &["limits", "quorum", "crypto", "charter"]),
    ("charter", &["limits", "quorum", "crypto", "message"]),
    ("machine", &["limits", "quorum", "crypto", "message", "charter"]),
];

/// What the lower parts of the node must not know of.
const NODE_NEVER: &[(&str, &[&str])] = &[
    ("store", &["transport", "driver", "http", "pages", "cli"]),
    ("transport", &["store", "driver", "http", "pages", "cli"]),
    ("driver", &["http", "pages", "cli"]),
    ("http", &["pages", "cli"]),
    ("pages", &["store", "transport", "driver", "cli"]),
    ("earning", &["store", "transport", "driver", "http", "pages", "cli", "shop", "config", "clock"]),
    ("judge", &["store", "transport", "driver", "http", "pages", "cli"]),
];

/// Nothing in the pure crate reads a clock, rolls dice, runs beside something else, or can stop the process.
const PROTOCOL_NEVER: &[&str] = &[
    "std::",
    "extern crate std",
    "Instant",
    "SystemTime",
    "thread",
    "async",
    "await",
    "HashMap",
    "HashSet",
    "unsafe",
    "rand",
    "rand_core",
    "getrandom",
    "println!",
    "eprintln!",
];

/// What may stop the process; neither library may.
const PANICS: &[&str] =
    &[".unwrap()", ".unwrap_err()", ".expect(", ".expect_err(", "panic!", "todo!", "unimplemented!", "unreachable!"];

/// The only readers of time and randomness in the node.
const NODE_READERS: &[(&str, &[&str])] =
    &[("node/src/clock.rs", &["SystemTime", "Instant::now"]), ("node/src/entropy.rs", &["getrandom", "rand"])];

/// Files stay under 400 lines, tests apart.
pub fn file_length(source: &Source) -> Vec<Violation> {
    let lines = source.code.lines().count();
    if source.is_test() || lines <= MAX_FILE_LINES {
        return Vec::new();
    }
    vec![source.violation(lines, "file length", format!("{lines} lines, at most {MAX_FILE_LINES}"))]
}

/// Functions stay under 70 lines, from `fn` to the closing brace, tests apart.
pub fn function_length(source: &Source) -> Vec<Violation> {
    if source.is_test() {
        return Vec::new();
    }
    let tokens = source.tokens();
    let starts = tokens.iter().enumerate().filter(|(_, (_, token))| *token == "fn");
    starts
        .filter_map(|(at, (line, _))| {
            let name = tokens.get(at + 1).map(|(_, name)| *name).filter(|name| *name != "(")?;
            let lines = function_end(&tokens[at..])? - line + 1;
            let what = format!("fn {name} has {lines} lines, at most {MAX_FUNCTION_LINES}");
            (lines > MAX_FUNCTION_LINES).then(|| source.violation(*line, "function length", what))
        })
        .collect()
}

/// The line of the brace that closes the body, or `None` for a declaration or a function pointer type.
fn function_end(tokens: &[(usize, &str)]) -> Option<usize> {
    let mut braces = 0_usize;
    let mut brackets = 0_usize;
    for (line, token) in tokens {
        match *token {
            "(" | "[" if braces == 0 => brackets += 1,
            ")" | "]" if braces == 0 => brackets = brackets.checked_sub(1)?,
            ";" if braces == 0 && brackets == 0 => return None,
            "{" => braces += 1,
            "}" => {
                braces = braces.checked_sub(1)?;
                if braces == 0 {
                    return Some(*line);
                }
            }
            _ => {}
        }
    }
    None
}

/// Imports inside the pure crate point down: crypto, then message and charter, then machine.
pub fn protocol_layers(source: &Source) -> Vec<Violation> {
    let Some(own) = source.modules().first().copied() else { return Vec::new() };
    let Some((_, below)) = PROTOCOL_LAYERS.iter().find(|(name, _)| *name == own) else {
        return vec![source.violation(1, "layers", format!("module {own} has no layer; give it one in tidy"))];
    };
    imports(source)
        .into_iter()
        .filter(|(_, target)| *target != own && !below.contains(target))
        .map(|(line, target)| source.violation(line, "layers", format!("{own} must not import {target}")))
        .collect()
}

/// The node's storage and transport know nothing of what is built on them.
pub fn node_layers(source: &Source) -> Vec<Violation> {
    let own = source.modules().first().copied().unwrap_or_default();
    let Some((_, above)) = NODE_NEVER.iter().find(|(name, _)| *name == own) else { return Vec::new() };
    imports(source)
        .into_iter()
        .filter(|(_, target)| above.contains(target))
        .map(|(line, target)| source.violation(line, "layers", format!("{own} must not import {target}")))
        .collect()
}

/// Names that `crate::` and climbing `super::` paths take from the root of the crate, with their lines.
fn imports(source: &Source) -> Vec<(usize, &str)> {
    let tokens = source.tokens();
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut depth = if tokens[at].1 == "crate" { 0 } else { source.modules().len() };
        let start = at;
        while at < tokens.len() && matches!(tokens[at].1, "crate" | "super") && next_is(&tokens, at, "::") {
            depth = depth.saturating_sub(usize::from(tokens[at].1 == "super"));
            at += 2;
        }
        if at == start {
            at += 1;
        } else if depth == 0 {
            found.extend(heads(&tokens[at..]));
        }
    }
    found
}

fn next_is(tokens: &[(usize, &str)], at: usize, sign: &str) -> bool {
    tokens.get(at + 1).is_some_and(|(_, token)| *token == sign)
}

/// The first name of a path, or of each path in a braced list.
fn heads<'a>(tokens: &[(usize, &'a str)]) -> Vec<(usize, &'a str)> {
    let Some(first) = tokens.first() else { return Vec::new() };
    if first.1 != "{" {
        return vec![*first];
    }
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for (at, (_, token)) in tokens.iter().enumerate() {
        depth = match *token {
            "{" => depth + 1,
            "}" => depth - 1,
            _ => depth,
        };
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(*token, "{" | ",") {
            found.extend(tokens.get(at + 1).filter(|(_, name)| !matches!(*name, "}" | "self")));
        }
    }
    found
}

/// No clock, dice, threads, unordered maps, `unsafe` or panics in the pure crate.
pub fn protocol_names(source: &Source) -> Vec<Violation> {
    if source.is_test() {
        return Vec::new();
    }
    let mut found = forbidden(source, "pure crate", PROTOCOL_NEVER);
    found.extend(forbidden(source, "no panics", PANICS).into_iter().filter(|v| !is_infallible(source, &v.what)));
    found
}

/// Writing a value of ours into memory can't fail, and says so in the one place that does it.
fn is_infallible(source: &Source, what: &str) -> bool {
    source.path == "protocol/src/message/codec.rs" && what == "`.expect(`"
}

/// No panics and no `unsafe` in the node; one file reads the clock, one the system's randomness.
pub fn node_names(source: &Source) -> Vec<Violation> {
    if source.is_test() {
        return Vec::new();
    }
    let mut found = library_names(source);
    for (reader, names) in NODE_READERS.iter().filter(|(reader, _)| *reader != source.path) {
        let only = forbidden(source, "one reader", names);
        found.extend(only.into_iter().map(|v| Violation { what: format!("{}: only {reader} may", v.what), ..v }));
    }
    found
}

/// No panics and no `unsafe` in any library.
pub fn library_names(source: &Source) -> Vec<Violation> {
    if source.is_test() {
        return Vec::new();
    }
    let mut found = forbidden(source, "no panics", PANICS);
    found.extend(forbidden(source, "no unsafe", &["unsafe"]));
    found
}

fn forbidden(source: &Source, rule: &'static str, names: &[&str]) -> Vec<Violation> {
    let tokens = source.tokens();
    let mut found = Vec::new();
    for name in names {
        let pattern = Source::new("", name);
        let pattern: Vec<&str> = pattern.tokens().into_iter().map(|(_, token)| token).collect();
        let hits =
            tokens.windows(pattern.len()).filter(|window| window.iter().map(|t| t.1).eq(pattern.iter().copied()));
        found.extend(hits.map(|window| source.violation(window[0].0, rule, format!("`{name}`"))));
    }
    found
}

/// Tests live in files of their own: `#[cfg(test)] mod tests;`, never with a body in place.
pub fn no_inline_tests(source: &Source) -> Vec<Violation> {
    let tokens = source.tokens();
    let hits = tokens.windows(7).filter(|w| {
        let signs: Vec<&str> = w.iter().map(|t| t.1).collect();
        matches!(signs.as_slice(), ["(", "test", ")", "]", "mod", _, "{"])
    });
    hits.map(|w| source.violation(w[0].0, "tests apart", "inline test module; move it to a file")).collect()
}

/// The crate root forbids `unsafe` and, in the pure crate, does without `std`.
pub fn root_attributes(root: &Source) -> Vec<Violation> {
    let code: String = root.code.split_whitespace().collect();
    ["#![no_std]", "#![forbid(unsafe_code)]"]
        .into_iter()
        .filter(|attribute| !code.contains(attribute))
        .map(|attribute| root.violation(1, "root attributes", format!("{attribute} is missing")))
        .collect()
}

/// Every file is reached from one of the `roots` by `mod` declarations; a file that is not is never compiled.
pub fn reachable(sources: &[Source], roots: &[&str]) -> Vec<Violation> {
    let by_path: BTreeMap<&str, &Source> = sources.iter().map(|s| (s.path.as_str(), s)).collect();
    let mut reached = BTreeSet::new();
    let mut open: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    while let Some(path) = open.pop() {
        let Some(source) = by_path.get(path.as_str()) else { continue };
        if reached.insert(path.clone()) {
            open.extend(declared(source));
        }
    }
    let lost = sources.iter().filter(|source| !reached.contains(&source.path));
    lost.map(|source| source.violation(1, "reachable", "no `mod` declaration leads here")).collect()
}

/// Where the modules declared in a file may live.
fn declared(source: &Source) -> Vec<String> {
    let stem = source.path.trim_end_matches(".rs");
    let owns_folder = ["/mod", "/lib", "/main"].iter().find_map(|end| stem.strip_suffix(end));
    let folder = owns_folder.unwrap_or(stem);
    let tokens = source.tokens();
    let names = tokens.windows(3).filter(|w| w[0].1 == "mod" && w[2].1 == ";").map(|w| w[1].1);
    names.flat_map(|name| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")]).collect()
}

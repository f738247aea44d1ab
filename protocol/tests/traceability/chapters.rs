//! What the chapters define: numbered rules, and words that only a rule may say in capitals.

use crate::files::Page;

/// Which chapter may define rules of a prefix.
pub const PREFIXES: &[(&str, u32)] = &[
    ("ENC", 2),
    ("GROUP", 3),
    ("HASH", 3),
    ("COIN", 4),
    ("POPRF", 5),
    ("PROOF", 6),
    ("EVAL", 6),
    ("SPEND", 7),
    ("VOTE", 8),
    ("CERT", 8),
    ("CHARTER", 9),
    ("ORDER", 10),
    ("WITNESS", 11),
    ("STORE", 12),
    ("WALLET", 13),
    ("TRANSPORT", 14),
    ("HTTP", 15),
    ("LOG", 16),
    ("ROLLBACK", 16),
    ("EVIDENCE", 17),
    ("BOOKS", 18),
    ("ROLLOVER", 19),
    ("RESTORE", 20),
    ("LIMIT", 21),
    ("ERROR", 22),
    ("OPS", 25),
    ("VECTOR", 27),
    ("EARN", 28),
    ("TILL", 29),
    ("EVENT", 30),
    ("RECEIPT", 31),
    ("BASKET", 32),
    ("RETURN", 33),
];

/// The words of RFC 2119. *NOT* only follows one of them.
pub const LOUD: &[&str] = &["MUST", "SHALL", "SHOULD", "MAY", "REQUIRED", "RECOMMENDED", "OPTIONAL"];

/// The number of a rule, as `VOTE-3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleName {
    pub prefix: String,
    pub number: u32,
}

impl RuleName {
    /// Reads one at the beginning of a text, whatever its prefix; with what follows.
    pub fn parse(text: &str) -> Option<(Self, &str)> {
        let end = text.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(text.len());
        let (prefix, rest) = text.split_at(end);
        let digits = rest.strip_prefix('-')?;
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (number, rest) = digits.split_at(end);
        if prefix.is_empty() || number.starts_with('0') || rest.starts_with(is_word) {
            return None;
        }
        Some((Self { prefix: prefix.to_owned(), number: number.parse().ok()? }, rest))
    }

    /// Where rules of its prefix stand.
    pub fn chapter(&self) -> Option<u32> {
        PREFIXES.iter().find(|(prefix, _)| *prefix == self.prefix).map(|(_, chapter)| *chapter)
    }
}

impl std::fmt::Display for RuleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.prefix, self.number)
    }
}

/// A letter, digit, `_` or `-`: what a rule's number does not touch.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// A rule as a chapter defines it.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: RuleName,
    pub line: usize,
    /// Whether it says one of the words.
    pub is_loud: bool,
}

/// A numbered chapter.
#[derive(Clone, Debug)]
pub struct Chapter {
    pub path: String,
    pub number: u32,
    pub rules: Vec<Rule>,
    /// Numbers in bold that do not begin a paragraph or list item.
    pub strays: Vec<(usize, RuleName)>,
    /// Words in capitals outside of any rule.
    pub loud: Vec<(usize, &'static str)>,
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Code,
    Rule,
    Prose,
}

impl Chapter {
    pub fn read(page: &Page) -> Self {
        let name = page.path.trim_start_matches("spec/");
        let digits = name.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        let number = digits.parse().unwrap_or(0);
        let (rules, strays, loud) = (Vec::new(), Vec::new(), Vec::new());
        let mut chapter = Self { path: page.path.clone(), number, rules, strays, loud };
        let mut within = Within::Prose;
        let mut fresh = true;
        for (at, line) in page.text.lines().enumerate() {
            (within, fresh) = chapter.line(at + 1, line, within, fresh);
        }
        chapter
    }

    /// Takes a line; `fresh` says whether a paragraph may begin here.
    fn line(&mut self, number: usize, line: &str, within: Within, fresh: bool) -> (Within, bool) {
        if line.trim_start().starts_with("```") {
            return (if within == Within::Code { Within::Prose } else { Within::Code }, true);
        }
        if within == Within::Code {
            return (within, false);
        }
        let (item, text) = strip_marker(line);
        let begins = (fresh || item).then(|| definition(text)).flatten();
        let within = match &begins {
            Some(_) => Within::Rule,
            None if line.trim().is_empty() || item => Within::Prose,
            None => within,
        };
        let quiet = without_code(text);
        let word = LOUD.iter().copied().find(|word| has_word(&quiet, word));
        let defined = begins.is_some();
        if let Some(name) = begins {
            self.rules.push(Rule { name, line: number, is_loud: false });
        }
        let after = if defined { text.get(2..).unwrap_or_default() } else { text };
        self.strays.extend(stray_numbers(after).map(|name| (number, name)));
        match (within, self.rules.last_mut()) {
            (Within::Rule, Some(rule)) => rule.is_loud |= word.is_some(),
            _ => self.loud.extend(word.map(|word| (number, word))),
        }
        (within, line.trim().is_empty() || line.starts_with("<!--") || line.starts_with('#'))
    }
}

/// Whether the line begins a list item, and its text.
fn strip_marker(line: &str) -> (bool, &str) {
    let text = line.trim_start();
    if let Some(rest) = text.strip_prefix("* ").or_else(|| text.strip_prefix("- ")) {
        return (true, rest.trim_start());
    }
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match digits.strip_prefix(". ") {
        Some(rest) if digits.len() < text.len() => (true, rest.trim_start()),
        _ => (false, text),
    }
}

/// The rule that `**VOTE-3.** ...` defines.
fn definition(text: &str) -> Option<RuleName> {
    let (name, rest) = RuleName::parse(text.strip_prefix("**")?)?;
    rest.starts_with(".**").then_some(name)
}

/// Further rule numbers in bold within a line.
fn stray_numbers(text: &str) -> impl Iterator<Item = RuleName> + '_ {
    text.match_indices("**").filter_map(|(at, _)| definition(&text[at..]))
}

/// A line without its `code`.
fn without_code(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word))
}

/// A row of `spec/exceptions.md`.
#[derive(Clone, Debug)]
pub struct Exception {
    pub line: usize,
    /// What stands in the first cell.
    pub names: String,
    pub name: Option<RuleName>,
    pub reason: String,
}

/// `| RULE | reason |`, but for the head of the table.
pub fn exceptions(page: &Page) -> Vec<Exception> {
    let rows = page.text.lines().enumerate().filter_map(|(at, line)| {
        let mut cells = line.strip_prefix("| ")?.trim_end().trim_end_matches('|').splitn(2, " | ");
        let names = cells.next()?.trim().to_owned();
        let reason = cells.next().unwrap_or_default().trim().to_owned();
        let head = names == "rule" || names.starts_with("---");
        let name = RuleName::parse(&names).filter(|(_, rest)| rest.is_empty()).map(|(name, _)| name);
        (!head).then_some(Exception { line: at + 1, names, name, reason })
    });
    rows.collect()
}

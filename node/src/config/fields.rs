//! One table of a rule section, read strictly: its keys, their lines, and exact complaints.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Origin};
use super::raw::nearest;
use super::rules::{RULE_KEYS, RuleKey, origin, shown};

/// The file that is read.
pub(super) struct Page<'a> {
    /// Its name.
    pub(super) file: &'a Path,
    /// What it says.
    pub(super) text: &'a str,
}

impl Page<'_> {
    /// The line of a byte, counted from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
    }
}

/// A table whose keys are all known.
pub(super) struct Fields<'p, 't> {
    page: &'p Page<'p>,
    line: usize,
    all: BTreeMap<&'static str, (usize, &'t Spanned<DeValue<'t>>)>,
}

impl<'p, 't> Fields<'p, 't> {
    /// Reads the section of this name, which stands at `line`.
    pub(super) fn section(
        page: &'p Page<'p>,
        name: &str,
        line: usize,
        value: &'t DeValue<'t>,
    ) -> Result<Self, ConfigError> {
        let DeValue::Table(table) = value else {
            return Err(ConfigError::Rule {
                origin: Box::new(origin(page, line)),
                what: format!("`{name}` is {}, but must be a section", shown(value)),
                fix: format!("write its rules below a line [{name}]"),
            });
        };
        Self::table(page, name, line, table)
    }

    fn table(page: &'p Page<'p>, name: &str, line: usize, table: &'t DeTable<'t>) -> Result<Self, ConfigError> {
        let mut all = BTreeMap::new();
        for (key, value) in table {
            let written = format!("{name}.{}", key.get_ref());
            let line = page.line(key.span().start);
            let Some(known) = RULE_KEYS.iter().find(|known| known.key == written) else {
                // Of the same section if one there is near at all: the same key may stand in several.
                let here = RULE_KEYS.iter().map(|known| known.key).filter(|key| {
                    key.strip_prefix(name)
                        .and_then(|rest| rest.strip_prefix('.'))
                        .is_some_and(|rest| !rest.contains('.'))
                });
                let nearest = nearest(&written, here);
                return Err(ConfigError::UnknownKey { origin: Box::new(origin(page, line)), key: written, nearest });
            };
            all.insert(known.key, (line, value));
        }
        let first = all.values().map(|(line, _)| *line).min();
        Ok(Self { page, line: first.unwrap_or(line), all })
    }

    /// Where the table begins: its first key.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Where a key stands; where the table does, if it has none of it.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.all.get(key).map_or(self.line, |(line, _)| *line)
    }

    /// A line of the same file.
    pub(super) fn origin_at(&self, line: usize) -> Origin {
        origin(self.page, line)
    }

    fn value(&self, key: &str) -> Option<&'t DeValue<'t>> {
        self.all.get(key).map(|(_, value)| value.get_ref())
    }

    /// A whole number that `fits`.
    pub(super) fn number(&self, key: &'static str, fits: impl Fn(&u64) -> bool) -> Result<Option<u64>, ConfigError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let number = match value {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => None,
        };
        number.filter(fits).map(Some).ok_or_else(|| self.wrong(key, shown(value)))
    }

    /// A text.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<&'t str>, ConfigError> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(key, shown(other))),
        }
    }

    /// What `make` makes of a text.
    pub(super) fn made<T>(
        &self,
        key: &'static str,
        make: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        make(text).map(Some).ok_or_else(|| self.wrong(key, format!("{text:?}")))
    }

    /// The same of a day, which may also stand without quotes.
    pub(super) fn date<T>(
        &self,
        key: &'static str,
        make: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        match self.value(key) {
            Some(DeValue::Datetime(day)) => {
                make(&day.to_string()).map(Some).ok_or_else(|| self.wrong(key, day.to_string()))
            }
            _ => self.made(key, make),
        }
    }

    /// A list of words, none twice.
    pub(super) fn words<T: PartialEq>(
        &self,
        key: &'static str,
        make: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, ConfigError> {
        let mut words = Vec::new();
        let list = match self.value(key) {
            None => return Ok(words),
            Some(DeValue::Array(list)) if !list.is_empty() => list,
            Some(other) => return Err(self.wrong(key, shown(other))),
        };
        for item in list {
            let word = match item.get_ref() {
                DeValue::String(text) => make(text),
                _ => None,
            };
            match word {
                Some(word) if !words.contains(&word) => words.push(word),
                _ => return Err(self.wrong(key, format!("a list with {}", shown(item.get_ref())))),
            }
        }
        Ok(words)
    }

    /// Tables of this key, each made into something.
    pub(super) fn tables<T>(
        &self,
        key: &'static str,
        most: usize,
        make: impl Fn(&Fields<'p, 't>) -> Result<T, ConfigError>,
    ) -> Result<Vec<T>, ConfigError> {
        let Some((line, value)) = self.all.get(key) else { return Ok(Vec::new()) };
        let DeValue::Array(list) = value.get_ref() else { return Err(self.wrong(key, shown(value.get_ref()))) };
        if list.len() > most {
            return Err(self.rule_at(
                key,
                &format!("there are more than {most} of `{key}`"),
                "keep those that are needed",
            ));
        }
        let mut made = Vec::new();
        for item in list {
            let DeValue::Table(table) = item.get_ref() else { return Err(self.wrong(key, shown(item.get_ref()))) };
            made.push(make(&Fields::table(self.page, key, (*line).max(self.page.line(item.span().start)), table)?)?);
        }
        Ok(made)
    }

    fn known(key: &'static str) -> RuleKey {
        let fallback = RuleKey { key, expected: "something else", example: "" };
        RULE_KEYS.iter().find(|known| known.key == key).copied().unwrap_or(fallback)
    }

    /// What stands there can't.
    pub(super) fn wrong(&self, key: &'static str, found: String) -> ConfigError {
        let known = Self::known(key);
        let origin = Box::new(self.origin_at(self.line_of(key)));
        ConfigError::Value { origin, key, found, expected: known.expected, example: known.example }
    }

    /// Nothing stands there, and something must.
    pub(super) fn missing(&self, key: &'static str) -> ConfigError {
        let own = key.rsplit('.').next().unwrap_or(key);
        self.rule(&format!("`{key}` is missing"), &format!("add a line `{own} = {}`", Self::known(key).example))
    }

    /// The table as a whole can't be.
    pub(super) fn rule(&self, what: &str, fix: &str) -> ConfigError {
        let origin = Box::new(self.origin_at(self.line));
        ConfigError::Rule { origin, what: what.to_owned(), fix: fix.to_owned() }
    }

    /// A key can't be so beside others.
    pub(super) fn rule_at(&self, key: &str, what: &str, fix: &str) -> ConfigError {
        let origin = Box::new(self.origin_at(self.line_of(key)));
        ConfigError::Rule { origin, what: what.to_owned(), fix: fix.to_owned() }
    }
}

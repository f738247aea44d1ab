//! Values as they were written, each with its origin, before anything is made of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ronde_protocol::message::amount::Points;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Origin};
use super::fields::Page;
use super::rules::{self, RULE_SECTIONS};
use super::settings::{OTHER_PREFIXES, OTHER_VARIABLES, SETTINGS, Setting};
use crate::earning::Rules;

/// One value with its origin.
struct Given {
    /// The text of a string, number or truth value.
    text: String,
    kind: GivenKind,
    origin: Origin,
}

/// What was written; a variable can stand for each of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GivenKind {
    Any,
    Text,
    Integer,
    Flag,
}

pub(super) struct Raw {
    file: PathBuf,
    /// The sections that are rules; no variable goes over them.
    pub(super) rules: Rules,
    given: BTreeMap<&'static str, Given>,
}

impl Raw {
    /// Reads the file's text, then the variables over it.
    pub(super) fn collect(
        file: &Path,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut raw = Self { file: file.to_owned(), rules: Rules::default(), given: BTreeMap::new() };
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            origin: Box::new(raw.line(text, error.span().map_or(0, |span| span.start))),
            message: error.message().to_owned(),
        })?;
        raw.take_table("", text, table.get_ref())?;
        raw.rules = rules::read(&Page { file, text }, table.get_ref())?;
        for (name, value) in environment {
            raw.take_variable(name, value)?;
        }
        Ok(raw)
    }

    fn take_table(&mut self, section: &str, text: &str, table: &DeTable<'_>) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key =
                if section.is_empty() { name.get_ref().to_string() } else { format!("{section}.{}", name.get_ref()) };
            if section.is_empty() && RULE_SECTIONS.contains(&key.as_str()) {
                continue;
            }
            let origin = self.line(text, name.span().start);
            match value.get_ref() {
                DeValue::Table(inner) if section.is_empty() && is_section(&key) => {
                    self.take_table(&key, text, inner)?
                }
                _ => self.take_value(key, value, origin)?,
            }
        }
        Ok(())
    }

    fn take_value(&mut self, key: String, value: &Spanned<DeValue<'_>>, origin: Origin) -> Result<(), ConfigError> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let known = SETTINGS.iter().map(|setting| setting.key).chain(RULE_SECTIONS.iter().copied());
            let nearest = nearest(&key, known);
            return Err(ConfigError::UnknownKey { origin: Box::new(origin), key, nearest });
        };
        let (text, kind) = match value.get_ref() {
            DeValue::String(text) => (text.to_string(), GivenKind::Text),
            DeValue::Integer(number) if number.radix() == 10 => (number.as_str().to_owned(), GivenKind::Integer),
            DeValue::Boolean(flag) => (flag.to_string(), GivenKind::Flag),
            other => return Err(refuse(setting, &origin, other.type_str().to_owned(), "a single value")),
        };
        self.given.insert(setting.key, Given { text, kind, origin });
        Ok(())
    }

    fn take_variable(&mut self, name: String, text: String) -> Result<(), ConfigError> {
        let elsewhere = OTHER_VARIABLES.contains(&name.as_str())
            || OTHER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || !name.starts_with("RONDE_");
        if elsewhere {
            return Ok(());
        }
        let Some(setting) = SETTINGS.iter().find(|setting| setting.variable == name) else {
            let known = SETTINGS.iter().map(|setting| setting.variable).chain(OTHER_VARIABLES.iter().copied());
            let nearest = nearest(&name, known);
            return Err(ConfigError::UnknownVariable { name, nearest });
        };
        self.given.insert(setting.key, Given { text, kind: GivenKind::Any, origin: Origin::Variable(name) });
        Ok(())
    }

    fn line(&self, text: &str, offset: usize) -> Origin {
        let before = text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
        Origin::Line(self.file.clone(), before + 1)
    }

    /// Where a setting's value comes from.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.given.get(key).map_or(Origin::Default, |given| given.origin.clone())
    }

    /// What was given, or the default, made into a value; refused with what was expected.
    fn value<T>(
        &self,
        key: &str,
        kind: GivenKind,
        expected: &'static str,
        make: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            return Err(ConfigError::UnknownKey {
                origin: Box::new(Origin::Default),
                key: key.to_owned(),
                nearest: nearest(key, SETTINGS.iter().map(|setting| setting.key)),
            });
        };
        let missing = || ConfigError::Missing { file: self.file.clone(), key: setting.key, example: setting.example };
        let (text, found, origin) = match self.given.get(key) {
            Some(given) => (given.text.as_str(), given.kind, given.origin.clone()),
            None => (setting.default.ok_or_else(missing)?, GivenKind::Any, Origin::Default),
        };
        let fits = found == kind || found == GivenKind::Any;
        fits.then(|| make(text)).flatten().ok_or_else(|| {
            let shown = if found == GivenKind::Text { format!("{text:?}") } else { text.to_owned() };
            refuse(setting, &origin, shown, expected)
        })
    }

    pub(super) fn store(&self) -> Result<u32, ConfigError> {
        let make = |text: &str| text.parse().ok().filter(|number| *number != 0);
        self.value("store", GivenKind::Integer, "a store's number, from 1", make)
    }

    pub(super) fn path(&self, key: &str) -> Result<PathBuf, ConfigError> {
        let base = self.file.parent().map(Path::to_owned).unwrap_or_default();
        let make = |text: &str| (!text.is_empty()).then(|| base.join(text));
        self.value(key, GivenKind::Text, "the path of a file or folder, in quotes", make)
    }

    /// A path that may be left out.
    pub(super) fn optional_path(&self, key: &str) -> Result<Option<PathBuf>, ConfigError> {
        self.given.contains_key(key).then(|| self.path(key)).transpose()
    }

    /// Points that may be left out.
    pub(super) fn optional_points(&self, key: &str) -> Result<Option<Points>, ConfigError> {
        let points = || {
            let expected = "whole points, without quotes; without the line nothing is bounded";
            self.value(key, GivenKind::Integer, expected, |text| text.parse().ok().map(Points))
        };
        self.given.contains_key(key).then(points).transpose()
    }

    pub(super) fn address(&self, key: &str) -> Result<SocketAddr, ConfigError> {
        self.value(key, GivenKind::Text, "an IP address and a port, in quotes", |text| text.parse().ok())
    }

    /// An address that only this machine reaches; nothing if it is empty (OPS-11).
    pub(super) fn own_address(&self, key: &str) -> Result<Option<SocketAddr>, ConfigError> {
        let make = |text: &str| match text {
            "" => Some(None),
            text => text.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback()).map(Some),
        };
        let expected =
            "a loopback address and a port in quotes, or empty: whoever watches from elsewhere reads it there";
        self.value(key, GivenKind::Text, expected, make)
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, ConfigError> {
        self.value(key, GivenKind::Flag, "true or false, without quotes", |text| text.parse().ok())
    }

    pub(super) fn seconds(&self, key: &str) -> Result<Duration, ConfigError> {
        let make = |text: &str| {
            let seconds: u64 = text.parse().ok()?;
            (1..=86_400).contains(&seconds).then(|| Duration::from_secs(seconds))
        };
        self.value(key, GivenKind::Integer, "whole seconds from 1 to 86400, without quotes", make)
    }

    pub(super) fn connections(&self, key: &str) -> Result<usize, ConfigError> {
        let make = |text: &str| text.parse().ok().filter(|count| (64..=16_384).contains(count));
        self.value(key, GivenKind::Integer, "a whole number from 64 to 16384, without quotes", make)
    }

    pub(super) fn mebibytes(&self, key: &str) -> Result<u64, ConfigError> {
        let make = |text: &str| text.parse().ok().filter(|mib: &u64| *mib <= 1 << 20)?.checked_mul(crate::space::MIB);
        self.value(key, GivenKind::Integer, "whole mebibytes from 0 to 1048576, without quotes", make)
    }

    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T, ConfigError> {
        let make = |text: &str| choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        let expected = SETTINGS.iter().find(|setting| setting.key == key).map_or("", |setting| setting.about);
        self.value(key, GivenKind::Text, expected, make)
    }
}

fn is_section(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key.split_once('.').is_some_and(|(section, _)| section == key))
}

fn refuse(setting: &Setting, origin: &Origin, found: String, expected: &'static str) -> ConfigError {
    ConfigError::Value { origin: Box::new(origin.clone()), key: setting.key, found, expected, example: setting.example }
}

/// The known name that is spelt most alike. A key without its section, and a section without a key, count as well, a
/// little less.
pub(super) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    use strsim::damerau_levenshtein as distance;
    let parts = |name: &str| match name.rsplit_once('.') {
        Some((section, key)) => (section.to_owned(), key.to_owned()),
        None => (String::new(), name.to_owned()),
    };
    let (_, key_written) = parts(written);
    let far = |name: &str| {
        let (section, key) = parts(name);
        distance(written, name).min(1 + distance(&key_written, &key)).min(1 + distance(written, &section))
    };
    known.min_by_key(|name| far(name)).unwrap_or("ronde")
}

//! What pages say, in the reader's language. All text stands in the catalogues.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::date::{DAY, Day};

const ENGLISH: &str = include_str!("../../pages/locales/en.ftl");
const FRENCH: &str = include_str!("../../pages/locales/fr.ftl");

/// A language that pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, also for whoever prefers neither.
    English,
    /// French.
    French,
}

impl Language {
    /// As HTML names it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The one that is named.
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        [Self::English, Self::French].into_iter().find(|language| language.code() == code)
    }

    /// The one that the page is not in.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::English => Self::French,
            Self::French => Self::English,
        }
    }
}

type Bundle = FluentBundle<FluentResource>;

/// All text, in both languages.
#[derive(Clone)]
pub struct Catalogues(Arc<[Bundle; 2]>);

impl Catalogues {
    /// Those that the program carries.
    #[must_use]
    pub fn embedded() -> Self {
        Self::made(None)
    }

    /// The same with all text changed, so that whoever looks at a page sees which text is of no catalogue.
    #[must_use]
    pub fn changed(by: fn(&str) -> Cow<'_, str>) -> Self {
        Self::made(Some(by))
    }

    fn made(change: Option<fn(&str) -> Cow<'_, str>>) -> Self {
        Self(Arc::new([bundle(Language::English, ENGLISH, change), bundle(Language::French, FRENCH, change)]))
    }

    pub(super) fn say(&self, language: Language) -> Say {
        Say { catalogues: self.clone(), language }
    }
}

fn bundle(language: Language, text: &str, change: Option<fn(&str) -> Cow<'_, str>>) -> Bundle {
    let mut bundle = Bundle::new_concurrent(language.code().parse::<LanguageIdentifier>().into_iter().collect());
    bundle.set_use_isolating(false);
    bundle.set_transform(change);
    // What can't be read, or stands twice, is missing; a test reads both catalogues.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(readable, _)| readable);
    bundle.add_resource_overriding(resource);
    bundle
}

/// Something that a message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// Also chooses between one and many.
    Number(u64),
    /// Seconds since 1970, shown as a day.
    Day(u64),
}

/// The catalogue of one language.
#[derive(Clone)]
pub(super) struct Say {
    catalogues: Catalogues,
    language: Language,
}

impl Say {
    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// A message that names nothing.
    pub(super) fn text(&self, id: &str) -> String {
        self.with(id, &[])
    }

    /// A message that names one thing.
    pub(super) fn of(&self, id: &str, name: &'static str, value: impl ToString) -> String {
        self.with(id, &[(name, Value::Text(value.to_string()))])
    }

    /// A message that counts: `count` chooses between one and many, `number` is shown.
    pub(super) fn count(&self, id: &str, count: impl TryInto<u64>) -> String {
        self.with(id, &[("number", Value::Number(count.try_into().unwrap_or(u64::MAX)))])
    }

    /// A message with all that it names. Beside each number `x` there is `x-count`, which chooses between one and many.
    pub(super) fn with(&self, id: &str, values: &[(&'static str, Value)]) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in values {
            match value {
                Value::Text(text) => arguments.set(*name, FluentValue::from(text.as_str())),
                Value::Number(number) => {
                    arguments.set(*name, FluentValue::from(self.number(*number)));
                    arguments.set(format!("{name}-count"), FluentValue::from(*number));
                }
                Value::Day(seconds) => arguments.set(*name, FluentValue::from(self.day(*seconds))),
            }
        }
        let [english, french] = &*self.catalogues.0;
        let bundle = if self.language == Language::French { french } else { english };
        let pattern = bundle.get_message(id).and_then(|message| message.value());
        // Never on a page: a test looks for it.
        let Some(pattern) = pattern else { return format!("\u{27e6}{id}\u{27e7}") };
        let mut troubles = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut troubles).into_owned();
        if troubles.is_empty() { text } else { format!("\u{27e6}{id}\u{27e7}") }
    }

    /// A number with its thousands apart.
    pub(super) fn number(&self, number: impl TryInto<u64>) -> String {
        let digits = number.try_into().unwrap_or(u64::MAX).to_string();
        let gap = if self.language == Language::French { '\u{202f}' } else { ',' };
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(gap);
            }
            text.push(digit);
        }
        text
    }

    /// A number that may be below zero, with its sign.
    pub(super) fn signed(&self, number: i64) -> String {
        let sign = match number {
            0 => "",
            1.. => "+",
            _ => "\u{2212}",
        };
        format!("{sign}{}", self.number(number.unsigned_abs()))
    }

    /// Thousandths, one digit behind the point.
    pub(super) fn thousandths(&self, number: u64) -> String {
        let point = if self.language == Language::French { ',' } else { '.' };
        format!("{}{point}{}", self.number(number / 1000), number % 1000 / 100)
    }

    /// Cents as euros.
    pub(super) fn euros(&self, cents: u64) -> String {
        let mut amount = self.number(cents / 100);
        let point = if self.language == Language::French { ',' } else { '.' };
        let _ = write!(amount, "{point}{:02}", cents % 100);
        self.of("euros", "amount", amount)
    }

    /// The day on which a second lies, in UTC.
    pub(super) fn day(&self, seconds: u64) -> String {
        let Day { year, month, day } = Day::of(seconds);
        let month = self.text(MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default());
        let texts = [("day", day.to_string()), ("month", month), ("year", year.to_string())];
        self.with("day", &texts.map(|(name, text)| (name, Value::Text(text))))
    }

    /// The month in which a second lies, in UTC.
    pub(super) fn month(&self, seconds: u64) -> String {
        let Day { year, month, .. } = Day::of(seconds);
        let month = self.text(MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default());
        self.with("month", &[("month", Value::Text(month)), ("year", Value::Text(year.to_string()))])
    }

    /// Day and time, in UTC.
    pub(super) fn moment(&self, seconds: u64) -> String {
        let time = format!("{:02}:{:02}", seconds % DAY / 3600, seconds / 60 % 60);
        self.with("moment", &[("day", Value::Day(seconds)), ("time", Value::Text(time))])
    }
}

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];

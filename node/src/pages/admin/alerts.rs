//! One sentence with a light, and what stands behind it: each trouble with what to do about it.

use std::cmp::Reverse;

use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::order::Seconds;

use super::troubles;
use crate::http::{Problem, Site};
use crate::pages::say::{Say, Value};
use crate::shop::{DeskStatus, InHand};

/// How bad something is; also a class of the style sheet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Light {
    Good,
    Fair,
    Bad,
}

impl Light {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Bad => "bad",
        }
    }
}

/// A trouble.
pub(super) struct Alert {
    pub(super) light: Light,
    pub(super) text: String,
    /// What to do.
    pub(super) fix: String,
    /// What the node itself says of it; in English, as in its log.
    pub(super) detail: Option<String>,
}

/// What is looked at.
pub(super) struct Looked<'a> {
    pub(super) say: &'a Say,
    pub(super) charter: &'a Charter,
    pub(super) status: &'a DeskStatus,
    pub(super) in_hand: &'a InHand,
    /// Points that the store issued today, and may.
    pub(super) issued: (u64, u64),
    pub(super) now: Seconds,
}

impl Looked<'_> {
    pub(super) fn alert(&self, light: Light, (text, fix): (&str, &str), values: &[(&'static str, Value)]) -> Alert {
        Alert { light, text: self.say.with(text, values), fix: self.say.with(fix, values), detail: None }
    }
}

/// The light, its sentence, and the reasons, the worst first.
pub(super) struct Lamp {
    pub(super) class: &'static str,
    pub(super) word: String,
    pub(super) sentence: String,
    pub(super) alerts: Vec<Alert>,
}

/// All that a manager should hear of.
pub(super) fn lamp(looked: &Looked<'_>, site: &Site) -> Result<Lamp, Problem> {
    let mut alerts = troubles::of_desk(looked);
    alerts.extend(troubles::of_shop(looked, site)?);
    alerts.sort_by_key(|alert| Reverse(alert.light));
    let light = alerts.first().map_or(Light::Good, |alert| alert.light);
    let (word, sentence) = match light {
        Light::Good => ("admin-light-good", "admin-sentence-good"),
        Light::Fair => ("admin-light-fair", "admin-sentence-fair"),
        Light::Bad => ("admin-light-bad", "admin-sentence-bad"),
    };
    let (word, sentence) = (looked.say.text(word), looked.say.count(sentence, alerts.len()));
    Ok(Lamp { class: light.class(), word, sentence, alerts })
}

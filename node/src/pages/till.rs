//! The till in a browser. The page holds no secret: its script talks to the node as any till does, with a token that the
//! browser keeps.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use serde::Serialize;

use super::say::{Say, Value};
use super::shell::Shell;
use super::trouble;

/// What the script says. `{x}` is put in by the script.
const TEXTS: &[&str] = &[
    "js-unreachable",
    "js-back",
    "js-token-refused",
    "js-token-lacks",
    "js-amount-missing",
    "js-step-over",
    "js-step-missing",
    "js-too-many",
    "js-busy",
    "js-other-window",
    "js-failed",
    "js-refund-missing",
    "js-sending",
    "js-euros",
    "js-seconds-left",
    "js-minutes-left",
    "js-days-left",
    "js-link-copied",
    "js-qr",
    "js-op-give",
    "js-op-give-euros",
    "js-op-take",
    "js-op-refund",
    "js-refund",
    "js-refund-of",
    "js-refund-most",
    "js-signed-out",
    "js-sound-on",
    "js-sound-off",
    "js-who",
    "js-code",
    "js-token-gone",
    "js-token-gone-with",
    "js-link-refused",
    "js-key-what",
    "js-key-stay",
    "js-key-take",
    "js-key-waits",
    "js-part-over",
    "js-op-sale",
    "js-op-return",
    "js-received",
    "js-money-in",
    "js-money-had",
    "js-money-out",
    "js-money-owed",
    "js-sale-settled",
    "js-resume",
    "js-resume-of",
    "js-return",
    "js-return-of",
    "js-return-less",
    "js-return-nothing",
    "js-return-owed",
    "js-return-more",
    "js-return-not",
    "js-return-whole",
    "js-whole-missing",
    "js-other-wrong",
    "js-code-form",
    "js-code-not-here",
    "js-code-unknown",
    "js-code-two",
    "js-sold-sale",
    "js-sold-give",
    "js-sold-take",
    "js-sold-paid",
    "state-give-open",
    "state-give-pending",
    "state-give-claimed",
    "state-give-cancelled",
    "state-give-expired",
    "state-take-open",
    "state-take-presented",
    "state-take-pending",
    "state-take-accepted",
    "state-take-refused",
    "state-take-expired",
    "state-take-cancelled",
    "state-take-accepted_late",
    "state-sale-open",
    "state-sale-presented",
    "state-sale-pending",
    "state-sale-unpaid",
    "state-sale-settled",
    "state-sale-complete",
    "state-sale-taking",
    "state-sale-claimed",
    "state-sale-done",
    "state-sale-cancelled",
    "state-sale-expired",
    "state-sale-late",
    "state-return-back",
    "state-return-instead",
    "state-return-done",
];
/// What the script says of so many points: with one and with many.
const COUNTED: &[&str] = &["js-points"];

#[derive(Template)]
#[template(path = "till.html")]
struct Till {
    shell: Shell,
    texts: String,
    digits: [u8; 9],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Text {
    One(String),
    Counted { one: String, other: String },
}

/// The till.
pub(super) async fn show(shell: Shell) -> Response {
    let texts = texts(&shell.say);
    trouble::shown(shell.say.language(), &Till { shell, texts, digits: [1, 2, 3, 4, 5, 6, 7, 8, 9] })
}

/// As JSON that stands inside of a page: no `<` in it, so that nothing in it ends the element.
fn texts(say: &Say) -> String {
    let holes = ["points", "amount", "left", "most", "seconds", "what", "name", "other", "code", "less"]
        .map(|name| (name, Value::Text(format!("{{{name}}}"))));
    let plain = TEXTS.iter().map(|id| (*id, Text::One(say.with(id, &holes))));
    let counted = COUNTED.iter().map(|id| {
        let of = |number| {
            let hole = ("points", Value::Text("{points}".to_owned()));
            say.with(id, &[("number", Value::Number(number)), hole])
        };
        (*id, Text::Counted { one: of(1), other: of(2) })
    });
    let all: BTreeMap<&str, Text> = plain.chain(counted).collect();
    serde_json::to_string(&all).unwrap_or_default().replace('<', "\\u003c")
}

//! The two catalogues have the same messages, which name the same things, and each is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser::parse;

type Names = BTreeSet<String>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What each message names.
fn messages(text: &str) -> BTreeMap<String, Names> {
    let resource = parse(text.to_owned()).map_err(|(_, errors)| errors).unwrap();
    let mut all = BTreeMap::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let mut names = Names::new();
                take_pattern(message.value.as_ref().unwrap(), &mut names);
                assert!(all.insert(message.id.name.clone(), names).is_none(), "{} stands twice", message.id.name);
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            other => panic!("{other:?}"),
        }
    }
    all
}

fn take_pattern(pattern: &Pattern<String>, names: &mut Names) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            take(expression, names);
        }
    }
}

fn take(expression: &Expression<String>, names: &mut Names) {
    match expression {
        Expression::Inline(inline) => take_inline(inline, names),
        Expression::Select { selector, variants } => {
            take_inline(selector, names);
            variants.iter().for_each(|variant| take_pattern(&variant.value, names));
        }
    }
}

fn take_inline(inline: &InlineExpression<String>, names: &mut Names) {
    match inline {
        InlineExpression::VariableReference { id } => drop(names.insert(id.name.clone())),
        InlineExpression::Placeable { expression } => take(expression, names),
        InlineExpression::FunctionReference { arguments: CallArguments { positional, .. }, .. } => {
            positional.iter().for_each(|argument| take_inline(argument, names));
        }
        _ => {}
    }
}

fn catalogue(language: &str) -> BTreeMap<String, Names> {
    messages(&fs::read_to_string(root().join(format!("pages/locales/{language}.ftl"))).unwrap())
}

#[test]
fn both_languages_have_the_same_messages_that_name_the_same_things() {
    let (english, french) = (catalogue("en"), catalogue("fr"));
    assert!(english.len() > 200);
    let ids = |catalogue: &BTreeMap<String, Names>| catalogue.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&english), ids(&french));
    for (id, names) in &english {
        let shown =
            |names: &Names| names.iter().map(|name| name.trim_end_matches("-count").to_owned()).collect::<Names>();
        assert_eq!(shown(names), shown(&french[id]), "{id}");
    }
}

/// Everything between double quotes, in Rust, templates and scripts; a script's `state-` goes on in another word.
fn quoted(folder: &Path, into: &mut Names) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            quoted(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html" || end == "js") {
            let text = fs::read_to_string(&path).unwrap();
            into.extend(text.split('"').map(str::to_owned));
        }
    }
}

#[test]
fn every_message_is_used_and_none_is_missing() {
    let english = catalogue("en");
    let mut words = Names::new();
    for folder in ["src/pages", "pages/views", "pages/assets"] {
        quoted(&root().join(folder), &mut words);
    }
    let unused: Vec<&String> = english.keys().filter(|id| !words.contains(*id)).collect();
    assert_eq!(unused, Vec::<&String>::new(), "in the catalogues, and said nowhere");
    // A word of the form of a message, behind a prefix that only messages have, is one.
    let prefixes: BTreeSet<&str> =
        english.keys().filter_map(|id| id.split_once('-')).map(|(prefix, _)| prefix).collect();
    let prefixes: Vec<&str> = prefixes.into_iter().filter(|prefix| !NOT_ONLY_MESSAGES.contains(prefix)).collect();
    let is_form =
        |word: &str| word.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "-_".contains(sign));
    let missing: Vec<&String> = words
        .iter()
        .filter(|word| word.split_once('-').is_some_and(|(prefix, _)| prefixes.contains(&prefix)) && is_form(word))
        .filter(|word| !english.contains_key(*word))
        .collect();
    assert_eq!(missing, Vec::<&String>::new(), "said, and in no catalogue");
}

/// Prefixes that names of elements have too.
const NOT_ONLY_MESSAGES: [&str; 9] = ["count", "till", "other", "state", "books", "campaign", "peer", "witness", "nav"];

#[test]
fn every_word_of_the_tills_script_is_handed_to_it() {
    let scripts = fs::read_dir(root().join("pages/assets/till")).unwrap();
    let script: String = scripts.map(|script| fs::read_to_string(script.unwrap().path()).unwrap()).collect();
    let handed = fs::read_to_string(root().join("src/pages/till.rs")).unwrap();
    let said: Names = script.split('"').filter(|word| word.starts_with("js-")).map(str::to_owned).collect();
    let listed: Names = handed.split('"').filter(|word| word.starts_with("js-")).map(str::to_owned).collect();
    assert_eq!(said, listed);
    // The states of a checkout and of a grant, as the till is told them.
    for state in ["open", "presented", "pending", "accepted", "refused", "expired", "cancelled", "accepted_late"] {
        assert!(handed.contains(&format!("\"state-take-{state}\"")), "{state}");
    }
    for state in ["open", "pending", "claimed", "cancelled", "expired"] {
        assert!(handed.contains(&format!("\"state-give-{state}\"")), "{state}");
    }
    // Of a basket with its payment and its grant, and of goods that come back, as the script calls them.
    let of_a_sale = ["open", "presented", "pending", "unpaid", "settled", "expired", "late", "cancelled"];
    for state in of_a_sale.into_iter().chain(["complete", "taking", "claimed", "done"]) {
        assert!(handed.contains(&format!("\"state-sale-{state}\"")), "{state}");
    }
    for state in ["back", "instead", "done"] {
        assert!(handed.contains(&format!("\"state-return-{state}\"")), "{state}");
    }
}

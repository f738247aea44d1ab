//! Every page, in both languages, as a browser and a screen reader take it.

use crate::http_support;
use crate::pages_support;

use std::borrow::Cow;
use std::collections::BTreeSet;

use http_support::{Node, TestDesk};
use pages_support::{Element, LANGUAGES, MANAGERS, PAGES, Page, furnish, page, parse, sign_in, signed_page};
use ronde_node::http::ServeLimits;
use ronde_node::pages::Catalogues;
use ronde_node::shop::EvidenceId;
use ronde_node::store::Snapshot;

/// A shop that is no witness, in a federation that is not well.
fn troubled() -> Node {
    let mut desk = TestDesk::new();
    desk.is_witness = false;
    desk.up = vec![true, false, false, true];
    desk.pieces = vec![(EvidenceId([7; 32]), b"of a later charter".to_vec())].into();
    Node::start_as(desk, ServeLimits::default(), Snapshot::default(), Catalogues::embedded())
}

/// Each page with its name, for messages; that of the federation also as a shop in trouble shows it.
fn everything() -> Vec<(String, &'static str, Page)> {
    let mut pages = all(&Node::start());
    let troubled = troubled();
    for language in LANGUAGES {
        pages.push((format!("in trouble, in {language}"), language, page(&troubled, "/federation", language)));
    }
    pages
}

fn all(node: &Node) -> Vec<(String, &'static str, Page)> {
    let mut pages = Vec::new();
    furnish(node);
    let session = sign_in(node);
    for language in LANGUAGES {
        let of = |path: &str, page: Page| (format!("{path} in {language}"), language, page);
        pages.extend(PAGES.iter().map(|path| of(path, page(node, path, language))));
        pages.push(of("/admin signed out", page(node, "/admin", language)));
        pages.extend(MANAGERS.iter().map(|path| of(path, signed_page(node, path, language, &session))));
    }
    pages
}

#[test]
fn every_page_is_well_formed_html() {
    for (name, _, page) in everything() {
        assert_eq!(page.errors, Vec::<String>::new(), "{name}");
        assert!(page.elements.iter().filter(|element| element.is("h1")).count() == 1, "{name}: one h1");
    }
}

#[test]
fn control_a_page_that_is_not_well_formed_is_seen() {
    for broken in ["<p>no type", "<!doctype html><p><b>crossed</p></b>", "<!doctype html><div id=a id=b></div>"] {
        assert!(!parse(broken).errors.is_empty(), "{broken}");
    }
}

#[test]
fn every_page_says_its_language_and_leads_to_the_other() {
    for (name, language, page) in everything() {
        let html = page.elements.iter().find(|element| element.is("html")).unwrap();
        assert_eq!(html.get("lang"), Some(language), "{name}");
        let other = if language == "en" { "fr" } else { "en" };
        let link = page.elements.iter().find(|element| element.get("hreflang") == Some(other)).unwrap();
        assert!(link.get("href").unwrap().ends_with(&format!("lang={other}")), "{name}");
        assert_eq!(link.get("lang"), Some(other), "{name}: the link's text is in the other language");
    }
}

#[test]
fn headings_follow_one_another_without_a_gap() {
    for (name, _, page) in everything() {
        let mut before = 0;
        for element in &page.elements {
            let Some(level) = element.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) else {
                continue;
            };
            assert!(level <= before + 1, "{name}: h{level} after h{before}: {}", element.text);
            assert!(!element.text.trim().is_empty(), "{name}: an empty h{level}");
            before = level;
        }
    }
}

fn labelled(page: &Page, field: &Element) -> bool {
    let label_for = |id: &str| {
        let mut labels = page.elements.iter().filter(|element| element.is("label"));
        labels.any(|label| label.get("for") == Some(id) && !label.text.trim().is_empty())
    };
    field.get("aria-label").is_some() || field.get("id").is_some_and(label_for)
}

#[test]
fn every_field_has_a_label_every_button_and_link_a_name_and_every_image_its_text() {
    for (name, _, page) in everything() {
        for element in &page.elements {
            let what = format!("{name}: {} {:?}", element.name, element.attributes);
            match element.name.as_str() {
                "input" if element.get("type") == Some("hidden") => {}
                "input" | "select" | "textarea" => assert!(labelled(&page, element), "{what}"),
                "button" | "a" | "summary" | "th" | "legend" => assert!(!element.text.trim().is_empty(), "{what}"),
                "img" => assert!(element.get("alt").is_some(), "{what}"),
                _ => {}
            }
        }
    }
}

#[test]
fn control_a_field_without_a_label_is_seen() {
    let page =
        parse("<!doctype html><title>x</title><label for=a></label><input id=a><input id=b><label for=b>B</label>");
    let fields: Vec<bool> = page.elements.iter().filter(|e| e.is("input")).map(|e| labelled(&page, e)).collect();
    assert_eq!(fields, [false, true]);
}

#[test]
fn ids_are_unique_and_what_is_referred_to_is_there() {
    for (name, _, page) in everything() {
        let ids: Vec<&str> = page.elements.iter().filter_map(|element| element.get("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        for attribute in ["for", "aria-labelledby", "aria-describedby"] {
            let referring = page.elements.iter().filter_map(|element| element.get(attribute));
            for id in referring.flat_map(str::split_whitespace) {
                assert!(unique.contains(id), "{name}: {attribute} names {id}");
            }
        }
    }
}

/// What the policy of scripts and styles would stop, and what would ask another host.
#[test]
fn no_page_has_a_script_or_style_inside_or_loads_anything_from_elsewhere() {
    let node = Node::start();
    for (name, _, page) in all(&node) {
        for element in &page.elements {
            let data = element.get("type") == Some("application/json");
            let inline = element.is("style") || (element.is("script") && element.get("src").is_none() && !data);
            assert!(!inline, "{name}: {}", element.text);
            for (attribute, value) in &element.attributes {
                assert!(!attribute.starts_with("on") && attribute != "style", "{name}: {attribute}={value}");
                let loads = attribute == "src" || (attribute == "href" && element.is("link"));
                let own = ["./assets/", "../assets/", "./wallet/"];
                assert!(!loads || own.iter().any(|folder| value.starts_with(folder)), "{name}: {value}");
            }
        }
    }
}

#[test]
fn all_that_a_page_loads_is_there() {
    let node = Node::start();
    for path in PAGES {
        for element in page(&node, path, "en").elements {
            let loaded = element.get("src").or_else(|| element.get("href").filter(|_| element.is("link")));
            let Some(file) = loaded.map(|file| file.trim_start_matches(['.', '/'])) else { continue };
            assert_eq!(node.get(&format!("/{file}")).status, 200, "{path}: {file}");
        }
    }
}

/// Letters of all messages become one letter that nothing else has.
fn masked(text: &str) -> Cow<'_, str> {
    text.chars().map(|letter| if letter.is_alphabetic() { 'ж' } else { letter }).collect()
}

/// Names of the charter, and what the program is called.
const DATA: [&str; 18] = [
    "Store 1",
    "Store 2",
    "Store 3",
    "Store 4",
    "Food bank",
    "Rowing club",
    "Lime",
    "Plane",
    "Oak",
    "Test federation",
    "Which tree in the market square?",
    "A coffee",
    "New year",
    "Late shift",
    "Thanks",
    "Europe/Paris",
    "UTC",
    "counter",
];

fn without_data(text: &str) -> String {
    DATA.iter().fold(text.to_owned(), |text, name| text.replace(name, ""))
}

#[test]
fn no_text_stands_outside_of_the_catalogues() {
    let node =
        Node::start_as(TestDesk::new(), ServeLimits::default(), Snapshot::default(), Catalogues::changed(masked));
    let mut seen = 0;
    for (name, _, page) in all(&node) {
        let texts = page.texts.iter().filter(|(parent, _)| !["code", "script"].contains(&parent.as_str()));
        let named = ["aria-label", "alt", "title", "placeholder"];
        let of_the_till =
            ["points", "euros", "take", "sale", "give", "next", "aside", "find"].map(|of| format!("data-{of}"));
        let shown: Vec<&str> = named.into_iter().chain(of_the_till.iter().map(String::as_str)).collect();
        let attributes =
            page.elements.iter().flat_map(|element| shown.iter().filter_map(|attribute| element.get(attribute)));
        for text in texts.map(|(_, text)| text.as_str()).chain(attributes) {
            let rest = without_data(text);
            assert!(!rest.chars().any(|letter| letter.is_alphabetic() && letter != 'ж'), "{name}: {text:?}");
            seen += rest.matches('ж').count();
        }
    }
    assert!(seen > 1000, "the pages have text");
}

#[test]
fn no_page_lacks_a_message() {
    for (name, _, page) in everything() {
        let all = page.texts.iter().map(|(_, text)| text.as_str());
        let attributes = page.elements.iter().flat_map(|element| element.attributes.values().map(String::as_str));
        for text in all.chain(attributes) {
            assert!(!text.contains('\u{27e6}'), "{name}: {text}");
        }
    }
}

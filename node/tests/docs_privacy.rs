//! `docs/privacy.md` says what the program does: its tables are compared with the types, the tables of the database, the
//! answers' members and the constants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ronde_node::http;
use ronde_node::store::Table;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the first table under a heading of the page, cells without backquotes.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let page = read("docs/privacy.md");
    let lines = page.lines().skip_while(|line| *line != format!("## {heading}")).skip(1);
    let lines = lines.take_while(|line| !line.starts_with("## ")).skip_while(|line| !line.starts_with('|'));
    let rows = lines.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    let rows: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(!rows.is_empty(), "no table under {heading}");
    rows
}

fn firsts(heading: &str) -> BTreeSet<String> {
    let all: Vec<String> = rows(heading).into_iter().map(|row| row[0].clone()).collect();
    let distinct: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(distinct.len(), all.len(), "something stands twice under {heading}");
    distinct
}

/// All Rust files below a folder, tests apart, by their path from the root.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if !name.contains('.') && name != "tests" {
            all.extend(sources(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            all.insert(path.clone(), read(&path));
        }
    }
    all
}

/// Members of types that are encoded, on disk or on the wire, and hold text: `Type.member`.
fn encoded_text(folders: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in folders.iter().flat_map(|folder| sources(folder).into_values()) {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let derives = line.trim_start().starts_with("#[derive(") && has_word(line, "Encode");
            let rest = lines[at..].iter().map(|line| line.trim_start());
            let mut rest = rest.skip_while(|line| line.starts_with("#[") || line.starts_with("//"));
            if let (true, Some(head)) = (derives, rest.next()) {
                let name = head
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .skip_while(|word| ["pub", "crate", "super", "struct", "enum", "in", ""].contains(word));
                let name = name.take(1).collect::<String>();
                // One on a line ends with it; else its members follow, to the brace under its beginning.
                let body: Vec<&str> = match head.ends_with('{') {
                    true => lines[at..].iter().skip_while(|line| !line.contains(&name)).skip(1).copied().collect(),
                    false => vec![head],
                };
                let members = body.into_iter().take_while(|line| *line != "}").map(str::trim);
                let texts = members.filter(|line| !line.starts_with("//") && is_text(line));
                found.extend(texts.map(|line| format!("{name}.{}", member(line, &name))));
            }
        }
    }
    found
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

/// Bytes may be text, too.
fn is_text(line: &str) -> bool {
    has_word(line, "Text") || has_word(line, "String") || line.contains("Bounded<u8") || line.contains("Vec<u8>")
}

/// The name of a member; of one without a name, its place.
fn member(line: &str, of: &str) -> String {
    let name = line.trim_start_matches("pub ").split([':', ',', '(', ' ']).next().unwrap_or_default();
    if line.contains(of) { "0".to_owned() } else { name.to_owned() }
}

/// Members of answers that are any text: neither of a form, nor one of a few words.
fn answered_text() -> BTreeSet<String> {
    let document = http::document();
    let mut found = BTreeSet::new();
    for call in document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values()) {
        let Some(operation) = call["operationId"].as_str() else { continue };
        for (status, answer) in call["responses"].as_object().unwrap() {
            let Some(content) = answer["content"].as_object() else { continue };
            if !status.starts_with('2') {
                continue;
            }
            content.values().for_each(|media| texts(document, &media["schema"], operation, &mut found));
        }
    }
    found
}

fn texts(document: &Value, schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    if !schema.is_object() {
        return;
    }
    if let Some(name) = schema["$ref"].as_str() {
        let (_, name) = name.rsplit_once('/').unwrap();
        // A type is named by itself: it is the same wherever it is answered.
        return texts(document, &document["components"]["schemas"][name], name, found);
    }
    for several in ["allOf", "oneOf", "anyOf"] {
        schema[several].as_array().into_iter().flatten().for_each(|one| texts(document, one, at, found));
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        texts(document, member, &format!("{at}.{name}"), found);
    }
    for inner in ["items", "additionalProperties"] {
        texts(document, &schema[inner], at, found);
    }
    let kinds = schema["type"].as_array().map_or_else(|| vec![&schema["type"]], |kinds| kinds.iter().collect());
    let is_bound = ["pattern", "enum", "const", "contentMediaType"].iter().any(|word| !schema[*word].is_null());
    if kinds.contains(&&Value::from("string")) && !is_bound {
        found.insert(at.to_owned());
    }
}

/// Says what is missing, and what is there no more.
fn assert_same(heading: &str, program: BTreeSet<String>) {
    let page = firsts(heading);
    let missing: Vec<&String> = program.difference(&page).collect();
    let gone: Vec<&String> = page.difference(&program).collect();
    assert!(
        missing.is_empty(),
        "docs/privacy.md, {heading}: write a row for each of {missing:?}: who writes and reads it"
    );
    assert!(gone.is_empty(), "docs/privacy.md, {heading}: these are in the program no more: {gone:?}");
}

#[test]
fn every_text_that_is_written_down_or_told_stands_in_its_table() {
    assert_same("Texts in the database", encoded_text(&["node/src/shop", "protocol/src/machine/till"]));
    assert_same("Texts that nodes tell one another", encoded_text(&["protocol/src/message"]));
    assert_same("Texts in answers", answered_text());
}

#[test]
fn every_table_of_the_database_says_how_long_it_is_kept() {
    let tables = Table::ALL.iter().map(|table| table.name().to_owned());
    assert_same("What is kept, and how long", tables.collect());
}

/// A product of numbers, or seconds made of one.
fn seconds(source: &str, name: &str) -> u64 {
    let line =
        source.lines().find(|line| line.contains(&format!("const {name}: "))).unwrap_or_else(|| panic!("no {name}"));
    let value = line.split_once(" = ").unwrap().1.trim_end_matches(';');
    let value = value.strip_prefix("Duration::from_secs(").map_or(value, |inner| inner.trim_end_matches(')'));
    value.split(" * ").map(|factor| factor.replace('_', "").parse::<u64>().unwrap()).product()
}

#[test]
fn how_long_it_takes_is_what_the_program_says() {
    let rows = rows("How long is said in the program");
    assert!(rows.len() > 8);
    for row in rows {
        let (file, name) = row[2].split_once(' ').unwrap();
        let (count, unit) = row[1].split_once(' ').unwrap();
        let unit = match unit.trim_end_matches('s') {
            "day" => 86_400,
            "hour" => 3600,
            other => panic!("{other}"),
        };
        assert_eq!(seconds(&read(file), name), count.parse::<u64>().unwrap() * unit, "{row:?}");
    }
}

/// The page's own claims about tests are about tests that there are.
#[test]
fn every_test_that_the_page_names_is_there() {
    let page = read("docs/privacy.md").replace('\n', " ");
    let quoted = page.split('`').skip(1).step_by(2);
    let named: Vec<(&str, &str)> = quoted.filter_map(|text| text.split_once(": ")).collect();
    assert!(!named.is_empty());
    for (file, test) in named {
        assert!(read(&format!("node/tests/{file}.rs")).contains(&format!("fn {test}()")), "{file}: {test}");
    }
}

//! The API's document beside what is answered: whatever a test asks, its answer is what the document says, and has no member
//! that it does not name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::Reply;

/// What was answered so far in this process: operation, status, and the problem's code or the members of the answer.
pub static SEEN: Mutex<BTreeSet<(String, u16, String)>> = Mutex::new(BTreeSet::new());

/// The document, in which no object may have members that it does not name.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let document = ronde_node::http::document().clone();
    let mut joined = BTreeSet::new();
    find_joined(&document, &mut joined);
    let mut closed = document.clone();
    for (name, schema) in closed["components"]["schemas"].as_object_mut().unwrap() {
        close(schema, joined.contains(&format!("#/components/schemas/{name}")));
    }
    close(&mut closed["paths"], false);
    closed
});

type Validators = BTreeMap<(String, u16), Option<Arc<Validator>>>;
static VALIDATORS: Mutex<Validators> = Mutex::new(BTreeMap::new());

/// Schemas that are parts of others: they may not be closed by themselves.
fn find_joined(value: &Value, found: &mut BTreeSet<String>) {
    let parts = value.get("allOf").and_then(Value::as_array).into_iter().flatten();
    found.extend(parts.filter_map(|part| part.get("$ref")?.as_str()).map(str::to_owned));
    match value {
        Value::Object(members) => members.values().for_each(|member| find_joined(member, found)),
        Value::Array(items) => items.iter().for_each(|item| find_joined(item, found)),
        _ => {}
    }
}

fn close(value: &mut Value, is_part: bool) {
    match value {
        Value::Object(members) => {
            let is_object = members.get("properties").is_some_and(Value::is_object) || members.contains_key("allOf");
            if is_object && !is_part && !members.contains_key("additionalProperties") {
                members.insert("unevaluatedProperties".to_owned(), json!(false));
            }
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| close(part, true)),
                    ("example", _) => {}
                    (_, member) => close(member, false),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| close(item, false)),
        _ => {}
    }
}

/// All calls: path, method, and what the document says of it.
pub fn operations(document: &Value) -> Vec<(&str, &str, &Map<String, Value>)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((path.as_str(), method.as_str(), operation.as_object().unwrap()));
        }
    }
    all
}

/// The operation that a request is for.
fn operation(method: &str, path: &str) -> Option<&'static Map<String, Value>> {
    let path = path.split('?').next().unwrap();
    let fits = |template: &str| {
        let (asked, known): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
        asked.len() == known.len()
            && asked
                .iter()
                .zip(&known)
                .all(|(asked, known)| asked == known || (known.starts_with('{') && !asked.is_empty()))
    };
    let mut fitting: Vec<_> = operations(&CLOSED)
        .into_iter()
        .filter(|(template, known, _)| known.eq_ignore_ascii_case(method) && fits(template))
        .collect();
    // The one with the fewest parameters is meant.
    fitting.sort_by_key(|(template, ..)| template.matches('{').count());
    fitting.first().map(|(.., operation)| *operation)
}

/// The answer's schema; none if it has no body. Fails the test if the document has no such answer.
fn validator(id: &str, operation: &Map<String, Value>, reply: &Reply) -> Option<Arc<Validator>> {
    // An answer may come in two forms.
    let key = (format!("{id} {}", reply.headers.get("content-type").map_or("", String::as_str)), reply.status);
    if let Some(known) = VALIDATORS.lock().unwrap().get(&key) {
        return known.clone();
    }
    let responses = &operation["responses"];
    let response = responses.get(reply.status.to_string());
    let response =
        response.unwrap_or_else(|| panic!("{id} answers {}, which its document lacks: {reply:?}", reply.status));
    let made = response.get("content").map(|content| {
        let form = reply.headers.get("content-type").map_or("", String::as_str);
        let content = content.get(form).unwrap_or_else(|| panic!("{id} {}: content-type {form:?}", reply.status));
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": CLOSED["components"],
            "allOf": [content["schema"]],
        });
        Arc::new(jsonschema::validator_for(&schema).unwrap())
    });
    VALIDATORS.lock().unwrap().insert(key, made.clone());
    made
}

/// Fails the test if an answer is not what the document says.
pub fn hold(method: &str, path: &str, reply: &Reply) {
    let Some(operation) = operation(method, path) else { return };
    let id = operation["operationId"].as_str().unwrap();
    match validator(id, operation, reply) {
        None => assert!(reply.bytes.is_empty(), "{id} answers {} with a body that its document lacks", reply.status),
        Some(validator) => {
            let faults: Vec<String> =
                validator.iter_errors(&reply.json).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(faults.is_empty(), "{id} {}: {faults:#?} in {:#}", reply.status, reply.json);
        }
    }
    let mut seen = BTreeSet::new();
    match reply.json.get("code").and_then(Value::as_str).filter(|_| reply.status >= 400) {
        Some(code) => drop(seen.insert(code.to_owned())),
        None => members("", &reply.json, &mut seen),
    }
    seen.insert(String::new());
    SEEN.lock().unwrap().extend(seen.into_iter().map(|what| (id.to_owned(), reply.status, what)));
}

/// Where members stand: `/log/retired`, whatever the place in a list.
fn members(before: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(all) => {
            for (name, member) in all {
                let path = format!("{before}/{name}");
                members(&path, member, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(before, item, found)),
        _ => {}
    }
}

/// The same of a schema.
pub fn members_of_schema(before: &str, schema: &Value, document: &Value, found: &mut BTreeSet<String>) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return members_of_schema(before, target, document, found);
    }
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = format!("{before}/{name}");
        members_of_schema(&path, member, document, found);
        found.insert(path);
    }
    for several in ["allOf", "oneOf"] {
        for part in schema.get(several).and_then(Value::as_array).into_iter().flatten() {
            members_of_schema(before, part, document, found);
        }
    }
    if let Some(items) = schema.get("items") {
        members_of_schema(before, items, document, found);
    }
}

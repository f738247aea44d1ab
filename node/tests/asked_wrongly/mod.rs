//! All calls of the API's document, with bodies in which something stands where something else belongs.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use ronde_node::http;
use serde_json::Value;

/// All that comes of a value by putting something in the place of one member, or of the whole, or beside the members.
pub fn spoiled(value: &Value, with: &Value) -> Vec<Value> {
    let mut all = vec![with.clone()];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let put = |inner: Value| {
                    let mut members = members.clone();
                    members.insert(name.clone(), inner);
                    Value::Object(members)
                };
                all.extend(spoiled(member, with).into_iter().map(put));
            }
            let mut more = members.clone();
            more.insert("customer".to_owned(), with.clone());
            all.push(Value::Object(more));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate().take(2) {
                let put = |inner: Value| {
                    let mut items = items.clone();
                    items[at] = inner;
                    Value::Array(items)
                };
                all.extend(spoiled(item, with).into_iter().map(put));
            }
        }
        _ => {}
    }
    all
}

/// A call of the document: method, path, the names of its query's parameters, and an example of its body.
pub struct Call {
    pub operation: String,
    pub method: String,
    pub path: String,
    pub query: Vec<String>,
    pub body: Option<Value>,
}

pub fn calls() -> Vec<Call> {
    let examples: Value = serde_json::from_str(include_str!("../../src/http/api/examples.json")).unwrap();
    let mut all = Vec::new();
    for (path, methods) in http::document()["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let Some(operation) = call["operationId"].as_str() else { continue };
            let parameters = call["parameters"].as_array().cloned().unwrap_or_default();
            let query = parameters.iter().filter(|one| one["in"] == "query").filter_map(|one| one["name"].as_str());
            let body = examples[operation].get("request").cloned();
            assert_eq!(body.is_some(), !call["requestBody"].is_null(), "{operation}: an example of its body");
            all.push(Call {
                operation: operation.to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                query: query.map(str::to_owned).collect(),
                body,
            });
        }
    }
    all
}

/// A path with something in the place of its parameters.
pub fn filled(path: &str, with: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { with } else { part });
    parts.collect::<Vec<_>>().join("/")
}

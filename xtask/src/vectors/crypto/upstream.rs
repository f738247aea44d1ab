//! The published vectors of RFC 9496 and RFC 9497, as they stand in `test-vectors/upstream/`.

use std::fs;

use serde_json::Value;

use crate::tools::repository;

/// One file.
pub fn read(name: &str) -> Result<Value, String> {
    let path = repository().join("test-vectors/upstream").join(name);
    let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
    serde_json::from_str(&text).map_err(|why| format!("{}: {why}", path.display()))
}

/// The texts of a list.
pub fn texts(value: &Value) -> Result<Vec<&str>, String> {
    let list = value.as_array().ok_or("not a list")?;
    list.iter().map(|item| item.as_str().ok_or_else(|| "not a text".to_owned())).collect()
}

/// A text field.
pub fn text<'v>(value: &'v Value, field: &str) -> Result<&'v str, String> {
    value[field].as_str().ok_or_else(|| format!("no `{field}`"))
}

/// A text field that holds as many values as the run has inputs, joined by commas.
pub fn each<'v>(value: &'v Value, field: &str) -> Result<Vec<&'v str>, String> {
    Ok(text(value, field)?.split(',').collect())
}

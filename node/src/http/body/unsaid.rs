//! What is wrong with a request, without what stood there (ERROR-3).

/// Longest name of a member that is said, in bytes.
const MAX_NAME: usize = 40;

/// What the parser said, without the value that it met: that may be a customer's name or card, and answers end in logs of
/// tills that nobody looks after. The name of a member that is not known is said: a program made it up, and its author looks
/// for it.
pub(super) fn without_values(said: &str) -> String {
    let begun = ["invalid type: ", "invalid value: ", "unknown variant ", "unknown field "];
    let found = begun.iter().filter_map(|begun| Some((said.find(begun)?, *begun))).min();
    let Some((at, begun)) = found else { return said.to_owned() };
    let rest = said.get(at..).unwrap_or_default().strip_prefix(begun).unwrap_or_default();
    // Whatever a value holds stands before what was expected.
    let (met, expected) = match rest.rsplit_once(", expected ") {
        Some((met, expected)) => (met, format!("expected {expected}")),
        None => (rest, "none was expected".to_owned()),
    };
    let what = match begun {
        "unknown field " => name(met).unwrap_or_default(),
        "unknown variant " => String::new(),
        // Its sort: `string "..."`, `integer `5``, `map`.
        _ => met.split(['"', '`']).next().unwrap_or_default().trim().to_owned(),
    };
    match what.is_empty() {
        true => format!("{}, {expected}", begun.trim_end_matches([' ', ':'])),
        false => format!("{begun}{what}, {expected}"),
    }
}

/// `` `name` ``, if a program's author could have written it.
fn name(met: &str) -> Option<String> {
    let name = met.strip_prefix('`')?.split('`').next()?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fits =
        name.len() <= MAX_NAME && name.bytes().all(is_name) && name.bytes().any(|byte| byte.is_ascii_lowercase());
    fits.then(|| format!("`{name}`"))
}

#[cfg(test)]
mod tests;

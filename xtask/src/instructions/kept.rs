//! The counts that are kept in the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::ACCEPT;
use super::callgrind::Counted;
use crate::tools::{output, repository};

/// From the root of the repository.
const FILE: &str = "protocol/counts/counts.json";

/// What is built, as far as it is not the code: figures of another one are other figures.
const BACKEND: &str = "serial";

/// What counts depend on besides the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// What `rustc --version` says.
    pub rustc: String,
    /// The curve's arithmetic.
    pub backend: String,
}

/// What is in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Of what.
    pub origin: Origin,
    /// By the functions' names.
    pub instructions: BTreeMap<String, u64>,
}

impl Origin {
    /// What counts would be of today.
    pub fn here() -> Result<Self, String> {
        let rustc = output(&["rustc", "--version"]).ok_or("`rustc --version` failed; is the toolchain installed?")?;
        Ok(Self { rustc: rustc.trim().to_owned(), backend: BACKEND.to_owned() })
    }

    /// How the kept figures' origin is not that of today.
    pub fn differs_from(&self, here: &Self) -> Option<String> {
        let told = |origin: &Self| format!("{}, backend {}", origin.rustc, origin.backend);
        (self != here).then(|| format!("kept of {}; this is {}", told(self), told(here)))
    }
}

impl Kept {
    /// What was counted.
    pub fn new(origin: Origin, counted: &[Counted]) -> Self {
        let instructions = counted.iter().map(|now| (now.name.clone(), now.instructions)).collect();
        Self { origin, instructions }
    }

    /// Reads the file.
    pub fn read() -> Result<Self, String> {
        let mended = |why: String| format!("{FILE}: {why}; to write it anew: {ACCEPT}");
        let text = fs::read_to_string(path()).map_err(|why| mended(why.to_string()))?;
        Self::parse(&text).map_err(mended)
    }

    /// Writes the file; gives its name.
    pub fn write(&self) -> Result<&'static str, String> {
        fs::write(path(), self.text()).map_err(|why| format!("{FILE}: {why}"))?;
        Ok(FILE)
    }

    /// What the file says.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let word = |name: &str| {
            let word = value.get(name).and_then(Value::as_str).map(str::to_owned);
            word.ok_or(format!("no text `{name}`"))
        };
        let functions = value.get("instructions").and_then(Value::as_object).ok_or("no object `instructions`")?;
        let count = |(name, count): (&String, &Value)| {
            // Nothing can be said of what was kept as 0.
            let count = count.as_u64().filter(|count| *count > 0).ok_or(format!("{name} has no count"))?;
            Ok((name.clone(), count))
        };
        let instructions = functions.iter().map(count).collect::<Result<_, String>>()?;
        Ok(Self { origin: Origin { rustc: word("rustc")?, backend: word("backend")? }, instructions })
    }

    /// As the file says it.
    pub fn text(&self) -> String {
        let Origin { rustc, backend } = &self.origin;
        let value = json!({ "backend": backend, "instructions": self.instructions, "rustc": rustc });
        format!("{value:#}\n")
    }
}

fn path() -> PathBuf {
    repository().join(FILE)
}

//! Reading `test-vectors/`: every file, to its last test, and nothing that is not understood.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::file::{SCHEMA, Suite};

/// The file beside the suites that describes them.
pub const SCHEMA_FILE: &str = "schema.json";

/// Why files are no vectors.
#[derive(Debug, Error)]
pub enum BadVectors {
    /// A folder or file that can't be read.
    #[error("cannot read {}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Nothing to judge by.
    #[error("there are no vectors in {}", .0.display())]
    Empty(PathBuf),
    /// A field that is unknown, missing or of another type, or no JSON.
    #[error("{file} is not a file of vectors: {error}")]
    Shape {
        /// Which.
        file: String,
        /// Where, and what.
        error: serde_json::Error,
    },
    /// A later format, or none of ours.
    #[error("{file} has the format `{found}`, not `{SCHEMA}`")]
    Schema {
        /// Which.
        file: String,
        /// What it says.
        found: String,
    },
    /// A file that was renamed or copied.
    #[error("{file} says that it is the suite `{found}`")]
    Name {
        /// Which.
        file: String,
        /// What it says.
        found: String,
    },
    /// A file or a group that tests nothing.
    #[error("{file} has a group without tests, or no group")]
    NoTests {
        /// Which.
        file: String,
    },
    /// An id that is not `type/slug`, with the type of its group.
    #[error("{file}: the id `{id}` is not `{kind}/` and a slug of lower-case letters, digits and hyphens")]
    Id {
        /// Which.
        file: String,
        /// The id.
        id: String,
        /// The type of its group.
        kind: String,
    },
    /// An id that another test has.
    #[error("{file}: the id `{id}` stands twice")]
    Twice {
        /// Where it stands again.
        file: String,
        /// The id.
        id: String,
    },
}

/// Reads all suites of a folder, in the order of their names.
///
/// # Errors
/// [`BadVectors`]: one bad file, and none counts.
pub fn load(folder: &Path) -> Result<Vec<Suite>, BadVectors> {
    let failed = |path: &Path, error| BadVectors::File { path: path.to_owned(), error };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let is_suite = path.extension().is_some_and(|end| end == "json") && !path.ends_with(SCHEMA_FILE);
        if is_suite {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).map_err(|error| failed(path, error))?;
        files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
    }
    if files.is_empty() {
        return Err(BadVectors::Empty(folder.to_owned()));
    }
    parse(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// Reads files by name and text.
///
/// # Errors
/// [`BadVectors`]: one bad file, and none counts.
pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<Suite>, BadVectors> {
    let mut ids = BTreeSet::new();
    let mut suites = Vec::new();
    for (file, text) in files {
        let suite: Suite =
            serde_json::from_str(text).map_err(|error| BadVectors::Shape { file: file.to_owned(), error })?;
        check_suite(file, &suite, &mut ids)?;
        suites.push(suite);
    }
    Ok(suites)
}

fn check_suite(file: &str, suite: &Suite, ids: &mut BTreeSet<String>) -> Result<(), BadVectors> {
    let file = file.to_owned();
    if suite.schema != SCHEMA {
        return Err(BadVectors::Schema { file, found: suite.schema.clone() });
    }
    if Some(suite.suite.as_str()) != file.strip_suffix(".json") {
        return Err(BadVectors::Name { file, found: suite.suite.clone() });
    }
    if suite.groups.is_empty() || suite.groups.iter().any(|group| group.tests.is_empty()) {
        return Err(BadVectors::NoTests { file });
    }
    for (kind, test) in suite.tests() {
        let slug = test.id.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
        let (id, kind) = (test.id.clone(), kind.to_owned());
        if !is_kebab(&kind) || !slug.is_some_and(is_kebab) {
            return Err(BadVectors::Id { file, id, kind });
        }
        if !ids.insert(id.clone()) {
            return Err(BadVectors::Twice { file, id });
        }
    }
    Ok(())
}

/// Words of lower-case letters and digits, joined by hyphens.
#[must_use]
pub fn is_kebab(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(is_word)
}

/// A rule's number: a prefix in capitals, a hyphen and a number that does not begin with 0.
#[must_use]
pub fn is_rule(text: &str) -> bool {
    let number = |digits: &str| !digits.starts_with('0') && digits.parse::<u16>().is_ok();
    text.split_once('-').is_some_and(|(prefix, digits)| {
        !prefix.is_empty() && prefix.bytes().all(|c| c.is_ascii_uppercase()) && number(digits)
    })
}

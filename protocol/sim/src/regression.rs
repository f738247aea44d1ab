//! A plan that once failed, kept for good: each must pass for ever after it was mended.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::Plan;

/// A failing plan, reduced, as it is kept in `regressions/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// The claim that did not hold.
    pub invariant: String,
    /// The seed that found it.
    pub seed: u64,
    /// The words of the failure, as the reduced plan brings them.
    pub says: String,
    /// What is run again.
    pub plan: Plan,
}

impl Regression {
    /// The name of its file, without the folder: `one-certificate-17.json`.
    pub fn file_name(&self) -> String {
        format!("{}-{}.json", in_words(&self.invariant), self.seed)
    }

    /// Reads one. The error names the file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()))?;
        serde_json::from_str(&text).map_err(|why| format!("{}: {why}", path.display()))
    }

    /// Writes it into a folder and says where.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        let path = folder.join(self.file_name());
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(path)
    }
}

/// Every regression of a folder, by name. A folder that is not there is an error: a wrong path would pass for ever.
pub fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// `OneCertificate` as `one-certificate`.
fn in_words(name: &str) -> String {
    let mut words = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            words.push('-');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests;

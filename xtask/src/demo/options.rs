//! What can be typed after `cargo xtask demo`.

use std::path::PathBuf;

/// How the demo is run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// End after the last step instead of staying up.
    pub once: bool,
    /// Use this folder and leave it there.
    pub keep: Option<PathBuf>,
}

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match (word.as_str(), word.strip_prefix("--keep=")) {
                ("--once", _) => options.once = true,
                ("--keep", _) => options.keep = Some(folder(words.next().map(String::as_str))?),
                (_, Some(named)) => options.keep = Some(folder(Some(named))?),
                (other, None) => return Err(format!("no option `{other}`; there are --once and --keep DIR")),
            }
        }
        Ok(options)
    }
}

fn folder(named: Option<&str>) -> Result<PathBuf, String> {
    match named {
        Some(named) if !named.is_empty() && !named.starts_with("--") => Ok(PathBuf::from(named)),
        _ => Err("--keep needs a folder".to_owned()),
    }
}

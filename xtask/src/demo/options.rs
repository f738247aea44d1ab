//! What can be typed after `cargo xtask demo`.

use std::path::PathBuf;

/// How the demo is run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// End after the last step instead of staying up.
    pub once: bool,
    /// Use this folder and leave it there.
    pub keep: Option<PathBuf>,
    /// Run this `ronde`, which is built already.
    pub ronde: Option<PathBuf>,
}

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match (word.as_str(), word.strip_prefix("--keep=")) {
                ("--once", _) => options.once = true,
                ("--keep", _) => options.keep = Some(path(words.next().map(String::as_str), "--keep needs a folder")?),
                ("--ronde", _) => {
                    options.ronde = Some(path(words.next().map(String::as_str), "--ronde needs a program's path")?);
                }
                (_, Some(named)) => options.keep = Some(path(Some(named), "--keep needs a folder")?),
                (other, None) => {
                    return Err(format!("no option `{other}`; there are --once, --keep DIR and --ronde PROGRAM"));
                }
            }
        }
        Ok(options)
    }
}

fn path(named: Option<&str>, otherwise: &str) -> Result<PathBuf, String> {
    match named {
        Some(named) if !named.is_empty() && !named.starts_with("--") => Ok(PathBuf::from(named)),
        _ => Err(otherwise.to_owned()),
    }
}

//! The specification's examples, out of the vectors: between the lines `<!-- example: TEST-ID -->` and
//! `<!-- end of example -->` stands what the test with that id asks and expects, and nothing that was typed.

mod show;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use ronde_vectors::file::{Suite, Test};

use super::settle;

const BEGIN: &str = "<!-- example: ";
const BEGIN_END: &str = " -->";
const END: &str = "<!-- end of example -->";

/// The tests by their ids.
type Tests<'a> = BTreeMap<&'a str, &'a Test>;

/// What came of filling all chapters.
pub struct Filled {
    /// Examples that were written or compared.
    pub count: usize,
    /// What is wrong, with file and line.
    pub faults: Vec<String>,
}

/// Fills all chapters in a folder, or compares them.
pub fn fill(folder: &Path, suites: &[Suite], check: bool) -> Filled {
    let tests: Tests<'_> = suites.iter().flat_map(Suite::tests).map(|(_, test)| (test.id.as_str(), test)).collect();
    let mut filled = Filled { count: 0, faults: Vec::new() };
    let chapters = match chapters(folder) {
        Ok(chapters) => chapters,
        Err(why) => {
            filled.faults.push(format!("{}: {why}", folder.display()));
            return filled;
        }
    };
    for path in chapters {
        match fs::read_to_string(&path) {
            Ok(old) => {
                let (text, count, faults) = fill_text(&old, &tests);
                filled.count += count;
                filled.faults.extend(faults.iter().map(|fault| format!("{}:{fault}", path.display())));
                filled.faults.extend(settle(&path, &text, check).err());
            }
            Err(why) => filled.faults.push(format!("{}: {why}", path.display())),
        }
    }
    filled
}

fn chapters(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    Ok(paths)
}

/// The text with its places filled, how many there are, and what is wrong, as `line: what`. A place that is wrong stays
/// as it is.
fn fill_text(old: &str, tests: &Tests<'_>) -> (String, usize, Vec<String>) {
    let (mut text, mut count, mut faults) = (String::with_capacity(old.len()), 0, Vec::new());
    let mut lines = old.split_inclusive('\n').zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        text.push_str(line);
        if line.trim_end() == END {
            faults.push(format!("{number}: an example ends that did not begin"));
        }
        let Some(id) = line.trim_end().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(BEGIN_END)) else {
            continue;
        };
        let mut inside = String::new();
        while let Some((line, _)) = lines.next_if(|(line, _)| line.trim_end() != END && !line.starts_with(BEGIN)) {
            inside.push_str(line);
        }
        let ends = lines.peek().is_some_and(|(line, _)| line.trim_end() == END);
        match tests.get(id) {
            Some(test) if ends => {
                count += 1;
                text.push_str(&show::block(test));
            }
            found => {
                text.push_str(&inside);
                if found.is_none() {
                    faults.push(format!("{number}: no test has the id `{id}`"));
                }
                if !ends {
                    faults.push(format!("{number}: the example `{id}` has no line `{END}`"));
                }
            }
        }
        if ends {
            text.extend(lines.next().map(|(line, _)| line));
        }
    }
    (text, count, faults)
}

#[cfg(test)]
mod tests;

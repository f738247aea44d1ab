//! A copy of the sources in which faults are planted, so that the tree itself is never touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::faults::Fault;
use crate::tools::{command, output, repository, target_dir};

/// Left out of the copy: nothing that is built there needs them.
const LEFT_OUT: &[&str] = &["wallet/", "fuzz/", ".ci/"];

/// One change of the source. What is replaced stands there exactly once.
pub struct Edit {
    /// From the root of the repository.
    pub file: &'static str,
    /// What stands there.
    pub find: &'static str,
    /// What stands there instead.
    pub put: &'static str,
}

/// A change, in one line.
pub const fn edit(file: &'static str, find: &'static str, put: &'static str) -> Edit {
    Edit { file, find, put }
}

/// The copy.
pub struct Workshop {
    root: PathBuf,
}

/// What cargo made of a change.
pub enum Built {
    /// It compiled and ran: whether it succeeded, and what it printed.
    Ran(bool, String),
    /// It did not compile: the fault is not what its author meant.
    Broken(String),
}

impl Workshop {
    /// Copies what git knows, as it is in the working tree. Files that are the same keep their time, so that cargo
    /// builds little.
    pub fn open() -> Result<Self, String> {
        Self::open_with("mutants", &BTreeMap::new())
    }

    /// The same in another folder below cargo's, with files that have another text there, or are there only.
    pub fn open_with(folder: &str, texts: &BTreeMap<String, String>) -> Result<Self, String> {
        let root = target_dir().join(folder);
        let listed = output(&["git", "ls-files", "--cached", "--others", "--exclude-standard"])
            .ok_or("`git ls-files` failed; the sources to copy are those that git knows")?;
        let workshop = Self { root };
        let mut listed: BTreeSet<&str> =
            listed.lines().filter(|file| !LEFT_OUT.iter().any(|out| file.starts_with(out))).collect();
        listed.extend(texts.keys().map(String::as_str));
        workshop.clear(&workshop.root, &listed)?;
        for file in listed {
            match texts.get(file) {
                Some(text) => write(&workshop.root.join(file), text.as_bytes())?,
                None => workshop.bring(file)?,
            }
        }
        Ok(workshop)
    }

    /// Removes what an earlier copy had and the tree has no more.
    fn clear(&self, folder: &Path, listed: &BTreeSet<&str>) -> Result<(), String> {
        // Where there is no copy yet there is nothing to clear.
        let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            let name = path.strip_prefix(&self.root).map_or_else(|_| String::new(), |name| name.display().to_string());
            if path.is_dir() {
                self.clear(&path, listed)?;
            } else if !listed.contains(name.as_str()) {
                fs::remove_file(&path).map_err(|why| format!("{}: {why}", path.display()))?;
            }
        }
        Ok(())
    }

    fn bring(&self, file: &str) -> Result<(), String> {
        // A file that git knows and that is gone from the tree is gone from the copy too.
        match fs::read(repository().join(file)) {
            Ok(wanted) => write(&self.root.join(file), &wanted),
            Err(_) => fs::remove_file(self.root.join(file)).or(Ok(())),
        }
    }

    /// Plants a fault.
    pub fn plant(&self, fault: &Fault) -> Result<(), String> {
        for Edit { file, find, put } in fault.edits {
            let path = self.root.join(file);
            let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
            let planted = changed(file, &text, &[(*find, *put)])
                .map_err(|why| format!("mend `{}` in xtask/src/mutants/faults.rs: {why}", fault.name))?;
            write(&path, planted.as_bytes())?;
        }
        Ok(())
    }

    /// Takes it out again.
    pub fn mend(&self, fault: &Fault) -> Result<(), String> {
        fault.edits.iter().try_for_each(|edit| self.bring(edit.file))
    }

    /// Builds and runs something of the copy with cargo: first without running it, to tell a fault that does not
    /// compile from one that is seen.
    pub fn cargo(&self, build: &[&str], run: &[&str]) -> Result<Built, String> {
        let built = self.call(build)?;
        if !built.status.success() {
            return Ok(Built::Broken(text(&built)));
        }
        let ran = self.call(run)?;
        Ok(Built::Ran(ran.status.success(), text(&ran)))
    }

    fn call(&self, words: &[&str]) -> Result<Output, String> {
        let mut cargo = self.command(words);
        // What is changed is built without symbols.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
        cargo.output().map_err(|why| format!("cargo did not start: {why}"))
    }

    /// Cargo in the copy. Dependencies are shared with the tree's own build.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut cargo: Command = command(&["cargo"]);
        cargo.args(words).current_dir(&self.root).stdin(Stdio::null()).env("CARGO_TARGET_DIR", target_dir());
        cargo
    }
}

/// A file's text with every change in its place. Places are looked for in the text as it was before any of them.
pub fn changed(file: &str, text: &str, changes: &[(&str, &str)]) -> Result<String, String> {
    let mut places = Vec::new();
    for (find, put) in changes {
        let found: Vec<usize> = text.match_indices(find).map(|(at, _)| at).collect();
        match found[..] {
            [at] => places.push((at, find, put)),
            _ => return Err(format!("its place stands {} times in {file}, not once:\n    {find}", found.len())),
        }
    }
    places.sort_by_key(|(at, ..)| *at);
    let mut changed = String::new();
    let mut end = 0;
    for (at, find, put) in places {
        let between = text.get(end..at).ok_or_else(|| format!("two changes overlap in {file}:\n    {find}"))?;
        changed.push_str(between);
        changed.push_str(put);
        end = at + find.len();
    }
    changed.push_str(text.get(end..).unwrap_or_default());
    Ok(changed)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn write(path: &Path, wanted: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let said = |why: std::io::Error| format!("{}: {why}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(said)?;
    }
    fs::write(path, wanted).map_err(said)
}

//! Reads what is in the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// A file. `path` is relative to the root of the repository, with forward slashes.
#[derive(Clone, Debug)]
pub struct Page {
    pub path: String,
    pub text: String,
}

impl Page {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

fn read(root: &Path, path: &Path) -> Page {
    let relative = path.strip_prefix(root).expect("found under the root").to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{relative}: {error}"));
    Page { path: relative, text }
}

/// One file, if it is there.
pub fn page(root: &Path, path: &str) -> Option<Page> {
    let path = root.join(path);
    path.is_file().then(|| read(root, &path))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

fn ends_with(path: &Path, extension: &str) -> bool {
    path.is_file() && path.extension().is_some_and(|end| end == extension)
}

/// The files right in a folder, by name.
pub fn folder(root: &Path, folder: &str, extension: &str) -> Vec<Page> {
    entries(&root.join(folder)).iter().filter(|path| ends_with(path, extension)).map(|path| read(root, path)).collect()
}

/// The files in a folder and all folders below, by path.
pub fn tree(root: &Path, folder: &str, extension: &str) -> Vec<Page> {
    let mut found = Vec::new();
    let mut left = vec![root.join(folder)];
    while let Some(folder) = left.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                left.push(path);
            } else if ends_with(&path, extension) {
                found.push(read(root, &path));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// `spec/NN-name.md`.
pub fn numbered_chapters(root: &Path) -> Vec<Page> {
    let numbered =
        |page: &Page| page.path.trim_start_matches("spec/").starts_with(|first: char| first.is_ascii_digit());
    folder(root, "spec", "md").into_iter().filter(numbered).collect()
}

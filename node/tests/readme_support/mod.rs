//! Reads Markdown as far as the README's tests need it.

pub mod page;
pub mod ports;
pub mod shell;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A fenced block.
pub struct Block {
    /// What stands after the opening fence.
    pub info: String,
    lines: Vec<String>,
}

/// A command and what it must print.
pub struct Command {
    pub line: String,
    pub shows: Vec<String>,
}

impl Command {
    /// Whether the next line belongs to it: after a `\`, and up to the `END` of what it is given to read.
    fn goes_on(&self) -> bool {
        self.line.ends_with('\\') || self.line.contains("<<'END'") && !self.line.ends_with("\nEND")
    }
}

impl Block {
    pub fn commands(&self) -> Vec<Command> {
        let mut commands: Vec<Command> = Vec::new();
        for line in &self.lines {
            if let Some(command) = commands.last_mut().filter(|last| last.shows.is_empty() && last.goes_on()) {
                command.line = format!("{}\n{line}", command.line);
                continue;
            }
            match (line.strip_prefix("$ "), commands.last_mut()) {
                (Some(typed), _) => commands.push(Command { line: typed.to_owned(), shows: Vec::new() }),
                (None, Some(command)) => command.shows.push(line.clone()),
                (None, None) => panic!("a block begins with what no command printed: {line}"),
            }
        }
        commands
    }
}

/// All fenced blocks.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some(Block { info: info.to_owned(), lines: Vec::new() }),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.lines.push(line.to_owned());
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The cells of a section's tables, without heads and back ticks; the section is named by how its heading begins.
pub fn rows(page: &str, section: &str) -> Vec<Vec<String>> {
    let headed = |line: &&str| line.trim_start_matches('#').trim_start().starts_with(section);
    let inside = page.lines().skip_while(|line| !line.starts_with('#') || !headed(line)).skip(1);
    let inside: Vec<&str> = inside.take_while(|line| !line.starts_with('#')).collect();
    let cells = |line: &&str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    let body = inside.split(|line| line.starts_with("| ---")).skip(1);
    body.flat_map(|lines| lines.iter().filter(|line| line.starts_with('|')).map(cells)).collect()
}

/// Files that are linked to.
pub fn links(page: &str) -> Vec<String> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.contains("://")).map(|target| target.split('#').next().unwrap_or(""));
    files.filter(|file| !file.is_empty()).map(str::to_owned).collect()
}

/// What is written as `file: test` between back ticks, the file without its ending.
pub fn named_tests(page: &str) -> Vec<(String, String)> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted.filter_map(|words| words.split_once(": ")).map(|(file, test)| (file.to_owned(), test.to_owned())).collect()
}

/// Test files of these folders by name without ending; files of one name count as one.
pub fn tests_in(folders: &[PathBuf]) -> BTreeMap<String, String> {
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    let mut tests = BTreeMap::<String, String>::new();
    for path in files.filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        tests.entry(name).or_default().push_str(&std::fs::read_to_string(&path).unwrap());
    }
    tests
}

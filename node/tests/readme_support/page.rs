//! A page's marked blocks, typed in order into one shell.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::Path;

use super::ports::{self, Ports};
use super::shell::Shell;
use super::{Command, blocks};

/// A shell in a passing folder, and ports that are free.
pub struct Player {
    folder: tempfile::TempDir,
    ports: Ports,
    shell: Shell,
    /// What is typed, and shown, in place of what stands on the page.
    swaps: Vec<(String, String)>,
}

impl Player {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shell = Shell::open(folder.path());
        Self { folder, ports: ports::free(), shell, swaps: Vec::new() }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Lets the page mean something else where it says this.
    pub fn swap(&mut self, from: &str, to: &str) {
        self.swaps.push((from.to_owned(), to.to_owned()));
    }

    fn instead(&self, text: &str) -> String {
        self.swaps.iter().fold(self.ports.instead(text), |text, (from, to)| text.replace(from, to))
    }

    /// Types a line that is not on the page.
    pub fn run(&mut self, line: &str) {
        let line = self.instead(line);
        self.shell.run(&line, &[]);
    }

    /// Types what stands in the blocks whose mark begins so, and insists on what they show; says how many commands that
    /// were. After a block marked `background` the nodes that it started must say that they are ready.
    pub fn play(&mut self, page: &str, mark: &str) -> usize {
        let mut commands = 0;
        for block in blocks(page).iter().filter(|block| block.info.starts_with(mark)) {
            for Command { line, shows } in block.commands() {
                let shows: Vec<String> = shows.iter().map(|shown| self.instead(shown)).collect();
                let line = self.instead(&line);
                self.shell.run(&line, &shows);
                commands += 1;
            }
            if block.info.ends_with(" background") {
                self.ports.await_ready(self.folder.path());
            }
        }
        commands
    }
}

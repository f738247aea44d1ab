//! `docs/till.md`: its commands are typed in order against a node that has just been founded, and print what stands there.

#[allow(dead_code, reason = "a part of it is the README's")]
mod readme_support;

use std::path::{Path, PathBuf};

use readme_support::page::Player;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_tills_first_sale_goes_as_the_page_says() {
    let mut player = Player::new();
    // What the block `console setup` says, but for the build and the folder.
    player.run(&format!("export SOURCE='{}'", root().display()));
    let commands = player.play(&read("docs/till.md"), "console first-sale");
    assert!(commands > 30, "the blocks are marked otherwise: only {commands} commands were found");
}

#[test]
fn the_till_in_python_is_as_short_as_it_is_said_to_be() {
    let client = read("docs/examples/till.py");
    assert!(client.lines().count() <= 100);
    let foreign = client.lines().filter_map(|line| line.strip_prefix("import ")).find(|name| !STANDARD.contains(name));
    assert_eq!(foreign, None, "it needs a package");
}

const STANDARD: &[&str] = &["http.client", "json", "os", "random", "sys", "time", "urllib.error", "urllib.request"];

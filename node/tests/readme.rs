//! The README's own commands, run as they stand there, and its tables, compared with what they tell of.
//!
//! Blocks marked `console first-ten-minutes` are typed in order into one shell: lines after `$ ` are commands, each of
//! which must succeed, the others are lines that it must print, in order, where `...` stands for anything. After a block
//! marked `background` the nodes it started must say that they are ready. Two things are not as they stand: the block
//! `console setup` gives way to the binary at hand and a passing folder, and the ports to free ones.

mod readme_support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use readme_support::page::Player;
use readme_support::rows;

const MARK: &str = "console first-ten-minutes";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_first_ten_minutes_go_as_the_readme_says() {
    let commands = Player::new().play(&read("README.md"), MARK);
    assert!(commands > 15, "the README's blocks are marked otherwise: only {commands} commands were found");
}

#[test]
fn the_demo_of_the_readme_ends_with_0() {
    assert!(read("README.md").contains("\ncargo xtask demo\n"));
    // With the binary at hand: a build here, with other features, would replace the one that other tests run.
    let output = cargo(&["xtask", "demo", "--once", "--ronde", env!("CARGO_BIN_EXE_ronde")]);
    assert!(output.0, "{}", output.1);
}

#[test]
fn the_check_of_the_readme_lists_its_stages_and_ci_runs_exactly_it() {
    assert!(read("README.md").contains("\ncargo xtask check\n"));
    let (passed, said) = cargo(&["xtask", "check", "--list"]);
    assert!(passed && said.lines().any(|line| line.starts_with("tests ")), "{said}");
    let script = read(".ci/run");
    let calls: Vec<&str> = script.lines().filter(|line| line.contains("cargo")).collect();
    assert_eq!(calls, ["exec cargo xtask check"]);
}

/// Whether it went well, and all that it said.
fn cargo(words: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO"));
    let output = command.args(words).current_dir(root()).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn every_direct_dependency_stands_in_its_table_and_nothing_else_does() {
    let mut named: Vec<String> =
        rows(&read("README.md"), "Dependencies").into_iter().map(|row| row[0].clone()).collect();
    let mut direct: Vec<String> =
        ["protocol", "node"].iter().flat_map(|package| direct(&read(&format!("{package}/Cargo.toml")))).collect();
    named.sort();
    direct.sort();
    direct.dedup();
    direct.retain(|name| !name.starts_with("ronde-"));
    assert_eq!(named, direct);
}

/// The names under `[dependencies]`.
fn direct(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().cloned().collect()
}

#[test]
fn the_limits_are_those_of_the_specification() {
    // Which another test compares with the code.
    let specified = rows(&read("spec/21-limits.md"), "21 Limits");
    let shown = rows(&read("README.md"), "Limits");
    assert!(shown.len() > 10);
    for row in shown {
        assert!(specified.iter().any(|other| other[..2] == row[..2]), "{row:?} is not in chapter 21");
    }
}

#[test]
fn every_file_that_a_page_links_to_is_there() {
    for page in [
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "spec/README.md",
        "test-vectors/README.md",
        "docs/capacity.md",
        "docs/errors.md",
        "docs/metrics.md",
        "docs/privacy.md",
        "docs/store-it.md",
        "docs/till.md",
        "docs/webshop.md",
    ] {
        let folder = root().join(page).parent().unwrap().to_owned();
        for target in readme_support::links(&read(page)) {
            assert!(folder.join(&target).exists(), "{page} links to {target}, which is not there");
        }
    }
}

#[test]
fn every_test_that_security_names_is_there() {
    let all = readme_support::tests_in(&[root().join("protocol/tests"), root().join("node/tests")]);
    let page = read("SECURITY.md");
    let named = readme_support::named_tests(&page);
    assert!(named.len() > 20, "{named:?}");
    for (file, test) in named {
        let text = all.get(&file).unwrap_or_else(|| panic!("SECURITY.md names {file}, which is not there"));
        assert!(text.contains(&format!("fn {test}(")), "SECURITY.md names {file}: {test}, which is not there");
    }
}

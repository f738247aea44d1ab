//! `docs/webshop.md`: the example is built, and run by the page's commands with a node that `docs/till.md` founds.

#[allow(dead_code, reason = "a part of it is the README's")]
mod readme_support;

use std::path::{Path, PathBuf};
use std::process::Command;

use readme_support::page::Player;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// How variables begin that cargo sets for a test alone.
const OF_THE_TEST: &[&str] =
    &["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_", "OUT_DIR"];

/// The folder of the examples. They are built with the features that this test has: others would be built beside them.
fn examples() -> PathBuf {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "-p", "ronde-node", "--example", "webshop"]).current_dir(root());
    if cfg!(feature = "fault-points") {
        build.arg("--all-features");
    }
    // What cargo tells this test of its package would let the build scripts of others think that everything has changed.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_THE_TEST.iter().any(|begins| text.starts_with(begins)) {
            build.env_remove(&name);
        }
    }
    let built = build.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Path::new(env!("CARGO_BIN_EXE_ronde")).with_file_name("examples")
}

#[test]
fn a_web_shop_sells_for_points_and_money_as_the_page_says() {
    let mut player = Player::new();
    player.run(&format!("export PATH='{}':\"$PATH\"", examples().display()));
    player.play(&read("docs/till.md"), "console first-sale found");
    let commands = player.play(&read("docs/webshop.md"), "console web-shop");
    assert!(commands > 18, "the blocks are marked otherwise: only {commands} commands were found");
}

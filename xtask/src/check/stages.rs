//! The stages, quick ones first. All of them run even if one fails: the table at the end names every fault.

use super::{Stage, every_test, fuzz, purity};
use crate::tools::{Tool, command, run};
use crate::{chaos, contract, instructions, interop, model, mutants, pages, sim, vectors};

/// Minutes after which no further fault is planted.
const MUTANT_MINUTES: u64 = 1;

/// Every stage of the check, in the order in which they begin; those that run beside each other are taken from both ends.
pub const STAGES: &[Stage] = &[
    Stage { name: "format", about: "the layout of the source", tools: &[Tool::Rustfmt], beside: false, run: format },
    Stage {
        name: "deny",
        about: "licences, versions and origin of dependencies",
        tools: &[Tool::CargoDeny],
        beside: false,
        run: deny,
    },
    Stage { name: "clippy", about: "lints, a warning is an error", tools: &[Tool::Clippy], beside: false, run: clippy },
    Stage { name: "docs", about: "documentation, a broken link is an error", tools: &[], beside: false, run: docs },
    Stage {
        name: "purity",
        about: "the protocol links without the standard library",
        tools: &[],
        beside: false,
        run: purity::run,
    },
    Stage {
        name: "vectors",
        about: "the test vectors and the specification's examples are what their seed gives",
        tools: &[],
        beside: false,
        run: vectors::compare,
    },
    Stage {
        name: "instructions",
        about: "no hot function takes 5 % more instructions than is kept in protocol/counts/counts.json",
        tools: instructions::TOOLS,
        beside: false,
        run: instructions::check,
    },
    Stage {
        name: "tests",
        about: "all tests, with every feature",
        tools: every_test::TOOLS,
        beside: false,
        run: every_test::run_all,
    },
    // Beside each other from here on: what computes stands first, what waits last. `interop` and `wallet` are next to each
    // other at one end, so that they are taken one after the other: both install into the same folder.
    Stage {
        name: "fuzz",
        about: "every fuzz target that needs no node built and run for 10 s, and the canary dies",
        tools: &[Tool::Nightly, Tool::CargoFuzz, Tool::Cxx],
        beside: true,
        run: fuzz::run,
    },
    Stage {
        name: "sim",
        about: "2,000 seeds of whole federations, plans that once failed, and planted faults that are found soon",
        tools: &[],
        beside: true,
        run: sim::check,
    },
    Stage {
        name: "mutants",
        about: "planted faults are seen by the vectors or the tests, as many as a minute allows",
        tools: &[],
        beside: true,
        run: || mutants::hurried(MUTANT_MINUTES),
    },
    Stage {
        name: "model",
        about: "every interleaving of committees of one, three and four, the real witness machine inside",
        tools: &[],
        beside: true,
        run: model::quick,
    },
    Stage {
        name: "chaos",
        about: "real nodes and wallets through two minutes of faults, audited from outside",
        tools: &[Tool::Python],
        beside: true,
        run: chaos::hurried,
    },
    Stage {
        name: "contract",
        about: "the API's document, and four real nodes asked by it with a till's token, the administrator's and none",
        tools: &[Tool::Python],
        beside: true,
        run: contract::check,
    },
    Stage {
        name: "pages",
        about: "the pages and the wallet's app in a real browser, at four real nodes over HTTPS",
        tools: pages::TOOLS,
        beside: true,
        run: pages::check,
    },
    Stage {
        name: "interop",
        about: "the wallet in TypeScript, judged by the vectors and at work with Rust nodes",
        tools: &[Tool::Node],
        beside: true,
        run: interop::all,
    },
    Stage {
        name: "wallet",
        about: "the wallet in TypeScript: types, tests, size, what its package holds, and the app that the node carries",
        tools: &[Tool::Node],
        beside: true,
        run: interop::package::check,
    },
];

fn format() -> Result<(), String> {
    run(&mut command(&["cargo", "fmt", "--all", "--check"]))?;
    run(&mut command(&["cargo", "fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;
    run(&mut command(&["cargo", "fmt", "--manifest-path", "bench/Cargo.toml", "--check"]))?;
    run(&mut command(&["cargo", "fmt", "--manifest-path", "bench/storage/Cargo.toml", "--check"]))
}

/// Advisories are not looked up: that database comes from the network and would make yesterday's commit fail today.
fn deny() -> Result<(), String> {
    run(&mut command(&["cargo", "deny", "check", "bans", "licenses", "sources"]))?;
    // The fuzzer is never shipped, so its licences do not matter; its arithmetic must be the same.
    run(&mut command(&[
        "cargo",
        "deny",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "check",
        "-A",
        "unmatched-skip-root",
        "bans",
        "sources",
    ]))?;
    // Nor is the bench. What it compares with stands on other arithmetic, which its own deny.toml allows there and nowhere
    // else.
    run(&mut command(&["cargo", "deny", "--manifest-path", "bench/Cargo.toml", "check", "bans", "sources"]))
}

/// With every feature and with none: what is released has none.
fn clippy() -> Result<(), String> {
    let with = ["cargo", "clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    run(&mut command(&with))?;
    run(&mut command(&["cargo", "clippy", "--workspace", "--", "-D", "warnings"]))
}

fn docs() -> Result<(), String> {
    let mut doc = command(&["cargo", "doc", "--workspace", "--no-deps", "--all-features"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

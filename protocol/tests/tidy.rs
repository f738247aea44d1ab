//! Style by the numbers: sizes, layers and forbidden names, as an ordinary test over the tree.
//!
//! A breach is printed as `file:line: rule: what`. There is no list of exemptions: mend the file, or the rule.

use std::path::Path;

#[path = "tidy/controls.rs"]
mod controls;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;

use source::{Source, Violation, read_tree};

type Rule = fn(&Source) -> Vec<Violation>;

fn tree(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    let sources = read_tree(root, folder);
    assert!(!sources.is_empty(), "{folder} holds no source: the rules would pass over nothing");
    sources
}

fn assert_clean(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(Violation::to_string).collect();
    assert!(lines.is_empty(), "{} breaches:\n{}", lines.len(), lines.join("\n"));
}

fn check(folder: &str, rules: &[Rule]) {
    let sources = tree(folder);
    let found: Vec<Violation> = sources.iter().flat_map(|s| rules.iter().flat_map(move |rule| rule(s))).collect();
    assert_clean(&found);
}

#[test]
fn files_and_functions_are_short_and_tests_live_apart() {
    let protocol = ["protocol/src", "protocol/counts/src", "protocol/model/src", "protocol/timing/src"];
    let others = ["protocol/vectors/src", "node/src", "node/examples", "load/src", "xtask/src", "bench/src"];
    for folder in protocol.into_iter().chain(others) {
        check(folder, &[rules::file_length, rules::function_length, rules::no_inline_tests]);
    }
}

#[test]
fn layers_point_one_way() {
    check("protocol/src", &[rules::protocol_layers]);
    check("node/src", &[rules::node_layers]);
}

#[test]
fn the_pure_crate_names_no_clock_dice_thread_or_panic() {
    check("protocol/src", &[rules::protocol_names]);
}

#[test]
fn the_node_does_not_panic_and_reads_time_and_randomness_in_one_place() {
    check("node/src", &[rules::node_names]);
}

#[test]
fn the_vectors_do_not_panic() {
    check("protocol/vectors/src", &[rules::library_names]);
}

#[test]
fn the_pure_crate_does_without_std_and_unsafe() {
    let sources = tree("protocol/src");
    let root = sources.iter().find(|s| s.path == "protocol/src/lib.rs").expect("the crate has a root");
    assert_clean(&rules::root_attributes(root));
}

#[test]
fn every_file_is_compiled() {
    assert_clean(&rules::reachable(&tree("protocol/src"), &["protocol/src/lib.rs"]));
    assert_clean(&rules::reachable(&tree("node/src"), &["node/src/lib.rs", "node/src/main.rs"]));
    assert_clean(&rules::reachable(&tree("node/examples"), &["node/examples/webshop/main.rs"]));
    assert_clean(&rules::reachable(&tree("load/src"), &["load/src/main.rs", "load/src/bin/capacity_chart.rs"]));
    assert_clean(&rules::reachable(&tree("xtask/src"), &["xtask/src/main.rs"]));
    assert_clean(&rules::reachable(&tree("bench/src"), &["bench/src/lib.rs", "bench/src/main.rs"]));
    assert_clean(&rules::reachable(&tree("protocol/counts/src"), &["protocol/counts/src/main.rs"]));
    assert_clean(&rules::reachable(&tree("protocol/timing/src"), &["protocol/timing/src/main.rs"]));
    let model = ["protocol/model/src/lib.rs", "protocol/model/src/main.rs"];
    assert_clean(&rules::reachable(&tree("protocol/model/src"), &model));
    assert_clean(&rules::reachable(&tree("protocol/vectors/src"), &["protocol/vectors/src/lib.rs"]));
}

/// Where several files of tests are one program, cargo looks for none by itself.
#[test]
fn every_file_of_tests_is_a_program_or_a_module_of_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    for package in ["protocol", "node"] {
        let read = |path: String| std::fs::read_to_string(root.join(&path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        let manifest = read(format!("{package}/Cargo.toml"));
        let named = |text: &str, before: &str, after: &str| -> Vec<String> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(before)?.strip_suffix(after));
            lines.map(str::to_owned).collect()
        };
        let (_, programs) = manifest.split_once("[[test]]").expect("the manifest names its programs of tests");
        let mut known = named(programs, "name = \"", "\"");
        let modules = known
            .iter()
            .flat_map(|program| named(&read(format!("{package}/tests/{program}.rs")), "#[path = \"", ".rs\"]"));
        known.extend(modules.collect::<Vec<_>>());
        let files = std::fs::read_dir(root.join(package).join("tests")).expect("there are tests");
        let files = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        let forgotten: Vec<String> = files
            .filter(|file| file.strip_suffix(".rs").is_some_and(|name| !known.iter().any(|program| program == name)))
            .collect();
        assert!(
            forgotten.is_empty(),
            "no program runs {forgotten:?}: name them in {package}/Cargo.toml, or in a file that it names"
        );
    }
}

//! Each rule is shown a breach and something that only looks like one.

use crate::rules;
use crate::source::{Source, Violation};

fn at(path: &str, text: &str) -> Source {
    Source::new(path, text)
}

fn printed(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(Violation::to_string).collect()
}

#[test]
fn comments_and_literals_are_not_code() {
    let text = "// .unwrap()\n/* panic!( /* nested */ todo!() */\nlet a = \".unwrap() \\\" panic!()\";\nlet b = r#\"HashMap \" unsafe\"#;\nlet c = ('\"', '\\'', b'\"');\nfn f<'a>(x: &'a str) {}\n";
    let source = at("protocol/src/crypto/a.rs", text);
    assert_eq!(rules::protocol_names(&source), Vec::new());
    assert_eq!(source.code.lines().count(), 6);
    assert!(source.code.contains("fn f<'a>(x: &'a str) {}"));
}

#[test]
fn a_long_file_is_seen_and_a_long_test_is_not() {
    let text = "\n".repeat(401);
    let found = rules::file_length(&at("node/src/a.rs", &text));
    assert_eq!(printed(&found), ["node/src/a.rs:401: file length: 401 lines, at most 400"]);
    assert_eq!(rules::file_length(&at("node/src/a.rs", &"\n".repeat(400))), Vec::new());
    assert_eq!(rules::file_length(&at("node/src/a/tests.rs", &text)), Vec::new());
}

#[test]
fn a_long_function_is_seen_wherever_it_stands() {
    let body =
        |lines| format!("\nimpl A {{\n    fn long(x: [u8; 2]) -> u8 {{\n{}    }}\n}}\n", "    x();\n".repeat(lines));
    let found = rules::function_length(&at("node/src/a.rs", &body(69)));
    assert_eq!(printed(&found), ["node/src/a.rs:3: function length: fn long has 71 lines, at most 70"]);
    assert_eq!(rules::function_length(&at("node/src/a.rs", &body(68))), Vec::new());
    let signature = body(69).replace("-> u8", "-> impl Iterator<Item = [u8; 2]>");
    assert_eq!(rules::function_length(&at("node/src/a.rs", &signature)).len(), 1);
    let declared = format!("trait T {{\n    fn short(&self);\n{}    fn end(&self) {{}}\n}}\n", "\n".repeat(90));
    assert_eq!(rules::function_length(&at("node/src/a.rs", &declared)), Vec::new());
    let pointer = format!("struct S {{\n    f: fn(u8) -> u8,\n{}    g: u8,\n}}\n", "\n".repeat(90));
    assert_eq!(rules::function_length(&at("node/src/a.rs", &pointer)), Vec::new());
}

#[test]
fn an_upward_import_is_seen_however_it_is_written() {
    let upward = [
        ("protocol/src/crypto/a.rs", "use crate::message::Order;", "crypto must not import message"),
        ("protocol/src/crypto/a.rs", "use crate::{limits::MAX, charter};", "crypto must not import charter"),
        ("protocol/src/crypto/a.rs", "use super::super::machine::Witness;", "crypto must not import machine"),
        ("protocol/src/crypto/mod.rs", "use super::quorum::Quorum;", "crypto must not import quorum"),
        ("protocol/src/crypto/a.rs", "fn f() { crate::message::encode() }", "crypto must not import message"),
        ("protocol/src/message/a.rs", "use crate::machine::Witness;", "message must not import machine"),
        ("protocol/src/message/a.rs", "use crate::Order;", "message must not import Order"),
        ("protocol/src/fate/a.rs", "use crate::crypto::Proof;", "module fate has no layer; give it one in tidy"),
    ];
    for (path, text, what) in upward {
        assert_eq!(printed(&rules::protocol_layers(&at(path, text))), [format!("{path}:1: layers: {what}")]);
    }
    let upward = at("node/src/store/sqlite.rs", "\nuse crate::http::Problem;");
    assert_eq!(
        printed(&rules::node_layers(&upward)),
        ["node/src/store/sqlite.rs:2: layers: store must not import http"]
    );
}

#[test]
fn a_downward_import_is_let_through() {
    let downward = [
        (
            "protocol/src/machine/witness/a.rs",
            "use crate::{crypto::{self, proof}, message::*};\nuse super::super::Step;",
        ),
        ("protocol/src/crypto/a.rs", "use super::labels;\nuse crate::limits::MAX;\npub(crate) fn f() {}"),
        ("protocol/src/lib.rs", "pub mod crypto;\npub use crate::machine::Witness;"),
    ];
    for (path, text) in downward {
        assert_eq!(rules::protocol_layers(&at(path, text)), Vec::new(), "{path}");
    }
    assert_eq!(rules::node_layers(&at("node/src/http/a.rs", "use crate::store::Engine;")), Vec::new());
}

#[test]
fn every_forbidden_name_is_seen_in_the_pure_crate() {
    let breaches = [
        "use std::vec::Vec;",
        "extern crate std;",
        "use core::time::Instant;",
        "SystemTime::now();",
        "thread::spawn(f);",
        "async fn f() {}",
        "f().await;",
        "HashMap::new();",
        "HashSet::new();",
        "unsafe { f() }",
        "use rand::Rng;",
        "use rand_core::RngCore;",
        "getrandom::fill(b);",
        "println!();",
        "eprintln!();",
        "x.unwrap();",
        "x\n    .unwrap();",
        "x.unwrap_err();",
        "x.expect(\"y\");",
        "x.expect_err(\"y\");",
        "panic!(\"y\");",
        "todo!();",
        "unimplemented!();",
        "unreachable!();",
    ];
    for text in breaches {
        let found = rules::protocol_names(&at("protocol/src/crypto/a.rs", text));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(rules::protocol_names(&at("protocol/src/crypto/tests.rs", text)), Vec::new());
    }
    let harmless = "#![forbid(unsafe_code)]\nx.unwrap_or(0);\nlet instant = threads + operand;\nself.expected(y);";
    assert_eq!(rules::protocol_names(&at("protocol/src/crypto/a.rs", harmless)), Vec::new());
}

#[test]
fn the_node_may_read_the_clock_in_one_file_only() {
    let text = "fn now() { SystemTime::now(); }";
    let found = rules::node_names(&at("node/src/http/a.rs", text));
    let what = "node/src/http/a.rs:1: one reader: `SystemTime`: only node/src/clock.rs may";
    assert_eq!(printed(&found), [what]);
    assert_eq!(rules::node_names(&at("node/src/clock.rs", text)), Vec::new());
    for text in ["getrandom::fill(b);", "Instant::now();", "x.unwrap();", "panic!();", "unsafe {}"] {
        assert_eq!(rules::node_names(&at("node/src/a.rs", text)).len(), 1, "{text}");
    }
}

#[test]
fn a_panic_is_seen_in_any_library() {
    for text in ["x.unwrap();", "x.expect(\"y\");", "panic!();", "unsafe {}"] {
        assert_eq!(rules::library_names(&at("protocol/vectors/src/a.rs", text)).len(), 1, "{text}");
    }
    assert_eq!(rules::library_names(&at("protocol/vectors/src/a.rs", "x.unwrap_or_default();")), Vec::new());
}

#[test]
fn an_inline_test_module_is_seen() {
    let found = rules::no_inline_tests(&at("node/src/a.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n}\n"));
    assert_eq!(printed(&found), ["node/src/a.rs:2: tests apart: inline test module; move it to a file"]);
    assert_eq!(rules::no_inline_tests(&at("node/src/a.rs", "#[cfg(test)]\nmod tests;\n")), Vec::new());
}

#[test]
fn a_missing_root_attribute_is_seen() {
    let found = rules::root_attributes(&at("protocol/src/lib.rs", "// #![no_std]\n#![forbid(unsafe_code)]\n"));
    assert_eq!(printed(&found), ["protocol/src/lib.rs:1: root attributes: #![no_std] is missing"]);
    let found = rules::root_attributes(&at("protocol/src/lib.rs", "#![no_std]\n"));
    assert_eq!(found.len(), 1);
}

#[test]
fn a_file_without_a_mod_declaration_is_seen() {
    let sources = [
        at("protocol/src/lib.rs", "pub mod crypto;\npub mod limits;\n// mod lost;"),
        at("protocol/src/limits.rs", ""),
        at("protocol/src/lost.rs", "mod deeper;"),
        at("protocol/src/lost/deeper.rs", ""),
        at("protocol/src/crypto/mod.rs", "mod proof;"),
        at("protocol/src/crypto/proof.rs", "#[cfg(test)]\nmod tests;"),
        at("protocol/src/crypto/proof/tests.rs", ""),
    ];
    let found = printed(&rules::reachable(&sources, &["protocol/src/lib.rs"]));
    assert_eq!(
        found,
        [
            "protocol/src/lost.rs:1: reachable: no `mod` declaration leads here",
            "protocol/src/lost/deeper.rs:1: reachable: no `mod` declaration leads here",
        ]
    );
}

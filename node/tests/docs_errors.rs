//! `docs/errors.md` is what the table of codes says. `WRITE_DOCS=1 cargo test -p ronde-node --test docs_errors` writes it anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ronde_node::http::Code;

const HEAD: &str = "# What can go wrong, and what to do

Every refusal of a node is a document of RFC 9457 (`application/problem+json`) with a `code` that never changes. This page is
for whoever makes tills or wallets, and for the shop that asks what a customer's screen says. It is made from the node's own
table: `WRITE_DOCS=1 cargo test -p ronde-node --test docs_errors`.

* **Branch on `code`**, never on `title` or `detail`: those are for people.
* **`retryable`** says whether the very same request may succeed later. Wait a second, then twice as long each time, up to a
  minute, each time a little more or less by chance. Send a till's POST again with the same `Idempotency-Key`, so that it is
  done once.
* `retryable` in an answer is what counts; the table says what it mostly is.
* What a member means (`field`, `offset`, `left`, `conflict`, ...) stands in [chapter 15](../spec/15-http.md#problems), and
  which code a call can answer in the node's own document: `GET /v1/openapi.json`.

";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| code | status | retryable | English title | French title |\n| --- | --- | --- | --- | --- |\n");
    for code in Code::ALL {
        let [english, french] = code.titles();
        let retryable = if code.is_retryable() { "yes" } else { "no" };
        let (name, status) = (code.name(), code.status().as_u16());
        writeln!(page, "| [`{name}`](#{name}) | {status} | {retryable} | {english} | {french} |").unwrap();
    }
    for code in Code::ALL {
        let explained = code.explained();
        let [english, french] = code.titles();
        write!(page, "\n## {}\n\n*{english}* - *{french}*\n\n{}\n\n", code.name(), wrapped("", explained.happened))
            .unwrap();
        for (who, what) in [("Till", explained.till), ("Wallet", explained.wallet), ("Shop", explained.shop)] {
            writeln!(page, "{}", wrapped(&format!("* **{who}:** "), what)).unwrap();
        }
    }
    page
}

/// Lines as long as everywhere in the repository.
fn wrapped(begin: &str, text: &str) -> String {
    let indent = if begin.is_empty() { "" } else { "  " };
    textwrap::fill(text, textwrap::Options::new(128).initial_indent(begin).subsequent_indent(indent).break_words(false))
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md")
}

#[test]
fn the_page_of_errors_says_what_the_table_says() {
    if std::env::var_os("WRITE_DOCS").is_some() {
        return std::fs::write(path(), page()).unwrap();
    }
    let kept = std::fs::read_to_string(path()).unwrap();
    assert!(kept == page(), "docs/errors.md is old: WRITE_DOCS=1 cargo test -p ronde-node --test docs_errors");
}

#[test]
fn each_code_says_what_happened_and_what_everybody_does() {
    for code in Code::ALL {
        let explained = code.explained();
        for text in [explained.happened, explained.till, explained.wallet, explained.shop] {
            let (first, last) = (text.chars().next().unwrap(), text.chars().last().unwrap());
            assert!(first.is_uppercase() && last == '.' && !text.contains('|'), "{}: {text}", code.name());
        }
    }
}

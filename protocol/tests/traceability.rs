//! Every numbered rule of `spec/` is kept by code that cites it and shown by a test or vector that cites it; what is not
//! done yet stands in `spec/exceptions.md`.
//!
//! `cargo test -p ronde-protocol --test traceability -- --nocapture` prints the matrix: rule, code, tests, vectors.
//! Every fault is one line, `file:line: what is wrong: what to do`.

use std::path::Path;

#[path = "traceability/chapters.rs"]
mod chapters;
#[path = "traceability/checks.rs"]
mod checks;
#[path = "traceability/citations.rs"]
mod citations;
#[path = "traceability/controls.rs"]
mod controls;
#[path = "traceability/files.rs"]
mod files;
#[path = "traceability/matrix.rs"]
mod matrix;

use chapters::{Chapter, Exception};
use citations::{Citation, Side};
use files::Page;

/// All that a check looks at.
#[derive(Default)]
struct Evidence {
    chapters: Vec<Chapter>,
    exceptions: Vec<Exception>,
    citations: Vec<Citation>,
    /// Vector files that could not be read.
    unreadable: Vec<checks::Fault>,
}

fn gather(root: &Path) -> Evidence {
    let chapters = files::numbered_chapters(root).iter().map(Chapter::read).collect();
    let exceptions =
        files::page(root, "spec/exceptions.md").map(|page| chapters::exceptions(&page)).unwrap_or_default();
    let mut evidence = Evidence { chapters, exceptions, ..Evidence::default() };
    // What shows breaches of these rules cites rules that are none.
    let own = |page: &Page| page.path.starts_with("protocol/tests/traceability");
    for folder in ["protocol/src", "node/src", "protocol/tests", "node/tests"] {
        for page in files::tree(root, folder, "rs").iter().filter(|page| !own(page)) {
            evidence.citations.extend(citations::in_source(page));
        }
    }
    let suites = files::folder(root, "test-vectors", "json");
    for page in suites.into_iter().filter(|page| !page.path.ends_with("/schema.json")) {
        match citations::in_vectors(&page) {
            Ok(found) => evidence.citations.extend(found),
            Err(fault) => evidence.unreadable.push(fault),
        }
    }
    evidence
}

#[test]
fn every_rule_is_kept_by_code_and_shown_by_a_test_or_vector() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    let evidence = gather(root);
    assert!(evidence.citations.iter().any(|citation| citation.side == Side::Code), "no source was read");
    println!("{}", matrix::table(&evidence));
    let faults = checks::all(&evidence);
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} faults:\n{}", lines.len(), lines.join("\n"));
}

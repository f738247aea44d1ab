//! Answers every vector of the repository and names those that fail, one a line: what `cargo xtask mutants` reads.
//! For people there is `ronde vectors check`.

use std::path::Path;
use std::process::ExitCode;

use ronde_vectors::check::{Failed, check};
use ronde_vectors::load::load;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors");
    let suites = match load(&folder) {
        Ok(suites) => suites,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let (asked, failed) = check(&suites);
    for Failed { id, wrong, .. } in &failed {
        println!("FAILED {id}: {wrong}");
    }
    println!("{} passed, {} failed", asked - failed.len(), failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

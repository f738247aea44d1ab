//! Whether processes are gone.

use std::process::Command;
use std::time::Instant;

use super::PATIENCE;

/// Waits until none of the processes whose numbers stand in these lines runs any more. There must be so many.
pub fn await_gone(numbers: &str, count: usize) {
    let numbers: Vec<&str> = numbers.lines().collect();
    assert_eq!(numbers.len(), count, "{numbers:?}");
    let begun = Instant::now();
    while let Some(left) = numbers.iter().find(|number| runs(number)) {
        assert!(begun.elapsed() < PATIENCE, "process {left} still runs");
        std::thread::yield_now();
    }
}

/// One that has ended but was not collected yet does not run.
fn runs(number: &str) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", number]).output().unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

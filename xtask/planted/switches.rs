//! Which of the planted faults is switched on: the number in `RONDE_PLANTED`, none if that is not set.
//! This file is part of a copy that is made to be broken; the protocol itself has no such switch.

extern crate std;

use std::sync::LazyLock;

static ON: LazyLock<usize> =
    LazyLock::new(|| std::env::var("RONDE_PLANTED").ok().and_then(|number| number.parse().ok()).unwrap_or(0));

/// Whether this fault is switched on.
#[allow(clippy::must_use_candidate)]
pub fn on(number: usize) -> bool {
    *ON == number
}

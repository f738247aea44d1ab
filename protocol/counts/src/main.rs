//! The hot functions of the protocol, each called once where valgrind counts instructions.
//!
//! Nothing here reads a clock, rolls dice or starts a thread, so that what is counted depends on the code and the compiler
//! alone. Each function is called twice with inputs of the same kind: the first call fills what is computed once, the second
//! goes through [`counted`], which valgrind knows by its name. `cargo xtask instructions` builds this without SIMD, runs it
//! under callgrind and compares; run by itself it only shows that each function does its work.

mod fail;
mod gateway;
mod hot;
mod wallet;
mod witness;

#[path = "../../tests/federation_support/mod.rs"]
mod federation_support;
#[path = "../../tests/wallet_support/mod.rs"]
mod wallet_support;
#[path = "../../tests/witness_support/mod.rs"]
mod witness_support;

use std::hint::black_box;
use std::process::ExitCode;

use hot::{Counter, Failed};

fn main() -> ExitCode {
    match all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("counts: {why}");
            ExitCode::FAILURE
        }
    }
}

/// One line for each function, in the order in which they are counted.
fn all() -> Result<(), Failed> {
    let mut told = |hot: hot::Hot| println!("{hot}");
    let mut counter = Counter::new(counted, &mut told);
    witness::all(&mut counter)?;
    gateway::all(&mut counter)?;
    wallet::all(&mut counter)
}

/// The one function between whose beginning and end instructions are counted: `xtask/src/instructions` names it.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
    // Something must be left to do after the call: a jump instead of it would leave this function before the work.
    black_box(());
}

#[cfg(test)]
mod tests;

//! Which signatures and proofs were found good, so that a simulation in which thirteen witnesses look at the same
//! certificate does the arithmetic once.
//!
//! It is no part of a product: the protocol asks it only if it is compiled with `--cfg ronde_remember`, as `cargo xtask
//! sim` does, and then only within [`during`]. What is remembered is all that a verification depends on, in bytes or under a
//! hash, so its answer is the same; the simulator runs some seeds again without, and compares the digests of their traces.

use std::cell::RefCell;
use std::collections::HashSet;

type Good = HashSet<Vec<u8>>;

thread_local! {
    static GOOD: RefCell<Option<Good>> = const { RefCell::new(None) };
}

/// Forgets when the work is over, also by a panic.
struct Scope(Option<Good>);

impl Drop for Scope {
    fn drop(&mut self) {
        GOOD.set(self.0.take());
    }
}

/// Does the work; meanwhile this thread remembers, from nothing.
pub fn during<T>(work: impl FnOnce() -> T) -> T {
    let _scope = Scope(GOOD.replace(Some(Good::new())));
    work()
}

/// Verifies, or knows that the same was verified before. `name` says what is verified, `parts` are the bytes that the
/// answer depends on, all of them; whatever varies in length goes last.
///
/// # Errors
/// Those of `verify`. What failed is not remembered.
pub fn once<E>(name: &'static str, parts: &[&[u8]], verify: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    if GOOD.with_borrow(Option::is_none) {
        return verify();
    }
    let key = [&[name.as_bytes(), &[0]], parts].concat().concat();
    if GOOD.with_borrow(|good| good.as_ref().is_some_and(|good| good.contains(&key))) {
        return Ok(());
    }
    verify()?;
    GOOD.with_borrow_mut(|good| good.as_mut().map(|good| good.insert(key)));
    Ok(())
}

#[cfg(test)]
mod tests;

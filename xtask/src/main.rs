//! What a newcomer types: `cargo xtask demo` and `cargo xtask check`.
fn main() {}

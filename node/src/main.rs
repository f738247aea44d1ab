//! The `ronde` command.
fn main() {}

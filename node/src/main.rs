//! The `ronde` command.

/// Wipes what is given back: not all that holds a secret for a moment is ours (the wallet's file passes through buffers of
/// the crate that encrypts it).
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> std::process::ExitCode {
    ronde_node::cli::main()
}

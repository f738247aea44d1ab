//! The `ronde` command.

fn main() -> std::process::ExitCode {
    ronde_node::cli::main()
}

//! What a newcomer types: `cargo xtask check` and the other commands of the README.
#![forbid(unsafe_code)]

mod audit_logs;
mod bench;
mod bench_storage;
mod build;
mod capacity;
mod chaos;
mod check;
mod contract;
mod demo;
mod dudect;
mod instructions;
mod interop;
mod load;
mod model;
mod mutants;
mod pages;
mod side_by_side;
mod sim;
mod tools;
mod vectors;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  audit-logs --orders N --out DIR    logs of so many orders with real signatures, honest or not, for `ronde audit`
  bench --peers [--quick] [--only ROW]  our cryptography beside programs that others wrote; ends with 1 if a bar is missed
  bench --storage [--entries N,..]   the database with 0, 5 and 50 million spent coins, beside other engines; --help says more
  capacity                           write docs/capacity.md and its chart by what `ronde capacity` says now
  demo [--once] [--keep DIR]         four shops on this machine: earn, spend, cheat, lose power, vote, close the books
  chaos [--minutes N] [--seed S]     real nodes and wallets while processes die, disks fill, clocks and networks fail
  check [--only STAGE]... [--list]   format, lints, licences, docs, tests, fuzz targets: what must hold before a commit
  dudect [--release] [--only PART]   does the time of what touches a secret depend on it; takes a minute or two
  instructions [--accept]            how many the hot functions take beside what is kept; --accept keeps today's
  contract [--seed N]                schemathesis asks four real nodes all that the API's document names
  interop [--judge | --live]         the wallet in TypeScript: judged by the vectors, then at work with Rust nodes
  load [n1|n4|n7|burst] [--help]     what orders cost real nodes, how many there can be, and how long they take
  model [--all]                      walk every interleaving of small committees with the real witness machine inside
  mutants [--minutes N] [--only PART] plant faults one at a time: do vectors and tests see each
  pages [--only SCENE] [--times N]   pages and wallet in a real browser, at real nodes over HTTPS; pictures in target/pages
  sim [--seeds N | --seed S | --planted]  whole federations in one thread, with every fault: does each claim hold
  wallet                             build the wallet's app, and put it where the node's program takes it from
  vectors [--check]                  write the test vectors and the specification's examples from one seed, or compare
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    match command {
        "audit-logs" => audit_logs::run(rest),
        "bench" if rest.first().is_some_and(|first| first == "--storage") => bench_storage::run(&rest[1..]),
        "bench" => bench::run(rest),
        "capacity" => capacity::run(rest),
        "demo" => demo::run(rest),
        "chaos" => chaos::run(rest),
        "check" => check::run(rest),
        "dudect" => dudect::run(rest),
        "instructions" => instructions::run(rest),
        "contract" => contract::run(rest),
        "interop" => interop::run(rest),
        "load" => load::run(rest),
        "model" => model::run(rest),
        "mutants" => mutants::run(rest),
        "pages" => pages::run(rest),
        "sim" => sim::run(rest),
        "vectors" => vectors::run(rest),
        "wallet" => interop::bundle::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        other => {
            eprintln!("xtask: no command `{other}`\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

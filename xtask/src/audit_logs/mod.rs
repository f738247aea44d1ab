//! `cargo xtask audit-logs`: exported logs of a federation that never was, with real signatures, for `ronde audit` at size.
//!
//! N orders are N different orders in the federation; each stands in every log, once as `Certified` and once as `Voted`
//! (but for one witness in four of 8 orders in 100). One order in ten has two certificates of different votes, half the
//! witnesses have either.

#[path = "../../../protocol/tests/big_logs/mod.rs"]
mod big_logs;
#[path = "../../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use big_logs::{Cheat, Made, Maker, Sketch, Sketcher, Weaver, town};
use federation_support::Dice;
use write::LogFile;

/// Orders that are signed before any of them is written.
const AT_ONCE: usize = 4096;

const USAGE: &str = "\
usage: cargo xtask audit-logs --orders N --out DIR [--seed S] [--logs 1..4] [--cheat KIND [--at ORDER]]

  Build with --release for large logs: cargo run --release -p xtask -- audit-logs ...
  KIND: double-vote, vote-against-certificate, double-spend, fork, bad-certificate, bad-vote, bad-order, two-bodies
";

struct Options {
    orders: u64,
    out: PathBuf,
    seed: u64,
    logs: u8,
    cheat: Option<Cheat>,
    at: Option<u64>,
}

pub fn run(arguments: &[String]) -> ExitCode {
    let Some(options) = read(arguments) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match make(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask audit-logs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read(arguments: &[String]) -> Option<Options> {
    let mut options = Options { orders: 0, out: PathBuf::new(), seed: 1, logs: 3, cheat: None, at: None };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let value = words.next()?;
        match word.as_str() {
            "--orders" => options.orders = value.parse().ok()?,
            "--out" => options.out = value.into(),
            "--seed" => options.seed = value.parse().ok()?,
            "--logs" => options.logs = value.parse().ok().filter(|logs| (1..=4).contains(logs))?,
            "--cheat" => options.cheat = Some(Cheat::ALL.into_iter().find(|cheat| cheat.name() == value)?),
            "--at" => options.at = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    (options.orders > 0 && !options.out.as_os_str().is_empty()).then_some(options)
}

fn make(options: &Options) -> Result<(), std::io::Error> {
    let federation = town();
    let charter = options.out.join("charter");
    std::fs::create_dir_all(&charter)?;
    write::charter(&charter, &federation.signed)?;
    let maker = Maker::new(&federation, options.seed);
    let mut files: Vec<LogFile> =
        (0..options.logs).map(|witness| LogFile::create(&options.out, witness)).collect::<Result<_, _>>()?;
    let (mut sketcher, mut weaver) = (Sketcher::new(options.seed), Weaver::new(options.seed));
    let place = options.at.unwrap_or_else(|| Dice(options.seed ^ 0xc4ea7).roll(options.orders));
    let mut cheat = options.cheat.map(|kind| (kind, place));
    let mut head = None;
    let mut done = 0;
    while done < options.orders {
        let count = usize::try_from(options.orders - done).unwrap_or(AT_ONCE).min(AT_ONCE);
        let sketches: Vec<Sketch> = (0..count).map(|_| sketcher.next()).collect();
        let mut failed = None;
        let mut write = |witness: u8, entry| {
            let file = files.get_mut(usize::from(witness));
            failed = failed.take().or_else(|| file.and_then(|file| file.write(&entry).err()));
        };
        for made in sign(&maker, &sketches) {
            let waiting = cheat;
            head = weaver.push_with(&mut cheat, &maker, &made, &mut write).or(head);
            if let (Some((kind, _)), None) = (waiting, cheat) {
                println!("{} at order {}", kind.name(), made.sketch.number);
            }
        }
        done += u64::try_from(count).unwrap_or(0);
        if done == options.orders {
            weaver.finish(&mut write);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        eprint!("\r{done} orders");
    }
    eprintln!();
    if cheat.is_some() {
        return Err(std::io::Error::other("no order was left to cheat with"));
    }
    for (witness, file) in (0..).zip(files) {
        let (entries, bytes) = file.finish(&maker, witness, head.filter(|head| head.index.0 == witness))?;
        println!("witness {witness}: {entries} entries, {bytes} bytes");
    }
    Ok(())
}

/// Signs on all processors.
fn sign(maker: &Maker<'_>, sketches: &[Sketch]) -> Vec<Made> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let share = sketches.len().div_ceil(workers).max(1);
        let make = |share| move || -> Vec<Made> { <[Sketch]>::iter(share).map(|sketch| maker.make(sketch)).collect() };
        let threads: Vec<_> = sketches.chunks(share).map(|share| scope.spawn(make(share))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

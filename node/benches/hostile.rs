//! How much of the honest traffic is left while somebody attacks: a federation of four real nodes on this machine, wallets that
//! pay at three of them, and one attack after another on the first.
//!
//! ```text
//! cargo bench -p ronde-node --bench hostile -- [--seconds 5] [--rounds 3] [--wallets 8] [--seed N] [--only NAME]...
//!                                              [--niceness 19]
//! ```
//!
//! Each attack runs in a process and session of its own, at the lowest priority (unless told otherwise), because it shares
//! this machine's processors with those whom it attacks: it gets what they leave, and what the node spends on it is missed
//! by them. Both are shown, in processors: what the attacked node used in quiet and under the attack, and what the attacker
//! used. An attack comes from addresses of its own (127.0.0.66 and on). Before and after it the same wallets pay
//! undisturbed, and that as often as there are rounds, so that what else the machine does falls on both alike. Those
//! attacks that need a key have the fourth store's: a member that turned.

#[path = "hostile/attacks.rs"]
mod attacks;
#[path = "payments/chance.rs"]
mod chance;
#[allow(dead_code, reason = "the bench of payments uses the rest")]
#[path = "payments/customer.rs"]
mod customer;
#[allow(dead_code, reason = "the bench of payments uses the rest")]
#[path = "payments/federation.rs"]
mod federation;
#[allow(dead_code, reason = "the bench of payments uses the rest")]
#[path = "payments/process.rs"]
mod process;
#[path = "hostile/quic.rs"]
mod quic;
#[path = "../tests/raw_quic/mod.rs"]
mod raw_quic;
#[allow(dead_code, reason = "the bench of payments uses the rest")]
#[path = "payments/till.rs"]
mod till;
#[path = "hostile/web.rs"]
mod web;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use ronde_protocol::machine::witness::keys::NodeSeed;

use attacks::Target;
use chance::Chance;
use customer::Customer;
use federation::Shop;

/// Whatever stops the run.
type Failed = Box<dyn Error + Send + Sync>;

/// Points per payment are 1 to this.
const MOST_POINTS: u64 = 20;
/// Points that each wallet begins with.
const PURSE: u64 = 200_000;
/// What an attack has before it counts.
const WARM_UP: Duration = Duration::from_millis(300);
/// What must be left of the honest traffic.
const ENOUGH: f64 = 0.7;
/// Seconds, rounds and wallets if Cargo tests that this works, and does not measure.
const TRIAL: (u64, u32, usize) = (1, 1, 2);

/// Measures what honest traffic is left of under attack.
#[derive(Parser)]
struct Options {
    /// Seconds of each attack, and of the quiet before and after it
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each attack, and the quiet before it, is repeated
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Wallets
    #[arg(long, default_value_t = 8)]
    wallets: usize,
    /// Repeats amounts, shops and the wallets' secrets; without it, a new one
    #[arg(long)]
    seed: Option<u64>,
    /// This attack alone; may be repeated
    #[arg(long)]
    only: Vec<String>,
    /// Of the attacker, whose processors are shared with everybody else on this machine. On one that is busy with other
    /// things an attacker of niceness 19 gets to do nothing
    #[arg(long, default_value_t = 19, allow_negative_numbers = true)]
    niceness: i32,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
    /// Be the attacker: which attack
    #[arg(long, hide = true, requires_all = ["http", "quic", "keys"])]
    attack: Option<String>,
    #[arg(long, hide = true)]
    http: Option<String>,
    #[arg(long, hide = true)]
    quic: Option<String>,
    /// Seed of the store that turned
    #[arg(long, hide = true)]
    keys: Option<PathBuf>,
}

/// What was seen while one attack ran.
struct Seen {
    name: &'static str,
    /// Payments a second.
    quiet: f64,
    under: f64,
    /// MiB before, at most, and afterwards.
    memory: [f64; 3],
    /// Processors that the node used in quiet and under it, and that the attacker used.
    processors: [f64; 3],
    did: String,
    logged: String,
}

fn main() -> Result<(), Failed> {
    let mut options = Options::parse();
    if let (Some(name), Some(http), Some(quic), Some(keys)) =
        (&options.attack, &options.http, &options.quic, &options.keys)
    {
        give_way(options.niceness);
        let seed = NodeSeed::new(*ronde_node::secret_file::read_seed(keys)?);
        let seed = *seed.node_key_seed();
        let target = Target { http: http.parse()?, quic: quic.parse()?, seed };
        let seconds = Duration::from_secs(options.seconds);
        return Ok(writeln!(std::io::stdout(), "{}", attacks::run(name, target, seconds)?)?);
    }
    let trial = !options.bench;
    if trial {
        (options.seconds, options.rounds, options.wallets) = TRIAL;
    }
    let seen = run(&options)?;
    table(&seen)?;
    let worst = seen.iter().min_by(|a, b| a.ratio().total_cmp(&b.ratio())).ok_or("no attack has that name")?;
    if !trial && worst.ratio() < ENOUGH {
        return Err(format!("under {} only {:.0} % is left", worst.name, worst.ratio() * 100.0).into());
    }
    Ok(())
}

impl Seen {
    fn ratio(&self) -> f64 {
        self.under / self.quiet.max(f64::MIN_POSITIVE)
    }
}

fn run(options: &Options) -> Result<Vec<Seen>, Failed> {
    let seed = match options.seed {
        Some(seed) => seed,
        None => Chance::new(0, &hex::encode(ronde_node::entropy::fresh()?)).below(1 << 32),
    };
    say(&format!("seed {seed}: founding a federation of {} nodes", federation::STORES));
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let shops = federation::found(home.path())?;
    let customers = customers(options, seed, &shops, home.path())?;
    let (stop, paid) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        // The store that turned has no customers.
        let honest = &shops[..federation::STORES - 1];
        let threads: Vec<_> =
            customers.into_iter().map(|customer| scope.spawn(|| shopping(customer, honest, &stop, &paid))).collect();
        let seen = attacks_in_turn(options, &shops, home.path(), &paid);
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().map_err(|_| "a wallet panicked")??;
        }
        seen
    })
}

fn customers(options: &Options, seed: u64, shops: &[Shop], home: &Path) -> Result<Vec<Customer>, Failed> {
    let mut customers = Vec::with_capacity(options.wallets);
    for (number, shop) in (0..options.wallets).zip(shops.iter().cycle()) {
        let chance = Chance::new(seed, &format!("wallet {number}"));
        let mut customer = Customer::new(&home.join(format!("wallet-{number}")), number, shop, chance)?;
        let granted = customer.till.grant(shop, PURSE)?;
        customer.earn(&granted)?;
        customers.push(customer);
    }
    Ok(customers)
}

/// Pays until it is told to stop. A payment that fails under attack is what is measured: it counts for nothing.
fn shopping(mut customer: Customer, shops: &[Shop], stop: &AtomicBool, paid: &AtomicU64) -> Result<(), Failed> {
    let mut failures: u64 = 0;
    while !stop.load(Ordering::Relaxed) {
        let shop = usize::try_from(customer.chance().below(u64::try_from(shops.len())?))?;
        let points = 1 + customer.chance().below(MOST_POINTS);
        let shop = shops.get(shop).ok_or("no shop")?;
        match customer.pay(shop, points).and_then(|_| customer.tidy(shop)) {
            Ok(()) => {
                paid.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                say(&format!("a payment failed: {error}"));
                failures += 1;
                // The till may still wait for that one.
                customer.till = till::Till::new(format!("after-{failures}-{}", hex::encode(customer.chance().bytes())));
            }
        }
    }
    Ok(())
}

fn attacks_in_turn(options: &Options, shops: &[Shop], home: &Path, paid: &AtomicU64) -> Result<Vec<Seen>, Failed> {
    let wanted = |name: &&'static str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let time = Duration::from_secs(options.seconds);
    let target = shops.first().ok_or("no shops")?;
    let keys = home.join(format!("store-{}/secrets/node.seed", federation::STORES));
    let ticks = process::Ticks::of_this_system()?;
    // Connections and caches have to be warm for what is compared.
    let mut quiet = measure(time, target, paid, &ticks)?;
    let mut seen = Vec::new();
    for name in attacks::NAMES.iter().copied().filter(wanted) {
        let logged = log_lines(home)?.len();
        let mut one = Seen {
            name,
            quiet: 0.0,
            under: 0.0,
            memory: [quiet.memory_now; 3],
            processors: [0.0; 3],
            did: String::new(),
            logged: String::new(),
        };
        for _ in 0..options.rounds.max(1) {
            let attacker = attacker(name, options, target, &keys)?;
            // Its connections take a moment to be made.
            std::thread::sleep(WARM_UP);
            let before = process::cpu_seconds(attacker.id(), &ticks)?;
            let under = measure(time.saturating_sub(WARM_UP), target, paid, &ticks)?;
            let spent = (process::cpu_seconds(attacker.id(), &ticks)? - before) / under.seconds;
            let ended = attacker.wait_with_output()?;
            if !ended.status.success() {
                return Err(format!("the attacker failed: {name}, {}", ended.status).into());
            }
            one.did = String::from_utf8_lossy(&ended.stdout).trim().to_owned();
            let after = measure(time, target, paid, &ticks)?;
            let rounds = f64::from(options.rounds.max(1));
            one.quiet += (quiet.per_second + after.per_second) / 2.0 / rounds;
            one.under += under.per_second / rounds;
            let used = [(quiet.processors + after.processors) / 2.0, under.processors, spent];
            one.processors.iter_mut().zip(used).for_each(|(sum, used)| *sum += used / rounds);
            let [first, most, _] = one.memory;
            one.memory = [first, most.max(under.memory_most), after.memory_now];
            quiet = after;
        }
        let lines = log_lines(home)?;
        one.logged = said(&lines[logged.min(lines.len())..]);
        say(&format!("{name}: {:.0} % is left; {}", one.ratio() * 100.0, one.did));
        seen.push(one);
    }
    Ok(seen)
}

fn attacker(name: &str, options: &Options, target: &Shop, keys: &Path) -> Result<std::process::Child, Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--attack", name, "--seconds", &options.seconds.to_string()]);
    command.args(["--niceness", &options.niceness.to_string()]);
    command.args(["--http", target.base.trim_start_matches("http://"), "--quic", &target.quic]);
    Ok(command.arg("--keys").arg(keys).stdout(Stdio::piped()).spawn()?)
}

/// Leaves the processors to others. Linux shares them out by sessions first, where it is told to, and a session has a
/// niceness of its own; elsewhere that of the process is all there is.
fn give_way(niceness: i32) {
    let _ = rustix::process::setsid();
    let _ = std::fs::write("/proc/self/autogroup", niceness.to_string());
    let _ = rustix::process::setpriority_process(None, niceness);
}

/// What honest wallets did in a while, and what the target used.
struct Measured {
    seconds: f64,
    processors: f64,
    per_second: f64,
    memory_now: f64,
    memory_most: f64,
}

fn measure(time: Duration, target: &Shop, paid: &AtomicU64, ticks: &process::Ticks) -> Result<Measured, Failed> {
    let (start, first) = (Instant::now(), paid.load(Ordering::Relaxed));
    let used = process::cpu_seconds(target.pid(), ticks)?;
    let mut memory_most: f64 = 0.0;
    while start.elapsed() < time {
        memory_most = memory_most.max(process::resident_mib(target.pid())?);
        std::thread::sleep(Duration::from_millis(50));
    }
    let done = f64::from(u32::try_from(paid.load(Ordering::Relaxed) - first)?);
    let seconds = start.elapsed().as_secs_f64();
    let processors = (process::cpu_seconds(target.pid(), ticks)? - used) / seconds;
    Ok(Measured {
        seconds,
        processors,
        per_second: done / seconds,
        memory_now: process::resident_mib(target.pid())?,
        memory_most,
    })
}

fn log_lines(home: &Path) -> Result<Vec<String>, Failed> {
    Ok(std::fs::read_to_string(home.join("store-1/log"))?.lines().map(str::to_owned).collect())
}

/// How many lines a node logged, and the last warning among them.
fn said(lines: &[String]) -> String {
    let last = lines.iter().rev().find(|line| line.contains("WARN") || line.contains("ERROR"));
    match last {
        Some(line) => {
            let words = line.split_once(':').map_or(line.as_str(), |(_, rest)| rest);
            format!("{}: {}", lines.len(), words.split_whitespace().skip(1).collect::<Vec<_>>().join(" "))
        }
        None => lines.len().to_string(),
    }
}

fn table(seen: &[Seen]) -> Result<(), Failed> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "| attack | payments/s quiet, under it | left | node's processors quiet, under it | attacker's | memory before, \
         most, after (MiB) | it did | logged |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- | --- | --- |")?;
    for one in seen {
        let [first, most, last] = one.memory;
        let [quiet, under, attacker] = one.processors;
        writeln!(
            out,
            "| {} | {:.1}, {:.1} | {:.0} % | {quiet:.2}, {under:.2} | {attacker:.2} | {first:.0}, {most:.0}, {last:.0} | {} | {} |",
            one.name,
            one.quiet,
            one.under,
            one.ratio() * 100.0,
            one.did,
            one.logged
        )?;
    }
    Ok(())
}

/// To standard error: the table alone is for standard output.
fn say(line: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{line}");
}

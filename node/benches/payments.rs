//! What a payment costs: a federation of four real nodes on this machine (SQLite synced in full, QUIC between them),
//! wallets and tills over HTTP.
//!
//! ```text
//! cargo bench -p ronde-node --bench payments -- [--payments 1000] [--wallets 32] [--seed N] [--json]
//! ```
//!
//! First one payment after the other, each by the next wallet; then as many again by all wallets at once. Wallets and
//! tills are threads of this process, and their saved files, like the nodes' databases, are in the target folder.

#[path = "payments/baseline.rs"]
mod baseline;
#[path = "payments/chance.rs"]
mod chance;
#[path = "payments/customer.rs"]
mod customer;
#[path = "payments/federation.rs"]
mod federation;
#[path = "payments/figures.rs"]
mod figures;
#[path = "payments/process.rs"]
mod process;
#[path = "payments/till.rs"]
mod till;

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::Parser;

use chance::Chance;
use customer::{Customer, Timed};
use federation::Shop;
use figures::{Figures, Memory, Phase, Spread};
use process::Ticks;

/// Whatever stops the run.
type Failed = Box<dyn Error + Send + Sync>;

/// Points per payment are 1 to this.
const MOST_POINTS: u64 = 20;
/// Payments and wallets if Cargo tests that this works, and does not measure.
const TRIAL: (usize, usize) = (4, 2);

/// Measures payments in a federation of four nodes on this machine.
#[derive(Parser)]
struct Options {
    /// Payments one after the other, and as many again at once
    #[arg(long, default_value_t = 1000)]
    payments: usize,
    /// Wallets
    #[arg(long, default_value_t = 32)]
    wallets: usize,
    /// Repeats amounts, shops and the wallets' secrets; without it, a new one
    #[arg(long)]
    seed: Option<u64>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Failed> {
    let mut options = Options::parse();
    if !options.bench {
        (options.payments, options.wallets) = TRIAL;
    }
    options.payments = options.payments.max(1);
    options.wallets = options.wallets.clamp(1, options.payments);
    let figures = run(&options)?;
    let text = if options.json { figures.json()? } else { figures.table() };
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

fn run(options: &Options) -> Result<Figures, Failed> {
    let seed = match options.seed {
        Some(seed) => seed,
        None => Chance::new(0, &hex::encode(ronde_node::entropy::fresh()?)).below(1 << 32),
    };
    say(&format!("seed {seed}: founding a federation of {} nodes", federation::STORES));
    let start = Instant::now();
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let shops = federation::found(home.path())?;
    let idle_mib = of_each(&shops, process::resident_mib)?;
    let mut customers = customers(options, seed, &shops, home.path())?;
    let setup_seconds = start.elapsed().as_secs_f64();
    say("measuring the disk and HTTP bare");
    let bare_fsync = baseline::fsync(home.path())?;
    let bare_round_trip = baseline::round_trip(&shops.first().ok_or("no shops")?.base)?;
    let one_by_one = one_by_one(options, &shops, &mut customers)?;
    let at_once = at_once(options, &shops, &mut customers)?;
    let memory = Memory { idle_mib, peak_mib: of_each(&shops, process::peak_mib)? };
    Ok(Figures { seed, bare_fsync, bare_round_trip, setup_seconds, one_by_one, at_once, memory })
}

/// Wallets with enough for both parts, each filled by one grant.
fn customers(options: &Options, seed: u64, shops: &[Shop], home: &Path) -> Result<Vec<Customer>, Failed> {
    let each = u64::try_from(2 * options.payments.div_ceil(options.wallets))?;
    let progress = Progress::new("wallets filled", options.wallets);
    let mut customers = Vec::with_capacity(options.wallets);
    for (number, shop) in (0..options.wallets).zip(shops.iter().cycle()) {
        let chance = Chance::new(seed, &format!("wallet {number}"));
        let mut customer = Customer::new(&home.join(format!("wallet-{number}")), number, shop, chance)?;
        let granted = customer.till.grant(shop, each * MOST_POINTS + MOST_POINTS)?;
        customer.earn(&granted)?;
        customers.push(customer);
        progress.step();
    }
    Ok(customers)
}

fn one_by_one(options: &Options, shops: &[Shop], customers: &mut [Customer]) -> Result<Phase, Failed> {
    let progress = Progress::new("payments one by one", options.payments);
    let meter = Meter::start(shops, customers)?;
    let mut times = Vec::with_capacity(options.payments);
    for turn in 0..options.payments {
        let customer = customers.get_mut(turn % options.wallets).ok_or("a wallet too few")?;
        times.push(shop_once(customer, shops)?);
        progress.step();
    }
    meter.stop(1, &times, shops, customers)
}

fn at_once(options: &Options, shops: &[Shop], customers: &mut [Customer]) -> Result<Phase, Failed> {
    let progress = Progress::new("payments at once", options.payments);
    let meter = Meter::start(shops, customers)?;
    let times = std::thread::scope(|scope| {
        let threads = customers.iter_mut().enumerate().map(|(number, customer)| {
            let progress = &progress;
            // As many for each wallet, and one more for the first ones if that leaves a rest.
            let own = (number..options.payments).step_by(options.wallets);
            scope.spawn(move || {
                let paid = own.map(|_| shop_once(customer, shops).inspect(|_| progress.step()));
                paid.collect::<Result<Vec<Timed>, Failed>>()
            })
        });
        let threads: Vec<_> = threads.collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| Failed::from("a wallet panicked"))?);
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    let times: Vec<Timed> = times.into_iter().flatten().collect();
    meter.stop(options.wallets, &times, shops, customers)
}

fn shop_once(customer: &mut Customer, shops: &[Shop]) -> Result<Timed, Failed> {
    let shop = customer.chance().below(u64::try_from(shops.len())?);
    let points = 1 + customer.chance().below(MOST_POINTS);
    let shop = shops.get(usize::try_from(shop)?).ok_or("no shop")?;
    let times = customer.pay(shop, points)?;
    customer.tidy(shop)?;
    Ok(times)
}

/// What was used up when a part of the run began.
struct Meter {
    start: Instant,
    ticks: Ticks,
    node_cpu: Vec<f64>,
    own_cpu: f64,
    written: Vec<f64>,
    swaps: u64,
    questions: u64,
}

impl Meter {
    fn start(shops: &[Shop], customers: &[Customer]) -> Result<Self, Failed> {
        let ticks = Ticks::of_this_system()?;
        Ok(Self {
            node_cpu: of_each(shops, |pid| process::cpu_seconds(pid, &ticks))?,
            own_cpu: process::cpu_seconds(std::process::id(), &ticks)?,
            written: of_each(shops, process::written_bytes)?,
            swaps: customers.iter().map(|customer| customer.swaps).sum(),
            questions: customers.iter().map(|customer| customer.questions).sum(),
            start: Instant::now(),
            ticks,
        })
    }

    fn stop(self, wallets: usize, times: &[Timed], shops: &[Shop], customers: &[Customer]) -> Result<Phase, Failed> {
        let seconds = self.start.elapsed().as_secs_f64();
        let after = Self::start(shops, customers)?;
        let swaps = after.swaps - self.swaps;
        let payments = f64::from(u32::try_from(times.len())?);
        let orders = payments + f64::from(u32::try_from(swaps)?);
        let per_order = |after: Vec<f64>, before: Vec<f64>, unit: f64| {
            after.iter().zip(before).map(|(after, before)| (after - before) / orders * unit).collect()
        };
        let spread = |part: fn(&Timed) -> std::time::Duration| Spread::of(times.iter().map(part).collect());
        let at_once = f64::from(u32::try_from(times.iter().filter(|timed| timed.complete).count())?);
        let own_cpu = process::cpu_seconds(std::process::id(), &self.ticks)? - self.own_cpu;
        Ok(Phase {
            wallets,
            payments: times.len(),
            swaps,
            seconds,
            payments_per_second: payments / seconds,
            till: spread(|timed| timed.till),
            change: spread(|timed| timed.change),
            change_saved: spread(|timed| timed.saved),
            whole_payment: spread(|timed| timed.whole),
            wallet_saving: spread(|timed| timed.saving),
            complete_at_once_percent: 100.0 * at_once / payments,
            questions_per_payment: f64::from(u32::try_from(after.questions - self.questions)?) / payments,
            node_cpu_ms_per_order: per_order(after.node_cpu, self.node_cpu, 1000.0),
            wallets_and_tills_cpu_ms_per_order: own_cpu / orders * 1000.0,
            node_written_kib_per_order: per_order(after.written, self.written, 1.0 / 1024.0),
        })
    }
}

fn of_each(shops: &[Shop], ask: impl Fn(u32) -> Result<f64, Failed>) -> Result<Vec<f64>, Failed> {
    shops.iter().map(|shop| ask(shop.pid())).collect()
}

/// Says now and then how far the run is.
struct Progress {
    what: &'static str,
    all: usize,
    done: AtomicUsize,
    start: Instant,
}

impl Progress {
    fn new(what: &'static str, all: usize) -> Self {
        Self { what, all, done: AtomicUsize::new(0), start: Instant::now() }
    }

    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done == self.all || done.is_multiple_of(self.all.div_ceil(10)) {
            say(&format!("{done} of {} {}, {:.1} s", self.all, self.what, self.start.elapsed().as_secs_f64()));
        }
    }
}

/// To standard error: the figures alone are for standard output.
fn say(line: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{line}");
}

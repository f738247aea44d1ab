//! Tables on standard output: medians, with what they lie between, and how they compare with the first column.

use crate::measure::{BATCHES, IN_FLIGHT, Pace, Seen};
use crate::runs::{Coins, Gone, Measured, Tried};

/// A median, and the least and the most.
#[derive(Debug, Clone, Copy)]
pub struct Median {
    /// In the middle.
    pub middle: f64,
    least: f64,
    most: f64,
}

impl Median {
    /// Of some figures; of none, zero.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(0.0);
        let half = sorted.len() / 2;
        let middle = if sorted.len() % 2 == 1 { at(half) } else { (at(half) + at(half.saturating_sub(1))) / 2.0 };
        Self { middle, least: at(0), most: at(sorted.len().saturating_sub(1)) }
    }

    fn show(self, first: Self) -> String {
        let digits = |figure: f64| match figure {
            figure if figure.abs() >= 100.0 => format!("{figure:.0}"),
            figure if figure.abs() >= 10.0 => format!("{figure:.1}"),
            figure => format!("{figure:.2}"),
        };
        let ratio = if first.middle > 0.0 { format!(" x{:.2}", self.middle / first.middle) } else { String::new() };
        let spread = if self.least < self.most {
            format!(" ({}-{})", digits(self.least), digits(self.most))
        } else {
            String::new()
        };
        format!("{}{spread}{ratio}", digits(self.middle))
    }
}

type Figure<'a, T> = (String, Box<dyn Fn(&T) -> Median + 'a>);

fn table<T>(title: &str, columns: &[(String, &T)], figures: &[Figure<'_, T>]) {
    let width = columns.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(30);
    println!("\n{title}");
    print!("{:38}", "");
    columns.iter().for_each(|(name, _)| print!(" {name:<width$}"));
    println!();
    for (name, figure) in figures {
        print!("{name:38}");
        let first = columns.first().map_or(Median::of([]), |(_, one)| figure(one));
        for (_, one) in columns {
            print!(" {:<width$}", figure(one).show(first));
        }
        println!();
    }
}

/// Of rounds.
fn over<'a, T: 'a>(
    name: impl Into<String>,
    rounds: impl Fn(&T) -> &[Seen] + Copy + 'a,
    of: impl Fn(&Seen) -> f64 + 'a,
) -> Figure<'a, T> {
    (name.into(), Box::new(move |one| Median::of(rounds(one).iter().map(&of))))
}

const MIB: f64 = 1_048_576.0;

fn paces<'a, T: 'a>(rounds: impl Fn(&T) -> &[Seen] + Copy + 'a) -> Vec<Figure<'a, T>> {
    let mut figures = vec![
        over("one at a time: orders/s", rounds, |seen| seen.single.rate),
        over("  ms, p50", rounds, |seen| seen.single.p50),
        over("  ms, p99", rounds, |seen| seen.single.p99),
        over("  CPU us an order", rounds, |seen| seen.single.cpu),
        over("  KiB written an order", rounds, |seen| seen.single.written / 1024.0),
        over(format!("{IN_FLIGHT} in flight: orders/s"), rounds, |seen| seen.flight.rate),
        over("  ms, p50", rounds, |seen| seen.flight.p50),
        over("  ms, p99", rounds, |seen| seen.flight.p99),
        over("  CPU us an order", rounds, |seen| seen.flight.cpu),
        over("  KiB written an order", rounds, |seen| seen.flight.written / 1024.0),
        over("  jobs in a commit", rounds, |seen| seen.shared),
    ];
    for (place, size) in BATCHES.iter().enumerate() {
        let pace = move |seen: &Seen| seen.batches.get(place).map_or(0.0, |pace: &Pace| pace.rate);
        figures.push(over(format!("{size} in a transaction: orders/s"), rounds, pace));
    }
    figures.extend([
        over("cold, one at a time: ms, p50", rounds, |seen| seen.cold.p50),
        over("  ms, p99", rounds, |seen| seen.cold.p99),
        over("  KiB read an order", rounds, |seen| seen.cold.read / 1024.0),
        over("open, cold: ms", rounds, |seen| seen.open),
        over("  MiB of memory", rounds, |seen| seen.opened as f64 / MIB),
        over("MiB of memory at the peak", rounds, |seen| seen.peak as f64 / MIB),
    ]);
    figures
}

/// Engines at one size.
pub fn engines(all: &[Measured]) {
    let Some(first) = all.first() else { return };
    let columns: Vec<_> = all.iter().map(|one| (one.engine.to_string(), one)).collect();
    let mut figures = paces(|one: &Measured| one.rounds.as_slice());
    figures.push(("GB on the disk".into(), Box::new(|one| Median::of([one.disk as f64 / 1e9]))));
    figures.push((
        "  bytes for each byte of rows".into(),
        Box::new(|one| Median::of([if one.rows == 0 { 0.0 } else { one.disk as f64 / one.rows as f64 }])),
    ));
    figures.push(("filled in within s".into(), Box::new(|one| Median::of([one.fill]))));
    let title = format!("{} coins spent, {} orders with all of their rows", first.coins, first.orders);
    table(&title, &columns, &figures);
}

/// Keys anywhere or together.
pub fn keys(all: &[Coins]) {
    let Some(first) = all.first() else { return };
    let columns: Vec<_> = all.iter().map(|one| (one.engine.to_string(), one)).collect();
    let figure = |name: &str, rounds: fn(&Coins) -> Vec<Pace>, of: fn(&Pace) -> f64| -> Figure<'_, Coins> {
        (name.to_owned(), Box::new(move |one| Median::of(rounds(one).iter().map(of))))
    };
    let spread = |one: &Coins| one.spread.clone();
    let clustered = |one: &Coins| one.clustered.clone();
    table(
        &format!("coin rows alone, {} spent before, 8 orders of 4 coins in a transaction", first.coins),
        &columns,
        &[
            figure("keys anywhere: orders/s", spread, |pace| pace.rate),
            figure("  CPU us an order", spread, |pace| pace.cpu),
            figure("  KiB written an order", spread, |pace| pace.written / 1024.0),
            figure("keys that cluster: orders/s", clustered, |pace| pace.rate),
            figure("  CPU us an order", clustered, |pace| pace.cpu),
            figure("  KiB written an order", clustered, |pace| pace.written / 1024.0),
        ],
    );
}

/// What is taken of a round.
type Of<'a> = &'a dyn Fn(&Seen) -> f64;

/// SQLite's settings, a row each.
pub fn settings(all: &[Tried]) {
    let Some(first) = all.first() else { return };
    println!("\nSQLite with other settings, {} coins spent before", first.coins);
    let middle = |one: &Tried, of: Of<'_>| Median::of(one.rounds.iter().map(of));
    let figures: [(&str, Of<'_>); 9] = [
        ("1: orders/s", &|seen| seen.single.rate),
        ("1: ms p99", &|seen| seen.single.p99),
        ("32: orders/s", &|seen| seen.flight.rate),
        ("32: ms p99", &|seen| seen.flight.p99),
        ("32: CPU us", &|seen| seen.flight.cpu),
        ("32: KiB written", &|seen| seen.flight.written / 1024.0),
        ("64: orders/s", &|seen| seen.batches[2].rate),
        ("cold: ms p50", &|seen| seen.cold.p50),
        ("peak MiB", &|seen| seen.peak as f64 / MIB),
    ];
    print!("{:38}", "");
    figures.iter().for_each(|(name, _)| print!(" {name:<28}"));
    println!(" GB on the disk");
    for one in all {
        print!("{:38}", one.name);
        figures.iter().for_each(|(_, of)| print!(" {:<28}", middle(one, of).show(middle(first, of))));
        println!(" {:.2}", one.disk as f64 / 1e9);
    }
}

/// Ways to drop a keyset, a row each.
pub fn gone(all: &[Gone]) {
    let Some(first) = all.first() else { return };
    println!("\na keyset of {} coins is dropped", first.coins);
    println!(
        "{:34} {:>9} {:>22} {:>10} {:>10} {:>14}",
        "", "s", "longest commit, ms", "MB before", "MB after", "MB refilled"
    );
    for one in all {
        let (gone, mb) = (&one.dropped, |bytes: u64| bytes as f64 / 1e6);
        println!(
            "{:34} {:9.2} {:22.1} {:10.0} {:10.0} {:14.0}",
            one.way,
            gone.took,
            gone.longest,
            mb(gone.before),
            mb(gone.after),
            mb(gone.refilled)
        );
    }
}

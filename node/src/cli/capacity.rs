//! `ronde capacity`: how many orders committees carry, and what that takes.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use super::{Blame, Context, Exit, Failure};
use crate::capacity::words::{self, Line};
use crate::capacity::{Figures, Plan, answer, read, warnings};

/// `ronde capacity`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ronde capacity --stores 750 --baskets-per-day 600
  ronde capacity --stores 10000 --witnesses 7 --cores 8
  ronde capacity --sweep
  ronde capacity --figures measured.json      what `cargo xtask load n4 --json measured.json` wrote")]
pub struct CapacityArgs {
    /// Shops
    #[arg(long, default_value = "750", value_parser = count, value_name = "N")]
    stores: f64,
    /// Baskets of each shop on a day
    #[arg(long, default_value = "600", value_parser = count, value_name = "N")]
    baskets_per_day: f64,
    /// Of 100 baskets so many pay with points: a Redeem each
    #[arg(long, default_value = "30", value_parser = share, value_name = "%")]
    spending_share: f64,
    /// Of 100 baskets so many earn points: an Earn each
    #[arg(long, default_value = "80", value_parser = share, value_name = "%")]
    earning_share: f64,
    /// Swaps for 100 baskets: merging coins, moving to a later keyset
    #[arg(long, default_value = "10", value_parser = several, value_name = "%")]
    swaps: f64,
    /// Votes for 100 baskets
    #[arg(long, default_value = "5", value_parser = several, value_name = "%")]
    votes_per_basket: f64,
    /// What of a day falls into its busiest hour
    #[arg(long, default_value = "15", value_parser = part, value_name = "%")]
    busiest_hour: f64,
    /// In its busiest minute that hour's rate is so many times as high
    #[arg(long, default_value = "10", value_parser = factor, value_name = "TIMES")]
    burst: f64,
    /// Witnesses of a committee
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=31), value_name = "N")]
    witnesses: u8,
    /// Processors of each witness's machine
    #[arg(long, default_value = "2", value_parser = count, value_name = "N")]
    cores: f64,
    /// Coins that a payment takes
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "COINS")]
    coins_in: u16,
    /// Coins that it gives as change
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=256), value_name = "COINS")]
    coins_out: u16,
    /// Coins that are earned at a time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "COINS")]
    coins_earned: u16,
    /// Coins that a Swap takes, and makes
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "COINS")]
    coins_swapped: u16,
    /// How busy a witness may be in the busiest minute
    #[arg(long, default_value = "70", value_parser = part, value_name = "%")]
    utilisation: f64,
    /// Years until a keyset closes
    #[arg(long, default_value = "2", value_parser = years, value_name = "YEARS")]
    years: f64,
    /// Disk of each witness, in GB
    #[arg(long, default_value = "2000", value_parser = count, value_name = "GB")]
    disk_gb: f64,
    /// Figures of your own machine: what `cargo xtask load --json` wrote, or a TOML file
    #[arg(long, value_name = "FILE")]
    figures: Option<PathBuf>,
    /// Committees of 4, 7 and 13 for 100 to 166,667 stores
    #[arg(long, conflicts_with_all = ["stores", "witnesses"])]
    sweep: bool,
}

/// Runs `ronde capacity`.
///
/// # Errors
/// Figures that can't be read.
pub fn run(args: &CapacityArgs, context: &Context) -> Result<Exit, Failure> {
    let figures = match &args.figures {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))?;
            let said = |error: read::FiguresError| {
                Failure::new(format!("{}: {error}", file.display()), Blame::You, error.fix())
            };
            read::figures(&text).map_err(said)?
        }
        None => Figures::built_in(),
    };
    let plan = args.plan();
    let refused = |what: &str, fix: &str| Err(Failure::new(what, Blame::You, fix));
    if plan.orders_per_basket() <= 0.0 {
        return refused("no basket makes an order: all shares are 0", "give `--earning-share` or `--spending-share`");
    }
    if args.sweep {
        let rows = words::sweep(&plan, &figures);
        let text = words::sweep_table(&plan, &figures) + &measured_on(&figures);
        context
            .say(text, &json!({ "ok": true, "plan": plan, "figures": figures, "sizes": words::SIZES, "sweep": rows }));
        return Ok(Exit::Ok);
    }
    Ok(one(&plan, &figures, context))
}

fn one(plan: &Plan, figures: &Figures, context: &Context) -> Exit {
    let found = answer(plan, figures);
    let warnings = warnings(plan, &found);
    let mut text = words::table(plan, figures, &found) + &measured_on(figures) + "\n";
    for warning in &warnings {
        text += &format!("look  {warning}\n");
    }
    if found.fits {
        text += "ok    one committee is enough\n";
    }
    let lines = words::lines(plan, figures, &found).into_iter().flat_map(|(_, lines)| lines);
    let numbers: Map<String, Value> = lines.map(|line: Line| (line.name.to_owned(), json!(line))).collect();
    let object = json!({
        "ok": true, "fits": found.fits, "plan": plan, "figures": figures, "numbers": numbers, "answer": found,
        "warnings": warnings,
    });
    context.say(text, &object);
    if warnings.is_empty() { Exit::Ok } else { Exit::Warn }
}

fn measured_on(figures: &Figures) -> String {
    format!("\nmeasured on {}\nformulas: docs/capacity.md\n", figures.measured_on)
}

impl CapacityArgs {
    fn plan(&self) -> Plan {
        Plan {
            stores: self.stores,
            baskets_per_day: self.baskets_per_day,
            spending_share: self.spending_share,
            earning_share: self.earning_share,
            swaps: self.swaps,
            votes: self.votes_per_basket,
            busiest_hour: self.busiest_hour,
            burst: self.burst,
            witnesses: usize::from(self.witnesses),
            cores: self.cores,
            coins_in: usize::from(self.coins_in),
            coins_out: usize::from(self.coins_out),
            coins_earned: usize::from(self.coins_earned),
            coins_swapped: usize::from(self.coins_swapped),
            utilisation: self.utilisation,
            years: self.years,
            disk_gb: self.disk_gb,
        }
    }
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let typed = text.trim().trim_end_matches('%').trim_end();
    let value = typed.parse::<f64>().ok().filter(|value| (least..=most).contains(value));
    value.ok_or_else(|| format!("a number from {least} to {most}"))
}

fn count(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1e9)
}

fn share(text: &str) -> Result<f64, String> {
    within(text, 0.0, 100.0).map(|percent| percent / 100.0)
}

fn several(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1000.0).map(|percent| percent / 100.0)
}

fn part(text: &str) -> Result<f64, String> {
    within(text, 1.0, 100.0).map(|percent| percent / 100.0)
}

fn factor(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1000.0)
}

fn years(text: &str) -> Result<f64, String> {
    within(text, 0.1, 100.0)
}

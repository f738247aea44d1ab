//! What can be typed after `cargo xtask load`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use serde::Serialize;

use crate::mix::{Deed, Mix};
use crate::schedule::Arrivals;

/// Which federation, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// One node that is its own quorum
    N1,
    /// Four nodes; one may fail
    N4,
    /// Seven nodes; two may fail
    N7,
    /// Four nodes on a Saturday at 11: a rate, ten times that rate for a minute, and the rate again
    Burst,
}

impl Profile {
    /// Witnesses, each a store.
    pub fn nodes(self) -> usize {
        match self {
            Self::N1 => 1,
            Self::N4 | Self::Burst => 4,
            Self::N7 => 7,
        }
    }

    /// What is sent if nothing is said.
    fn mix(self) -> &'static str {
        match self {
            Self::N1 => "swap=100",
            Self::N4 | Self::N7 => "redeem=70,swap=10,earn=20",
            Self::Burst => "redeem=50,earn=50",
        }
    }
}

/// What an attacker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attack {
    /// A store asks all witnesses for votes on orders whose coins nobody signed
    BadMacs,
}

/// Sends orders to a federation of real nodes on this machine, and measures what they cost and how long they take.
///
/// Without --rate, --clients, --soak or --attack the highest rate that the nodes keep up with is looked for, and measured
/// at 70 %.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask load", after_help = EXAMPLES)]
pub struct Options {
    /// Which federation
    #[arg(value_enum, default_value = "n4")]
    pub profile: Profile,
    /// Shares of orders, as in redeem=70,swap=10,earn=20
    #[arg(long, conflicts_with = "only")]
    pub mix: Option<Mix>,
    /// One kind of order alone
    #[arg(long, value_name = "KIND")]
    pub only: Option<Deed>,
    /// Open loop: so many orders a second arrive, whatever becomes of those before
    #[arg(long, value_parser = rate)]
    pub rate: Option<f64>,
    /// How arrivals of an open loop are spread
    #[arg(long, value_enum, default_value = "poisson")]
    pub arrivals: Arrivals,
    /// Closed loop: so many customers, each sends its next order when its last is done
    #[arg(long, conflicts_with = "rate", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub clients: Option<u16>,
    /// How long is measured, in seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub seconds: u64,
    /// And how long before that is not, in seconds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub warmup: u64,
    /// Look for the highest rate that is kept up, and measure at 70 % of it
    #[arg(long, conflicts_with_all = ["rate", "clients"])]
    pub find_max: bool,
    /// At 70 % of the highest rate (or at --rate) for so many minutes: does memory, a queue, a latency
    /// or the CPU of an order grow
    #[arg(long, value_name = "MINUTES", conflicts_with = "clients", value_parser = clap::value_parser!(u64).range(2..=1440))]
    pub soak: Option<u64>,
    /// Each datagram between nodes takes so long, each way
    #[arg(long, default_value_t = 0, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(0..=1000))]
    pub delay_ms: u64,
    /// What is left of honest orders while a store attacks, and how long they take
    #[arg(long, value_enum, conflicts_with_all = ["soak", "find_max"])]
    pub attack: Option<Attack>,
    /// Coins that are spent at each node before it starts
    #[arg(long, default_value_t = 0, value_name = "COINS", value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub spent: u64,
    /// How long all nodes, killed at once, take from their start to the first vote
    #[arg(long, conflicts_with_all = ["soak", "find_max", "rate", "clients", "attack", "svg"])]
    pub restart: bool,
    /// Orders in flight at most in an open loop; how many had to wait for it is said
    #[arg(long, default_value_t = 2048)]
    pub in_flight: usize,
    /// Repeats arrivals, the mix and all coins; without it, a new one
    #[arg(long)]
    pub seed: Option<u64>,
    /// Judge what was measured by the project's bars; exit code 1 if one is missed
    #[arg(long)]
    pub bars: bool,
    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Draw latency by percentile, and second by second with the rate
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// The `ronde` program; without it, the one beside this program
    #[arg(long, value_name = "PROGRAM")]
    pub ronde: Option<PathBuf>,
    /// Where the run's folder is made and removed; without it, in the target folder
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Stay in this network, whose loopback counters others change as well
    #[arg(long)]
    pub shared_network: bool,
    /// Be the attacker
    #[arg(long, hide = true)]
    pub attacker: Option<String>,
}

const EXAMPLES: &str = "Examples:
  cargo xtask load n4 --only redeem                  the highest rate of payments, and 70 % of it
  cargo xtask load n4 --only redeem --clients 1      one payment after the other
  cargo xtask load n1 --only swap --clients 16       what a Swap costs a node
  cargo xtask load n4 --clients 1 --only redeem --delay-ms 30
  cargo xtask load n4 --soak 30 --json soak.json --svg soak.svg
  cargo xtask load n4 --attack bad-macs
  cargo xtask load n4 --restart --spent 5000000      from a start to the first vote";

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| (0.01..=100_000.0).contains(rate));
    rate.ok_or_else(|| "orders a second, from 0.01 to 100000".to_owned())
}

impl Options {
    /// What is sent.
    pub fn mix(&self) -> Result<Mix, String> {
        match (self.only, self.mix) {
            (Some(deed), _) => Ok(Mix::only(deed)),
            (None, Some(mix)) => Ok(mix),
            (None, None) => self.profile.mix().parse(),
        }
    }

    /// The part of a phase that does not count.
    pub fn warmup(&self) -> Duration {
        Duration::from_secs(self.warmup)
    }

    /// The part that does.
    pub fn length(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[cfg(test)]
mod tests;

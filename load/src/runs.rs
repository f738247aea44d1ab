//! What a run consists of: which phases, one after the other.

mod course;

use std::time::Duration;

use crate::Failed;
use crate::attack::{self, Attacked};
use crate::federation::Federation;
use crate::options::{Options, Profile};
use crate::phase::Figures;
use crate::restart::{self, Restarted};
use crate::schedule::Stage;
use crate::soak::{self, Soaked};
pub use course::Running;

/// Customers of the closed loop that looks for the highest rate.
const CROWD: usize = 64;
/// Orders that show how fast the nodes are, roughly.
const TRIAL: usize = 256;
/// How long a rate is tried.
const CHECK: Duration = Duration::from_secs(10);
/// The next rate to try, if one is not kept up.
const LESS: f64 = 0.93;
/// Rates that are tried.
const CHECKS: usize = 8;
/// Of the highest rate, what is measured.
pub const EASY: f64 = 0.7;
/// Orders a second of a Saturday before and after eleven.
const SATURDAY: f64 = 15.0;
/// How many times more at eleven.
const BURST: f64 = 10.0;
/// And how long.
const ELEVEN: Duration = Duration::from_secs(60);

/// What a run found.
#[derive(Default)]
pub struct Found {
    /// The highest rate that was kept up.
    pub highest: Option<f64>,
    /// All phases; the last is what was asked for.
    pub phases: Vec<Figures>,
    /// Whether anything grew.
    pub soaked: Option<Soaked>,
    /// What an attacker did.
    pub attacked: Option<Attacked>,
    /// How long a start took.
    pub restarted: Option<Restarted>,
}

/// Does what the options say.
pub async fn run(options: &Options, federation: &Federation, running: &mut Running<'_>) -> Result<Found, Failed> {
    let mut found = Found::default();
    if options.restart {
        let (road, stock) = (running.course.road, &mut running.stock);
        found.restarted = Some(restart::measure(federation, road, stock, options.spent).await?);
        return Ok(found);
    }
    if let Some(attack) = options.attack {
        return attacked(options, federation, running, attack).await;
    }
    if let Some(clients) = options.clients {
        running.closed("closed loop", usize::from(clients), options.length(), options.warmup(), &mut found).await?;
        return Ok(found);
    }
    if options.profile == Profile::Burst && options.soak.is_none() && !options.find_max {
        let rate = options.rate.unwrap_or(SATURDAY);
        let calm = Stage { rate, length: options.length() };
        let stages = [calm, Stage { rate: rate * BURST, length: ELEVEN }, calm];
        running.open("burst", &stages, options.warmup(), &mut found).await?;
        return Ok(found);
    }
    let (rate, name) = match options.rate {
        Some(rate) => (rate, "open loop"),
        None => {
            let highest = highest(running, &mut found).await?;
            found.highest = Some(highest);
            (highest * EASY, "70 % of the highest")
        }
    };
    let length = options.soak.map_or(options.length(), |minutes| Duration::from_secs(60 * minutes));
    running.open(name, &[Stage { rate, length: options.warmup() + length }], options.warmup(), &mut found).await?;
    if options.soak.is_some() {
        found.soaked = found.phases.last().map(soak::judge);
    }
    Ok(found)
}

/// A closed loop says how much there can be; an open loop whether it is kept up.
async fn highest(running: &mut Running<'_>, found: &mut Found) -> Result<f64, Failed> {
    running.closed("highest rate, closed loop", CROWD, CHECK, Duration::from_secs(2), found).await?;
    let mut rate = found.phases.last().map(|phase| phase.rate).ok_or("nothing was measured")?;
    for _ in 0..CHECKS {
        let stage = Stage { rate, length: CHECK };
        running.open(&format!("is {rate:.0}/s kept up"), &[stage], Duration::from_secs(1), found).await?;
        if found.phases.last().is_some_and(Figures::kept_up) {
            return Ok(rate);
        }
        rate *= LESS;
    }
    Err(format!("not even {rate:.1} orders a second are kept up: see that nothing else runs on this machine").into())
}

async fn attacked(
    options: &Options,
    federation: &Federation,
    running: &mut Running<'_>,
    attack: crate::options::Attack,
) -> Result<Found, Failed> {
    let mut found = Found::default();
    for under in [false, true] {
        let name = if under { "under attack" } else { "quiet" };
        let attacker = if under { Some(attack::start(federation, options.seed.unwrap_or(0))?) } else { None };
        match (options.rate, options.clients) {
            (Some(rate), _) => {
                let stage = Stage { rate, length: options.warmup() + options.length() };
                running.open(name, &[stage], options.warmup(), &mut found).await?;
            }
            (None, clients) => {
                let clients = clients.map_or(CROWD / 4, usize::from);
                running.closed(name, clients, options.length(), options.warmup(), &mut found).await?;
            }
        }
        if let (Some(attacker), [quiet, under]) = (attacker, &found.phases[..]) {
            found.attacked = Some(attacker.end(attack, quiet, under)?);
        }
    }
    Ok(found)
}

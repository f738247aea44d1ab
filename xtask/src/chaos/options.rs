//! What can be typed after `cargo xtask chaos`.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How a run goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long the wallets work and the faults go on.
    pub length: Duration,
    /// What decides the schedule.
    pub seed: u64,
    /// How many nodes, 4 to 7; the seed decides if nobody does.
    pub nodes: Option<usize>,
    /// Leave the folder there even if all is well.
    pub keep: bool,
    /// Only say what would be done.
    pub plan: bool,
    /// On loopback addresses, even if network namespaces can be made.
    pub loopback: bool,
    /// Run this `ronde`, which is built already.
    pub ronde: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            length: Duration::from_secs(600),
            seed: now.as_millis().try_into().unwrap_or(u64::MAX) % 1_000_000,
            nodes: None,
            keep: false,
            plan: false,
            loopback: false,
            ronde: None,
        }
    }
}

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut number = |least: u64, most: u64| {
                let given = words.next().and_then(|text| text.parse().ok());
                let given = given.filter(|number| (least..=most).contains(number));
                given.ok_or_else(|| format!("{word} needs a number from {least} to {most}"))
            };
            match word.as_str() {
                "--minutes" => options.length = Duration::from_secs(60 * number(1, 24 * 60)?),
                "--seed" => options.seed = number(0, u64::MAX)?,
                "--nodes" => options.nodes = usize::try_from(number(4, 7)?).ok(),
                "--keep" => options.keep = true,
                "--plan" => options.plan = true,
                "--loopback" => options.loopback = true,
                "--ronde" => options.ronde = Some(words.next().ok_or("--ronde needs a program's path")?.into()),
                other => {
                    return Err(format!(
                        "no option `{other}`; there are --minutes N, --seed S, --nodes N, --keep, --plan, --loopback \
                         and --ronde PROGRAM"
                    ));
                }
            }
        }
        Ok(options)
    }

    /// The command that repeats this run.
    pub fn command(&self) -> String {
        let mut typed = format!("cargo xtask chaos --minutes {} --seed {}", self.length.as_secs() / 60, self.seed);
        if let Some(nodes) = self.nodes {
            typed.push_str(&format!(" --nodes {nodes}"));
        }
        if self.loopback {
            typed.push_str(" --loopback");
        }
        typed
    }
}

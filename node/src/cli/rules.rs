//! `ronde rules`: what a store's own rules give, in plain words, before a customer sees it.

mod words;

use clap::{Args, Subcommand};
use jiff::civil::DateTime;
use ronde_protocol::machine::till::grant::GrantTerms;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::Bounded;
use serde_json::{Value, json};

use super::{Blame, ConfigFile, Context, Exit, Failure};
use crate::charter_store::CharterStore;
use crate::clock::Clock;
use crate::config::Config;
use crate::earning::{Earn, Given, MAX_BASKET_CENTS, concerns, gathers, reckon};

/// What a store can write, for whoever begins.
const EXAMPLE: &str = "What the configuration can say; only the first four lines are needed:

  [earn]
  points = 1                  # so many points
  cents = 100                 # for each so many cents, rounded down once for the whole basket
  zone = \"Europe/Paris\"       # whose clock is meant below
  max_points = 500            # the most that one basket earns
  ballot = 1                  # with baskets that earn this campaign's minimum

  [[earn.bonus]]              # any number; the best that holds counts alone
  name = \"Happy Tuesday\"
  percent = 200               # twice as many
  weekdays = [\"tue\"]        # this and the next four may be left out
  from = \"14:00\"
  to = \"18:00\"
  first = \"2027-05-01\"
  last = \"2027-05-31\"

  [[earn.voucher]]            # any number; the same times as a bonus
  name = \"A coffee\"
  offer = 1                   # of the charter
  count = 1
  min_cents = 2000            # with baskets that come to as much

  [pledge]                    # given by itself once a day
  per_mille = 10              # one cent of each euro
  association = 1             # of the charter
  at = \"03:00\"               # UTC

  [[pledge.month]]
  month = \"2027-05\"
  association = 2

Changes hold within seconds, without a restart; while the file can't be read the rules stay as they were.";

/// `ronde rules`
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLE)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Say what a basket earns, and why, without making a grant, as if no ballot or voucher had been given out yet
    #[command(
        after_help = "Examples:\n  ronde rules try --cents 4210\n  ronde rules try --cents 4210 --at 2026-12-24T10:00"
    )]
    Try(TryArgs),
    /// List the rules in plain words
    Show(ConfigFile),
}

#[derive(Debug, Args)]
struct TryArgs {
    /// What the basket comes to, of goods that earn points, in cents
    #[arg(long, value_name = "CENTS", value_parser = clap::value_parser!(u64).range(0..=MAX_BASKET_CENTS))]
    cents: u64,
    /// When, by the clock in the shop; now, if it is not said
    #[arg(long, value_name = "YYYY-MM-DDTHH:MM")]
    at: Option<DateTime>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs `ronde rules`.
///
/// # Errors
/// A configuration or charter that can't be read, or a store without rules to try.
pub fn run(args: RulesArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        RulesCommand::Try(args) => try_basket(&args, context),
        RulesCommand::Show(file) => show(&file, context),
    }
}

fn charter(config: &Config) -> Result<Charter, Failure> {
    Ok(CharterStore::load(&config.charter)?.charter().clone())
}

/// What the charter does not let happen, as lines.
pub(super) fn rule_warnings(config: &Config, charter: &Charter, now: u64) -> Vec<String> {
    let all = concerns(&config.rules, charter, config.store, now);
    let file = config.file.display();
    all.iter().map(|concern| format!("{file}, line {}: {}; {}", concern.line, concern.what, concern.fix)).collect()
}

/// The time that is asked about. One that the clock skips is moved on by an hour, of one that comes twice it is the first.
fn time(at: Option<DateTime>, earn: &Earn) -> Result<u64, Failure> {
    let Some(at) = at else { return Ok(Clock::System.unix_seconds()) };
    let time = earn.zone.to_timestamp(at).ok().and_then(|time| u64::try_from(time.as_second()).ok());
    time.ok_or_else(|| {
        Failure::new(format!("{at} is before 1970, or too late"), Blame::You, "name a day of this century")
    })
}

fn try_basket(args: &TryArgs, context: &Context) -> Result<Exit, Failure> {
    let config = args.config.load()?;
    let charter = charter(&config)?;
    let Some(earn) = &config.rules.earn else {
        let what = format!("{} has no section [earn]: baskets earn what the till says", config.file.display());
        return Err(Failure::new(what, Blame::You, "add one; `ronde rules --help` shows how"));
    };
    let now = time(args.at, earn)?;
    let nothing = GrantTerms { points: Default::default(), ballot: None, vouchers: Bounded::default() };
    let earned = reckon(earn, args.cents, &nothing, config.store, now, (&charter, &Given::default()));
    let share = config.rules.pledge.as_ref().map(|pledge| {
        let association = pledge.association_on(earned.moment.date);
        (association, gathers(pledge, args.cents))
    });
    let limit = charter.store(config.store).map_or(0, |store| store.daily_limit.0);
    let too_many = earned.terms.points.0 > limit;
    let is_grant = !too_many && (earned.terms.points.0 > 0 || !earned.terms.vouchers.is_empty());
    let share = share.filter(|(_, thousandths)| is_grant && *thousandths > 0);
    let mut text = words::tried(earn, args.cents, &earned, share, &charter);
    if too_many {
        text.push_str(&format!(
            "look  the charter lets this store issue {limit} points in a day: this basket is refused; write `max_points`\n"
        ));
    }
    let object = json!({
        "ok": is_grant, "cents": args.cents, "points": earned.terms.points, "without_bonus": earned.plain,
        "bonus": earned.bonus, "ballot": earned.terms.ballot, "vouchers": earned.terms.vouchers.to_vec(),
        "local_time": words::local(&earned.moment), "zone": earn.zone.iana_name(), "unix_time": now,
        "steps": earned.steps.iter().map(words::step_json).collect::<Vec<Value>>(),
        "gives": share.map(|(association, thousandths)| {
            json!({ "association": association, "thousandths_of_a_cent": thousandths })
        }),
    });
    context.say(text, &object);
    Ok(if too_many { Exit::Warn } else { Exit::Ok })
}

fn show(file: &ConfigFile, context: &Context) -> Result<Exit, Failure> {
    let config = file.load()?;
    let charter = charter(&config)?;
    let warnings = rule_warnings(&config, &charter, Clock::System.unix_seconds());
    let mut text = words::shown(&config, &charter);
    warnings.iter().for_each(|warning| text.push_str(&format!("look  {warning}\n")));
    let object = json!({ "ok": true, "rules": words::rules_json(&config.rules), "warnings": warnings });
    context.say(text, &object);
    Ok(if warnings.is_empty() { Exit::Ok } else { Exit::Warn })
}

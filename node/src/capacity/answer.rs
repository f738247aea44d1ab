//! The answer: what one committee carries, how many are needed, and what that takes of whom.

use ronde_protocol::limits::{LOG_ANSWER_BYTES, MAX_BUCKET_BITS, MAX_LOG_ENTRIES, MIN_BUCKET_ENTRIES};
use serde::Serialize;

use super::cost::{Cost, kinds, mean, mean_log_bytes};
use super::figures::Figures;
use super::plan::{DAY, Plan, YEAR};

/// Seconds between two readings of the feeds and the charter, and of the clocks.
const FEED: f64 = 60.0;
/// What a store asks a witness each time.
const ASKED: f64 = 3.0;
/// Seconds between two pings.
const PING: f64 = 5.0;
/// Seconds between two pulls of a log, and pages of one.
const PULL: f64 = 5.0;
const PAGES: f64 = 256.0;
/// Most buckets of a keyset.
const BUCKETS: f64 = (1_u32 << MAX_BUCKET_BITS) as f64;
/// Years that a log is kept after its keyset has closed.
pub const LOG_YEARS: f64 = 10.0;

/// What bounds a committee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// A witness's processor.
    Processor,
    /// The one writer of its database.
    Writer,
}

/// All that is answered, of [`Plan::witnesses`] in each committee.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Votes that a payment needs.
    pub quorum: usize,
    /// Orders on a day.
    pub orders_per_day: f64,
    /// Orders a second in the busiest hour.
    pub hour_rate: f64,
    /// Orders a second in the busiest minute.
    pub peak_rate: f64,
    /// A mean order.
    pub cost: Cost,
    /// Questions and pings a second that reach a witness without any order.
    pub questions_per_second: f64,
    /// What they take of its processors, a part of 1.
    pub questions_busy: f64,
    /// Orders a second that one committee carries at the asked utilisation; 0 if its machines are too small.
    pub committee_rate: f64,
    /// By what.
    pub bound: Bound,
    /// Orders a second in the long run beyond which witnesses read each other's logs slower than these grow.
    pub logs_rate: f64,
    /// Whether one committee is enough.
    pub fits: bool,
    /// Committees; none if no number is enough.
    pub committees: Option<f64>,
    /// How busy one committee's witnesses would be in the busiest hour, a part of 1.
    pub busy_in_hour: f64,
    /// And in the busiest minute.
    pub busy_at_peak: f64,
    /// Stores like these that one committee carries.
    pub stores_of_one: f64,
    /// Of each witness.
    pub witness: WitnessNeeds,
    /// Of a shop that is none.
    pub shop: ShopNeeds,
}

/// Of each witness, the load shared out among the committees. A GB is 10^9 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WitnessNeeds {
    /// The spent set, GB a year.
    pub spent_gb: f64,
    /// Orders with certificates and evaluations, GB a year.
    pub records_gb: f64,
    /// The log, GB a year.
    pub log_gb: f64,
    /// When the keyset closes: all of it.
    pub at_close_gb: f64,
    /// Ten years after, if keysets follow each other.
    pub logs_in_the_end_gb: f64,
    /// Orders in each bucket that a search for a lost wallet reads, when the keyset closes.
    pub bucket_orders: f64,
    /// What its disk writes, GB a day.
    pub written_gb_per_day: f64,
    /// Synced commits a second in the busiest minute, if they were shared no better than measured.
    pub syncs_at_peak: f64,
    /// Traffic both ways, MB a day.
    pub mb_per_day: f64,
    /// Traffic both ways in the busiest minute, Mbit/s.
    pub mbit_at_peak: f64,
    /// Memory, MB.
    pub memory_mb: f64,
}

/// Of a shop that is no witness.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ShopNeeds {
    /// Orders a second in its busiest minute.
    pub peak_rate: f64,
    /// Part of one processor in it.
    pub busy_at_peak: f64,
    /// Traffic both ways, MB a day.
    pub mb_per_day: f64,
    /// Traffic both ways in the busiest minute, kbit/s.
    pub kbit_at_peak: f64,
    /// Connections to witnesses.
    pub connections: f64,
    /// Memory, MB.
    pub memory_mb: f64,
}

/// Answers.
#[must_use]
pub fn answer(plan: &Plan, figures: &Figures) -> Answer {
    let cost = mean(&kinds(plan), plan.witnesses, figures);
    let peers = plan.witnesses.saturating_sub(1) as f64;
    let questions_per_second = plan.stores * (ASKED / FEED + 1.0 / PING) + peers * 2.0 / PULL;
    let background_ms = questions_per_second * figures.question_us / 1000.0;
    let machine_ms = 1000.0 * plan.cores;
    let own = plan.peak_rate() / plan.stores * cost.gateway_ms;
    let by_processor = ((machine_ms * plan.utilisation - background_ms - own) / cost.witness_ms).max(0.0);
    let by_writer = figures.rows_per_second * plan.utilisation / cost.rows;
    let (committee_rate, bound) =
        if by_writer < by_processor { (by_writer, Bound::Writer) } else { (by_processor, Bound::Processor) };
    let committees = (committee_rate > 0.0).then(|| (plan.peak_rate() / committee_rate).ceil().max(1.0));
    let shared = committees.unwrap_or(1.0);
    let busy = |rate: f64| {
        let processor = (rate * cost.witness_ms + rate / plan.stores * cost.gateway_ms + background_ms) / machine_ms;
        processor.max(rate * cost.rows / figures.rows_per_second)
    };
    Answer {
        quorum: plan.quorum(),
        orders_per_day: plan.orders_per_day(),
        hour_rate: plan.hour_rate(),
        peak_rate: plan.peak_rate(),
        cost,
        questions_per_second,
        questions_busy: background_ms / machine_ms,
        committee_rate,
        bound,
        logs_rate: logs_rate(plan),
        fits: committees == Some(1.0),
        committees,
        busy_in_hour: busy(plan.hour_rate()),
        busy_at_peak: busy(plan.peak_rate()),
        stores_of_one: committee_rate / (plan.peak_rate() / plan.stores),
        witness: witness(plan, figures, &cost, shared, questions_per_second),
        shop: shop(plan, figures, &cost, shared),
    }
}

/// A pass reads so many pages, each cut once it is full; then it rests.
fn logs_rate(plan: &Plan) -> f64 {
    let entry = mean_log_bytes(plan) / 2.0;
    let entries = (LOG_ANSWER_BYTES as f64 / entry).ceil().min(MAX_LOG_ENTRIES as f64);
    PAGES * entries / 2.0 / PULL
}

fn witness(plan: &Plan, figures: &Figures, cost: &Cost, committees: f64, questions: f64) -> WitnessNeeds {
    let (daily, peak) = (plan.orders_per_day() / committees, plan.peak_rate() / committees);
    let yearly = daily * YEAR / 1e9;
    let peers = plan.witnesses.saturating_sub(1) as f64;
    let bytes = cost.call_bytes + cost.feed_bytes + 2.0 * peers * cost.log_bytes;
    // It is a shop as well.
    let own = ShopTraffic::of(plan, cost);
    let asked = questions * figures.question_bytes;
    let [spent_gb, records_gb, log_gb] =
        [cost.spent_bytes, cost.record_bytes, cost.kept_log_bytes].map(|one| one * yearly);
    WitnessNeeds {
        spent_gb,
        records_gb,
        log_gb,
        at_close_gb: (spent_gb + records_gb + log_gb) * plan.years,
        logs_in_the_end_gb: log_gb * (LOG_YEARS + plan.years),
        bucket_orders: (daily * YEAR * plan.years / BUCKETS).max(MIN_BUCKET_ENTRIES as f64),
        written_gb_per_day: daily * cost.written_bytes / 1e9,
        syncs_at_peak: peak * figures.syncs_per_order,
        mb_per_day: (daily * bytes + own.a_day + asked * DAY) / 1e6,
        mbit_at_peak: (peak * bytes + own.at_peak + asked) * 8.0 / 1e6,
        memory_mb: figures.busy_mb + plan.stores * figures.connection_kb / 1000.0,
    }
}

/// What a shop's own orders send and fetch, in bytes.
struct ShopTraffic {
    a_day: f64,
    at_peak: f64,
}

impl ShopTraffic {
    fn of(plan: &Plan, cost: &Cost) -> Self {
        let bytes = cost.http_bytes + plan.witnesses as f64 * (cost.call_bytes + cost.feed_bytes);
        Self { a_day: plan.orders_per_day() / plan.stores * bytes, at_peak: plan.peak_rate() / plan.stores * bytes }
    }
}

fn shop(plan: &Plan, figures: &Figures, cost: &Cost, committees: f64) -> ShopNeeds {
    let connections = committees * plan.witnesses as f64;
    let asked = connections * (ASKED / FEED + 1.0 / PING) * figures.question_bytes;
    let own = ShopTraffic::of(plan, cost);
    let peak_rate = plan.peak_rate() / plan.stores;
    ShopNeeds {
        peak_rate,
        busy_at_peak: peak_rate * cost.gateway_ms / 1000.0,
        mb_per_day: (own.a_day + asked * DAY) / 1e6,
        kbit_at_peak: (own.at_peak + asked) * 8.0 / 1000.0,
        connections,
        memory_mb: figures.idle_mb + connections * figures.connection_kb / 1000.0,
    }
}

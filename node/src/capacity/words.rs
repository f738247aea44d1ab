//! An answer as lines: what, how much, and from what.

use serde::Serialize;

use super::answer::{Answer, Bound, LOG_YEARS};
use super::figures::Figures;
use super::plan::{Plan, quorum};
use super::{answer, cost};

/// One number of the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// A name for scripts.
    pub name: &'static str,
    /// In words.
    #[serde(skip)]
    pub what: &'static str,
    /// How much; nothing if no number is enough.
    pub value: Option<f64>,
    /// Of what.
    pub unit: &'static str,
    /// The formula with its inputs.
    pub from: String,
}

/// Three digits that count, with commas; whole from a thousand on.
#[must_use]
pub fn number(value: f64) -> String {
    if value.abs() >= 999.5 {
        let whole = format!("{value:.0}");
        let mut text = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        return text;
    }
    let digits = if value.abs() >= 99.95 {
        0
    } else if value.abs() >= 9.995 {
        1
    } else if value.abs() >= 0.9995 {
        2
    } else {
        3
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn percent(part: f64) -> String {
    format!("{} %", number(part * 100.0))
}

/// All of them, by theme.
#[must_use]
pub fn lines(plan: &Plan, figures: &Figures, answer: &Answer) -> Vec<(&'static str, Vec<Line>)> {
    vec![
        ("load", load(plan, answer)),
        ("one committee", committee(plan, figures, answer)),
        ("a witness", witness(plan, figures, answer)),
        ("a shop that is no witness", shop(plan, answer)),
    ]
}

fn line(name: &'static str, what: &'static str, value: f64, unit: &'static str, from: String) -> Line {
    Line { name, what, value: Some(value), unit, from }
}

fn load(plan: &Plan, answer: &Answer) -> Vec<Line> {
    let Plan { stores, baskets_per_day, spending_share, earning_share, swaps, votes, busiest_hour, burst, .. } = plan;
    let [stores, baskets] = [*stores, *baskets_per_day].map(number);
    let each = [*spending_share, *earning_share, *swaps, *votes].map(number).join(" + ");
    let (share, burst) = (percent(*busiest_hour), number(*burst));
    vec![
        line(
            "orders_per_day",
            "orders",
            answer.orders_per_day,
            "a day",
            format!("D = {stores} * {baskets} * ({each})"),
        ),
        line("hour_rate", "in the busiest hour", answer.hour_rate, "orders/s", format!("H = D * {share} / 3600 s")),
        line("peak_rate", "in the busiest minute", answer.peak_rate, "orders/s", format!("P = {burst} * H")),
    ]
}

fn committee(plan: &Plan, figures: &Figures, answer: &Answer) -> Vec<Line> {
    let cost = &answer.cost;
    let (n, q) = (plan.witnesses, answer.quorum);
    let [witness_rest, call_rest] = figures.rest_ms();
    let (cores, busy) = (number(plan.cores), percent(plan.utilisation));
    let carried = match answer.bound {
        Bound::Processor => format!("C = (1000 ms * {cores} cores * {busy} - b - P * g / S) / w"),
        Bound::Writer => {
            format!("C = {} rows/s * {busy} / {} rows", number(figures.rows_per_second), number(cost.rows))
        }
    };
    let (rate, all) = (number(answer.committee_rate), number(answer.peak_rate));
    let w = format!("w = checks for n = {n}, q = {q} + {} ms", number(witness_rest));
    let g = format!("g = checks for n = {n}, q = {q} + {n} * {} ms", number(call_rest));
    let b = format!("b = {} questions/s * {} us", number(answer.questions_per_second), number(figures.question_us));
    let asked = answer.questions_per_second * figures.question_us / 1000.0;
    let committees = Line {
        name: "committees",
        what: "committees needed",
        value: answer.committees,
        unit: "keysets",
        from: format!("k = P / C, rounded up: {all} / {rate}"),
    };
    vec![
        line("witness_ms", "a witness's processor", cost.witness_ms, "ms an order", w),
        line("gateway_ms", "the carrying store's", cost.gateway_ms, "ms an order", g),
        line("background_ms", "a witness's, without orders", asked, "ms/s", b),
        line("committee_rate", "carries", answer.committee_rate, "orders/s", carried),
        line(
            "stores_of_one",
            "enough for",
            answer.stores_of_one,
            "such stores",
            format!("C * S / P = {rate} * S / {all}"),
        ),
        line(
            "busy_in_hour",
            "busy in the busiest hour",
            answer.busy_in_hour * 100.0,
            "%",
            busy_from("H", plan, answer.bound),
        ),
        line(
            "busy_at_peak",
            "busy in the busiest minute",
            answer.busy_at_peak * 100.0,
            "%",
            busy_from("P", plan, answer.bound),
        ),
        line(
            "logs_rate",
            "reads peers' logs at",
            answer.logs_rate,
            "orders/s",
            "256 pages of 24,576 bytes in 5 s".to_owned(),
        ),
        committees,
    ]
}

fn busy_from(rate: &str, plan: &Plan, bound: Bound) -> String {
    match bound {
        Bound::Processor => {
            format!("({rate} * w + {rate} * g / S + b) / {} cores, by one committee", number(plan.cores))
        }
        Bound::Writer => format!("{rate} over what the writer can do, by one committee"),
    }
}

fn witness(plan: &Plan, figures: &Figures, answer: &Answer) -> Vec<Line> {
    let (cost, needs) = (&answer.cost, &answer.witness);
    let yearly = |bytes: f64| format!("D * 365 / k * {} bytes", number(bytes));
    let n = plan.witnesses;
    let traffic = format!(
        "D / k * ({} + {} + 2 * {} * {} bytes), own orders, questions",
        number(cost.call_bytes),
        number(cost.feed_bytes),
        n.saturating_sub(1),
        number(cost.log_bytes)
    );
    let years = number(plan.years);
    let memory = format!("{} MB + S * {} kB", number(figures.busy_mb), number(figures.connection_kb));
    let written = format!("D / k * {} kB", number(cost.written_bytes / 1000.0));
    let syncs = format!("P / k * {}", number(figures.syncs_per_order));
    let bucket = format!("D * 365 * {years} / k / 65,536 buckets, at least 1,000");
    let kept = format!("log * ({} + {years} years)", number(LOG_YEARS));
    vec![
        line("spent_gb", "spent set", needs.spent_gb, "GB a year", yearly(cost.spent_bytes)),
        line("records_gb", "orders, evaluations", needs.records_gb, "GB a year", yearly(cost.record_bytes)),
        line("log_gb", "log", needs.log_gb, "GB a year", yearly(cost.kept_log_bytes)),
        line("at_close_gb", "disk when a keyset closes", needs.at_close_gb, "GB", format!("all three * {years} years")),
        line("logs_in_the_end_gb", "10 years, if it stays", needs.logs_in_the_end_gb, "GB", kept),
        line("bucket_orders", "a lost wallet's bucket", needs.bucket_orders, "orders", bucket),
        line("written_gb_per_day", "written to the disk", needs.written_gb_per_day, "GB a day", written),
        line("syncs_at_peak", "synced commits, at most", needs.syncs_at_peak, "a second", syncs),
        line("witness_mb_per_day", "traffic", needs.mb_per_day, "MB a day", traffic),
        line(
            "witness_mbit_at_peak",
            "traffic, busiest minute",
            needs.mbit_at_peak,
            "Mbit/s",
            "the same with P".to_owned(),
        ),
        line("witness_memory_mb", "memory", needs.memory_mb, "MB", memory),
    ]
}

fn shop(plan: &Plan, answer: &Answer) -> Vec<Line> {
    let (cost, needs, n) = (&answer.cost, &answer.shop, plan.witnesses);
    let bytes = format!(
        "D / S * ({} + {n} * ({} + {}) bytes), questions",
        number(cost.http_bytes),
        number(cost.call_bytes),
        number(cost.feed_bytes)
    );
    vec![
        line("shop_peak_rate", "in its busiest minute", needs.peak_rate, "orders/s", "P / S".to_owned()),
        line("shop_busy_at_peak", "of one core, then", needs.busy_at_peak * 100.0, "%", "P / S * g".to_owned()),
        line("shop_mb_per_day", "traffic", needs.mb_per_day, "MB a day", bytes),
        line(
            "shop_kbit_at_peak",
            "traffic, busiest minute",
            needs.kbit_at_peak,
            "kbit/s",
            "the same with P".to_owned(),
        ),
        line("shop_connections", "connections", needs.connections, "witnesses", format!("k * {n}")),
        line("shop_memory_mb", "memory", needs.memory_mb, "MB", "idle, and its connections".to_owned()),
    ]
}

/// The table for people.
#[must_use]
pub fn table(plan: &Plan, figures: &Figures, answer: &Answer) -> String {
    let n = plan.witnesses;
    let mut text = format!(
        "{} stores with {} baskets a day; {n} witnesses on a committee, {} votes, {} cores each\n",
        number(plan.stores),
        number(plan.baskets_per_day),
        answer.quorum,
        number(plan.cores)
    );
    for (theme, lines) in lines(plan, figures, answer) {
        text += &format!("\n{theme}\n");
        for Line { what, value, unit, from, .. } in lines {
            let value = value.map_or_else(|| "-".to_owned(), number);
            text += &format!("  {what:27}{value:>12} {unit:12} {from}\n");
        }
    }
    text
}

/// Stores that a sweep shows; the last with 600 baskets each are 100 million a day.
pub const SWEPT: [f64; 6] = [100.0, 750.0, 2_000.0, 4_096.0, 10_000.0, 166_667.0];
/// Committees that a sweep shows.
pub const SIZES: [usize; 3] = [4, 7, 13];

/// A row of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Swept {
    /// Stores.
    pub stores: f64,
    /// Baskets of all on a day.
    pub baskets: f64,
    /// Orders a second in the busiest minute.
    pub peak_rate: f64,
    /// Committees needed, in the order of [`SIZES`]; none where no number is enough.
    pub committees: [Option<f64>; 3],
}

/// For [`SWEPT`] stores, all else as planned.
#[must_use]
pub fn sweep(plan: &Plan, figures: &Figures) -> Vec<Swept> {
    let row = |stores: f64| {
        let plan = Plan { stores, ..plan.clone() };
        let needed = |witnesses| answer(&Plan { witnesses, ..plan.clone() }, figures).committees;
        Swept { stores, baskets: plan.baskets(), peak_rate: plan.peak_rate(), committees: SIZES.map(needed) }
    };
    SWEPT.into_iter().map(row).collect()
}

/// The sweep for people: what a committee of each size carries, and how many are needed.
#[must_use]
pub fn sweep_table(plan: &Plan, figures: &Figures) -> String {
    let mut text = format!("{} cores, {} busy at most\n\n", number(plan.cores), percent(plan.utilisation));
    text += &format!("{:>30}{:>24}\n", "", "one committee, orders/s");
    let carried = |witnesses| number(answer(&Plan { witnesses, ..plan.clone() }, figures).committee_rate);
    for size in SIZES {
        let kinds = cost::mean(&cost::kinds(plan), size, figures);
        let each = format!("{size} witnesses, {} votes", quorum(size));
        text += &format!("{each:30}{:>24}   {} ms a witness and order\n", carried(size), number(kinds.witness_ms));
    }
    let head = ["stores", "baskets a day", "orders/s at peak", "committees of 4", "of 7", "of 13"];
    text += &format!("\n{:>10}{:>16}{:>18}{:>18}{:>8}{:>8}\n", head[0], head[1], head[2], head[3], head[4], head[5]);
    for Swept { stores, baskets, peak_rate, committees } in sweep(plan, figures) {
        let [four, seven, thirteen] = committees.map(|needed| needed.map_or_else(|| "-".to_owned(), number));
        let [stores, baskets, peak_rate] = [stores, baskets, peak_rate].map(number);
        text += &format!("{stores:>10}{baskets:>16}{peak_rate:>18}{four:>18}{seven:>8}{thirteen:>8}\n");
    }
    text
}

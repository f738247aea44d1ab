//! What is worth a look in an answer, each with what to do.

use ronde_protocol::limits::{MAX_KEYSETS, MAX_STORES};

use super::answer::{Answer, Bound};
use super::plan::Plan;
use crate::capacity::words::number;

/// A charter whose keysets run out sooner than this, in years, is worth a warning.
const FORESIGHT: f64 = 20.0;

/// All of them.
#[must_use]
pub fn warnings(plan: &Plan, answer: &Answer) -> Vec<String> {
    let mut warnings = Vec::new();
    match answer.committees {
        None => warnings.push(format!(
            "a machine of {} cores has no time left for an order beside {} questions a second: give witnesses more cores \
             (`--cores`)",
            number(plan.cores),
            number(answer.questions_per_second)
        )),
        Some(committees) if committees > 1.0 => warnings.push(format!(
            "{} orders/s are more than the {} of one committee: publish {} keysets side by side, each with other \
             witnesses{}",
            number(answer.peak_rate),
            number(answer.committee_rate),
            number(committees),
            match answer.bound {
                Bound::Processor => ", or give witnesses more cores (`--cores`)",
                Bound::Writer => "; more cores do not help, as a database has one writer",
            }
        )),
        Some(_) => {}
    }
    let committees = answer.committees.unwrap_or(1.0);
    if committees > 1.0 {
        warnings.push(format!(
            "a customer's points are spread over {} keysets then, and a payment takes them from one: take as few and as \
             large ones as you can",
            number(committees)
        ));
    }
    warnings.extend(room(plan, answer, committees));
    warnings
}

/// What the charter, the stores and the logs have room for.
fn room(plan: &Plan, answer: &Answer, committees: f64) -> Vec<String> {
    let mut warnings = Vec::new();
    let seats = committees * plan.witnesses as f64;
    if seats > plan.stores {
        warnings.push(format!(
            "{} seats are more than the {} stores that could take them: let larger machines sit on fewer \
             committees (`--cores`)",
            number(seats),
            number(plan.stores)
        ));
    }
    if plan.stores > MAX_STORES as f64 {
        warnings.push(format!(
            "a charter lists {} stores at most: found {} federations, or let a later version of the protocol raise \
             MAX_STORES",
            number(MAX_STORES as f64),
            number((plan.stores / MAX_STORES as f64).ceil())
        ));
    }
    let lasts = (MAX_KEYSETS as f64 / committees).floor() * plan.years;
    if lasts < FORESIGHT {
        warnings.push(format!(
            "a charter lists {} keysets at most, closed ones too: it is full after {} years; let keysets last longer \
             (`--years`), or give witnesses more cores (`--cores`)",
            number(MAX_KEYSETS as f64),
            number(lasts)
        ));
    }
    if answer.witness.at_close_gb > plan.disk_gb {
        warnings.push(format!(
            "a witness holds {} GB when its keyset closes, and its disk {} GB: let keysets close earlier (`--years`), publish \
             more keysets side by side, or give witnesses larger disks (`--disk-gb`)",
            number(answer.witness.at_close_gb),
            number(plan.disk_gb)
        ));
    }
    if answer.hour_rate / committees > answer.logs_rate {
        warnings.push(format!(
            "witnesses read each other's logs at {} orders/s at most, and {} come in the busiest hour: the logs lag \
             behind until the evening; publish more keysets, or lower `sync.pull_seconds`",
            number(answer.logs_rate),
            number(answer.hour_rate / committees)
        ));
    }
    warnings
}

//! Orders that this node has in hand, and how much of the day's limit is used.

use ronde_protocol::message::order::Purpose;

use super::alerts::Light;
use crate::pages::say::{Say, Value};
use crate::shop::{InHand, OpenOrder};

/// Orders that are shown.
pub(super) const SHOWN: usize = 20;
/// An order that is older than so many seconds waits for something.
const LONG: u64 = 120;
/// The digits of an order by which people tell it from others.
const DIGITS: usize = 12;

/// An order in hand.
pub(super) struct Row {
    pub(super) class: &'static str,
    pub(super) what: String,
    pub(super) age: String,
    pub(super) digest: String,
}

/// How much of a limit is used.
pub(super) struct Used {
    pub(super) class: &'static str,
    pub(super) text: String,
    /// In thousandths, for the bar.
    pub(super) share: u64,
}

pub(super) fn rows(say: &Say, in_hand: &InHand) -> Vec<Row> {
    in_hand.orders.iter().map(|order| row(say, order)).collect()
}

fn row(say: &Say, order: &OpenOrder) -> Row {
    let what = match order.purpose {
        Purpose::Earn => "admin-order-earn",
        Purpose::Redeem => "admin-order-redeem",
        Purpose::Swap => "admin-order-swap",
        Purpose::Donate { .. } => "admin-order-donate",
        Purpose::Pledge { .. } => "admin-order-pledge",
        Purpose::Vote { .. } => "admin-order-vote",
    };
    let seconds = order.age.as_secs();
    let digest = hex::encode(order.digest.0);
    Row {
        class: if seconds > LONG { "fair" } else { "good" },
        what: say.text(what),
        age: age(say, seconds),
        digest: digest.get(..DIGITS).unwrap_or(&digest).to_owned(),
    }
}

/// How long something is ago, in the largest unit that is whole.
fn age(say: &Say, seconds: u64) -> String {
    match seconds {
        0..60 => say.count("admin-seconds", seconds),
        60..3600 => say.count("admin-minutes", seconds / 60),
        _ => say.count("admin-hours", seconds / 3600),
    }
}

/// A limit, as a bar and in words.
pub(super) fn used(say: &Say, id: &str, used: u64, most: u64) -> Used {
    let share = (u128::from(used) * 1000).checked_div(u128::from(most)).unwrap_or(1000).min(1000);
    let share = u64::try_from(share).unwrap_or(1000);
    let light = match share {
        1000.. => Light::Bad,
        800.. => Light::Fair,
        _ => Light::Good,
    };
    let left = most.saturating_sub(used);
    let values = [("used", Value::Number(used)), ("most", Value::Number(most)), ("left", Value::Number(left))];
    Used { class: light.class(), text: say.with(id, &values), share }
}

//! A store's own rules: from a basket to points, a ballot and vouchers, and what the store gives to an association.
//!
//! Pure: a basket, the rules, the charter and a time go in; what the grant gives comes out, with every step that led
//! there. No clock is read here and no file. Times of day and days of the week are those of the store's own time zone,
//! by the table of zones that is built in, so that the same basket earns the same on every machine. The charter's common
//! rules win (EARN-6): what a witness would refuse is left out.

mod check;
mod moment;
mod period;
mod pledge;
mod promised;
mod quote;
mod reckon;
mod rules;

pub use check::{Concern, concerns};
pub use moment::{Moment, clock_time, zone, zone_names};
pub use period::{Period, days};
pub use pledge::{PledgeChoice, choose, gathers, worth};
pub use promised::{in_parts, promised};
pub use quote::{Quoted, quote};
pub use reckon::{BallotStep, BonusStep, Earned, Given, MAX_BASKET_CENTS, Step, VoucherStep, reckon};
pub use rules::{Bonus, Earn, MonthPledge, Placed, Pledge, Rules, Times, Voucher};

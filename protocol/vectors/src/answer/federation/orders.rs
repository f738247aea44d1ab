//! `order`, `submission`, `conflict`: what is checked of an order with nothing but the charter at hand.

use ronde_protocol::{
    limits::MAX_SUBMISSION_BYTES,
    message::{
        evidence,
        order::{Order, Purpose, SignedOrder, Submission},
    },
};
use serde::{Deserialize, Serialize};

use super::given::walk;
use crate::answer::{Hex, Octets, Refused};

/// An order and who stands behind it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    charters: Vec<Octets>,
    signed: Octets,
}

/// What the order is and moves.
#[derive(Serialize)]
pub struct Checked {
    digest: Hex<32>,
    purpose: Purpose,
    points_in: u64,
    points_out: u64,
}

/// Every public check of an order.
pub fn order(OrderInput { charters, signed }: OrderInput) -> Result<Checked, Refused> {
    let charter = walk(&charters)?;
    let signed: SignedOrder = signed.read()?;
    let authorized = signed.check(&charter)?.authorize(&charter)?;
    let order = authorized.order();
    let overflow = |_| Refused::named("overflow");
    Ok(Checked {
        digest: Hex(authorized.digest().0),
        purpose: order.purpose,
        points_in: order.points_in().map_err(overflow)?.0,
        points_out: order.points_out().map_err(overflow)?.0,
    })
}

/// What a wallet hands to a store.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmissionInput {
    charters: Vec<Octets>,
    submission: Octets,
}

/// The order, and the witnesses whose columns came with it.
#[derive(Serialize)]
pub struct Submitted {
    digest: Hex<32>,
    columns: Vec<u8>,
}

/// Everything that a store checks of a submission.
pub fn submission(SubmissionInput { charters, submission }: SubmissionInput) -> Result<Submitted, Refused> {
    let charter = walk(&charters)?;
    let submission: Submission = submission.read_within(MAX_SUBMISSION_BYTES)?;
    let record = submission.check(&charter)?.record();
    let columns = record.submission.iter().flat_map(|taken| taken.columns.iter().map(|column| column.index.0));
    Ok(Submitted { digest: Hex(record.order.digest().0), columns: columns.collect() })
}

/// Two orders.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    first: Octets,
    second: Octets,
}

/// Whether both can be certified.
#[derive(Serialize)]
pub struct Conflicting {
    conflict: bool,
}

/// Whether two orders exclude one another.
pub fn conflict(Pair { first, second }: Pair) -> Result<Conflicting, Refused> {
    let (first, second): (Order, Order) = (first.read()?, second.read()?);
    Ok(Conflicting { conflict: evidence::conflict(&first, &second) })
}

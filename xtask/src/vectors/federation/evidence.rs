//! Evidence, genuine and fabricated; exhibits; audits.

mod audits;
mod exhibits;
mod forks;
mod moved;
mod pieces;

use ronde_protocol::message::{
    ids::WitnessIndex,
    log::{CertifiedOrder, LogEntry},
    order::Order,
};
use ronde_vectors::file::Group;
use serde_json::Value;

use super::world::{FOUR, KEYSET, Plan, World};
use crate::vectors::case::group;

/// Evidence, exhibits, audits.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&FOUR);
    // The same federation with one keyset more.
    let two = World::new(&Plan { keysets: 2, ..FOUR });
    Ok(vec![
        group("evidence", pieces::tests(&world, &two))?,
        group("exhibit", exhibits::tests(&world))?,
        group("audit", audits::tests(&world))?,
        group("audit-moved", moved::tests())?,
    ])
}

/// The witness that is accused.
const ACCUSED: WitnessIndex = WitnessIndex(2);

fn certified(world: &World, order: &Order, by: &[u8]) -> CertifiedOrder {
    CertifiedOrder { order: order.clone(), certificate: world.certificate(KEYSET, by, &order.digest()) }
}

fn leaves(entries: &[LogEntry]) -> Vec<[u8; 32]> {
    entries.iter().map(LogEntry::leaf).collect()
}

fn refused(error: &str) -> Value {
    serde_json::json!({"error": error})
}

//! Scripts of a witness: what comes to it, and what it must answer.

mod certificates;
mod closing;
mod issuing;
mod peers;
mod play;
mod queries;
mod restore;
mod rollover;
mod traitors;
mod voting;

use ronde_vectors::file::Group;

use super::world::{FOUR, World};
use crate::vectors::case::group;

/// Every script.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&FOUR);
    let mut tests = voting::tests(&world);
    tests.extend(certificates::tests(&world));
    tests.extend(issuing::tests(&world));
    tests.extend(closing::tests(&world));
    tests.extend(peers::tests(&world));
    tests.extend(traitors::tests(&world));
    tests.extend(queries::tests(&world));
    tests.extend(restore::tests(&world));
    tests.extend(rollover::tests());
    Ok(vec![group("witness-script", tests)?])
}

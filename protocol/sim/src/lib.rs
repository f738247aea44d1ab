//! A whole federation in one thread, deterministic to the byte.
//!
//! The machines of `ronde-protocol` run here unchanged. Around them everything that is not theirs is simulated: clocks,
//! network, disks, crashes, people, and adversaries with a plan. [`plan()`] makes a run out of a seed, [`run`] runs it
//! and says which claim of the protocol did not hold, if one did not.

mod cheat;
mod claims;
mod clock;
mod closing;
pub mod coverage;
mod crooked_store;
mod disk;
mod ending;
mod federation;
mod follow;
mod forger;
mod found;
mod framing;
mod gateway;
mod guilt;
mod histories;
mod inquiring;
mod kept;
mod ledger;
mod limits;
mod liveness;
mod luck;
mod message;
mod moving;
mod names;
mod network;
mod node;
pub mod ops;
mod outcome;
mod own;
mod own_head;
mod passing;
mod people;
pub mod plan;
mod plot;
mod privacy;
mod probe;
pub mod regression;
mod rollback;
mod rollover;
mod search;
pub mod shrink;
#[cfg(test)]
mod tests;
mod till;
mod trace;
mod traitor;
mod value;
mod wallet;
mod watch;
mod witness;
mod world;

pub use coverage::{Coverage, Group};
pub use ops::{Act, Op};
pub use outcome::{Failure, Invariant, Outcome};
pub use plan::{Plan, Swarm, plan};

/// Runs a plan to its end, or to the first claim that does not hold; writes every line of the trace to `trace`.
///
/// The same plan gives the same outcome and the same trace, to the byte.
pub fn run(plan: &Plan, trace: Option<&mut dyn core::fmt::Write>) -> Outcome {
    world::World::new(plan.clone(), trace).run()
}

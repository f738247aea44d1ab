//! The full list of claims, once everything is quiet.

use crate::world::World;

impl World<'_> {
    /// Every claim.
    pub fn check_all(&mut self) {
        self.check_liveness();
        self.check_lost();
    }
}

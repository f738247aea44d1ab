//! How many wallets wait for baskets: they need no token, so there is a bound (HTTP-34).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::shop::{RecordId, lock};

/// Of one basket: its customer, and whoever looks over their shoulder.
const OF_ONE: usize = 4;
/// Of all baskets.
const OF_ALL: usize = 64;

/// Who waits; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Waiters(Arc<Mutex<BTreeMap<RecordId, usize>>>);

/// A place among those who wait, until it is dropped.
#[derive(Debug)]
pub struct Waiting(Waiters, RecordId);

impl Waiters {
    /// A place, if there is one.
    #[must_use]
    pub fn enter(&self, id: RecordId) -> Option<Waiting> {
        let mut waiting = lock(&self.0);
        let all: usize = waiting.values().sum();
        let here = waiting.get(&id).copied().unwrap_or(0);
        if all >= OF_ALL || here >= OF_ONE {
            return None;
        }
        waiting.insert(id, here.saturating_add(1));
        drop(waiting);
        Some(Waiting(self.clone(), id))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut waiting = lock(&self.0.0);
        match waiting.get_mut(&self.1) {
            Some(count) if *count > 1 => *count = count.saturating_sub(1),
            _ => drop(waiting.remove(&self.1)),
        }
    }
}

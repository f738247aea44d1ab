//! Work on many things, some at a time.

use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

/// Does the work on each of `items`, in their order, so many at a time for each core.
pub fn side_by_side<T: Sync>(items: &[T], per_core: usize, work: impl Fn(&T) + Sync) {
    let waiting = Mutex::new(items.iter());
    let next = || waiting.lock().expect("no holder panics").next();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) * per_core {
            scope.spawn(|| {
                while let Some(item) = next() {
                    work(item);
                }
            });
        }
    });
}

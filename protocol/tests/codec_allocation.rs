//! A length that lies costs its reader nothing: memory stays within a small multiple of what really arrived.

mod codec_support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use codec_support::every;
use proptest::prelude::*;

/// The system's allocator, counting what each thread asks for.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    ASKED.with(|asked| asked.set(asked.get().saturating_add(bytes)));
}

// SAFETY: every call goes on to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes asked for while something runs.
fn asked_by<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = ASKED.get();
    let result = run();
    (ASKED.get() - before, result)
}

/// What reading so many bytes may ask for in all, growth of lists and the encoding that is compared included. A few
/// lists begin with room for 64 elements; the largest element, a log's entry, takes some hundred bytes.
fn allowance(length: usize) -> usize {
    96 * 1024 + 16 * length
}

#[test]
fn the_counter_counts() {
    let (asked, kept) = asked_by(|| Vec::<u8>::with_capacity(123_456));
    assert!(asked >= kept.capacity() && kept.capacity() >= 123_456);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    // ENC-4.
    #[test]
    fn lying_lengths_allocate_no_more_than_arrived(sample in every::sample()) {
        let bytes = &sample.bytes;
        let (asked, _) = asked_by(|| (sample.again)(bytes, sample.max));
        prop_assert!(asked <= allowance(bytes.len()), "{} asks for {asked}", sample.name);
        // Wherever a count may stand, and wherever none does.
        for at in 0..bytes.len().saturating_sub(7) {
            for lie in [u64::MAX, 1 << 62, 1 << 32, 4096, 256, 64, 31] {
                let mut lying = bytes.clone();
                lying[at..at + 8].copy_from_slice(&lie.to_le_bytes());
                let (asked, result) = asked_by(|| (sample.again)(&lying, sample.max));
                prop_assert!(asked <= allowance(lying.len()), "{} lying at {at} asks for {asked}", sample.name);
                prop_assert!(result.is_err() || result == Ok(lying));
            }
        }
    }
}

//! An allocator that looks at every block when it is freed, and notes which of the secrets looked for it still holds.
#![allow(dead_code, unsafe_code, reason = "an allocator is unsafe by nature, and each test binary uses a part of it")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, RwLock};

/// So many bytes of a secret are looked for: half of one is as bad as all of it.
const PART: usize = 16;
/// Longer blocks are looked at in their first bytes only, so that it ends.
const MOST: usize = 1 << 20;

static WATCHING: AtomicBool = AtomicBool::new(false);
static FREED: AtomicUsize = AtomicUsize::new(0);
static WANTED: RwLock<Vec<(&'static str, [u8; PART])>> = RwLock::new(Vec::new());
static SEEN: OnceLock<Mutex<Vec<&'static str>>> = OnceLock::new();

thread_local! {
    /// Looking frees memory itself.
    static LOOKING: Cell<bool> = const { Cell::new(false) };
}

/// The system's allocator, watched.
pub struct Scanning;

// SAFETY: all is handed on to the system's allocator; a block is only read, and before it is freed.
unsafe impl GlobalAlloc for Scanning {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that every byte that is looked at was written by somebody since.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WATCHING.load(Ordering::Relaxed) {
            look(unsafe { std::slice::from_raw_parts(block, layout.size().min(MOST)) });
        }
        unsafe { System.dealloc(block, layout) }
    }

    // `realloc` is left as it is by default: a new block, a copy, and the old one freed under our eyes.
}

fn look(block: &[u8]) {
    FREED.fetch_add(1, Ordering::Relaxed);
    if block.len() < PART || LOOKING.try_with(|looking| looking.replace(true)).unwrap_or(true) {
        return;
    }
    if let Ok(wanted) = WANTED.try_read() {
        let holds = |part: &[u8; PART]| block.windows(PART).any(|window| window[0] == part[0] && window == part);
        let held = wanted.iter().filter(|(_, part)| holds(part)).map(|(name, _)| *name);
        let seen = SEEN.get_or_init(Mutex::default);
        held.for_each(|name| seen.lock().unwrap().push(name));
    }
    let _ = LOOKING.try_with(|looking| looking.set(false));
}

/// Looks for the first bytes of a secret from now on.
pub fn look_for(name: &'static str, secret: &[u8]) {
    WANTED.write().unwrap().push((name, secret[..PART].try_into().unwrap()));
}

/// Begins or stops looking.
pub fn watch(on: bool) {
    WATCHING.store(on, Ordering::SeqCst);
}

/// Whose bytes were freed as they were, each once; forgotten then.
pub fn found() -> Vec<&'static str> {
    let mut seen = std::mem::take(&mut *SEEN.get_or_init(Mutex::default).lock().unwrap());
    seen.sort_unstable();
    seen.dedup();
    seen
}

/// How many blocks were looked at.
pub fn freed() -> usize {
    FREED.load(Ordering::Relaxed)
}

/// Frees a block that holds these bytes as they are: a control.
pub fn free_plain(bytes: &[u8]) {
    let layout = Layout::from_size_align(bytes.len(), 1).unwrap();
    // SAFETY: the block is as long as what is copied into it, and freed as it was allocated.
    unsafe {
        let block = Scanning.alloc(layout);
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), block, bytes.len());
        Scanning.dealloc(block, layout);
    }
}

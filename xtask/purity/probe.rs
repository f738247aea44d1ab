//! Links the protocol without the standard library; `cargo xtask check --only purity` builds it. Never run.
#![no_std]

extern crate ronde_protocol;
#[cfg(feature = "control")]
extern crate std;

use core::alloc::{GlobalAlloc, Layout};

/// An allocator that has nothing to give: enough to link.
struct Nothing;

unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static NOTHING: Nothing = Nothing;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

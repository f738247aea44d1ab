use std::cell::Cell;

use super::{during, once};

/// Verifies `bytes` under a name, counting; only `good` passes.
fn verify(count: &Cell<u32>, name: &'static str, bytes: &[u8]) -> Result<(), &'static str> {
    once(name, &[bytes], || {
        count.set(count.get() + 1);
        if bytes == b"good" { Ok(()) } else { Err("wrong") }
    })
}

#[test]
fn what_was_good_is_not_verified_again_within_the_work_and_only_there() {
    let count = Cell::new(0);
    let twice = || [verify(&count, "vote", b"good"), verify(&count, "vote", b"good")];
    assert_eq!((during(twice), count.take()), ([Ok(()), Ok(())], 1));
    assert_eq!((during(twice), count.take()), ([Ok(()), Ok(())], 1), "another work knows nothing of it");
    assert_eq!((twice(), count.take()), ([Ok(()), Ok(())], 2), "nor does who did not ask for it");
}

#[test]
fn other_bytes_and_other_names_are_verified() {
    let count = Cell::new(0);
    during(|| {
        assert_eq!(verify(&count, "vote", b"good"), Ok(()));
        assert_eq!(verify(&count, "head", b"good"), Ok(()));
        assert_eq!(verify(&count, "vote", b"goof"), Err("wrong"));
        assert_eq!(verify(&count, "vote", b"goof"), Err("wrong"), "what is wrong is wrong again");
    });
    assert_eq!(count.get(), 4);
}

#[test]
fn a_panic_ends_the_work() {
    let count = Cell::new(0);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        during(|| {
            assert_eq!(verify(&count, "vote", b"good"), Ok(()));
            panic!("on purpose");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!((verify(&count, "vote", b"good"), count.get()), (Ok(()), 2));
}

//! Named points at which a test can kill the process.
//!
//! Without the cargo feature `fault-points` a point does nothing. With it, `RONDE_FAULT=name` aborts the process the
//! first time it reaches the point of that name, `RONDE_FAULT=name:k` the k-th time (1 is the first). An abort runs no
//! destructor and flushes nothing, like `kill -9`.

/// Marks a persistence boundary by a name such as `writer.before-commit`.
#[cfg(not(feature = "fault-points"))]
#[inline(always)]
pub fn point(_name: &str) {}

/// Marks a persistence boundary by a name such as `writer.before-commit`, and dies there if a test asked for it.
#[cfg(feature = "fault-points")]
pub fn point(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static HITS: AtomicU64 = AtomicU64::new(0);

    let wanted = WANTED.get_or_init(|| std::env::var("RONDE_FAULT").ok().map(|text| parse(&text)));
    if let Some((wanted, count)) = wanted
        && wanted == name
        && HITS.fetch_add(1, Ordering::SeqCst) + 1 == *count
    {
        std::process::abort();
    }
}

/// `name` or `name:k`; a k that is no number counts as part of the name.
#[cfg(feature = "fault-points")]
fn parse(text: &str) -> (String, u64) {
    match text.rsplit_once(':').map(|(name, k)| (name, k.parse())) {
        Some((name, Ok(count))) => (name.to_owned(), count),
        _ => (text.to_owned(), 1),
    }
}

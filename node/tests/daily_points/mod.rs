//! Where a daily pledge can be cut off: walked by `earning_crash`, counted by `crash`.

/// The boundaries of a pledge, from the decision to the end.
pub const DAILY_POINTS: &[&str] = &[
    "shop.before-daily-pledge",
    "shop.after-daily-pledge",
    "gateway.after-open",
    "gateway.before-certificate",
    "gateway.after-certificate",
    "shop.before-daily-settled",
    "shop.after-daily-settled",
];

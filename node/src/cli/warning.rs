//! What is worth a look in a charter that is valid.

use ronde_protocol::message::charter::Charter;

use crate::date::{DAY, Day, rfc3339};

/// A charter that expires within so many days is worth a warning.
const EXPIRY_WARNING_DAYS: u64 = 30;
/// A certificate for HTTPS that ends within so many days should have been renewed.
const CERTIFICATE_WARNING_DAYS: u64 = 14;

/// What the stewards should see to: a version that expires, or `twins` other charters of the same version.
pub(super) fn charter_warnings(charter: &Charter, twins: usize, now: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    let expires = charter.body().expires;
    if now >= expires {
        warnings.push(format!(
            "the charter expired on {}: no points are issued until the stewards sign the next version",
            Day::of(expires)
        ));
    } else if expires - now < EXPIRY_WARNING_DAYS * DAY {
        warnings.push(format!("the charter expires on {}: ask the stewards for the next version", Day::of(expires)));
    }
    if twins > 0 {
        warnings.push(format!(
            "the stewards signed more than one version {}: no points are issued until the next version names one",
            charter.version()
        ));
    }
    warnings
}

/// What is to be done about a certificate that is good until then (RFC 3339, in UTC).
pub(super) fn certificate_ends(until: &str, now: u64) -> Option<String> {
    // Times of this form are in the order of their letters.
    if rfc3339(now).as_str() >= until {
        return Some(format!(
            "the certificate for HTTPS ended at {until}: browsers refuse it; renew it, the node takes it by itself"
        ));
    }
    let soon = rfc3339(now.saturating_add(CERTIFICATE_WARNING_DAYS * DAY));
    (soon.as_str() > until)
        .then(|| format!("the certificate for HTTPS ends at {until}: renew it, the node takes it by itself"))
}

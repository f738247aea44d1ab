//! What can be wrong, and what mends it.

use ronde_protocol::machine::drift;

use super::alerts::{Alert, Light, Looked};
use crate::date::{DAY, rfc3339};
use crate::earning::concerns;
use crate::http::{Problem, Site};
use crate::pages::say::Value;
use crate::shop::{Cap, PeerLogTrouble, RetiredBecause};

/// A charter that expires within so many days is worth a word.
const EXPIRY_DAYS: u64 = 30;
/// A certificate that ends within so many should have been renewed.
const CERTIFICATE_DAYS: u64 = 14;
/// A copy of the database that is older than so many days is old.
const BACKUP_DAYS: u64 = 7;
/// An order that is in hand for so many seconds waits for something.
const LONG: u64 = 120;
/// A settled basket that was rung up so many seconds ago was forgotten by its till, or its program.
const BASKET_WAITS: u64 = 600;
/// Such baskets that are named.
const BASKETS: usize = 20;
/// Entries of another witness's log that may be unread without a word.
const LAG: u64 = 64;

type Values = Vec<(&'static str, Value)>;

fn text(name: &'static str, value: impl ToString) -> Values {
    vec![(name, Value::Text(value.to_string()))]
}

/// What the node says of itself and of the others.
pub(super) fn of_desk(looked: &Looked<'_>) -> Vec<Alert> {
    let mut found = witnesses(looked);
    found.extend(charter(looked));
    found.extend(limit(looked));
    found.extend(own_logs(looked));
    found.extend(peer_logs(looked));
    found.extend(machine(looked));
    let long = looked.in_hand.orders.iter().filter(|order| order.age.as_secs() > LONG).count();
    if long > 0 {
        let values = [("number", Value::Number(u64::try_from(long).unwrap_or(u64::MAX)))];
        found.push(looked.alert(Light::Fair, ("alert-orders", "alert-orders-fix"), &values));
    }
    if looked.status.evidence > 0 {
        let values = [("number", Value::Number(looked.status.evidence))];
        found.push(looked.alert(Light::Fair, ("alert-evidence", "alert-evidence-fix"), &values));
    }
    found
}

/// Keysets whose coins can be spent, and whose witnesses do not all answer.
fn witnesses(looked: &Looked<'_>) -> Vec<Alert> {
    let open = looked.charter.keysets().filter(|keyset| looked.now <= keyset.redeem_until());
    open.filter_map(|keyset| {
        let members = looked.status.witnesses.iter().filter(|witness| witness.keyset == keyset.id());
        let (up, down): (Vec<_>, Vec<_>) = members.partition(|witness| witness.up);
        let spare = up.len().checked_sub(keyset.quorum().votes());
        let names: Vec<&str> = down.iter().map(|witness| witness.name.as_str()).collect();
        let values = [
            ("names", Value::Text(names.join(", "))),
            ("number", Value::Number(u64::try_from(down.len()).unwrap_or(u64::MAX))),
            ("spare", Value::Number(u64::try_from(spare.unwrap_or(0)).unwrap_or(u64::MAX))),
        ];
        match (down.is_empty(), spare) {
            (true, _) => None,
            (false, Some(_)) => Some(looked.alert(Light::Fair, ("alert-some-down", "alert-some-down-fix"), &values)),
            (false, None) => Some(looked.alert(Light::Bad, ("alert-no-quorum", "alert-no-quorum-fix"), &values)),
        }
    })
    .collect()
}

fn charter(looked: &Looked<'_>) -> Option<Alert> {
    let expires = looked.charter.body().expires;
    let values = [("day", Value::Day(expires))];
    let left = expires.saturating_sub(looked.now);
    if left == 0 {
        return Some(looked.alert(Light::Bad, ("alert-charter-over", "alert-charter-fix"), &values));
    }
    if !looked.charter.allows_issuing(looked.now) {
        return Some(looked.alert(Light::Bad, ("alert-charter-forked", "alert-charter-forked-fix"), &values));
    }
    (left < EXPIRY_DAYS * DAY).then(|| looked.alert(Light::Fair, ("alert-charter-soon", "alert-charter-fix"), &values))
}

/// What the charter lets the store issue in a day.
fn limit(looked: &Looked<'_>) -> Option<Alert> {
    let (used, most) = looked.issued;
    let values = [("used", Value::Number(used)), ("most", Value::Number(most))];
    if used >= most {
        return Some(looked.alert(Light::Bad, ("alert-limit-reached", "alert-limit-fix"), &values));
    }
    (u128::from(used) * 5 >= u128::from(most) * 4)
        .then(|| looked.alert(Light::Fair, ("alert-limit-near", "alert-limit-fix"), &values))
}

/// This node's own witnesses.
fn own_logs(looked: &Looked<'_>) -> Vec<Alert> {
    let mut found = Vec::new();
    for log in &looked.status.log {
        let values = text("keyset", log.keyset);
        let said = match log.retired_because {
            Some(RetiredBecause::LogRolledBack) => ("alert-rolled-back", "alert-retired-fix"),
            Some(RetiredBecause::VoteForgotten) => ("alert-vote-forgotten", "alert-retired-fix"),
            Some(RetiredBecause::RestoredCopy) => ("alert-restored-copy", "alert-restored-copy-fix"),
            Some(RetiredBecause::TwoCertificates) => ("alert-two-certificates", "alert-two-certificates-fix"),
            Some(RetiredBecause::Other) => ("alert-retired", "alert-retired-fix"),
            None if log.retired => ("alert-retired", "alert-retired-fix"),
            None if log.starting => ("alert-starting", "alert-starting-fix"),
            None if log.waits_to_close => ("alert-waits-to-close", "alert-waits-to-close-fix"),
            None => continue,
        };
        let is_worst = log.retired_because == Some(RetiredBecause::TwoCertificates);
        let light = if is_worst { Light::Bad } else { Light::Fair };
        found.push(looked.alert(light, said, &values));
    }
    for seat in &looked.status.seats_not_taken {
        let said = ("alert-seat", "alert-seat-fix");
        let alert = looked.alert(Light::Fair, said, &text("keyset", seat.keyset));
        found.push(Alert { detail: Some(seat.why.clone()), ..alert });
    }
    found
}

/// Other witnesses' logs. That a witness is down is said once.
fn peer_logs(looked: &Looked<'_>) -> Vec<Alert> {
    let mut found = Vec::new();
    for log in &looked.status.peer_logs {
        let behind = log.size.saturating_sub(log.read);
        let values = [("name", Value::Text(log.name.clone())), ("number", Value::Number(behind))];
        let said = match log.trouble {
            Some(PeerLogTrouble::Shorter) => ("alert-log-shorter", "alert-log-fix"),
            Some(PeerLogTrouble::Refused) => ("alert-log-refused", "alert-log-fix"),
            Some(PeerLogTrouble::NotKept) => ("alert-log-not-kept", "alert-log-not-kept-fix"),
            _ if behind > LAG => ("alert-log-behind", "alert-log-behind-fix"),
            _ => continue,
        };
        let alert = looked.alert(Light::Fair, said, &values);
        found.push(Alert { detail: log.trouble_text.clone(), ..alert });
    }
    found
}

/// Disk and clock.
fn machine(looked: &Looked<'_>) -> Vec<Alert> {
    let mut found = Vec::new();
    if let Some(disk) = looked.status.disk.filter(|disk| disk.short) {
        let values = [("free", Value::Number(disk.free_mib)), ("floor", Value::Number(disk.floor_mib))];
        found.push(looked.alert(Light::Bad, ("alert-disk", "alert-disk-fix"), &values));
    }
    if let Some(clock) = looked.status.clock.filter(|clock| drift::is_noticed(clock.ahead_ms)) {
        let said = if clock.ahead_ms < 0 { "alert-clock-behind" } else { "alert-clock-ahead" };
        let values = [("number", Value::Number(clock.ahead_ms.unsigned_abs() / 1000))];
        found.push(looked.alert(Light::Fair, (said, "alert-clock-fix"), &values));
    }
    found
}

/// What the shop's own configuration, files and tills say.
pub(super) fn of_shop(looked: &Looked<'_>, site: &Site) -> Result<Vec<Alert>, Problem> {
    let shop = site.shop();
    let mut found = Vec::new();
    for near in shop.near_caps()? {
        let values = [
            ("name", Value::Text(near.till.clone().unwrap_or_default())),
            ("given", Value::Number(near.given.0)),
            ("most", Value::Number(near.of.0)),
        ];
        let said = match near.cap {
            Cap::Grant | Cap::Till => ("alert-cap-till", "alert-cap-fix"),
            Cap::Store => ("alert-cap-store", "alert-cap-fix"),
            Cap::Goodwill => ("alert-cap-goodwill", "alert-cap-goodwill-fix"),
        };
        found.push(looked.alert(Light::Fair, said, &values));
    }
    let told = [
        (shop.rules_trouble().map(|trouble| trouble.whole), ("alert-rules", "alert-rules-fix")),
        (shop.pledge_trouble(), ("alert-pledge", "alert-pledge-fix")),
    ];
    for (detail, said) in told {
        let Some(detail) = detail else { continue };
        found.push(Alert { detail: Some(detail), ..looked.alert(Light::Fair, said, &[]) });
    }
    for concern in concerns(&shop.rules(), looked.charter, shop.store(), looked.now) {
        let alert = looked.alert(Light::Fair, ("alert-concern", "alert-concern-fix"), &text("line", concern.line));
        found.push(Alert { detail: Some(format!("{}; {}", concern.what, concern.fix)), ..alert });
    }
    let unread = shop.unread_checkouts()?;
    if unread > 0 {
        let values = [("number", Value::Number(unread))];
        found.push(looked.alert(Light::Bad, ("alert-unread", "alert-unread-fix"), &values));
    }
    found.extend(baskets(looked, site)?);
    for webhook in shop.webhooks()? {
        let Some(stopped) = webhook.fate.stopped() else { continue };
        let alert =
            looked.alert(Light::Fair, ("alert-webhook", "alert-webhook-fix"), &text("url", webhook.url.clone()));
        found.push(Alert { detail: Some(stopped.why.clone()), ..alert });
    }
    found.extend(certificate(looked, site));
    found.extend(backup(looked, site));
    Ok(found)
}

/// Settled baskets whose till has not said that the sale is complete (BASKET-13).
fn baskets(looked: &Looked<'_>, site: &Site) -> Result<Option<Alert>, Problem> {
    let waiting = site.shop().baskets_that_wait(BASKET_WAITS, BASKETS)?;
    if waiting.is_empty() {
        return Ok(None);
    }
    let mut codes: Vec<String> = waiting.iter().map(|id| id.code().to_string()).collect();
    if waiting.len() >= BASKETS {
        codes.push("…".to_owned());
    }
    let said = ("alert-baskets", "alert-baskets-fix");
    Ok(Some(looked.alert(Light::Fair, said, &text("codes", codes.join(", ")))))
}

fn certificate(looked: &Looked<'_>, site: &Site) -> Option<Alert> {
    let shown = site.certificate()?;
    if shown.trouble.is_some() {
        return Some(looked.alert(Light::Fair, ("alert-certificate", "alert-certificate-fix"), &[]));
    }
    // Times of this form are in the order of their letters.
    let until = shown.expires?;
    let values = text("until", &until);
    if rfc3339(looked.now) >= until {
        return Some(looked.alert(Light::Bad, ("alert-certificate-over", "alert-certificate-soon-fix"), &values));
    }
    (rfc3339(looked.now.saturating_add(CERTIFICATE_DAYS * DAY)) > until)
        .then(|| looked.alert(Light::Fair, ("alert-certificate-soon", "alert-certificate-soon-fix"), &values))
}

fn backup(looked: &Looked<'_>, site: &Site) -> Option<Alert> {
    let Some(last) = site.last_backup()? else {
        return Some(looked.alert(Light::Fair, ("alert-backup-never", "alert-backup-fix"), &[]));
    };
    let days = looked.now.saturating_sub(last) / DAY;
    let values = [("number", Value::Number(days))];
    (days >= BACKUP_DAYS).then(|| looked.alert(Light::Fair, ("alert-backup-old", "alert-backup-fix"), &values))
}

//! On which day a till was used last: whoever sees a token that nobody uses any more can revoke it (TILL-7).

use std::collections::BTreeMap;

use ronde_protocol::message::order::Seconds;

use super::records::{load, save};
use super::{Shop, ShopError, lock};
use crate::date::{DAY, Day};
use crate::store::{Read, Table};

/// Before a till's name.
const USES: &[u8] = b"\0u";
/// A day that could not be written down is tried again after so many seconds.
const AGAIN: Seconds = 3600;

/// By name: the first second of the day that was noted last, or none if that failed; and when.
pub(super) type Uses = BTreeMap<String, (Option<Seconds>, Seconds)>;

fn key(till: &str) -> Vec<u8> {
    [USES, till.as_bytes()].concat()
}

/// The day on which a till was used last.
pub(super) fn last_use(read: &dyn Read, till: &str) -> Result<Option<Day>, ShopError> {
    Ok(load::<Seconds>(read, Table::Till, &key(till))?.map(Day::of))
}

impl Shop {
    /// Notes that a till is used today. Nobody waits for the disk: what is lost is a day in a list.
    pub fn note_use(&self, till: &str) {
        let now = self.now();
        let today = now - now % DAY;
        {
            let mut uses = lock(&self.0.uses);
            let known = uses.get(till);
            if known.is_some_and(|(day, at)| *day == Some(today) || (day.is_none() && now.saturating_sub(*at) < AGAIN))
            {
                return;
            }
            uses.insert(till.to_owned(), (Some(today), now));
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (shop, name) = (self.clone(), till.to_owned());
        runtime.spawn(async move {
            let key = key(&name);
            let written = shop.write(move |tx| {
                let before: Option<Seconds> = load(tx, Table::Till, &key)?;
                match before == Some(today) {
                    true => Ok(()),
                    false => Ok(save(tx, Table::Till, &key, &today)?),
                }
            });
            if let Err(error) = written.await {
                tracing::warn!(%error, "on which day a till was used could not be written down");
                lock(&shop.0.uses).insert(name, (None, now));
            }
        });
    }
}

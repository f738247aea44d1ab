//! A shop on a restored copy: what may have been signed since the copy was made is signed no other way (STORE-30).

use ronde_protocol::machine::till::grant::Grant;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::order::{Seconds, pledge_reference};

use super::ShopError;
use super::records::load;
use crate::store::{Read, Table, Transaction};

/// Where the reference of the pledge stands that is not made.
const NO_PLEDGE: &[u8] = b"restored-pledge";
/// What a grant's own key begins with; others are references.
const GRANT_KEYS: (&[u8], &[u8]) = (b"i", b"j");

/// Withdraws every grant that nobody has claimed by this copy, and rules out a second pledge of today.
pub fn take_mark(tx: &mut dyn Transaction, now: Seconds) -> Result<(), ShopError> {
    for (key, _) in tx.scan(Table::Grant, GRANT_KEYS.0, Some(GRANT_KEYS.1), usize::MAX)? {
        // A record that can't be read can't be claimed either.
        let Ok(Some(mut grant)) = load::<Grant>(&*tx, Table::Grant, &key) else { continue };
        if grant.handle_cancel(now).is_ok() {
            tx.put(Table::Grant, &key, &encode(&grant))?;
        }
    }
    super::events::leap(tx)?;
    tx.put(Table::Meta, NO_PLEDGE, &pledge_reference(now).0)?;
    Ok(())
}

/// Whether a pledge under this reference may have been signed before the copy was put back.
pub(super) fn may_be_pledged(read: &dyn Read, reference: &[u8; 32]) -> Result<bool, ShopError> {
    Ok(read.get(Table::Meta, NO_PLEDGE)?.is_some_and(|known| known == reference))
}

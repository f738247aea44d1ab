//! The witness's own log: appending, roots, heads.
//!
//! Entries are only ever appended (LOG-4), in the draft that also binds (LOG-1) or spends (LOG-2).

use alloc::{boxed::Box, vec::Vec};

use super::record::{Draft, Inconsistent, View, Write};
use crate::{
    crypto::merkle::{self, Subtree},
    message::{ids::KeysetId, log::LogEntry},
};

/// Appends an entry and says at which position it stands.
pub(super) fn append<V: View>(draft: &mut Draft<'_, V>, entry: LogEntry) -> Result<u64, V::Error> {
    let position = draft.log_size()?;
    let mut hash = entry.leaf();
    for subtree in merkle::completed_by(position) {
        if subtree.level > 0 {
            let left = Subtree { level: subtree.level.saturating_sub(1), index: subtree.index.saturating_mul(2) };
            hash = merkle::node(&draft.log_node(left)?, &hash);
        }
        draft.put(Write::LogNode(subtree, hash));
    }
    draft.put(Write::LogEntry(position, Box::new(entry)));
    draft.put(Write::LogSize(position.checked_add(1).ok_or(Inconsistent::Overflow)?));
    Ok(position)
}

/// Size and root of the log as drafted: what the head of a reply covers (LOG-9).
pub(super) fn drafted_root<V: View>(draft: &Draft<'_, V>) -> Result<(u64, [u8; 32]), V::Error> {
    let size = draft.log_size()?;
    let peaks: Vec<[u8; 32]> =
        merkle::peaks(size).into_iter().map(|peak| draft.log_node(peak)).collect::<Result<_, _>>()?;
    Ok((size, merkle::fold(&peaks)))
}

/// The root over the first `size` entries of the log; nothing if it has fewer.
pub fn root_at<V: View>(view: &V, keyset: KeysetId, size: u64) -> Result<Option<[u8; 32]>, V::Error> {
    if size > view.log_size(keyset)? {
        return Ok(None);
    }
    let draft = Draft::new(view, keyset);
    let peaks: Vec<[u8; 32]> =
        merkle::peaks(size).into_iter().map(|peak| draft.log_node(peak)).collect::<Result<_, _>>()?;
    Ok(Some(merkle::fold(&peaks)))
}

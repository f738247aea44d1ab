//! Certified orders of earlier keysets that stand in a later one's logs, because they moved points there: kept in files like
//! logs, so that the audit of their own keyset counts their certificates too.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Error, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::crypto::sign::Signature;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};

use super::page::Page;

/// Where they are kept.
pub(super) struct Came {
    folder: PathBuf,
    /// By the keyset that they are of, and the one in whose logs they stand.
    files: BTreeMap<(KeysetId, KeysetId), BufWriter<File>>,
}

impl Came {
    /// In this folder.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), files: BTreeMap::new() }
    }

    fn path(&self, (of, into): (KeysetId, KeysetId)) -> PathBuf {
        self.folder.join(format!("came-{of}-{into}"))
    }

    /// The logs of a keyset are read, or once more.
    pub(super) fn begin(&mut self, into: KeysetId) {
        self.files.retain(|(_, later), _| *later != into);
    }

    /// One more order.
    pub(super) fn keep(&mut self, of: KeysetId, into: KeysetId, entry: &[u8]) -> Result<(), Error> {
        let path = self.path((of, into));
        let file = match self.files.entry((of, into)) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(BufWriter::new(File::create(path)?)),
        };
        // No witness stands for them: nobody looks at the head.
        let head = Head { index: WitnessIndex(0), size: 0, root: [0; 32], signature: Signature([0; 64]) };
        let page = Page {
            keyset: Some(of),
            head: URL_SAFE_NO_PAD.encode(encode(&head)),
            entries: vec![URL_SAFE_NO_PAD.encode(entry)],
            statement: None,
        };
        serde_json::to_writer(&mut *file, &page)?;
        file.write_all(b"\n")
    }

    /// Those of a keyset.
    pub(super) fn of(&mut self, keyset: KeysetId) -> Result<Vec<PathBuf>, Error> {
        let mut paths = Vec::new();
        for (key, file) in self.files.iter_mut().filter(|((of, _), _)| *of == keyset) {
            file.flush()?;
            paths.push(*key);
        }
        Ok(paths.into_iter().map(|key| self.path(key)).collect())
    }
}

//! What was recorded, piece by piece: a connection, a stream, a file.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::planted::Search;

/// All pieces of all channels; clones share it.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<BTreeMap<String, Vec<Vec<u8>>>>>);

impl Tape {
    /// A new piece of a channel; what it holds is added to it as it comes.
    pub fn piece(&self, channel: &str) -> usize {
        let mut all = self.0.lock().unwrap();
        let pieces = all.entry(channel.to_owned()).or_default();
        pieces.push(Vec::new());
        pieces.len() - 1
    }

    /// More of a piece.
    pub fn add(&self, channel: &str, piece: usize, bytes: &[u8]) {
        self.0.lock().unwrap().get_mut(channel).unwrap()[piece].extend_from_slice(bytes);
    }

    /// A whole piece.
    pub fn whole(&self, channel: &str, bytes: &[u8]) {
        let piece = self.piece(channel);
        self.add(channel, piece, bytes);
    }

    /// Channels, with how many pieces and bytes each has.
    pub fn sizes(&self) -> BTreeMap<String, (usize, usize)> {
        let all = self.0.lock().unwrap();
        all.iter().map(|(name, pieces)| (name.clone(), (pieces.len(), pieces.iter().map(Vec::len).sum()))).collect()
    }

    /// In which channels something is found, and how it is written there.
    pub fn found(&self, search: &Search) -> BTreeMap<(String, String), Vec<String>> {
        let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for (channel, pieces) in self.0.lock().unwrap().iter() {
            for (what, how) in pieces.iter().flat_map(|piece| search.in_bytes(piece)) {
                let ways = found.entry((what.to_owned(), channel.clone())).or_default();
                if !ways.iter().any(|way| way == how) {
                    ways.push(how.to_owned());
                }
            }
        }
        found
    }

    /// Takes in a folder's files, each as a piece of the channel.
    pub fn folder(&self, channel: &str, folder: &std::path::Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => self.folder(channel, &path),
                false => self.whole(channel, &std::fs::read(&path).unwrap()),
            }
            // A name tells as much as what is in it.
            self.whole(channel, path.as_os_str().as_encoded_bytes());
        }
    }
}

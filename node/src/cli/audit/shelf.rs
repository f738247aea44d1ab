//! Records of an audit in one temporary file, in blocks of one part each. The file has no name and ends with the process.

use std::fs::File;
use std::io::Error;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use ronde_protocol::machine::audit::{Part, Shelf};

/// Bytes of a block.
const BLOCK: usize = 16 << 10;
/// Bytes before a record that say how long it is.
const LENGTH: usize = 2;
/// Parts of each kind that is told apart by a byte.
const BYTES: usize = 256;

/// A shelf in a file.
#[derive(Debug)]
pub(super) struct FileShelf {
    file: File,
    /// Where the next block goes.
    end: u64,
    parts: Vec<PartOnFile>,
}

#[derive(Debug, Default)]
struct PartOnFile {
    /// Where each block begins, and its length.
    blocks: Vec<(u64, usize)>,
    /// What is not in a block yet.
    rest: Vec<u8>,
}

impl FileShelf {
    /// In this folder.
    pub(super) fn create(folder: &Path) -> Result<Self, Error> {
        Ok(Self { file: tempfile::tempfile_in(folder)?, end: 0, parts: Vec::new() })
    }
}

fn place(part: Part) -> usize {
    match part {
        Part::Orders(first) => usize::from(first),
        Part::Locks(first) => BYTES.saturating_add(usize::from(first)),
        Part::Leaves(log) => BYTES.saturating_mul(2).saturating_add(usize::from(log)),
    }
}

impl Shelf for FileShelf {
    type Error = Error;

    fn put(&mut self, part: Part, record: &[u8]) -> Result<(), Error> {
        let place = place(part);
        if self.parts.len() <= place {
            self.parts.resize_with(place.saturating_add(1), PartOnFile::default);
        }
        let Some(part) = self.parts.get_mut(place) else { return Ok(()) };
        let length = u16::try_from(record.len()).map_err(|_| Error::other("a record is too long"))?;
        if part.rest.len().saturating_add(LENGTH).saturating_add(record.len()) > BLOCK && !part.rest.is_empty() {
            self.file.write_all_at(&part.rest, self.end)?;
            part.blocks.push((self.end, part.rest.len()));
            self.end = self.end.saturating_add(part.rest.len() as u64);
            part.rest.clear();
        }
        part.rest.extend_from_slice(&length.to_le_bytes());
        part.rest.extend_from_slice(record);
        Ok(())
    }

    fn each(&mut self, part: Part, visit: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let Some(part) = self.parts.get(place(part)) else { return Ok(()) };
        let mut block = Vec::new();
        for (from, length) in &part.blocks {
            block.resize(*length, 0);
            self.file.read_exact_at(&mut block, *from)?;
            records(&block, visit);
        }
        records(&part.rest, visit);
        Ok(())
    }
}

fn records(mut block: &[u8], visit: &mut dyn FnMut(&[u8])) {
    while let Some((length, rest)) = block.split_first_chunk::<LENGTH>() {
        let Some((record, rest)) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length))) else { return };
        visit(record);
        block = rest;
    }
}

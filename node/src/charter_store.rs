//! The charter on disk: a folder of versions, each file the canonical bytes of one signed charter.
//!
//! | file | holds |
//! | --- | --- |
//! | `000001.charter` | version 1, with the genesis block |
//! | `000002.charter` | version 2, signed by the stewards of version 1 |
//! | `000002.3f9a61c20b7d4e55.charter` | another version 2, as validly signed: named by the first 16 digits of its hash |
//!
//! A second charter of one version stops issuing and is kept as evidence until the next version names one of the two;
//! which of them stands is read from there, so no file is ever renamed or changed.

mod error;
mod files;

use std::path::{Path, PathBuf};

use ronde_protocol::message::charter::{Charter, CharterError, SignedCharter};
use ronde_protocol::message::ids::{CharterHash, KeysetId};

pub use error::{CharterStoreError, fix_charter};
pub use files::{read_file, write_file};

/// The versions of one federation's charter that this machine holds. There is always at least version 1.
#[derive(Debug)]
pub struct CharterStore {
    folder: PathBuf,
    /// Those that stand, version 1 first; the newest is the last.
    versions: Vec<SignedCharter>,
    /// The version before the newest.
    previous: Option<Charter>,
    newest: Charter,
    /// Other charters of the newest version, validly signed.
    twins: Vec<SignedCharter>,
    /// How many charters were in the folder when it was last read, twins of older versions among them.
    files: usize,
}

/// What became of a charter that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It follows and is on disk.
    New,
    /// It was held already.
    Known,
    /// It is a second valid charter of the newest version: kept as evidence, and issuing stops.
    Fork,
}

impl CharterStore {
    /// Reads and checks a folder.
    ///
    /// # Errors
    /// Any [`CharterStoreError`]; a folder without a charter is [`CharterStoreError::Empty`].
    pub fn load(folder: &Path) -> Result<Self, CharterStoreError> {
        let found = files::read_folder(folder)?;
        let files = found.values().map(Vec::len).sum();
        let mut found = found.into_iter().peekable();
        let empty = || CharterStoreError::Empty { folder: folder.to_owned() };
        let mut versions = Vec::new();
        let mut previous: Option<Charter> = None;
        let mut newest: Option<(Charter, Vec<SignedCharter>)> = None;
        while let Some((number, candidates)) = found.next() {
            // Which of two charters of one version stands is said by the next.
            let named = found.peek().and_then(|(_, next)| next.first()).map(|next| next.body.previous);
            previous = newest.map(|(charter, _)| charter);
            let refused = |source| CharterStoreError::Refused { file: files::path(folder, number), source };
            let (charter, twins) = take_version(previous.as_ref(), candidates, named).map_err(refused)?;
            versions.push(charter.signed().clone());
            newest = Some((charter, twins));
        }
        let (newest, twins) = newest.ok_or_else(empty)?;
        Ok(Self { folder: folder.to_owned(), versions, previous, newest, twins, files })
    }

    /// Begins an empty or new folder with version 1, which is on disk when this returns.
    ///
    /// # Errors
    /// Any [`CharterStoreError`], among them a charter that is not a valid version 1, or a folder that holds one.
    pub fn create(folder: &Path, first: SignedCharter) -> Result<Self, CharterStoreError> {
        std::fs::create_dir_all(folder).map_err(|source| CharterStoreError::file(folder, source))?;
        if !files::read_folder(folder)?.is_empty() {
            return Err(CharterStoreError::NotEmpty { folder: folder.to_owned() });
        }
        let newest = Charter::genesis(first.clone())?;
        files::write(folder, &files::name(1), &first)?;
        let (versions, twins) = (vec![first], Vec::new());
        Ok(Self { folder: folder.to_owned(), versions, previous: None, newest, twins, files: 1 })
    }

    /// Takes in what came into the folder since: `ronde charter install` wrote it there. Says whether anything did. What
    /// is held stays if the folder no longer leads to it.
    ///
    /// # Errors
    /// Any [`CharterStoreError`]; nothing has changed then.
    pub fn read_again(&mut self) -> Result<bool, CharterStoreError> {
        let files = files::count(&self.folder)?;
        if files == self.files {
            return Ok(false);
        }
        let mut any = false;
        for signed in files::read_folder(&self.folder)?.into_values().flatten() {
            let is_newer = signed.body.version >= self.newest.version();
            any |= is_newer && !matches!(self.add(signed)?, Added::Known);
        }
        self.files = files;
        Ok(any)
    }

    /// The newest version.
    #[must_use]
    pub fn charter(&self) -> &Charter {
        &self.newest
    }

    /// When each version at hand says it was issued, those of other charters of the newest version too.
    pub fn issued(&self) -> impl Iterator<Item = u64> {
        self.versions.iter().chain(&self.twins).map(|version| version.body.issued)
    }

    /// When the first version that stands and has a keyset says it was issued; nothing if none has it.
    #[must_use]
    pub fn first_issued(&self, keyset: KeysetId) -> Option<u64> {
        let has = |version: &&SignedCharter| version.body.keysets.iter().any(|entry| entry.id == keyset);
        self.versions.iter().find(has).map(|version| version.body.issued)
    }

    /// All versions that stand, from version 1.
    #[must_use]
    pub fn versions(&self) -> &[SignedCharter] {
        &self.versions
    }

    /// Other charters of the newest version, each validly signed: evidence against the stewards who signed both.
    #[must_use]
    pub fn twins(&self) -> &[SignedCharter] {
        &self.twins
    }

    /// Takes a charter that somebody handed in; if it counts, it is on disk when this returns.
    ///
    /// # Errors
    /// [`CharterStoreError::Charter`] if it can't follow, [`CharterStoreError::File`] if the disk refuses.
    pub fn add(&mut self, signed: SignedCharter) -> Result<Added, CharterStoreError> {
        let hash = signed.body.hash();
        if self.versions.iter().chain(&self.twins).any(|held| held.body.hash() == hash) {
            return Ok(Added::Known);
        }
        if signed.body.version == self.newest.version() {
            return self.add_twin(signed);
        }
        let base = self.base(signed.body.previous)?;
        let next = base.succeed(signed.clone())?;
        files::write(&self.folder, &files::name(next.version()), &signed)?;
        self.versions.pop();
        self.versions.extend([base.signed().clone(), signed]);
        self.previous = Some(base);
        self.newest = next;
        self.twins.clear();
        Ok(Added::New)
    }

    fn add_twin(&mut self, twin: SignedCharter) -> Result<Added, CharterStoreError> {
        if !self.newest.is_forked_by(self.previous.as_ref(), twin.clone())? {
            return Ok(Added::Known);
        }
        files::write(&self.folder, &files::twin_name(&twin), &twin)?;
        self.newest = self.newest.clone().forked();
        self.twins.push(twin);
        Ok(Added::Fork)
    }

    /// The charter of the newest version that has this hash: the one that stands, or one of its twins.
    ///
    /// # Errors
    /// [`CharterError::Predecessor`] for any other hash.
    pub fn named(&self, hash: CharterHash) -> Result<Charter, CharterStoreError> {
        let charter = self.base(hash)?;
        if charter.hash() == hash { Ok(charter) } else { Err(CharterError::Predecessor(hash).into()) }
    }

    /// The newest version, or the twin of it that the next version says stands.
    fn base(&self, named: CharterHash) -> Result<Charter, CharterStoreError> {
        match self.twins.iter().find(|twin| twin.body.hash() == named) {
            Some(twin) => Ok(step(self.previous.as_ref(), twin.clone())?.forked()),
            None => Ok(self.newest.clone()),
        }
    }
}

fn step(previous: Option<&Charter>, signed: SignedCharter) -> Result<Charter, CharterError> {
    match previous {
        Some(previous) => previous.succeed(signed),
        None => Charter::genesis(signed),
    }
}

/// The candidate that the next version names (or the first, while there is none), forked if there are others.
fn take_version(
    previous: Option<&Charter>,
    mut candidates: Vec<SignedCharter>,
    named: Option<CharterHash>,
) -> Result<(Charter, Vec<SignedCharter>), CharterError> {
    let at = candidates.iter().position(|candidate| Some(candidate.body.hash()) == named).unwrap_or(0);
    let standing = candidates.remove(at);
    let mut charter = step(previous, standing)?;
    for twin in &candidates {
        if charter.is_forked_by(previous, twin.clone())? {
            charter = charter.forked();
        }
    }
    Ok((charter, candidates))
}

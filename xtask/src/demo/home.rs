//! The folder that everything of the demo lies in.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder, removed in the end unless it was asked for by name.
pub enum Home {
    Passing(TempDir),
    Kept(PathBuf),
}

impl Home {
    /// A temporary folder, or the one named, which must be empty or not there.
    pub fn make(keep: Option<&Path>) -> Result<Self, String> {
        let Some(keep) = keep else {
            let made = tempfile::Builder::new().prefix("ronde-demo-").tempdir();
            return made.map(Self::Passing).map_err(|error| format!("no temporary folder can be made: {error}"));
        };
        let failed = |error: std::io::Error| format!("{} can't be used: {error}", keep.display());
        std::fs::create_dir_all(keep).map_err(failed)?;
        if std::fs::read_dir(keep).map_err(failed)?.next().is_some() {
            return Err(format!("{} is not empty: name a new folder", keep.display()));
        }
        keep.canonicalize().map(Self::Kept).map_err(failed)
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Passing(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }

    /// Empties the folder, for another try.
    pub fn clear(&self) -> std::io::Result<()> {
        for entry in std::fs::read_dir(self.path())? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            } else {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Copies a folder with all in it, permissions too.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

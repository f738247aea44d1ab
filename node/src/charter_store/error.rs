//! Why a charter on disk, or for the disk, is refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ronde_protocol::message::charter::CharterError;
use ronde_protocol::message::codec::BadEncoding;

/// What is wrong with a folder of charters, or with a charter for it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CharterStoreError {
    /// There is no charter in the folder.
    #[error("there is no charter in {}", folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// Version 1 was to begin a folder that holds charters.
    #[error("{} holds a charter already", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// A `.charter` file whose name is no version, or not that of its content.
    #[error("{} is not named after the version it holds", file.display())]
    Name {
        /// The file.
        file: PathBuf,
    },
    /// Versions are missing before this one.
    #[error("{} is there, but the version before it is not", file.display())]
    Gap {
        /// The first file after the gap.
        file: PathBuf,
    },
    /// A file that is no charter.
    #[error("{} is not a charter: {source}", file.display())]
    Encoding {
        /// The file.
        file: PathBuf,
        /// Where it goes wrong.
        #[source]
        source: BadEncoding,
    },
    /// A charter in the folder that is not valid in its place.
    #[error("{} is refused: {source}", file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// The rule it breaks.
        #[source]
        source: CharterError,
    },
    /// A charter that was handed in and is not valid.
    #[error("the charter is refused: {0}")]
    Charter(#[from] CharterError),
    /// The operating system refused.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        #[source]
        source: Arc<std::io::Error>,
    },
}

impl CharterStoreError {
    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source: Arc::new(source) }
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Empty { .. } => {
                "install the charter that the stewards signed: `ronde charter install 000001.charter`".to_owned()
            }
            Self::NotEmpty { .. } => "add later versions to it with `ronde charter install`".to_owned(),
            Self::Name { file } => format!(
                "move {} away and install it with `ronde charter install`, which names it rightly",
                file.display()
            ),
            Self::Gap { .. } => {
                "get the missing versions from another store of the federation, or from the stewards".to_owned()
            }
            Self::Encoding { file, .. } => {
                format!("get {} again from another store or from the stewards: this copy is damaged", file.display())
            }
            Self::Refused { file, .. } => format!(
                "get the charter again from another store of the federation; if it is the same there, the stewards \
                 must mend it (`ronde charter show {}` says what it holds)",
                file.display()
            ),
            Self::Charter(error) => fix_charter(error).to_owned(),
            Self::File { path, .. } => {
                format!("check that {} exists and belongs to the user who runs this command", path.display())
            }
        }
    }
}

/// What to do about a charter that is not valid.
#[must_use]
pub fn fix_charter(error: &CharterError) -> &'static str {
    match error {
        CharterError::Threshold { .. } => {
            "let more stewards sign it: `ronde charter sign --key STEWARD.key FILE`; if the stewards change, those of \
             the version before must sign too"
        }
        CharterError::Version { .. } => "install the versions in their order; an older one is never taken back",
        CharterError::OtherFederation(_) => "this charter belongs to another federation: take the right file",
        CharterError::Predecessor(_) | CharterError::UnsettledFork => {
            "the stewards must sign a next version that names the one that stands: `ronde charter new --settles-fork`"
        }
        CharterError::Possession(..) => {
            "ask that store for a new card (`ronde init` with the right --federation and --witness KEYSET:INDEX)"
        }
        CharterError::Signature => "sign the unsigned charter again with `ronde charter sign`",
        CharterError::Removed | CharterError::KeysetChanged(_) => {
            "write the new version from the last one (`ronde charter new --after`), which keeps what must be kept"
        }
        CharterError::Genesis
        | CharterError::Stewards
        | CharterError::Unsorted
        | CharterError::UnknownStore(_)
        | CharterError::WitnessKey(..)
        | CharterError::NodeKey(_)
        | CharterError::RepeatedKey(_)
        | CharterError::TwoSeats(..)
        | CharterError::Quorum(_)
        | CharterError::Keyset(_)
        | CharterError::Rules => "correct the plan and write the charter again with `ronde charter new --plan`",
    }
}

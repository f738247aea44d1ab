//! How asking a witness fails.

use ronde_protocol::message::codec::BadEncoding;
use ronde_protocol::message::ids::WitnessIndex;

use crate::transport::TransportError;

/// Why a witness gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It could not be reached.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Its answer is no message.
    #[error("the witness's answer can't be read: {0}")]
    Answer(#[from] BadEncoding),
    /// The charter gives no address for it.
    #[error("the charter has no address for witness {0}")]
    NoAddress(WitnessIndex),
}

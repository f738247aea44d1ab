//! Short names and addresses in a charter.

use alloc::string::String;

use super::codec::{Decode, Encode, NOT_TEXT};
use crate::limits::MAX_TEXT_BYTES;
use bincode::{
    de::{Decoder, read::Reader},
    error::{DecodeError, EncodeError},
};

/// UTF-8 of at most [`MAX_TEXT_BYTES`] bytes (ENC-8), without control characters (it is shown to people; ENC-9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

/// Text that is too long or can't be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is at most 200 bytes of text without control characters")]
pub struct BadText;

impl Text {
    /// Checks the length and the characters.
    pub fn new(text: impl Into<String>) -> Result<Self, BadText> {
        let text = text.into();
        if text.len() > MAX_TEXT_BYTES || text.chars().any(char::is_control) { Err(BadText) } else { Ok(Self(text)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for Text {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Encode for Text {
    fn encode<E: bincode::enc::Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        super::codec::Bounded::<u8, MAX_TEXT_BYTES>::new(self.0.as_bytes().to_vec())
            .map_err(|_| EncodeError::Other(NOT_TEXT))?
            .encode(encoder)
    }
}

impl<Context> Decode<Context> for Text {
    fn decode<D: Decoder<Context = Context>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let announced = u64::decode(decoder)?;
        let mut space = [0; MAX_TEXT_BYTES];
        let length = usize::try_from(announced).unwrap_or(usize::MAX);
        let Some(bytes) = space.get_mut(..length) else {
            return Err(DecodeError::ArrayLengthMismatch { required: MAX_TEXT_BYTES, found: length });
        };
        decoder.claim_bytes_read(length)?;
        // In one read, so that text that is none is blamed at its beginning.
        decoder.reader().read(bytes)?;
        let text = core::str::from_utf8(bytes).map_err(|inner| DecodeError::Utf8 { inner })?;
        Self::new(text).map_err(|_| DecodeError::Other(NOT_TEXT))
    }
}

bincode::impl_borrow_decode!(Text);

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

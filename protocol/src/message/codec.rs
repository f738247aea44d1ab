//! The one place that turns values into canonical bytes and back.
//!
//! Integers are little endian of their fixed width; an enumeration is a `u32` discriminant and the fields of its
//! variant; a list is a `u64` count and its elements; an option is one byte 0 or 1 and the value; byte arrays stand as
//! they are. There is one encoding per value, and nothing may follow it (ENC-1). `bincode` 2.0.1 writes these bytes
//! today; the tables in `spec/` say them without it, so that it can be replaced with no change on the wire.

use alloc::vec::Vec;
use core::ops::Deref;

pub use bincode::{Decode, Encode};
use bincode::{
    config::{Configuration, Fixint, Limit, LittleEndian},
    de::{Decoder, read::Reader},
    enc::Encoder,
    error::{DecodeError, EncodeError},
};

/// Bytes that one decoding may read: more than any message has, and any record that is kept. Each kind of message and each
/// list has its own, narrower bound; this is the belt to the braces.
const MAX_CLAIM: usize = 32 << 20;

const CONFIG: Configuration<LittleEndian, Fixint, Limit<MAX_CLAIM>> =
    bincode::config::standard().with_little_endian().with_fixed_int_encoding().with_limit::<MAX_CLAIM>();

/// Bytes that are no canonical encoding: the sender's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad encoding at byte {offset}: expected {expected}")]
pub struct BadEncoding {
    /// Where the item that could not be read begins, counted from 0.
    pub offset: usize,
    /// What should have stood there.
    pub expected: Expected,
}

/// What a decoder expected and did not find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Expected {
    /// The message ends too early.
    #[error("more bytes")]
    MoreBytes,
    /// Bytes follow the end of the message.
    #[error("the end of the message")]
    End,
    /// The message is longer than its kind may be.
    #[error("at most {0} bytes")]
    AtMostBytes(usize),
    /// A list is longer than it may be.
    #[error("a list of at most {0}")]
    AtMostItems(usize),
    /// A discriminant that no variant has.
    #[error("a known variant")]
    Variant,
    /// A byte that is neither 0 nor 1.
    #[error("0 or 1")]
    Flag,
    /// Text that is not UTF-8, or has characters that can't be shown.
    #[error("UTF-8 text without control characters")]
    Text,
    /// The bytes decode, but a different encoding of the same value is the canonical one.
    #[error("the canonical encoding")]
    Canonical,
    /// 32 bytes that are no canonical, non-identity group element.
    #[error("a canonical group element that is not the identity")]
    Element,
    /// Elements that must increase strictly do not.
    #[error("strictly increasing elements")]
    Sorted,
}

/// The canonical bytes of a value.
pub fn encode<T: Encode>(value: &T) -> Vec<u8> {
    // Writing into memory can't fail, and no message type has an encoder of its own that does.
    #[allow(clippy::expect_used)]
    bincode::encode_to_vec(value, CONFIG).expect("encoding into memory can't fail")
}

/// Reads one value that takes up `bytes` wholly, in its one canonical encoding.
///
/// `max` bounds the message before anything is read (ENC-2). Nothing may be left over (ENC-10). Hashes, keys, elements,
/// scalars and signatures are bytes here, whatever they are (ENC-11).
pub fn decode<T: Decode<()> + Encode>(bytes: &[u8], max: usize) -> Result<T, BadEncoding> {
    if bytes.len() > max {
        return Err(BadEncoding { offset: max, expected: Expected::AtMostBytes(max) });
    }
    let mut cursor = Cursor { bytes, at: 0, began: 0 };
    let value: T = bincode::decode_from_reader(&mut cursor, CONFIG).map_err(|error| cursor.blame(&error))?;
    if cursor.at != bytes.len() {
        return Err(BadEncoding { offset: cursor.at, expected: Expected::End });
    }
    let canonical = encode(&value);
    if canonical == bytes {
        return Ok(value);
    }
    let same = canonical.iter().zip(bytes).take_while(|(ours, theirs)| ours == theirs).count();
    Err(BadEncoding { offset: same, expected: Expected::Canonical })
}

/// What a text's decoder reports where its bytes are UTF-8 that can't be shown.
pub(super) const NOT_TEXT: &str = "text";

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    began: usize,
}

impl Reader for Cursor<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<(), DecodeError> {
        self.began = self.at;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(found) = rest.get(..into.len()) else {
            return Err(DecodeError::UnexpectedEnd { additional: into.len().saturating_sub(rest.len()) });
        };
        into.copy_from_slice(found);
        self.at = self.at.saturating_add(into.len());
        Ok(())
    }
}

impl Cursor<'_> {
    fn blame(&self, error: &DecodeError) -> BadEncoding {
        let expected = match error {
            // ENC-5.
            DecodeError::UnexpectedEnd { .. } => Expected::MoreBytes,
            // An option's flag (ENC-7) is one byte, a discriminant (ENC-6) four.
            DecodeError::UnexpectedVariant { .. } if self.at.saturating_sub(self.began) == 1 => Expected::Flag,
            DecodeError::UnexpectedVariant { .. } => Expected::Variant,
            DecodeError::InvalidBooleanValue(_) => Expected::Flag,
            DecodeError::ArrayLengthMismatch { required, .. } => Expected::AtMostItems(*required),
            DecodeError::Utf8 { .. } | DecodeError::Other(NOT_TEXT) => Expected::Text,
            DecodeError::LimitExceeded => Expected::AtMostBytes(MAX_CLAIM),
            _ => Expected::Canonical,
        };
        BadEncoding { offset: self.began, expected }
    }
}

/// A list of at most `MAX` elements. A longer one is refused at its count (ENC-3), before room is made for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bounded<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for Bounded<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A list that is longer than its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} elements where at most {max} may stand")]
pub struct TooLong {
    /// How many there were.
    pub found: usize,
    /// How many there may be.
    pub max: usize,
}

impl<T, const MAX: usize> Bounded<T, MAX> {
    /// Refuses more than `MAX` elements.
    pub fn new(items: Vec<T>) -> Result<Self, TooLong> {
        if items.len() > MAX { Err(TooLong { found: items.len(), max: MAX }) } else { Ok(Self(items)) }
    }

    /// The elements.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> TryFrom<Vec<T>> for Bounded<T, MAX> {
    type Error = TooLong;
    fn try_from(items: Vec<T>) -> Result<Self, TooLong> {
        Self::new(items)
    }
}

impl<T, const MAX: usize> Deref for Bounded<T, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T, const MAX: usize> IntoIterator for &'a Bounded<T, MAX> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: serde::Serialize, const MAX: usize> serde::Serialize for Bounded<T, MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<T: Encode, const MAX: usize> Encode for Bounded<T, MAX> {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        Encode::encode(&(self.0.len() as u64), encoder)?;
        self.0.iter().try_for_each(|item| item.encode(encoder))
    }
}

impl<Context, T: Decode<Context>, const MAX: usize> Decode<Context> for Bounded<T, MAX> {
    fn decode<D: Decoder<Context = Context>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let announced = u64::decode(decoder)?;
        let count = usize::try_from(announced).unwrap_or(usize::MAX);
        if count > MAX {
            return Err(DecodeError::ArrayLengthMismatch { required: MAX, found: count });
        }
        // A lying count ends at the end of the message: room grows with what is really there (ENC-4).
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(T::decode(decoder)?);
        }
        Ok(Self(items))
    }
}

impl<'de, Context, T: Decode<Context>, const MAX: usize> bincode::BorrowDecode<'de, Context> for Bounded<T, MAX> {
    fn borrow_decode<D: bincode::de::BorrowDecoder<'de, Context = Context>>(
        decoder: &mut D,
    ) -> Result<Self, DecodeError> {
        Self::decode(decoder)
    }
}

//! Eight characters by which a customer and a shop speak of a grant, checkout or basket, without a name.

use alloc::string::String;
use core::{fmt, str::FromStr};

/// Crockford's base32: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code.
const LENGTH: usize = 8;

/// The first 40 bits of a record's id. Two records may share one: it finds, and opens nothing (TILL-19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderCode([u8; 5]);

/// Text that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code is {LENGTH} letters and digits, such as 4F7K-02MZ")]
pub struct NotACode;

impl OrderCode {
    /// Of a record's id.
    pub const fn of(id: &[u8; 16]) -> Self {
        let [a, b, c, d, e, ..] = *id;
        Self([a, b, c, d, e])
    }

    /// What the ids of all its records begin with.
    pub const fn bytes(&self) -> [u8; 5] {
        self.0
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let digit = |at: usize| DIGITS.get((bits >> (5 * (LENGTH - 1).saturating_sub(at)) & 31) as usize);
        let text: String = (0..LENGTH).filter_map(digit).map(|digit| char::from(*digit)).collect();
        f.write_str(&text)
    }
}

impl FromStr for OrderCode {
    type Err = NotACode;

    /// As people write it: in small letters, with hyphens and spaces, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let (mut bits, mut count) = (0_u64, 0_usize);
        for character in text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let digit = match character.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let value = DIGITS.iter().position(|known| *known == digit).ok_or(NotACode)?;
            bits = (bits << 5) | u64::try_from(value).map_err(|_| NotACode)?;
            count = count.saturating_add(1);
            if count > LENGTH {
                return Err(NotACode);
            }
        }
        let [_, _, _, a, b, c, d, e] = bits.to_be_bytes();
        if count == LENGTH { Ok(Self([a, b, c, d, e])) } else { Err(NotACode) }
    }
}

//! The code of a grant, checkout or basket: what a customer reads out and a shop types in.

use core::fmt;

/// Crockford's alphabet: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bits that one character says.
const BITS: u32 = 5;

/// The first 40 bits of an id. Two ids may share it: it finds, and opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderCode([u8; 5]);

impl OrderCode {
    /// Of an id.
    pub const fn of(id: &[u8; 16]) -> Self {
        let [a, b, c, d, e, ..] = *id;
        Self([a, b, c, d, e])
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e] = self.0;
        let mut bits = u64::from_be_bytes([a, b, c, d, e, 0, 0, 0]);
        for _ in 0..8 {
            bits = bits.rotate_left(BITS);
            let digit = DIGITS.iter().zip(0_u64..).find(|(_, value)| *value == bits & 31);
            fmt::Write::write_char(f, digit.map_or('0', |(digit, _)| char::from(*digit)))?;
        }
        Ok(())
    }
}

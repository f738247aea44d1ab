//! What stands behind the eight characters that a customer reads out: the grants and checkouts whose ids begin so. A code
//! finds, and opens nothing.

use ronde_protocol::machine::till::grant::Grant;

use super::details::{self, Detail, Of};
use super::records::id_of;
use super::{CheckoutView, RecordId, Shop, ShopError};
use crate::store::{Read, Table};

/// Crockford's base32: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code.
const LENGTH: usize = 8;
/// Records that are shown of one code. Two in a trillion share one.
const MOST: usize = 8;

/// The first 40 bits of an id, as people read them to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceCode([u8; 5]);

/// Something behind a code.
#[derive(Debug)]
pub enum Traced {
    /// A grant, and what it was made for.
    Grant(RecordId, Box<Grant>, Option<Detail>),
    /// A checkout, and what it was opened for.
    Checkout(Box<CheckoutView>, Option<Detail>),
}

impl TraceCode {
    /// Of an id.
    #[must_use]
    pub fn of(id: RecordId) -> Self {
        let mut first = [0; 5];
        first.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
        Self(first)
    }

    /// As people write it: small letters, hyphens and spaces, O for 0, I and L for 1.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let signs = text.chars().filter(|sign| !matches!(sign, '-' | ' '));
        let values: Option<Vec<u64>> = signs.map(value).collect();
        let values = values.filter(|values| values.len() == LENGTH)?;
        let bits = values.into_iter().fold(0_u64, |bits, value| (bits << 5) | value);
        let [_, _, _, first @ ..] = bits.to_be_bytes();
        Some(Self(first))
    }
}

fn value(sign: char) -> Option<u64> {
    let plain = match sign.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    DIGITS.iter().zip(0..).find(|(digit, _)| char::from(**digit) == plain).map(|(_, value)| value)
}

impl std::fmt::Display for TraceCode {
    /// In two halves, which are easier to read out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        let bits = self.0.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        for at in (0..LENGTH).rev() {
            let value = bits >> (5 * at) & 31;
            let digit = DIGITS.iter().zip(0..).find(|(_, known)| *known == value);
            f.write_char(digit.map_or('0', |(digit, _)| char::from(*digit)))?;
            if at == LENGTH / 2 {
                f.write_char('-')?;
            }
        }
        Ok(())
    }
}

/// Ids that begin so.
fn ids(read: &dyn Read, table: Table, code: TraceCode) -> Result<Vec<RecordId>, ShopError> {
    let from = [b"i".as_slice(), &code.0].concat();
    let to = [from.as_slice(), &[0xff; 12]].concat();
    let found = read.scan(table, &from, Some(&to), MOST)?;
    Ok(found.iter().filter_map(|(key, _)| id_of(key)).collect())
}

impl Shop {
    /// What stands behind a code, each as it is now.
    pub async fn trace(&self, code: TraceCode) -> Result<Vec<Traced>, ShopError> {
        let (grants, checkouts) = self.0.readers.with(|read| -> Result<_, ShopError> {
            Ok((ids(read, Table::Grant, code)?, ids(read, Table::Checkout, code)?))
        })?;
        let mut found = Vec::new();
        for id in grants {
            found.push(Traced::Grant(id, Box::new(self.grant(id).await?), self.grant_detail(id)?));
        }
        for id in checkouts {
            let detail = self.0.readers.with(|read| details::find(read, Of::Checkout(id)))?;
            found.push(Traced::Checkout(Box::new(self.checkout(id).await?), detail));
        }
        Ok(found)
    }
}

impl Traced {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> RecordId {
        match self {
            Self::Grant(id, ..) => *id,
            Self::Checkout(view, _) => view.id,
        }
    }
}

#[cfg(test)]
mod tests;

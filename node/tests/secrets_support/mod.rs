//! Looks for secrets in what was said.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// A secret, in each way in which somebody could have written it.
pub struct Secret {
    /// What it is.
    pub name: String,
    /// The ways.
    pub spellings: Vec<Vec<u8>>,
}

impl Secret {
    /// Of bytes that nobody could have guessed.
    pub fn bytes(name: impl Into<String>, bytes: &[u8]) -> Self {
        // A part is as bad as the whole, and what `{:?}` makes of bytes goes over lines if it is told to.
        let list = format!("{:?}", &bytes[..8]);
        let list = list.trim_matches(['[', ']']).to_owned();
        let spellings = [
            bytes.to_vec(),
            hex::encode(&bytes[..16]).into_bytes(),
            hex::encode_upper(&bytes[..16]).into_bytes(),
            // Four full groups, the same whatever follows.
            STANDARD.encode(&bytes[..15]).into_bytes(),
            URL_SAFE_NO_PAD.encode(&bytes[..15]).into_bytes(),
            list.into_bytes(),
        ];
        Self { name: name.into(), spellings: spellings.to_vec() }
    }

    /// Of a text.
    pub fn text(name: impl Into<String>, text: &str) -> Self {
        assert!(text.len() > 15, "{text}");
        Self { name: name.into(), spellings: vec![text.as_bytes().to_vec()] }
    }

    /// Whether it was said in any way.
    pub fn is_in(&self, said: &Said<'_>) -> bool {
        self.spellings.iter().any(|spelling| said.holds(spelling))
    }
}

/// What was said, with the places of each pair of bytes: much is looked for in much.
pub struct Said<'s> {
    bytes: &'s [u8],
    pairs: HashMap<[u8; 2], Vec<usize>>,
}

impl<'s> Said<'s> {
    /// All of it.
    pub fn new(bytes: &'s [u8]) -> Self {
        let mut pairs: HashMap<[u8; 2], Vec<usize>> = HashMap::new();
        for (at, pair) in bytes.windows(2).enumerate() {
            pairs.entry([pair[0], pair[1]]).or_default().push(at);
        }
        Self { bytes, pairs }
    }

    fn holds(&self, part: &[u8]) -> bool {
        let places = self.pairs.get(&[part[0], part[1]]);
        places.is_some_and(|places| places.iter().any(|at| self.bytes[*at..].starts_with(part)))
    }
}

/// Names those that were said.
pub fn assert_unsaid(secrets: &[Secret], said: &[u8]) {
    let said = Said::new(said);
    let named: Vec<&str> = secrets.iter().filter(|secret| secret.is_in(&said)).map(|secret| &*secret.name).collect();
    assert!(named.is_empty(), "said: {named:?}");
}

//! What many questions are given: messages in their canonical encoding, a chain of charters, a keyset.

use core::fmt;

use ronde_protocol::{
    limits::{MAX_CHARTER_BYTES, MAX_MESSAGE_BYTES},
    message::{
        charter::{Charter, CharterError, Keyset, SignedCharter},
        codec::{Decode, Encode, decode, encode},
        ids::KeysetId,
        refusal::Refusal,
    },
};

use crate::answer::{Octets, Refused};

impl Octets {
    /// A message's canonical bytes.
    pub fn of<T: Encode>(message: &T) -> Self {
        Self(encode(message))
    }

    /// The message that these bytes are.
    pub fn read<T: Decode<()> + Encode>(&self) -> Result<T, Refused> {
        self.read_within(MAX_MESSAGE_BYTES)
    }

    /// The same for a message whose kind may be longer.
    pub fn read_within<T: Decode<()> + Encode>(&self, max: usize) -> Result<T, Refused> {
        Ok(decode(&self.0, max)?)
    }
}

/// An error by the kebab case of its name.
pub fn named(error: &impl fmt::Debug) -> Refused {
    Refused::named(&kebab(error))
}

/// The kebab case of a variant's name.
pub fn kebab(variant: &impl fmt::Debug) -> String {
    let shown = format!("{variant:?}");
    let name = shown.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

impl From<CharterError> for Refused {
    fn from(error: CharterError) -> Self {
        named(&error)
    }
}

/// The newest charter of a chain that begins with version 1.
pub fn walk(chain: &[Octets]) -> Result<Charter, Refused> {
    let mut newest: Option<Charter> = None;
    for (at, bytes) in chain.iter().enumerate() {
        let next = bytes.read_within(MAX_CHARTER_BYTES).and_then(|signed: SignedCharter| {
            let next = match &newest {
                None => Charter::genesis(signed),
                Some(held) => held.succeed(signed),
            };
            Ok(next?)
        });
        newest = Some(next.map_err(|refused| refused.with("at", at))?);
    }
    newest.ok_or_else(|| CharterError::Genesis.into())
}

/// A keyset of the charter.
pub fn keyset(charter: &Charter, id: u32) -> Result<&Keyset, Refused> {
    charter.keyset(KeysetId(id)).ok_or_else(|| Refused::named("unknown-keyset"))
}

/// A refusal between nodes, with what it says beside its name.
impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let refused = named(&refusal);
        match refusal {
            Refusal::BadEncoding { offset, expected } => {
                refused.with("offset", offset).with("expected", kebab(&expected))
            }
            Refusal::Invalid(rule) => refused.with("rule", kebab(&rule)),
            Refusal::NotVoting(why) => refused.with("why", kebab(&why)),
            Refusal::ClockSkew { ahead } => refused.with("ahead", ahead),
            Refusal::LimitExceeded { left } => refused.with("left", left.0),
            _ => refused,
        }
    }
}

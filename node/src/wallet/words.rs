//! The wallet's 256-bit seed as 24 words of BIP-39: an encoding of the bits, nothing is stretched or salted (COIN-4).

use std::path::Path;

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use super::Trouble;
use crate::secret_file;

/// Which list the words are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum WordList {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl WordList {
    fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::Fr => Language::French,
        }
    }
}

/// The words, with single spaces between them (COIN-3).
pub fn write(seed: &[u8; 32], list: WordList) -> Result<Zeroizing<String>, Trouble> {
    let mnemonic = Mnemonic::from_entropy_in(list.language(), seed)?;
    let mut words = Zeroizing::new(String::with_capacity(24 * 16));
    for word in mnemonic.words() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    Ok(words)
}

/// The seed of a file with 24 words, which only its owner may be able to read. Numbers before the words are passed over,
/// as a new wallet prints them.
pub fn read_file(path: &Path, list: WordList) -> Result<Zeroizing<[u8; 32]>, Trouble> {
    let bytes = secret_file::read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Trouble::NoWords(path.to_owned()))?;
    let mut words = Zeroizing::new(String::with_capacity(text.len()));
    for word in text.split_whitespace().filter(|word| !word.chars().all(|c| c.is_ascii_digit())) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    read(&words, list)
}

/// The seed that 24 words encode; count, words and checksum are checked (COIN-5).
pub fn read(words: &str, list: WordList) -> Result<Zeroizing<[u8; 32]>, Trouble> {
    // Before the words are looked up: of half a seed nobody need know whether its checksum is right.
    let count = words.split_whitespace().count();
    if count != 24 {
        return Err(bip39::Error::BadWordCount(count).into());
    }
    let mnemonic = Mnemonic::parse_in(list.language(), words)?;
    let entropy = Zeroizing::new(mnemonic.to_entropy());
    let seed = entropy.as_slice().try_into().map_err(|_| bip39::Error::BadWordCount(mnemonic.word_count()))?;
    Ok(Zeroizing::new(seed))
}

//! What a shop knows of its customers, and each way in which somebody could have written it down.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::Digest as _;
use ronde_protocol::crypto::{hash, labels};

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Planted {
    /// What it is.
    pub what: &'static str,
    /// As a till's program would have it.
    pub text: &'static str,
}

/// Customers, cards and baskets. Each has letters or digits enough that nothing else in a node's day looks like it.
pub const PLANTED: &[Planted] = &[
    Planted { what: "name", text: "Jeanne Quintard-Lefèvre" },
    Planted { what: "e-mail address", text: " Jeanne.Quintard@courriel-zonnebloem.example " },
    Planted { what: "card number", text: "4970 1012 3456 7890" },
    Planted { what: "loyalty number", text: "FID-0093-55817-2264" },
    Planted { what: "telephone number", text: "+33 6 39 98 71 04" },
    Planted { what: "receipt line", text: "2 x Camembert Mont-d'Ourthe 7,90 EUR" },
    Planted { what: "receipt number", text: "TKT-2026-11-004711-B" },
    Planted { what: "postal address", text: "14 rue des Glycines-Bleues, 35000 Rennes" },
];

/// The text of a planted thing.
pub fn planted(what: &str) -> &'static str {
    PLANTED.iter().find(|planted| planted.what == what).unwrap().text
}

/// One way to write something down.
pub struct Spelling {
    pub how: String,
    pub bytes: Vec<u8>,
}

/// All ways.
pub fn spellings(text: &str) -> Vec<Spelling> {
    let trimmed = text.trim();
    let mut all = Vec::new();
    let forms = [
        ("as it is", trimmed.to_owned()),
        ("in small letters", trimmed.to_lowercase()),
        ("in capitals", trimmed.to_uppercase()),
        ("without spaces", trimmed.split_whitespace().collect()),
        ("letters and digits alone", trimmed.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()),
    ];
    for (form, text) in &forms {
        written(form, text, &mut all);
        hashed(form, text.as_bytes(), &mut all);
    }
    hashed("with its spaces", text.as_bytes(), &mut all);
    // A part is as bad as the whole.
    for part in trimmed.split(' ').filter(|part| part.len() > 7) {
        all.push(Spelling { how: format!("the part {part}"), bytes: part.into() });
        all.push(Spelling { how: format!("the part {part} in small letters"), bytes: part.to_lowercase().into() });
    }
    all
}

fn written(form: &str, text: &str, all: &mut Vec<Spelling>) {
    let mut add = |how: &str, bytes: Vec<u8>| all.push(Spelling { how: format!("{form}, {how}"), bytes });
    let bytes = text.as_bytes();
    let percent = |keep: fn(&u8) -> bool, upper: bool| -> String {
        let one = |byte: &u8| match (keep(byte), upper) {
            (true, _) => char::from(*byte).to_string(),
            (false, true) => format!("%{byte:02X}"),
            (false, false) => format!("%{byte:02x}"),
        };
        bytes.iter().map(one).collect()
    };
    let json = |escape: fn(u16) -> String| -> String {
        text.encode_utf16()
            .map(|unit| if unit < 128 { char::from(unit as u8).to_string() } else { escape(unit) })
            .collect()
    };
    add("plain", bytes.to_vec());
    add("reversed", text.chars().rev().collect::<String>().into_bytes());
    add("bytes reversed", bytes.iter().rev().copied().collect());
    add("UTF-16, little end first", text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    add("UTF-16, big end first", text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    add("Latin-1", text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect());
    add("hex", hex::encode(bytes).into_bytes());
    add("HEX", hex::encode_upper(bytes).into_bytes());
    add("percent", percent(u8::is_ascii_alphanumeric, true).into_bytes());
    add("percent in small letters", percent(u8::is_ascii_alphanumeric, false).into_bytes());
    add(
        "percent, as in a path",
        percent(|byte| byte.is_ascii_alphanumeric() || b"-._~@+,':".contains(byte), true).into_bytes(),
    );
    add(
        "form",
        percent(|byte| byte.is_ascii_alphanumeric() || b"-._*".contains(byte), true).replace("%20", "+").into_bytes(),
    );
    add("JSON escapes", json(|unit| format!("\\u{unit:04x}")).into_bytes());
    add("Rust escapes", text.escape_default().to_string().into_bytes());
    add("a list of numbers", format!("{bytes:?}").trim_matches(['[', ']']).to_owned().into_bytes());
    // Wherever it stands in what is encoded: the digits in the middle, which nothing around it changes.
    for shift in 0..3 {
        let shifted = [&[b' '; 3][..shift], bytes].concat();
        let from = (shift * 8).div_ceil(6);
        let to = shifted.len() * 8 / 6;
        add(&format!("base64 at {shift}"), STANDARD.encode(&shifted).as_bytes()[from..to].to_vec());
        add(&format!("URL-safe base64 at {shift}"), URL_SAFE_NO_PAD.encode(&shifted).as_bytes()[from..to].to_vec());
    }
}

/// Of a hash the first half, which nobody meets by chance.
fn hashed(form: &str, bytes: &[u8], all: &mut Vec<Spelling>) {
    let mut add = |name: &str, digest: &[u8]| {
        let how = |way: &str| format!("{name} of it {form}, {way}");
        all.push(Spelling { how: how("bytes"), bytes: digest[..12].to_vec() });
        all.push(Spelling { how: how("hex"), bytes: hex::encode(&digest[..12]).into_bytes() });
        all.push(Spelling { how: how("HEX"), bytes: hex::encode_upper(&digest[..12]).into_bytes() });
        all.push(Spelling { how: how("base64"), bytes: STANDARD.encode(&digest[..12]).into_bytes() });
        all.push(Spelling { how: how("URL-safe base64"), bytes: URL_SAFE_NO_PAD.encode(&digest[..12]).into_bytes() });
    };
    add("MD5", &md5::Md5::digest(bytes));
    add("SHA-1", &sha1::Sha1::digest(bytes));
    add("SHA-256", &sha2::Sha256::digest(bytes));
    add("SHA-512", &sha2::Sha512::digest(bytes));
    add("BLAKE3", blake3::hash(bytes).as_bytes());
    for (name, label) in labels::ALL {
        add(name, &hash::derive(label, &[bytes]));
    }
}

/// Looks for many things at once.
pub struct Search {
    names: Vec<(usize, String)>,
    things: Vec<String>,
    automaton: AhoCorasick,
}

impl Search {
    /// For these texts, by their names.
    pub fn new<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let things = texts.into_iter().map(|(what, text)| (what.to_owned(), spellings(text)));
        Self::spelled(things)
    }

    /// For these bytes, however they came about.
    pub fn spelled(things: impl IntoIterator<Item = (String, Vec<Spelling>)>) -> Self {
        let (mut names, mut all, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
        for (what, spellings) in things {
            for Spelling { how, bytes } in spellings {
                assert!(bytes.len() > 7, "{what}, {how}: chance writes it too");
                names.push((all.len(), how));
                patterns.push(bytes);
            }
            all.push(what);
        }
        Self { names, things: all, automaton: AhoCorasick::new(patterns).unwrap() }
    }

    /// What is in there: which thing, and how it is written.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<(&str, &str)> {
        let found = self.automaton.find_overlapping_iter(bytes).map(|found| found.pattern().as_usize());
        let distinct: std::collections::BTreeSet<usize> = found.collect();
        distinct.into_iter().map(|at| (&*self.things[self.names[at].0], &*self.names[at].1)).collect()
    }

    /// How many spellings are looked for.
    pub fn len(&self) -> usize {
        self.names.len()
    }
}

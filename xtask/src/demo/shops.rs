//! Who takes part.

/// A shop of the federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its place in every list, from 0.
    pub place: usize,
    pub letter: char,
    pub name: &'static str,
    /// Its folder.
    pub folder: &'static str,
}

pub const A: Shop = Shop { place: 0, letter: 'A', name: "Boulangerie Anselme", folder: "store-a" };
pub const B: Shop = Shop { place: 1, letter: 'B', name: "Librairie Bastide", folder: "store-b" };
pub const C: Shop = Shop { place: 2, letter: 'C', name: "Fromagerie Colas", folder: "store-c" };
pub const D: Shop = Shop { place: 3, letter: 'D', name: "Jardinerie Doris", folder: "store-d" };

/// All of them: n = 4 witnesses.
pub const SHOPS: [Shop; 4] = [A, B, C, D];
/// q: as many of them decide.
pub const QUORUM: usize = 3;

pub const ASSOCIATION: &str = "Le Potager partagé";
pub const CAMPAIGN: &str = "What does the square need first?";
pub const CHOICES: [&str; 2] = ["Bicycle racks", "A bench in the shade"];
pub const OFFER: &str = "A coffee and a croissant";
/// Points that the voucher is worth; its funder is A.
pub const OFFER_VALUE: u64 = 5;
/// Points of a basket that brings a ballot.
pub const BALLOT_MINIMUM: u64 = 10;

impl Shop {
    /// Its number in the charter.
    pub fn id(&self) -> String {
        (self.place + 1).to_string()
    }

    pub fn config(&self) -> String {
        format!("{}/ronde.toml", self.folder)
    }

    /// The token of its till.
    pub fn token(&self) -> String {
        format!("{}/secrets/till.token", self.folder)
    }

    pub fn log(&self) -> String {
        format!("{}/node.log", self.folder)
    }
}

impl std::fmt::Display for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.letter, self.name)
    }
}

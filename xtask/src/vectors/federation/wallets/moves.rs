//! When coins leave their keyset, and coins that came back from a move.

use ronde_protocol::message::{class::Kind, ids::KeysetId};
use ronde_vectors::file::Test;
use serde_json::json;

use super::{
    super::world::{DAY, KEYSET, LATER, NOW, World, bytes},
    seed,
};
use crate::vectors::case::case;

/// Moments.
pub fn times() -> Vec<Result<Test, String>> {
    let world = World::of_years();
    let at = |slug, comment, seed: [u8; 32], device: u32, keyset: KeysetId, denomination: u64| {
        let input = json!({
            "charters": world.shown(), "seed": bytes(&seed), "device": device, "keyset": keyset.0,
            "denomination": denomination,
        });
        let test = case("move-time", slug, "WALLET-38", comment, input).valid()?;
        let years = u64::from(keyset.0 - KEYSET.0);
        let window = NOW + (180 + 365 * years) * DAY..=NOW + (353 + 365 * years) * DAY;
        match test.expected.get("at").and_then(serde_json::Value::as_u64) {
            Some(at) if window.contains(&at) => Ok(test),
            other => Err(format!("{}: {other:?} is not within {window:?}", test.id)),
        }
    };
    let mut narrow = super::super::world::first(&super::super::world::FOUR);
    let mut keysets = narrow.keysets.into_vec();
    keysets[0].issue_until = NOW + 358 * DAY;
    narrow.keysets = super::super::world::list(keysets);
    let narrow = World::of(narrow);
    let input = json!({
        "charters": narrow.shown(), "seed": bytes(&seed()), "device": 0, "keyset": KEYSET.0, "denomination": 8,
    });
    let last = "Issuing ends two days before the end: the last moment is a week before.";
    vec![
        at("of-one", "Coins of 1 point.", seed(), 0, KEYSET, 1),
        at("of-two", "Coins of 2 points leave at another time.", seed(), 0, KEYSET, 2),
        at("of-sixty-four", "Coins of 64 points.", seed(), 0, KEYSET, 64),
        at("of-another-device", "Another device of the same owner.", seed(), 1, KEYSET, 1),
        at("of-another-seed", "Another wallet.", [9; 32], 0, KEYSET, 1),
        at("of-the-next-keyset", "A year later.", seed(), 0, LATER, 1),
        case("move-time", "no-time-left", "WALLET-38", last, input)
            .flag("boundary")
            .gives(json!({"at": NOW + 353 * DAY})),
    ]
}

/// Kinds that a move of 13 points makes.
pub const MOVED: [Kind; 3] =
    [Kind::Points { denomination: 8 }, Kind::Points { denomination: 4 }, Kind::Points { denomination: 1 }];

//! What servers learn of a wallet that searches, measured: printed by
//! `cargo test -p ronde-protocol --test restore_privacy -- --nocapture`, and compared with the tables of chapter 24.
//!
//! Blinded elements are drawn as bytes: to a server they are. Prefixes, buckets and what is asked for are the machines'.

mod federation_support;

use std::collections::BTreeSet;

use federation_support::{Dice, KEYSET, list};
use ronde_protocol::{
    crypto::group::PointBytes,
    limits::{MAX_BUCKET_BITS, MIN_BUCKET_ENTRIES, SEARCH_GAP},
    machine::{wallet::canonical_split, witness::buckets::BucketSizes},
    message::{
        amount::Points,
        bucket::{bucket_number, first_outputs},
        class::{Class, Kind},
        ids::{FederationId, Reference, StoreId},
        order::{Order, Output, Purpose},
    },
};

/// Orders that the wallet in question made.
const OWN: usize = 50;
/// Numbers it asks for in vain: of its own device, and of two more.
const VAIN: usize = 3 * SEARCH_GAP as usize;
/// Other wallets that could have asked.
const OTHERS: usize = 20_000;

fn blinded(dice: &mut Dice) -> PointBytes {
    PointBytes(dice.bytes())
}

/// An order that makes 1 to 200 points.
fn order(dice: &mut Dice, denominations: &[u64]) -> Order {
    let split = canonical_split(Points(dice.roll(200) + 1), denominations).unwrap();
    let output = |denomination| {
        let class = Class { keyset: KEYSET, kind: Kind::Points { denomination } };
        Output { class, blinded: blinded(dice) }
    };
    Order {
        federation: FederationId([1; 32]),
        keyset: KEYSET,
        store: StoreId(1),
        purpose: Purpose::Earn,
        reference: Reference::NONE,
        time: 0,
        inputs: list([]),
        outputs: list(split.into_iter().map(output)),
    }
}

/// What was certified, as its buckets.
struct Town {
    orders: usize,
    bits: u8,
    /// Entries by bucket, at this length.
    sizes: Vec<u64>,
    /// Entries in a bucket that can be at slot 0, if an order were found under each of its B.
    candidates: f64,
    outputs: f64,
}

fn town(orders: usize, dice: &mut Dice) -> Town {
    let denominations: Vec<u64> = (0..12).map(|power| 1 << power).collect();
    let (mut entries, mut all) = (BucketSizes::default(), BucketSizes::default());
    let (mut firsts, mut outputs) = (Vec::new(), 0_usize);
    for _ in 0..orders {
        let order = order(dice, &denominations);
        for output in first_outputs(&order, KEYSET) {
            firsts.push(bucket_number(&output.blinded, MAX_BUCKET_BITS));
            entries.add(bucket_number(&output.blinded, MAX_BUCKET_BITS), 1);
        }
        outputs += order.outputs.len();
        order.outputs.iter().for_each(|output| all.add(bucket_number(&output.blinded, MAX_BUCKET_BITS), 1));
    }
    let bits = entries.longest_prefix();
    let mut sizes = vec![0; 1 << bits];
    firsts.iter().for_each(|number| sizes[usize::try_from(number >> (MAX_BUCKET_BITS - bits)).unwrap()] += 1);
    let all_bits = all.longest_prefix();
    let per_bucket = |total: usize, bits: u8| total as f64 / f64::from(1_u32 << bits);
    let candidates = per_bucket(firsts.len(), all_bits);
    Town { orders, bits, sizes, candidates, outputs: outputs as f64 / orders as f64 }
}

/// The buckets that a wallet with so many orders asks for.
fn questions(dice: &mut Dice, bits: u8, orders: usize) -> Vec<u32> {
    (0..orders + VAIN).map(|_| bucket_number(&blinded(dice), bits)).collect()
}

/// Of wallets that did not make certain orders, the share in per cent that asks for the buckets of all of them; and the share
/// of searches by the wallet that did in which one store of `stores` is asked for all of them itself.
fn suspicion(dice: &mut Dice, town: &Town, orders: usize, stores: u64) -> (f64, f64) {
    let suspected: Vec<u32> = (0..orders).map(|_| bucket_number(&blinded(dice), town.bits)).collect();
    let alike = (0..OTHERS).filter(|_| {
        let asked: BTreeSet<u32> = questions(dice, town.bits, OWN).into_iter().collect();
        suspected.iter().all(|bucket| asked.contains(bucket))
    });
    let alike = alike.count();
    let seen = (0..OTHERS).filter(|_| suspected.iter().all(|_| dice.roll(stores) == 0)).count();
    let percent = |count: usize| 100.0 * count as f64 / OTHERS as f64;
    (percent(alike), percent(seen))
}

const CHAPTER: &str = include_str!("../../spec/24-privacy-considerations.md");

fn row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

#[test]
fn what_a_search_tells_is_what_the_chapter_says() {
    let mut dice = Dice(0x726f_6e64);
    let mut missing = Vec::new();
    let mut say = |line: String| {
        println!("{line}");
        if !CHAPTER.contains(&line) {
            missing.push(line);
        }
    };
    say("| orders | bits | smallest bucket | mean | orders in question if found under each B |".to_owned());
    let towns: Vec<Town> = [500, 5_000, 50_000, 500_000].map(|orders| town(orders, &mut dice)).into();
    for town in &towns {
        let least = *town.sizes.iter().min().unwrap();
        assert!(town.bits == 0 || least >= MIN_BUCKET_ENTRIES, "RESTORE-16");
        let mean = town.sizes.iter().sum::<u64>() / u64::try_from(town.sizes.len()).unwrap();
        say(row(&[
            town.orders.to_string(),
            town.bits.to_string(),
            least.to_string(),
            mean.to_string(),
            format!("{:.0}", town.candidates),
        ]));
    }
    println!("outputs of an order: {:.1}", towns[3].outputs);
    say("| suspected orders | alike of 50,000 | alike of 500,000 | one store of 4 sees them | of 20 |".to_owned());
    for suspected in [1, 2, 3, 5, 10] {
        let (small, four) = suspicion(&mut dice, &towns[2], suspected, 4);
        let (large, twenty) = suspicion(&mut dice, &towns[3], suspected, 20);
        say(row(&[
            suspected.to_string(),
            format!("{small:.1} %"),
            format!("{large:.1} %"),
            format!("{four:.1} %"),
            format!("{twenty:.1} %"),
        ]));
    }
    assert!(missing.is_empty(), "chapter 24 lacks:\n{}", missing.join("\n"));
}

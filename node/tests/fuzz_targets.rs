//! The fuzz targets that need a whole node, on their seeds and on random changes of those: with a sanitizer they take
//! too long to build for every check (`fuzz/README.md`).
#![allow(dead_code, reason = "the targets' helpers serve others, too")]

#[path = "../../fuzz/src/choices.rs"]
mod choices;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
#[path = "../../fuzz/src/frames.rs"]
mod frames;
#[path = "../../fuzz/src/http.rs"]
mod http;
#[path = "federation/orders.rs"]
mod orders_by_hand;
mod raw_quic;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Changed inputs per run of the tests.
const RUNS: usize = 300;

/// A stream of numbers that its seed repeats.
struct Dice(blake3::OutputReader);

impl Dice {
    fn new(seed: [u8; 32]) -> Self {
        Self(blake3::Hasher::new_keyed(&seed).finalize_xof())
    }

    fn below(&mut self, bound: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) as usize % bound.max(1)
    }
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn changed(dice: &mut Dice, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = inputs[dice.below(inputs.len())].clone();
    for _ in 0..dice.below(12) {
        let (at, byte) = (dice.below(bytes.len()), u8::try_from(dice.below(256)).unwrap());
        match dice.below(4) {
            0 if !bytes.is_empty() => bytes[at] = byte,
            1 => bytes.insert(at, byte % 32),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            _ => bytes.extend(inputs[dice.below(inputs.len())].clone()),
        }
    }
    bytes
}

fn run(target: &str, call: fn(&[u8])) {
    let inputs = seeds(target);
    assert!(inputs.len() > 3, "{target} has no seeds");
    let seed: [u8; 32] = match std::env::var("RONDE_FUZZ_SEED") {
        Ok(text) => hex::decode(text).unwrap().try_into().unwrap(),
        Err(_) => ronde_node::entropy::fresh().unwrap(),
    };
    println!("RONDE_FUZZ_SEED={} repeats this", hex::encode(seed));
    inputs.iter().for_each(|input| call(input));
    let mut dice = Dice::new(seed);
    for _ in 0..RUNS {
        let input = changed(&mut dice, &inputs);
        let passed = catch_unwind(AssertUnwindSafe(|| call(&input)));
        assert!(passed.is_ok(), "{target} fails on {}", hex::encode(input));
    }
}

#[test]
fn frames_over_quic_on_seeds_and_changed_ones() {
    run("quic_frames", frames::quic_frames);
}

#[test]
fn requests_over_http_on_seeds_and_changed_ones() {
    run("http_requests", http::http_requests);
}

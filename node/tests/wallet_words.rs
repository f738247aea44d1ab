//! The seed's words are those of the test vectors.

use ronde_node::wallet::words::{self, WordList};
use serde_json::Value;

const VECTORS: &str = include_str!("../../test-vectors/derivations.json");

#[test]
fn words_are_read_and_written_as_the_vectors_say() {
    let suite: Value = serde_json::from_str(VECTORS).unwrap();
    let group = suite["groups"].as_array().unwrap().iter().find(|group| group["type"] == "seed-words").unwrap();
    for test in group["tests"].as_array().unwrap() {
        let list = if test["input"]["language"] == "french" { WordList::Fr } else { WordList::En };
        let read = words::read(test["input"]["words"].as_str().unwrap(), list);
        let said = read.as_ref().map(|seed| hex::encode(**seed)).ok();
        assert_eq!(said.as_deref(), test["expected"]["seed"].as_str(), "{}", test["id"]);
        match read {
            Ok(seed) => {
                let written = words::write(&seed, list).unwrap();
                assert_eq!(Some(written.as_str()), test["expected"]["words"].as_str(), "{}", test["id"]);
            }
            Err(error) => {
                let told = format!("{error}").to_lowercase();
                let about = match test["expected"]["error"].as_str().unwrap() {
                    "bad-word-count" => "word count",
                    "unknown-word" => "unknown word",
                    "invalid-checksum" => "checksum",
                    other => panic!("no such error: {other}"),
                };
                assert!(told.contains(about), "{}: {told}", test["id"]);
            }
        }
    }
}

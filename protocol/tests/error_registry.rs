//! The specification's registry of refusals says what the code says.

use crate::codec_support;

use std::collections::BTreeMap;

use codec_support::every;
use ronde_protocol::message::{
    amount::Points,
    certificate::Certificate,
    codec::encode,
    ids::{FederationId, KeysetId, Reference, StoreId},
    order::{Order, Purpose},
    refusal::{Conflict, ConflictingOrder, NotVoting, Refusal, Rule},
};

const PAGE: &str = include_str!("../../spec/22-errors.md");

/// Rows of the table whose head begins so, without quotes. There are some.
fn table(head: &str) -> Vec<Vec<String>> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(head)).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    let rows: Vec<Vec<String>> = rows.skip(2).map(cells).collect();
    assert!(!rows.is_empty(), "no table begins with {head:?}");
    rows
}

fn refusals() -> Vec<Refusal> {
    let mut all = every::plain_refusals();
    all.extend([
        Refusal::BadEncoding { offset: 0, expected: every::EXPECTED[0] },
        Refusal::Invalid(Rule::Inputs),
        Refusal::ClockSkew { ahead: 1 },
        Refusal::LimitExceeded { left: Points(1) },
        Refusal::NotVoting(NotVoting::Starting),
    ]);
    all
}

fn conflict(certified: bool) -> Refusal {
    let order = Order {
        federation: FederationId([1; 32]),
        keyset: KeysetId(1),
        store: StoreId(1),
        purpose: Purpose::Redeem,
        reference: Reference([2; 32]),
        time: 0,
        inputs: codec_support::list(vec![]),
        outputs: codec_support::list(vec![]),
    };
    let (keyset, digest) = (order.keyset, order.digest());
    let certificate = certified.then(|| Certificate { keyset, digest, votes: codec_support::list(vec![]) });
    Refusal::Conflict(Box::new(Conflict { other: ConflictingOrder::Certified(order), certificate }))
}

/// `BadEncoding { .. }` as `bad-encoding`.
fn kebab(variant: &str) -> String {
    let mut name = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// ERROR-1.
#[test]
fn the_registry_has_a_row_for_each_refusal_with_its_name_and_whether_to_retry() {
    let registry: BTreeMap<String, Vec<String>> =
        table("| refusal | name |").into_iter().map(|row| (row[0].clone(), row)).collect();
    let variants = table("| u32 | variant |");
    assert_eq!(registry.len(), variants.len());
    for refusal in refusals() {
        let debug = format!("{refusal:?}");
        let variant = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap();
        let row = &registry[variant];
        assert_eq!(row[1], kebab(variant));
        assert_eq!(row[3] == "yes", refusal.is_retryable(), "{variant}");
        let number = u32::from_le_bytes(encode(&refusal)[..4].try_into().unwrap());
        assert_eq!(variants[number as usize][..2], [number.to_string(), variant.to_owned()]);
    }
    assert_eq!(refusals().len() + 1, registry.len(), "all but the conflict");
}

/// ERROR-1.
#[test]
fn a_conflict_is_final_with_a_certificate_and_passes_without_one() {
    let rows = table("| the order in the way | certified |");
    for row in rows {
        assert_eq!(row[3] == "yes", conflict(row[1] == "yes").is_retryable(), "{row:?}");
    }
}

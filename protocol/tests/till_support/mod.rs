//! Elements and outputs for tests of tills: real group elements whose secrets nobody needs.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use ronde_protocol::{
    crypto::group::{Point, PointBytes},
    message::{
        class::{Class, Kind},
        ids::{KeysetId, OrderDigest},
        order::{Input, Inputs, Output, Outputs},
    },
};

pub const KEYSET: KeysetId = KeysetId(1);

/// Two digests for state tables.
pub const ONE: OrderDigest = OrderDigest([1; 32]);
pub const OTHER: OrderDigest = OrderDigest([2; 32]);

/// An element that depends on both numbers.
pub fn element(salt: u8, number: u8) -> PointBytes {
    let mut uniform = [salt; 64];
    uniform[0] = number;
    Point::from_uniform_bytes(&uniform).encode()
}

pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

/// Outputs of these kinds, in order.
pub fn outputs(kinds: &[Kind], salt: u8) -> Outputs {
    let mut all: Vec<Output> = (1..)
        .zip(kinds)
        .map(|(number, kind)| Output { class: Class { keyset: KEYSET, kind: *kind }, blinded: element(salt, number) })
        .collect();
    all.sort_by_key(|output| output.blinded);
    all.try_into().unwrap()
}

/// Inputs of these kinds, in order.
pub fn inputs(kinds: &[Kind], salt: u8) -> Inputs {
    let mut all: Vec<Input> =
        (1..).zip(kinds).map(|(number, kind)| Input { kind: *kind, point: element(salt, number) }).collect();
    all.sort_by_key(|input| input.point);
    all.try_into().unwrap()
}

/// The table of the specification's page that begins with this head, row by row.
pub fn specified(page: &str, head: &str) -> Vec<Vec<String>> {
    let table = page.lines().skip_while(|line| !line.starts_with(head)).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    table.skip(2).map(cells).collect()
}

/// The table of a doc comment, row by row, without its two head lines.
pub fn documented(source: &str) -> Vec<Vec<String>> {
    let rows = source.lines().filter_map(|line| line.trim().strip_prefix("/// |"));
    let cells = |row: &str| row.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

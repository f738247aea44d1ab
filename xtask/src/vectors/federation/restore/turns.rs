//! How far a wallet reads whose bucket.

use serde_json::{Value, json};

use super::Tests;
use crate::vectors::case::{Case, case};

/// A bucket that ends after so many pages, with a good evaluation of the order that is looked for.
const fn good(index: u8, pages: u64) -> (u8, u64, bool, bool) {
    (index, pages, true, true)
}

/// The same without it.
const fn bad(index: u8, pages: u64) -> (u8, u64, bool, bool) {
    (index, pages, true, false)
}

/// Longer than anybody reads.
const fn endless(index: u8) -> (u8, u64, bool, bool) {
    (index, 20_000, false, false)
}

/// Silent after so many pages.
const fn silent(index: u8, pages: u64) -> (u8, u64, bool, bool) {
    (index, pages, false, false)
}

fn of(about: (&str, &str), (witnesses, faults): (u8, u8), buckets: &[(u8, u64, bool, bool)]) -> Case {
    let buckets: Vec<Value> = buckets
        .iter()
        .map(|(index, pages, ends, good)| json!({"index": index, "pages": pages, "ends": ends, "good": good}))
        .collect();
    let input = json!({"witnesses": witnesses, "faults": faults, "buckets": buckets});
    case("bucket-turns", about.0, "RESTORE-25", about.1, input)
}

fn gives(case: Case, turns: &[(u8, u64)]) -> Result<ronde_vectors::file::Test, String> {
    let turns: Vec<Value> = turns.iter().map(|(index, pages)| json!({"index": index, "pages": pages})).collect();
    case.gives(json!({"turns": turns}))
}

/// Committees of four and of seven, with liars.
pub fn tests() -> Tests {
    let four = |slug, comment, buckets: &[_]| of((slug, comment), (4, 1), buckets);
    let short = [2, 0, 3, 1].map(|index| good(index, 3));
    let lying_first = [endless(1), good(0, 3), bad(2, 3), good(3, 3)];
    let lying_last = [good(0, 3), bad(2, 3), good(3, 3), endless(1)];
    let long = [endless(1), good(0, 70), bad(2, 70), good(3, 70)];
    let all_long = [0, 1, 2, 3].map(|index| good(index, 70));
    let aside = [good(2, 67), bad(0, 1), good(1, 63), good(3, 63)];
    let seven = [bad(6, 300), endless(5), good(0, 40), good(1, 41), good(2, 40), bad(3, 40), good(4, 90)];
    vec![
        gives(four("three-of-four", "q are read to their end, in the order drawn.", &short), &[(2, 3), (0, 3), (3, 3)]),
        gives(
            four("nothing-found", "Nothing is found: q are read all the same.", &[0, 1, 2, 3].map(|index| bad(index, 1))),
            &[(0, 1), (1, 1), (2, 1)],
        ),
        gives(
            four("a-fourth-for-an-evaluation", "One of three has none: the fourth is read for it.", &[
                good(0, 3),
                bad(1, 3),
                good(2, 3),
                good(3, 5),
            ]),
            &[(0, 3), (1, 3), (2, 3), (3, 5)],
        ),
        gives(
            four("endless-first", "Put aside at 64, and left out at last: 6 pages are enough.", &lying_first).flag("liar"),
            &[(1, 64), (0, 3), (2, 3), (3, 3)],
        ),
        gives(
            four("endless-last", "The same, drawn last.", &lying_last).flag("liar"),
            &[(0, 3), (2, 3), (3, 3), (1, 64)],
        ),
        gives(
            four("endless-beside-long-ones", "Honest buckets of 70 pages: the liar's is read to 140.", &long).flag("liar"),
            &[(1, 64), (0, 64), (2, 64), (3, 64), (1, 64), (0, 6), (2, 6), (3, 6), (1, 12)],
        ),
        gives(
            four("all-long", "All are put aside, and read on in that order.", &all_long).flag("boundary"),
            &[(0, 64), (1, 64), (2, 64), (3, 64), (0, 6), (1, 6), (2, 6)],
        ),
        gives(
            four("an-honest-one-put-aside", "It is read on for the evaluation that an order lacks.", &aside),
            &[(2, 64), (0, 1), (1, 63), (3, 63), (2, 3)],
        ),
        gives(
            of(
                ("two-liars-of-seven", "Five end, after 40, 41, 40, 40 and 90 pages: whoever has more than twice the third most is left out."),
                (7, 2),
                &seven,
            )
            .flag("liar"),
            &[(6, 64), (5, 64), (0, 40), (1, 41), (2, 40), (3, 40), (4, 64), (6, 64), (5, 64), (4, 26)],
        ),
        four("too-few", "Two end, one is silent, one has no end: it is read to the last page allowed.", &[
            good(0, 1),
            endless(1),
            silent(2, 2),
            good(3, 1),
        ])
        .flag("liar")
        .refused(json!({"error": "too-few", "ended": 2})),
        four("all-silent", "Nobody ends.", &[0, 1, 2, 3].map(|index| silent(index, 0)))
            .refused(json!({"error": "too-few", "ended": 0})),
        of(("too-many-faults", "No committee."), (3, 1), &[]).refused(json!({"error": "too-many-faults"})),
    ]
}

//! `bucket-turns`: how far a wallet that searches reads whose bucket.

use ronde_protocol::{machine::wallet::Turns, message::ids::WitnessIndex, quorum::Quorum};
use serde::{Deserialize, Serialize};

use super::given::named;
use crate::answer::Refused;

/// The buckets of a committee's witnesses, in the order in which they were drawn.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnsInput {
    witnesses: usize,
    faults: u8,
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    index: u8,
    pages: usize,
    ends: bool,
    good: bool,
}

/// What was read, one turn after the other.
#[derive(Serialize)]
pub struct Read {
    turns: Vec<Turn>,
}

/// So many pages of one witness's bucket in a row.
#[derive(Serialize)]
pub struct Turn {
    index: u8,
    pages: usize,
}

/// Reads until there is enough, or nobody left.
pub fn turns(TurnsInput { witnesses, faults, buckets }: TurnsInput) -> Result<Read, Refused> {
    let quorum = Quorum::new(witnesses, faults).map_err(|error| named(&error))?;
    let mut turns = Turns::new(quorum, buckets.iter().map(|bucket| WitnessIndex(bucket.index)));
    let (mut read, mut good): (Vec<Turn>, usize) = (Vec::new(), 0);
    while let Some(index) = turns.next(good > 0 && good < quorum.votes()) {
        let bucket = buckets.iter().find(|bucket| bucket.index == index.0).ok_or_else(|| Refused::named("nobody"))?;
        let before: usize = read.iter().filter(|turn| turn.index == index.0).map(|turn| turn.pages).sum();
        if before == bucket.pages {
            turns.handle_silence();
            continue;
        }
        let ended = bucket.ends && before + 1 == bucket.pages;
        good += usize::from(ended && bucket.good);
        match read.last_mut().filter(|turn| turn.index == index.0) {
            Some(turn) => turn.pages += 1,
            None => read.push(Turn { index: index.0, pages: 1 }),
        }
        turns.handle_page(ended);
    }
    if turns.is_answered() {
        Ok(Read { turns: read })
    } else {
        Err(Refused::named("too-few").with("ended", turns.ended()))
    }
}

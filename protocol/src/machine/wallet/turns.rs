//! Whose bucket is read, how far, and when there has been enough of it.
//!
//! A bucket of a liar may have no end. Nobody's is read much further than honest ones are long: whose is long is put
//! aside until the others were asked and are too few (RESTORE-25).

use alloc::vec::Vec;

use crate::{
    limits::{BUCKET_PATIENCE, MAX_BUCKET_PAGES},
    message::ids::WitnessIndex,
    quorum::Quorum,
};

/// The witnesses of a keyset, as their buckets are read one after the other.
#[derive(Clone, Debug)]
pub struct Turns {
    /// Whose buckets are to be read, or read on, the next one last.
    waiting: Vec<Turn>,
    /// Those whose buckets were too long so far, in the order in which they were put aside.
    aside: Vec<Turn>,
    reading: Option<Turn>,
    /// How many pages of one bucket are read, for now.
    patience: usize,
    /// How many pages those buckets had that were read to their end.
    ended: Vec<usize>,
    needed: usize,
    faults: usize,
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    index: WitnessIndex,
    pages: usize,
}

impl Turns {
    /// Buckets are read in this order.
    pub fn new(quorum: Quorum, order: impl IntoIterator<Item = WitnessIndex>) -> Self {
        let mut waiting: Vec<Turn> = order.into_iter().map(|index| Turn { index, pages: 0 }).collect();
        waiting.reverse();
        Self {
            waiting,
            aside: Vec::new(),
            reading: None,
            patience: BUCKET_PATIENCE,
            ended: Vec::new(),
            needed: quorum.votes(),
            faults: quorum.faults(),
        }
    }

    /// Of whom a page is to be read now; none if nobody is left, or q buckets were read to their end and no order that
    /// was found `lacks` a good evaluation of one of q witnesses.
    pub fn next(&mut self, lacks: bool) -> Option<WitnessIndex> {
        if self.reading.is_none() && (lacks || !self.is_answered()) {
            if self.waiting.is_empty() {
                self.take_up();
            }
            self.reading = self.waiting.pop();
        }
        self.reading.map(|turn| turn.index)
    }

    /// Who was put aside is read on. Once q buckets have ended there are at least f + 1 honest ones among them, so that the
    /// (f + 1)-th longest is neither longer than every honest one nor shorter than every honest one; and honest ones
    /// hardly differ. What is more than twice as long is a liar's.
    fn take_up(&mut self) {
        if self.is_answered() {
            let mut ended = self.ended.clone();
            ended.sort_unstable_by(|a, b| b.cmp(a));
            self.patience = ended.get(self.faults).map_or(0, |pages| pages.saturating_mul(2));
        } else {
            self.patience = self.patience.saturating_mul(2);
        }
        let patience = self.patience;
        self.waiting.extend(self.aside.drain(..).filter(|turn| turn.pages < patience).rev());
    }

    /// A page of the bucket that is being read has come; after the last one the bucket has `ended`.
    pub fn handle_page(&mut self, ended: bool) {
        let Some(mut turn) = self.reading.take() else { return };
        turn.pages = turn.pages.saturating_add(1);
        if ended {
            self.ended.push(turn.pages);
        } else if turn.pages < self.patience {
            self.reading = Some(turn);
        } else if turn.pages < MAX_BUCKET_PAGES {
            self.aside.push(turn);
        }
    }

    /// Whoever is being read answers no more, or not well: it is left out.
    pub fn handle_silence(&mut self) {
        self.reading = None;
    }

    /// How many buckets were read to their end.
    pub fn ended(&self) -> usize {
        self.ended.len()
    }

    /// Whether q buckets were.
    pub fn is_answered(&self) -> bool {
        self.ended.len() >= self.needed
    }
}

//! From orders to the logs of witnesses that each hear of them a little later, in an order of their own.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ronde_protocol::message::{
    certificate::Certificate,
    codec::Bounded,
    head::Head,
    ids::KeysetId,
    log::{CertifiedOrder, LogEntry},
    order::Order,
    vote::Vote,
};

use super::{Cheat, Dice, Made, Maker, WITNESSES};

/// Orders that are under way while a witness hears of one.
const LATE: u64 = 40;
/// Orders until its certificate is there, at most so many more.
const CERTIFIED_LATE: u64 = 120;

/// Entries that each witness will write, by when.
pub struct Weaver {
    dice: Dice,
    now: u64,
    drawn: u64,
    waiting: Vec<BTreeMap<(u64, u64), LogEntry>>,
}

impl Weaver {
    /// Follows from a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice(seed ^ 0x0007_ea7e),
            now: 0,
            drawn: 0,
            waiting: (0..WITNESSES).map(|_| BTreeMap::new()).collect(),
        }
    }

    /// Takes an order; gives what each witness writes now, by index.
    pub fn push(&mut self, made: &Made, write: &mut dyn FnMut(u8, LogEntry)) {
        let certificates = certificates(made);
        for witness in 0..WITNESSES {
            let heard = self.now + self.dice.roll(LATE);
            if made.votes.iter().any(|vote| vote.index.0 == witness) {
                self.wait(witness, heard, LogEntry::Voted(made.signed.clone()));
            }
            let which = usize::from(made.sketch.two_certificates && witness % 2 == 1);
            let certified = certified(&made.signed.order, certificates[which].clone());
            let shown = heard + 1 + self.dice.roll(CERTIFIED_LATE);
            self.wait(witness, shown, certified);
        }
        self.now += 1;
        self.flush(self.now, write);
    }

    /// Takes an order, with which somebody cheats if it is the first from a number on that fits; gives a head that was signed
    /// besides, if it is that.
    pub fn push_with(
        &mut self,
        cheat: &mut Option<(Cheat, u64)>,
        maker: &Maker<'_>,
        made: &Made,
        write: &mut dyn FnMut(u8, LogEntry),
    ) -> Option<Head> {
        let fits = |(cheat, from): &mut (Cheat, u64)| made.sketch.number >= *from && cheat.fits(made);
        let now = cheat.take_if(fits).map(|(cheat, _)| cheat);
        let head = now.and_then(|cheat| cheat.commit(maker, made, self));
        if now.is_none_or(Cheat::goes_on) {
            self.push(made, write);
        }
        head
    }

    /// Lets a witness write something that no honest one does, now.
    pub fn slip_in(&mut self, witness: u8, entry: LogEntry) {
        self.wait(witness, self.now, entry);
    }

    /// Gives all that is left.
    pub fn finish(&mut self, write: &mut dyn FnMut(u8, LogEntry)) {
        self.flush(u64::MAX, write);
    }

    fn wait(&mut self, witness: u8, when: u64, entry: LogEntry) {
        self.drawn += 1;
        self.waiting[usize::from(witness)].insert((when, self.drawn), entry);
    }

    fn flush(&mut self, before: u64, write: &mut dyn FnMut(u8, LogEntry)) {
        for (witness, waiting) in (0..).zip(&mut self.waiting) {
            let later = waiting.split_off(&(before, 0));
            for entry in std::mem::replace(waiting, later).into_values() {
                write(witness, entry);
            }
        }
    }
}

/// Of the first q votes, and of the last.
fn certificates(made: &Made) -> [Vec<Vote>; 2] {
    let mut last = made.votes.clone();
    last.sort_by_key(|vote| Reverse(vote.index));
    last.truncate(3);
    last.reverse();
    [made.votes.iter().take(3).copied().collect(), last]
}

/// A certified order with these votes.
pub fn certified(order: &Order, votes: Vec<Vote>) -> LogEntry {
    let keyset: KeysetId = order.keyset;
    let certificate = Certificate { keyset, digest: order.digest(), votes: Bounded::new(votes).unwrap() };
    LogEntry::Certified(CertifiedOrder { order: order.clone(), certificate })
}

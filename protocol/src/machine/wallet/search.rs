//! Searching: which orders a lost wallet of the same seed made is asked of the stores, without telling them whose they
//! are. Nothing here is kept: a search that was cut off begins anew, and finds the same.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    crypto::{Entropy, group::PointBytes},
    limits::SEARCH_GAP,
    machine::durable::Sealed,
    message::{
        bucket::{BucketEntry, BucketError, BucketLength, BucketPage, BucketPlace, BucketQuery, bucket_number},
        charter::{Charter, Keyset},
        evaluation::EvaluationError,
        ids::{KeysetId, OrderDigest, WitnessIndex},
        log::CertifiedOrder,
        order::Seconds,
    },
};

use super::{ClaimedOrder, Place, Recovered, Turns, Wallet, WalletError};

/// Devices in a row of which nothing is found, after which the search ends. The second of them is the wallet's own: one
/// index stays free between two restores, so two are looked at.
const EMPTY_DEVICES: u32 = 2;

/// A search under way.
#[derive(Clone, Debug)]
pub struct Search {
    own: u32,
    device: u32,
    empty: u32,
    keysets: BTreeMap<KeysetId, Line>,
}

/// What is known of one keyset's numbers on the device that is searched.
#[derive(Clone, Debug, Default)]
struct Line {
    bits: Option<u8>,
    asked: BTreeSet<u64>,
    found: Option<u64>,
}

/// Whether anything is to be found at one order number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Of which keyset.
    pub keyset: KeysetId,
    /// The order number.
    pub number: u64,
    device: u32,
    bits: u8,
    blinded: PointBytes,
}

/// A question that is being asked, of one witness after the other, as [`Turns`] says.
#[derive(Debug)]
pub struct Asking {
    question: Question,
    nonce: [u8; 32],
    turns: Turns,
    /// How far each witness's bucket was read.
    readings: BTreeMap<WitnessIndex, Reading>,
    needed: usize,
    pieces: BTreeMap<OrderDigest, Piece>,
    smallest: Option<u64>,
}

/// How far one witness's bucket was read.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    after: Option<BucketPlace>,
    entries: u64,
}

/// An order with the B that is looked for, and who has evaluated it well.
#[derive(Debug)]
struct Piece {
    found: ClaimedOrder,
    good: BTreeSet<WitnessIndex>,
}

/// What a question brought.
#[derive(Clone, Debug)]
pub struct Searched {
    /// Certified orders with the B that was looked for, by whoever made them; unverified.
    pub orders: Vec<ClaimedOrder>,
    /// How many entries the smallest bucket had that was read.
    pub among: u64,
}

impl core::fmt::Debug for Question {
    /// Which B is looked for is nobody's business.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Question").field("keyset", &self.keyset).field("number", &self.number).finish_non_exhaustive()
    }
}

impl Question {
    fn place(&self) -> Place {
        Place { keyset: self.keyset, device: self.device, order: self.number, slot: 0 }
    }
}

impl Search {
    /// Begins with device 0 and every keyset whose witnesses still answer. It does not end before the index of the wallet
    /// that searches, which is not taken for unused.
    pub fn new(wallet: &Wallet, charter: &Charter, now: Seconds) -> Self {
        let served = charter.keysets().filter(|keyset| now <= keyset.evaluate_until());
        let own = wallet.book.device;
        Self { own, device: 0, empty: 0, keysets: served.map(|keyset| (keyset.id(), Line::default())).collect() }
    }

    /// The device that is searched now.
    pub fn device(&self) -> u32 {
        self.device
    }

    /// Keysets whose length of prefixes is not known yet.
    pub fn without_length(&self) -> Vec<KeysetId> {
        self.keysets.iter().filter(|(_, line)| line.bits.is_none()).map(|(id, _)| *id).collect()
    }

    /// Takes what the witnesses of a keyset say of their prefixes. Of n - f and more good answers the (f + 1)-th smallest
    /// counts (RESTORE-24): f liars can neither make it longer than some honest witness says, nor shorter than another.
    ///
    /// # Errors
    /// The number of good answers, if those are too few.
    pub fn handle_lengths(&mut self, keyset: &Keyset, nonce: &[u8; 32], answers: &[BucketLength]) -> Result<u8, usize> {
        let bits = agreed_length(keyset, nonce, answers)?;
        if let Some(line) = self.keysets.get_mut(&keyset.id()) {
            line.bits = Some(bits);
        }
        Ok(bits)
    }

    /// Order numbers that are to be asked for now, of the device that is searched (RESTORE-17): from 0 until
    /// [`SEARCH_GAP`] in a row were not found. None if the device is searched.
    pub fn open(&self) -> Vec<(KeysetId, u64)> {
        let open = self.keysets.iter().flat_map(|(id, line)| {
            let end = line.found.map_or(0, |found| found.saturating_add(1)).saturating_add(SEARCH_GAP);
            (0..end).filter(|number| !line.asked.contains(number)).map(|number| (*id, number))
        });
        open.collect()
    }

    /// Draws the next question among those that are open (RESTORE-18). None if the device is searched, or a length is
    /// missing.
    pub fn next_question(&self, wallet: &Wallet, entropy: Entropy) -> Option<Question> {
        let open = self.open();
        let (keyset, number) = open.get(entropy.draw(open.len())?).copied()?;
        let bits = self.keysets.get(&keyset)?.bits?;
        let place = Place { keyset, device: self.device, order: number, slot: 0 };
        Some(Question { keyset, number, device: self.device, bits, blinded: wallet.blinded_at(&place) })
    }

    /// Notes whether there was an order of this seed's at the number.
    pub fn handle_answer(&mut self, question: &Question, found: bool) {
        if question.device == self.device {
            self.note(question.keyset, question.number, found);
        }
    }

    /// The same of a number of the device that is searched.
    pub fn note(&mut self, keyset: KeysetId, number: u64, found: bool) {
        let Some(line) = self.keysets.get_mut(&keyset) else { return };
        line.asked.insert(number);
        if found {
            line.found = line.found.max(Some(number));
        }
    }

    /// Whether there is no keyset to ask about: a search that looked nowhere has found no index to be free.
    pub fn is_idle(&self) -> bool {
        self.keysets.is_empty()
    }

    /// Goes on with the next device once this one is searched (RESTORE-23). Gives the index that the wallet takes if that
    /// was the last; never, if there is nothing to search.
    pub fn next_device(&mut self) -> Option<u32> {
        if self.is_idle() {
            return None;
        }
        let found = self.keysets.values().any(|line| line.found.is_some());
        self.empty = if found { 0 } else { self.empty.saturating_add(1) };
        if self.empty >= EMPTY_DEVICES && self.device > self.own {
            return Some(self.device);
        }
        self.device = self.device.saturating_add(1);
        for line in self.keysets.values_mut() {
            *line = Line { bits: line.bits, ..Line::default() };
        }
        None
    }
}

/// The length of prefixes that a wallet goes by.
///
/// # Errors
/// The number of good answers, if fewer than n - f.
pub fn agreed_length(keyset: &Keyset, nonce: &[u8; 32], answers: &[BucketLength]) -> Result<u8, usize> {
    let mut stated = BTreeMap::new();
    for answer in answers {
        if let Ok(bits) = answer.verify(keyset, nonce) {
            stated.entry(answer.index).or_insert(bits);
        }
    }
    let mut stated: Vec<u8> = stated.into_values().collect();
    stated.sort_unstable();
    let enough = stated.len() >= keyset.quorum().honest();
    stated.get(keyset.quorum().faults()).copied().filter(|_| enough).ok_or(stated.len())
}

impl Asking {
    /// Asks the keyset's witnesses in random order.
    pub fn new(question: Question, keyset: &Keyset, entropy: Entropy) -> Self {
        let (nonce, order) = entropy.split_two();
        let mut members: Vec<WitnessIndex> = keyset.members().iter().map(|member| member.index()).collect();
        let pieces = order.split(members.len());
        let drawn = pieces.into_iter().filter_map(|piece| piece.draw(members.len()).map(|at| members.swap_remove(at)));
        let turns = Turns::new(keyset.quorum(), drawn.collect::<Vec<_>>());
        Self {
            question,
            nonce: nonce.into_bytes(),
            turns,
            readings: BTreeMap::new(),
            needed: keyset.quorum().votes(),
            pieces: BTreeMap::new(),
            smallest: None,
        }
    }

    /// What to ask of whom now; none if enough was read, or nobody is left. q witnesses are read to the end whether or
    /// not something is found (RESTORE-25), and more only for evaluations that are missing.
    pub fn poll(&mut self) -> Option<(WitnessIndex, BucketQuery)> {
        let lacks = self.pieces.values().any(|piece| piece.good.len() < self.needed);
        let index = self.turns.next(lacks)?;
        let after = self.readings.get(&index).and_then(|reading| reading.after);
        let Question { keyset, bits, blinded, .. } = self.question;
        let number = bucket_number(&blinded, bits);
        Some((index, BucketQuery { keyset, bits, number, after, nonce: self.nonce }))
    }

    /// Takes a piece of the bucket that is being read. One that is no answer ends the reading of this witness's.
    /// Of an entry with the B that is looked for, certificate and evaluation are verified; what is not good is left out.
    pub fn handle_page(&mut self, charter: &Charter, keyset: &Keyset, page: BucketPage) -> Result<(), BucketError> {
        let Some((index, query)) = self.poll() else { return Ok(()) };
        let page = page.verify(keyset, index, &query).inspect_err(|_| self.turns.handle_silence())?;
        let next = page.next();
        let reading = self.readings.entry(index).or_default();
        reading.after = next;
        reading.entries = reading.entries.saturating_add(u64::try_from(page.entries().len()).unwrap_or(u64::MAX));
        if next.is_none() {
            self.smallest = Some(self.smallest.map_or(reading.entries, |least| least.min(reading.entries)));
        }
        let wanted = page.into_entries().into_iter().filter(|entry| entry.blinded == self.question.blinded);
        wanted.for_each(|entry| take(&mut self.pieces, charter, keyset, entry));
        self.turns.handle_page(next.is_none());
        Ok(())
    }

    /// The witness that is being asked does not answer.
    pub fn handle_silence(&mut self) {
        self.turns.handle_silence();
    }

    /// What was found.
    ///
    /// # Errors
    /// How many witnesses were read to the end, if fewer than q.
    pub fn finish(self) -> Result<Searched, usize> {
        if !self.turns.is_answered() {
            return Err(self.turns.ended());
        }
        let orders = self.pieces.into_values().map(|piece| piece.found).collect();
        Ok(Searched { orders, among: self.smallest.unwrap_or(0) })
    }
}

/// An evaluation that its witness signed over a bad proof is handed on with the order, to be kept as evidence (WALLET-29);
/// it is none of those that are needed.
fn take(pieces: &mut BTreeMap<OrderDigest, Piece>, charter: &Charter, keyset: &Keyset, entry: BucketEntry) {
    let BucketEntry { certified: CertifiedOrder { order, certificate }, evaluation, .. } = entry;
    let digest = order.digest();
    let committee = charter.keyset(order.keyset);
    if committee.is_none_or(|committee| certificate.clone().verify(committee, &digest).is_err()) {
        return;
    }
    let good = match evaluation.verify(keyset, &order, &digest) {
        Ok(_) => true,
        Err(EvaluationError::BadProof(_)) => false,
        Err(_) => return,
    };
    let piece = pieces.entry(digest).or_insert_with(|| Piece {
        found: ClaimedOrder { order, certificate, evaluations: Vec::new() },
        good: BTreeSet::new(),
    });
    if good {
        piece.good.insert(evaluation.index);
    }
    // Each witness's bucket has an order once.
    piece.found.evaluations.push(evaluation);
}

impl Wallet {
    /// Before a search. The wallet may be older than what was done with its seed, or know nothing at all: none of its
    /// coins is taken for unspent any more, and nothing is signed or claimed until the search has ended (RESTORE-30).
    pub fn begin_search(&mut self) -> Sealed<()> {
        self.book.searching = true;
        self.book.coins.iter_mut().for_each(|coin| coin.unproven = true);
        self.book.asked.clear();
        Sealed::new(())
    }

    /// Takes what a question brought, as far as it is this seed's: as [`Wallet::recover`], but at the place alone that
    /// was asked for.
    ///
    /// # Errors
    /// Those of [`Wallet::recover`].
    pub fn handle_found(
        &mut self,
        charter: &Charter,
        question: &Question,
        found: ClaimedOrder,
        now: Seconds,
    ) -> Result<Sealed<Recovered>, WalletError> {
        let place = question.place();
        let ClaimedOrder { order, certificate, evaluations } = found;
        let digest = order.digest();
        let find = |wallet: &Self, order: &_| wallet.find_at(order, place);
        let recovered = self.recover_by(charter, order, certificate, &evaluations, now, find)?;
        self.note_found(&digest);
        Ok(recovered)
    }

    /// After a search: the wallet has a device index that none of the seed had (RESTORE-23), and may be used again.
    pub fn end_search(&mut self, device: u32) -> Sealed<()> {
        if device > self.book.device {
            self.book.device = device;
            self.book.next_order.clear();
        }
        self.book.searching = false;
        Sealed::new(())
    }

    /// Whether a search was begun and has not ended.
    pub fn is_searching(&self) -> bool {
        self.book.searching
    }

    pub(super) fn check_not_searching(&self) -> Result<(), WalletError> {
        if self.book.searching { Err(WalletError::Searching) } else { Ok(()) }
    }
}

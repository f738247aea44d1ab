//! Following a peer's log: its pages, and the heads that it signs, until the log was found to extend them.

use alloc::{boxed::Box, vec::Vec};

use bincode::{de::Decoder, enc::Encoder, error::DecodeError, error::EncodeError};

use super::{inquiry::Inquiry, reading::Reading};
use crate::{
    crypto::merkle::Frontier,
    limits::MAX_UNCHECKED_HEADS,
    message::{
        charter::Keyset,
        codec::{Bounded, Decode, Encode},
        evidence::Evidence,
        head::{Head, VerifiedHead},
        ids::{KeysetId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::SignedOrder,
        wire::LogPage,
    },
};

/// A head that a peer signed, and of which it is not known yet whether the peer's log extends it (LOG-22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Unchecked {
    /// As it was verified.
    head: Head,
    /// Drawn by whoever keeps it: of too many, the one with the largest goes (LOG-23).
    chance: u64,
    /// Whether the entries lead through it that were read. If these do not lead to a head in the end, others are read.
    met: bool,
}

impl Unchecked {
    /// Which head.
    pub fn head(&self) -> &Head {
        &self.head
    }
}

/// How far a peer's log has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    log: Reading,
    /// The highest head seen, whether or not its entries were read.
    highest: Option<Head>,
    /// The longest head to which the log was read.
    read: Option<Head>,
    /// A head through which the log does not lead.
    parted: Option<Head>,
    /// The others that were seen, until the log was read to a head that extends them.
    unchecked: Vec<Unchecked>,
    /// How long the log was when it was last read again for heads that had come late.
    reread: u64,
}

/// Why a page of a peer's log is refused. The peer's fault; nothing is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The head is not the peer's.
    #[error("the head of the log is not signed by the witness that sent it")]
    Head,
    /// More entries than the head has, or none though it has more.
    #[error("the page does not fit its head")]
    Length,
    /// The entries do not lead to the signed head.
    #[error("the entries do not hash to the signed head")]
    Root,
}

/// What a page of a peer's log holds for us.
#[derive(Debug)]
pub struct Page {
    /// Certified orders; each must still be checked by [`super::Witness::prepare_certificate`].
    pub certified: Vec<CertifiedOrder>,
    /// Orders that the peer voted for, as they were signed: a store's signature in one is the store's word.
    pub voted: Vec<SignedOrder>,
    /// Whether to read on: the log goes on, or is read again from its beginning for heads that came late.
    pub more: bool,
    /// Whether what was read is the log that the page's head is about, to its end.
    pub whole: bool,
    /// If the peer signed a head of the same size with another root before.
    pub fork: Option<Box<Evidence>>,
}

impl Followed {
    /// Where to go on reading.
    pub fn position(&self) -> u64 {
        self.log.size()
    }

    /// The root over what was read.
    pub fn root(&self) -> [u8; 32] {
        self.log.now().root()
    }

    /// Takes a head that was written down, if it is the highest.
    pub fn keep_head(&mut self, head: Head) {
        if self.highest.is_none_or(|own| head.size > own.size) {
            self.highest = Some(head);
        }
    }

    /// Takes heads that were written down as unchecked.
    pub fn keep_unchecked(&mut self, heads: impl IntoIterator<Item = Unchecked>) {
        for Unchecked { head, chance, .. } in heads {
            if !self.knows(&head) {
                self.add(Unchecked { head, chance, met: false });
            }
        }
    }

    /// Takes a head that was written down as the one from which the log has parted.
    pub fn keep_parted(&mut self, head: Head) {
        self.part(head);
    }

    /// Takes the heads that came to another copy while this one read pages: not those that were unchecked `before`, some of
    /// which were checked by these very pages. Evidence as in [`Followed::handle_head`].
    pub fn join(&mut self, keyset: KeysetId, before: &[Unchecked], other: &Self) -> Option<Box<Evidence>> {
        let mut fork = None;
        for Unchecked { head, chance, .. } in &other.unchecked {
            if !is_among(before.iter().map(|unchecked| unchecked.head), head) {
                fork = fork.or(self.note(keyset, *head, *chance));
            }
        }
        if let Some(head) = other.highest {
            fork = fork.or_else(|| self.fork_with(keyset, &head));
            self.keep_head(head);
        }
        self.parted = self.parted.or(other.parted);
        fork
    }

    /// The highest head seen of this peer.
    pub fn highest(&self) -> Option<&Head> {
        self.highest.as_ref()
    }

    /// The longest head to which the log was read.
    pub fn read(&self) -> Option<&Head> {
        self.read.as_ref()
    }

    /// Heads that the log was not yet found to extend. They must outlive a restart (LOG-24).
    pub fn unchecked(&self) -> &[Unchecked] {
        &self.unchecked
    }

    /// A head through which the log does not lead, until [`Followed::settle`].
    pub fn parted(&self) -> Option<&Head> {
        self.parted.as_ref()
    }

    /// What finds the proof, if the log has parted from a head (LOG-18).
    pub fn inquiry(&self) -> Option<Inquiry> {
        Some(Inquiry::new(self.parted?, self.read, self.heads()))
    }

    /// What there was to find out about [`Followed::parted`] is found out. One proof convicts the peer; without it the
    /// head stays unchecked, as the peer has shown two logs and may show them again. If it was dropped meanwhile it comes
    /// back by a number as in [`Followed::handle_head`].
    pub fn settle(&mut self, proven: bool, chance: u64) {
        let parted = self.parted.take();
        if proven {
            self.unchecked.clear();
        } else if let Some(head) = parted.filter(|head| !is_among(self.unchecked_heads(), head)) {
            // Also if it is the read head, which goes when the log is read to a longer one.
            self.add(Unchecked { head, chance, met: false });
        }
    }

    /// Whether a head of the log is of fewer entries than were read: the peer lost state, or was put back.
    pub fn is_shorter(&self, head: &Head) -> bool {
        head.size < self.position()
    }

    /// Remembers a head (LOG-16, LOG-22), by a number that the driver draws for it and the peer can't foresee; evidence if
    /// another of the same size says something else (LOG-17).
    ///
    /// # Errors
    /// [`PageError::Head`] if its signature does not verify, or it is of another witness than those before.
    pub fn handle_head(
        &mut self,
        keyset: &Keyset,
        head: Head,
        chance: u64,
    ) -> Result<Option<Box<Evidence>>, PageError> {
        if self.is_highest(&head) {
            return Ok(None);
        }
        let head = head.verify(keyset).map_err(|_| PageError::Head)?;
        self.handle_verified_head(keyset.id(), head, chance)
    }

    /// Whether it is the highest head, to the byte: it comes with each answer of one transaction.
    pub fn is_highest(&self, head: &Head) -> bool {
        self.highest == Some(*head) && self.knows(head)
    }

    /// As [`Followed::handle_head`], for whoever verified it before.
    pub fn handle_verified_head(
        &mut self,
        keyset: KeysetId,
        head: VerifiedHead,
        chance: u64,
    ) -> Result<Option<Box<Evidence>>, PageError> {
        let head = head.get();
        if self.highest.is_some_and(|own| own.index != head.index) {
            return Err(PageError::Head);
        }
        Ok(self.note(keyset, head, chance))
    }

    fn note(&mut self, keyset: KeysetId, head: Head, chance: u64) -> Option<Box<Evidence>> {
        let fork = self.fork_with(keyset, &head);
        let known = self.knows(&head);
        self.keep_head(head);
        if fork.is_some() || known {
            return fork;
        }
        let root = self.log.root_at(head.size);
        let met = root == Some(head.root);
        if root.is_some() && !met {
            self.part(head);
        }
        // What was read to its end stands for all that it extends.
        if !(met && self.read.is_some_and(|read| read.size == self.position() && read.root == self.root())) {
            self.add(Unchecked { head, chance, met });
        }
        None
    }

    /// A head that is kept already proves nothing anew.
    fn fork_with(&self, keyset: KeysetId, head: &Head) -> Option<Box<Evidence>> {
        if is_among(self.heads(), head) {
            return None;
        }
        let old = self.heads().find(|old| old.size == head.size && old.root != head.root)?;
        Some(Box::new(Evidence::Fork { keyset, shorter: old, longer: *head, subtrees: Bounded::default() }))
    }

    fn heads(&self) -> impl DoubleEndedIterator<Item = Head> {
        let kept = [self.highest, self.read, self.parted].into_iter().flatten();
        kept.chain(self.unchecked_heads())
    }

    /// Whether a head need not be kept once more. The highest one is another matter: it goes when a higher one comes.
    fn knows(&self, head: &Head) -> bool {
        is_among([self.read, self.parted].into_iter().flatten().chain(self.unchecked_heads()), head)
    }

    fn unchecked_heads(&self) -> impl DoubleEndedIterator<Item = Head> {
        self.unchecked.iter().map(|unchecked| unchecked.head)
    }

    fn add(&mut self, unchecked: Unchecked) {
        self.unchecked.push(unchecked);
        if self.unchecked.len() > MAX_UNCHECKED_HEADS {
            let last = self.unchecked.iter().enumerate().max_by_key(|(_, unchecked)| unchecked.chance);
            if let Some((place, _)) = last {
                self.unchecked.remove(place);
            }
        }
    }

    fn part(&mut self, from: Head) {
        self.parted = self.parted.or(Some(from));
    }

    /// Compares what was read with the heads of this very size.
    fn meet(&mut self) {
        let size = self.position();
        let here = |head: &Head| head.size == size;
        if !self.heads().any(|head| here(&head)) {
            return;
        }
        let root = self.root();
        for unchecked in &mut self.unchecked {
            unchecked.met |= here(&unchecked.head) && unchecked.head.root == root;
        }
        let other = |head: &Head| here(head) && head.root != root;
        // What was read to before is kept nowhere else once the log is read to the end of another history.
        let was_read = self.read.filter(other);
        self.parted = was_read.or(self.parted).or_else(|| self.heads().find(other));
    }

    /// Everything is read again: which entries were false is not known, or heads have to be met that came late.
    fn begin_again(&mut self) {
        self.log = Reading::default();
        self.unchecked.iter_mut().for_each(|unchecked| unchecked.met = false);
        self.meet();
    }

    /// What was read is the log that a head is about. A head that is shorter than one that was read to before, as after a
    /// page that was refused, does not stand in for it: as soon as the log has grown past that, it parts from it.
    fn arrive(&mut self, head: Head) {
        self.meet();
        if self.read.is_none_or(|read| read.size <= head.size) {
            self.read = Some(head);
            self.unchecked.retain(|unchecked| !unchecked.met);
        }
    }

    /// Whether heads that came too late to be compared are worth reading the log again (LOG-25): only when it has twice the
    /// size as the last time, so that nobody is made to read it more than three times.
    fn is_late(&self) -> bool {
        let late = self.unchecked.iter().any(|unchecked| !unchecked.met && unchecked.head.size <= self.position());
        late && self.parted.is_none() && self.position() >= self.reread.saturating_mul(2)
    }

    /// Reads on. Only *certified* entries are taken over (LOG-14): a peer's votes bind nobody else. Of a page that is
    /// refused nothing is taken over (LOG-13); but its head is the peer's own word, and is kept (LOG-16), by a number as in
    /// [`Followed::handle_head`].
    ///
    /// # Errors
    /// Why the page is refused, if its head does not convict the peer.
    pub fn handle_page(
        &mut self,
        keyset: &Keyset,
        peer: WitnessIndex,
        page: LogPage,
        chance: u64,
    ) -> Result<Page, PageError> {
        if page.head.index != peer {
            return Err(PageError::Head);
        }
        let fork = self.handle_head(keyset, page.head, chance)?;
        let mut next = self.clone();
        let (mut certified, mut voted) = (Vec::new(), Vec::new());
        for entry in page.entries.into_vec() {
            next.log.push(entry.leaf());
            match entry {
                LogEntry::Certified(order) => certified.push(order),
                LogEntry::Voted(signed) => voted.push(signed),
            }
            next.meet();
        }
        let size = next.position();
        if size > page.head.size || (size == self.position() && page.head.size > size) {
            return convicting(fork, PageError::Length);
        }
        let whole = size == page.head.size;
        if whole && next.root() != page.head.root {
            // What was taken over was certified.
            self.begin_again();
            return convicting(fork, PageError::Root);
        }
        *self = next;
        let mut more = !whole;
        if whole {
            self.arrive(page.head);
            if self.is_late() {
                self.reread = size;
                self.begin_again();
                more = true;
            }
        }
        Ok(Page { certified, voted, more, whole, fork })
    }
}

/// A head that is signed twice says the same.
fn is_among(mut heads: impl Iterator<Item = Head>, head: &Head) -> bool {
    heads.any(|known| (known.size, known.root) == (head.size, head.root))
}

/// Of a page that is refused nothing is left but what its very head proves.
fn convicting(fork: Option<Box<Evidence>>, error: PageError) -> Result<Page, PageError> {
    match fork {
        Some(_) => Ok(Page { certified: Vec::new(), voted: Vec::new(), more: false, whole: false, fork }),
        None => Err(error),
    }
}

/// As on disk. Records of before unchecked heads were kept end where these would begin, and so do those without any.
impl Encode for Followed {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.position().encode(encoder)?;
        self.log.now().peaks().to_vec().encode(encoder)?;
        (self.highest, self.read, self.parted).encode(encoder)?;
        if !self.unchecked.is_empty() || self.reread != 0 {
            (&self.unchecked, self.reread).encode(encoder)?;
        }
        Ok(())
    }
}

impl<Context> Decode<Context> for Followed {
    fn decode<D: Decoder<Context = Context>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let (size, peaks) = Decode::decode(decoder)?;
        let log = Frontier::from_parts(size, peaks).ok_or(DecodeError::Other("peaks"))?;
        let (highest, read, parted) = Decode::decode(decoder)?;
        let (unchecked, reread) = match Decode::decode(decoder) {
            Err(DecodeError::UnexpectedEnd { .. }) => (Vec::new(), 0),
            rest => rest?,
        };
        Ok(Self { log: Reading::from(log), highest, read, parted, unchecked, reread })
    }
}

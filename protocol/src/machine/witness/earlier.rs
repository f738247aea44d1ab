//! Reading the logs of an earlier keyset, from which points move into the witness's own (ROLLOVER-5).

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Step, Witness,
    outstanding::{Outstanding, Seen, StoreKeys},
    peers::{Followed, PageError},
    record::{Draft, EarlierView, EarlierWrite, Write},
};
use crate::message::{
    charter::{Charter, Keyset},
    evaluation::outputs_of,
    ids::{KeysetId, OrderDigest, WitnessIndex},
    log::{CertifiedOrder, LogEntry},
    order::{Authorization, Order, Purpose, SignedOrder},
    refusal::Refusal,
    statement::{ClosingStatement, StatementError},
    wire::LogPage,
};

/// What became of a page of an earlier keyset's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlierRead {
    /// It was taken in.
    Taken {
        /// Whether the log goes on.
        more: bool,
    },
    /// It names what the charter does not have yet: to be read again later.
    CharterBehind,
    /// It was refused.
    Refused(PageError),
}

/// A page of an earlier keyset's log with the signatures in it that are good: all that takes long, and needs no state.
#[derive(Clone, Debug)]
pub struct PreparedPage {
    page: LogPage,
    chance: u64,
    by_store: BTreeSet<OrderDigest>,
    certified: BTreeSet<OrderDigest>,
}

impl PreparedPage {
    /// Looks at every signature in a page: of stores under Earns, and of certificates. Its head is kept by a number as in
    /// [`Followed::handle_head`].
    pub fn of(charter: &Charter, keys: &StoreKeys, earlier: &Keyset, page: LogPage, chance: u64) -> Self {
        let (mut by_store, mut certified) = (BTreeSet::new(), BTreeSet::new());
        for entry in &page.entries {
            match entry {
                LogEntry::Voted(SignedOrder { order, authorization: Authorization::Store(signature) })
                    if is_earn_of(order, earlier) =>
                {
                    let digest = order.digest();
                    if keys.signed(order, &digest, signature) {
                        by_store.insert(digest);
                    }
                }
                LogEntry::Voted(_) => {}
                LogEntry::Certified(CertifiedOrder { order, certificate }) => {
                    let digest = order.digest();
                    let committee = charter.keyset(order.keyset);
                    if committee.is_some_and(|keyset| certificate.clone().verify(keyset, &digest).is_ok()) {
                        certified.insert(digest);
                    }
                }
            }
        }
        Self { page, chance, by_store, certified }
    }
}

/// What a page changes, before it is written down.
struct Intake<'v, V> {
    view: &'v V,
    own: KeysetId,
    earlier: &'v Keyset,
    by_store: BTreeSet<OrderDigest>,
    certified: BTreeSet<OrderDigest>,
    seen: BTreeMap<OrderDigest, Seen>,
    sums: Outstanding,
}

impl Witness {
    /// Takes in a page of the log of a witness of an earlier keyset: certified orders are counted once, in however many
    /// logs they stand, Earns only if their store signed them (ROLLOVER-13). The place moves on in the same transaction. A
    /// page that says nothing new writes nothing.
    pub fn decide_earlier_page<V: EarlierView>(
        &self,
        view: &V,
        charter: &Charter,
        earlier: &Keyset,
        peer: WitnessIndex,
        prepared: PreparedPage,
    ) -> Result<Step<EarlierRead>, V::Error> {
        let PreparedPage { page, chance, by_store, certified } = prepared;
        let head = page.head;
        let own = self.keyset().id();
        let mut draft = Draft::new(view, own);
        let before = view.earlier_followed(own, earlier.id(), peer)?.unwrap_or_default();
        let mut followed = before.clone();
        let keep = |draft: &mut Draft<'_, V>, followed: Followed| {
            if followed != before {
                draft.put(Write::Earlier(earlier.id(), EarlierWrite::Followed(peer, Box::new(followed))));
            }
        };
        let read = match followed.handle_page(earlier, peer, page, chance) {
            Ok(read) => read,
            Err(error) => {
                keep(&mut draft, followed);
                return Ok(Step::new(draft, EarlierRead::Refused(error)));
            }
        };
        if let Some(fork) = read.fork {
            draft.put(Write::Evidence(fork));
        }
        let sums = view.outstanding(own, earlier.id())?.unwrap_or_default();
        let summed = sums.clone();
        let mut intake = Intake { view, own, earlier, by_store, certified, seen: BTreeMap::new(), sums };
        for signed in &read.voted {
            intake.take_voted(signed)?;
        }
        for certified in &read.certified {
            if !intake.take_certified(charter, peer, certified)? {
                let mut unread = before.clone();
                // What it convicts the peer of was found above.
                drop(unread.handle_head(earlier, head, chance));
                keep(&mut draft, unread);
                return Ok(Step::new(draft, EarlierRead::CharterBehind));
            }
        }
        // Two heads of one size convict a peer, and show nothing of its log.
        if read.whole {
            intake.sums.read |= peer.bit();
            let statement = view.earlier_statement(own, earlier.id(), peer)?;
            if statement.is_some_and(|statement| ends(&followed, &statement)) {
                intake.sums.closed |= peer.bit();
            }
        }
        intake.write(&mut draft, &summed);
        keep(&mut draft, followed);
        Ok(Step::new(draft, EarlierRead::Taken { more: read.more }))
    }

    /// Keeps the closing statement of a witness of an earlier keyset, the first that it shows.
    pub fn decide_earlier_statement<V: EarlierView>(
        &self,
        view: &V,
        earlier: &Keyset,
        statement: ClosingStatement,
    ) -> Result<Step<Result<(), StatementError>>, V::Error> {
        let own = self.keyset().id();
        let mut draft = Draft::new(view, own);
        let statement = match statement.verify(earlier) {
            Ok(verified) => verified.get(),
            Err(error) => return Ok(Step::new(draft, Err(error))),
        };
        if view.earlier_statement(own, earlier.id(), statement.index)?.is_some() {
            return Ok(Step::new(draft, Ok(())));
        }
        draft.put(Write::Earlier(earlier.id(), EarlierWrite::Statement(statement)));
        let followed = view.earlier_followed(own, earlier.id(), statement.index)?.unwrap_or_default();
        if ends(&followed, &statement) {
            let mut sums = view.outstanding(own, earlier.id())?.unwrap_or_default();
            sums.closed |= statement.index.bit();
            draft.put(Write::Earlier(earlier.id(), EarlierWrite::Outstanding(Box::new(sums))));
        }
        Ok(Step::new(draft, Ok(())))
    }
}

/// Whether what was read is the log that a closing statement is about. A witness that has signed a head of more entries
/// says of the same log now that it is shorter: that closes nothing.
fn ends(followed: &Followed, statement: &ClosingStatement) -> bool {
    let longer = followed.highest().is_some_and(|head| head.size > statement.size);
    followed.position() == statement.size && followed.root() == statement.root && !longer
}

/// Whether an order is one that counts only with its store's signature.
fn is_earn_of(order: &Order, earlier: &Keyset) -> bool {
    order.purpose == Purpose::Earn && order.keyset == earlier.id()
}

impl<V: EarlierView> Intake<'_, V> {
    fn seen(&self, digest: &OrderDigest) -> Result<Seen, V::Error> {
        match self.seen.get(digest) {
            Some(seen) => Ok(*seen),
            None => Ok(self.view.seen(self.own, self.earlier.id(), digest)?.unwrap_or_default()),
        }
    }

    /// The signature under which a store owes an Earn.
    fn take_voted(&mut self, signed: &SignedOrder) -> Result<(), V::Error> {
        let order = &signed.order;
        if !is_earn_of(order, self.earlier) {
            return Ok(());
        }
        let digest = order.digest();
        let mut seen = self.seen(&digest)?;
        if seen.signed || !self.by_store.contains(&digest) {
            return Ok(());
        }
        seen.signed = true;
        if seen.logs != 0 && !seen.counted {
            seen.counted = true;
            self.sums.count(self.earlier.id(), order);
        }
        self.seen.insert(digest, seen);
        Ok(())
    }

    /// False if the charter does not know yet what the order names.
    fn take_certified(
        &mut self,
        charter: &Charter,
        peer: WitnessIndex,
        certified: &CertifiedOrder,
    ) -> Result<bool, V::Error> {
        let order = &certified.order;
        let keyset = match order.check_rules(charter) {
            Ok(keyset) => keyset,
            // What breaks a rule was certified by cheats, and counts for nothing.
            Err(refusal) => return Ok(!matches!(refusal, Refusal::CharterBehind)),
        };
        let digest = order.digest();
        let concerns = keyset.id() == self.earlier.id() || outputs_of(order, self.earlier.id()).next().is_some();
        if !concerns || !self.certified.contains(&digest) {
            return Ok(true);
        }
        let mut seen = self.seen(&digest)?;
        seen.logs |= peer.bit();
        if !seen.counted && (order.purpose != Purpose::Earn || seen.signed) {
            seen.counted = true;
            self.sums.count(self.earlier.id(), order);
        }
        self.seen.insert(digest, seen);
        Ok(true)
    }

    fn write(self, draft: &mut Draft<'_, V>, before: &Outstanding) {
        let earlier = self.earlier.id();
        for (digest, seen) in self.seen {
            draft.put(Write::Earlier(earlier, EarlierWrite::Seen(digest, seen)));
        }
        if self.sums != *before {
            draft.put(Write::Earlier(earlier, EarlierWrite::Outstanding(Box::new(self.sums))));
        }
    }
}

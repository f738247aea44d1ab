//! A store's gateway: takes one order to the quorum, gathers votes, certificate and evaluations, and pushes on until
//! every witness holds the certificate (design section 6, "What a store node does").
//!
//! ```text
//!            q votes                 q evaluations          n evaluations
//! Gathering ---------> Certified --------------> Ready ----------------> Complete
//!     |     |              ^  a certificate handed in
//!     |     | columns refused, too few are left
//!     |     v
//!     |  Dropped
//!     | a certified rival, or too few can still vote
//!     v
//!  Refused
//! ```
//!
//! The caller writes down what [`Gathering::record`] gives before it sends what [`Gathering::requests`] gives: once at
//! the beginning (STORE-3), and again when [`Progress::Certified`] is reported (STORE-10).

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

mod answers;
mod columns;
mod evaluations;
mod moves;
mod record;

use columns::ColumnStock;
use evaluations::Evaluations;
use moves::Moves;
pub use record::OpenOrder;

use crate::{
    machine::own::OwnRequest,
    message::{
        certificate::VerifiedCertificate,
        charter::{Charter, Keyset, Member},
        check::AuthorizedOrder,
        codec::Bounded,
        evaluation::Evaluation,
        evidence::Evidence,
        ids::{OrderDigest, WitnessIndex},
        log::CertifiedOrder,
        order::{Column, Order, SignedOrder, Submission},
        refusal::{Refusal, Rule},
        vote::VerifiedVote,
        wire::{RequestV1, VoteRequest},
    },
};

/// One order on its way through the quorum.
#[derive(Debug)]
pub struct Gathering {
    keyset: Keyset,
    order: Order,
    digest: OrderDigest,
    signed: Option<SignedOrder>,
    /// With its elements decoded, for the witness beside this gateway: until that has been asked.
    authorized: Option<Box<AuthorizedOrder>>,
    columns: ColumnStock,
    votes: BTreeMap<WitnessIndex, VerifiedVote>,
    certificate: Option<VerifiedCertificate>,
    evaluations: Evaluations,
    refusals: BTreeMap<WitnessIndex, Refusal>,
    killed: Option<Refusal>,
    /// This round began with the certificate, so that whoever answers was shown it.
    is_shown: bool,
    /// The committee of the later keyset that the order moves points into, if it does.
    moves: Option<Moves>,
}

/// What an answer changed.
#[derive(Debug)]
pub enum Progress {
    /// Nothing that anybody waits for.
    None,
    /// The order is certified now: write the record down, tell the till, send the new requests. The certificate counts
    /// whatever else its witness said in that answer.
    Certified(Option<Fault>),
    /// One more witness evaluated.
    Evaluated,
    /// The witness refused its column, and another one waits: ask it again.
    AnotherColumn(WitnessIndex),
    /// Too few columns are left that a witness has not refused.
    Dropped,
    /// The order can never be certified.
    Refused,
    /// The witness is at fault, and the answer changed nothing else.
    Faulty(Fault),
}

/// What a witness did wrong.
#[derive(Debug)]
pub enum Fault {
    /// It broke the protocol; what it said counts for nothing.
    Misbehaved(WitnessIndex),
    /// It signed what convicts it.
    Evidence(Box<Evidence>),
}

/// Where the order stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// So many votes.
    Gathering(usize),
    /// Certified, with so many good evaluations.
    Certified {
        /// Of different witnesses, proofs checked.
        evaluations: usize,
        /// Whether they are enough for spendable coins.
        ready: bool,
        /// Whether all witnesses hold the certificate.
        complete: bool,
    },
    /// Its columns were refused and fewer than q are left: it is forgotten here, and may be brought again with good
    /// ones (STORE-28).
    Dropped,
    /// Never to be certified, and why.
    Refused(Refusal),
}

impl Submission {
    /// Checks everything public: rules, encodings, signature, and that columns fit. Components can't be (STORE-1).
    pub fn check(self, charter: &Charter) -> Result<Gathering, Refusal> {
        let mut gathering = Gathering::of(self.signed.order.clone(), charter)?;
        let sorted = self.columns.windows(2).all(|pair| matches!(pair, [a, b] if a.index < b.index));
        let fitting = self.columns.iter().all(|column| {
            column.components.len() == self.signed.order.inputs.len() && gathering.keyset.member(column.index).is_some()
        });
        if !sorted || !fitting || (self.signed.order.inputs.is_empty() && !self.columns.is_empty()) {
            return Err(Rule::Columns.into());
        }
        let authorized = self.signed.check(charter)?.authorize(charter)?;
        gathering.signed = Some(authorized.signed().clone());
        gathering.authorized = Some(Box::new(authorized));
        for column in self.columns.into_vec() {
            gathering.columns.add(column.index, column.components);
        }
        Ok(gathering)
    }
}

impl Gathering {
    /// An order that keeps the rules, with nothing gathered.
    fn of(order: Order, charter: &Charter) -> Result<Self, Refusal> {
        let keyset = order.check_rules(charter)?.clone();
        let moves = Moves::of(&order, charter, &keyset)?;
        Ok(Self {
            digest: order.digest(),
            keyset,
            order,
            signed: None,
            authorized: None,
            columns: ColumnStock::default(),
            votes: BTreeMap::new(),
            certificate: None,
            evaluations: Evaluations::default(),
            refusals: BTreeMap::new(),
            killed: None,
            is_shown: false,
            moves,
        })
    }

    /// Goes on with an order whose certificate was got elsewhere.
    pub fn of_certified(certified: CertifiedOrder, charter: &Charter) -> Result<Self, Refusal> {
        let mut gathering = Self::of(certified.order, charter)?;
        gathering.take_certificate(certified.certificate)?;
        gathering.is_shown = true;
        Ok(gathering)
    }

    /// Adds what the same order brings when it comes again: columns, its signature, its certificate. Whoever brings it
    /// waits for its evaluations, so it counts as held by those alone whose evaluations are here. False if a column could not be kept, because too many of its witness wait (STORE-27).
    pub fn merge(&mut self, other: Self) -> bool {
        if other.digest != self.digest {
            return false;
        }
        self.signed = self.signed.take().or(other.signed);
        if self.certificate.is_none() {
            self.certificate = other.certificate;
        }
        self.forget_holders();
        if self.certificate.is_some() {
            return true;
        }
        let mut kept = true;
        for Column { index, components } in other.columns.into_columns() {
            if !self.votes.contains_key(&index) {
                kept &= self.columns.add(index, components);
                if matches!(self.refusals.get(&index), Some(Refusal::CoinUnknown)) {
                    self.refusals.remove(&index);
                }
            }
        }
        kept
    }

    /// Whether it brings what q witnesses need to vote. A store takes on nothing else (STORE-2).
    pub fn can_be_certified(&self) -> bool {
        self.certificate.is_some()
            || self.order.inputs.is_empty()
            || self.able(|_| true) >= self.keyset.quorum().votes()
    }

    /// Witnesses that have voted, or could by the column at hand, but for those that `may` leaves out.
    fn able(&self, may: impl Fn(&WitnessIndex) -> bool) -> usize {
        let members = self.keyset.members().iter().map(Member::index);
        let able = |index: &WitnessIndex| {
            self.votes.contains_key(index) || (self.columns.in_use(*index).is_some() && may(index))
        };
        members.filter(able).count()
    }

    /// What to send now, and to whom: each witness its own column only, all at once (STORE-4, STORE-5, STORE-11).
    pub fn requests(&self) -> Vec<(WitnessIndex, RequestV1)> {
        let missing = self.keyset.members().iter().map(Member::index);
        match &self.certificate {
            Some(certificate) => {
                let certified =
                    CertifiedOrder { order: self.order.clone(), certificate: certificate.as_certificate().clone() };
                missing
                    .filter(|index| !self.evaluations.good.contains_key(index))
                    .filter(|index| !self.evaluations.bad.contains(index))
                    .map(|index| (index, RequestV1::Certify(certified.clone())))
                    .collect()
            }
            None => missing
                .filter(|index| !self.votes.contains_key(index))
                .filter_map(|index| Some((index, self.vote_request(index)?)))
                .collect(),
        }
    }

    /// The same if nobody waits for the coins: the certificate goes to those alone that do not hold it yet.
    pub fn pushes(&self) -> Vec<(WitnessIndex, RequestV1)> {
        let mut requests = self.requests();
        if self.certificate.is_some() {
            requests.retain(|(index, _)| !self.evaluations.holders.contains(index));
        }
        requests
    }

    /// Witnesses that have written the certificate down, as far as is known.
    pub fn holders(&self) -> impl Iterator<Item = WitnessIndex> {
        self.evaluations.holders.iter().copied()
    }

    /// These have written the certificate down, in answer to what was sent before.
    pub fn remember_holders(&mut self, holders: impl IntoIterator<Item = WitnessIndex>) {
        self.evaluations.holders.extend(holders);
    }

    /// Somebody waits for the evaluations from now on: they are asked of every witness whose evaluation is not here.
    pub fn forget_holders(&mut self) {
        self.evaluations.forget_remembered();
    }

    /// What to ask one witness, after [`Progress::AnotherColumn`].
    pub fn vote_request(&self, index: WitnessIndex) -> Option<RequestV1> {
        let column = self.columns.in_use(index).cloned();
        if column.is_none() && !self.order.inputs.is_empty() {
            return None;
        }
        let votes = Bounded::new(self.votes.values().map(VerifiedVote::get).collect()).unwrap_or_default();
        Some(RequestV1::Vote(VoteRequest { signed: self.signed.clone()?, column, votes }))
    }

    /// The same for the witness of this very store, once: it need not look at what was looked at here of an order that spends
    /// coins, as such a signature does not depend on a charter. Whatever is asked again is asked as of a peer's.
    pub fn own_request(&mut self, index: WitnessIndex) -> Option<OwnRequest> {
        let column = self.columns.in_use(index)?.clone();
        let order = self.authorized.take().filter(|order| order.is_by_coins())?;
        Some(OwnRequest { order, column, votes: self.votes.values().copied().collect() })
    }

    /// There is no witness beside this gateway: nothing is kept for it.
    pub fn without_own_witness(mut self) -> Self {
        self.authorized = None;
        self
    }

    fn is_final(refusal: &Refusal) -> bool {
        !refusal.is_retryable() && !matches!(refusal, Refusal::CoinUnknown)
    }

    /// Too few columns are left, and some were refused.
    fn is_dropped(&self) -> bool {
        let refused = self.refusals.values().any(|refusal| matches!(refusal, Refusal::CoinUnknown));
        let open = |index: &WitnessIndex| !self.refusals.get(index).is_some_and(Self::is_final);
        !self.can_be_certified() || (refused && self.able(open) < self.keyset.quorum().votes())
    }

    /// Where the order stands.
    pub fn standing(&self) -> Standing {
        if self.certificate.is_some() {
            let moves = self.moves.as_ref();
            return Standing::Certified {
                evaluations: self.evaluations.good.len(),
                ready: self.evaluations.are_ready(&self.keyset) && moves.is_none_or(Moves::are_ready),
                complete: self.evaluations.are_complete(&self.keyset) && moves.is_none_or(Moves::are_complete),
            };
        }
        if let Some(refusal) = &self.killed {
            return Standing::Refused(refusal.clone());
        }
        let quorum = self.keyset.quorum();
        let mut finally = self.refusals.values().filter(|refusal| Self::is_final(refusal));
        let refused = finally.clone().count();
        match finally.next() {
            Some(refusal) if quorum.witnesses().saturating_sub(refused) < quorum.votes() => {
                Standing::Refused(refusal.clone())
            }
            _ if self.is_dropped() => Standing::Dropped,
            _ => Standing::Gathering(self.votes.len()),
        }
    }

    /// A refusal that may pass, to be told when a round has ended without a certificate: the one said most often.
    pub fn obstacle(&self) -> Option<&Refusal> {
        let mut kinds: Vec<(&Refusal, usize)> = Vec::new();
        for refusal in self.refusals.values() {
            let kind = core::mem::discriminant(refusal);
            match kinds.iter_mut().find(|(known, _)| core::mem::discriminant(*known) == kind) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => kinds.push((refusal, 1)),
            }
        }
        kinds.into_iter().max_by_key(|(_, count)| *count).map(|(refusal, _)| refusal)
    }

    /// Forgets refusals that may have passed, before another round. What witnesses say of a certificate they say anew.
    pub fn retry(&mut self) {
        self.refusals.retain(|_, refusal| !refusal.is_retryable());
        self.is_shown = self.certificate.is_some();
        self.evaluations.closed.clear();
        self.moves.iter_mut().for_each(Moves::retry);
    }

    /// The body.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Its identity.
    pub fn digest(&self) -> OrderDigest {
        self.digest
    }

    /// The committee.
    pub fn keyset(&self) -> &Keyset {
        &self.keyset
    }

    /// The certificate, once there is one.
    pub fn certificate(&self) -> Option<&VerifiedCertificate> {
        self.certificate.as_ref()
    }

    /// Evaluations gathered so far, of both keysets where points move.
    pub fn evaluations(&self) -> impl Iterator<Item = &Evaluation> {
        self.evaluations.good.values().chain(self.moves.iter().flat_map(Moves::evaluations))
    }

    /// Votes gathered so far.
    pub fn votes(&self) -> usize {
        self.votes.len()
    }
}

//! A store's gateway: takes one order to the quorum, gathers votes, certificate and evaluations, and pushes on until
//! every witness holds the certificate (design section 6, "What a store node does").
//!
//! ```text
//!            q votes                 q evaluations          n evaluations
//! Gathering ---------> Certified --------------> Ready ----------------> Complete
//!     |                    ^  a certificate handed in
//!     | a certified rival, or too few can still vote
//!     v
//!  Refused
//! ```
//!
//! The caller writes down what [`Gathering::record`] gives before it sends what [`Gathering::requests`] gives: once at
//! the beginning (STORE-3), and again when [`Progress::Certified`] is reported (STORE-10).

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

use crate::{
    crypto::group::PointBytes,
    limits::{MAX_INPUTS, MAX_WITNESSES},
    message::{
        certificate::{Certificate, VerifiedCertificate},
        charter::{Charter, Keyset},
        codec::{Bounded, Decode, Encode},
        evaluation::{Evaluation, EvaluationError},
        evidence::{Evidence, conflict},
        ids::{OrderDigest, WitnessIndex},
        log::CertifiedOrder,
        order::{Columns, Order, SignedOrder, Submission},
        refusal::{Refusal, Rule},
        vote::VerifiedVote,
        wire::{ReplyV1, RequestV1, VoteRequest},
    },
};

/// An order that a store has taken on, as it is kept until every witness holds its certificate.
#[derive(Clone, Debug, Encode, Decode)]
pub struct OpenOrder {
    /// The body.
    pub order: Order,
    /// With its authorization and columns, unless it came with its certificate.
    pub submission: Option<Submission>,
    /// Its certificate, once there is one.
    pub certificate: Option<Certificate>,
    /// Witnesses that are known to have written the certificate down.
    pub holders: Bounded<WitnessIndex, MAX_WITNESSES>,
}

/// One order on its way through the quorum.
#[derive(Debug)]
pub struct Gathering {
    keyset: Keyset,
    order: Order,
    digest: OrderDigest,
    signed: Option<SignedOrder>,
    columns: BTreeMap<WitnessIndex, Bounded<PointBytes, MAX_INPUTS>>,
    votes: BTreeMap<WitnessIndex, VerifiedVote>,
    certificate: Option<VerifiedCertificate>,
    evaluations: BTreeMap<WitnessIndex, Evaluation>,
    holders: BTreeMap<WitnessIndex, ()>,
    refusals: BTreeMap<WitnessIndex, Refusal>,
    killed: Option<Refusal>,
}

/// What an answer changed.
#[derive(Debug)]
pub enum Progress {
    /// Nothing that anybody waits for.
    None,
    /// The order is certified now: write the record down, tell the till, send the new requests.
    Certified,
    /// One more witness evaluated.
    Evaluated,
    /// The order can never be certified.
    Refused,
    /// The witness broke the protocol; the answer counts for nothing.
    Misbehaved(WitnessIndex),
    /// The witness signed what convicts it.
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
    /// Never to be certified, and why.
    Refused(Refusal),
}

impl Submission {
    /// Checks everything public: rules, encodings, signature, and that columns fit. Components can't be (STORE-1).
    pub fn check(self, charter: &Charter) -> Result<Gathering, Refusal> {
        let keyset = self.signed.order.check_rules(charter)?.clone();
        let sorted = self.columns.windows(2).all(|pair| matches!(pair, [a, b] if a.index < b.index));
        let fitting = self.columns.iter().all(|column| {
            column.components.len() == self.signed.order.inputs.len() && keyset.member(column.index).is_some()
        });
        if !sorted || !fitting || (self.signed.order.inputs.is_empty() && !self.columns.is_empty()) {
            return Err(Rule::Columns.into());
        }
        let authorized = self.signed.check(charter)?.authorize(charter)?;
        let columns = self.columns.into_vec().into_iter().map(|column| (column.index, column.components)).collect();
        Ok(Gathering {
            columns,
            signed: Some(authorized.signed().clone()),
            ..Gathering::of(keyset, authorized.order().clone())
        })
    }
}

impl Gathering {
    fn of(keyset: Keyset, order: Order) -> Self {
        Self {
            digest: order.digest(),
            keyset,
            order,
            signed: None,
            columns: BTreeMap::new(),
            votes: BTreeMap::new(),
            certificate: None,
            evaluations: BTreeMap::new(),
            holders: BTreeMap::new(),
            refusals: BTreeMap::new(),
            killed: None,
        }
    }

    /// Goes on with an order whose certificate was got elsewhere.
    pub fn of_certified(certified: CertifiedOrder, charter: &Charter) -> Result<Self, Refusal> {
        let keyset = certified.order.check_rules(charter)?.clone();
        let mut gathering = Self::of(keyset, certified.order);
        gathering.take_certificate(certified.certificate)?;
        Ok(gathering)
    }

    /// Goes on where a stopped node left off (STORE-13). Checked again: disks are trusted no more than peers.
    pub fn resume(record: OpenOrder, charter: &Charter) -> Result<Self, Refusal> {
        let mut gathering = match record.submission {
            Some(submission) => submission.check(charter)?,
            None => Self::of(record.order.check_rules(charter)?.clone(), record.order),
        };
        if let Some(certificate) = record.certificate {
            gathering.take_certificate(certificate)?;
        }
        gathering.holders = record.holders.iter().map(|index| (*index, ())).collect();
        Ok(gathering)
    }

    /// Columns that an earlier submission of the same order did not bring, and its signature if that was missing.
    pub fn merge(&mut self, other: Self) {
        if other.digest == self.digest {
            // The spend signature is public once a witness has voted, so a stranger may bring worthless columns: one
            // that its witness has not turned down stays (STORE-14).
            for (index, column) in other.columns {
                let turned_down = matches!(self.refusals.get(&index), Some(Refusal::NoColumn | Refusal::CoinUnknown));
                if turned_down || !self.columns.contains_key(&index) {
                    self.refusals.remove(&index);
                    self.columns.insert(index, column);
                }
            }
            self.signed = self.signed.take().or(other.signed);
            if self.certificate.is_none() {
                self.certificate = other.certificate;
            }
        }
    }

    /// Whether it brings what q witnesses need to vote. A store takes on nothing else (STORE-2).
    pub fn can_be_certified(&self) -> bool {
        self.certificate.is_some() || self.order.inputs.is_empty() || self.columns.len() >= self.keyset.quorum().votes()
    }

    /// What is to be on disk before the next request leaves. Columns go once all witnesses hold the certificate: then
    /// the whole record does (STORE-12).
    pub fn record(&self) -> OpenOrder {
        let columns = self
            .columns
            .iter()
            .map(|(index, components)| crate::message::order::Column { index: *index, components: components.clone() });
        let submission = self
            .signed
            .clone()
            .and_then(|signed| Some(Submission { signed, columns: Columns::new(columns.collect::<Vec<_>>()).ok()? }));
        OpenOrder {
            order: self.order.clone(),
            submission,
            certificate: self.certificate.as_ref().map(|certificate| certificate.as_certificate().clone()),
            holders: Bounded::new(self.holders.keys().copied().collect()).unwrap_or_default(),
        }
    }

    /// What to send now, and to whom: each witness its own column only, all at once (STORE-4, STORE-5, STORE-11).
    pub fn requests(&self) -> Vec<(WitnessIndex, RequestV1)> {
        let missing = self.keyset.members().iter().map(crate::message::charter::Member::index);
        match &self.certificate {
            Some(certificate) => {
                let certified =
                    CertifiedOrder { order: self.order.clone(), certificate: certificate.as_certificate().clone() };
                missing
                    .filter(|index| !self.evaluations.contains_key(index))
                    .map(|index| (index, RequestV1::Certify(certified.clone())))
                    .collect()
            }
            None => missing
                .filter(|index| !self.votes.contains_key(index))
                .filter_map(|index| Some((index, self.vote_request(index)?)))
                .collect(),
        }
    }

    fn vote_request(&self, index: WitnessIndex) -> Option<RequestV1> {
        let column = self.columns.get(&index).cloned();
        if column.is_none() && !self.order.inputs.is_empty() {
            return None;
        }
        let votes = Bounded::new(self.votes.values().map(VerifiedVote::get).collect()).unwrap_or_default();
        Some(RequestV1::Vote(VoteRequest { signed: self.signed.clone()?, column, votes }))
    }

    /// A witness's answer to one of the requests (STORE-7, STORE-9).
    pub fn handle_reply(&mut self, index: WitnessIndex, reply: ReplyV1) -> Progress {
        match reply {
            ReplyV1::Voted(voted) if voted.vote.index == index => {
                let Ok(vote) = voted.vote.verify(&self.keyset, &self.digest) else {
                    return Progress::Misbehaved(index);
                };
                self.refusals.remove(&index);
                self.votes.insert(index, vote);
                self.try_certify()
            }
            ReplyV1::Certified(certified) => {
                let certified_before = self.certificate.is_some();
                if self.take_certificate(certified.certificate).is_err() {
                    return Progress::Misbehaved(index);
                }
                match self.take_evaluation(index, certified.evaluation) {
                    Progress::Evaluated if !certified_before => Progress::Certified,
                    progress => progress,
                }
            }
            ReplyV1::Refused(refusal) => self.handle_refusal(index, refusal),
            ReplyV1::Voted(_)
            | ReplyV1::Order(_)
            | ReplyV1::Feed(_)
            | ReplyV1::Log(_)
            | ReplyV1::NewestHead(_)
            | ReplyV1::Charter(_) => Progress::Misbehaved(index),
        }
    }

    fn try_certify(&mut self) -> Progress {
        if self.certificate.is_some() {
            return Progress::None;
        }
        let votes: Vec<VerifiedVote> = self.votes.values().copied().collect();
        self.certificate = Certificate::assemble(&self.keyset, self.digest, &votes);
        if self.certificate.is_some() { Progress::Certified } else { Progress::None }
    }

    fn take_certificate(&mut self, certificate: Certificate) -> Result<(), Refusal> {
        let verified = certificate.verify(&self.keyset, &self.digest).map_err(|_| Refusal::BadCertificate)?;
        self.certificate.get_or_insert(verified);
        Ok(())
    }

    fn take_evaluation(&mut self, index: WitnessIndex, evaluation: Evaluation) -> Progress {
        if evaluation.index != index {
            return Progress::Misbehaved(index);
        }
        match evaluation.verify(&self.keyset, &self.order, &self.digest) {
            Ok(_) => {
                self.holders.insert(index, ());
                self.evaluations.insert(index, evaluation);
                Progress::Evaluated
            }
            Err(EvaluationError::BadProof(_)) => {
                // Its signature is good: it wrote the certificate down, and will never evaluate better.
                self.holders.insert(index, ());
                Progress::Evidence(Box::new(Evidence::BadEvaluation { order: self.order.clone(), evaluation }))
            }
            Err(_) => Progress::Misbehaved(index),
        }
    }

    /// A certified rival kills the order, if its certificate is good and it really is one. Otherwise one refusal is one
    /// witness's word, and the order is refused when too few are left to make q (STORE-8).
    fn handle_refusal(&mut self, index: WitnessIndex, refusal: Refusal) -> Progress {
        if let Refusal::Conflict(found) = &refusal
            && let Some(certificate) = &found.certificate
        {
            let rival = found.other.order();
            let good =
                conflict(rival, &self.order) && certificate.clone().verify(&self.keyset, &rival.digest()).is_ok();
            if !good {
                return Progress::Misbehaved(index);
            }
            self.killed = Some(refusal);
            return Progress::Refused;
        }
        self.refusals.insert(index, refusal);
        if matches!(self.standing(), Standing::Refused(_)) { Progress::Refused } else { Progress::None }
    }

    /// Where the order stands.
    pub fn standing(&self) -> Standing {
        let quorum = self.keyset.quorum();
        if self.certificate.is_some() {
            let evaluations = self.evaluations.len();
            return Standing::Certified {
                evaluations,
                ready: evaluations >= quorum.votes(),
                complete: self.holders.len() >= quorum.witnesses(),
            };
        }
        if let Some(refusal) = &self.killed {
            return Standing::Refused(refusal.clone());
        }
        let mut finally = self.refusals.values().filter(|refusal| !refusal.is_retryable());
        let refused = finally.clone().count();
        match finally.next() {
            Some(refusal) if quorum.witnesses().saturating_sub(refused) < quorum.votes() => {
                Standing::Refused(refusal.clone())
            }
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

    /// Forgets refusals that may have passed, before another round.
    pub fn retry(&mut self) {
        self.refusals.retain(|_, refusal| !refusal.is_retryable());
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

    /// Evaluations gathered so far.
    pub fn evaluations(&self) -> impl Iterator<Item = &Evaluation> {
        self.evaluations.values()
    }

    /// Votes gathered so far.
    pub fn votes(&self) -> usize {
        self.votes.len()
    }
}

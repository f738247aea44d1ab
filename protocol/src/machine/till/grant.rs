//! A grant: points, a ballot and vouchers that a till gives away, claimed once by whoever holds its link.

use alloc::collections::BTreeMap;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::signing::ToSign;
use crate::{
    crypto::{Entropy, hash, labels},
    limits::{MAX_GRANT_VOUCHERS, MAX_OUTPUTS},
    message::{
        amount::Points,
        charter::Charter,
        class::Kind,
        codec::{Bounded, Decode, Encode},
        ids::{CampaignId, KeysetId, OfferId, OrderDigest, Reference, StoreId},
        order::{Inputs, Order, Outputs, Purpose, Seconds},
        refusal::Refusal,
    },
};

/// So many vouchers of one offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoucherCount {
    /// Which offer.
    pub offer: OfferId,
    /// How many.
    pub count: u16,
}

/// What a grant gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct GrantTerms {
    /// Points.
    pub points: Points,
    /// One ballot of this campaign.
    pub ballot: Option<CampaignId>,
    /// Vouchers, by increasing offer, each count at least 1.
    pub vouchers: Bounded<VoucherCount, MAX_GRANT_VOUCHERS>,
}

/// Terms that no witness would vote for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Neither points nor vouchers.
    #[error("a grant gives points or vouchers")]
    Empty,
    /// More points than the store may issue in a day.
    #[error("the store may issue {0} points a day")]
    Limit(Points),
    /// More coins than one order carries.
    #[error("a grant gives at most {MAX_OUTPUTS} coins, and vouchers by increasing offer")]
    Vouchers,
    /// The charter known here has no such campaign, or it is over.
    #[error("campaign {0} is unknown or over")]
    Campaign(CampaignId),
    /// A ballot needs more points.
    #[error("a ballot of this campaign comes with at least {0} points")]
    Minimum(Points),
    /// The charter known here has no such offer, it is closed, or this store may not issue it.
    #[error("voucher offer {0} is unknown or closed, or this store may not issue it")]
    Offer(OfferId),
}

impl GrantTerms {
    /// Whether they give nothing that a grant could be made of. (A ballot comes with points.)
    pub fn is_empty(&self) -> bool {
        self.points == Points::ZERO && self.vouchers.is_empty()
    }

    /// Checks what can be known when the grant is made, so that a customer is never handed a grant that must fail.
    pub fn check(&self, store: StoreId, now: Seconds, charter: &Charter) -> Result<(), TermsError> {
        if self.is_empty() {
            return Err(TermsError::Empty);
        }
        let limit = charter.store(store).map_or(Points::ZERO, |store| store.daily_limit);
        if self.points > limit {
            return Err(TermsError::Limit(limit));
        }
        if let Some(id) = self.ballot {
            let campaign =
                charter.campaign(id).filter(|campaign| now < campaign.end).ok_or(TermsError::Campaign(id))?;
            if self.points < campaign.minimum {
                return Err(TermsError::Minimum(campaign.minimum));
            }
        }
        self.check_vouchers(store, charter)
    }

    fn check_vouchers(&self, store: StoreId, charter: &Charter) -> Result<(), TermsError> {
        let sorted = self.vouchers.windows(2).all(|pair| matches!(pair, [a, b] if a.offer < b.offer));
        let coins: usize = self.vouchers.iter().map(|voucher| usize::from(voucher.count)).sum();
        // Half of an order's outputs stay free for the points and the ballot.
        if !sorted || coins > MAX_OUTPUTS / 2 || self.vouchers.iter().any(|voucher| voucher.count == 0) {
            return Err(TermsError::Vouchers);
        }
        for VoucherCount { offer: id, .. } in &self.vouchers {
            let offer = charter.offer(*id).filter(|offer| !offer.closed && offer.issuers.contains(&store));
            offer.ok_or(TermsError::Offer(*id))?;
        }
        Ok(())
    }

    /// Whether the outputs are exactly what is given, coin by coin of each class, points by their sum (STORE-20).
    fn are_met_by(&self, outputs: &Outputs) -> bool {
        let mut points = Points::ZERO;
        let mut ballots = alloc::vec::Vec::new();
        let mut vouchers: BTreeMap<OfferId, u16> = BTreeMap::new();
        for output in outputs {
            match output.class.kind {
                Kind::Points { denomination } => match points.plus(Points(denomination)) {
                    Ok(sum) => points = sum,
                    Err(_) => return false,
                },
                Kind::Ballot { campaign } => ballots.push(campaign),
                // An order has at most 256 outputs, so the count can't reach the bound.
                Kind::Voucher { offer } => {
                    let count = vouchers.entry(offer).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        points == self.points
            && ballots.iter().eq(self.ballot.iter())
            && vouchers.into_iter().eq(self.vouchers.iter().map(|voucher| (voucher.offer, voucher.count)))
    }
}

/// What stands in the fragment of a grant's link: whoever shows it may claim.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct GrantSecret([u8; 32]);

impl GrantSecret {
    /// As it came from the claimer.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the link that the till shows once.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What is stored of it (HTTP-10).
    pub fn hash(&self) -> [u8; 32] {
        hash::derive(labels::GRANT_SECRET_HASH, &[&self.0])
    }

    /// Whether it is the one whose hash was stored; compared in constant time.
    pub fn is_of(&self, hash: &[u8; 32]) -> bool {
        self.hash().ct_eq(hash).into()
    }
}

impl core::fmt::Debug for GrantSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("GrantSecret(redacted)")
    }
}

/// Where a grant stands. The digest is that of the Earn order the store signs for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum GrantState {
    /// Nobody has claimed it.
    Open,
    /// Claimed; the store has signed, the quorum has not certified yet.
    Pending(OrderDigest),
    /// The order is certified.
    Claimed(OrderDigest),
    /// Withdrawn by the till before anyone claimed it.
    Cancelled,
    /// Nobody claimed it in time.
    Expired,
}

/// What can happen to a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantEvent {
    /// Someone with the secret claims it by this order.
    Claim(OrderDigest),
    /// An Earn with its reference is certified.
    Certified(OrderDigest),
    /// The till withdraws it.
    Cancel,
    /// Its expiry has come.
    TimeOver,
}

/// Why a claim or withdrawal is refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GrantError {
    /// It went to other coins already, or can't be withdrawn any more.
    #[error("the grant has been claimed")]
    Claimed,
    /// Too late.
    #[error("the grant has expired")]
    Expired,
    /// Withdrawn by the till.
    #[error("the till withdrew the grant")]
    Cancelled,
    /// Not the secret of this grant.
    #[error("the secret is not the one of this grant's link")]
    Secret,
    /// More, less, or something else than the grant gives.
    #[error("the outputs are not exactly what the grant gives")]
    Outputs,
    /// A rule of the charter forbids it now.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl GrantState {
    /// The state after `event`, or why it can't happen.
    ///
    /// | state | claim d | claim other | certified d | certified other | cancel | time over |
    /// | --- | --- | --- | --- | --- | --- | --- |
    /// | open | pending | pending | claimed | claimed | cancelled | expired |
    /// | pending d | same | refused: claimed | claimed | claimed other | refused: claimed | same |
    /// | claimed d | same | refused: claimed | same | same | refused: claimed | same |
    /// | cancelled | refused: cancelled | refused: cancelled | claimed | claimed | same | same |
    /// | expired | refused: expired | refused: expired | claimed | claimed | same | same |
    ///
    /// A certificate always counts: only this store can have signed the order. It finds the grant in another state than
    /// pending only after an old backup was restored.
    pub fn after(self, event: GrantEvent) -> Result<Self, GrantError> {
        use GrantEvent as E;
        use GrantState as S;
        match (self, event) {
            (S::Open, E::Claim(digest)) => Ok(S::Pending(digest)),
            (S::Open, E::Cancel) => Ok(S::Cancelled),
            (S::Open, E::TimeOver) => Ok(S::Expired),
            (S::Pending(own) | S::Claimed(own), E::Claim(digest)) if own == digest => Ok(self),
            (S::Pending(_) | S::Claimed(_), E::Claim(_) | E::Cancel) => Err(GrantError::Claimed),
            (S::Cancelled, E::Claim(_)) => Err(GrantError::Cancelled),
            (S::Expired, E::Claim(_)) => Err(GrantError::Expired),
            (S::Open | S::Pending(_) | S::Cancelled | S::Expired, E::Certified(digest)) => Ok(S::Claimed(digest)),
            (S::Claimed(_), E::Certified(_)) => Ok(self),
            (S::Cancelled | S::Expired, E::Cancel) => Ok(self),
            (S::Pending(_) | S::Claimed(_) | S::Cancelled | S::Expired, E::TimeOver) => Ok(self),
        }
    }
}

/// A grant as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Grant {
    pub(super) terms: GrantTerms,
    reference: Reference,
    pub(super) secret_hash: [u8; 32],
    till_reference: [u8; 32],
    time: Seconds,
    expiry: Seconds,
    pub(super) state: GrantState,
}

/// What a claimer brings.
#[derive(Debug)]
pub struct Claim {
    /// From the link.
    pub secret: GrantSecret,
    /// Whose coins.
    pub keyset: KeysetId,
    /// Blinded.
    pub outputs: Outputs,
}

impl Grant {
    /// A new grant and the secret for its link, both random (STORE-18). `till_reference` is a hash of its name there.
    pub fn new(
        terms: GrantTerms,
        till_reference: [u8; 32],
        time: Seconds,
        expiry: Seconds,
        entropy: Entropy,
    ) -> (Self, GrantSecret) {
        let (reference, secret) = entropy.split_two();
        let secret = GrantSecret(secret.into_bytes());
        let reference = Reference(reference.into_bytes());
        let secret_hash = secret.hash();
        (Self { terms, reference, secret_hash, till_reference, time, expiry, state: GrantState::Open }, secret)
    }

    /// What it gives.
    pub fn terms(&self) -> &GrantTerms {
        &self.terms
    }

    /// The 32 random bytes that its Earn order carries.
    pub fn reference(&self) -> Reference {
        self.reference
    }

    /// When it was made; its order carries this time.
    pub fn time(&self) -> Seconds {
        self.time
    }

    /// From when it can't be claimed any more.
    pub fn expiry(&self) -> Seconds {
        self.expiry
    }

    /// Where it stands.
    pub fn state(&self) -> GrantState {
        self.state
    }

    fn handle(&mut self, event: GrantEvent) -> Result<(), GrantError> {
        self.state = self.state.after(event)?;
        Ok(())
    }

    /// Notices that the time is over. Says whether that changed anything.
    pub fn handle_time(&mut self, now: Seconds) -> bool {
        let before = self.state;
        if now >= self.expiry {
            self.state = self.state.after(GrantEvent::TimeOver).unwrap_or(before);
        }
        self.state != before
    }

    /// Withdraws it, if nobody has claimed it.
    pub fn handle_cancel(&mut self, now: Seconds) -> Result<(), GrantError> {
        self.handle_time(now);
        self.handle(GrantEvent::Cancel)
    }

    /// Takes a claim: gives the Earn order to be written down and signed. `written` is the body that stands under this
    /// grant's reference, if there is one: the same outputs get the same order for ever, others get nothing (STORE-19).
    pub fn handle_claim(
        &mut self,
        claim: Claim,
        written: Option<&Order>,
        store: StoreId,
        now: Seconds,
        charter: &Charter,
    ) -> Result<ToSign, GrantError> {
        if !claim.secret.is_of(&self.secret_hash) {
            return Err(GrantError::Secret);
        }
        self.take_claim((claim.keyset, claim.outputs), written, store, now, charter)
    }

    /// The same once it is known that the claimer may.
    pub(super) fn take_claim(
        &mut self,
        (keyset, outputs): (KeysetId, Outputs),
        written: Option<&Order>,
        store: StoreId,
        now: Seconds,
        charter: &Charter,
    ) -> Result<ToSign, GrantError> {
        self.handle_time(now);
        let order = Order {
            federation: *charter.federation(),
            keyset,
            store,
            purpose: Purpose::Earn,
            reference: self.reference,
            time: self.time,
            inputs: Inputs::default(),
            outputs,
        };
        if written == Some(&order) {
            // Whatever has become of the grant since, as by another order that an older copy of the records signed.
            self.state = self.state.after(GrantEvent::Claim(order.digest())).unwrap_or(self.state);
            return ToSign::decide(written, order).map_err(|_| GrantError::Claimed);
        }
        let next = self.state.after(GrantEvent::Claim(order.digest()))?;
        if written.is_none() {
            self.check_new(&order, now, charter)?;
        }
        let to_sign = ToSign::decide(written, order).map_err(|_| GrantError::Claimed)?;
        self.state = next;
        Ok(to_sign)
    }

    /// What an order that was never signed has to pass besides (STORE-20, STORE-21).
    fn check_new(&self, order: &Order, now: Seconds, charter: &Charter) -> Result<(), GrantError> {
        let keyset = order.check_rules(charter)?;
        order.check_elements().map_err(Refusal::from)?;
        if !self.terms.are_met_by(&order.outputs) {
            return Err(GrantError::Outputs);
        }
        if !charter.allows_issuing(now) {
            return Err(Refusal::CharterExpired.into());
        }
        if now >= keyset.issue_until() {
            return Err(Refusal::Closed.into());
        }
        Ok(())
    }

    /// Takes the news that an Earn with this grant's reference is certified.
    pub fn handle_certified(&mut self, digest: OrderDigest) {
        self.state = self.state.after(GrantEvent::Certified(digest)).unwrap_or(self.state);
    }
}

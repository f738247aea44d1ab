//! A committee whose keys were checked.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{
    body::{KeysetEntry, MemberEntry},
    error::CharterError,
};
use crate::{
    crypto::{
        poprf::PoprfPublicKey,
        possession::{KeySlot, verify_poprf, verify_vote},
        sign::VerifyingKey,
    },
    limits::{EVALUATION_GRACE, MAX_DENOMINATION},
    message::{
        class::Kind,
        ids::{FederationId, KeysetId, StoreId, WitnessIndex},
        order::Seconds,
    },
    quorum::Quorum,
};

/// One witness, its keys decoded and proven.
#[derive(Clone, Debug)]
pub struct Member {
    index: WitnessIndex,
    store: StoreId,
    poprf: PoprfPublicKey,
    vote: VerifyingKey,
}

impl Member {
    /// Its place in the committee.
    pub fn index(&self) -> WitnessIndex {
        self.index
    }

    /// The store that runs it.
    pub fn store(&self) -> StoreId {
        self.store
    }

    /// K.
    pub fn poprf_key(&self) -> &PoprfPublicKey {
        &self.poprf
    }

    /// Checks its votes, heads and evaluations.
    pub fn vote_key(&self) -> &VerifyingKey {
        &self.vote
    }
}

/// A keyset whose every key was checked.
#[derive(Clone, Debug)]
pub struct Keyset {
    federation: FederationId,
    id: KeysetId,
    quorum: Quorum,
    members: Vec<Member>,
    denominations: Vec<u64>,
    issue_until: Seconds,
    redeem_until: Seconds,
}

impl Keyset {
    /// Checks sizes (CHARTER-32), denominations and dates (CHARTER-28), seats (CHARTER-29), keys and proofs of
    /// possession.
    pub fn check(entry: &KeysetEntry, federation: FederationId) -> Result<Self, CharterError> {
        let quorum = Quorum::new(entry.members.len(), entry.faults)?;
        let increasing = entry.denominations.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let bounded = entry.denominations.last().is_some_and(|largest| *largest <= MAX_DENOMINATION);
        if !increasing || !bounded || entry.denominations.first() != Some(&1) || entry.issue_until > entry.redeem_until
        {
            return Err(CharterError::Keyset(entry.id));
        }
        let mut stores = BTreeSet::new();
        if let Some(twice) = entry.members.iter().find(|member| !stores.insert(member.store)) {
            return Err(CharterError::TwoSeats(entry.id, twice.store));
        }
        let mut members = Vec::with_capacity(entry.members.len());
        for (index, member) in (0u8..).map(WitnessIndex).zip(&entry.members) {
            members.push(check_member(member, federation, entry.id, index)?);
        }
        Ok(Self {
            federation,
            id: entry.id,
            quorum,
            members,
            denominations: entry.denominations.to_vec(),
            issue_until: entry.issue_until,
            redeem_until: entry.redeem_until,
        })
    }

    /// The federation it belongs to.
    pub fn federation(&self) -> &FederationId {
        &self.federation
    }

    /// Its number.
    pub fn id(&self) -> KeysetId {
        self.id
    }

    /// n, f, q.
    pub fn quorum(&self) -> Quorum {
        self.quorum
    }

    /// All witnesses, by index.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// One witness.
    pub fn member(&self, index: WitnessIndex) -> Option<&Member> {
        self.members.get(index.position())
    }

    /// The witness that a store runs, if it sits here.
    pub fn member_of(&self, store: StoreId) -> Option<&Member> {
        self.members.iter().find(|member| member.store == store)
    }

    /// What point coins are worth, increasing from 1.
    pub fn denominations(&self) -> &[u64] {
        &self.denominations
    }

    /// Whether a point coin of this worth exists; ballots and vouchers exist in every keyset.
    pub fn has_kind(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Points { denomination } => self.denominations.binary_search(denomination).is_ok(),
            Kind::Ballot { .. } | Kind::Voucher { .. } => true,
        }
    }

    /// Until when its coins are issued.
    pub fn issue_until(&self) -> Seconds {
        self.issue_until
    }

    /// Until when its coins can be spent.
    pub fn redeem_until(&self) -> Seconds {
        self.redeem_until
    }

    /// Until when evaluations are served.
    pub fn evaluate_until(&self) -> Seconds {
        self.redeem_until.saturating_add(EVALUATION_GRACE)
    }
}

/// CHARTER-30, then CHARTER-31.
fn check_member(
    entry: &MemberEntry,
    federation: FederationId,
    keyset: KeysetId,
    index: WitnessIndex,
) -> Result<Member, CharterError> {
    let bad_key = CharterError::WitnessKey(keyset, index);
    let poprf = PoprfPublicKey::decode(&entry.poprf_key).map_err(|_| bad_key)?;
    let vote = entry.vote_key.decode().map_err(|_| bad_key)?;
    let slot = KeySlot { federation: &federation.0, keyset: keyset.0, index: index.0 };
    let unproven = CharterError::Possession(keyset, index);
    verify_poprf(&poprf, &slot, &entry.poprf_possession).map_err(|_| unproven)?;
    verify_vote(&vote, &slot, &entry.vote_possession).map_err(|_| unproven)?;
    Ok(Member { index, store: entry.store, poprf, vote })
}

//! Which charter holds: a chain of versions, each signed by the stewards before it (as in TUF).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{
    body::{Association, Campaign, CharterBody, SignedCharter, Stewards, Store, UnspentFate, VoucherOffer},
    error::CharterError,
    keyset::Keyset,
};
use crate::{
    crypto::{
        labels,
        sign::{VerifyingKey, VerifyingKeyBytes},
    },
    message::{
        codec::Bounded,
        ids::{AssociationId, CampaignId, CharterHash, FederationId, KeysetId, OfferId, StoreId},
        order::Seconds,
    },
};

/// A charter version whose place in the chain, signatures and keys were checked.
#[derive(Clone, Debug)]
pub struct Charter {
    signed: SignedCharter,
    hash: CharterHash,
    keysets: BTreeMap<KeysetId, Keyset>,
    nodes: BTreeMap<StoreId, VerifyingKey>,
    stands: bool,
}

impl Charter {
    /// Takes version 1: its genesis block is the federation (CHARTER-1, CHARTER-3). The first check that fails is the
    /// one that is told (CHARTER-11).
    pub fn genesis(signed: SignedCharter) -> Result<Self, CharterError> {
        let body = &signed.body;
        let genesis = body.genesis.as_ref().ok_or(CharterError::Genesis)?;
        if body.version != 1 {
            return Err(CharterError::Version { found: body.version, expected: 1 });
        }
        let fits = genesis.federation() == body.federation
            && genesis.stewards == body.stewards
            && body.previous == CharterHash::NONE
            && body.settles_fork.is_none();
        if !fits {
            return Err(CharterError::Genesis);
        }
        check_threshold(&signed, &genesis.stewards, 1)?;
        check_signatures(&signed, &[&genesis.stewards])?;
        Self::check_contents(signed)
    }

    /// Takes the next version: one higher (CHARTER-4), naming this one (CHARTER-5), signed by this one's threshold
    /// (CHARTER-7) and its own (CHARTER-8). The first check that fails is the one that is told (CHARTER-11).
    pub fn succeed(&self, signed: SignedCharter) -> Result<Self, CharterError> {
        let body = &signed.body;
        self.check_step(&signed)?;
        self.check_follows(body)?;
        Self::check_contents(signed)
    }

    /// Looks at another charter of this very version: a twin that is valid in the same place (CHARTER-12) stops
    /// issuing. One that differs in its signatures alone is none (CHARTER-14).
    ///
    /// `previous` is the version before both, or nothing for version 1.
    pub fn is_forked_by(&self, previous: Option<&Self>, twin: SignedCharter) -> Result<bool, CharterError> {
        if twin.body.version != self.version() {
            return Err(CharterError::Version { found: twin.body.version, expected: self.version() });
        }
        if twin.body.hash() == self.hash {
            return Ok(false);
        }
        if twin.body.federation != *self.federation() {
            return Err(CharterError::OtherFederation(twin.body.federation));
        }
        match previous {
            Some(previous) => previous.succeed(twin)?,
            None => Self::genesis(twin)?,
        };
        Ok(true)
    }

    /// The same version with its fork remembered: issuing stops until a later version names the one that stands
    /// (CHARTER-13).
    pub fn forked(self) -> Self {
        Self { stands: false, ..self }
    }

    /// Whether a version that nobody has signed yet could follow: every check but those of signatures.
    ///
    /// For whoever drafts one; `previous` is the version before it, or nothing for version 1.
    pub fn check_draft(previous: Option<&Self>, body: &CharterBody) -> Result<(), CharterError> {
        let expected = previous.map_or(0, Self::version).saturating_add(1);
        if body.version != expected {
            return Err(CharterError::Version { found: body.version, expected });
        }
        if let Some(previous) = previous {
            previous.check_follows(body)?;
        }
        Self::check_contents(SignedCharter { body: body.clone(), signatures: Bounded::default() }).map(|_| ())
    }

    /// Its predecessor is this version, which stands or is named, and nothing is lost.
    fn check_follows(&self, body: &CharterBody) -> Result<(), CharterError> {
        if body.previous != self.hash {
            return Err(CharterError::Predecessor(body.previous));
        }
        // CHARTER-15. Whoever never saw the twin must be able to follow too.
        match body.settles_fork {
            None if self.stands => {}
            Some(named) if named == self.hash => {}
            _ => return Err(CharterError::UnsettledFork),
        }
        check_kept(&self.signed.body, body)
    }

    /// CHARTER-3, CHARTER-4, CHARTER-6, CHARTER-7, CHARTER-8.
    fn check_step(&self, signed: &SignedCharter) -> Result<(), CharterError> {
        let body = &signed.body;
        if body.federation != *self.federation() {
            return Err(CharterError::OtherFederation(body.federation));
        }
        if body.genesis.is_some() {
            return Err(CharterError::Genesis);
        }
        let expected = self.version().saturating_add(1);
        if body.version != expected {
            return Err(CharterError::Version { found: body.version, expected });
        }
        check_threshold(signed, &self.signed.body.stewards, self.version())?;
        check_threshold(signed, &body.stewards, body.version)?;
        check_signatures(signed, &[&self.signed.body.stewards, &body.stewards])
    }

    /// CHARTER-23 to the last: lists, rules, node keys (CHARTER-26), no key twice, committees of stores (CHARTER-25).
    fn check_contents(signed: SignedCharter) -> Result<Self, CharterError> {
        let body = &signed.body;
        check_lists(body)?;
        check_rules(body)?;
        let mut nodes = BTreeMap::new();
        for store in &body.stores {
            let key = store.node_key.decode().map_err(|_| CharterError::NodeKey(store.id))?;
            nodes.insert(store.id, key);
        }
        check_distinct_keys(body)?;
        let mut keysets = BTreeMap::new();
        for entry in &body.keysets {
            if let Some(member) = entry.members.iter().find(|member| !nodes.contains_key(&member.store)) {
                return Err(CharterError::UnknownStore(member.store));
            }
            keysets.insert(entry.id, Keyset::check(entry, body.federation)?);
        }
        Ok(Self { hash: body.hash(), keysets, nodes, signed, stands: true })
    }

    /// The federation.
    pub fn federation(&self) -> &FederationId {
        &self.signed.body.federation
    }

    /// Its version.
    pub fn version(&self) -> u64 {
        self.signed.body.version
    }

    /// Its identity.
    pub fn hash(&self) -> CharterHash {
        self.hash
    }

    /// As it travels.
    pub fn signed(&self) -> &SignedCharter {
        &self.signed
    }

    /// What it says.
    pub fn body(&self) -> &CharterBody {
        &self.signed.body
    }

    /// Whether stores may issue under it: it is not expired (CHARTER-16) and has no twin (CHARTER-13). Spending never
    /// asks (CHARTER-17).
    pub fn allows_issuing(&self, now: Seconds) -> bool {
        self.stands && now < self.signed.body.expires
    }

    /// A keyset.
    pub fn keyset(&self, id: KeysetId) -> Option<&Keyset> {
        self.keysets.get(&id)
    }

    /// All keysets, by id.
    pub fn keysets(&self) -> impl Iterator<Item = &Keyset> {
        self.keysets.values()
    }

    /// A store's entry.
    pub fn store(&self, id: StoreId) -> Option<&Store> {
        find(&self.signed.body.stores, id, |store| store.id)
    }

    /// A store's node key, decoded.
    pub fn node_key(&self, id: StoreId) -> Option<&VerifyingKey> {
        self.nodes.get(&id)
    }

    /// Which store has this node key.
    pub fn store_with_key(&self, key: &VerifyingKeyBytes) -> Option<&Store> {
        self.signed.body.stores.iter().find(|store| store.node_key == *key)
    }

    /// An association.
    pub fn association(&self, id: AssociationId) -> Option<&Association> {
        find(&self.signed.body.associations, id, |association| association.id)
    }

    /// A campaign.
    pub fn campaign(&self, id: CampaignId) -> Option<&Campaign> {
        find(&self.signed.body.campaigns, id, |campaign| campaign.id)
    }

    /// A voucher offer.
    pub fn offer(&self, id: OfferId) -> Option<&VoucherOffer> {
        find(&self.signed.body.offers, id, |offer| offer.id)
    }
}

/// A whole chain as it is handed to someone who knows only the federation's id.
pub struct CharterChain;

impl CharterChain {
    /// Walks from version 1 to the newest; every step is checked, and the first must be of this federation (CHARTER-6).
    pub fn walk(
        versions: impl IntoIterator<Item = SignedCharter>,
        federation: Option<&FederationId>,
    ) -> Result<Charter, CharterError> {
        let mut versions = versions.into_iter();
        let first = versions.next().ok_or(CharterError::Genesis)?;
        if let Some(expected) = federation
            && first.body.federation != *expected
        {
            return Err(CharterError::OtherFederation(first.body.federation));
        }
        versions.try_fold(Charter::genesis(first)?, |charter, next| charter.succeed(next))
    }
}

fn find<T, I: Ord>(items: &[T], id: I, key: impl Fn(&T) -> I) -> Option<&T> {
    items.binary_search_by(|item| key(item).cmp(&id)).ok().and_then(|at| items.get(at))
}

/// CHARTER-9, then whether enough of the set are said to have signed: CHARTER-7, CHARTER-8.
fn check_threshold(signed: &SignedCharter, stewards: &Stewards, of_version: u64) -> Result<(), CharterError> {
    let distinct: BTreeSet<&VerifyingKeyBytes> = stewards.keys.iter().collect();
    let needed = usize::from(stewards.threshold);
    if distinct.len() != stewards.keys.len() || needed == 0 || needed > distinct.len() {
        return Err(CharterError::Stewards);
    }
    if stewards.keys.iter().any(|key| key.decode().is_err()) {
        return Err(CharterError::Stewards);
    }
    let found = signed.signatures.iter().filter(|signature| distinct.contains(&signature.key)).count();
    if found < needed { Err(CharterError::Threshold { found, needed, of_version }) } else { Ok(()) }
}

/// Every signature present is good, sorted, and by a steward: one encoding of one set of signers (CHARTER-10).
fn check_signatures(signed: &SignedCharter, sets: &[&Stewards]) -> Result<(), CharterError> {
    let sorted = signed.signatures.windows(2).all(|pair| matches!(pair, [a, b] if a.key < b.key));
    if !sorted {
        return Err(CharterError::Signature);
    }
    let hash = signed.body.hash();
    for signature in &signed.signatures {
        if !sets.iter().any(|set| set.keys.contains(&signature.key)) {
            return Err(CharterError::Signature);
        }
        let key = signature.key.decode().map_err(|_| CharterError::Signature)?;
        key.verify(labels::CHARTER_SIGNATURE, &[&signed.body.federation.0, &hash.0], &signature.signature)
            .map_err(|_| CharterError::Signature)?;
    }
    Ok(())
}

/// CHARTER-23.
fn check_lists(body: &CharterBody) -> Result<(), CharterError> {
    fn increasing(ids: impl Iterator<Item = u32>) -> bool {
        let ids: Vec<u32> = core::iter::once(0).chain(ids).collect();
        ids.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
    }
    let sorted = increasing(body.stores.iter().map(|store| store.id.0))
        && increasing(body.keysets.iter().map(|keyset| keyset.id.0))
        && increasing(body.associations.iter().map(|association| association.id.0))
        && increasing(body.campaigns.iter().map(|campaign| campaign.id.0))
        && increasing(body.offers.iter().map(|offer| offer.id.0));
    if sorted { Ok(()) } else { Err(CharterError::Unsorted) }
}

/// CHARTER-24, and CHARTER-25 for funders and issuers.
fn check_rules(body: &CharterBody) -> Result<(), CharterError> {
    let known = |id: StoreId| find(&body.stores, id, |store| store.id).is_some();
    let fate_known = match body.unspent {
        UnspentFate::ToIssuers => true,
        UnspentFate::ToAssociation(id) => find(&body.associations, id, |association| association.id).is_some(),
    };
    if body.point_value.points == 0 || !fate_known || body.campaigns.iter().any(|campaign| campaign.choices.is_empty())
    {
        return Err(CharterError::Rules);
    }
    for offer in &body.offers {
        let named = core::iter::once(&offer.funder).chain(&offer.issuers);
        if let Some(unknown) = named.copied().find(|id| !known(*id)) {
            return Err(CharterError::UnknownStore(unknown));
        }
    }
    Ok(())
}

/// No key occurs twice, within or across keysets, nor as a node key or a steward's (CHARTER-27).
fn check_distinct_keys(body: &CharterBody) -> Result<(), CharterError> {
    let mut seen: BTreeSet<[u8; 32]> = body.stewards.keys.iter().map(|key| key.0).collect();
    let nodes = body.stores.iter().map(|store| (store.id, store.node_key.0));
    let members = body.keysets.iter().flat_map(|keyset| keyset.members.iter());
    let witnesses = members.flat_map(|member| [(member.store, member.poprf_key.0), (member.store, member.vote_key.0)]);
    for (store, key) in nodes.chain(witnesses) {
        if !seen.insert(key) {
            return Err(CharterError::RepeatedKey(store));
        }
    }
    Ok(())
}

/// What can be named stays (CHARTER-19), and what it was worth stays: keysets (CHARTER-18), campaigns (CHARTER-20),
/// offers (CHARTER-21); and a closed association stays closed (CHARTER-22).
fn check_kept(old: &CharterBody, new: &CharterBody) -> Result<(), CharterError> {
    for keyset in &old.keysets {
        match find(&new.keysets, keyset.id, |entry| entry.id) {
            None => return Err(CharterError::Removed),
            Some(entry) if entry != keyset => return Err(CharterError::KeysetChanged(keyset.id)),
            Some(_) => {}
        }
    }
    let kept = old.stores.iter().all(|store| find(&new.stores, store.id, |entry| entry.id).is_some())
        && old
            .associations
            .iter()
            .all(|old| find(&new.associations, old.id, |entry| entry.id).is_some_and(|new| !old.closed || new.closed))
        && old.campaigns.iter().all(|old| {
            find(&new.campaigns, old.id, |entry| entry.id).is_some_and(|new| {
                new.choices.starts_with(&old.choices) && new.minimum <= old.minimum && new.end >= old.end
            })
        })
        && old.offers.iter().all(|old| {
            find(&new.offers, old.id, |entry| entry.id)
                .is_some_and(|new| new.value == old.value && new.funder == old.funder)
        });
    if kept { Ok(()) } else { Err(CharterError::Removed) }
}

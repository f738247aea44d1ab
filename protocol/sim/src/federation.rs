//! The federations that runs play in: one per committee size, made once in a process.

use std::{collections::BTreeMap, ops::Range, sync::Mutex};

use ronde_protocol::{
    crypto::{
        Entropy,
        sign::{SigningKey, VerifyingKeyBytes},
    },
    machine::witness::{
        Witness,
        keys::{NodeSeed, WitnessKeys},
    },
    message::{
        amount::Points,
        charter::{
            Association, Campaign, Charter, CharterBody, Genesis, Keyset, KeysetEntry, PointValue, SignedCharter,
            Stewards, Store, UnspentFate, VoucherOffer,
        },
        codec::Bounded,
        ids::{AssociationId, CampaignId, CharterHash, KeysetId, OfferId, StoreId, WitnessIndex},
        order::Seconds,
        text::Text,
    },
};

/// Most witnesses of a simulated committee.
pub const MAX_N: u8 = 13;
/// Most witnesses of a later one.
pub const MAX_LATER: u8 = 4;
/// When runs begin: 2026-01-01 06:00 UTC.
pub const START: Seconds = 1_767_247_200;
/// The keyset of every run.
pub const KEYSET: KeysetId = KeysetId(1);
/// The keyset that points move into, in the runs that have one.
pub const LATER: KeysetId = KeysetId(2);
/// An association.
pub const ASSOCIATION: AssociationId = AssociationId(1);
/// A campaign of three choices.
pub const CAMPAIGN: CampaignId = CampaignId(1);
/// Points that bring a ballot.
pub const BALLOT_MINIMUM: u64 = 5;
/// A voucher offer, funded by store 1.
pub const VOUCHER: OfferId = OfferId(1);
/// What a voucher is worth.
pub const VOUCHER_VALUE: u64 = 3;
/// What each store may issue a day.
pub const DAILY_LIMIT: u64 = 200;
/// Ballots that each store may give out: so few that runs get there.
pub const BALLOT_CAP: u64 = 3;
/// What each store may issue of vouchers.
pub const VOUCHER_CAP: u64 = 5;
const DAY: Seconds = 86_400;

/// A federation and all its secrets.
pub struct Federation {
    /// The charter.
    pub charter: Charter,
    /// The machines of the first keyset's witnesses; they hold keys, and no state.
    pub witnesses: Vec<Witness>,
    /// Their keys, for those that lie.
    pub keys: Vec<WitnessKeys>,
    /// The machines of the later keyset's witnesses, other nodes than those.
    pub later: Vec<Witness>,
    /// Their keys.
    pub later_keys: Vec<WitnessKeys>,
    /// The first node of the later keyset's.
    first_later: usize,
    /// The stores' node keys, from store 1 on.
    pub store_keys: Vec<SigningKey>,
}

impl Federation {
    /// The federation with so many witnesses of one keyset, and so many stores that one at least is none.
    pub fn of(n: u8) -> &'static Self {
        Self::pair(n, 0)
    }

    /// The same, with so many witnesses of a later keyset beside, each on a node of its own.
    ///
    /// # Panics
    /// If the numbers above are no charter: then nothing can be simulated.
    pub fn pair(n: u8, later: u8) -> &'static Self {
        static CACHE: Mutex<BTreeMap<(u8, u8), &'static Federation>> = Mutex::new(BTreeMap::new());
        let sizes = (n.clamp(1, MAX_N), later.min(MAX_LATER));
        #[allow(clippy::expect_used, reason = "the same numbers every time, and a test makes all of them")]
        let mut cache = CACHE.lock().expect("nobody panics over it");
        #[allow(clippy::expect_used, reason = "the same numbers every time, and a test makes all of them")]
        let found = || -> &'static Self { Box::leak(Box::new(Self::found(sizes).expect("a charter"))) };
        cache.entry(sizes).or_insert_with(found)
    }

    /// The first committee.
    pub fn keyset(&self) -> &Keyset {
        self.witnesses[0].keyset()
    }

    /// A committee by its keyset; the first one if there is no such.
    pub fn committee_of(&self, id: KeysetId) -> &Keyset {
        match self.later.first() {
            Some(witness) if id == LATER => witness.keyset(),
            _ => self.keyset(),
        }
    }

    /// All keysets.
    pub fn keysets(&self) -> impl Iterator<Item = &Keyset> {
        [self.witnesses.first(), self.later.first()].into_iter().flatten().map(Witness::keyset)
    }

    /// The machine of a node that is a witness.
    pub fn witness(&self, node: usize) -> Option<&Witness> {
        self.witnesses.get(node).or_else(|| self.later.get(node.checked_sub(self.first_later)?))
    }

    /// The keys of a node that is a witness.
    pub fn keys_of(&self, node: usize) -> Option<&WitnessKeys> {
        self.keys.get(node).or_else(|| self.later_keys.get(node.checked_sub(self.first_later)?))
    }

    /// The nodes of a keyset's witnesses.
    pub fn committee(&self, id: KeysetId) -> Range<usize> {
        if id == LATER { self.first_later..self.first_later + self.later.len() } else { 0..self.witnesses.len() }
    }

    /// The node of a witness.
    pub fn seat(&self, id: KeysetId, index: WitnessIndex) -> usize {
        self.committee(id).start + index.position()
    }

    /// The nodes of all witnesses.
    pub fn seats(&self) -> impl Iterator<Item = usize> + use<> {
        self.committee(KEYSET).chain(self.committee(LATER))
    }

    /// The node of the witness that is at this place among all of them.
    pub fn seat_at(&self, place: usize) -> usize {
        if place < self.witnesses.len() { place } else { place - self.witnesses.len() + self.first_later }
    }

    /// How many witnesses there are.
    pub fn seat_count(&self) -> usize {
        self.witnesses.len() + self.later.len()
    }

    /// How many stores there are.
    pub fn stores(&self) -> usize {
        self.store_keys.len()
    }

    fn found((n, later): (u8, u8)) -> Option<Self> {
        let base = u32::from(n) + if n < 3 { 2 } else { 1 };
        let stores = base + u32::from(later);
        let signed = sign(body((n, later), base)?)?;
        let charter = Charter::genesis(signed).ok()?;
        let federation = *charter.federation();
        let witnesses = |id: KeysetId, first: u32, count: u8| {
            let keys = |index: u8| node_seed(StoreId(first + u32::from(index))).witness_keys(&federation, id).ok();
            let keyset = charter.keyset(id).cloned();
            let witness = |index: u8| Witness::new(keyset.clone()?, WitnessIndex(index), keys(index)?).ok();
            let machines: Vec<Witness> = (0..count).map(witness).collect::<Option<_>>()?;
            let keys: Vec<WitnessKeys> = (0..count).map(keys).collect::<Option<_>>()?;
            Some((machines, keys))
        };
        let ((witnesses, keys), (later, later_keys)) = (witnesses(KEYSET, 1, n)?, witnesses(LATER, base + 1, later)?);
        Some(Self {
            witnesses,
            keys,
            later,
            later_keys,
            first_later: usize::try_from(base).ok()?,
            store_keys: (1..=stores).map(|id| node_seed(StoreId(id)).node_key()).collect(),
            charter,
        })
    }
}

fn node_seed(store: StoreId) -> NodeSeed {
    let mut bytes = [0x51; 32];
    bytes[..4].copy_from_slice(&store.0.to_le_bytes());
    NodeSeed::new(bytes)
}

fn steward(number: u8) -> SigningKey {
    SigningKey::from_seed(&[0xa0 + number; 32])
}

fn sign(body: CharterBody) -> Option<SignedCharter> {
    let mut signatures: Vec<_> = [1, 2].iter().map(|number| body.sign(&steward(*number))).collect();
    signatures.sort_by_key(|signature| signature.key);
    Some(SignedCharter { body, signatures: list(signatures)? })
}

fn body((n, later): (u8, u8), base: u32) -> Option<CharterBody> {
    let stores = base + u32::from(later);
    let mut keys: Vec<VerifyingKeyBytes> = (1..=3).map(|number| steward(number).verifying_key().encode()).collect();
    keys.sort();
    let stewards = Stewards { keys: list(keys)?, threshold: 2 };
    let name = if later == 0 { format!("Simulated {n}") } else { format!("Simulated {n}, then {later}") };
    let genesis = Genesis { name: text(&name)?, stewards: stewards.clone(), salt: [n; 32] };
    let federation = genesis.federation();
    let ids = || (1..=stores).map(StoreId);
    let keyset = |id: KeysetId, first: u32, count: u8, years: u64| {
        let member = |index: u8| {
            let store = StoreId(first + u32::from(index));
            let keys = node_seed(store).witness_keys(&federation, id).ok()?;
            Some(keys.entry(store, &federation, id, WitnessIndex(index), Entropy::new([index; 32])))
        };
        Some(KeysetEntry {
            id,
            members: list((0..count).map(member).collect::<Option<Vec<_>>>()?)?,
            faults: (count - 1) / 3,
            denominations: list((0..10).map(|power| 1 << power).collect())?,
            issue_until: START + (360 * years - 180) * DAY,
            redeem_until: START + 360 * years * DAY,
        })
    };
    let mut keysets = vec![keyset(KEYSET, 1, n, 1)?];
    if later > 0 {
        keysets.push(keyset(LATER, base + 1, later, 2)?);
    }
    let store = |id: StoreId| {
        Some(Store {
            id,
            name: text(&format!("Store {id}"))?,
            node_key: node_seed(id).node_key().verifying_key().encode(),
            quic: Bounded::default(),
            http: Bounded::default(),
            daily_limit: Points(DAILY_LIMIT),
        })
    };
    let association =
        |id: u32, name: &str| Some(Association { id: AssociationId(id), name: text(name)?, closed: false });
    Some(CharterBody {
        federation,
        genesis: Some(genesis),
        version: 1,
        previous: CharterHash::NONE,
        settles_fork: None,
        issued: START - DAY,
        // Before the keyset closes, so that both can be met.
        expires: START + 90 * DAY,
        stewards,
        point_value: PointValue { cents: 1, points: 1 },
        unspent: UnspentFate::ToIssuers,
        stores: list(ids().map(store).collect::<Option<Vec<_>>>()?)?,
        keysets: list(keysets)?,
        associations: list(vec![association(1, "Food bank")?, association(2, "Rowing club")?])?,
        campaigns: list(vec![Campaign {
            id: CAMPAIGN,
            name: text("Which tree in the market square?")?,
            choices: list(vec![text("Lime")?, text("Plane")?, text("Oak")?])?,
            minimum: Points(BALLOT_MINIMUM),
            end: START + 30 * DAY,
            ballots_per_store: BALLOT_CAP,
        }])?,
        offers: list(vec![VoucherOffer {
            id: VOUCHER,
            name: text("A coffee")?,
            value: Points(VOUCHER_VALUE),
            funder: StoreId(1),
            issuers: list(ids().collect())?,
            per_store: VOUCHER_CAP,
            closed: false,
        }])?,
    })
}

/// A text that fits.
pub fn text(content: &str) -> Option<Text> {
    Text::new(content).ok()
}

/// A list that fits.
pub fn list<T, const MAX: usize>(items: Vec<T>) -> Option<Bounded<T, MAX>> {
    Bounded::new(items).ok()
}

//! The federations that runs play in: one per committee size, made once in a process.

use std::sync::OnceLock;

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
/// When runs begin: 2026-01-01 06:00 UTC.
pub const START: Seconds = 1_767_247_200;
/// The only keyset.
pub const KEYSET: KeysetId = KeysetId(1);
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
/// What each store may issue of vouchers.
pub const VOUCHER_CAP: u64 = 12;
const DAY: Seconds = 86_400;

/// A federation and all its secrets.
pub struct Federation {
    /// The charter.
    pub charter: Charter,
    /// The machines of all witnesses; they hold keys, and no state.
    pub witnesses: Vec<Witness>,
    /// Their keys, for those that lie.
    pub keys: Vec<WitnessKeys>,
    /// The stores' node keys, from store 1 on.
    pub store_keys: Vec<SigningKey>,
}

impl Federation {
    /// The federation with so many witnesses, and so many stores that one at least is none.
    ///
    /// # Panics
    /// If the numbers above are no charter: then nothing can be simulated.
    pub fn of(n: u8) -> &'static Self {
        static CACHE: [OnceLock<Federation>; MAX_N as usize + 1] = [const { OnceLock::new() }; MAX_N as usize + 1];
        let n = n.clamp(1, MAX_N);
        #[allow(clippy::expect_used, reason = "the same numbers every time, and a test makes all of them")]
        CACHE[usize::from(n)].get_or_init(|| Self::found(n).expect("a charter"))
    }

    /// The committee.
    pub fn keyset(&self) -> &Keyset {
        self.witnesses[0].keyset()
    }

    /// How many stores there are.
    pub fn stores(&self) -> usize {
        self.store_keys.len()
    }

    fn found(n: u8) -> Option<Self> {
        let stores = u32::from(n) + if n < 3 { 2 } else { 1 };
        let signed = sign(body(n, stores)?)?;
        let charter = Charter::genesis(signed).ok()?;
        let federation = *charter.federation();
        let keyset = charter.keyset(KEYSET)?.clone();
        let keys = |index: u8| node_seed(StoreId(u32::from(index) + 1)).witness_keys(&federation, KEYSET).ok();
        let witness = |index: u8| Witness::new(keyset.clone(), WitnessIndex(index), keys(index)?).ok();
        Some(Self {
            witnesses: (0..n).map(witness).collect::<Option<_>>()?,
            keys: (0..n).map(keys).collect::<Option<_>>()?,
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

fn body(n: u8, stores: u32) -> Option<CharterBody> {
    let mut keys: Vec<VerifyingKeyBytes> = (1..=3).map(|number| steward(number).verifying_key().encode()).collect();
    keys.sort();
    let stewards = Stewards { keys: list(keys)?, threshold: 2 };
    let genesis = Genesis { name: text(&format!("Simulated {n}"))?, stewards: stewards.clone(), salt: [n; 32] };
    let federation = genesis.federation();
    let ids = || (1..=stores).map(StoreId);
    let member = |index: u8| {
        let store = StoreId(u32::from(index) + 1);
        let keys = node_seed(store).witness_keys(&federation, KEYSET).ok()?;
        Some(keys.entry(store, &federation, KEYSET, WitnessIndex(index), Entropy::new([index; 32])))
    };
    let keyset = KeysetEntry {
        id: KEYSET,
        members: list((0..n).map(member).collect::<Option<Vec<_>>>()?)?,
        faults: (n - 1) / 3,
        denominations: list((0..10).map(|power| 1 << power).collect())?,
        issue_until: START + 180 * DAY,
        redeem_until: START + 360 * DAY,
    };
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
        keysets: list(vec![keyset])?,
        associations: list(vec![association(1, "Food bank")?, association(2, "Rowing club")?])?,
        campaigns: list(vec![Campaign {
            id: CAMPAIGN,
            name: text("Which tree in the market square?")?,
            choices: list(vec![text("Lime")?, text("Plane")?, text("Oak")?])?,
            minimum: Points(BALLOT_MINIMUM),
            end: START + 30 * DAY,
            ballots_per_store: 1000,
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

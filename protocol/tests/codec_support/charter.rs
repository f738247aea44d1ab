//! A small federation made from fixed seeds: four stores, two keysets, one association, two campaigns, one voucher.
//! The fuzz targets use this file too.

use ronde_protocol::{
    crypto::{
        Entropy,
        coin::{CoinSecret, Seed, derive_blind, derive_coin_secret},
        group::PointBytes,
        poprf::{blind, coin_hash},
        sign::SigningKey,
        spend::{self, SpendPurpose},
    },
    machine::witness::keys::{NodeSeed, WitnessKeys},
    message::{
        amount::Points,
        charter::{
            Association, Campaign, Charter, CharterBody, Genesis, Keyset, KeysetEntry, PointValue, SignedCharter,
            Stewards, Store, UnspentFate, VoucherOffer,
        },
        class::{Class, Kind},
        codec::Bounded,
        ids::{
            AssociationId, CampaignId, CharterHash, FederationId, KeysetId, OfferId, Reference, StoreId, WitnessIndex,
        },
        order::{Authorization, Input, Order, Output, Purpose, SignedOrder, pledge_reference},
        text::Text,
    },
};

/// The keyset that orders of the tests are of.
pub const KEYSET: KeysetId = KeysetId(1);
/// Another one, with the same witnesses and other keys.
pub const OTHER_KEYSET: KeysetId = KeysetId(2);
/// The store that the tests' orders name.
pub const STORE: StoreId = StoreId(1);
/// The association of the charter.
pub const ASSOCIATION: AssociationId = AssociationId(1);
/// A campaign of two choices whose ballots come with at least ten points.
pub const CAMPAIGN: CampaignId = CampaignId(1);
/// A second campaign.
pub const OTHER_CAMPAIGN: CampaignId = CampaignId(2);
/// The voucher offer of the charter.
pub const OFFER: OfferId = OfferId(1);
/// Midday of a day.
pub const TIME: u64 = 20_000 * 86_400 + 43_200;

/// A federation with all its secrets.
pub struct Federation {
    /// What everyone knows.
    pub charter: Charter,
    /// By store, from 1.
    pub nodes: Vec<NodeSeed>,
    /// The only steward.
    pub steward: SigningKey,
}

impl Federation {
    /// So many stores, all of them witnesses of both keysets.
    pub fn new(witnesses: u8, faults: u8) -> Self {
        let steward = SigningKey::from_seed(&[0xee; 32]);
        let nodes: Vec<NodeSeed> = (1..=witnesses).map(|number| NodeSeed::new([number; 32])).collect();
        let charter = Charter::genesis(signed_charter(&steward, &nodes, faults)).expect("the tests' charter is valid");
        Self { charter, nodes, steward }
    }

    /// Its id.
    pub fn id(&self) -> FederationId {
        *self.charter.federation()
    }

    /// A keyset as everyone knows it.
    pub fn keyset(&self, id: KeysetId) -> &Keyset {
        self.charter.keyset(id).expect("known")
    }

    /// The secrets of a witness.
    pub fn keys(&self, keyset: KeysetId, index: u8) -> WitnessKeys {
        self.nodes[usize::from(index)].witness_keys(&self.id(), keyset).expect("derived")
    }

    /// A valid order for a purpose: small, but with something in every place that may have something.
    pub fn order(&self, purpose: Purpose) -> Order {
        let ten_and = |kinds: &[Kind]| [&[points(8), points(2)], kinds].concat();
        let (inputs, outputs) = match purpose {
            Purpose::Earn => (vec![], ten_and(&[voucher(), ballot(CAMPAIGN)])),
            Purpose::Redeem => (ten_and(&[voucher()]), vec![points(1), points(2)]),
            Purpose::Swap => (vec![points(8), points(2)], vec![points(4), points(4), points(1), points(1)]),
            Purpose::Donate { .. } => (vec![points(8), points(2)], vec![points(1)]),
            Purpose::Pledge { .. } => (vec![], vec![]),
            Purpose::Vote { campaign, .. } => (vec![ballot(campaign)], vec![]),
        };
        let debited_or_credited = matches!(purpose, Purpose::Earn | Purpose::Redeem | Purpose::Pledge { .. });
        Order {
            federation: self.id(),
            keyset: KEYSET,
            store: if debited_or_credited { STORE } else { StoreId::NONE },
            purpose,
            reference: match purpose {
                Purpose::Earn | Purpose::Redeem => Reference([9; 32]),
                Purpose::Pledge { .. } => pledge_reference(TIME),
                _ => Reference::NONE,
            },
            time: TIME,
            inputs: list(inputs_of(&inputs, 0)),
            outputs: list(outputs_of(&outputs, 0)),
        }
    }

    /// The order with the signature that its purpose asks for.
    pub fn signed(&self, order: Order) -> SignedOrder {
        let authorization = if matches!(order.purpose, Purpose::Earn | Purpose::Pledge { .. }) {
            Authorization::Store(order.sign_as_store(&self.nodes[0].node_key()))
        } else {
            let coins: Vec<CoinSecret> = order.inputs.iter().map(|input| secret_of(&input.point)).collect();
            let coins: Vec<&CoinSecret> = coins.iter().collect();
            let digest = order.digest();
            let signature = spend::sign(SpendPurpose::Order, &coins, &digest.0, Entropy::new([5; 32]));
            Authorization::Spend(signature.expect("there are coins"))
        };
        SignedOrder { order, authorization }
    }
}

/// One order of every purpose.
pub fn every_purpose() -> [Purpose; 6] {
    [
        Purpose::Earn,
        Purpose::Redeem,
        Purpose::Swap,
        Purpose::Donate { association: ASSOCIATION },
        Purpose::Pledge { association: ASSOCIATION, points: Points(7) },
        Purpose::Vote { campaign: CAMPAIGN, choice: 1 },
    ]
}

/// A point coin.
pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

/// A ballot.
pub fn ballot(campaign: CampaignId) -> Kind {
    Kind::Ballot { campaign }
}

/// A voucher.
pub fn voucher() -> Kind {
    Kind::Voucher { offer: OFFER }
}

/// A list within its bound.
pub fn list<T: core::fmt::Debug, const MAX: usize>(items: Vec<T>) -> Bounded<T, MAX> {
    Bounded::new(items).expect("short enough")
}

/// Coin number `number` of the tests' wallet.
pub fn coin(number: u64) -> CoinSecret {
    derive_coin_secret(&Seed::new([1; 32]), KEYSET.0, 0, number, 0)
}

/// The blinded element of coin number `number`.
pub fn blinded(number: u64) -> PointBytes {
    let seed = Seed::new([1; 32]);
    blind(&coin_hash(&coin(number).public().encode()), &derive_blind(&seed, KEYSET.0, 0, number, 0)).encode()
}

/// Inputs of these kinds, coins numbered from `first`, sorted.
pub fn inputs_of(kinds: &[Kind], first: u64) -> Vec<Input> {
    let numbered = (first..).zip(kinds);
    let mut inputs: Vec<Input> =
        numbered.map(|(number, kind)| Input { kind: *kind, point: coin(number).public().encode() }).collect();
    inputs.sort_by_key(|input| input.point);
    inputs
}

/// Outputs of these kinds, coins numbered from 1000 + `first`, sorted.
pub fn outputs_of(kinds: &[Kind], first: u64) -> Vec<Output> {
    let numbered = (first + 1000..).zip(kinds);
    let class = |kind: &Kind| Class { keyset: KEYSET, kind: *kind };
    let mut outputs: Vec<Output> =
        numbered.map(|(number, kind)| Output { class: class(kind), blinded: blinded(number) }).collect();
    outputs.sort_by_key(|output| output.blinded);
    outputs
}

/// The secret of an input made by [`inputs_of`] from one of the first coins.
fn secret_of(point: &PointBytes) -> CoinSecret {
    (0..1000).map(coin).find(|coin| coin.public().encode() == *point).expect("one of the tests' coins")
}

fn text(text: &str) -> Text {
    Text::new(text).expect("short")
}

fn signed_charter(steward: &SigningKey, nodes: &[NodeSeed], faults: u8) -> SignedCharter {
    let stewards = Stewards { keys: list(vec![steward.verifying_key().encode()]), threshold: 1 };
    // Federations of different sizes are different federations.
    let salt = [u8::try_from(nodes.len()).expect("few"); 32];
    let genesis = Genesis { name: text("Les Quatre Coins"), stewards: stewards.clone(), salt };
    let federation = genesis.federation();
    let stores = (1..).zip(nodes).map(|(number, node)| Store {
        id: StoreId(number),
        name: text("Épicerie"),
        node_key: node.node_key().verifying_key().encode(),
        quic: list(vec![text("store.example:4433")]),
        http: list(vec![text("https://store.example")]),
        daily_limit: Points(1_000_000),
    });
    let campaign = |id, choices: &[&str]| Campaign {
        id,
        name: text("Which garden?"),
        choices: list(choices.iter().map(|choice| text(choice)).collect()),
        minimum: Points(10),
        end: TIME + 86_400,
        ballots_per_store: 100,
    };
    let body = CharterBody {
        genesis: Some(genesis),
        federation,
        version: 1,
        previous: CharterHash::NONE,
        settles_fork: None,
        issued: TIME - 86_400,
        expires: TIME + 365 * 86_400,
        stewards,
        point_value: PointValue { cents: 1, points: 1 },
        unspent: UnspentFate::ToAssociation(ASSOCIATION),
        stores: list(stores.collect()),
        keysets: list([KEYSET, OTHER_KEYSET].map(|id| keyset(&federation, nodes, id, faults)).into()),
        associations: list(vec![Association { id: ASSOCIATION, name: text("Club"), closed: false }]),
        campaigns: list(vec![campaign(CAMPAIGN, &["park", "pond"]), campaign(OTHER_CAMPAIGN, &["yes"])]),
        offers: list(vec![VoucherOffer {
            id: OFFER,
            name: text("Coffee"),
            value: Points(3),
            funder: STORE,
            issuers: list(vec![STORE]),
            per_store: 50,
            closed: false,
        }]),
    };
    let signatures = list(vec![body.sign(steward)]);
    SignedCharter { body, signatures }
}

fn keyset(federation: &FederationId, nodes: &[NodeSeed], id: KeysetId, faults: u8) -> KeysetEntry {
    let members = (0u8..).zip(nodes).map(|(index, node)| {
        let keys = node.witness_keys(federation, id).expect("derived");
        let store = StoreId(u32::from(index) + 1);
        keys.entry(store, federation, id, WitnessIndex(index), Entropy::new([index; 32]))
    });
    KeysetEntry {
        id,
        members: list(members.collect()),
        faults,
        denominations: list((0..17).map(|power| 1 << power).collect()),
        issue_until: TIME + 30 * 86_400,
        redeem_until: TIME + 90 * 86_400,
    }
}

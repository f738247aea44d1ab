//! A federation of four stores and all its secrets.

use ronde_protocol::{
    crypto::{
        Entropy, EvaluationContext, EvaluationItem, merkle,
        proof::prove,
        sign::{SigningKey, VerifyingKeyBytes},
    },
    machine::witness::keys::{NodeSeed, WitnessKeys},
    message::{
        amount::Points,
        certificate::Certificate,
        charter::{
            Association, Campaign, Charter, CharterBody, Genesis, Keyset, KeysetEntry, PointValue, SignedCharter,
            Stewards, Store, UnspentFate, VoucherOffer,
        },
        codec::{Bounded, Encode, encode},
        evaluation::{Evaluation, NO_PROOF, outputs_of},
        head::Head,
        ids::{
            AssociationId, CampaignId, CharterHash, FederationId, KeysetId, OfferId, OrderDigest, StoreId, WitnessIndex,
        },
        log::{CertifiedOrder, LogEntry},
        order::{Order, Seconds},
        statement::ClosingStatement,
        text::Text,
        vote::Vote,
    },
};
use serde_json::Value;

use crate::vectors::draw;

/// When everything plays: 2026-01-01 00:00 UTC.
pub const NOW: Seconds = 1_767_225_600;
/// A day, in seconds.
pub const DAY: Seconds = 86_400;
/// The first keyset.
pub const KEYSET: KeysetId = KeysetId(1);
/// An association.
pub const ASSOCIATION: AssociationId = AssociationId(1);
/// A campaign of two choices, whose ballots come with at least [`MINIMUM`] points.
pub const CAMPAIGN: CampaignId = CampaignId(1);
/// Points that bring a ballot.
pub const MINIMUM: u64 = 5;
/// A voucher worth [`VOUCHER_VALUE`] points, funded by store 1, issued by stores 1 and 2.
pub const OFFER: OfferId = OfferId(1);
/// Worth of the voucher.
pub const VOUCHER_VALUE: u64 = 3;

/// What differs between the federations of the tests.
#[derive(Clone, Copy)]
pub struct Plan {
    /// How many stores; the first ones are the witnesses.
    pub stores: u32,
    /// n.
    pub witnesses: u32,
    /// f.
    pub faults: u8,
    /// How many keysets with the same committee.
    pub keysets: u32,
}

/// Four stores, each a witness, one of which may lie; one keyset.
pub const FOUR: Plan = Plan { stores: 4, witnesses: 4, faults: 1, keysets: 1 };
/// Two stores, the first of which is the only witness.
pub const ONE: Plan = Plan { stores: 2, witnesses: 1, faults: 0, keysets: 1 };

/// A checked charter and the chain that leads to it.
#[derive(Clone)]
pub struct World {
    pub chain: Vec<SignedCharter>,
    pub charter: Charter,
}

/// A store's secret seed.
pub fn node_seed_bytes(store: StoreId) -> [u8; 32] {
    draw::bytes(&format!("node seed of store {store}"))
}

/// The same, to derive keys from.
pub fn node_seed(store: StoreId) -> NodeSeed {
    NodeSeed::new(node_seed_bytes(store))
}

/// A steward's key.
pub fn steward(number: u8) -> SigningKey {
    SigningKey::from_seed(&draw::bytes(&format!("steward {number}")))
}

/// Fresh randomness under a name.
pub fn entropy(name: &str) -> Entropy {
    Entropy::new(draw::bytes(name))
}

/// Stewards by number.
pub fn stewards(numbers: &[u8], threshold: u8) -> Stewards {
    let mut keys: Vec<VerifyingKeyBytes> =
        numbers.iter().map(|number| steward(*number).verifying_key().encode()).collect();
    keys.sort();
    Stewards { keys: list(keys), threshold }
}

/// Signs a version with the named stewards.
pub fn sign(body: CharterBody, by: &[u8]) -> SignedCharter {
    let mut signatures: Vec<_> = by.iter().map(|number| body.sign(&steward(*number))).collect();
    signatures.sort_by_key(|signature| signature.key);
    SignedCharter { body, signatures: list(signatures) }
}

/// A text that fits.
pub fn text(content: &str) -> Text {
    Text::new(content).unwrap()
}

/// A list that fits.
pub fn list<T, const MAX: usize>(items: impl IntoIterator<Item = T>) -> Bounded<T, MAX> {
    Bounded::new(items.into_iter().collect()).unwrap()
}

/// A message's canonical bytes as they stand in a vector.
pub fn shown<T: Encode>(message: &T) -> Value {
    Value::from(hex::encode(encode(message)))
}

/// Bytes as they stand in a vector.
pub fn bytes(bytes: &[u8]) -> Value {
    Value::from(hex::encode(bytes))
}

/// Version 1, unsigned.
pub fn first(plan: &Plan) -> CharterBody {
    let stewards = stewards(&[1, 2, 3], 2);
    let genesis = Genesis { name: text("Vectors"), stewards: stewards.clone(), salt: draw::bytes("salt") };
    let federation = genesis.federation();
    CharterBody {
        federation,
        genesis: Some(genesis),
        version: 1,
        previous: CharterHash::NONE,
        settles_fork: None,
        issued: NOW - DAY,
        expires: NOW + 365 * DAY,
        stewards,
        point_value: PointValue { cents: 1, points: 1 },
        unspent: UnspentFate::ToIssuers,
        stores: list((1..=plan.stores).map(|id| store(StoreId(id)))),
        keysets: list((1..=plan.keysets).map(|id| keyset(plan, federation, KeysetId(id)))),
        associations: list([Association { id: ASSOCIATION, name: text("Food bank"), closed: false }]),
        campaigns: list([Campaign {
            id: CAMPAIGN,
            name: text("Tree"),
            choices: list(["Lime", "Oak"].map(text)),
            minimum: Points(MINIMUM),
            end: NOW + 30 * DAY,
            ballots_per_store: 2,
        }]),
        offers: list([VoucherOffer {
            id: OFFER,
            name: text("Coffee"),
            value: Points(VOUCHER_VALUE),
            funder: StoreId(1),
            issuers: list([StoreId(1), StoreId(2)]),
            per_store: 2,
            closed: false,
        }]),
    }
}

/// A store of this number.
pub fn store(id: StoreId) -> Store {
    Store {
        id,
        name: text(&format!("S{id}")),
        node_key: node_seed(id).node_key().verifying_key().encode(),
        quic: list([]),
        http: list([]),
        daily_limit: Points(100),
    }
}

/// A keyset of this number.
pub fn keyset(plan: &Plan, federation: FederationId, id: KeysetId) -> KeysetEntry {
    let members = (1..=plan.witnesses).map(StoreId).zip((0u8..).map(WitnessIndex)).map(|(store, index)| {
        let keys = node_seed(store).witness_keys(&federation, id).unwrap();
        keys.entry(store, &federation, id, index, entropy(&format!("possession {id} {index}")))
    });
    KeysetEntry {
        id,
        members: list(members),
        faults: plan.faults,
        denominations: list([1, 2, 4, 8, 16, 32, 64]),
        issue_until: NOW + 180 * DAY,
        redeem_until: NOW + 360 * DAY,
    }
}

/// A keyset that closes a year after the first and has a coin of 128 points.
pub const LATER: KeysetId = KeysetId(2);
/// One that closes a year after that.
pub const LATEST: KeysetId = KeysetId(3);

impl World {
    /// Four stores with three keysets, each of which closes a year after the one before.
    pub fn of_years() -> Self {
        let mut body = first(&Plan { keysets: 3, ..FOUR });
        let mut keysets = body.keysets.into_vec();
        for (keyset, years) in keysets.iter_mut().zip(0..) {
            keyset.issue_until += years * 365 * DAY;
            keyset.redeem_until += years * 365 * DAY;
            if years > 0 {
                keyset.denominations = list([1, 2, 4, 8, 16, 32, 64, 128]);
            }
        }
        body.keysets = list(keysets);
        Self::of(body)
    }

    /// A federation as planned.
    pub fn new(plan: &Plan) -> Self {
        Self::of(first(plan))
    }

    /// A federation of this first version.
    pub fn of(body: CharterBody) -> Self {
        let signed = sign(body, &[1, 2]);
        Self { charter: Charter::genesis(signed.clone()).unwrap(), chain: vec![signed] }
    }

    /// The next version, with nothing changed but its place.
    pub fn next(&self) -> CharterBody {
        CharterBody {
            genesis: None,
            version: self.charter.version() + 1,
            previous: self.charter.hash(),
            issued: NOW,
            ..self.charter.body().clone()
        }
    }

    /// After a next version.
    pub fn then(&self, body: CharterBody) -> Self {
        let signed = sign(body, &[1, 2]);
        let charter = self.charter.succeed(signed.clone()).unwrap();
        Self { charter, chain: self.chain.iter().cloned().chain([signed]).collect() }
    }

    /// The chain, as it stands in a vector.
    pub fn shown(&self) -> Value {
        Value::from(self.chain.iter().map(shown).collect::<Vec<_>>())
    }

    /// The federation's id.
    pub fn id(&self) -> FederationId {
        *self.charter.federation()
    }

    /// A keyset.
    pub fn keyset(&self, id: KeysetId) -> &Keyset {
        self.charter.keyset(id).unwrap()
    }

    /// A witness's secrets.
    pub fn keys(&self, keyset: KeysetId, index: u8) -> WitnessKeys {
        node_seed(StoreId(u32::from(index) + 1)).witness_keys(&self.id(), keyset).unwrap()
    }

    /// A witness's vote, whatever it is for.
    pub fn vote(&self, keyset: KeysetId, index: u8, digest: &OrderDigest) -> Vote {
        Vote::sign(&self.keys(keyset, index).vote, self.keyset(keyset), WitnessIndex(index), digest)
    }

    /// A certificate of these witnesses' votes, whatever it is for.
    pub fn certificate(&self, keyset: KeysetId, by: &[u8], digest: &OrderDigest) -> Certificate {
        let votes = by.iter().map(|index| self.vote(keyset, *index, digest));
        Certificate { keyset, digest: *digest, votes: list(votes) }
    }

    /// An order with a certificate of the first three witnesses of its keyset.
    pub fn certified(&self, order: &Order) -> CertifiedOrder {
        let certificate = self.certificate(order.keyset, &[0, 1, 2], &order.digest());
        CertifiedOrder { order: order.clone(), certificate }
    }

    /// A witness's head of a log of these entries.
    pub fn head_of(&self, keyset: KeysetId, index: u8, entries: &[LogEntry]) -> Head {
        let (size, root) = size_and_root(entries);
        Head::sign(&self.keys(keyset, index).vote, self.keyset(keyset), WitnessIndex(index), size, root)
    }

    /// A witness's closing statement of a log of these entries.
    pub fn statement_of(&self, keyset: KeysetId, index: u8, entries: &[LogEntry]) -> ClosingStatement {
        let (size, root) = size_and_root(entries);
        ClosingStatement::sign(&self.keys(keyset, index).vote, self.keyset(keyset), WitnessIndex(index), size, root)
    }

    /// A witness's evaluation of an order's outputs in a keyset.
    pub fn evaluate(&self, order: &Order, keyset: KeysetId, index: u8) -> Evaluation {
        self.evaluate_with(order, keyset, index, &self.keys(keyset, index))
    }

    /// The same, computed with any POPRF key; signed by the witness.
    pub fn evaluate_with(&self, order: &Order, keyset: KeysetId, index: u8, keys: &WitnessKeys) -> Evaluation {
        let (federation, digest) = (self.id(), order.digest());
        let items: Vec<EvaluationItem> = outputs_of(order, keyset)
            .map(|output| {
                let tweak = output.class.tweak(&federation);
                let blinded = output.blinded.decode().unwrap();
                EvaluationItem { tweak, blinded, evaluated: keys.poprf.evaluate(&tweak, &blinded).unwrap() }
            })
            .collect();
        let context = EvaluationContext { federation: &federation.0, keyset: keyset.0, index, digest: &digest.0 };
        let nonce = entropy(&format!("evaluation {digest} {keyset} {index}"));
        let proof = if items.is_empty() { NO_PROOF } else { prove(&keys.poprf, &context, &items, nonce).unwrap() };
        let evaluated = list(items.iter().map(|item| item.evaluated.encode()));
        let key = self.keys(keyset, index).vote;
        Evaluation::sign(&key, &federation, keyset, WitnessIndex(index), digest, evaluated, proof)
    }

    /// The same evaluation after a change that its witness signed too.
    pub fn resign(&self, changed: Evaluation) -> Evaluation {
        let Evaluation { keyset, index, digest, evaluated, proof, .. } = changed;
        Evaluation::sign(&self.keys(keyset, index.0).vote, &self.id(), keyset, index, digest, evaluated, proof)
    }
}

fn size_and_root(entries: &[LogEntry]) -> (u64, [u8; 32]) {
    let leaves: Vec<[u8; 32]> = entries.iter().map(LogEntry::leaf).collect();
    (u64::try_from(leaves.len()).unwrap(), merkle::root_of(&leaves))
}

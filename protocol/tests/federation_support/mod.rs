//! A whole federation out of small numbers: a charter signed by its stewards, and every witness's secrets.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use ronde_protocol::{
    crypto::{
        Entropy, EvaluationContext, EvaluationItem,
        proof::prove,
        sign::{SigningKey, VerifyingKeyBytes},
    },
    limits::MAX_BUCKET_ENTRIES,
    machine::witness::keys::{NodeSeed, WitnessKeys},
    message::{
        amount::Points,
        bucket::{BucketEntry, BucketLength, BucketPage, BucketQuery, LengthQuery, first_outputs},
        certificate::{Certificate, VerifiedCertificate},
        charter::{
            Association, Campaign, Charter, CharterBody, Genesis, KeysetEntry, PointValue, SignedCharter, Stewards,
            Store, UnspentFate, VoucherOffer,
        },
        codec::Bounded,
        evaluation::{Evaluation, outputs_of},
        ids::{AssociationId, CampaignId, CharterHash, FederationId, KeysetId, OfferId, StoreId, WitnessIndex},
        log::CertifiedOrder,
        order::{Order, Seconds},
        probe::{CheckedProbe, CoinState, ProbeAnswer},
        text::Text,
        vote::{VerifiedVote, Vote},
    },
};

/// The time at which tests play: 2026-01-01 00:00 UTC, a whole hour.
pub const NOW: Seconds = 1_767_225_600;
/// A day, in seconds.
pub const DAY: Seconds = 86_400;
/// The first keyset.
pub const KEYSET: KeysetId = KeysetId(1);
/// An association that can be given to.
pub const ASSOCIATION: AssociationId = AssociationId(1);
/// A campaign with three choices, whose ballots come with at least [`BALLOT_MINIMUM`] points.
pub const CAMPAIGN: CampaignId = CampaignId(1);
/// Points that bring a ballot.
pub const BALLOT_MINIMUM: u64 = 5;
/// A voucher worth [`VOUCHER_VALUE`] points, funded by store 1, issued by all.
pub const VOUCHER: OfferId = OfferId(1);
/// Worth of the voucher.
pub const VOUCHER_VALUE: u64 = 3;

/// What a test wants to differ.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many stores; they are numbered from 1.
    pub stores: usize,
    /// How many of the first ones are witnesses.
    pub witnesses: usize,
    /// f.
    pub faults: u8,
    /// How many keysets, numbered from 1, all with the same committee and open.
    pub keysets: u32,
    /// By how many seconds each keyset ends after the one before.
    pub apart: Seconds,
    /// For how many seconds after the end of issuing a keyset is spent.
    pub spending: Seconds,
    /// When it is: charter, keysets and campaigns are valid from the day before on.
    pub now: Seconds,
    /// Points that each store may issue a day.
    pub daily_limit: u64,
    /// Base URLs by store, from store 1 on; none where the list ends.
    pub http: Vec<String>,
    /// `host:port` for QUIC by store, likewise.
    pub quic: Vec<String>,
}

impl Plan {
    /// As many stores as witnesses, one keyset, f as large as it may be.
    pub fn of(witnesses: usize) -> Self {
        let faults = u8::try_from(witnesses.saturating_sub(1) / 3).unwrap();
        Self {
            stores: witnesses,
            witnesses,
            faults,
            keysets: 1,
            apart: 0,
            spending: 180 * DAY,
            now: NOW,
            daily_limit: 1_000_000,
            http: Vec::new(),
            quic: Vec::new(),
        }
    }
}

/// A federation and all its secrets.
pub struct Federation {
    /// The charter, checked.
    pub charter: Charter,
    /// As it travels.
    pub signed: SignedCharter,
}

/// The seed of a store's node.
pub fn node_seed(store: StoreId) -> NodeSeed {
    let mut bytes = [0x5e; 32];
    bytes[..4].copy_from_slice(&store.0.to_le_bytes());
    NodeSeed::new(bytes)
}

/// A steward's key.
pub fn steward(number: u8) -> SigningKey {
    SigningKey::from_seed(&[0xa0 + number; 32])
}

/// Randomness of a test: one byte, repeated.
pub fn entropy(byte: u8) -> Entropy {
    Entropy::new([byte; 32])
}

/// A seed that is another every time, or `RONDE_TEST_SEED`: printed, so that a run can be repeated.
pub fn random_seed() -> u64 {
    let given = std::env::var("RONDE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(since.subsec_nanos()) << 20 | u64::from(std::process::id())
    });
    println!("RONDE_TEST_SEED={seed}");
    seed
}

/// Randomness that follows from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number from 0 to below `count`.
    pub fn roll(&mut self, count: u64) -> u64 {
        self.bits() % count
    }

    /// The same, as a place in a list.
    pub fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.roll(u64::try_from(count).unwrap())).unwrap()
    }

    /// 32 bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.bits().to_le_bytes()));
        bytes
    }
}

/// n witness stores, f as large as it may be, one keyset, stewards 2 of 3.
pub fn federation(witnesses: usize) -> Federation {
    planned(&Plan::of(witnesses))
}

/// A federation as planned.
pub fn planned(plan: &Plan) -> Federation {
    with(body(plan))
}

/// A federation of this charter.
pub fn with(body: CharterBody) -> Federation {
    let signed = sign_charter(body, &[1, 2]);
    Federation { charter: Charter::genesis(signed.clone()).unwrap(), signed }
}

/// Signs a version with the named stewards.
pub fn sign_charter(body: CharterBody, stewards: &[u8]) -> SignedCharter {
    let mut signatures: Vec<_> = stewards.iter().map(|number| body.sign(&steward(*number))).collect();
    signatures.sort_by_key(|signature| signature.key);
    SignedCharter { body, signatures: Bounded::new(signatures).unwrap() }
}

/// Version 1, unsigned.
pub fn body(plan: &Plan) -> CharterBody {
    let mut keys: Vec<VerifyingKeyBytes> = (1..=3).map(|number| steward(number).verifying_key().encode()).collect();
    keys.sort();
    let stewards = Stewards { keys: Bounded::new(keys).unwrap(), threshold: 2 };
    let genesis = Genesis { name: text("Test federation"), stewards: stewards.clone(), salt: [7; 32] };
    let federation = genesis.federation();
    CharterBody {
        federation,
        genesis: Some(genesis),
        version: 1,
        previous: CharterHash::NONE,
        settles_fork: None,
        issued: plan.now - DAY,
        expires: plan.now + 365 * DAY,
        stewards,
        point_value: PointValue { cents: 1, points: 1 },
        unspent: UnspentFate::ToIssuers,
        stores: list(numbers(plan.stores).map(|id| store(plan, id))),
        keysets: list((1..=plan.keysets).map(|id| keyset(plan, federation, KeysetId(id)))),
        associations: list([
            Association { id: ASSOCIATION, name: text("Food bank"), closed: false },
            Association { id: AssociationId(2), name: text("Rowing club"), closed: false },
        ]),
        campaigns: list([Campaign {
            id: CAMPAIGN,
            name: text("Which tree in the market square?"),
            choices: list(["Lime", "Plane", "Oak"].map(text)),
            minimum: Points(BALLOT_MINIMUM),
            end: plan.now + 30 * DAY,
            ballots_per_store: 1000,
        }]),
        offers: list([VoucherOffer {
            id: VOUCHER,
            name: text("A coffee"),
            value: Points(VOUCHER_VALUE),
            funder: StoreId(1),
            issuers: list(numbers(plan.stores)),
            per_store: 1000,
            closed: false,
        }]),
    }
}

fn numbers(stores: usize) -> impl Iterator<Item = StoreId> {
    (1..=u32::try_from(stores).unwrap()).map(StoreId)
}

fn store(plan: &Plan, id: StoreId) -> Store {
    let place = usize::try_from(id.0).unwrap() - 1;
    let address = |all: &[String]| list(all.get(place).map(|address| text(address)));
    Store {
        id,
        name: text(&format!("Store {id}")),
        node_key: node_seed(id).node_key().verifying_key().encode(),
        quic: address(&plan.quic),
        http: address(&plan.http),
        daily_limit: Points(plan.daily_limit),
    }
}

fn keyset(plan: &Plan, federation: FederationId, id: KeysetId) -> KeysetEntry {
    let members = numbers(plan.witnesses).zip((0u8..).map(WitnessIndex)).map(|(store, index)| {
        let keys = node_seed(store).witness_keys(&federation, id).unwrap();
        keys.entry(store, &federation, id, index, entropy(index.0))
    });
    KeysetEntry {
        id,
        members: list(members),
        faults: plan.faults,
        denominations: list((0..12).map(|power| 1 << power)),
        issue_until: plan.now + 180 * DAY + plan.apart * u64::from(id.0 - 1),
        redeem_until: plan.now + 180 * DAY + plan.spending + plan.apart * u64::from(id.0 - 1),
    }
}

/// A text that fits.
pub fn text(content: &str) -> Text {
    Text::new(content).unwrap()
}

/// A list that fits.
pub fn list<T, const MAX: usize>(items: impl IntoIterator<Item = T>) -> Bounded<T, MAX> {
    Bounded::new(items.into_iter().collect()).unwrap()
}

impl Federation {
    /// The federation's id.
    pub fn id(&self) -> FederationId {
        *self.charter.federation()
    }

    /// A witness's secrets.
    pub fn witness(&self, keyset: KeysetId, index: WitnessIndex) -> WitnessKeys {
        let store = self.charter.keyset(keyset).unwrap().member(index).unwrap().store();
        node_seed(store).witness_keys(self.charter.federation(), keyset).unwrap()
    }

    /// All witnesses of a keyset.
    pub fn indices(&self, keyset: KeysetId) -> Vec<WitnessIndex> {
        self.charter.keyset(keyset).unwrap().members().iter().map(|member| member.index()).collect()
    }

    /// A witness's vote, whatever the order: no rule is checked.
    pub fn vote(&self, order: &Order, index: WitnessIndex) -> Vote {
        let keyset = self.charter.keyset(order.keyset).unwrap();
        Vote::sign(&self.witness(order.keyset, index).vote, keyset, index, &order.digest())
    }

    /// A certificate out of the votes of the first q witnesses, whatever the order.
    pub fn certify(&self, order: &Order) -> Certificate {
        self.certify_by(order, &self.indices(order.keyset)).into_certificate()
    }

    /// A certificate out of the first q votes of these witnesses.
    pub fn certify_by(&self, order: &Order, witnesses: &[WitnessIndex]) -> VerifiedCertificate {
        let keyset = self.charter.keyset(order.keyset).unwrap();
        let digest = order.digest();
        let votes: Vec<VerifiedVote> =
            witnesses.iter().map(|index| self.vote(order, *index).verify(keyset, &digest).unwrap()).collect();
        Certificate::assemble(keyset, digest, &votes).unwrap()
    }

    /// A witness's evaluation of an order's outputs in its own keyset; of none if there are none.
    pub fn evaluate(&self, order: &Order, index: WitnessIndex) -> Option<Evaluation> {
        self.evaluate_with(order, index, &self.witness(order.keyset, index))
    }

    /// An evaluation signed by a witness, but computed with the keys given: another POPRF key makes a bad proof.
    pub fn evaluate_with(&self, order: &Order, index: WitnessIndex, keys: &WitnessKeys) -> Option<Evaluation> {
        let federation = self.id();
        let digest = order.digest();
        let items: Vec<EvaluationItem> = outputs_of(order, order.keyset)
            .map(|output| {
                let tweak = output.class.tweak(&federation);
                let blinded = output.blinded.decode().unwrap();
                EvaluationItem { tweak, blinded, evaluated: keys.poprf.evaluate(&tweak, &blinded).unwrap() }
            })
            .collect();
        if items.is_empty() {
            return None;
        }
        let context =
            EvaluationContext { federation: &federation.0, keyset: order.keyset.0, index: index.0, digest: &digest.0 };
        let proof = prove(&keys.poprf, &context, &items, entropy(index.0)).unwrap();
        let evaluated = list(items.iter().map(|item| item.evaluated.encode()));
        let vote_key = self.witness(order.keyset, index).vote;
        Some(Evaluation::sign(&vote_key, &federation, order.keyset, index, digest, evaluated, proof))
    }

    /// The evaluations of these witnesses.
    pub fn evaluations(&self, order: &Order, witnesses: &[WitnessIndex]) -> Vec<Evaluation> {
        witnesses.iter().filter_map(|index| self.evaluate(order, *index)).collect()
    }

    /// A witness that says that its prefixes have no bits: all is in one bucket.
    pub fn bucket_length(&self, index: WitnessIndex, query: &LengthQuery) -> BucketLength {
        let keyset = self.charter.keyset(query.keyset).unwrap();
        BucketLength::sign(&self.witness(query.keyset, index).vote, keyset, index, &query.nonce, 0)
    }

    /// A piece of a witness's bucket, out of all orders that were certified.
    pub fn bucket_page<'o>(
        &self,
        index: WitnessIndex,
        query: &BucketQuery,
        certified: impl IntoIterator<Item = &'o Order>,
    ) -> BucketPage {
        let mut entries = Vec::new();
        for order in certified {
            for output in first_outputs(order, query.keyset) {
                let certified = CertifiedOrder { order: order.clone(), certificate: self.certify(order) };
                let evaluation = self.evaluate(order, index).unwrap();
                entries.push(BucketEntry { blinded: output.blinded, certified, evaluation });
            }
        }
        entries.retain(|entry| query.asks_for(&entry.place()));
        entries.sort_by_key(|entry| entry.place().key());
        let more = entries.len() > MAX_BUCKET_ENTRIES;
        entries.truncate(MAX_BUCKET_ENTRIES);
        let keyset = self.charter.keyset(query.keyset).unwrap();
        BucketPage::sign(&self.witness(query.keyset, index).vote, keyset, index, query, list(entries), more)
    }

    /// What a witness says of a coin, whatever is so.
    pub fn probe_answer(&self, probe: &CheckedProbe, index: WitnessIndex, state: CoinState) -> ProbeAnswer {
        let keyset = self.charter.keyset(probe.keyset()).unwrap();
        ProbeAnswer::sign(&self.witness(probe.keyset(), index).vote, keyset, index, probe, state)
    }
}

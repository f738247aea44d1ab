//! One value of each message. Elements, keys and signatures in them are drawn bytes: a decoder does not look.

use ronde_protocol::{
    crypto::{
        EvaluationProof, Point, PointBytes, PossessionProof, ScalarBytes, Signature, SpendSignature, VerifyingKeyBytes,
    },
    machine::audit::{Exhibit, Logged, LoggedEntry},
    message::{
        amount::Points,
        bucket::{BucketEntry, BucketLength, BucketPage, BucketPlace, BucketQuery},
        certificate::Certificate,
        charter::{
            Association, Campaign, CharterBody, Genesis, KeysetEntry, MemberEntry, PointValue, SignedCharter,
            StewardSignature, Stewards, Store, UnspentFate, VoucherOffer,
        },
        class::{Class, Kind},
        codec::Bounded,
        evaluation::{Evaluation, NO_PROOF},
        evidence::Evidence,
        head::{Head, HeadAnswer},
        ids::{
            AssociationId, CampaignId, CharterHash, FederationId, KeysetId, OfferId, OrderDigest, Reference, StoreId,
            WitnessIndex,
        },
        log::{CertifiedOrder, LogEntry},
        offer::{Offer, SignedOffer},
        order::{Authorization, Column, Input, Order, Output, Purpose, SignedOrder, Submission},
        probe::{CoinState, Probe, ProbeAnswer},
        text::Text,
        vote::Vote,
        wire::{CharterChunk, FeedPage, FromPosition, OrderState, Reply, ReplyV1, VoteRequest},
    },
};

use super::super::draw;

/// 2026-01-01 00:00 UTC.
pub const TIME: u64 = 1_767_225_600;

/// A list that fits.
pub fn list<T, const MAX: usize>(items: impl IntoIterator<Item = T>) -> Bounded<T, MAX> {
    Bounded::new(items.into_iter().collect()).unwrap_or_default()
}

/// A text that fits.
pub fn text(content: &str) -> Text {
    Text::new(content).unwrap()
}

/// 32 bytes of a name.
pub fn hash(name: &str) -> [u8; 32] {
    draw::bytes(name)
}

/// 64 bytes of a name.
pub fn signature(name: &str) -> Signature {
    Signature(draw::bytes(name))
}

/// A coin key or blinded element.
pub fn point(name: &str) -> PointBytes {
    PointBytes(hash(name))
}

fn scalar(name: &str) -> ScalarBytes {
    ScalarBytes(hash(name))
}

fn key(name: &str) -> VerifyingKeyBytes {
    VerifyingKeyBytes(hash(name))
}

/// So many points.
pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

/// The order that casts a ballot.
pub fn vote_order() -> Order {
    let campaign = CampaignId(2);
    Order {
        federation: FederationId([0x11; 32]),
        keyset: KeysetId(1),
        store: StoreId::NONE,
        purpose: Purpose::Vote { campaign, choice: 1 },
        reference: Reference::NONE,
        time: TIME,
        inputs: list([Input { kind: Kind::Ballot { campaign }, point: Point::generator().encode() }]),
        outputs: list([]),
    }
}

/// An order of a purpose, with inputs and outputs of these kinds.
pub fn order(purpose: Purpose, inputs: &[Kind], outputs: &[Kind]) -> Order {
    let input = |(place, kind): (usize, &Kind)| Input { kind: *kind, point: point(&format!("input {place}")) };
    let output = |(place, kind): (usize, &Kind)| {
        let class = Class { keyset: KeysetId(1), kind: *kind };
        Output { class, blinded: point(&format!("output {place}")) }
    };
    Order {
        federation: FederationId(hash("federation")),
        keyset: KeysetId(1),
        store: StoreId(7),
        purpose,
        reference: Reference(hash("reference")),
        time: TIME,
        inputs: list(inputs.iter().enumerate().map(input)),
        outputs: list(outputs.iter().enumerate().map(output)),
    }
}

/// A payment with a voucher and change.
pub fn redeem() -> Order {
    order(Purpose::Redeem, &[points(8), Kind::Voucher { offer: OfferId(3) }], &[points(2)])
}

/// With a signature by coins.
pub fn by_coins(order: Order) -> SignedOrder {
    SignedOrder { order, authorization: Authorization::Spend(SpendSignature { r: point("r"), s: scalar("s") }) }
}

/// With a signature by a store.
pub fn by_store(order: Order) -> SignedOrder {
    SignedOrder { order, authorization: Authorization::Store(signature("a store")) }
}

/// An order that gives points and a ballot.
pub fn earn() -> Order {
    order(Purpose::Earn, &[], &[points(8), Kind::Ballot { campaign: CampaignId(2) }])
}

/// With two columns.
pub fn submission() -> Submission {
    let column = |index: u8| Column { index: WitnessIndex(index), components: list([point("n 0"), point("n 1")]) };
    Submission { signed: by_coins(redeem()), columns: list([column(0), column(2)]) }
}

/// A store's offer.
pub fn offer() -> Offer {
    Offer {
        federation: FederationId(hash("federation")),
        store: StoreId(7),
        nonce: hash("a checkout"),
        max: Points(1500),
        step: Points(100),
        expiry: TIME + 900,
        time: TIME,
    }
}

/// Signed by nobody.
pub fn signed_offer() -> SignedOffer {
    SignedOffer { offer: offer(), signature: signature("an offer") }
}

/// By this witness.
pub fn vote(index: u8) -> Vote {
    Vote { index: WitnessIndex(index), signature: signature(&format!("vote {index}")) }
}

/// Three votes.
pub fn certificate() -> Certificate {
    Certificate { keyset: KeysetId(1), digest: OrderDigest(hash("digest")), votes: list([0, 1, 3].map(vote)) }
}

/// Of two outputs.
pub fn evaluation() -> Evaluation {
    Evaluation {
        keyset: KeysetId(1),
        index: WitnessIndex(2),
        digest: OrderDigest(hash("digest")),
        evaluated: list([point("z 0"), point("z 1")]),
        proof: EvaluationProof { challenge: scalar("challenge"), response: scalar("response") },
        signature: signature("an evaluation"),
    }
}

/// Of no output.
pub fn no_evaluation() -> Evaluation {
    Evaluation { evaluated: list([]), proof: NO_PROOF, ..evaluation() }
}

/// Of so many entries.
pub fn head(size: u64) -> Head {
    Head { index: WitnessIndex(2), size, root: hash("root"), signature: signature("a head") }
}

/// With a head, or with none.
pub fn head_answer(newest: Option<Head>) -> HeadAnswer {
    HeadAnswer { index: WitnessIndex(1), newest, signature: signature("an answer") }
}

/// A payment with its certificate.
pub fn certified() -> CertifiedOrder {
    CertifiedOrder { order: redeem(), certificate: certificate() }
}

/// Two stewards of three keys.
pub fn stewards() -> Stewards {
    Stewards { keys: list([key("steward 0"), key("steward 1"), key("steward 2")]), threshold: 2 }
}

/// The cooperative.
pub fn genesis() -> Genesis {
    Genesis { name: text("Les Quatre Coins"), stewards: stewards(), salt: hash("salt") }
}

/// A store under a name.
pub fn store(name: &str) -> Store {
    Store {
        id: StoreId(7),
        name: text(name),
        node_key: key("node"),
        quic: list([text("store.example:4433")]),
        http: list([text("https://store.example")]),
        daily_limit: Points(100_000),
    }
}

/// A coffee.
pub fn voucher_offer() -> VoucherOffer {
    VoucherOffer {
        id: OfferId(3),
        name: text("Un café"),
        value: Points(150),
        funder: StoreId(7),
        issuers: list([StoreId(7), StoreId(9)]),
        per_store: 500,
        closed: false,
    }
}

fn keyset() -> KeysetEntry {
    let member = MemberEntry {
        store: StoreId(7),
        poprf_key: point("poprf key"),
        poprf_possession: PossessionProof { r: point("possession r"), s: scalar("possession s") },
        vote_key: key("vote key"),
        vote_possession: signature("vote possession"),
    };
    KeysetEntry {
        id: KeysetId(1),
        members: list([member]),
        faults: 0,
        denominations: list([1, 2, 4, 8]),
        issue_until: TIME + 30 * 86_400,
        redeem_until: TIME + 90 * 86_400,
    }
}

/// Version 1 of a small federation.
pub fn first_version() -> CharterBody {
    let campaign = Campaign {
        id: CampaignId(2),
        name: text("Quel jardin ?"),
        choices: list([text("le parc"), text("l'étang")]),
        minimum: Points(10),
        end: TIME + 86_400,
        ballots_per_store: 1000,
    };
    CharterBody {
        genesis: Some(genesis()),
        federation: FederationId(hash("federation")),
        version: 1,
        previous: CharterHash::NONE,
        settles_fork: None,
        issued: TIME,
        expires: TIME + 365 * 86_400,
        stewards: stewards(),
        point_value: PointValue { cents: 1, points: 1 },
        unspent: UnspentFate::ToIssuers,
        stores: list([store("Épicerie du coin")]),
        keysets: list([keyset()]),
        associations: list([Association { id: AssociationId(5), name: text("Le club"), closed: true }]),
        campaigns: list([campaign]),
        offers: list([voucher_offer()]),
    }
}

/// A later version with empty lists, after a fork.
pub fn later_version() -> CharterBody {
    let previous = CharterHash(hash("previous"));
    CharterBody {
        genesis: None,
        version: 2,
        previous,
        settles_fork: Some(previous),
        unspent: UnspentFate::ToAssociation(AssociationId(5)),
        stores: list([]),
        keysets: list([]),
        associations: list([]),
        campaigns: list([]),
        offers: list([]),
        ..first_version()
    }
}

/// Under two signatures.
pub fn signed_charter() -> SignedCharter {
    let by = |name: &str| StewardSignature { key: key(name), signature: signature(name) };
    SignedCharter { body: first_version(), signatures: list([by("steward 0"), by("steward 2")]) }
}

/// Two votes for two orders over one coin.
pub fn double_vote() -> Evidence {
    Evidence::DoubleVote { first: redeem(), first_vote: vote(2), second: vote_order(), second_vote: vote(2) }
}

/// Two heads and the subtrees of the longer log.
pub fn fork(subtrees: &[&str]) -> Evidence {
    Evidence::Fork {
        keyset: KeysetId(1),
        shorter: head(2),
        longer: head(3),
        subtrees: list(subtrees.iter().map(|name| hash(name))),
    }
}

/// An entry of a log.
pub fn logged() -> Exhibit {
    let entries = list([LoggedEntry { position: 1, entry: LogEntry::Voted(by_store(earn())) }]);
    Exhibit::Logged(Logged {
        keyset: KeysetId(1),
        head: head(2),
        subtrees: list([hash("leaf 0"), hash("leaf 2")]),
        entries,
    })
}

/// Position 5 of the first keyset's log.
pub fn from() -> FromPosition {
    FromPosition { keyset: KeysetId(1), from: 5 }
}

/// With a column and two votes.
pub fn vote_request() -> VoteRequest {
    VoteRequest {
        signed: by_coins(redeem()),
        column: Some(list([point("n 0"), point("n 1")])),
        votes: list([vote(0), vote(1)]),
    }
}

/// An order that another one killed.
pub fn dead() -> OrderState {
    OrderState::Dead { order: vote_order(), by: certified() }
}

/// A page of a feed without entries.
pub fn feed() -> Reply {
    Reply::V1(ReplyV1::Feed(FeedPage { entries: list([]), next: 6, more: false }))
}

/// Five bytes of a charter.
pub fn chunk() -> Reply {
    Reply::V1(ReplyV1::Charter(CharterChunk { version: 1, total: 5, bytes: list(*b"Ronde") }))
}

/// Where an entry stands.
pub fn bucket_place() -> BucketPlace {
    BucketPlace { blinded: point("b"), digest: OrderDigest(hash("digest")) }
}

/// A question about a bucket.
pub fn bucket_query(after: Option<BucketPlace>) -> BucketQuery {
    BucketQuery { keyset: KeysetId(1), bits: 6, number: 33, after, nonce: hash("nonce") }
}

/// How long prefixes are.
pub fn length() -> BucketLength {
    BucketLength { index: WitnessIndex(2), bits: 6, signature: signature("length") }
}

/// A piece of a bucket with so many entries.
pub fn bucket_page(count: usize, more: bool) -> BucketPage {
    let entry = || BucketEntry { blinded: point("b"), certified: certified(), evaluation: evaluation() };
    BucketPage {
        index: WitnessIndex(2),
        entries: list((0..count).map(|_| entry())),
        more,
        signature: signature("page"),
    }
}

/// A question about a coin.
pub fn probe() -> Probe {
    Probe {
        keyset: KeysetId(1),
        point: point("p"),
        nonce: hash("nonce"),
        signature: SpendSignature { r: point("r"), s: scalar("s") },
    }
}

/// An answer to it.
pub fn probe_answer(state: CoinState) -> ProbeAnswer {
    ProbeAnswer { index: WitnessIndex(2), state, signature: signature("answer") }
}

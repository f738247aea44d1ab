//! Any value of every message, valid or not: what a stranger may send.

use proptest::prelude::*;
use ronde_protocol::{
    crypto::{
        group::{PointBytes, ScalarBytes},
        possession::PossessionProof,
        proof::EvaluationProof,
        sign::{Signature, VerifyingKeyBytes},
        spend::SpendSignature,
    },
    message::{
        amount::Points,
        bucket::{BucketEntry, BucketLength, BucketPage, BucketPlace, BucketQuery, LengthQuery},
        certificate::Certificate,
        charter::{
            Association, Campaign, CharterBody, Genesis, KeysetEntry, MemberEntry, PointValue, SignedCharter,
            StewardSignature, Stewards, Store, UnspentFate, VoucherOffer,
        },
        class::{Class, Kind},
        codec::Bounded,
        evaluation::Evaluation,
        evidence::Evidence,
        head::{Head, HeadAnswer},
        ids::*,
        log::{CertifiedOrder, LogEntry},
        offer::{Offer, SignedOffer},
        order::{Authorization, Column, Input, Order, Output, Purpose, SignedOrder, Submission},
        probe::{CoinState, Probe, ProbeAnswer},
        refund::RefundClaim,
        refusal::{Conflict, ConflictingOrder, ExpectedCode, NotVoting, Refusal, Rule},
        statement::ClosingStatement,
        text::Text,
        vote::Vote,
        wire::*,
    },
};

type Any<T> = BoxedStrategy<T>;

fn few<T: core::fmt::Debug + Clone + 'static, const MAX: usize>(item: Any<T>) -> Any<Bounded<T, MAX>> {
    prop::collection::vec(item, 0..3).prop_map(|items| Bounded::new(items).unwrap()).boxed()
}

fn bytes() -> Any<[u8; 32]> {
    any::<[u8; 32]>().boxed()
}

fn signature() -> Any<Signature> {
    (bytes(), bytes()).prop_map(|(r, s)| Signature([r, s].concat().try_into().unwrap())).boxed()
}

fn point() -> Any<PointBytes> {
    bytes().prop_map(PointBytes).boxed()
}

fn scalar() -> Any<ScalarBytes> {
    bytes().prop_map(ScalarBytes).boxed()
}

fn key() -> Any<VerifyingKeyBytes> {
    bytes().prop_map(VerifyingKeyBytes).boxed()
}

fn keyset() -> Any<KeysetId> {
    any::<u32>().prop_map(KeysetId).boxed()
}

fn store() -> Any<StoreId> {
    any::<u32>().prop_map(StoreId).boxed()
}

fn index() -> Any<WitnessIndex> {
    any::<u8>().prop_map(WitnessIndex).boxed()
}

fn digest() -> Any<OrderDigest> {
    bytes().prop_map(OrderDigest).boxed()
}

fn amount() -> Any<Points> {
    any::<u64>().prop_map(Points).boxed()
}

fn text() -> Any<Text> {
    prop_oneof![Just(""), Just("Épicerie du coin"), Just("store.example:4433"), Just("花屋")]
        .prop_map(|text| Text::new(text).unwrap())
        .boxed()
}

pub fn kind() -> Any<Kind> {
    prop_oneof![
        any::<u64>().prop_map(|denomination| Kind::Points { denomination }),
        any::<u32>().prop_map(|id| Kind::Ballot { campaign: CampaignId(id) }),
        any::<u32>().prop_map(|id| Kind::Voucher { offer: OfferId(id) }),
    ]
    .boxed()
}

pub fn purpose() -> Any<Purpose> {
    prop_oneof![
        Just(Purpose::Earn),
        Just(Purpose::Redeem),
        Just(Purpose::Swap),
        any::<u32>().prop_map(|id| Purpose::Donate { association: AssociationId(id) }),
        (any::<u32>(), amount()).prop_map(|(id, points)| Purpose::Pledge { association: AssociationId(id), points }),
        (any::<u32>(), any::<u8>()).prop_map(|(id, choice)| Purpose::Vote { campaign: CampaignId(id), choice }),
    ]
    .boxed()
}

pub fn order() -> Any<Order> {
    let input = (kind(), point()).prop_map(|(kind, point)| Input { kind, point }).boxed();
    let output = (keyset(), kind(), point())
        .prop_map(|(keyset, kind, blinded)| Output { class: Class { keyset, kind }, blinded })
        .boxed();
    (bytes(), keyset(), store(), purpose(), bytes(), any::<u64>(), few(input), few(output))
        .prop_map(|(federation, keyset, store, purpose, reference, time, inputs, outputs)| Order {
            federation: FederationId(federation),
            keyset,
            store,
            purpose,
            reference: Reference(reference),
            time,
            inputs,
            outputs,
        })
        .boxed()
}

pub fn authorization() -> Any<Authorization> {
    prop_oneof![
        (point(), scalar()).prop_map(|(r, s)| Authorization::Spend(SpendSignature { r, s })),
        signature().prop_map(Authorization::Store),
    ]
    .boxed()
}

pub fn signed_order() -> Any<SignedOrder> {
    (order(), authorization()).prop_map(|(order, authorization)| SignedOrder { order, authorization }).boxed()
}

pub fn submission() -> Any<Submission> {
    let column = (index(), few(point())).prop_map(|(index, components)| Column { index, components }).boxed();
    (signed_order(), few(column)).prop_map(|(signed, columns)| Submission { signed, columns }).boxed()
}

pub fn vote() -> Any<Vote> {
    (index(), signature()).prop_map(|(index, signature)| Vote { index, signature }).boxed()
}

pub fn certificate() -> Any<Certificate> {
    (keyset(), digest(), few(vote())).prop_map(|(keyset, digest, votes)| Certificate { keyset, digest, votes }).boxed()
}

pub fn evaluation() -> Any<Evaluation> {
    let proof = (scalar(), scalar()).prop_map(|(challenge, response)| EvaluationProof { challenge, response });
    (keyset(), index(), digest(), few(point()), proof, signature())
        .prop_map(|(keyset, index, digest, evaluated, proof, signature)| Evaluation {
            keyset,
            index,
            digest,
            evaluated,
            proof,
            signature,
        })
        .boxed()
}

pub fn head() -> Any<Head> {
    (index(), any::<u64>(), bytes(), signature())
        .prop_map(|(index, size, root, signature)| Head { index, size, root, signature })
        .boxed()
}

pub fn head_answer() -> Any<HeadAnswer> {
    (index(), prop::option::of(head()), signature())
        .prop_map(|(index, newest, signature)| HeadAnswer { index, newest, signature })
        .boxed()
}

pub fn signed_offer() -> Any<SignedOffer> {
    (bytes(), store(), bytes(), amount(), amount(), any::<u64>(), any::<u64>(), signature())
        .prop_map(|(federation, store, nonce, max, step, expiry, time, signature)| SignedOffer {
            offer: Offer { federation: FederationId(federation), store, nonce, max, step, expiry, time },
            signature,
        })
        .boxed()
}

pub fn certified_order() -> Any<CertifiedOrder> {
    (order(), certificate()).prop_map(|(order, certificate)| CertifiedOrder { order, certificate }).boxed()
}

pub fn log_entry() -> Any<LogEntry> {
    prop_oneof![signed_order().prop_map(LogEntry::Voted), certified_order().prop_map(LogEntry::Certified)].boxed()
}

fn rule() -> Any<Rule> {
    prop::sample::select(super::every::RULES.to_vec()).boxed()
}

fn expected() -> Any<ExpectedCode> {
    prop::sample::select(super::every::EXPECTED.to_vec()).boxed()
}

pub fn refusal() -> Any<Refusal> {
    let other =
        prop_oneof![signed_order().prop_map(ConflictingOrder::Signed), order().prop_map(ConflictingOrder::Certified),];
    prop_oneof![
        prop::sample::select(super::every::plain_refusals()),
        (any::<u64>(), expected()).prop_map(|(offset, expected)| Refusal::BadEncoding { offset, expected }),
        rule().prop_map(Refusal::Invalid),
        any::<u64>().prop_map(|ahead| Refusal::ClockSkew { ahead }),
        amount().prop_map(|left| Refusal::LimitExceeded { left }),
        prop_oneof![Just(NotVoting::Starting), Just(NotVoting::Retired)].prop_map(Refusal::NotVoting),
        (other, prop::option::of(certificate()))
            .prop_map(|(other, certificate)| Refusal::Conflict(Box::new(Conflict { other, certificate }))),
    ]
    .boxed()
}

pub fn closing_statement() -> Any<ClosingStatement> {
    (keyset(), index(), any::<u64>(), bytes(), signature())
        .prop_map(|(keyset, index, size, root, signature)| ClosingStatement { keyset, index, size, root, signature })
        .boxed()
}

pub fn request() -> Any<Request> {
    let from = || (keyset(), any::<u64>()).prop_map(|(keyset, from)| FromPosition { keyset, from });
    prop_oneof![
        (signed_order(), prop::option::of(few(point())), few(vote()))
            .prop_map(|(signed, column, votes)| RequestV1::Vote(VoteRequest { signed, column, votes })),
        certified_order().prop_map(RequestV1::Certify),
        (keyset(), digest()).prop_map(|(keyset, digest)| RequestV1::Order(OrderQuery { keyset, digest })),
        from().prop_map(RequestV1::Feed),
        from().prop_map(RequestV1::Log),
        (keyset(), index(), bytes()).prop_map(|(keyset, asker, nonce)| RequestV1::NewestHead(HeadQuery {
            keyset,
            asker,
            nonce
        })),
        (any::<u64>(), any::<u64>()).prop_map(|(version, offset)| RequestV1::Charter(CharterQuery { version, offset })),
        (keyset(), bytes()).prop_map(|(keyset, nonce)| RequestV1::Length(LengthQuery { keyset, nonce })),
        bucket_query().prop_map(RequestV1::Bucket),
        probe().prop_map(RequestV1::Probe),
        (keyset(), certified_order())
            .prop_map(|(keyset, certified)| RequestV1::Move(MoveRequest { keyset, certified })),
        keyset().prop_map(|keyset| RequestV1::Statement(StatementQuery { keyset })),
    ]
    .prop_map(Request::V1)
    .boxed()
}

fn bucket_place() -> Any<BucketPlace> {
    (point(), digest()).prop_map(|(blinded, digest)| BucketPlace { blinded, digest }).boxed()
}

pub fn bucket_query() -> Any<BucketQuery> {
    (keyset(), any::<u8>(), any::<u32>(), prop::option::of(bucket_place()), bytes())
        .prop_map(|(keyset, bits, number, after, nonce)| BucketQuery { keyset, bits, number, after, nonce })
        .boxed()
}

pub fn bucket_page() -> Any<BucketPage> {
    let entry = (point(), certified_order(), evaluation())
        .prop_map(|(blinded, certified, evaluation)| BucketEntry { blinded, certified, evaluation })
        .boxed();
    (index(), few(entry), any::<bool>(), signature())
        .prop_map(|(index, entries, more, signature)| BucketPage { index, entries, more, signature })
        .boxed()
}

pub fn probe() -> Any<Probe> {
    (keyset(), point(), bytes(), (point(), scalar()))
        .prop_map(|(keyset, point, nonce, (r, s))| Probe { keyset, point, nonce, signature: SpendSignature { r, s } })
        .boxed()
}

pub fn refund_claim() -> Any<RefundClaim> {
    (bytes(), store(), bytes(), keyset(), order())
        .prop_map(|(federation, store, order, keyset, of)| RefundClaim {
            federation: FederationId(federation),
            store,
            order: OrderDigest(order),
            keyset,
            outputs: of.outputs,
        })
        .boxed()
}

pub fn coin_state() -> Any<CoinState> {
    prop_oneof![
        Just(CoinState::Unbound),
        signed_order().prop_map(CoinState::Bound),
        certified_order().prop_map(CoinState::Spent),
    ]
    .boxed()
}

pub fn probe_answer() -> Any<ProbeAnswer> {
    (index(), coin_state(), signature())
        .prop_map(|(index, state, signature)| ProbeAnswer { index, state, signature })
        .boxed()
}

fn order_state() -> Any<OrderState> {
    prop_oneof![
        (signed_order(), vote()).prop_map(|(signed, vote)| OrderState::Voted { signed, vote }),
        (order(), certificate(), evaluation()).prop_map(|(order, certificate, evaluation)| OrderState::Certified {
            order,
            certificate,
            evaluation
        }),
        (order(), certified_order()).prop_map(|(order, by)| OrderState::Dead { order, by }),
    ]
    .boxed()
}

pub fn reply() -> Any<Reply> {
    let entry =
        (any::<u64>(), certified_order()).prop_map(|(position, certified)| FeedEntry { position, certified }).boxed();
    let chunk = prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Bounded::new(bytes).unwrap());
    prop_oneof![
        (vote(), head()).prop_map(|(vote, head)| ReplyV1::Voted(Voted { vote, head })),
        (certificate(), evaluation(), head()).prop_map(|(certificate, evaluation, head)| {
            ReplyV1::Certified(Certified { certificate, evaluation, head })
        }),
        order_state().prop_map(ReplyV1::Order),
        (few(entry), any::<u64>(), any::<bool>()).prop_map(|(entries, next, more)| ReplyV1::Feed(FeedPage {
            entries,
            next,
            more
        })),
        (few(log_entry()), head()).prop_map(|(entries, head)| ReplyV1::Log(LogPage { entries, head })),
        head_answer().prop_map(ReplyV1::NewestHead),
        (any::<u64>(), any::<u64>(), chunk).prop_map(|(version, total, bytes)| ReplyV1::Charter(CharterChunk {
            version,
            total,
            bytes
        })),
        refusal().prop_map(ReplyV1::Refused),
        (index(), any::<u8>(), signature()).prop_map(|(index, bits, signature)| ReplyV1::Length(BucketLength {
            index,
            bits,
            signature
        })),
        bucket_page().prop_map(ReplyV1::Bucket),
        probe_answer().prop_map(ReplyV1::Probe),
        closing_statement().prop_map(ReplyV1::Statement),
    ]
    .prop_map(Reply::V1)
    .boxed()
}

pub fn evidence() -> Any<Evidence> {
    prop_oneof![
        (order(), vote(), order(), vote()).prop_map(|(first, first_vote, second, second_vote)| {
            Evidence::DoubleVote { first, first_vote, second, second_vote }
        }),
        (order(), evaluation()).prop_map(|(order, evaluation)| Evidence::BadEvaluation { order, evaluation }),
        (keyset(), head(), head(), few(bytes())).prop_map(|(keyset, shorter, longer, subtrees)| Evidence::Fork {
            keyset,
            shorter,
            longer,
            subtrees
        }),
    ]
    .boxed()
}

fn stewards() -> Any<Stewards> {
    (few(key()), any::<u8>()).prop_map(|(keys, threshold)| Stewards { keys, threshold }).boxed()
}

fn store_entry() -> Any<Store> {
    (store(), text(), key(), few(text()), few(text()), amount())
        .prop_map(|(id, name, node_key, quic, http, daily_limit)| Store { id, name, node_key, quic, http, daily_limit })
        .boxed()
}

fn keyset_entry() -> Any<KeysetEntry> {
    let possession = (point(), scalar()).prop_map(|(r, s)| PossessionProof { r, s });
    let member = (store(), point(), possession, key(), signature())
        .prop_map(|(store, poprf_key, poprf_possession, vote_key, vote_possession)| MemberEntry {
            store,
            poprf_key,
            poprf_possession,
            vote_key,
            vote_possession,
        })
        .boxed();
    (keyset(), few(member), any::<u8>(), few(any::<u64>().boxed()), any::<u64>(), any::<u64>())
        .prop_map(|(id, members, faults, denominations, issue_until, redeem_until)| KeysetEntry {
            id,
            members,
            faults,
            denominations,
            issue_until,
            redeem_until,
        })
        .boxed()
}

fn campaign() -> Any<Campaign> {
    (any::<u32>(), text(), few(text()), amount(), any::<u64>(), any::<u64>())
        .prop_map(|(id, name, choices, minimum, end, ballots_per_store)| Campaign {
            id: CampaignId(id),
            name,
            choices,
            minimum,
            end,
            ballots_per_store,
        })
        .boxed()
}

fn voucher_offer() -> Any<VoucherOffer> {
    (any::<u32>(), text(), amount(), store(), few(store()), any::<u64>(), any::<bool>())
        .prop_map(|(id, name, value, funder, issuers, per_store, closed)| VoucherOffer {
            id: OfferId(id),
            name,
            value,
            funder,
            issuers,
            per_store,
            closed,
        })
        .boxed()
}

pub fn signed_charter() -> Any<SignedCharter> {
    let genesis = (text(), stewards(), bytes()).prop_map(|(name, stewards, salt)| Genesis { name, stewards, salt });
    let association = (any::<u32>(), text(), any::<bool>())
        .prop_map(|(id, name, closed)| Association { id: AssociationId(id), name, closed })
        .boxed();
    let fate = prop_oneof![
        Just(UnspentFate::ToIssuers),
        any::<u32>().prop_map(|id| UnspentFate::ToAssociation(AssociationId(id)))
    ];
    let numbers = (any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>());
    let hashes = (bytes(), bytes(), prop::option::of(bytes()));
    let lists = (few(store_entry()), few(keyset_entry()), few(association), few(campaign()), few(voucher_offer()));
    let signer = (key(), signature()).prop_map(|(key, signature)| StewardSignature { key, signature }).boxed();
    (prop::option::of(genesis), hashes, numbers, stewards(), fate, lists, few(signer))
        .prop_map(|(genesis, hashes, numbers, stewards, unspent, lists, signatures)| {
            let (stores, keysets, associations, campaigns, offers) = lists;
            let body = CharterBody {
                genesis,
                federation: FederationId(hashes.0),
                version: numbers.0,
                previous: CharterHash(hashes.1),
                settles_fork: hashes.2.map(CharterHash),
                issued: numbers.1,
                expires: numbers.2,
                stewards,
                point_value: PointValue { cents: numbers.3, points: numbers.4 },
                unspent,
                stores,
                keysets,
                associations,
                campaigns,
                offers,
            };
            SignedCharter { body, signatures }
        })
        .boxed()
}

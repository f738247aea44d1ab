//! Evidence convicts who did it, and nobody else: every piece is checked against the charter alone (EVIDENCE-1).

use crate::codec_support;

use std::sync::LazyLock;

use codec_support::*;
use proptest::prelude::*;
use ronde_protocol::{
    crypto::{
        Entropy, merkle,
        poprf::PoprfSecretKey,
        proof::{self, EvaluationContext, EvaluationItem},
        sign::{Signature, SigningKey},
    },
    limits::MAX_EVIDENCE_BYTES,
    message::{
        class::Kind,
        codec::{decode, encode},
        evaluation::{Evaluation, EvaluationError, NO_PROOF, outputs_of as outputs_of_keyset},
        evidence::{Evidence, EvidenceError, VerifiedEvidence, conflict},
        head::Head,
        ids::{KeysetId, Reference, WitnessIndex},
        order::{Order, Purpose},
        vote::Vote,
    },
};

const CULPRIT: WitnessIndex = WitnessIndex(2);
static FEDERATION: LazyLock<Federation> = LazyLock::new(|| Federation::new(4, 1));

fn key(index: u8) -> SigningKey {
    FEDERATION.keys(KEYSET, index).vote
}

fn verify(evidence: Evidence) -> Result<VerifiedEvidence, EvidenceError> {
    // As it comes out of a file.
    let bytes = encode(&evidence);
    decode::<Evidence>(&bytes, MAX_EVIDENCE_BYTES).unwrap().verify(&FEDERATION.charter)
}

#[track_caller]
fn convicts(evidence: Evidence) {
    let verified = verify(evidence).unwrap();
    assert_eq!((verified.keyset, verified.culprit), (KEYSET, CULPRIT));
}

#[track_caller]
fn fails(evidence: Evidence, why: EvidenceError) {
    assert_eq!(verify(evidence).map(|verified| verified.culprit), Err(why));
}

// Two votes.

fn spending(kinds: &[Kind], first: u64) -> Order {
    let order = FEDERATION.order(Purpose::Redeem);
    Order { inputs: list(inputs_of(kinds, first)), outputs: list(vec![]), ..order }
}

fn earning(reference: u8, outputs: u64) -> Order {
    let order = FEDERATION.order(Purpose::Earn);
    Order { reference: Reference([reference; 32]), outputs: list(outputs_of(&[points(1)], outputs)), ..order }
}

fn vote(order: &Order) -> Vote {
    Vote::sign(&key(CULPRIT.0), FEDERATION.keyset(KEYSET), CULPRIT, &order.digest())
}

fn double_vote(first: &Order, second: &Order) -> Evidence {
    let (first_vote, second_vote) = (vote(first), vote(second));
    Evidence::DoubleVote { first: first.clone(), first_vote, second: second.clone(), second_vote }
}

/// EVIDENCE-3, VOTE-9
#[test]
fn two_votes_over_one_coin_or_one_reference_convict() {
    // Coins 0 and 1, and coins 1 and 2.
    convicts(double_vote(&spending(&[points(1), points(2)], 0), &spending(&[points(2), points(1)], 1)));
    convicts(double_vote(&earning(1, 0), &earning(1, 1)));
    // One coin said to be two different things is still one coin.
    convicts(double_vote(&spending(&[points(1)], 0), &spending(&[points(2)], 0)));
}

/// EVIDENCE-4, VOTE-9
#[test]
fn two_votes_that_do_not_conflict_convict_nobody() {
    let one = spending(&[points(1), points(2)], 0);
    fails(double_vote(&one, &spending(&[points(1), points(2)], 2)), EvidenceError::InOrder);
    fails(double_vote(&one, &one), EvidenceError::InOrder);
    fails(double_vote(&earning(1, 0), &earning(2, 1)), EvidenceError::InOrder);
    fails(double_vote(&earning(1, 0), &earning(1, 0)), EvidenceError::InOrder);
    let elsewhere = Order { store: ronde_protocol::message::ids::StoreId(2), ..earning(1, 1) };
    fails(double_vote(&earning(1, 0), &elsewhere), EvidenceError::InOrder);
    // Payments for one offer share their reference, and may: only debits are locked by it.
    assert!(!conflict(&one, &spending(&[points(1)], 7)));
    assert_eq!(one.reference, spending(&[points(1)], 7).reference);
    fails(double_vote(&one, &spending(&[points(1)], 7)), EvidenceError::InOrder);
    // The same coin key in two keysets is two coins.
    let other_keyset = Order { keyset: OTHER_KEYSET, ..spending(&[points(1)], 0) };
    fails(double_vote(&one, &other_keyset), EvidenceError::InOrder);
}

/// EVIDENCE-4, EVIDENCE-8.
#[test]
fn votes_that_the_accused_never_gave_convict_nobody() {
    let (one, two) = (spending(&[points(1)], 0), spending(&[points(1), points(2)], 0));
    let by = |index: u8, order: &Order| {
        Vote::sign(&key(index), FEDERATION.keyset(KEYSET), WitnessIndex(index), &order.digest())
    };
    let evidence = |first_vote: Vote, second_vote: Vote| Evidence::DoubleVote {
        first: one.clone(),
        first_vote,
        second: two.clone(),
        second_vote,
    };
    // Two witnesses, one vote each: what a race looks like.
    fails(evidence(by(1, &one), by(2, &two)), EvidenceError::InOrder);
    // The second vote is another's under the accused's index, is on another order, or is spoiled.
    fails(evidence(by(2, &one), Vote { index: CULPRIT, ..by(1, &two) }), EvidenceError::NotSigned);
    fails(evidence(by(2, &one), by(2, &one)), EvidenceError::NotSigned);
    let mut spoiled = by(2, &two);
    spoiled.signature.0[40] ^= 1;
    fails(evidence(by(2, &one), spoiled), EvidenceError::NotSigned);
    fails(evidence(spoiled, by(2, &two)), EvidenceError::NotSigned);
    // Nobody of that name.
    let nobody = |vote: Vote| Vote { index: WitnessIndex(4), ..vote };
    fails(evidence(nobody(by(2, &one)), nobody(by(2, &two))), EvidenceError::NotSigned);
    let unknown = KeysetId(9);
    let at = |order: &Order| Order { keyset: unknown, ..order.clone() };
    fails(double_vote(&at(&one), &at(&two)), EvidenceError::Unknown);
}

// A signed evaluation.

fn evaluate(order: &Order, poprf: &PoprfSecretKey, prover: &PoprfSecretKey) -> Evaluation {
    let federation = FEDERATION.id();
    let digest = order.digest();
    let items: Vec<EvaluationItem> = outputs_of_keyset(order, KEYSET)
        .map(|output| {
            let (tweak, blinded) = (output.class.tweak(&federation), output.blinded.decode().unwrap());
            EvaluationItem { tweak, blinded, evaluated: poprf.evaluate(&tweak, &blinded).unwrap() }
        })
        .collect();
    let context =
        EvaluationContext { federation: &federation.0, keyset: KEYSET.0, index: CULPRIT.0, digest: &digest.0 };
    let proof = proof::prove(prover, &context, &items, Entropy::new([4; 32])).unwrap();
    let evaluated = items.iter().map(|item| item.evaluated.encode()).collect();
    Evaluation::sign(&key(CULPRIT.0), &federation, KEYSET, CULPRIT, digest, list(evaluated), proof)
}

fn honest(order: &Order) -> Evaluation {
    let keys = FEDERATION.keys(KEYSET, CULPRIT.0);
    evaluate(order, &keys.poprf, &keys.poprf)
}

fn resigned(evaluation: &Evaluation) -> Evaluation {
    let Evaluation { keyset, index, digest, evaluated, proof, .. } = evaluation.clone();
    Evaluation::sign(&key(CULPRIT.0), &FEDERATION.id(), keyset, index, digest, evaluated, proof)
}

fn bad(order: &Order, evaluation: Evaluation) -> Evidence {
    Evidence::BadEvaluation { order: order.clone(), evaluation }
}

fn earned() -> Order {
    FEDERATION.order(Purpose::Earn)
}

/// EVIDENCE-5, EVAL-1 and EVAL-5.
#[test]
fn a_signed_evaluation_with_another_key_or_a_spoiled_proof_convicts() {
    let order = earned();
    let other = FEDERATION.keys(KEYSET, 1).poprf;
    convicts(bad(&order, evaluate(&order, &other, &other)));
    let good = honest(&order);
    let mut spoiled = good.clone();
    spoiled.proof.response.0[0] ^= 1;
    convicts(bad(&order, resigned(&spoiled)));
    // One element swapped for another, one missing, one that is none.
    let mut swapped = good.evaluated.to_vec();
    swapped.swap(0, 1);
    convicts(bad(&order, resigned(&Evaluation { evaluated: list(swapped), ..good.clone() })));
    let missing = good.evaluated[1..].to_vec();
    convicts(bad(&order, resigned(&Evaluation { evaluated: list(missing), ..good.clone() })));
    let mut identity = good.evaluated.to_vec();
    identity[0] = ronde_protocol::crypto::group::PointBytes([0; 32]);
    convicts(bad(&order, resigned(&Evaluation { evaluated: list(identity), ..good })));
}

/// EVAL-7; EVIDENCE-8.
#[test]
fn a_good_evaluation_convicts_nobody() {
    for purpose in [Purpose::Earn, Purpose::Redeem, Purpose::Swap] {
        let order = FEDERATION.order(purpose);
        let good = honest(&order);
        assert_eq!(good.verify(FEDERATION.keyset(KEYSET), &order, &order.digest()).unwrap().index(), CULPRIT);
        fails(bad(&order, good.clone()), EvidenceError::InOrder);
        // Shown beside another order than its own.
        let other = Order { time: order.time + 1, ..order.clone() };
        fails(bad(&other, good.clone()), EvidenceError::InOrder);
        // Said to be of another witness or keyset.
        fails(bad(&order, Evaluation { index: WitnessIndex(1), ..good.clone() }), EvidenceError::NotSigned);
        fails(bad(&order, Evaluation { keyset: OTHER_KEYSET, ..good.clone() }), EvidenceError::NotSigned);
        fails(bad(&order, Evaluation { index: WitnessIndex(9), ..good.clone() }), EvidenceError::Unknown);
        fails(bad(&order, Evaluation { keyset: KeysetId(9), ..good }), EvidenceError::Unknown);
    }
}

/// ROLLOVER-2: of outputs of two keysets each committee evaluates its own.
#[test]
fn an_evaluation_is_of_the_outputs_of_its_keyset_alone() {
    let mut order = FEDERATION.order(Purpose::Swap);
    let mut outputs = order.outputs.to_vec();
    outputs[1].class.keyset = OTHER_KEYSET;
    order.outputs = list(outputs);
    let own = honest(&order);
    assert_eq!(own.evaluated.len(), order.outputs.len() - 1);
    assert!(own.verify(FEDERATION.keyset(KEYSET), &order, &order.digest()).is_ok());
    let mut all = order.clone();
    let mut outputs = all.outputs.to_vec();
    outputs[1].class.keyset = KEYSET;
    all.outputs = list(outputs);
    let of_all = Evaluation { digest: order.digest(), ..honest(&all) };
    convicts(bad(&order, resigned(&of_all)));
}

/// EVAL-6.
#[test]
fn an_evaluation_of_an_order_without_outputs_convicts_nobody() {
    for purpose in every_purpose() {
        let order = Order { outputs: list(vec![]), ..FEDERATION.order(purpose) };
        let (federation, digest) = (FEDERATION.id(), order.digest());
        let nothing = Evaluation::sign(&key(2), &federation, KEYSET, CULPRIT, digest, list(vec![]), NO_PROOF);
        assert!(nothing.verify(FEDERATION.keyset(KEYSET), &order, &digest).unwrap().evaluated().is_empty());
        fails(bad(&order, nothing.clone()), EvidenceError::InOrder);
        // Where there are outputs, it is no evaluation of them.
        let order = earned();
        let instead = Evaluation { digest: order.digest(), ..nothing };
        convicts(bad(&order, resigned(&instead)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// EVIDENCE-6, EVAL-2, EVAL-3 and EVAL-4.
    #[test]
    fn no_byte_that_a_relay_spoils_accuses_the_witness(at in any::<prop::sample::Index>(), change in 1u8..) {
        static GOOD: LazyLock<(Order, Vec<u8>)> = LazyLock::new(|| {
            let order = earned();
            let bytes = encode(&honest(&order));
            (order, bytes)
        });
        let (order, bytes) = &*GOOD;
        let mut spoiled = bytes.clone();
        spoiled[at.index(bytes.len())] ^= change;
        if let Ok(evaluation) = decode::<Evaluation>(&spoiled, bytes.len()) {
            let found = evaluation.verify(FEDERATION.keyset(KEYSET), order, &order.digest());
            prop_assert!(!matches!(found, Ok(_) | Err(EvaluationError::BadProof(_))));
            prop_assert!(bad(order, evaluation).verify(&FEDERATION.charter).is_err());
        }
    }
}

// Two heads.

fn leaves(count: u8) -> Vec<[u8; 32]> {
    (0..count).map(|number| [number; 32]).collect()
}

fn head_over(leaves: &[[u8; 32]]) -> Head {
    Head::sign(&key(CULPRIT.0), FEDERATION.keyset(KEYSET), CULPRIT, leaves.len() as u64, merkle::root_of(leaves))
}

/// With these leaves, cut where the shorter head ends.
fn fork(shorter: Head, longer: Head, leaves: &[[u8; 32]]) -> Evidence {
    let mut cutting = merkle::Cutting::at(shorter.size);
    leaves.iter().for_each(|leaf| cutting.push(*leaf));
    fork_by(shorter, longer, cutting.finish())
}

fn fork_by(shorter: Head, longer: Head, subtrees: Vec<[u8; 32]>) -> Evidence {
    Evidence::Fork { keyset: KEYSET, shorter, longer, subtrees: list(subtrees) }
}

/// EVIDENCE-7.
#[test]
fn two_heads_that_do_not_extend_one_another_convict() {
    let long = leaves(9);
    for size in 1..9 {
        let mut other = leaves(size);
        other[0] = [0xaa; 32];
        convicts(fork(head_over(&other), head_over(&long), &long));
    }
    let mut twin = long.clone();
    twin[8] = [0xaa; 32];
    convicts(fork(head_over(&twin), head_over(&long), &[]));
}

/// EVIDENCE-7.
#[test]
fn heads_that_extend_one_another_convict_nobody() {
    let long = leaves(9);
    for size in 0..=9 {
        let short = &long[..size];
        for shown in [&long[..], short, &[], &leaves(10)] {
            fails(fork(head_over(short), head_over(&long), shown), EvidenceError::InOrder);
        }
        if size < 9 {
            fails(fork(head_over(&long), head_over(short), &long), EvidenceError::InOrder);
        }
    }
}

/// EVIDENCE-7.
#[test]
fn leaves_that_are_not_those_of_the_longer_head_convict_nobody() {
    let long = leaves(9);
    let mut invented = long.clone();
    invented[0] = [0xaa; 32];
    fails(fork(head_over(&long[..4]), head_over(&long), &invented), EvidenceError::InOrder);
    fails(fork(head_over(&long[..4]), head_over(&long), &invented[..4]), EvidenceError::InOrder);
}

/// EVIDENCE-8; LOG-8 for heads.
#[test]
fn heads_that_the_accused_never_signed_convict_nobody() {
    let long = leaves(9);
    let mut other = leaves(4);
    other[0] = [0xaa; 32];
    let (shorter, longer) = (head_over(&other), head_over(&long));
    let spoiled = Head { signature: Signature([1; 64]), ..shorter };
    fails(fork(spoiled, longer, &long), EvidenceError::NotSigned);
    fails(fork(Head { root: [1; 32], ..shorter }, longer, &long), EvidenceError::NotSigned);
    fails(fork(shorter, Head { size: 10, ..longer }, &leaves(10)), EvidenceError::NotSigned);
    // Two witnesses' logs are two logs.
    let by_other = Head::sign(&key(1), FEDERATION.keyset(KEYSET), WitnessIndex(1), 4, shorter.root);
    fails(fork(by_other, longer, &long), EvidenceError::InOrder);
    // So are one witness's logs of two keysets.
    let other_keyset = FEDERATION.keyset(OTHER_KEYSET);
    let elsewhere = Head::sign(&FEDERATION.keys(OTHER_KEYSET, 2).vote, other_keyset, CULPRIT, 4, shorter.root);
    fails(fork(elsewhere, longer, &long), EvidenceError::NotSigned);
}

/// EVIDENCE-2.
#[test]
fn of_two_things_that_are_wrong_the_first_that_is_looked_at_is_named() {
    let (one, apart) = (spending(&[points(1)], 0), spending(&[points(1)], 5));
    let unsigned = Vote { index: CULPRIT, signature: Signature([1; 64]) };
    let pair = |first: &Order, second: &Order, second_vote: Vote| Evidence::DoubleVote {
        first: first.clone(),
        first_vote: unsigned,
        second: second.clone(),
        second_vote,
    };
    fails(pair(&one, &apart, unsigned), EvidenceError::InOrder);
    fails(pair(&one, &apart, Vote { index: WitnessIndex(1), ..unsigned }), EvidenceError::InOrder);
    fails(pair(&Order { keyset: KeysetId(9), ..one.clone() }, &one, unsigned), EvidenceError::Unknown);
    let mut spoiled = honest(&earned());
    spoiled.signature.0[0] ^= 1;
    fails(bad(&one, spoiled.clone()), EvidenceError::InOrder);
    fails(bad(&earned(), Evaluation { index: WitnessIndex(9), ..spoiled }), EvidenceError::Unknown);
    let unsigned = Head { index: CULPRIT, size: 3, root: [1; 32], signature: Signature([1; 64]) };
    fails(fork(unsigned, Head { size: 2, ..unsigned }, &[]), EvidenceError::InOrder);
    fails(fork(unsigned, unsigned, &[]), EvidenceError::NotSigned);
}

/// EVIDENCE-10.
#[test]
fn evidence_is_named_by_the_hash_of_its_bytes() {
    let evidence = double_vote(&spending(&[points(1)], 0), &spending(&[points(2)], 0));
    let bytes = encode(&evidence);
    let mut hasher = blake3::Hasher::new_derive_key("ronde/1 evidence id");
    hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
    assert_eq!(evidence.id(), *hasher.finalize().as_bytes());
}

#[test]
fn the_longest_proof_of_a_fork_can_be_read() {
    let head = head_over(&leaves(1));
    let longest = vec![[7; 32]; ronde_protocol::limits::MAX_PROOF_HASHES];
    let bytes = encode(&fork_by(head, head, longest));
    assert!(bytes.len() <= MAX_EVIDENCE_BYTES);
    assert!(decode::<Evidence>(&bytes, MAX_EVIDENCE_BYTES).is_ok());
}

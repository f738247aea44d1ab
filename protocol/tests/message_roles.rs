//! No signature stands in the role of another: each is made over the same key and the same digest, and verifies in its
//! own role alone.

use crate::codec_support;

use codec_support::*;
use ronde_protocol::{
    crypto::{
        Entropy,
        coin::CoinSecret,
        group::{Point, PointBytes, ScalarBytes},
        labels::{self, ALL},
        possession::{KeySlot, PossessionProof, prove_vote, verify_vote},
        proof::EvaluationProof,
        sign::{Signature, SigningKey, VerifyingKey},
        spend::{self, SpendPurpose, SpendSignature},
    },
    message::{
        amount::Points,
        certificate::Certificate,
        charter::{Charter, CharterBody, SignedCharter, StewardSignature},
        codec::encode,
        evaluation::{Evaluation, EvaluationError, NO_PROOF},
        head::{Head, HeadAnswer},
        ids::WitnessIndex,
        offer::{Offer, SignedOffer},
        order::{Authorization, Order, Purpose, SignedOrder},
        vote::Vote,
    },
};

const INDEX: WitnessIndex = WitnessIndex(0);
const NONCE: [u8; 32] = [3; 32];

/// A federation in which one key signs in every role, as a witness that also is store and steward might be tempted to.
/// What a role checks against the charter's key for it, is checked against that one key here.
struct Everything {
    federation: Federation,
    key: SigningKey,
    order: Order,
    offer: Offer,
}

impl Everything {
    fn new() -> Self {
        let federation = Federation::new(1, 0);
        let order = federation.order(Purpose::Pledge { association: ASSOCIATION, points: Points(1) });
        let offer = Offer {
            federation: federation.id(),
            store: STORE,
            nonce: NONCE,
            max: Points(1),
            step: Points(1),
            expiry: TIME,
            time: TIME,
        };
        Self { key: federation.keys(KEYSET, 0).vote, federation, order, offer }
    }

    fn public(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    fn slot<'a>(&'a self, federation: &'a [u8; 32]) -> KeySlot<'a> {
        KeySlot { federation, keyset: KEYSET.0, index: INDEX.0 }
    }
}

type Sign = fn(&Everything) -> Signature;
type Accepts = fn(&Everything, Signature) -> bool;

/// Every role that has a message today: how it signs, and whether it takes a signature.
const ROLES: [(&str, Sign, Accepts); 8] = [
    ("vote", sign_vote, takes_vote),
    ("store order", |all| all.order.sign_as_store(&all.key), takes_store_order),
    ("offer", |all| all.offer.sign(&all.key).signature, takes_offer),
    ("head", sign_head, takes_head),
    ("head answer", sign_answer, takes_answer),
    ("evaluation", |all| evaluation(all).signature, takes_evaluation),
    ("charter", |all| all.federation.charter.body().sign(&all.key).signature, takes_charter),
    ("possession", sign_possession, takes_possession),
];

fn sign_vote(all: &Everything) -> Signature {
    Vote::sign(&all.key, all.federation.keyset(KEYSET), INDEX, &all.order.digest()).signature
}

fn takes_vote(all: &Everything, signature: Signature) -> bool {
    let keyset = all.federation.keyset(KEYSET);
    let vote = Vote { index: INDEX, signature };
    let alone = vote.verify(keyset, &all.order.digest()).is_ok();
    let certificate = Certificate { keyset: KEYSET, digest: all.order.digest(), votes: list(vec![vote]) };
    assert_eq!(certificate.verify(keyset, &all.order.digest()).is_ok(), alone);
    alone
}

/// The vote key signs with the label that `Order::sign_as_store` uses; the store's own check takes the node key.
fn takes_store_order(all: &Everything, signature: Signature) -> bool {
    let parts: [&[u8]; 2] = [&all.order.federation.0, &all.order.digest().0];
    all.public().verify(labels::STORE_ORDER_SIGNATURE, &parts, &signature).is_ok()
}

fn takes_offer(all: &Everything, signature: Signature) -> bool {
    SignedOffer { offer: all.offer, signature }.verify(&all.public()).is_ok()
}

fn head(all: &Everything) -> Head {
    Head::sign(&all.key, all.federation.keyset(KEYSET), INDEX, 1, all.order.digest().0)
}

fn sign_head(all: &Everything) -> Signature {
    head(all).signature
}

fn takes_head(all: &Everything, signature: Signature) -> bool {
    Head { signature, ..head(all) }.verify(all.federation.keyset(KEYSET)).is_ok()
}

fn answer(all: &Everything) -> HeadAnswer {
    HeadAnswer::sign(&all.key, all.federation.keyset(KEYSET), INDEX, INDEX, &NONCE, Some(head(all)))
}

fn sign_answer(all: &Everything) -> Signature {
    answer(all).signature
}

fn takes_answer(all: &Everything, signature: Signature) -> bool {
    let keyset = all.federation.keyset(KEYSET);
    let member = keyset.member(INDEX).unwrap();
    HeadAnswer { signature, ..answer(all) }.verify(keyset, member, INDEX, &NONCE).is_ok()
}

fn evaluation(all: &Everything) -> Evaluation {
    let digest = all.order.digest();
    Evaluation::sign(&all.key, &all.federation.id(), KEYSET, INDEX, digest, list(vec![]), NO_PROOF)
}

fn takes_evaluation(all: &Everything, signature: Signature) -> bool {
    let found = Evaluation { signature, ..evaluation(all) }.verify(
        all.federation.keyset(KEYSET),
        &all.order,
        &all.order.digest(),
    );
    assert!(matches!(found, Ok(_) | Err(EvaluationError::BadSignature(INDEX))));
    found.is_ok()
}

fn takes_charter(all: &Everything, signature: Signature) -> bool {
    let body = all.federation.charter.body();
    all.public().verify(labels::CHARTER_SIGNATURE, &[&body.federation.0, &body.hash().0], &signature).is_ok()
}

fn sign_possession(all: &Everything) -> Signature {
    prove_vote(&all.key, &all.slot(&all.federation.id().0))
}

fn takes_possession(all: &Everything, signature: Signature) -> bool {
    verify_vote(&all.public(), &all.slot(&all.federation.id().0), &signature).is_ok()
}

/// VOTE-4, ORDER-2, ORDER-4, CHARTER-2
#[test]
fn a_signature_is_good_in_its_own_role_alone() {
    let all = Everything::new();
    for (of, sign, _) in ROLES {
        let signature = sign(&all);
        for (role, _, accepts) in ROLES {
            assert_eq!(accepts(&all, signature), of == role, "a signature of {of} as one of {role}");
        }
    }
}

#[test]
fn over_the_very_same_bytes_every_label_is_a_signature_of_its_own() {
    let all = Everything::new();
    let digest = all.order.digest();
    let parts: [&[u8]; 4] = [&all.federation.id().0, &KEYSET.0.to_le_bytes(), &[INDEX.0], &digest.0];
    for (of, signed) in ALL {
        let signature = all.key.sign(signed, &parts);
        assert_eq!(takes_vote(&all, signature), *of == "VOTE_SIGNATURE", "{of}");
        for (role, label) in ALL {
            let accepted = all.public().verify(label, &parts, &signature).is_ok();
            assert_eq!(accepted, of == role, "{of} as {role}");
        }
    }
}

#[test]
fn control_without_labels_a_stores_signature_would_be_a_vote() {
    // Were the digest alone signed, under one label for both roles, nothing would tell them apart.
    let all = Everything::new();
    let parts: [&[u8]; 1] = [&all.order.digest().0];
    let (role, other) = (labels::STORE_ORDER_SIGNATURE, labels::VOTE_SIGNATURE);
    let signature = all.key.sign(role, &parts);
    assert!(all.public().verify(role, &parts, &signature).is_ok());
    assert!(all.public().verify(other, &parts, &signature).is_err());
}

#[test]
fn the_charter_and_the_order_check_take_no_other_roles_signature() {
    // The same matrix through the checks that everyone calls, for the two roles whose keys are not the vote key.
    let all = Everything::new();
    let node = all.federation.nodes[0].node_key();
    let body: &CharterBody = all.federation.charter.body();
    let steward = &all.federation.steward;
    for (of, sign, _) in ROLES {
        let by_node = Everything { key: all.federation.nodes[0].node_key(), ..Everything::new() };
        let signed = SignedOrder { order: all.order.clone(), authorization: Authorization::Store(sign(&by_node)) };
        let checked = signed.check(&all.federation.charter).unwrap();
        assert_eq!(checked.authorize(&all.federation.charter).is_ok(), of == "store order", "{of}");
        let by_steward = Everything { key: SigningKey::from_seed(&[0xee; 32]), ..Everything::new() };
        assert_eq!(by_steward.public(), steward.verifying_key());
        let signature = StewardSignature { key: steward.verifying_key().encode(), signature: sign(&by_steward) };
        let signed = SignedCharter { body: body.clone(), signatures: list(vec![signature]) };
        assert_eq!(Charter::genesis(signed).is_ok(), of == "charter", "{of}");
    }
    assert_ne!(node.verifying_key(), all.public());
}

/// VOTE-4, VOTE-5
#[test]
fn a_signature_is_bound_to_federation_keyset_index_and_content() {
    let (ours, theirs) = (Federation::new(4, 1), Federation::new(5, 1));
    let digest = ours.order(Purpose::Swap).digest();
    let key = ours.keys(KEYSET, 0).vote;
    let vote = Vote::sign(&key, ours.keyset(KEYSET), INDEX, &digest);
    assert!(vote.verify(ours.keyset(KEYSET), &digest).is_ok());
    assert!(vote.verify(ours.keyset(OTHER_KEYSET), &digest).is_err());
    let elsewhere = Vote::sign(&key, theirs.keyset(KEYSET), INDEX, &digest);
    assert!(elsewhere.verify(ours.keyset(KEYSET), &digest).is_err());
    assert!(Vote { index: WitnessIndex(1), ..vote }.verify(ours.keyset(KEYSET), &digest).is_err());
    assert!(Vote { index: WitnessIndex(4), ..vote }.verify(ours.keyset(KEYSET), &digest).is_err());
    assert!(vote.verify(ours.keyset(KEYSET), &ours.order(Purpose::Earn).digest()).is_err());
    let head = Head::sign(&key, ours.keyset(KEYSET), INDEX, 7, [1; 32]);
    assert!(head.verify(ours.keyset(KEYSET)).is_ok());
    assert!(head.verify(ours.keyset(OTHER_KEYSET)).is_err());
    assert!(Head { size: 8, ..head }.verify(ours.keyset(KEYSET)).is_err());
    assert!(Head { root: [2; 32], ..head }.verify(ours.keyset(KEYSET)).is_err());
}

#[test]
fn an_answer_about_heads_is_bound_to_its_nonce_asker_and_head() {
    let federation = Federation::new(4, 1);
    let keyset = federation.keyset(KEYSET);
    let (asker, answerer) = (WitnessIndex(0), WitnessIndex(1));
    let member = keyset.member(answerer).unwrap();
    let newest = Head::sign(&federation.keys(KEYSET, 0).vote, keyset, asker, 7, [1; 32]);
    let key = federation.keys(KEYSET, 1).vote;
    let answer = HeadAnswer::sign(&key, keyset, answerer, asker, &NONCE, Some(newest));
    assert_eq!(answer.verify(keyset, member, asker, &NONCE).unwrap().unwrap().get(), newest);
    assert!(answer.verify(keyset, member, asker, &[4; 32]).is_err());
    assert!(answer.verify(keyset, member, WitnessIndex(2), &NONCE).is_err());
    assert!(answer.verify(keyset, keyset.member(WitnessIndex(2)).unwrap(), asker, &NONCE).is_err());
    assert!(HeadAnswer { newest: None, ..answer }.verify(keyset, member, asker, &NONCE).is_err());
    // A head of somebody else, or one that its author never signed, even under a good signature.
    let foreign = Head::sign(&federation.keys(KEYSET, 2).vote, keyset, WitnessIndex(2), 9, [1; 32]);
    let unsigned = Head { size: 9, ..newest };
    for lie in [foreign, unsigned] {
        let answer = HeadAnswer::sign(&key, keyset, answerer, asker, &NONCE, Some(lie));
        assert!(answer.verify(keyset, member, asker, &NONCE).is_err());
    }
}

const COIN_PURPOSES: [SpendPurpose; 3] = [SpendPurpose::Order, SpendPurpose::Probe, SpendPurpose::RefundClaim];

#[test]
fn a_signature_by_coin_keys_is_good_for_its_own_purpose_alone() {
    let coins: Vec<CoinSecret> = (0..2).map(coin).collect();
    let secrets: Vec<&CoinSecret> = coins.iter().collect();
    let keys: Vec<Point> = coins.iter().map(CoinSecret::public).collect();
    let digest = [8; 32];
    for of in COIN_PURPOSES {
        let signature = spend::sign(of, &secrets, &digest, Entropy::new([1; 32])).unwrap();
        for purpose in COIN_PURPOSES {
            assert_eq!(spend::verify(purpose, &keys, &digest, &signature).is_ok(), of == purpose, "{of:?} {purpose:?}");
        }
    }
}

#[test]
fn no_64_bytes_of_one_sort_pass_as_another() {
    // A spend signature, a proof of possession, an evaluation proof and an Ed25519 signature are all 64 bytes.
    let all = Everything::new();
    let order = all.federation.order(Purpose::Swap);
    let signed = all.federation.signed(order.clone());
    let Authorization::Spend(spend) = &signed.authorization else { panic!("spent") };
    for (of, sign, _) in ROLES {
        let bytes = sign(&all).0;
        let r: [u8; 32] = bytes[..32].try_into().unwrap();
        let s: [u8; 32] = bytes[32..].try_into().unwrap();
        let forged = SpendSignature { r: PointBytes(r), s: ScalarBytes(s) };
        let signed = SignedOrder { order: order.clone(), authorization: Authorization::Spend(forged) };
        assert!(signed.check(&all.federation.charter).unwrap().authorize(&all.federation.charter).is_err(), "{of}");
    }
    let bytes: [u8; 64] = encode(spend).try_into().unwrap();
    for (role, _, accepts) in ROLES {
        assert!(!accepts(&all, Signature(bytes)), "{role}");
    }
    assert_eq!(encode(&PossessionProof { r: spend.r, s: spend.s }).len(), 64);
    assert_eq!(encode(&EvaluationProof { challenge: spend.s, response: spend.s }).len(), 64);
}

//! A certificate is exactly q votes of distinct witnesses, and says the same whichever q they are.

use crate::codec_support;

use std::sync::LazyLock;

use codec_support::*;
use curve25519_dalek::edwards::CompressedEdwardsY;
use proptest::prelude::*;
use ronde_protocol::{
    crypto::sign::Signature,
    message::{
        certificate::{Certificate, CertificateError},
        codec::encode,
        ids::{OrderDigest, WitnessIndex},
        order::Purpose,
        vote::{VerifiedVote, Vote, VoteError},
    },
};

const WITNESSES: u8 = 7;
const NEEDED: usize = 5;

static FEDERATION: LazyLock<Federation> = LazyLock::new(|| Federation::new(WITNESSES, 2));
static DIGEST: LazyLock<OrderDigest> = LazyLock::new(|| FEDERATION.order(Purpose::Swap).digest());
static VOTES: LazyLock<Vec<Vote>> = LazyLock::new(|| (0..WITNESSES).map(|index| vote(index, &DIGEST)).collect());

fn vote(index: u8, digest: &OrderDigest) -> Vote {
    Vote::sign(&FEDERATION.keys(KEYSET, index).vote, FEDERATION.keyset(KEYSET), WitnessIndex(index), digest)
}

fn certificate(votes: Vec<Vote>) -> Certificate {
    Certificate { keyset: KEYSET, digest: *DIGEST, votes: list(votes) }
}

fn of(indices: &[usize]) -> Certificate {
    certificate(indices.iter().map(|index| VOTES[*index]).collect())
}

fn verify(certificate: Certificate) -> Result<OrderDigest, CertificateError> {
    certificate.verify(FEDERATION.keyset(KEYSET), &DIGEST).map(|verified| verified.digest())
}

fn verified(votes: &[Vote]) -> Vec<VerifiedVote> {
    votes.iter().map(|vote| vote.verify(FEDERATION.keyset(KEYSET), &DIGEST).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// CERT-7
    #[test]
    fn any_q_votes_make_the_same_certificate(
        one in prop::sample::subsequence((0..usize::from(WITNESSES)).collect::<Vec<_>>(), NEEDED),
        two in prop::sample::subsequence((0..usize::from(WITNESSES)).collect::<Vec<_>>(), NEEDED),
    ) {
        let (first, second) = (of(&one), of(&two));
        prop_assert_eq!(encode(&first) == encode(&second), one == two);
        prop_assert_eq!(verify(first), Ok(*DIGEST));
        prop_assert_eq!(verify(second), Ok(*DIGEST));
    }

    /// CERT-9
    #[test]
    fn votes_in_any_order_and_number_assemble_exactly_if_q_witnesses_are_among_them(
        indices in prop::collection::vec(0..usize::from(WITNESSES), 0..12),
    ) {
        let votes: Vec<Vote> = indices.iter().map(|index| VOTES[*index]).collect();
        let distinct: std::collections::BTreeSet<usize> = indices.iter().copied().collect();
        let keyset = FEDERATION.keyset(KEYSET);
        match Certificate::assemble(keyset, *DIGEST, &verified(&votes)) {
            Some(assembled) => {
                prop_assert!(distinct.len() >= NEEDED);
                prop_assert_eq!(assembled.as_certificate().votes.len(), NEEDED);
                prop_assert!(distinct.iter().filter(|i| assembled.has_vote_of(WitnessIndex(**i as u8))).count() == NEEDED);
                prop_assert_eq!(verify(assembled.into_certificate()), Ok(*DIGEST));
            }
            None => prop_assert!(distinct.len() < NEEDED),
        }
    }

    /// CERT-5
    #[test]
    fn a_spoiled_bit_of_a_vote_spoils_the_certificate(place in 0..NEEDED, byte in 0usize..64, bit in 0u8..8) {
        let mut votes = VOTES[..NEEDED].to_vec();
        votes[place].signature.0[byte] ^= 1 << bit;
        let culprit = votes[place].index;
        prop_assert_eq!(verify(certificate(votes)), Err(CertificateError::Vote(VoteError::BadSignature(culprit))));
    }
}

/// CERT-3
#[test]
fn too_few_and_too_many_votes_are_refused() {
    for found in (0..=usize::from(WITNESSES)).filter(|found| *found != NEEDED) {
        let votes: Vec<usize> = (0..found).collect();
        assert_eq!(verify(of(&votes)), Err(CertificateError::VoteCount { found, needed: NEEDED }));
    }
}

/// CERT-4
#[test]
fn repeated_and_unsorted_indices_are_refused() {
    for wrong in [[0, 1, 2, 3, 3], [0, 0, 0, 0, 0], [1, 0, 2, 3, 4], [0, 1, 2, 4, 3]] {
        assert_eq!(verify(of(&wrong)), Err(CertificateError::Unsorted), "{wrong:?}");
    }
}

/// CERT-1, CERT-2
#[test]
fn another_keyset_or_digest_is_refused() {
    let good = of(&[0, 1, 2, 3, 4]);
    let other = FEDERATION.keyset(OTHER_KEYSET);
    let found = good.clone().verify(other, &DIGEST).unwrap_err();
    assert_eq!(found, CertificateError::OtherKeyset { found: KEYSET, expected: OTHER_KEYSET });
    let relabelled = Certificate { keyset: OTHER_KEYSET, ..good.clone() };
    let found = relabelled.verify(other, &DIGEST).unwrap_err();
    assert_eq!(found, CertificateError::Vote(VoteError::BadSignature(WitnessIndex(0))));
    let digest = FEDERATION.order(Purpose::Redeem).digest();
    let found = good.clone().verify(FEDERATION.keyset(KEYSET), &digest).unwrap_err();
    assert_eq!(found, CertificateError::OtherOrder(*DIGEST));
    let relabelled = Certificate { digest, ..good };
    let found = relabelled.verify(FEDERATION.keyset(KEYSET), &digest).unwrap_err();
    assert_eq!(found, CertificateError::Vote(VoteError::BadSignature(WitnessIndex(0))));
}

/// VOTE-5, CERT-5
#[test]
fn a_vote_on_another_order_or_of_another_witness_is_refused() {
    let other = FEDERATION.order(Purpose::Redeem).digest();
    let mut votes = VOTES[..NEEDED].to_vec();
    votes[2] = vote(2, &other);
    let bad = |index| Err(CertificateError::Vote(VoteError::BadSignature(WitnessIndex(index))));
    assert_eq!(verify(certificate(votes.clone())), bad(2));
    votes[2] = Vote { index: WitnessIndex(2), ..VOTES[6] };
    assert_eq!(verify(certificate(votes.clone())), bad(2));
    votes[2] = VOTES[2];
    votes[4] = Vote { index: WitnessIndex(WITNESSES), ..VOTES[4] };
    let nobody = VoteError::NoSuchWitness(WitnessIndex(WITNESSES));
    assert_eq!(verify(certificate(votes)), Err(CertificateError::Vote(nobody)));
}

/// VOTE-6
#[test]
fn a_vote_with_torsion_is_refused() {
    // R and R + T, T of small order: where the cofactor is cleared both pass, and two verifiers would differ.
    let small = CompressedEdwardsY([0; 32]).decompress().expect("a point of order 4");
    let good = VOTES[0];
    let r = CompressedEdwardsY(good.signature.0[..32].try_into().unwrap()).decompress().unwrap();
    for torsion in [small, small + small, small + small + small] {
        let mut bytes = good.signature.0;
        bytes[..32].copy_from_slice((r + torsion).compress().as_bytes());
        let torsioned = Vote { signature: Signature(bytes), ..good };
        assert_ne!(torsioned, good);
        let mut votes = VOTES[..NEEDED].to_vec();
        votes[0] = torsioned;
        let bad = VoteError::BadSignature(WitnessIndex(0));
        assert_eq!(verify(certificate(votes)), Err(CertificateError::Vote(bad)));
    }
}

/// VOTE-3
#[test]
fn two_quorums_share_an_honest_witness_so_two_certificates_need_more_than_f_traitors() {
    let quorum = FEDERATION.keyset(KEYSET).quorum();
    assert_eq!(quorum.votes(), NEEDED);
    assert!(2 * NEEDED - usize::from(WITNESSES) > quorum.faults());
}

/// CERT-6
#[test]
fn of_several_faults_the_first_is_named_and_no_signature_is_looked_at_before_the_form_is_right() {
    let mut wrong = of(&[1, 0, 2, 3, 4, 5]);
    wrong.keyset = OTHER_KEYSET;
    wrong.digest = FEDERATION.order(Purpose::Redeem).digest();
    wrong.votes = list(wrong.votes.iter().map(|vote| Vote { signature: Signature([0; 64]), ..*vote }).collect());
    let other_keyset = CertificateError::OtherKeyset { found: OTHER_KEYSET, expected: KEYSET };
    assert_eq!(verify(wrong.clone()), Err(other_keyset));
    wrong.keyset = KEYSET;
    assert_eq!(verify(wrong.clone()), Err(CertificateError::OtherOrder(wrong.digest)));
    wrong.digest = *DIGEST;
    assert_eq!(verify(wrong.clone()), Err(CertificateError::VoteCount { found: 6, needed: NEEDED }));
    wrong.votes = list(wrong.votes[..NEEDED].to_vec());
    assert_eq!(verify(wrong.clone()), Err(CertificateError::Unsorted));
    let mut votes = wrong.votes.to_vec();
    votes.swap(0, 1);
    let bad = VoteError::BadSignature(WitnessIndex(0));
    assert_eq!(verify(certificate(votes)), Err(CertificateError::Vote(bad)));
}

/// CERT-9
#[test]
fn of_more_votes_than_needed_those_of_the_lowest_indices_are_taken() {
    let votes: Vec<Vote> = [6, 2, 5, 1, 4, 3].map(|index: usize| VOTES[index]).to_vec();
    let assembled = Certificate::assemble(FEDERATION.keyset(KEYSET), *DIGEST, &verified(&votes)).unwrap();
    assert_eq!(encode(assembled.as_certificate()), encode(&of(&[1, 2, 3, 4, 5])));
}

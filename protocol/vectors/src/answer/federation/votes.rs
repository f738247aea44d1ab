//! `vote`, `certificate`, `evaluation`, `head`, `head-answer`: what witnesses sign.

use ronde_protocol::{
    crypto::sign::Signature,
    message::{
        certificate::{Certificate, CertificateError},
        evaluation::{Evaluation, EvaluationError},
        head::{Head, HeadAnswer, HeadError},
        ids::{OrderDigest, WitnessIndex},
        order::Order,
        vote::{VerifiedVote, Vote, VoteError},
    },
};
use serde::{Deserialize, Serialize};

use super::given::{keyset, named, walk};
use crate::answer::{Hex, Octets, Refused};

/// A vote and what it is said to be for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteInput {
    charters: Vec<Octets>,
    keyset: u32,
    index: u8,
    digest: Hex<32>,
    signature: Hex<64>,
}

/// Whose vote it is.
#[derive(Serialize)]
pub struct Voter {
    store: u32,
}

/// Whether a witness voted for a digest.
pub fn vote(VoteInput { charters, keyset: id, index, digest, signature }: VoteInput) -> Result<Voter, Refused> {
    let charter = walk(&charters)?;
    let keyset = keyset(&charter, id)?;
    let vote = Vote { index: WitnessIndex(index), signature: Signature(signature.0) };
    let verified = vote.verify(keyset, &OrderDigest(digest.0)).map_err(|error| bad_vote(&error))?;
    let member = keyset.member(verified.get().index);
    Ok(Voter { store: member.map_or(0, |member| member.store().0) })
}

fn bad_vote(error: &VoteError) -> Refused {
    let (VoteError::NoSuchWitness(index) | VoteError::BadSignature(index)) = error;
    named(error).with("index", index.0)
}

/// A certificate and what it is said to be for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateInput {
    charters: Vec<Octets>,
    keyset: u32,
    digest: Hex<32>,
    certificate: Octets,
}

/// Whose votes make it.
#[derive(Serialize)]
pub struct Voters {
    voters: Vec<u8>,
}

/// Whether a digest is certified.
pub fn certificate(
    CertificateInput { charters, keyset: id, digest, certificate }: CertificateInput,
) -> Result<Voters, Refused> {
    let charter = walk(&charters)?;
    let certificate: Certificate = certificate.read()?;
    let verified = certificate.verify(keyset(&charter, id)?, &OrderDigest(digest.0));
    let verified = verified.map_err(|error| bad_certificate(&error))?;
    Ok(Voters { voters: verified.as_certificate().votes.iter().map(|vote| vote.index.0).collect() })
}

/// A certificate's error, or that of its first wrong vote.
pub fn bad_certificate(error: &CertificateError) -> Refused {
    match error {
        CertificateError::Vote(vote) => bad_vote(vote),
        other => named(other),
    }
}

/// Votes from which a certificate is to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssembleInput {
    charters: Vec<Octets>,
    keyset: u32,
    digest: Hex<32>,
    votes: Vec<Octets>,
}

/// The certificate, if there are enough.
#[derive(Serialize)]
pub struct Assembled {
    certificate: Option<Octets>,
}

/// Makes a certificate of those votes that verify.
pub fn assemble(AssembleInput { charters, keyset: id, digest, votes }: AssembleInput) -> Result<Assembled, Refused> {
    let charter = walk(&charters)?;
    let votes: Vec<Vote> = votes.iter().map(Octets::read).collect::<Result<_, _>>()?;
    let (keyset, digest) = (keyset(&charter, id)?, OrderDigest(digest.0));
    let good: Vec<VerifiedVote> = votes.iter().filter_map(|vote| vote.verify(keyset, &digest).ok()).collect();
    let certificate = Certificate::assemble(keyset, digest, &good);
    Ok(Assembled { certificate: certificate.map(|certificate| Octets::of(certificate.as_certificate())) })
}

/// An evaluation and the order that it is said to be of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationInput {
    charters: Vec<Octets>,
    keyset: u32,
    order: Octets,
    evaluation: Octets,
}

/// Z of every output of the keyset.
#[derive(Serialize)]
pub struct Evaluated {
    index: u8,
    evaluated: Vec<Hex<32>>,
}

/// Whether a witness evaluated an order's outputs, and if not, whose fault that is.
pub fn evaluation(
    EvaluationInput { charters, keyset: id, order, evaluation }: EvaluationInput,
) -> Result<Evaluated, Refused> {
    let charter = walk(&charters)?;
    let order: Order = order.read()?;
    let evaluation: Evaluation = evaluation.read()?;
    let verified = evaluation.verify(keyset(&charter, id)?, &order, &order.digest());
    let verified = verified.map_err(|error| match error {
        EvaluationError::Misplaced => named(&error),
        EvaluationError::NoSuchWitness(index)
        | EvaluationError::BadSignature(index)
        | EvaluationError::BadProof(index) => named(&error).with("index", index.0),
    })?;
    let evaluated = verified.evaluated().iter().map(|point| Hex(point.encode().0)).collect();
    Ok(Evaluated { index: verified.index().0, evaluated })
}

/// A head of a log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadInput {
    charters: Vec<Octets>,
    keyset: u32,
    head: Octets,
}

/// How far a log goes.
#[derive(Serialize)]
pub struct Told {
    index: u8,
    size: u64,
    root: Hex<32>,
}

impl Told {
    fn of(head: Head) -> Self {
        Self { index: head.index.0, size: head.size, root: Hex(head.root) }
    }
}

/// Whether a witness signed a head of its log.
pub fn head(HeadInput { charters, keyset: id, head }: HeadInput) -> Result<Told, Refused> {
    let charter = walk(&charters)?;
    let head: Head = head.read()?;
    head.verify(keyset(&charter, id)?).map(|head| Told::of(head.get())).map_err(not_signed)
}

/// An answer to a starting witness.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    charters: Vec<Octets>,
    keyset: u32,
    asker: u8,
    nonce: Hex<32>,
    answer: Octets,
}

/// What the answering witness knows.
#[derive(Serialize)]
pub struct Newest {
    index: u8,
    newest: Option<Told>,
}

/// Whether a witness answered a starting one's question.
pub fn head_answer(AnswerInput { charters, keyset: id, asker, nonce, answer }: AnswerInput) -> Result<Newest, Refused> {
    let charter = walk(&charters)?;
    let answer: HeadAnswer = answer.read()?;
    let keyset = keyset(&charter, id)?;
    let member = keyset.member(answer.index).ok_or_else(|| not_signed(HeadError(answer.index)))?;
    let newest = answer.verify(keyset, member, WitnessIndex(asker), &nonce.0).map_err(not_signed)?;
    Ok(Newest { index: answer.index.0, newest: newest.map(|head| Told::of(head.get())) })
}

/// A head or an answer that its author did not sign, or that is about somebody else.
fn not_signed(error: HeadError) -> Refused {
    Refused::named("not-signed").with("index", error.0.0)
}

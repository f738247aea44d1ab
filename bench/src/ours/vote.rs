//! Our side of row 4: votes and certificates.

use std::rc::Rc;

use ronde_protocol::message::{
    certificate::Certificate,
    ids::OrderDigest,
    vote::{VerifiedVote, Vote},
};

use super::{Witness, witnesses};
use crate::{
    fail::{Failed, OrFail, ensure},
    federation_support::{Federation, KEYSET},
    pace::Side,
    stream::Stream,
};

/// Votes of a certificate.
pub const QUORUM: u32 = 3;

/// The certificate of a fresh digest.
fn certificate(federation: &Federation, by: &[Witness], digest: &OrderDigest) -> Result<Certificate, Failed> {
    let keyset = federation.charter.keyset(KEYSET).or_fail("the keyset")?;
    let votes = by.iter().map(|witness| {
        Vote::sign(&witness.keys.vote, keyset, witness.index, digest).verify(keyset, digest).or_fail("a vote")
    });
    let votes: Vec<VerifiedVote> = votes.collect::<Result<_, _>>()?;
    Ok(Certificate::assemble(keyset, *digest, &votes).or_fail("a certificate")?.into_certificate())
}

/// One vote, signed.
pub fn signing(federation: &Rc<Federation>, witness: &Rc<Witness>) -> Side {
    let (federation, witness) = (Rc::clone(federation), Rc::clone(witness));
    let prepare = |stream: &mut Stream| Ok(OrderDigest(stream.bytes()));
    let work = move |digest: &mut OrderDigest| {
        let keyset = federation.charter.keyset(KEYSET).or_fail("the keyset")?;
        Ok(Vote::sign(&witness.keys.vote, keyset, witness.index, digest))
    };
    Side::new("ronde", 1, prepare, work)
}

/// One certificate, checked.
pub fn checking(federation: &Rc<Federation>) -> Side {
    let (maker, checker) = (Rc::clone(federation), Rc::clone(federation));
    let all = witnesses(federation);
    let prepare = move |stream: &mut Stream| {
        let digest = OrderDigest(stream.bytes());
        Ok((digest, Some(certificate(&maker, &all, &digest)?)))
    };
    let work = move |(digest, certificate): &mut (OrderDigest, Option<Certificate>)| {
        let keyset = checker.charter.keyset(KEYSET).or_fail("the keyset")?;
        certificate.take().or_fail("a certificate")?.verify(keyset, digest).or_fail("a certificate")
    };
    Side::new("ronde", 1, prepare, work)
}

/// A certificate has q votes and passes for its digest alone.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(federation: &Federation, stream: &mut Stream) -> Result<(), Failed> {
    let keyset = federation.charter.keyset(KEYSET).or_fail("the keyset")?;
    let digest = OrderDigest(stream.bytes());
    let good = certificate(federation, &witnesses(federation), &digest)?;
    ensure(good.votes.len() == QUORUM as usize, "a certificate of three votes")?;
    good.clone().verify(keyset, &digest).or_fail("a good certificate")?;
    let mut votes = good.votes.clone().into_vec();
    let other = certificate(federation, &witnesses(federation), &OrderDigest(stream.bytes()))?;
    votes[1] = other.votes[1];
    let spoiled = Certificate { votes: crate::federation_support::list(votes), ..good };
    ensure(spoiled.verify(keyset, &digest).is_err(), "a vote for another order passes")
}

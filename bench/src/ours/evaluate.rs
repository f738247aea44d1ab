//! Our side of row 2: a witness evaluates an order's outputs.

use std::rc::Rc;

use ronde_protocol::{
    crypto::{
        Entropy, EvaluationContext, EvaluationItem, EvaluationProof, Point, PointBytes, Seed, Tweak, blind, coin_hash,
        derive_blind, derive_coin_secret, proof,
    },
    message::class::Class,
};

use super::{COINS, Witness, kinds};
use crate::{
    fail::{Failed, OrFail, ensure},
    pace::Side,
    stream::Stream,
};

/// Blinded outputs of one order, as they travel.
pub struct Asked {
    /// The order's digest.
    pub digest: [u8; 32],
    /// Class and B of each output.
    pub outputs: Vec<(Class, PointBytes)>,
}

/// What a witness answers, as it travels.
pub struct Evaluated {
    /// Z of each output.
    pub elements: Vec<PointBytes>,
    /// One proof over all.
    pub proof: EvaluationProof,
}

/// What the proof is bound to.
pub fn context<'a>(witness: &'a Witness, digest: &'a [u8; 32]) -> EvaluationContext<'a> {
    EvaluationContext { federation: &witness.federation.0, keyset: witness.keyset.0, index: witness.index.0, digest }
}

/// From bytes to bytes, as a witness does it: decode, tweaks, evaluate, prove.
///
/// # Errors
/// What is wrong with the outputs.
pub fn evaluate(witness: &Witness, asked: &Asked, entropy: Entropy) -> Result<Evaluated, Failed> {
    let tweaked = asked.outputs.iter().map(|(class, blinded)| {
        let blinded = blinded.decode().or_fail("B")?;
        Ok((witness.tweaks.of(&class.kind), blinded))
    });
    let tweaked: Vec<(Tweak, Point)> = tweaked.collect::<Result<_, Failed>>()?;
    let evaluated = witness.keys.poprf.evaluate_batch(&tweaked).or_fail("evaluating")?;
    let elements = evaluated.iter().map(Point::encode).collect();
    let items: Vec<EvaluationItem> = tweaked
        .into_iter()
        .zip(evaluated)
        .map(|((tweak, blinded), evaluated)| EvaluationItem { tweak, blinded, evaluated })
        .collect();
    let context = context(witness, &asked.digest);
    let proof = proof::prove(&witness.keys.poprf, &context, &items, entropy).or_fail("proving")?;
    Ok(Evaluated { elements, proof })
}

/// The outputs of a fresh order, and the seed that its coins and blinds come from.
pub fn ask(witness: &Witness, stream: &mut Stream) -> (Seed, Asked) {
    let seed = Seed::new(stream.bytes());
    let outputs = kinds().zip(0..).map(|(kind, slot)| {
        let point = derive_coin_secret(&seed, witness.keyset.0, 0, 0, slot).public().encode();
        let factor = derive_blind(&seed, witness.keyset.0, 0, 0, slot);
        (Class { keyset: witness.keyset, kind }, blind(&coin_hash(&point), &factor).encode())
    });
    let outputs = outputs.collect();
    (seed, Asked { digest: stream.bytes(), outputs })
}

/// Our side, per output.
pub fn side(witness: &Rc<Witness>) -> Side {
    let (maker, worker) = (Rc::clone(witness), Rc::clone(witness));
    let prepare = move |stream: &mut Stream| Ok((ask(&maker, stream).1, Some(stream.entropy())));
    let work = move |(asked, entropy): &mut (Asked, Option<Entropy>)| {
        evaluate(&worker, asked, entropy.take().or_fail("entropy is used once")?)
    };
    Side::new("ronde", COINS, prepare, work)
}

/// The proof verifies, and with two elements exchanged it does not.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(witness: &Witness, stream: &mut Stream) -> Result<(), Failed> {
    let (_, asked) = ask(witness, stream);
    let mut evaluated = evaluate(witness, &asked, stream.entropy())?;
    verify(witness, &asked, &evaluated)?;
    evaluated.elements.swap(0, 1);
    ensure(verify(witness, &asked, &evaluated).is_err(), "a proof verifies for exchanged elements")
}

/// The elements, if their proof is good.
///
/// # Errors
/// Why it is not.
pub fn verify(witness: &Witness, asked: &Asked, evaluated: &Evaluated) -> Result<Vec<Point>, Failed> {
    ensure(asked.outputs.len() == evaluated.elements.len(), "as many elements as outputs")?;
    let items = asked.outputs.iter().zip(&evaluated.elements).map(|((class, blinded), evaluated)| {
        Ok(EvaluationItem {
            tweak: class.tweak(&witness.federation),
            blinded: blinded.decode().or_fail("B")?,
            evaluated: evaluated.decode().or_fail("Z")?,
        })
    });
    let items: Vec<EvaluationItem> = items.collect::<Result<_, Failed>>()?;
    let context = context(witness, &asked.digest);
    let _verified = proof::verify(&witness.keys.poprf.public(), &context, &items, &evaluated.proof)
        .or_fail("an evaluation's proof")?;
    Ok(items.iter().map(|item| item.evaluated).collect())
}

//! Our side of row 3: a wallet blinds its outputs, verifies the witnesses' evaluations and unblinds them.

use std::rc::Rc;

use ronde_protocol::{
    crypto::{
        EvaluationItem, Point, PointBytes, Seed, Tweak, blind, coin_hash, derive_blind, derive_coin_secret, proof,
        unblind_all,
    },
    message::class::Class,
};

use super::{
    COINS, WITNESSES, Witness,
    evaluate::{Asked, Evaluated, ask, context, evaluate},
};
use crate::{
    fail::{Failed, OrFail, ensure},
    pace::Side,
    stream::Stream,
};

/// One order's outputs on the wallet's side, and what all witnesses answered.
pub struct Taken {
    seed: Seed,
    digest: [u8; 32],
    coins: Vec<(Class, PointBytes)>,
    answers: Vec<Evaluated>,
}

/// Blinds once for all witnesses, then per witness decodes and verifies, then unblinds: the components of each coin.
///
/// # Errors
/// What is wrong with an answer.
pub fn take(witnesses: &[Witness], taken: &Taken) -> Result<Vec<Vec<PointBytes>>, Failed> {
    let first = witnesses.first().or_fail("a witness")?;
    let mut factors = Vec::with_capacity(taken.coins.len());
    let mut blinded: Vec<(Tweak, Point)> = Vec::with_capacity(taken.coins.len());
    for ((class, point), slot) in taken.coins.iter().zip(0..) {
        let factor = derive_blind(&taken.seed, first.keyset.0, 0, 0, slot);
        blinded.push((class.tweak(&first.federation), blind(&coin_hash(point), &factor)));
        factors.push(factor);
    }
    let mut of_coin: Vec<Vec<Point>> = vec![Vec::with_capacity(witnesses.len()); taken.coins.len()];
    for (witness, answer) in witnesses.iter().zip(&taken.answers) {
        let items = blinded.iter().zip(&answer.elements).map(|((tweak, blinded), evaluated)| {
            let evaluated = evaluated.decode().or_fail("Z")?;
            Ok(EvaluationItem { tweak: *tweak, blinded: *blinded, evaluated })
        });
        let items: Vec<EvaluationItem> = items.collect::<Result<_, Failed>>()?;
        let context = context(witness, &taken.digest);
        let _verified = proof::verify(&witness.keys.poprf.public(), &context, &items, &answer.proof)
            .or_fail("an evaluation's proof")?;
        of_coin.iter_mut().zip(&items).for_each(|(coin, item)| coin.push(item.evaluated));
    }
    let unblinded = of_coin.iter().zip(factors).map(|(evaluated, factor)| unblind_all(evaluated, factor));
    Ok(unblinded.map(|components| components.iter().map(Point::encode).collect()).collect())
}

fn answered(witnesses: &[Witness], stream: &mut Stream) -> Result<Taken, Failed> {
    let first = witnesses.first().or_fail("a witness")?;
    let (seed, asked) = ask(first, stream);
    let answers = witnesses.iter().map(|witness| evaluate(witness, &asked, stream.entropy()));
    let answers = answers.collect::<Result<_, _>>()?;
    let Asked { digest, outputs } = asked;
    let coins = outputs
        .into_iter()
        .zip(0..)
        .map(|((class, _), slot)| (class, derive_coin_secret(&seed, first.keyset.0, 0, 0, slot).public().encode()));
    let coins = coins.collect();
    Ok(Taken { seed, digest, coins, answers })
}

/// Our side, per output and witness.
pub fn side(witnesses: &Rc<Vec<Witness>>) -> Side {
    let (maker, worker) = (Rc::clone(witnesses), Rc::clone(witnesses));
    let prepare = move |stream: &mut Stream| answered(&maker, stream);
    let work = move |taken: &mut Taken| take(&worker, taken);
    Side::new("ronde", COINS * WITNESSES as u32, prepare, work)
}

/// Each component is its witness's MAC on its coin, and no answer passes as another witness's.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(witnesses: &[Witness], stream: &mut Stream) -> Result<(), Failed> {
    let mut taken = answered(witnesses, stream)?;
    for ((class, point), components) in taken.coins.iter().zip(take(witnesses, &taken)?) {
        ensure(components.len() == witnesses.len(), "a component of each witness")?;
        for (witness, component) in witnesses.iter().zip(components) {
            let tweak = class.tweak(&witness.federation);
            let expected = witness.keys.poprf.evaluate(&tweak, &coin_hash(point)).or_fail("a component")?;
            ensure(expected.encode() == component, "an unblinded component is no MAC")?;
        }
    }
    taken.answers.swap(0, 1);
    ensure(take(witnesses, &taken).is_err(), "an answer passes as another witness's")
}

//! Floors: group operations that no program can do without, by the same curve25519-dalek as ours. What each counts is said
//! in the README.

use curve25519_dalek::{
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
    traits::VartimeMultiscalarMul as _,
};
use ronde_protocol::crypto::suite::{Mode, Tag, expand_message_xmd};

use crate::{
    fail::{Failed, OrFail, ensure},
    ours::{COINS, WITNESSES},
    pace::Side,
    stream::Stream,
};

/// As every floor is called.
const NAME: &str = "the floor";

fn scalar(stream: &mut Stream) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&stream.bytes())
}

fn point(stream: &mut Stream) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&stream.bytes())
}

fn weights(count: u32, stream: &mut Stream) -> Vec<Scalar> {
    (0..count).map(|_| Scalar::from(stream.bits())).collect()
}

fn points(count: u32, stream: &mut Stream) -> Vec<RistrettoPoint> {
    (0..count).map(|_| point(stream)).collect()
}

fn hash_to_group(input: &[u8; 32]) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&expand_message_xmd(&[input], Tag::HashToGroup, Mode::Poprf))
}

fn decode(encoded: &[[u8; 32]]) -> Result<Vec<RistrettoPoint>, Failed> {
    encoded.iter().map(|bytes| CompressedRistretto(*bytes).decompress().or_fail("a point")).collect()
}

/// Of row 1: decode P and N, hash to the group, one term in each of two multi-scalar multiplications of all coins.
pub fn of_checking(coins: u32) -> Side {
    let prepare = move |stream: &mut Stream| {
        let mut encoded = || (0..coins).map(|_| point(stream).compress().0).collect::<Vec<_>>();
        let (keys, components) = (encoded(), encoded());
        Ok((keys, components, [weights(coins, stream), weights(coins, stream)]))
    };
    type Coins = (Vec<[u8; 32]>, Vec<[u8; 32]>, [Vec<Scalar>; 2]);
    let work = |(keys, components, [for_keys, for_components]): &mut Coins| {
        let hashes: Vec<RistrettoPoint> = keys.iter().map(hash_to_group).collect();
        let spend = RistrettoPoint::vartime_multiscalar_mul(for_keys.iter(), decode(keys)?);
        let mac = RistrettoPoint::vartime_multiscalar_mul(for_components.iter(), decode(components)?);
        Ok((hashes, spend, mac))
    };
    Side::new(NAME, coins, prepare, work)
}

/// Of row 2: a constant-time multiplication and its encoding, per element.
pub fn of_evaluating() -> Side {
    let prepare = |stream: &mut Stream| Ok((scalar(stream), points(COINS, stream)));
    let work = |(key, blinded): &mut (Scalar, Vec<RistrettoPoint>)| {
        Ok(blinded.iter().map(|point| (*key * point).compress()).collect::<Vec<_>>())
    };
    Side::new(NAME, COINS, prepare, work)
}

/// Of row 3, per element and witness: a constant-time multiplication to unblind, as many to blind as fall to one of four
/// witnesses, and one term in each of the proof's two sums.
pub fn of_wallet() -> Side {
    let prepare = |stream: &mut Stream| {
        let sums = (0..WITNESSES).map(|_| (points(COINS, stream), points(COINS, stream), weights(COINS, stream)));
        let sums: Vec<_> = sums.collect();
        Ok((scalar(stream), points(COINS, stream), sums))
    };
    type Sum = (Vec<RistrettoPoint>, Vec<RistrettoPoint>, Vec<Scalar>);
    let work = |(blind, hashes, sums): &mut (Scalar, Vec<RistrettoPoint>, Vec<Sum>)| {
        let blinded: Vec<RistrettoPoint> = hashes.iter().map(|hash| *blind * hash).collect();
        let answered = sums.iter().map(|(evaluated, images, weights)| {
            let base = RistrettoPoint::vartime_multiscalar_mul(weights.iter(), evaluated);
            let image = RistrettoPoint::vartime_multiscalar_mul(weights.iter(), images);
            let unblinded: Vec<RistrettoPoint> = evaluated.iter().map(|point| *blind * point).collect();
            (base, image, unblinded)
        });
        let answered: Vec<_> = answered.collect();
        Ok((blinded, answered))
    };
    Side::new(NAME, COINS * WITNESSES as u32, prepare, work)
}

/// The floor hashes to the group as we do.
///
/// # Errors
/// If it does not.
pub fn prove_that_it_works(stream: &mut Stream) -> Result<(), Failed> {
    let input = stream.bytes();
    let ours = ronde_protocol::crypto::coin_hash(&ronde_protocol::crypto::PointBytes(input));
    ensure(hash_to_group(&input).compress().0 == *ours.as_bytes(), "the floor's hash is another")
}

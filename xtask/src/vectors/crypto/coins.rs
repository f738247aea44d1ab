//! The coin that the examples of the specification follow.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use ronde_protocol::crypto::{Seed, derive_blind, derive_coin_secret};

use super::super::draw;
use super::scalars::base;

/// The first coin of the wallet, as in `coin-derivation/first-coin`.
pub struct FirstCoin {
    /// P.
    pub point: RistrettoPoint,
    /// r.
    pub blind: Scalar,
}

/// The seed of the wallet.
pub fn wallet_seed() -> [u8; 32] {
    draw::bytes("wallet seed")
}

/// The federation.
pub fn federation() -> [u8; 32] {
    draw::bytes("federation")
}

/// Coin 0 of keyset 1 on device 0, slot 0.
pub fn first_coin() -> FirstCoin {
    let seed = Seed::new(wallet_seed()).for_federation(&federation());
    let reduced = |bytes: [u8; 32]| Scalar::from_bytes_mod_order(bytes);
    FirstCoin {
        point: base(&reduced(*derive_coin_secret(&seed, 1, 0, 0, 0).expose_bytes())),
        blind: reduced(*derive_blind(&seed, 1, 0, 0, 0).expose_bytes()),
    }
}

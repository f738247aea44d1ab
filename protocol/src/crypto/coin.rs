//! A wallet's seed, and the secrets of the coins derived from it (design section 4).

use subtle::{Choice, ConstantTimeEq};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{
    group::{GroupError, Point, SecretScalar},
    hash::{derive_secret, derive_secret_scalar},
    labels,
    redact::redacted_debug,
};

/// A wallet's 256-bit seed, the only thing to back up.
#[derive(ZeroizeOnDrop)]
pub struct Seed([u8; 32]);

redacted_debug!(Seed);

impl Seed {
    /// Wraps 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The seed to use in one federation. Two federations that number their keysets alike would otherwise see the
    /// same coin keys from one wallet, and know it again (COIN-6).
    pub fn for_federation(&self, federation: &[u8; 32]) -> Self {
        Self(*derive_secret(labels::FEDERATION_SEED, &[&self.0, federation]))
    }

    /// The bytes, to be shown as words or stored encrypted. The name is a warning.
    pub fn expose_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// A secret scalar at one place of the seed: BLAKE3 `derive_key`, 64 bytes of output, reduced. The parts are the
    /// seed, keyset and device (u32), order (u64) and slot (u16), little endian.
    fn scalar_at(&self, label: &'static str, place: &Place) -> SecretScalar {
        derive_secret_scalar(
            label,
            &[
                &self.0,
                &place.keyset.to_le_bytes(),
                &place.device.to_le_bytes(),
                &place.order.to_le_bytes(),
                &place.slot.to_le_bytes(),
            ],
        )
    }
}

/// A number of 128 bits that a wallet's seed gives for a keyset, device and denomination: when it moves its coins of that
/// denomination into a later keyset (WALLET-38). It looks random to everybody else, and is the same after a restart.
pub fn derive_move_time(seed: &Seed, keyset: u32, device: u32, denomination: u64) -> u128 {
    let parts: [&[u8]; 4] = [&seed.0, &keyset.to_le_bytes(), &device.to_le_bytes(), &denomination.to_le_bytes()];
    let bytes = derive_secret(labels::MOVE_TIME, &parts);
    bytes.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

impl ConstantTimeEq for Seed {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

/// Where in a seed a coin lives.
struct Place {
    keyset: u32,
    device: u32,
    order: u64,
    slot: u16,
}

/// A coin's secret scalar c, with its public point P = c·G.
pub struct CoinSecret {
    secret: SecretScalar,
    public: Point,
}

redacted_debug!(CoinSecret);

// The only secret field wipes itself.
impl ZeroizeOnDrop for CoinSecret {}

impl CoinSecret {
    /// A coin from its scalar.
    pub fn from_secret(secret: SecretScalar) -> Self {
        let public = secret.times_generator();
        Self { secret, public }
    }

    /// P = c·G, the coin's public key.
    pub fn public(&self) -> Point {
        self.public
    }

    /// The scalar's canonical encoding. The name is a warning: only storage and tests have a reason to call this.
    pub fn expose_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.secret.expose_bytes()
    }

    pub(crate) fn scalar(&self) -> &SecretScalar {
        &self.secret
    }
}

/// A blind r, never zero.
#[derive(ZeroizeOnDrop)]
pub struct BlindFactor(SecretScalar);

redacted_debug!(BlindFactor);

impl BlindFactor {
    /// A blind from its scalar, which must be uniform and used for one coin only (COIN-8).
    pub fn from_secret(secret: SecretScalar) -> Self {
        Self(secret)
    }

    /// A blind from its canonical encoding.
    ///
    /// # Errors
    /// As [`SecretScalar::from_canonical`].
    pub fn from_canonical(bytes: &[u8; 32]) -> Result<Self, GroupError> {
        SecretScalar::from_canonical(bytes).map(Self)
    }

    /// The canonical encoding. The name is a warning: only storage and tests have a reason to call this.
    pub fn expose_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.expose_bytes()
    }

    pub(crate) fn scalar(&self) -> &SecretScalar {
        &self.0
    }
}

/// The coin secret of one output slot (COIN-7). The class is not in the path, so a restore need not know it.
pub fn derive_coin_secret(seed: &Seed, keyset: u32, device: u32, order: u64, slot: u16) -> CoinSecret {
    let place = Place { keyset, device, order, slot };
    CoinSecret::from_secret(seed.scalar_at(labels::COIN_SECRET, &place))
}

/// The blind of one output slot (COIN-7).
pub fn derive_blind(seed: &Seed, keyset: u32, device: u32, order: u64, slot: u16) -> BlindFactor {
    let place = Place { keyset, device, order, slot };
    BlindFactor(seed.scalar_at(labels::COIN_BLIND, &place))
}

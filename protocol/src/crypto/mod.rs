//! Layer 1: the cryptography, which knows no message and no role (design sections 4 and 6).
//!
//! Everything is over ristretto255 (RFC 9496) with the POPRF of RFC 9497, BLAKE3 and Ed25519 (RFC 8032).
//! Wire forms (`PointBytes`, `ScalarBytes`, `Signature`, ...) are plain bytes that nobody has looked at yet; decoding
//! one gives a value that satisfies its invariant. Randomness is always an argument ([`Entropy`]).

pub mod coin;
pub mod entropy;
pub mod error;
pub mod group;
pub mod hash;
pub mod labels;
pub mod mac;
pub mod merkle;
mod once;
pub mod poprf;
pub mod possession;
pub mod presented;
pub mod proof;
mod redact;
pub mod sealed;
pub mod sign;
pub mod spend;
pub mod suite;

pub use coin::{BlindFactor, CoinSecret, Seed, derive_blind, derive_coin_secret};
pub use entropy::Entropy;
pub use error::CryptoError;
pub use group::{GroupError, Point, PointBytes, PublicScalar, ScalarBytes, SecretScalar};
pub use hash::{Transcript, Xof, derive, derive_secret, derive_wide, xof};
pub use mac::{MacError, MacItem};
pub use poprf::{CoinHash, PoprfError, PoprfPublicKey, PoprfSecretKey, Tweak, blind, coin_hash, unblind, unblind_all};
pub use possession::{KeySlot, PossessionError, PossessionProof};
pub use presented::{PresentedError, PresentedOrder, PresentedSpend, VerifiedSpend};
pub use proof::{EvaluationContext, EvaluationItem, EvaluationProof, ProofError, VerifiedProof};
pub use sign::{SignError, Signature, SigningKey, VerifyingKey, VerifyingKeyBytes};
pub use spend::{SpendCheck, SpendError, SpendPurpose, SpendSignature};

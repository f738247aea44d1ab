//! The parts of RFC 9497 that the product does without: its own proofs (section 2.2), modes 0 and 1.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use ronde_protocol::crypto::suite::{Mode, hash_to_scalar};
use sha2::{Digest, Sha512};

/// The published statement: log_A B = log_{C_i} D_i for all i.
pub struct Statement<'a> {
    pub mode: Mode,
    pub a: RistrettoPoint,
    pub b: RistrettoPoint,
    pub c: &'a [RistrettoPoint],
    pub d: &'a [RistrettoPoint],
}

fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend(u16::try_from(part.len()).unwrap().to_be_bytes());
        out.extend(*part);
    }
    out
}

fn scalar_of(mode: Mode, message: &[u8]) -> Scalar {
    Scalar::from_canonical_bytes(hash_to_scalar(mode, &[message]).encode().0).unwrap()
}

fn composites(statement: &Statement<'_>) -> (RistrettoPoint, RistrettoPoint) {
    let b = statement.b.compress().0;
    let domain = [b"Seed-".as_slice(), &statement.mode.context_string()].concat();
    let seed = Sha512::digest(framed(&[&b, &domain]));
    let mut m = RistrettoPoint::default();
    let mut z = RistrettoPoint::default();
    for (i, (c, d)) in statement.c.iter().zip(statement.d).enumerate() {
        let mut input = framed(&[&seed]);
        input.extend(u16::try_from(i).unwrap().to_be_bytes());
        input.extend(framed(&[&c.compress().0, &d.compress().0]));
        input.extend(b"Composite");
        let weight = scalar_of(statement.mode, &input);
        m += weight * c;
        z += weight * d;
    }
    (m, z)
}

fn challenge(statement: &Statement<'_>, elements: [RistrettoPoint; 4]) -> Scalar {
    let [m, z, t2, t3] = elements.map(|element| element.compress().0);
    let b = statement.b.compress().0;
    let mut input = framed(&[&b, &m, &z, &t2, &t3]);
    input.extend(b"Challenge");
    scalar_of(statement.mode, &input)
}

/// `GenerateProof` with a given nonce: challenge and response.
pub fn generate_proof(statement: &Statement<'_>, k: &Scalar, nonce: &Scalar) -> [u8; 64] {
    let (m, z) = composites(statement);
    let c = challenge(statement, [m, z, nonce * statement.a, nonce * m]);
    let s = nonce - c * k;
    let mut proof = [0u8; 64];
    proof[..32].copy_from_slice(c.as_bytes());
    proof[32..].copy_from_slice(s.as_bytes());
    proof
}

/// `VerifyProof`.
pub fn verify_proof(statement: &Statement<'_>, proof: &[u8; 64]) -> bool {
    let half = |at: usize| {
        let bytes: [u8; 32] = proof[at..at + 32].try_into().unwrap();
        Option::<Scalar>::from(Scalar::from_canonical_bytes(bytes))
    };
    let (Some(c), Some(s)) = (half(0), half(32)) else {
        return false;
    };
    let (m, z) = composites(statement);
    let t2 = s * statement.a + c * statement.b;
    let t3 = s * m + c * z;
    challenge(statement, [m, z, t2, t3]) == c
}

//! Everything random in the vectors, from one seed and the name of what it is for. The order of drawing does not matter.

use ronde_protocol::crypto::xof;

/// The seed of all vectors.
const SEED: &[u8] = b"Ronde's test vectors";
const LABEL: &str = "ronde/1 test vectors";

/// Bytes of a name: the same each time.
pub fn bytes<const N: usize>(name: &str) -> [u8; N] {
    let mut stream = xof(LABEL, &[SEED, name.as_bytes()]);
    let mut bytes = [0; N];
    for block in bytes.chunks_mut(16) {
        let drawn = stream.next_u128().to_le_bytes();
        block.copy_from_slice(&drawn[..block.len()]);
    }
    bytes
}

//! What is derived is what chapter 04 of the specification says, computed here once more from its words.

use crate::federation_support;
use crate::wallet_support;

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use federation_support::{KEYSET, federation, node_seed};
use ronde_protocol::{
    crypto::{Point, SigningKey, derive, derive_wide, labels, suite},
    message::{
        class::{Class, Kind},
        ids::{CampaignId, FederationId, KeysetId, OfferId, StoreId},
    },
};
use wallet_support::{claim, terms, wallet};

const FEDERATION: FederationId = FederationId([0xfe; 32]);

fn info(keyset: u32, kind: u32, number: u64) -> Vec<u8> {
    let numbers: [&[u8]; 3] = [&keyset.to_le_bytes(), &kind.to_le_bytes(), &number.to_le_bytes()];
    [b"ronde/1 class info".as_slice(), &FEDERATION.0, &numbers.concat()].concat()
}

/// COIN-1 and COIN-2.
#[test]
fn the_info_of_a_class_is_the_written_66_bytes_and_its_tweak_is_their_hash() {
    let kinds = [
        (Kind::Points { denomination: 1 << 32 }, info(7, 0, 1 << 32)),
        (Kind::Ballot { campaign: CampaignId(3) }, info(7, 1, 3)),
        (Kind::Voucher { offer: OfferId(3) }, info(7, 2, 3)),
    ];
    for (kind, expected) in kinds {
        let class = Class { keyset: KeysetId(7), kind };
        assert_eq!(class.info(&FEDERATION).as_slice(), expected);
        assert_eq!(expected.len(), 66);
        let framed = [b"Info\0\x42".as_slice(), &expected].concat();
        let tweak = suite::hash_to_scalar(suite::Mode::Poprf, &[&framed]);
        assert_eq!(class.tweak(&FEDERATION).encode(), tweak.encode());
    }
}

/// COIN-10. And POPRF-2: another keyset or federation, another key.
#[test]
fn all_keys_of_a_node_come_from_its_seed_and_are_of_one_place() {
    let seed = {
        let mut bytes = [0x5e; 32];
        bytes[..4].copy_from_slice(&5u32.to_le_bytes());
        bytes
    };
    let node = node_seed(StoreId(5));
    let expected = SigningKey::from_seed(&derive("ronde/1 key: node", &[&seed]));
    assert_eq!(node.node_key().verifying_key(), expected.verifying_key());
    let mut seen = Vec::new();
    for (federation, keyset) in [(FEDERATION, 1u32), (FEDERATION, 2), (FederationId([0; 32]), 1)] {
        let keys = node.witness_keys(&federation, KeysetId(keyset)).unwrap();
        let at = |label| derive(label, &[&seed, &federation.0, &keyset.to_le_bytes()]);
        let vote = SigningKey::from_seed(&at("ronde/1 key: vote"));
        assert_eq!(keys.vote.verifying_key(), vote.verifying_key());
        let inner = at("ronde/1 key: seed of a keyset");
        let secret = suite::derive_key(suite::Mode::Poprf, &inner, b"ronde/1 key: poprf").unwrap();
        let scalar = Scalar::from_canonical_bytes(*secret.expose_bytes()).unwrap();
        let public = keys.poprf.public().encode();
        assert_eq!(public.0, RistrettoPoint::mul_base(&scalar).compress().0);
        seen.extend([public.0, vote.verifying_key().encode().0]);
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

/// B of the first device's coin at a place, from the wallet's own seed.
fn blinded(federation: &FederationId, order: u64, slot: u16) -> [u8; 32] {
    let inner = derive("ronde/1 wallet: seed of a federation", &[&[0x11; 32], &federation.0]);
    let at = |label| {
        let place: [&[u8]; 5] =
            [&inner, &KEYSET.0.to_le_bytes(), &0u32.to_le_bytes(), &order.to_le_bytes(), &slot.to_le_bytes()];
        Scalar::from_bytes_mod_order_wide(&derive_wide(label, &place))
    };
    let point = RistrettoPoint::mul_base(&at(labels::COIN_SECRET)).compress().0;
    let hashed: Point = suite::hash_to_group(suite::Mode::Poprf, &point);
    let element = curve25519_dalek::ristretto::CompressedRistretto(hashed.encode().0).decompress().unwrap();
    (at(labels::COIN_BLIND) * element).compress().0
}

/// COIN-6 and COIN-7: the seed of the federation, then the place. COIN-8: a second claim takes new places.
#[test]
fn a_wallets_coins_come_from_the_seed_of_its_federation_each_from_a_place_of_its_own() {
    let federation = federation(1);
    let mut wallet = wallet(&federation);
    for order in 0..3 {
        // 7 points: coins of 4, 2 and 1.
        let request = claim(&mut wallet, &federation, u32::try_from(order).unwrap(), terms(7));
        let mut expected: Vec<[u8; 32]> = (0..3).map(|slot| blinded(&federation.id(), order, slot)).collect();
        expected.sort_unstable();
        let found: Vec<[u8; 32]> = request.outputs.iter().map(|output| output.blinded.0).collect();
        assert_eq!(found, expected, "order {order}");
    }
}

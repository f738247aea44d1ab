//! What the library gives back to the allocator holds no secret: every block is looked at when it is freed.
//!
//! One test, since the allocator sees the whole process.

mod federation_support;
mod freed;

use federation_support::{KEYSET, federation};
use freed::{found, freed, look_for, watch};
use ronde_protocol::{
    crypto::{
        Entropy, EvaluationContext, EvaluationItem, Seed,
        coin::{derive_blind, derive_coin_secret},
        poprf::{Tweak, blind, coin_hash, unblind_all},
        proof::prove,
        spend::{SpendPurpose, sign},
    },
    machine::witness::keys::NodeSeed,
};

#[global_allocator]
static ALLOCATOR: freed::Scanning = freed::Scanning;

fn secret(start: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    (start..=u8::MAX).zip(&mut bytes).for_each(|(at, byte)| *byte = at.wrapping_mul(53) ^ 0x3a);
    bytes
}

/// On the heap, whatever the compiler would rather do.
fn boxed<T>(value: T) -> Box<T> {
    std::hint::black_box(Box::new(value))
}

#[test]
fn memory_that_is_given_back_holds_no_secret() {
    let federation = federation(4);
    let id = federation.id();
    look_for("wallet's seed", &secret(1));
    look_for("node's seed", &secret(100));
    look_for("entropy", &secret(200));
    let wallet = || Seed::new(secret(1)).for_federation(&id.0);
    look_for("wallet's seed for the federation", &*wallet().expose_bytes());
    look_for("coin", &*derive_coin_secret(&wallet(), 1, 0, 7, 3).expose_bytes());
    look_for("blind", &*derive_blind(&wallet(), 1, 0, 7, 3).expose_bytes());
    look_for("node key", &*NodeSeed::new(secret(100)).node_key_seed());

    watch(true);
    let plain = derive_coin_secret(&wallet(), 1, 0, 7, 3).expose_bytes().to_vec();
    drop(std::hint::black_box(plain));
    watch(false);
    assert_eq!(found(), ["coin"], "control: a plain copy is seen when it is freed");
    watch(true);
    drop(*boxed(wallet()));
    watch(false);
    assert_eq!(
        found(),
        ["wallet's seed for the federation"],
        "control: a secret that moved out of its block stays there"
    );

    let before = freed();
    watch(true);
    let seed = boxed(wallet());
    let coin = boxed(derive_coin_secret(&seed, 1, 0, 7, 3));
    let factor = derive_blind(&seed, 1, 0, 7, 3);
    drop(boxed(derive_blind(&seed, 1, 0, 7, 3)));
    sign(SpendPurpose::Order, &[&coin, &coin], &[9; 32], Entropy::new(secret(200))).unwrap();
    let node = boxed(NodeSeed::new(secret(100)));
    let keys = boxed(node.witness_keys(&id, KEYSET).unwrap());
    let tweak = Tweak::of_fixed_info(b"a class");
    let blinded = blind(&coin_hash(&coin.public().encode()), &factor);
    let evaluated = keys.poprf.evaluate_batch(&[(tweak, blinded), (tweak, blinded)]).unwrap();
    let items: Vec<EvaluationItem> =
        evaluated.iter().map(|evaluated| EvaluationItem { tweak, blinded, evaluated: *evaluated }).collect();
    let context = EvaluationContext { federation: &id.0, keyset: 1, index: 0, digest: &[9; 32] };
    prove(&keys.poprf, &context, &items, Entropy::new(secret(200))).unwrap();
    drop(unblind_all(&evaluated, factor));
    drop(Entropy::new(secret(200)).split(5));
    drop((node.node_key(), node, keys, coin, seed));
    watch(false);
    assert!(freed() > before + 10, "only {} blocks were freed", freed() - before);
    assert_eq!(found(), Vec::<&str>::new());
}

//! Whether the time of an operation depends on its secret: dudect, by Reparaz, Balasch and Verbauwhede.
//!
//! Each benchmark times one operation with two classes of secrets, mixed at random: *left* is always the same secret, and
//! a special one (a scalar of one bit, a seed of zeros, an equal value), *right* a random one each time. Welch's t-test
//! then says whether the two take the same time; beyond about 5 they do not. Everything else, public points and messages,
//! is of the same kind in both. The benchmarks that begin with `leaky_` are controls: they must be found.
//!
//! `cargo xtask dudect` runs all and judges.

mod secrets;

use dudect_bencher::{
    BenchRng, Class, CtRunner, ctbench_main,
    rand::{Rng as _, RngExt as _},
};

use secrets::{
    blind, derive_coin, derive_key, derive_node, evaluate, evaluate_many, leaky_comparison, leaky_multiplication,
    mac_many, mac_one, possession, prove, scalar_comparison, seed_comparison, spend, token_comparison, unblind,
    unblind_many, vote,
};

/// 32 random bytes.
fn random(rng: &mut BenchRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// Times an operation so many times, on inputs made before: the same for both classes but for the secret.
fn compare<I, T>(
    (runner, rng): (&mut CtRunner, &mut BenchRng),
    samples: usize,
    make: impl Fn(bool, &mut BenchRng) -> I,
    run: impl Fn(&I) -> T,
) {
    let inputs: Vec<(Class, I)> = (0..samples)
        .map(|_| {
            let special = rng.random::<bool>();
            (if special { Class::Left } else { Class::Right }, make(special, rng))
        })
        .collect();
    // Caches and clocks settle before it counts.
    inputs.iter().take(samples / 20).for_each(|(_, input)| drop(std::hint::black_box(run(input))));
    for (class, input) in &inputs {
        runner.run_one(*class, || run(input));
    }
}

ctbench_main!(
    blind,
    derive_coin,
    derive_key,
    derive_node,
    evaluate,
    evaluate_many,
    leaky_comparison,
    leaky_multiplication,
    mac_many,
    mac_one,
    possession,
    prove,
    scalar_comparison,
    seed_comparison,
    spend,
    token_comparison,
    unblind,
    unblind_many,
    vote
);

//! Orders against a fixed charter: whatever comes is refused with a reason, or keeps every rule.

use std::sync::LazyLock;

use ronde_protocol::{
    crypto::group::PointBytes,
    limits::MAX_MESSAGE_BYTES,
    message::{
        codec::{decode, encode},
        order::{Purpose, SignedOrder},
        refusal::Refusal,
    },
};

use crate::charter::{Federation, KEYSET, coin, list};

static FEDERATION: LazyLock<Federation> = LazyLock::new(|| Federation::new(1, 0));
static POINTS: LazyLock<Vec<PointBytes>> = LazyLock::new(|| {
    let mut points: Vec<PointBytes> = (0..64).map(|number| coin(number).public().encode()).collect();
    points.sort();
    points
});

/// The first byte says how much of what a fuzzer can't guess is filled in; the rest is a signed order.
///
/// # Panics
/// If an order passes that breaks a rule, or a refusal lies beyond the order.
pub fn order_check(data: &[u8]) {
    let Some((help, bytes)) = data.split_first() else { return };
    let Ok(mut signed) = decode::<SignedOrder>(bytes, MAX_MESSAGE_BYTES) else { return };
    if help & 1 != 0 {
        signed.order.federation = FEDERATION.id();
        signed.order.keyset = KEYSET;
    }
    if help & 2 != 0 {
        fill_in_points(&mut signed);
    }
    let length = encode(&signed.order).len();
    match signed.clone().check(&FEDERATION.charter) {
        Err(Refusal::BadEncoding { offset, .. }) => assert!(offset < length as u64, "blamed beyond the end"),
        Err(_) => {}
        Ok(checked) => {
            assert!(checked.digest() == signed.order.digest());
            keeps_the_rules(&signed);
            if let Ok(authorized) = checked.authorize(&FEDERATION.charter) {
                assert!(authorized.signed() == &signed);
            }
        }
    }
}

/// Real elements, increasing, so that the fuzzer gets past them.
fn fill_in_points(signed: &mut SignedOrder) {
    let mut inputs = signed.order.inputs.to_vec();
    inputs.iter_mut().zip(POINTS.iter()).for_each(|(input, point)| input.point = *point);
    signed.order.inputs = list(inputs);
    let mut outputs = signed.order.outputs.to_vec();
    outputs.iter_mut().zip(POINTS.iter()).for_each(|(output, point)| output.blinded = *point);
    signed.order.outputs = list(outputs);
}

/// The laws in their plainest words, apart from the code that checks them.
fn keeps_the_rules(signed: &SignedOrder) {
    let order = &signed.order;
    let (points_in, points_out) = (order.points_in().expect("summed"), order.points_out().expect("summed"));
    match order.purpose {
        Purpose::Earn => assert!(order.inputs.is_empty() && !order.outputs.is_empty()),
        Purpose::Swap => assert!(points_in == points_out),
        Purpose::Redeem | Purpose::Donate { .. } => assert!(points_out <= points_in),
        Purpose::Pledge { .. } => assert!(order.inputs.is_empty() && order.outputs.is_empty()),
        Purpose::Vote { .. } => assert!(order.inputs.len() == 1 && order.outputs.is_empty()),
    }
    assert!(order.inputs.is_sorted_by(|a, b| a.point < b.point), "inputs increase");
    assert!(order.outputs.is_sorted_by(|a, b| a.blinded < b.blinded), "outputs increase");
    assert!(order.inputs.iter().all(|input| input.point.decode().is_ok()), "elements are elements");
    assert!(order.outputs.iter().all(|output| output.blinded.decode().is_ok()), "elements are elements");
}

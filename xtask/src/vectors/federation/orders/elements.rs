//! Elements: their order, their encodings, and where a bad one is blamed.

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        codec::encode,
        ids::StoreId,
        order::{Order, Purpose, SignedOrder},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{body, by_coins, points},
        world::{World, list},
    },
    About, COFFEE, DONATE, invalid, of,
};
use crate::vectors::case::case;

/// Bytes before the first input of a Swap, of an input's kind, of an input, of an output's class, of an output.
const HEAD: u64 = 32 + 4 + 4 + 4 + 32 + 8 + 8;
const KIND: u64 = 12;
const INPUT: u64 = 44;
const CLASS: u64 = 16;
const OUTPUT: u64 = 48;
/// Of such a byte and 31 zeros no element can be made: what is to be a square is none.
const NO_ELEMENT: u8 = 2;

fn input(at: u64) -> u64 {
    HEAD + at * INPUT + KIND
}

fn output(at: u64) -> u64 {
    HEAD + 3 * INPUT + 8 + at * OUTPUT + CLASS
}

fn bad(offset: u64, expected: &str) -> Value {
    json!({"error": "bad-encoding", "offset": offset, "expected": expected})
}

/// A Swap of three twos whose elements were changed after it was signed: no signature is looked at.
fn swapped(world: &World, change: impl FnOnce(&mut [PointBytes], &mut [PointBytes])) -> SignedOrder {
    let order =
        body(world, 0, Purpose::Swap, &[1, 2, 3].map(|n| (n, points(2))), &[11, 12, 13].map(|n| (n, points(2))));
    let (mut inputs, mut outputs) = (order.inputs.to_vec(), order.outputs.to_vec());
    let mut p: Vec<PointBytes> = inputs.iter().map(|input| input.point).collect();
    let mut b: Vec<PointBytes> = outputs.iter().map(|output| output.blinded).collect();
    change(&mut p, &mut b);
    inputs.iter_mut().zip(p).for_each(|(input, point)| input.point = point);
    outputs.iter_mut().zip(b).for_each(|(output, blinded)| output.blinded = blinded);
    by_coins(Order { inputs: list(inputs), outputs: list(outputs), ..order }, &[1, 2, 3])
}

/// Small as a string of bytes, too large as a little-endian number.
fn above_the_field() -> PointBytes {
    let mut bytes = [0; 32];
    bytes[31] = 0x80;
    PointBytes(bytes)
}

/// What is sorted, what is an element, and what is a message.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = sorted(world);
    tests.extend(encoded(world));
    tests.extend(messages(world));
    tests
}

fn sorted(world: &World) -> Vec<Result<Test, String>> {
    type Change = fn(&mut [PointBytes], &mut [PointBytes]);
    let unsorted = |about: About<'_>, change: Change, offset| {
        of(world, about, &swapped(world, change)).flag("sorted").refused(bad(offset, "sorted"))
    };
    let paid = body(world, 1, Purpose::Redeem, &[(1, points(2)), (2, points(4))], &[]);
    let mut twice = paid.inputs.to_vec();
    twice[1].point = twice[0].point;
    let two_kinds = by_coins(Order { inputs: list(twice), ..paid }, &[1, 2]);
    let given = body(world, 0, DONATE, &[(1, points(2)), (2, points(4))], &[]);
    let backwards = by_coins(Order { inputs: list(given.inputs.iter().rev().copied()), ..given }, &[1, 2]);
    let mixed = body(world, 1, Purpose::Redeem, &[(1, COFFEE), (2, COFFEE)], &[]);
    let vouchers = by_coins(Order { inputs: list(mixed.inputs.iter().rev().copied()), ..mixed }, &[1, 2]);
    vec![
        unsorted(("unsorted-inputs", "ORDER-8", "Two inputs exchanged."), |p, _| p.swap(0, 1), input(1)),
        unsorted(("unsorted-last-inputs", "ORDER-8", "The last two inputs exchanged."), |p, _| p.swap(1, 2), input(2)),
        unsorted(("coin-twice", "ORDER-8", "One coin twice."), |p, _| p[1] = p[0], input(1)),
        of(world, ("coin-twice-as-two-kinds", "ORDER-8", "One coin, as a 2 and as a 4."), &two_kinds)
            .flag("sorted")
            .refused(bad(input(1), "sorted")),
        unsorted(("unsorted-outputs", "ORDER-9", "Two outputs exchanged."), |_, b| b.swap(0, 1), output(1)),
        unsorted(("output-twice", "ORDER-9", "One B twice."), |_, b| b[2] = b[1], output(2)),
        unsorted(
            ("unsorted-inputs-and-outputs", "ORDER-26", "Both unsorted: inputs come first."),
            |p, b| (p.reverse(), b.reverse()).0,
            input(1),
        ),
        of(
            world,
            ("offset-after-a-wider-purpose", "ORDER-8", "A Donate is 4 bytes longer before its inputs."),
            &backwards,
        )
        .flag("sorted")
        .refused(bad(HEAD + 4 + INPUT + KIND, "sorted")),
        of(world, ("offset-with-narrower-kinds", "ORDER-8", "A voucher's kind is 4 bytes shorter."), &vouchers)
            .flag("sorted")
            .refused(bad(HEAD + 40 + 8, "sorted")),
        of(
            world,
            ("unsorted-before-denomination", "ORDER-26", "Unsorted, and of a denomination that there is not."),
            &{
                let order = body(world, 0, Purpose::Swap, &[(1, points(3)), (2, points(3))], &[(11, points(4))]);
                by_coins(Order { inputs: list(order.inputs.iter().rev().copied()), ..order }, &[1, 2])
            },
        )
        .refused(bad(input(1), "sorted")),
    ]
}

fn encoded(world: &World) -> Vec<Result<Test, String>> {
    let element = |slug, comment, flag, offset, change: &dyn Fn(&mut [PointBytes], &mut [PointBytes])| {
        of(world, (slug, "ORDER-25", comment), &swapped(world, change)).flag(flag).refused(bad(offset, "element"))
    };
    let identity = PointBytes([0; 32]);
    let lone = |first: u8| {
        let order = body(world, 1, Purpose::Redeem, &[(1, points(2))], &[]);
        let mut inputs = order.inputs.to_vec();
        inputs[0].point = PointBytes([0; 32]);
        inputs[0].point.0[0] = first;
        by_coins(Order { inputs: list(inputs), ..order }, &[1])
    };
    let nameless = SignedOrder { order: Order { store: StoreId::NONE, ..lone(0).order }, ..lone(0) };
    vec![
        element("input-identity", "The identity as a coin key.", "identity", input(0), &|p, _| p[0] = identity),
        element("output-identity", "The identity as B.", "identity", output(0), &|_, b| b[0] = identity),
        element(
            "input-above-the-field",
            "A P that is not below the field's prime.",
            "non-canonical",
            input(2),
            &|p, _| {
                p[2] = PointBytes([0xff; 32]);
            },
        ),
        element(
            "input-above-the-field-small",
            "The same with a high last byte only.",
            "non-canonical",
            input(0),
            &|p, _| {
                p[0] = above_the_field();
            },
        ),
        element(
            "output-above-the-field",
            "A B that is not below the field's prime.",
            "non-canonical",
            output(2),
            &|_, b| {
                b[2] = PointBytes([0xff; 32]);
            },
        ),
        element(
            "inputs-before-outputs",
            "A bad B and a bad P: inputs come first.",
            "non-canonical",
            input(2),
            &|p, b| {
                p[2] = PointBytes([0xff; 32]);
                b[0] = identity;
            },
        ),
        of(world, ("input-negative", "ORDER-25", "A negative field element."), &lone(1))
            .flag("non-canonical")
            .refused(bad(input(0), "element")),
        of(world, ("input-no-element", "ORDER-25", "Bytes that decode to no element."), &lone(NO_ELEMENT))
            .flag("non-canonical")
            .refused(bad(input(0), "element")),
        of(
            world,
            ("rule-before-element", "ORDER-26", "No store, and the identity as a coin key: rules come first."),
            &nameless,
        )
        .refused(invalid("store")),
    ]
}

fn messages(world: &World) -> Vec<Result<Test, String>> {
    let signed = by_coins(body(world, 1, Purpose::Redeem, &[(1, points(2))], &[]), &[1]);
    let bytes = encode(&signed);
    let raw = |about: About<'_>, bytes: &[u8]| {
        let (slug, rule, comment) = about;
        case("order", slug, rule, comment, json!({"charters": world.shown(), "signed": hex::encode(bytes)}))
    };
    let count = usize::try_from(HEAD).unwrap() - 8;
    let with_count = |number: u64| {
        let mut bytes = bytes.clone();
        bytes[count..count + 8].copy_from_slice(&number.to_le_bytes());
        bytes
    };
    let mut purpose = bytes.clone();
    purpose[40] = 6;
    vec![
        raw(("trailing", "ENC-10", "A byte follows."), &[&bytes[..], &[0]].concat())
            .flag("trailing")
            .refused(bad(u64::try_from(bytes.len()).unwrap(), "end")),
        raw(("truncated", "ENC-5", "The last byte is missing."), &bytes[..bytes.len() - 1])
            .flag("truncated")
            .refused(bad(u64::try_from(bytes.len() - 32).unwrap(), "more-bytes")),
        raw(("empty", "ENC-5", "No bytes at all."), &[]).flag("truncated").refused(bad(0, "more-bytes")),
        raw(("unknown-purpose", "ENC-6", "Purpose 6."), &purpose).flag("unknown-variant").refused(bad(40, "variant")),
        raw(("257-inputs", "ENC-3", "A count of 257 inputs is refused at the count."), &with_count(257))
            .flag("lying-length")
            .refused(bad(HEAD - 8, "shorter")),
        raw(
            ("lying-count", "ENC-4", "A count of two, and one input: the signature is taken for the rest."),
            &with_count(2),
        )
        .flag("lying-length")
        .refused(bad(HEAD + 2 * INPUT, "shorter")),
        raw(("huge-count", "ENC-3", "A count of 2^64 - 1."), &with_count(u64::MAX))
            .flag("lying-length")
            .refused(bad(HEAD - 8, "shorter")),
    ]
}

//! The order table of design section 6, rule by rule, and that no rule waits for a group operation.

use crate::codec_support;

use codec_support::*;
use ronde_protocol::{
    crypto::{
        group::{PointBytes, ScalarBytes},
        sign::Signature,
        spend::SpendSignature,
    },
    limits::{MAX_INPUTS, MAX_MESSAGE_BYTES},
    message::{
        amount::{Points, PointsOverflow},
        class::Kind,
        codec::{BadEncoding, Expected, decode, encode},
        ids::{AssociationId, CampaignId, FederationId, KeysetId, OfferId, Reference, StoreId},
        order::{Authorization, Order, Purpose, SignedOrder, pledge_reference},
        refusal::{ExpectedCode, Refusal, Rule},
    },
};

fn federation() -> Federation {
    Federation::new(1, 0)
}

const SPEND: Authorization = Authorization::Spend(SpendSignature { r: PointBytes([0; 32]), s: ScalarBytes([0; 32]) });
const BY_STORE: Authorization = Authorization::Store(Signature([0; 64]));

/// With a signature of the right sort; a check of rules never looks inside.
fn check(federation: &Federation, order: &Order) -> Result<(), Refusal> {
    let by_store = matches!(order.purpose, Purpose::Earn | Purpose::Pledge { .. });
    let authorization = if by_store { BY_STORE } else { SPEND };
    SignedOrder { order: order.clone(), authorization }.check(&federation.charter).map(|_| ())
}

/// The same order with encodings that are no elements, still increasing. Looking at one would be a group operation.
fn with_unreadable_points(order: &Order) -> Order {
    let mut order = order.clone();
    let unreadable =
        |number: usize| PointBytes([[number as u8; 1].as_slice(), &[0xff; 31]].concat().try_into().unwrap());
    let mut inputs = order.inputs.into_vec();
    inputs.iter_mut().enumerate().for_each(|(number, input)| input.point = unreadable(number));
    order.inputs = list(inputs);
    let mut outputs = order.outputs.into_vec();
    outputs.iter_mut().enumerate().for_each(|(number, output)| output.blinded = unreadable(number));
    order.outputs = list(outputs);
    order
}

/// The order breaks this rule, and is told so before any of its points is looked at.
#[track_caller]
fn breaks(rule: Rule, order: &Order) {
    let federation = federation();
    for order in [order, &with_unreadable_points(order)] {
        match check(&federation, order) {
            Err(Refusal::Invalid(found)) => assert_eq!(found, rule),
            other => panic!("expected {rule:?}, found {other:?}"),
        }
    }
}

#[track_caller]
fn is_behind(order: &Order) {
    for order in [order, &with_unreadable_points(order)] {
        let found = check(&federation(), order).unwrap_err();
        assert!(matches!(found, Refusal::CharterBehind), "{found:?}");
        assert!(found.is_retryable());
    }
}

#[track_caller]
fn is_fine(order: &Order) {
    check(&federation(), order).unwrap();
}

#[track_caller]
fn blamed(order: &Order) -> (u64, ExpectedCode) {
    match check(&federation(), order) {
        Err(Refusal::BadEncoding { offset, expected }) => (offset, expected),
        other => panic!("expected a bad encoding, found {other:?}"),
    }
}

fn valid(purpose: Purpose) -> Order {
    federation().order(purpose)
}

fn spending(purpose: Purpose, inputs: &[Kind], outputs: &[Kind]) -> Order {
    Order { inputs: list(inputs_of(inputs, 0)), outputs: list(outputs_of(outputs, 0)), ..valid(purpose) }
}

const DONATE: Purpose = Purpose::Donate { association: ASSOCIATION };
const PLEDGE: Purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(7) };
const VOTE: Purpose = Purpose::Vote { campaign: CAMPAIGN, choice: 0 };

#[test]
fn a_valid_order_of_every_purpose_passes_with_its_signature() {
    let federation = Federation::new(2, 0);
    for purpose in every_purpose() {
        let signed = federation.signed(federation.order(purpose));
        let authorized = signed.clone().check(&federation.charter).unwrap().authorize(&federation.charter).unwrap();
        assert_eq!(authorized.digest(), signed.order.digest());
        assert_eq!(authorized.inputs().len(), signed.order.inputs.len());
        assert_eq!(authorized.outputs().len(), signed.order.outputs.len());
    }
}

/// ORDER-2, ORDER-27
#[test]
fn a_signature_over_another_order_or_by_another_store_is_refused() {
    let federation = Federation::new(2, 0);
    let refused = |signed: SignedOrder| {
        let found = signed.check(&federation.charter).unwrap().authorize(&federation.charter).unwrap_err();
        assert!(matches!(found, Refusal::BadSignature), "{found:?}");
    };
    for purpose in every_purpose().into_iter().filter(|purpose| !matches!(purpose, Purpose::Pledge { .. })) {
        let mut signed = federation.signed(federation.order(purpose));
        signed.order.time += 1;
        refused(signed);
    }
    let mut other = federation.signed(federation.order(PLEDGE));
    other.order.store = StoreId(2);
    refused(other);
    let order = federation.order(Purpose::Earn);
    let authorization = Authorization::Store(order.sign_as_store(&federation.nodes[1].node_key()));
    refused(SignedOrder { order, authorization });
}

/// ORDER-16
#[test]
fn the_purpose_says_whether_there_are_inputs() {
    for purpose in [Purpose::Earn, PLEDGE] {
        breaks(Rule::Inputs, &Order { inputs: list(inputs_of(&[points(1)], 0)), ..valid(purpose) });
    }
    for purpose in [Purpose::Redeem, Purpose::Swap, DONATE, VOTE] {
        breaks(Rule::Inputs, &spending(purpose, &[], &[]));
    }
    breaks(Rule::Inputs, &spending(VOTE, &[ballot(CAMPAIGN), ballot(CAMPAIGN)], &[]));
}

/// ORDER-17
#[test]
fn the_purpose_says_whether_there_are_outputs() {
    breaks(Rule::Outputs, &spending(Purpose::Earn, &[], &[]));
    breaks(Rule::Outputs, &spending(Purpose::Swap, &[voucher()], &[]));
    breaks(Rule::Outputs, &spending(PLEDGE, &[], &[points(1)]));
    breaks(Rule::Outputs, &spending(VOTE, &[ballot(CAMPAIGN)], &[points(1)]));
    is_fine(&spending(Purpose::Redeem, &[points(1)], &[]));
    is_fine(&spending(DONATE, &[points(1)], &[]));
}

/// ORDER-18
#[test]
fn the_purpose_says_which_kinds_go_in_and_out() {
    for purpose in [Purpose::Redeem, Purpose::Swap, DONATE] {
        breaks(Rule::Kind, &spending(purpose, &[points(1), ballot(CAMPAIGN)], &[points(1)]));
        breaks(Rule::Kind, &spending(purpose, &[points(1)], &[points(1), ballot(CAMPAIGN)]));
        breaks(Rule::Kind, &spending(purpose, &[points(1), voucher()], &[points(1), voucher()]));
    }
    for purpose in [Purpose::Swap, DONATE] {
        breaks(Rule::Kind, &spending(purpose, &[points(1), voucher()], &[points(1)]));
    }
    is_fine(&spending(Purpose::Redeem, &[voucher()], &[]));
    is_fine(&spending(Purpose::Redeem, &[points(1), voucher()], &[points(1)]));
}

/// ORDER-10
#[test]
fn a_denomination_is_one_of_the_keysets() {
    for wrong in [0, 3, (1 << 16) + 1, 1 << 17, u64::MAX] {
        breaks(Rule::Denomination, &spending(Purpose::Redeem, &[points(wrong)], &[]));
        breaks(Rule::Denomination, &spending(Purpose::Earn, &[], &[points(wrong)]));
    }
    is_fine(&spending(Purpose::Earn, &[], &[points(1 << 16)]));
}

/// ORDER-11
#[test]
fn an_output_is_of_the_orders_keyset() {
    for purpose in [Purpose::Earn, Purpose::Redeem, Purpose::Swap, DONATE] {
        let mut order = valid(purpose);
        let mut outputs = order.outputs.into_vec();
        outputs[0].class.keyset = OTHER_KEYSET;
        order.outputs = list(outputs);
        breaks(Rule::OutputKeyset, &order);
    }
}

/// ORDER-13, ORDER-14, ORDER-15
#[test]
fn points_out_never_exceed_points_in_and_a_swap_keeps_their_sum() {
    for purpose in [Purpose::Redeem, DONATE] {
        breaks(Rule::Balance, &spending(purpose, &[points(4)], &[points(4), points(1)]));
        is_fine(&spending(purpose, &[points(4)], &[points(2), points(2)]));
    }
    // A voucher never makes change, whatever it is worth.
    breaks(Rule::Balance, &spending(Purpose::Redeem, &[voucher()], &[points(1)]));
    breaks(Rule::Balance, &spending(Purpose::Swap, &[points(4)], &[points(2), points(1)]));
    breaks(Rule::Balance, &spending(Purpose::Swap, &[points(4)], &[points(4), points(1)]));
    is_fine(&spending(Purpose::Swap, &[points(4), points(1)], &[points(1), points(2), points(2)]));
    breaks(Rule::Balance, &valid(Purpose::Pledge { association: ASSOCIATION, points: Points(0) }));
    is_fine(&valid(Purpose::Pledge { association: ASSOCIATION, points: Points(u64::MAX) }));
}

/// ORDER-12
#[test]
fn a_sum_that_overflows_is_an_error_and_never_wraps() {
    let order = spending(Purpose::Redeem, &[points(u64::MAX), points(2)], &[points(u64::MAX), points(1)]);
    assert_eq!(order.points_in(), Err(PointsOverflow));
    assert_eq!(order.points_out(), Err(PointsOverflow));
    assert_eq!(Points(0).minus(Points(1)), Err(PointsOverflow));
    // No keyset can have such denominations, so the order falls before its sum is taken.
    breaks(Rule::Denomination, &order);
    // The most that can be summed: 256 of the largest.
    let most = vec![points(1 << 16); MAX_INPUTS];
    assert_eq!(spending(Purpose::Redeem, &most, &[]).points_in(), Ok(Points(1 << 24)));
}

/// ORDER-19
#[test]
fn a_store_is_named_where_one_is_debited_or_credited_and_nowhere_else() {
    for purpose in every_purpose() {
        let concerned = matches!(purpose, Purpose::Earn | Purpose::Redeem | Purpose::Pledge { .. });
        let store = if concerned { StoreId::NONE } else { STORE };
        breaks(Rule::Store, &Order { store, ..valid(purpose) });
    }
}

/// ORDER-20
#[test]
fn a_reference_stands_where_there_is_a_grant_an_offer_or_a_day_and_nowhere_else() {
    for purpose in [Purpose::Swap, DONATE, VOTE] {
        breaks(Rule::Reference, &Order { reference: Reference([1; 32]), ..valid(purpose) });
    }
}

/// ORDER-21
#[test]
fn a_pledge_refers_to_the_day_of_its_time() {
    let midnight = TIME / 86_400 * 86_400;
    for time in [midnight, midnight + 86_399] {
        is_fine(&Order { time, ..valid(PLEDGE) });
    }
    for time in [midnight - 1, midnight + 86_400, 0, u64::MAX] {
        breaks(Rule::PledgeDay, &Order { time, ..valid(PLEDGE) });
        is_fine(&Order { time, reference: pledge_reference(time), ..valid(PLEDGE) });
    }
    breaks(Rule::PledgeDay, &Order { reference: Reference::NONE, ..valid(PLEDGE) });
}

/// ORDER-22
#[test]
fn a_ballot_comes_alone_and_with_its_campaigns_minimum() {
    breaks(Rule::Ballot, &spending(Purpose::Earn, &[], &[points(8), points(1), ballot(CAMPAIGN)]));
    breaks(Rule::Ballot, &spending(Purpose::Earn, &[], &[ballot(CAMPAIGN), voucher()]));
    is_fine(&spending(Purpose::Earn, &[], &[points(8), points(2), ballot(CAMPAIGN)]));
    for second in [CAMPAIGN, OTHER_CAMPAIGN] {
        breaks(Rule::Ballot, &spending(Purpose::Earn, &[], &[points(16), ballot(CAMPAIGN), ballot(second)]));
    }
}

/// ORDER-23
#[test]
fn a_ballot_is_cast_in_its_own_campaign() {
    breaks(Rule::Choice, &spending(VOTE, &[ballot(OTHER_CAMPAIGN)], &[]));
    breaks(Rule::Choice, &spending(VOTE, &[points(1)], &[]));
    breaks(Rule::Choice, &spending(VOTE, &[voucher()], &[]));
}

/// ORDER-7
#[test]
fn an_unknown_name_is_answered_charter_behind() {
    is_behind(&Order { keyset: KeysetId(9), ..valid(Purpose::Swap) });
    for purpose in [Purpose::Earn, Purpose::Redeem, PLEDGE] {
        is_behind(&Order { store: StoreId(99), ..valid(purpose) });
    }
    let association = AssociationId(99);
    is_behind(&valid(Purpose::Donate { association }));
    is_behind(&valid(Purpose::Pledge { association, points: Points(1) }));
    let campaign = CampaignId(99);
    is_behind(&valid(Purpose::Vote { campaign, choice: 0 }));
    // Choices are only ever added.
    is_behind(&valid(Purpose::Vote { campaign: CAMPAIGN, choice: 2 }));
    is_behind(&spending(Purpose::Earn, &[], &[points(16), ballot(campaign)]));
    let offer = OfferId(99);
    is_behind(&spending(Purpose::Earn, &[], &[Kind::Voucher { offer }]));
    is_behind(&spending(Purpose::Redeem, &[Kind::Voucher { offer }], &[]));
}

/// ORDER-6
#[test]
fn an_order_of_another_federation_is_refused_before_anything_else() {
    for purpose in every_purpose() {
        let order = with_unreadable_points(&Order { federation: FederationId([1; 32]), ..valid(purpose) });
        let found = check(&federation(), &order).unwrap_err();
        assert!(matches!(found, Refusal::OtherFederation), "{found:?}");
    }
}

/// ORDER-24
#[test]
fn orders_with_inputs_are_signed_by_the_coins_and_the_others_by_the_store() {
    let federation = federation();
    for purpose in every_purpose() {
        let wrong = if matches!(purpose, Purpose::Earn | Purpose::Pledge { .. }) { SPEND } else { BY_STORE };
        for order in [federation.order(purpose), with_unreadable_points(&federation.order(purpose))] {
            let signed = SignedOrder { order, authorization: wrong.clone() };
            let found = signed.check(&federation.charter).unwrap_err();
            assert!(matches!(found, Refusal::Invalid(Rule::Authorization)), "{found:?}");
        }
    }
}

/// ORDER-28
#[test]
fn no_time_refuses_an_order_with_inputs() {
    for purpose in [Purpose::Redeem, Purpose::Swap, DONATE, VOTE] {
        for time in [0, 1, u64::MAX] {
            is_fine(&Order { time, ..valid(purpose) });
        }
    }
}

/// Bytes before the first input in an order of three words' purpose: federation, keyset, store, purpose, reference,
/// time, count.
const HEAD: u64 = 32 + 4 + 4 + 4 + 32 + 8 + 8;
/// Bytes of an input and an output of points, and where in them the element stands.
const INPUT: u64 = 44;
const IN_INPUT: u64 = 12;
const OUTPUT: u64 = 48;
const IN_OUTPUT: u64 = 16;

/// A Swap of three inputs and three outputs, with the element at a position replaced.
fn swap_with(replace: impl Fn(&mut [PointBytes; 3], &mut [PointBytes; 3])) -> Order {
    let mut order = spending(Purpose::Swap, &[points(2); 3], &[points(2); 3]);
    let (mut inputs, mut outputs) = (order.inputs.into_vec(), order.outputs.into_vec());
    let mut p = [inputs[0].point, inputs[1].point, inputs[2].point];
    let mut b = [outputs[0].blinded, outputs[1].blinded, outputs[2].blinded];
    replace(&mut p, &mut b);
    inputs.iter_mut().zip(p).for_each(|(input, point)| input.point = point);
    outputs.iter_mut().zip(b).for_each(|(output, blinded)| output.blinded = blinded);
    order.inputs = list(inputs);
    order.outputs = list(outputs);
    order
}

/// ORDER-8, ORDER-9
#[test]
fn unsorted_or_repeated_elements_are_blamed_at_the_element() {
    let input = |at: u64| HEAD + at * INPUT + IN_INPUT;
    let output = |at: u64| HEAD + 3 * INPUT + 8 + at * OUTPUT + IN_OUTPUT;
    assert_eq!(blamed(&swap_with(|p, _| p.swap(0, 1))), (input(1), ExpectedCode::Sorted));
    assert_eq!(blamed(&swap_with(|p, _| p.swap(1, 2))), (input(2), ExpectedCode::Sorted));
    assert_eq!(blamed(&swap_with(|p, _| p[1] = p[0])), (input(1), ExpectedCode::Sorted));
    assert_eq!(blamed(&swap_with(|p, _| p[2] = p[1])), (input(2), ExpectedCode::Sorted));
    assert_eq!(blamed(&swap_with(|_, b| b.swap(0, 1))), (output(1), ExpectedCode::Sorted));
    assert_eq!(blamed(&swap_with(|_, b| b[2] = b[1])), (output(2), ExpectedCode::Sorted));
    let order = swap_with(|p, _| p[1] = p[0]);
    assert_eq!(encode(&order)[input(1) as usize..][..32], order.inputs[1].point.0);
    // One coin under two classes is one coin.
    let mut twice = inputs_of(&[points(2), points(2)], 0);
    twice[1].kind = points(4);
    twice[1].point = twice[0].point;
    let order = Order { inputs: list(twice), ..spending(Purpose::Redeem, &[], &[]) };
    assert_eq!(blamed(&order), (input(1), ExpectedCode::Sorted));
}

#[test]
fn an_offset_counts_the_widths_of_other_purposes_and_kinds() {
    for (purpose, width) in [(DONATE, 8), (VOTE, 9), (PLEDGE, 16)] {
        assert_eq!(encode(&purpose).len(), width);
    }
    let mut inputs = inputs_of(&[voucher(), points(1), points(2)], 0);
    let before = if matches!(inputs[0].kind, Kind::Voucher { .. }) { 40 } else { 44 };
    let own = if matches!(inputs[1].kind, Kind::Voucher { .. }) { 8 } else { 12 };
    inputs[1].point = inputs[0].point;
    let order = Order { inputs: list(inputs), ..spending(Purpose::Redeem, &[], &[]) };
    assert_eq!(blamed(&order), (HEAD + before + own, ExpectedCode::Sorted));
    let mut inputs = inputs_of(&[points(1), points(2)], 0);
    inputs[1].point = inputs[0].point;
    let order = Order { inputs: list(inputs), ..spending(DONATE, &[], &[]) };
    assert_eq!(blamed(&order), (HEAD + 4 + 44 + 12, ExpectedCode::Sorted));
}

/// ORDER-25
#[test]
fn the_identity_and_non_canonical_elements_are_blamed_at_the_element() {
    let input = |at: u64| HEAD + at * INPUT + IN_INPUT;
    let output = |at: u64| HEAD + 3 * INPUT + 8 + at * OUTPUT + IN_OUTPUT;
    // The identity is all zeros, hence always first.
    let identity = PointBytes([0; 32]);
    assert_eq!(blamed(&swap_with(|p, _| p[0] = identity)), (input(0), ExpectedCode::Element));
    assert_eq!(blamed(&swap_with(|_, b| b[0] = identity)), (output(0), ExpectedCode::Element));
    // Not below the field's prime, always last; and odd, hence a negative field element.
    let mut negative = [0; 32];
    negative[0] = 1;
    for (position, bad) in [(2, PointBytes([0xff; 32])), (0, PointBytes([0; 32])), (0, PointBytes(zero_but_last()))] {
        assert_eq!(blamed(&swap_with(|p, _| p[position] = bad)), (input(position as u64), ExpectedCode::Element));
        assert_eq!(blamed(&swap_with(|_, b| b[position] = bad)), (output(position as u64), ExpectedCode::Element));
    }
    let lone = |point| {
        let mut inputs = inputs_of(&[points(2)], 0);
        inputs[0].point = point;
        Order { inputs: list(inputs), ..spending(Purpose::Redeem, &[], &[]) }
    };
    assert_eq!(blamed(&lone(PointBytes(negative))), (input(0), ExpectedCode::Element));
}

/// Small as a string of bytes, too large as a little-endian number.
fn zero_but_last() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[31] = 0x80;
    bytes
}

/// ORDER-26
#[test]
fn what_is_unsorted_and_no_element_is_refused_as_unsorted() {
    let order = swap_with(|p, _| *p = [PointBytes([0xff; 32]), PointBytes([0xfe; 32]), PointBytes([0xfd; 32])]);
    assert_eq!(blamed(&order), (HEAD + INPUT + IN_INPUT, ExpectedCode::Sorted));
    // Unsorted outputs, and inputs that are no elements: order first, even though inputs stand before.
    let order = swap_with(|p, b| {
        p[2] = PointBytes([0xff; 32]);
        b.swap(0, 1);
    });
    assert_eq!(blamed(&order), (HEAD + 3 * INPUT + 8 + OUTPUT + IN_OUTPUT, ExpectedCode::Sorted));
}

#[test]
fn two_hundred_and_fifty_seven_inputs_are_refused_at_their_count() {
    let order = Order { inputs: list(inputs_of(&[points(1); MAX_INPUTS], 0)), ..spending(Purpose::Redeem, &[], &[]) };
    is_fine(&order);
    let mut bytes = encode(&order);
    let count = (HEAD - 8) as usize;
    bytes[count..count + 8].copy_from_slice(&257u64.to_le_bytes());
    let more = inputs_of(&[points(1)], 500);
    bytes.splice(bytes.len() - 8..bytes.len() - 8, encode(&more[0]));
    let error = decode::<Order>(&bytes, MAX_MESSAGE_BYTES).unwrap_err();
    assert_eq!(error, BadEncoding { offset: count, expected: Expected::AtMostItems(MAX_INPUTS) });
}

/// ORDER-26
#[test]
fn of_several_faults_the_first_is_told() {
    let federation = federation();
    let told = |order: &Order, by: &Authorization| {
        let signed = SignedOrder { order: order.clone(), authorization: by.clone() };
        let refusal = signed.check(&federation.charter).map(|_| ()).unwrap_err();
        format!("{refusal:?}")
    };
    // Everything is wrong with it; what is told is mended, and then the next is told.
    let mut order = with_unreadable_points(&spending(Purpose::Redeem, &[points(3), ballot(CAMPAIGN)], &[points(4)]));
    let mut inputs = order.inputs.to_vec();
    inputs.reverse();
    order.inputs = list(inputs);
    let mut outputs = order.outputs.to_vec();
    outputs[0].class.keyset = OTHER_KEYSET;
    order.outputs = list(outputs);
    (order.federation, order.keyset, order.store) = (FederationId([1; 32]), KeysetId(9), StoreId::NONE);
    assert_eq!(told(&order, &BY_STORE), "OtherFederation");
    order.federation = *federation.charter.federation();
    assert_eq!(told(&order, &BY_STORE), "CharterBehind");
    order.keyset = KEYSET;
    assert!(told(&order, &BY_STORE).ends_with("expected: Sorted }"));
    order = with_unreadable_points(&order);
    assert_eq!(told(&order, &BY_STORE), "Invalid(OutputKeyset)");
    let mut outputs = order.outputs.to_vec();
    outputs[0].class.keyset = KEYSET;
    order.outputs = list(outputs);
    assert_eq!(told(&order, &BY_STORE), "Invalid(Denomination)");
    let mut inputs = order.inputs.to_vec();
    inputs.iter_mut().filter(|input| input.kind == points(3)).for_each(|input| input.kind = points(2));
    order.inputs = list(inputs);
    assert_eq!(told(&order, &BY_STORE), "Invalid(Balance)");
    order.outputs = list(vec![]);
    assert_eq!(told(&order, &BY_STORE), "Invalid(Kind)");
    let mut inputs = order.inputs.to_vec();
    inputs.retain(|input| input.kind == points(2));
    order.inputs = list(inputs);
    assert_eq!(told(&order, &BY_STORE), "Invalid(Store)");
    order.store = StoreId(99);
    assert_eq!(told(&order, &BY_STORE), "CharterBehind");
    order.store = STORE;
    assert_eq!(told(&order, &BY_STORE), "Invalid(Authorization)");
    assert!(told(&order, &SPEND).ends_with("expected: Element }"));
}

//! Swaps into a later keyset.

use ronde_protocol::message::{
    ids::KeysetId,
    order::{Order, Purpose, SignedOrder},
};
use ronde_vectors::file::Test;
use serde_json::json;

use super::{
    super::{
        coins::{Numbered, body, by_coins, output_of, points},
        world::{KEYSET, LATER, LATEST, World, list},
    },
    COFFEE, DONATE, invalid, of,
};
use crate::vectors::case::Case;

/// A Swap of keyset `from` whose outputs are of the keysets that stand beside them.
pub fn moving(world: &World, from: KeysetId, spent: &[Numbered], to: &[(KeysetId, Numbered)]) -> SignedOrder {
    moving_as(world, Purpose::Swap, from, spent, to)
}

fn moving_as(
    world: &World,
    purpose: Purpose,
    from: KeysetId,
    spent: &[Numbered],
    to: &[(KeysetId, Numbered)],
) -> SignedOrder {
    let mut outputs: Vec<_> = to.iter().map(|(keyset, coin)| output_of(*keyset, *coin)).collect();
    outputs.sort_by_key(|output| output.blinded);
    let store = u32::from(matches!(purpose, Purpose::Redeem));
    let order = Order { keyset: from, outputs: list(outputs), ..body(world, store, purpose, spent, &[]) };
    by_coins(order, &spent.iter().map(|(number, _)| *number).collect::<Vec<_>>())
}

/// What may move, and what may not.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = World::of_years();
    let case = |slug, rule, comment, order: &SignedOrder| -> Case { of(&world, (slug, rule, comment), order) };
    let swap = |from, spent: &[Numbered], to: &[(KeysetId, Numbered)]| moving(&world, from, spent, to);
    let two = [(1, points(64)), (2, points(64))];
    let whole = swap(KEYSET, &two, &[(LATER, (11, points(128)))]);
    let mixed = swap(KEYSET, &two, &[(LATER, (11, points(64))), (KEYSET, (12, points(64)))]);
    let far = swap(KEYSET, &two[..1], &[(LATEST, (11, points(64)))]);
    let back = swap(LATER, &two[..1], &[(KEYSET, (11, points(64)))]);
    let same = swap(LATER, &[(1, points(1))], &[(LATER, (11, points(1)))]);
    let both = swap(KEYSET, &two, &[(LATER, (11, points(64))), (LATEST, (12, points(64)))]);
    let nowhere = swap(KEYSET, &two[..1], &[(KeysetId(9), (11, points(64)))]);
    let donated = moving_as(&world, DONATE, KEYSET, &two, &[(LATER, (11, points(1)))]);
    let redeemed = moving_as(&world, Purpose::Redeem, KEYSET, &two, &[(LATER, (11, points(1)))]);
    let of_later = swap(KEYSET, &two, &[(KEYSET, (11, points(128)))]);
    let spent_later = swap(KEYSET, &[(1, points(128))], &[(LATER, (11, points(128)))]);
    let more = swap(KEYSET, &two[..1], &[(LATER, (11, points(64))), (LATER, (12, points(1)))]);
    let voucher = swap(KEYSET, &two[..1], &[(LATER, (11, points(64))), (LATER, (12, COFFEE))]);
    let output_keyset = || invalid("output-keyset");
    vec![
        case("move", "ROLLOVER-1", "Two coins of 64 become one of 128 of the later keyset.", &whole).valid(),
        case("move-and-change", "ROLLOVER-1", "Half moves, half stays.", &mixed).valid(),
        case("move-two-years", "ROLLOVER-1", "Into any later keyset, not the next one alone.", &far).valid(),
        case("no-move", "ROLLOVER-1", "A Swap within the later keyset.", &same).valid(),
        case("move-back", "ROLLOVER-1", "Into a keyset that closes earlier.", &back).refused(output_keyset()),
        case("move-into-two", "ROLLOVER-1", "Into two later keysets at once.", &both).refused(output_keyset()),
        case("move-nowhere", "ORDER-7", "Into a keyset that the charter does not list yet.", &nowhere)
            .refused(json!({"error": "charter-behind"})),
        case("move-of-a-donation", "ORDER-11", "A gift's change stays in its keyset.", &donated)
            .refused(output_keyset()),
        case("move-of-a-payment", "ORDER-11", "A payment's change stays in its keyset.", &redeemed)
            .refused(output_keyset()),
        case("denomination-of-the-later", "ORDER-10", "A coin of 128 that stays, which its keyset lacks.", &of_later)
            .refused(invalid("denomination")),
        case("input-denomination-of-the-later", "ORDER-10", "A coin of 128 that the keyset never made.", &spent_later)
            .refused(invalid("denomination")),
        case("move-makes-points", "ORDER-14", "A point more comes than goes.", &more).refused(invalid("balance")),
        case("move-a-voucher", "ORDER-18", "Vouchers do not move.", &voucher).refused(invalid("kind")),
    ]
}

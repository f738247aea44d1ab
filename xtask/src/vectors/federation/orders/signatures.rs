//! Who stands behind an order.

use ronde_protocol::{
    crypto::spend::SpendSignature,
    message::{
        ids::StoreId,
        order::{Authorization, Order, Purpose, SignedOrder},
    },
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::{body, by_coins, by_store, points},
        world::{World, list, node_seed},
    },
    invalid, named, of, signed,
};

/// Authorizations of the wrong sort, and wrong ones.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let paid = body(world, 1, Purpose::Redeem, &[(1, points(2)), (2, points(4))], &[]);
    let earned = body(world, 1, Purpose::Earn, &[], &[(11, points(1))]);
    let sort = |slug, comment, signed: SignedOrder| {
        of(world, (slug, "ORDER-24", comment), &signed).refused(invalid("authorization"))
    };
    let bad = |slug, rule, comment, signed: SignedOrder| {
        of(world, (slug, rule, comment), &signed).refused(named("bad-signature"))
    };
    let moved = |signed: SignedOrder, change: fn(&mut Order)| {
        let mut order = signed.order;
        change(&mut order);
        SignedOrder { order, ..signed }
    };
    let by_other_store = Authorization::Store(earned.sign_as_store(&node_seed(StoreId(2)).node_key()));
    let by_vote_key = Authorization::Store(earned.sign_as_store(&world.keys(earned.keyset, 0).vote));
    let (by, store) = (|numbers: &[u64]| by_coins(paid.clone(), numbers), by_store(earned.clone()));
    let changed = |change: fn(&mut SpendSignature)| match by(&[1, 2]) {
        SignedOrder { order, authorization: Authorization::Spend(mut signature) } => {
            change(&mut signature);
            SignedOrder { order, authorization: Authorization::Spend(signature) }
        }
        other => other,
    };
    vec![
        sort("earn-signed-by-coins", "A spend signature where the store signs.", by_coins(earned.clone(), &[1])),
        sort("redeem-signed-by-store", "The store signs away a customer's coins.", by_store(paid.clone())),
        bad(
            "time-changed",
            "ORDER-1",
            "A second later than what was signed.",
            moved(by(&[1, 2]), |order| order.time += 1),
        ),
        bad(
            "outputs-taken-out",
            "ORDER-1",
            "The change was taken out on the way.",
            moved(signed(world, Purpose::Redeem, &[(1, points(8))], &[(11, points(1))]), |order| {
                order.outputs = list([])
            }),
        ),
        bad("one-key-missing", "ORDER-27", "Signed by one of two coins.", by(&[1])),
        bad("other-key", "ORDER-27", "Signed by one of the coins and one that is not spent.", by(&[1, 3])),
        bad("spend-identity", "ORDER-27", "R is the identity.", changed(|signature| signature.r.0 = [0; 32])),
        bad(
            "spend-large-scalar",
            "ORDER-27",
            "s is not below the group's order.",
            changed(|signature| signature.s.0 = [0xff; 32]),
        ),
        bad(
            "earn-changed",
            "ORDER-2",
            "A store's order for another reference than it signed.",
            moved(store, |order| order.reference.0[0] ^= 1),
        ),
        bad(
            "earn-by-another-store",
            "ORDER-2",
            "Store 2 signs for store 1.",
            SignedOrder { order: earned.clone(), authorization: by_other_store },
        ),
        bad(
            "earn-by-vote-key",
            "ORDER-2",
            "Signed with the store's vote key.",
            SignedOrder { order: earned, authorization: by_vote_key },
        ),
    ]
}

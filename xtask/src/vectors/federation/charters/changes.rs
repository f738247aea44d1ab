//! What may change from one version to the next.

use ronde_protocol::message::{
    amount::Points,
    charter::{CharterBody, KeysetEntry},
    ids::{KeysetId, StoreId},
};
use ronde_vectors::file::Test;

use super::{
    super::world::{KEYSET, ONE, World, first, keyset, list, node_seed, store, text},
    About, at,
    contents::entry_for,
    edit, next, of,
};

/// What is never removed or changed, and what may be.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = removed(world);
    tests.extend(kept(world));
    tests
}

fn removed(world: &World) -> Vec<Result<Test, String>> {
    let refused = |slug, rule, comment, change: fn(&mut CharterBody)| {
        of((slug, rule, comment), &[&world.chain[0], &next(world, &[1, 2], change)]).refused(at(1, "removed"))
    };
    let closed = world.then({
        let mut body = world.next();
        edit(&mut body.associations, 0, |association| association.closed = true);
        body
    });
    let reopened =
        next(&closed, &[1, 2], |body| edit(&mut body.associations, 0, |association| association.closed = false));
    vec![
        refused("store-removed", "CHARTER-19", "Store 2 is gone.", |body| {
            body.stores = list([body.stores[0].clone()]);
            edit(&mut body.offers, 0, |offer| offer.issuers = list([StoreId(1)]));
        }),
        refused("association-removed", "CHARTER-19", "The association is gone.", |body| body.associations = list([])),
        refused("campaign-removed", "CHARTER-19", "The campaign is gone.", |body| body.campaigns = list([])),
        refused("offer-removed", "CHARTER-19", "The offer is gone.", |body| body.offers = list([])),
        refused("keyset-removed", "CHARTER-19", "The keyset is gone.", |body| body.keysets = list([])),
        refused("offer-value-changed", "CHARTER-21", "The voucher is worth more.", |body| {
            edit(&mut body.offers, 0, |offer| offer.value = Points(4));
        }),
        refused("offer-funder-changed", "CHARTER-21", "Another store pays for the voucher.", |body| {
            edit(&mut body.offers, 0, |offer| offer.funder = StoreId(2));
        }),
        refused("campaign-ends-sooner", "CHARTER-20", "The campaign ends a second sooner.", |body| {
            edit(&mut body.campaigns, 0, |campaign| campaign.end -= 1);
        }),
        refused("choice-removed", "CHARTER-20", "A choice is gone.", |body| {
            edit(&mut body.campaigns, 0, |campaign| campaign.choices = list([text("Lime")]));
        }),
        refused("choices-exchanged", "CHARTER-20", "Two choices are exchanged.", |body| {
            edit(&mut body.campaigns, 0, |campaign| campaign.choices = list(["Oak", "Lime"].map(text)));
        }),
        refused("minimum-raised", "CHARTER-20", "A ballot takes a point more.", |body| {
            edit(&mut body.campaigns, 0, |campaign| campaign.minimum.0 += 1);
        }),
        of(
            ("association-reopened", "CHARTER-22", "Closed in version 2, open again in version 3."),
            &[&world.chain[0], &closed.chain[1], &reopened],
        )
        .refused(at(2, "removed")),
    ]
}

fn kept(world: &World) -> Vec<Result<Test, String>> {
    let one = &world.chain[0];
    let good =
        |about: About<'_>, change: fn(&mut CharterBody)| of(about, &[one, &next(world, &[1, 2], change)]).valid();
    let keyset_changed = |slug, comment, change: fn(&mut KeysetEntry)| {
        let changed = next(world, &[1, 2], |body| edit(&mut body.keysets, 0, change));
        of((slug, "CHARTER-18", comment), &[one, &changed]).refused(at(1, "keyset-changed"))
    };
    vec![
        keyset_changed("keyset-longer", "Redeemed for a second longer.", |keyset| keyset.redeem_until += 1),
        keyset_changed("keyset-shorter", "Issued for a second less.", |keyset| keyset.issue_until -= 1),
        keyset_changed("keyset-with-other-denominations", "One denomination less.", |keyset| {
            keyset.denominations = list([1, 2, 4, 8, 16, 32]);
        }),
        keyset_changed("keyset-proven-again", "A fresh proof of the same key.", |keyset| {
            let own = first(&ONE).federation;
            edit(&mut keyset.members, 0, |member| *member = entry_for(own, KEYSET, 0));
        }),
        good(("offer-closed", "CHARTER-19", "An offer is closed and its issuers and cap are changed."), |body| {
            edit(&mut body.offers, 0, |offer| {
                (offer.closed, offer.per_store) = (true, 1);
                offer.issuers = list([StoreId(1)]);
            });
        }),
        good(("campaign-eased", "CHARTER-20", "A choice more, a later end, a lower minimum."), |body| {
            edit(&mut body.campaigns, 0, |campaign| {
                campaign.end += 1;
                campaign.minimum = Points(4);
                campaign.choices = list(["Lime", "Oak", "Ash"].map(text));
            });
        }),
        good(("store-and-keyset-added", "CHARTER-18", "A third store, a second keyset."), |body| {
            let own = body.federation;
            body.stores = list(body.stores.iter().cloned().chain([store(StoreId(3))]));
            body.keysets = list(body.keysets.iter().cloned().chain([keyset(&ONE, own, KeysetId(2))]));
        }),
        good(("node-key-renewed", "CHARTER-26", "A store has a new node key."), |body| {
            edit(&mut body.stores, 1, |store| {
                store.node_key = node_seed(StoreId(77)).node_key().verifying_key().encode();
            });
        }),
    ]
}

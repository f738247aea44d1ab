//! Names that the charter does not have (yet).

use ronde_protocol::message::{
    amount::Points,
    class::Kind,
    ids::{AssociationId, CampaignId, KeysetId, OfferId, StoreId},
    order::{Order, Purpose, SignedOrder},
};
use ronde_vectors::file::Test;

use super::{
    super::{
        coins::points,
        world::{CAMPAIGN, World},
    },
    BALLOT, invalid, named, of, signed, with,
};

/// Unknown names, and what is looked at first.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = unknown(world);
    tests.extend(order_of_checks(world));
    tests
}

fn unknown(world: &World) -> Vec<Result<Test, String>> {
    let behind = |slug, comment, signed: SignedOrder| {
        of(world, (slug, "ORDER-7", comment), &signed).refused(named("charter-behind"))
    };
    let (association, campaign, offer) = (AssociationId(9), CampaignId(9), OfferId(9));
    let vote = |campaign, choice| Purpose::Vote { campaign, choice };
    let redeem = |change: fn(&mut Order)| with(world, Purpose::Redeem, &[(1, points(1))], &[], change);
    vec![
        behind("unknown-keyset", "A keyset that may come.", redeem(|order| order.keyset = KeysetId(9))),
        behind("unknown-store", "A store that may come.", redeem(|order| order.store = StoreId(9))),
        behind(
            "unknown-association",
            "An association that may come.",
            signed(world, Purpose::Donate { association }, &[(1, points(1))], &[]),
        ),
        behind(
            "pledge-to-unknown-association",
            "The same in a Pledge.",
            signed(world, Purpose::Pledge { association, points: Points(1) }, &[], &[]),
        ),
        behind(
            "unknown-campaign",
            "A ballot of a campaign that may come.",
            signed(world, vote(campaign, 0), &[(1, Kind::Ballot { campaign })], &[]),
        ),
        behind(
            "unknown-campaign-earned",
            "The same in an Earn.",
            signed(world, Purpose::Earn, &[], &[(11, points(16)), (12, Kind::Ballot { campaign })]),
        ),
        behind(
            "unknown-choice",
            "Choices are added at the end: the third may come.",
            signed(world, vote(CAMPAIGN, 2), &[(1, BALLOT)], &[]),
        ),
        behind(
            "unknown-offer",
            "A voucher that may come.",
            signed(world, Purpose::Redeem, &[(1, Kind::Voucher { offer })], &[]),
        ),
    ]
}

fn order_of_checks(world: &World) -> Vec<Result<Test, String>> {
    let (campaign, offer) = (CampaignId(9), OfferId(9));
    let redeem = |change: fn(&mut Order)| with(world, Purpose::Redeem, &[(1, points(1))], &[], change);
    let vote = Purpose::Vote { campaign, choice: 0 };
    let swapped = signed(world, Purpose::Swap, &[(1, Kind::Voucher { offer })], &[(11, points(1))]);
    let cast = signed(world, vote, &[(1, BALLOT)], &[]);
    let abroad = redeem(|order| order.federation.0[0] ^= 1);
    let worse = redeem(|order| {
        order.federation.0[0] ^= 1;
        order.keyset = KeysetId(9);
        order.store = StoreId::NONE;
    });
    let all =
        ("other-federation-and-worse", "ORDER-6", "Of another federation and an unknown keyset, without a store.");
    let kinds = "A Swap of an unknown voucher: names of kinds come before the purpose's kinds.";
    let frame = "A ballot of campaign 1 in a campaign that may come: the frame comes first.";
    vec![
        of(world, ("other-federation", "ORDER-6", "An order of another federation."), &abroad)
            .refused(named("other-federation")),
        of(world, all, &worse).refused(named("other-federation")),
        of(world, ("unknown-offer-before-kind", "ORDER-26", kinds), &swapped).refused(named("charter-behind")),
        of(world, ("choice-before-unknown-campaign", "ORDER-26", frame), &cast).refused(invalid("choice")),
        of(world, ("time-0", "ORDER-28", "No time refuses an order with inputs."), &redeem(|order| order.time = 0))
            .flag("boundary")
            .valid(),
    ]
}

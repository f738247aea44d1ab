//! What a version says: keys, committees, lists.

use curve25519_dalek::{constants::ED25519_BASEPOINT_POINT, edwards::CompressedEdwardsY};
use ronde_protocol::{
    crypto::{group::PointBytes, sign::VerifyingKeyBytes},
    message::{
        charter::{CharterBody, KeysetEntry, MemberEntry, UnspentFate},
        ids::{AssociationId, FederationId, KeysetId, StoreId, WitnessIndex},
    },
};
use ronde_vectors::file::Test;

use super::{
    super::world::{FOUR, KEYSET, ONE, Plan, entropy, first, list, node_seed, sign},
    About, at, edit, of,
};
use crate::vectors::case::Case;

/// Contents of version 1.
pub fn tests() -> Vec<Result<Test, String>> {
    let mut tests = keys();
    tests.extend(repeated_keys());
    tests.extend(possession());
    tests.extend(committees());
    tests.extend(lists());
    tests
}

fn member(body: &mut CharterBody, seat: usize, change: impl FnOnce(&mut MemberEntry)) {
    edit(&mut body.keysets, 0, |keyset| edit(&mut keyset.members, seat, change));
}

/// Version 1 of a plan, changed.
fn changed(plan: &Plan, about: About<'_>, change: impl FnOnce(&mut CharterBody)) -> Case {
    let mut body = first(plan);
    change(&mut body);
    of(about, &[&sign(body, &[1, 2])])
}

/// The identity in an encoding above the field's prime.
fn second_identity() -> [u8; 32] {
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xee, 0x7f);
    bytes
}

fn with_torsion() -> [u8; 32] {
    let small = CompressedEdwardsY([0; 32]).decompress().unwrap();
    (ED25519_BASEPOINT_POINT + small).compress().0
}

fn identity() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
}

fn keys() -> Vec<Result<Test, String>> {
    let node = |slug, comment, key: [u8; 32]| {
        changed(&ONE, (slug, "CHARTER-26", comment), |body| {
            edit(&mut body.stores, 1, |store| store.node_key = VerifyingKeyBytes(key));
        })
    };
    let vote = |slug, comment, key: [u8; 32]| {
        changed(&ONE, (slug, "CHARTER-30", comment), |body| {
            member(body, 0, |member| member.vote_key = VerifyingKeyBytes(key))
        })
    };
    let poprf = |slug, comment, key: [u8; 32]| {
        changed(&ONE, (slug, "CHARTER-30", comment), |body| {
            member(body, 0, |member| member.poprf_key = PointBytes(key))
        })
    };
    let mut negative = [0; 32];
    negative[0] = 1;
    vec![
        node("node-key-identity", "A node key that is the identity.", identity())
            .flag("identity")
            .refused(at(0, "node-key")),
        node("node-key-non-canonical", "The identity in another encoding.", second_identity())
            .flag("non-canonical")
            .refused(at(0, "node-key")),
        node("node-key-torsion", "The base point plus a point of order 4.", with_torsion())
            .flag("torsion")
            .refused(at(0, "node-key")),
        vote("vote-key-identity", "A vote key that is the identity.", identity())
            .flag("identity")
            .refused(at(0, "witness-key")),
        vote("vote-key-small-order", "A vote key of order 4.", [0; 32]).flag("torsion").refused(at(0, "witness-key")),
        vote("vote-key-torsion", "A vote key with a torsion component.", with_torsion())
            .flag("torsion")
            .refused(at(0, "witness-key")),
        vote("vote-key-no-point", "A vote key that is no point.", [0xff; 32])
            .flag("non-canonical")
            .refused(at(0, "witness-key")),
        poprf("poprf-key-identity", "A POPRF key that is the identity.", [0; 32])
            .flag("identity")
            .refused(at(0, "witness-key")),
        poprf("poprf-key-negative", "A POPRF key with the sign that a canonical encoding never has.", negative)
            .flag("non-canonical")
            .refused(at(0, "witness-key")),
    ]
}

fn repeated_keys() -> Vec<Result<Test, String>> {
    let repeated = |plan: &Plan, slug, comment, change: fn(&mut CharterBody)| {
        changed(plan, (slug, "CHARTER-27", comment), change).refused(at(0, "repeated-key"))
    };
    vec![
        repeated(&FOUR, "poprf-key-twice", "Two witnesses with one POPRF key.", |body| {
            let key = body.keysets[0].members[0].poprf_key;
            member(body, 1, |member| member.poprf_key = key);
        }),
        repeated(&FOUR, "vote-key-twice", "Two witnesses with one vote key.", |body| {
            let key = body.keysets[0].members[0].vote_key;
            member(body, 3, |member| member.vote_key = key);
        }),
        repeated(&Plan { keysets: 2, ..ONE }, "key-in-two-keysets", "One POPRF key in two keysets.", |body| {
            let key = body.keysets[0].members[0].poprf_key;
            edit(&mut body.keysets, 1, |keyset| edit(&mut keyset.members, 0, |member| member.poprf_key = key));
        }),
        repeated(&ONE, "vote-key-is-node-key", "A vote key that is a node key too.", |body| {
            let key = body.stores[1].node_key;
            member(body, 0, |member| member.vote_key = key);
        }),
        repeated(&ONE, "node-key-twice", "Two stores with one node key.", |body| {
            let key = body.stores[0].node_key;
            edit(&mut body.stores, 1, |store| store.node_key = key);
        }),
        repeated(&ONE, "node-key-is-steward-key", "A store whose node key is a steward's.", |body| {
            let key = body.stewards.keys[2];
            edit(&mut body.stores, 0, |store| store.node_key = key);
        }),
    ]
}

/// The lone witness's entry with proofs for another place.
pub fn entry_for(federation: FederationId, keyset: KeysetId, index: u8) -> MemberEntry {
    let own = first(&ONE).federation;
    let keys = node_seed(StoreId(1)).witness_keys(&own, KEYSET).unwrap();
    keys.entry(StoreId(1), &federation, keyset, WitnessIndex(index), entropy("another possession"))
}

fn possession() -> Vec<Result<Test, String>> {
    let own = first(&ONE).federation;
    let at_place = |slug, comment, change: &dyn Fn(&mut MemberEntry)| {
        changed(&ONE, (slug, "CHARTER-31", comment), |body| member(body, 0, change)).refused(at(0, "possession"))
    };
    let poprf = |slug, comment, entry: MemberEntry| {
        at_place(slug, comment, &move |member| member.poprf_possession = entry.poprf_possession)
    };
    let vote = |slug, comment, entry: MemberEntry| {
        at_place(slug, comment, &move |member| member.vote_possession = entry.vote_possession)
    };
    let strangers = node_seed(StoreId(50)).witness_keys(&own, KEYSET).unwrap();
    let (poprf_key, vote_key) = (strangers.poprf.public().encode(), strangers.vote.verifying_key().encode());
    vec![
        changed(
            &ONE,
            ("possession-proven-again", "CHARTER-31", "The same keys, proven with other randomness."),
            |body| {
                member(body, 0, |member| *member = entry_for(own, KEYSET, 0));
            },
        )
        .valid(),
        poprf("possession-of-another-index", "POPRF key proven for index 1.", entry_for(own, KEYSET, 1)),
        poprf("possession-of-another-keyset", "POPRF key proven for keyset 2.", entry_for(own, KeysetId(2), 0)),
        poprf(
            "possession-of-another-federation",
            "POPRF key proven for another federation.",
            entry_for(FederationId([1; 32]), KEYSET, 0),
        ),
        vote("vote-possession-of-another-index", "Vote key proven for index 1.", entry_for(own, KEYSET, 1)),
        vote("vote-possession-of-another-keyset", "Vote key proven for keyset 2.", entry_for(own, KeysetId(2), 0)),
        vote(
            "vote-possession-of-another-federation",
            "Vote key proven for another federation.",
            entry_for(FederationId([1; 32]), KEYSET, 0),
        ),
        at_place("stolen-poprf-key", "Somebody else's POPRF key.", &move |member| member.poprf_key = poprf_key),
        at_place("stolen-vote-key", "Somebody else's vote key.", &move |member| member.vote_key = vote_key),
        at_place("possession-spoiled", "A bit of the proof's s.", &|member| member.poprf_possession.s.0[0] ^= 1),
        at_place("possession-large-scalar", "An s that is not below the group's order.", &|member| {
            member.poprf_possession.s.0 = [0xff; 32];
        }),
        at_place("possession-identity", "The identity for R.", &|member| member.poprf_possession.r.0 = [0; 32]),
    ]
}

fn committees() -> Vec<Result<Test, String>> {
    let entry = |about: About<'_>, change: fn(&mut KeysetEntry)| {
        changed(&FOUR, about, |body| edit(&mut body.keysets, 0, change))
    };
    let small = |about: About<'_>, change: fn(&mut KeysetEntry)| {
        changed(&ONE, about, |body| edit(&mut body.keysets, 0, change))
    };
    let dates = |slug, comment, change: fn(&mut KeysetEntry)| small((slug, "CHARTER-28", comment), change);
    let keyset = || at(0, "keyset");
    vec![
        of(("four-witnesses", "VOTE-2", "A committee of four, one of which may lie."), &[&sign(first(&FOUR), &[1, 2])])
            .valid(),
        entry(("seats-exchanged", "CHARTER-31", "Two members in each other's seats."), |entry| {
            let mut members = entry.members.to_vec();
            members.swap(0, 1);
            entry.members = list(members);
        })
        .refused(at(0, "possession")),
        changed(&FOUR, ("two-seats", "CHARTER-29", "One store with two seats, each with keys of its own."), |body| {
            let own = body.federation;
            let keys = node_seed(StoreId(50)).witness_keys(&own, KEYSET).unwrap();
            let second = keys.entry(StoreId(1), &own, KEYSET, WitnessIndex(3), entropy("second seat"));
            member(body, 3, |member| *member = second);
        })
        .refused(at(0, "two-seats")),
        entry(("too-many-faults", "CHARTER-32", "Two of four may lie: n < 3f + 1."), |entry| entry.faults = 2)
            .flag("boundary")
            .refused(at(0, "quorum")),
        small(("no-members", "CHARTER-32", "A committee of nobody."), |entry| entry.members = list([]))
            .flag("boundary")
            .refused(at(0, "quorum")),
        small(("unknown-member", "CHARTER-25", "A member that is no store."), |entry| {
            edit(&mut entry.members, 0, |member| member.store = StoreId(9));
        })
        .refused(at(0, "unknown-store")),
        dates("no-denominations", "No denominations.", |entry| entry.denominations = list([]))
            .flag("boundary")
            .refused(keyset()),
        dates("denominations-without-1", "Denominations that do not begin with 1.", |entry| {
            entry.denominations = list([2, 4])
        })
        .refused(keyset()),
        dates("denominations-unsorted", "Denominations that do not increase.", |entry| {
            entry.denominations = list([1, 4, 2])
        })
        .flag("sorted")
        .refused(keyset()),
        dates("denomination-twice", "A denomination twice.", |entry| entry.denominations = list([1, 2, 2]))
            .flag("sorted")
            .refused(keyset()),
        dates("largest-denomination", "2^32 is the largest denomination.", |entry| {
            entry.denominations = list([1, 1 << 32])
        })
        .flag("boundary")
        .valid(),
        dates("denomination-too-large", "2^32 + 1 is too large.", |entry| {
            entry.denominations = list([1, (1 << 32) + 1])
        })
        .flag("boundary")
        .refused(keyset()),
        dates("issued-after-redeemed", "Issued for a second longer than redeemed.", |entry| {
            entry.issue_until = entry.redeem_until + 1;
        })
        .flag("boundary")
        .refused(keyset()),
    ]
}

fn lists() -> Vec<Result<Test, String>> {
    let unsorted = |slug, comment, change: fn(&mut CharterBody)| {
        changed(&ONE, (slug, "CHARTER-23", comment), change).flag("sorted").refused(at(0, "unsorted"))
    };
    let rules = |slug, comment, change: fn(&mut CharterBody)| {
        changed(&ONE, (slug, "CHARTER-24", comment), change).refused(at(0, "rules"))
    };
    let stranger = |slug, comment, change: fn(&mut CharterBody)| {
        changed(&ONE, (slug, "CHARTER-25", comment), change).refused(at(0, "unknown-store"))
    };
    vec![
        unsorted("stores-unsorted", "Stores by decreasing id.", |body| {
            body.stores = list(body.stores.iter().rev().cloned());
        }),
        unsorted("store-0", "A store of number 0.", |body| edit(&mut body.stores, 0, |store| store.id = StoreId::NONE)),
        unsorted("offer-twice", "Two offers of one number.", |body| {
            body.offers = list([body.offers[0].clone(), body.offers[0].clone()]);
        }),
        unsorted("campaign-twice", "Two campaigns of one number.", |body| {
            body.campaigns = list([body.campaigns[0].clone(), body.campaigns[0].clone()]);
        }),
        unsorted("association-0", "An association of number 0.", |body| {
            edit(&mut body.associations, 0, |association| association.id = AssociationId(0));
        }),
        unsorted("keyset-0", "A keyset of number 0.", |body| {
            edit(&mut body.keysets, 0, |keyset| keyset.id = KeysetId(0))
        }),
        rules("value-per-nothing", "Cents for 0 points.", |body| body.point_value.points = 0),
        rules("fate-unknown", "Unspent points go to an association that there is not.", |body| {
            body.unspent = UnspentFate::ToAssociation(AssociationId(9));
        }),
        rules("no-choices", "A campaign without choices.", |body| {
            edit(&mut body.campaigns, 0, |campaign| campaign.choices = list([]));
        }),
        stranger("unknown-funder", "An offer funded by no store.", |body| {
            edit(&mut body.offers, 0, |offer| offer.funder = StoreId(9));
        }),
        stranger("unknown-issuer", "An offer issued by no store.", |body| {
            edit(&mut body.offers, 0, |offer| offer.issuers = list([StoreId(1), StoreId(9)]));
        }),
        changed(
            &ONE,
            ("rules-before-keys", "CHARTER-11", "Impossible rules, and a node key that is none: rules come first."),
            |body| {
                body.point_value.points = 0;
                edit(&mut body.stores, 0, |store| store.node_key.0 = [0xff; 32]);
            },
        )
        .refused(at(0, "rules")),
    ]
}

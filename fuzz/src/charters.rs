//! Chains of charters: versions drafted by anybody, signed by whoever, in any order.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ronde_protocol::{
    limits::MAX_CHARTER_BYTES,
    message::{
        amount::Points,
        charter::{Charter, CharterBody, CharterChain, KeysetEntry, SignedCharter, Stewards},
        codec::{Bounded, decode, encode},
        ids::{AssociationId, CampaignId, CharterHash, FederationId, OfferId, StoreId},
    },
};

use crate::{
    choices::Choices,
    federation_support::{DAY, Plan, body, list, planned, sign_charter, steward, text},
};

/// Longer sequences say nothing new and take long.
const MAX_STEPS: usize = 16;

static FIRST: LazyLock<SignedCharter> = LazyLock::new(|| planned(&Plan::of(2)).signed);
/// The same federation's later keysets, whose proofs take long to make.
static KEYSETS: LazyLock<Vec<KeysetEntry>> =
    LazyLock::new(|| body(&Plan { keysets: 3, ..Plan::of(2) }).keysets.to_vec());

/// An even first byte begins with the tests' own charter and changes it; an odd one reads whole charters.
///
/// # Panics
/// If a version is taken that goes back, is signed by too few, or lacks what an order can name.
pub fn charter_chain(data: &[u8]) {
    let mut choices = Choices::new(data);
    if choices.byte() % 2 == 1 {
        return read(choices.rest());
    }
    let first = Charter::genesis(FIRST.clone()).expect("the tests' charter is valid");
    let (mut versions, mut charter): (Vec<SignedCharter>, Charter) = (vec![FIRST.clone()], first);
    let mut previous: Option<Charter> = None;
    for _ in 0..MAX_STEPS {
        if choices.is_over() {
            return;
        }
        let twin = choices.one_in(6);
        let base = if twin { previous.as_ref() } else { Some(&charter) };
        let Some(base) = base else { continue };
        let signed = draft(&mut choices, base);
        if twin {
            let differs = signed.body.hash() != charter.hash();
            if let Ok(forked) = charter.is_forked_by(previous.as_ref(), signed.clone()) {
                assert!(forked == differs, "one charter is no fork");
                if forked {
                    follows(base, &signed);
                    charter = charter.forked();
                    assert!(!charter.allows_issuing(0), "two charters of one version, and points are issued");
                }
            }
            continue;
        }
        let next = charter.succeed(signed.clone());
        if let Ok(next) = next {
            follows(&charter, &signed);
            assert!(next.version() == signed.body.version && next.hash() == signed.body.hash());
            versions.push(signed);
            let walked = CharterChain::walk(versions.clone(), Some(next.federation())).expect("each step was taken");
            assert!(walked.hash() == next.hash(), "the chain leads elsewhere");
            (previous, charter) = (Some(charter), next);
        }
    }
}

/// Whole charters as they travel, one behind the other, each with its length before it.
fn read(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let mut chain = Vec::new();
    while !choices.is_over() && chain.len() < 4 {
        let length = usize::from(choices.byte()) << 8 | usize::from(choices.byte());
        let mut piece = Vec::new();
        while piece.len() < length && !choices.is_over() {
            piece.push(choices.byte());
        }
        let Ok(signed) = decode::<SignedCharter>(&piece, MAX_CHARTER_BYTES) else { return };
        chain.push(signed);
    }
    if let Ok(charter) = CharterChain::walk(chain.clone(), None) {
        assert!(charter.version() == chain.len() as u64 && encode(charter.signed()) == encode(&chain[chain.len() - 1]));
    }
}

/// The next version after `base` with something changed, mostly as it should be, signed by some stewards.
fn draft(choices: &mut Choices<'_>, base: &Charter) -> SignedCharter {
    let mut body = CharterBody {
        genesis: None,
        version: base.version() + 1,
        previous: base.hash(),
        settles_fork: None,
        ..base.body().clone()
    };
    for _ in 0..choices.below(4) {
        change(choices, &mut body, base);
    }
    let mut signers: Vec<u8> = match choices.below(6) {
        0 => vec![1],
        1 => vec![1, 3],
        2 => vec![1, 2, 4, 5],
        3 => vec![],
        _ => vec![1, 2],
    };
    if choices.one_in(8) {
        signers.push(1);
    }
    let mut signed = sign_charter(body, &signers);
    if choices.one_in(16) && !signed.signatures.is_empty() {
        let mut signatures = signed.signatures.to_vec();
        signatures[0].signature.0[3] ^= 1;
        signed.signatures = list(signatures);
    }
    signed
}

fn change(choices: &mut Choices<'_>, body: &mut CharterBody, base: &Charter) {
    /// Changes one of a list, chosen by a byte.
    fn edit<T: Clone, const MAX: usize>(list_of: &mut Bounded<T, MAX>, which: u8, edit: impl FnOnce(&mut T)) {
        let mut items = list_of.to_vec();
        if let Some(count) = (!items.is_empty()).then_some(items.len())
            && let Some(item) = items.get_mut(usize::from(which) % count)
        {
            edit(item);
        }
        *list_of = list(items);
    }
    fn cut<T: Clone, const MAX: usize>(list_of: &mut Bounded<T, MAX>) {
        let mut items = list_of.to_vec();
        items.pop();
        *list_of = list(items);
    }
    let which = choices.byte();
    match choices.below(24) {
        0 => body.version = u64::from(which),
        1 => body.previous = CharterHash([which; 32]),
        2 => body.settles_fork = Some(base.hash()),
        3 => body.federation = FederationId([which; 32]),
        4 => body.expires = body.expires.wrapping_add(u64::from(which) * DAY),
        5 => cut(&mut body.stores),
        6 => edit(&mut body.stores, which, |store| store.daily_limit = Points(u64::from(which))),
        7 => edit(&mut body.stores, which, |store| store.id = StoreId(u32::from(which) % 4)),
        8 => edit(&mut body.stores, which, |store| store.node_key = steward(which % 8).verifying_key().encode()),
        9 => cut(&mut body.keysets),
        10 => {
            let mut keysets = body.keysets.to_vec();
            keysets.push(KEYSETS[usize::from(which) % KEYSETS.len()].clone());
            body.keysets = list(keysets);
        }
        11 => edit(&mut body.keysets, which, |keyset| keyset.redeem_until = u64::from(which)),
        12 => edit(&mut body.keysets, which, |keyset| keyset.faults ^= 1),
        13 => cut(&mut body.associations),
        14 => edit(&mut body.associations, which, |association| association.closed = !association.closed),
        15 => edit(&mut body.campaigns, which, |campaign| campaign.end ^= 1 << (which % 40)),
        16 => edit(&mut body.campaigns, which, |campaign| campaign.minimum = Points(u64::from(which % 8))),
        17 => edit(&mut body.campaigns, which, |campaign| {
            let mut choices = campaign.choices.to_vec();
            if which % 2 == 0 {
                choices.truncate(1)
            } else {
                choices.push(text("Elm"))
            }
            campaign.choices = list(choices.into_iter().take(8));
        }),
        18 => edit(&mut body.offers, which, |offer| offer.value = Points(u64::from(which))),
        19 => edit(&mut body.offers, which, |offer| offer.funder = StoreId(u32::from(which) % 4)),
        20 => edit(&mut body.offers, which, |offer| offer.closed = !offer.closed),
        21 => {
            let mut keys: Vec<_> = [1, 2, 4, 5].map(|number| steward(number).verifying_key().encode()).into();
            keys.truncate(1 + usize::from(which) % 4);
            keys.sort();
            body.stewards = Stewards { keys: list(keys), threshold: which % 4 };
        }
        22 => edit(&mut body.associations, which, |association| association.id = AssociationId(u32::from(which))),
        _ => {
            edit(&mut body.campaigns, which, |campaign| campaign.id = CampaignId(u32::from(which)));
            edit(&mut body.offers, which, |offer| offer.id = OfferId(u32::from(which)));
        }
    }
}

/// The rules of succession in their plainest words, apart from the code that checks them.
fn follows(base: &Charter, signed: &SignedCharter) {
    let (old, new) = (base.body(), &signed.body);
    assert!(new.version == old.version + 1 && new.previous == base.hash() && new.federation == old.federation);
    let signers: BTreeSet<_> = signed.signatures.iter().map(|signature| signature.key).collect();
    for stewards in [&old.stewards, &new.stewards] {
        let of_set = stewards.keys.iter().filter(|key| signers.contains(key)).count();
        assert!(of_set >= usize::from(stewards.threshold) && stewards.threshold > 0, "signed by too few");
    }
    assert!(old.keysets.iter().all(|keyset| new.keysets.contains(keyset)), "a keyset changed or is gone");
    assert!(old.stores.iter().all(|store| new.stores.iter().any(|kept| kept.id == store.id)), "a store is gone");
    for campaign in &old.campaigns {
        let kept = new.campaigns.iter().find(|kept| kept.id == campaign.id).expect("a campaign is gone");
        assert!(kept.end >= campaign.end && kept.minimum <= campaign.minimum, "a campaign became harder");
        assert!(kept.choices.iter().zip(&campaign.choices).all(|(kept, old)| kept == old));
    }
    for offer in &old.offers {
        let kept = new.offers.iter().find(|kept| kept.id == offer.id).expect("an offer is gone");
        assert!((kept.value, kept.funder) == (offer.value, offer.funder), "a voucher is worth something else");
    }
    for association in &old.associations {
        let kept = new.associations.iter().find(|kept| kept.id == association.id).expect("an association is gone");
        assert!(kept.closed || !association.closed, "a closed association opened again");
    }
}

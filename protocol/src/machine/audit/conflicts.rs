//! Orders that can't both be: two certificates over one coin, and witnesses that voted for two.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{
    exhibit::Exhibit,
    ledger::{Certified, Ledger, Log, proven},
    locks::{Lock, locks},
    replay::{Clash, Replayed, replay},
    report::{Breach, Finding, Offence, Standing},
};
use crate::message::{
    charter::{Charter, Keyset},
    evidence::{Evidence, conflict},
    ids::{KeysetId, OrderDigest, WitnessIndex},
    order::Order,
};

/// Certified orders over one coin beyond which no further pair is looked at: what there is to say is said.
const MAX_RIVALS: usize = 32;

/// Pairs of certified orders that share a coin or reference, each once.
fn rivals(ledger: &Ledger) -> BTreeSet<(OrderDigest, OrderDigest)> {
    let mut holders: BTreeMap<(KeysetId, Lock), Vec<OrderDigest>> = BTreeMap::new();
    for (digest, certified) in ledger.certified() {
        for lock in locks(certified.order()) {
            holders.entry((certified.order().keyset, lock)).or_default().push(*digest);
        }
    }
    let mut pairs = BTreeSet::new();
    for same in holders.into_values() {
        for (at, first) in same.iter().enumerate().take(MAX_RIVALS) {
            pairs.extend(same.iter().take(MAX_RIVALS).skip(at.saturating_add(1)).map(|second| (*first, *second)));
        }
    }
    pairs
}

/// Claim: no two certificates over one coin (BOOKS-16).
pub(super) fn two_certificates(ledger: &Ledger) -> Vec<Breach> {
    rivals(ledger).into_iter().map(|(first, second)| Breach::TwoCertificates { first, second }).collect()
}

/// Witnesses that voted twice, by the votes in certificates and by their own logs; of the latter an exhibit is made from
/// the log, by its place among the logs and the positions in it.
pub(super) fn find<E>(
    charter: &Charter,
    keyset: &Keyset,
    ledger: &Ledger,
    logs: &[Log],
    mut exhibit: impl FnMut(&Log, &[u64]) -> Result<Option<Exhibit>, E>,
) -> Result<Vec<Finding>, E> {
    let replays: Vec<(WitnessIndex, Replayed)> = logs.iter().map(|log| (log.head.index, replay(ledger, log))).collect();
    // What clears witnesses of another keyset stands in that one's logs (BOOKS-27).
    let is_own =
        |digest: &OrderDigest| ledger.certified().get(digest).is_some_and(|it| it.order().keyset == keyset.id());
    let mut findings = Vec::new();
    let mut named = BTreeSet::new();
    for (first, second) in rivals(ledger).into_iter().filter(|(first, _)| is_own(first)) {
        for (index, exhibit) in double_votes(ledger, first, second) {
            let own = replays.iter().filter(|(of, _)| *of == index).map(|(_, replayed)| replayed);
            let Some(standing) = standing(ledger, own, index, first, second) else { continue };
            if let Some(finding) = proven(charter, exhibit) {
                named.insert((index, first, second));
                findings.push(Finding { standing, ..finding });
            }
        }
    }
    for (log, (index, replayed)) in logs.iter().zip(&replays) {
        // One pair says it; a liar could fill its log with more.
        let told = |clash: &&Clash| {
            let (first, second) = (clash.first.min(clash.second), clash.first.max(clash.second));
            named.contains(&(*index, first, second))
        };
        if !replayed.clashes.iter().any(|clash| told(&clash))
            && let Some(clash) = replayed.clashes.first()
            && let Some(exhibit) = exhibit(log, &clash.positions)?
        {
            findings.extend(proven(charter, exhibit));
        }
    }
    Ok(findings)
}

fn double_votes(ledger: &Ledger, first: OrderDigest, second: OrderDigest) -> Vec<(WitnessIndex, Exhibit)> {
    let (Some(a), Some(b)) = (ledger.certified().get(&first), ledger.certified().get(&second)) else {
        return Vec::new();
    };
    let both = a.votes.iter().filter_map(|(index, vote)| b.votes.get(index).map(|other| (*index, *vote, *other)));
    both.map(|(index, first_vote, second_vote)| {
        let (first, second) = (a.order().clone(), b.order().clone());
        (index, Exhibit::Witness(Evidence::DoubleVote { first, first_vote, second, second_vote }))
    })
    .collect()
}

/// How sure it is that the witness had no right to its second vote; nothing if it had (BOOKS-21).
fn standing<'r>(
    ledger: &Ledger,
    own: impl Iterator<Item = &'r Replayed>,
    index: WitnessIndex,
    first: OrderDigest,
    second: OrderDigest,
) -> Option<Standing> {
    let mut reaches = false;
    for replayed in own {
        let is_pair = |clash: &Clash| {
            clash.offence == Offence::DoubleVote
                && [[first, second], [second, first]].contains(&[clash.first, clash.second])
        };
        if replayed.clashes.iter().any(is_pair) {
            return Some(Standing::Proven);
        }
        if replayed.voted.contains(&first) && replayed.voted.contains(&second) && replayed.clashes.is_empty() {
            // Its own log shows what had freed the first.
            return None;
        }
        reaches |= replayed.reaches(&first) && replayed.reaches(&second);
    }
    if was_freed(ledger, index, first, second) {
        return None;
    }
    Some(if reaches { Standing::Proven } else { Standing::ToAnswer })
}

/// Whether some certificate may have freed one of the two votes before the other was given (EVIDENCE-11): of an order
/// that conflicts with exactly one of them (EVIDENCE-12), and that the witness itself did not vote for (EVIDENCE-13; it
/// could not, while the first was bound).
fn was_freed(ledger: &Ledger, index: WitnessIndex, first: OrderDigest, second: OrderDigest) -> bool {
    let order = |digest: &OrderDigest| ledger.certified().get(digest).map(Certified::order);
    let (Some(a), Some(b)): (Option<&Order>, Option<&Order>) = (order(&first), order(&second)) else { return false };
    ledger.certified().iter().any(|(digest, other)| {
        *digest != first
            && *digest != second
            && !other.votes.contains_key(&index)
            && conflict(a, other.order()) != conflict(b, other.order())
    })
}

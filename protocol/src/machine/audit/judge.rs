//! What entries are worth, many at once: signatures are verified in batches, and a batch that fails is split.

use alloc::vec::Vec;

use super::ledger::{Judged, judge};
use crate::{
    crypto::{
        entropy::Entropy,
        sign::{self, SignatureCheck},
        spend::{self, SpendCheck},
    },
    message::{
        charter::{Charter, Keyset},
        check::{Authority, CheckedOrder},
        log::LogEntry,
    },
};

/// What an entry of a log is worth by itself.
#[derive(Clone, Copy, Debug)]
pub struct Judgement(pub(super) Judged);

/// Below so many entries a batch that fails is judged one by one.
const SPLIT_TO: usize = 64;

/// Judges entries of one keyset's logs, in their order. The verdicts are those of judging each by itself; the entropy must
/// be fresh.
pub fn judge_all(charter: &Charter, keyset: &Keyset, entries: &[&LogEntry], entropy: Entropy) -> Vec<Judgement> {
    let one = |entry: &&LogEntry| Judgement(judge(charter, keyset, entry));
    if entries.len() <= SPLIT_TO {
        return entries.iter().map(one).collect();
    }
    let (for_this, rest) = entropy.split_two();
    if let Some(judged) = together(charter, keyset, entries, for_this) {
        return judged;
    }
    let (left, right) = entries.split_at(entries.len() / 2);
    let (for_left, for_right) = rest.split_two();
    let mut judged = judge_all(charter, keyset, left, for_left);
    judged.extend(judge_all(charter, keyset, right, for_right));
    judged
}

/// All of them if all their signatures are good; nothing otherwise.
fn together(charter: &Charter, keyset: &Keyset, entries: &[&LogEntry], entropy: Entropy) -> Option<Vec<Judgement>> {
    let checked: Vec<Option<CheckedOrder>> = entries
        .iter()
        .map(|entry| match entry {
            LogEntry::Voted(signed) if signed.order.keyset == keyset.id() => signed.clone().check(charter).ok(),
            _ => None,
        })
        .collect();
    let mut signatures: Vec<SignatureCheck> = Vec::new();
    let mut spends: Vec<SpendCheck<'_>> = Vec::new();
    let mut judged = Vec::with_capacity(entries.len());
    for (entry, checked) in entries.iter().zip(&checked) {
        let good = match (entry, checked) {
            (LogEntry::Voted(_), Some(order)) => match order.authority(charter) {
                Some(Authority::Coins(check)) => {
                    spends.push(check);
                    Some(Judged::Good { digest: order.digest(), store_signed: false })
                }
                Some(Authority::Store(check)) => {
                    signatures.push(check);
                    Some(Judged::Good { digest: order.digest(), store_signed: true })
                }
                None => None,
            },
            (LogEntry::Certified(certified), _) => {
                let digest = certified.order.digest();
                let voters = charter.keyset(certified.order.keyset);
                let voters = voters.filter(|voters| certified.certificate.check_form(voters, &digest).is_ok());
                let votes: Option<Vec<SignatureCheck>> = voters.and_then(|voters| {
                    certified.certificate.votes.iter().map(|vote| vote.signature_check(voters, &digest)).collect()
                });
                votes.map(|votes| {
                    signatures.extend(votes);
                    Judged::Good { digest, store_signed: false }
                })
            }
            _ => None,
        };
        // What breaks a rule of form needs no signature to be judged.
        judged.push(Judgement(good.unwrap_or_else(|| judge(charter, keyset, entry))));
    }
    let (for_signatures, for_spends) = entropy.split_two();
    sign::verify_batch(&signatures, for_signatures).ok()?;
    spend::verify_batch(&spends, for_spends).ok()?;
    Some(judged)
}

//! The differences between two versions, each as a sentence of the catalogues.

use std::collections::BTreeMap;

use ronde_protocol::message::charter::{CharterBody, KeysetEntry, Store, UnspentFate};
use ronde_protocol::message::ids::StoreId;

use super::Change;
use crate::pages::say::Value;

/// Stores that are named in one sentence; more are counted.
const MOST_NAMED: usize = 3;
/// Sentences of one version; there may be a thousand shops that join.
const MOST_CHANGES: usize = 40;

fn text(text: impl ToString) -> Value {
    Value::Text(text.to_string())
}

fn count(count: usize) -> Value {
    Value::Number(u64::try_from(count).unwrap_or(u64::MAX))
}

/// What the first version has.
pub(super) fn founded(body: &CharterBody) -> Vec<Change> {
    let mut all = vec![
        ("change-founded", vec![("stores", count(body.stores.len()))]),
        (
            "change-founded-stewards",
            vec![
                ("needed", Value::Number(body.stewards.threshold.into())),
                ("stewards", count(body.stewards.keys.len())),
            ],
        ),
    ];
    all.extend(body.keysets.iter().map(|keyset| keyset_added(body, keyset)));
    all
}

/// What is other in `new` than in the version before it.
pub(super) fn changes(old: &CharterBody, new: &CharterBody) -> Vec<Change> {
    let mut all = Vec::new();
    rules(&mut all, old, new);
    stores(&mut all, old, new);
    let added = new.keysets.iter().filter(|keyset| !old.keysets.iter().any(|known| known.id == keyset.id));
    all.extend(added.map(|keyset| keyset_added(new, keyset)));
    associations(&mut all, old, new);
    campaigns(&mut all, old, new);
    offers(&mut all, old, new);
    if all.is_empty() {
        all.push(("change-none", Vec::new()));
    }
    let more = all.len().saturating_sub(MOST_CHANGES);
    if more > 0 {
        all.truncate(MOST_CHANGES);
        all.push(("change-more", vec![("changes", count(more))]));
    }
    all
}

fn rules(all: &mut Vec<Change>, old: &CharterBody, new: &CharterBody) {
    if new.settles_fork.is_some() {
        all.push(("change-fork-settled", Vec::new()));
    }
    if old.stewards != new.stewards {
        let missing = |a: &CharterBody, b: &CharterBody| {
            count(a.stewards.keys.iter().filter(|key| !b.stewards.keys.contains(key)).count())
        };
        all.push((
            "change-stewards",
            vec![
                ("joined", missing(new, old)),
                ("gone", missing(old, new)),
                ("needed", Value::Number(new.stewards.threshold.into())),
                ("stewards", count(new.stewards.keys.len())),
            ],
        ));
    }
    if old.point_value != new.point_value {
        let value = new.point_value;
        all.push((
            "change-worth",
            vec![("cents", Value::Number(value.cents)), ("points", Value::Number(value.points))],
        ));
    }
    if old.unspent != new.unspent {
        all.push(match new.unspent {
            UnspentFate::ToIssuers => ("change-unspent-issuers", Vec::new()),
            UnspentFate::ToAssociation(id) => {
                let found = new.associations.iter().find(|association| association.id == id);
                let name = found.map_or_else(|| text(id), |association| text(&association.name));
                ("change-unspent-association", vec![("name", name)])
            }
        });
    }
    if old.expires != new.expires {
        all.push(("change-expires", vec![("day", Value::Day(new.expires))]));
    }
}

fn stores(all: &mut Vec<Change>, old: &CharterBody, new: &CharterBody) {
    let limits = limits(old, new);
    for (from, to, names) in &limits {
        let name = if names.len() > MOST_NAMED { None } else { Some(names.join(", ")) };
        let (id, first) = match name {
            Some(names) => ("change-store-limit", ("name", text(names))),
            None => ("change-store-limits", ("stores", count(names.len()))),
        };
        all.push((id, vec![first, ("old", Value::Number(*from)), ("limit", Value::Number(*to))]));
    }
    for store in &new.stores {
        let name = ("name", text(&store.name));
        let Some(known) = old.stores.iter().find(|known| known.id == store.id) else {
            all.push(("change-store-joined", vec![name, ("limit", Value::Number(store.daily_limit.0))]));
            continue;
        };
        store_changed(all, known, store);
    }
}

/// Who may issue other than before: the same change of many stores is one sentence.
fn limits(old: &CharterBody, new: &CharterBody) -> Vec<(u64, u64, Vec<String>)> {
    let mut changed: BTreeMap<(u64, u64), Vec<String>> = BTreeMap::new();
    for store in &new.stores {
        let known = old.stores.iter().find(|known| known.id == store.id).map(|known| known.daily_limit);
        if let Some(known) = known.filter(|known| *known != store.daily_limit) {
            changed.entry((known.0, store.daily_limit.0)).or_default().push(store.name.to_string());
        }
    }
    changed.into_iter().map(|((from, to), names)| (from, to, names)).collect()
}

fn store_changed(all: &mut Vec<Change>, known: &Store, store: &Store) {
    let name = ("name", text(&store.name));
    if known.name != store.name {
        all.push(("change-store-renamed", vec![("old", text(&known.name)), name.clone()]));
    }
    if known.node_key != store.node_key {
        all.push(("change-store-key", vec![name.clone()]));
    }
    if known.http != store.http || known.quic != store.quic {
        all.push(("change-store-address", vec![name]));
    }
}

fn keyset_added(body: &CharterBody, keyset: &KeysetEntry) -> Change {
    let names: Vec<String> = keyset.members.iter().map(|member| store_name(body, member.store)).collect();
    let values = vec![
        ("keyset", text(keyset.id)),
        ("names", text(names.join(", "))),
        ("faults", Value::Number(keyset.faults.into())),
        ("issued", Value::Day(keyset.issue_until)),
        ("spent", Value::Day(keyset.redeem_until)),
    ];
    ("change-keyset", values)
}

fn store_name(body: &CharterBody, id: StoreId) -> String {
    body.stores.iter().find(|store| store.id == id).map_or_else(|| id.to_string(), |store| store.name.to_string())
}

fn associations(all: &mut Vec<Change>, old: &CharterBody, new: &CharterBody) {
    for association in &new.associations {
        let name = ("name", text(&association.name));
        let Some(known) = old.associations.iter().find(|known| known.id == association.id) else {
            all.push(("change-association-joined", vec![name]));
            continue;
        };
        if known.name != association.name {
            all.push(("change-association-renamed", vec![("old", text(&known.name)), name.clone()]));
        }
        if association.closed && !known.closed {
            all.push(("change-association-closed", vec![name]));
        }
    }
}

fn campaigns(all: &mut Vec<Change>, old: &CharterBody, new: &CharterBody) {
    for campaign in &new.campaigns {
        let name = ("name", text(&campaign.name));
        let end = ("day", Value::Day(campaign.end));
        let minimum = ("minimum", Value::Number(campaign.minimum.0));
        let Some(known) = old.campaigns.iter().find(|known| known.id == campaign.id) else {
            all.push(("change-campaign-opened", vec![name, end, minimum]));
            continue;
        };
        if known.end != campaign.end {
            all.push(("change-campaign-end", vec![name.clone(), end]));
        }
        if known.minimum != campaign.minimum {
            all.push(("change-campaign-minimum", vec![name.clone(), minimum]));
        }
        if known.choices != campaign.choices {
            let added = campaign.choices.iter().skip(known.choices.len()).map(ToString::to_string);
            all.push((
                "change-campaign-choices",
                vec![name.clone(), ("choices", text(added.collect::<Vec<_>>().join(", ")))],
            ));
        }
        if known.name != campaign.name || known.ballots_per_store != campaign.ballots_per_store {
            all.push(("change-campaign-other", vec![name, ("ballots", Value::Number(campaign.ballots_per_store))]));
        }
    }
}

fn offers(all: &mut Vec<Change>, old: &CharterBody, new: &CharterBody) {
    for offer in &new.offers {
        let name = ("name", text(&offer.name));
        let Some(known) = old.offers.iter().find(|known| known.id == offer.id) else {
            let funder = ("funder", text(store_name(new, offer.funder)));
            all.push(("change-offer-opened", vec![name, ("value", Value::Number(offer.value.0)), funder]));
            continue;
        };
        if offer.closed && !known.closed {
            all.push(("change-offer-closed", vec![name.clone()]));
        } else if known.closed && !offer.closed {
            all.push(("change-offer-reopened", vec![name.clone()]));
        }
        if known.issuers != offer.issuers || known.per_store != offer.per_store || known.name != offer.name {
            let issuers = ("issuers", count(offer.issuers.len()));
            all.push(("change-offer-other", vec![name, issuers, ("each", Value::Number(offer.per_store))]));
        }
    }
}

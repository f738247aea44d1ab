//! `ronde charter new --plan`: plan and cards become a version that the stewards can sign.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::{
    Association, Campaign, Charter, CharterBody, KeysetEntry, PointValue, SignedCharter, Store, UnspentFate,
    VoucherOffer,
};
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{AssociationId, CampaignId, CharterHash, FederationId, KeysetId, OfferId, StoreId};
use serde_json::json;

use super::card::Card;
use super::plan::{KeysetPlan, Plan, bounded};
use super::{load_newest, show};
use crate::charter_store::{CharterStoreError, write_file};
use crate::cli::{Blame, Context, Exit, Failure};
use crate::clock::Clock;
use ronde_protocol::crypto::VerifyingKeyBytes;

/// What a version is written from.
pub struct Sources {
    pub plan: PathBuf,
    pub cards: Vec<PathBuf>,
    pub after: Option<PathBuf>,
    pub settles_fork: bool,
}

/// Writes the unsigned version.
pub fn run(sources: &Sources, out: &Path, context: &Context) -> Result<Exit, Failure> {
    let plan = Plan::load(&sources.plan)?;
    let previous = sources.after.as_deref().map(load_newest).transpose()?;
    let previous = previous.as_ref();
    let cards = load_cards(&sources.cards, &plan)?;
    let mut body = body(&plan, &cards, previous)?;
    if sources.settles_fork {
        body.settles_fork = Some(body.previous);
    }
    Charter::check_draft(previous, &body).map_err(CharterStoreError::from)?;
    if out.exists() {
        return Err(Failure::new(
            format!("{} exists already", out.display()),
            Blame::You,
            "choose another name, or remove it: signatures on it would be lost",
        ));
    }
    let signed = SignedCharter { body, signatures: Bounded::default() };
    write_file(out, &signed)?;
    let mut said = show::text(&signed);
    said.push_str(&format!(
        "\n{} is written. Each steward reads it (`ronde charter show`) and signs it (`ronde charter sign`).",
        out.display()
    ));
    context.say(said, &json!({ "ok": true, "file": out, "charter": show::json(&signed) }));
    Ok(Exit::Ok)
}

/// The cards by store, all of this federation, each store once.
fn load_cards(files: &[PathBuf], plan: &Plan) -> Result<BTreeMap<StoreId, Card>, Failure> {
    let federation = plan.genesis()?.federation();
    let mut cards = BTreeMap::new();
    for file in files {
        let card = Card::load(file)?;
        if card.federation != federation {
            return Err(Failure::new(
                format!(
                    "the card {} is for the federation {}, the plan is {federation}",
                    file.display(),
                    card.federation
                ),
                Blame::Store(card.name.to_string()),
                "ask the store to run `ronde init` with this plan, in a new folder",
            ));
        }
        if let Some(other) = cards.insert(card.store, card) {
            return Err(Failure::new(
                format!("two cards are of store {}", other.store),
                Blame::You,
                "give each store a number of its own (`ronde init --store`)",
            ));
        }
    }
    Ok(cards)
}

fn body(plan: &Plan, cards: &BTreeMap<StoreId, Card>, previous: Option<&Charter>) -> Result<CharterBody, Failure> {
    let genesis = plan.genesis()?;
    let federation = genesis.federation();
    let before = previous.map(Charter::body);
    let stewards = match (plan.new_stewards()?, before) {
        (Some(stewards), _) => stewards,
        (None, Some(before)) => before.stewards.clone(),
        (None, None) => genesis.stewards.clone(),
    };
    check_federation(previous, &federation)?;
    Ok(CharterBody {
        genesis: before.is_none().then_some(genesis),
        federation,
        version: previous.map_or(1, |previous| previous.version().saturating_add(1)),
        previous: previous.map_or(CharterHash::NONE, Charter::hash),
        settles_fork: None,
        issued: Clock::System.unix_seconds(),
        expires: plan.expires.0,
        stewards,
        point_value: PointValue { cents: plan.point_value.cents, points: plan.point_value.points },
        unspent: plan.unspent_to.map_or(UnspentFate::ToIssuers, |id| UnspentFate::ToAssociation(AssociationId(id))),
        stores: stores(plan, cards, before)?,
        keysets: keysets(plan, cards, before)?,
        associations: associations(plan)?,
        campaigns: campaigns(plan)?,
        offers: offers(plan)?,
    })
}

fn check_federation(previous: Option<&Charter>, federation: &FederationId) -> Result<(), Failure> {
    match previous {
        Some(previous) if previous.federation() != federation => Err(Failure::new(
            format!("the plan is of federation {federation}, the charter before of {}", previous.federation()),
            Blame::You,
            "use the plan that this federation began with; its [genesis] never changes",
        )),
        _ => Ok(()),
    }
}

/// Those of the version before, with what new cards say instead.
fn stores<const MAX: usize>(
    plan: &Plan,
    cards: &BTreeMap<StoreId, Card>,
    before: Option<&CharterBody>,
) -> Result<Bounded<Store, MAX>, Failure> {
    let mut stores: BTreeMap<StoreId, Store> =
        before.into_iter().flat_map(|before| &before.stores).map(|store| (store.id, store.clone())).collect();
    for card in cards.values() {
        let store = Store {
            id: card.store,
            name: card.name.clone(),
            node_key: VerifyingKeyBytes(card.node_key.0),
            quic: bounded("QUIC addresses", card.quic.clone())?,
            http: bounded("web addresses", card.http.clone())?,
            daily_limit: Points::ZERO,
        };
        stores.insert(card.store, store);
    }
    for store in stores.values_mut() {
        let own = plan.stores.iter().find(|own| own.id == store.id.0);
        store.daily_limit = Points(own.map_or(plan.daily_limit, |own| own.daily_limit));
    }
    bounded("stores", stores.into_values().collect())
}

/// Those of the version before as they are, and those that the plan adds.
fn keysets<const MAX: usize>(
    plan: &Plan,
    cards: &BTreeMap<StoreId, Card>,
    before: Option<&CharterBody>,
) -> Result<Bounded<KeysetEntry, MAX>, Failure> {
    let mut keysets: BTreeMap<KeysetId, KeysetEntry> =
        before.into_iter().flat_map(|before| &before.keysets).map(|keyset| (keyset.id, keyset.clone())).collect();
    for planned in &plan.keysets {
        match keysets.get(&KeysetId(planned.id)) {
            Some(published) => check_published(published, planned)?,
            None => {
                keysets.insert(KeysetId(planned.id), keyset(planned, cards)?);
            }
        }
    }
    bounded("keysets", keysets.into_values().collect())
}

fn check_published(published: &KeysetEntry, planned: &KeysetPlan) -> Result<(), Failure> {
    let same = planned.faults.is_none_or(|faults| faults == published.faults)
        && *planned.denominations == *published.denominations
        && planned.issue_until.0 == published.issue_until
        && planned.redeem_until.0 == published.redeem_until;
    if same {
        return Ok(());
    }
    Err(Failure::new(
        format!("the plan changes keyset {}, which is published and never changes", planned.id),
        Blame::You,
        "put it back as it was and plan a new keyset with the next number",
    ))
}

/// A new committee: the cards that carry keys for it, by index, without a gap.
fn keyset(planned: &KeysetPlan, cards: &BTreeMap<StoreId, Card>) -> Result<KeysetEntry, Failure> {
    let mut members = BTreeMap::new();
    for card in cards.values() {
        for witness in card.witnesses.iter().filter(|witness| witness.keyset == planned.id) {
            if let Some(other) = members.insert(witness.index, (card.store, witness)) {
                return Err(seat(
                    planned.id,
                    witness.index,
                    &format!("stores {} and {} both take", other.0, card.store),
                ));
            }
        }
    }
    if members.is_empty() {
        return Err(seat(planned.id, 0, "no card takes"));
    }
    if let Some((expected, _)) = (0_u8..).zip(members.keys()).find(|(expected, index)| expected != *index) {
        return Err(seat(planned.id, expected, "no card takes"));
    }
    let most = members.len().saturating_sub(1) / 3;
    let entries = members.values().map(|(store, witness)| witness.entry(*store)).collect::<Result<Vec<_>, _>>()?;
    Ok(KeysetEntry {
        id: KeysetId(planned.id),
        members: bounded("witnesses", entries)?,
        faults: planned.faults.unwrap_or_else(|| u8::try_from(most).unwrap_or(u8::MAX)),
        denominations: bounded("denominations", planned.denominations.clone())?,
        issue_until: planned.issue_until.0,
        redeem_until: planned.redeem_until.0,
    })
}

fn seat(keyset: u32, index: u8, what: &str) -> Failure {
    Failure::new(
        format!("{what} seat {index} of keyset {keyset}"),
        Blame::You,
        format!("one store must run `ronde init --witness {keyset}:{index}`, and its card be named with --card"),
    )
}

fn associations<const MAX: usize>(plan: &Plan) -> Result<Bounded<Association, MAX>, Failure> {
    let mut all: Vec<Association> = plan
        .associations
        .iter()
        .map(|planned| Association {
            id: AssociationId(planned.id),
            name: planned.name.clone(),
            closed: planned.closed,
        })
        .collect();
    all.sort_by_key(|association| association.id);
    bounded("associations", all)
}

fn campaigns<const MAX: usize>(plan: &Plan) -> Result<Bounded<Campaign, MAX>, Failure> {
    let mut all = Vec::new();
    for planned in &plan.campaigns {
        all.push(Campaign {
            id: CampaignId(planned.id),
            name: planned.name.clone(),
            choices: bounded("choices", planned.choices.clone())?,
            minimum: Points(planned.minimum),
            end: planned.end.0,
            ballots_per_store: planned.ballots_per_store,
        });
    }
    all.sort_by_key(|campaign| campaign.id);
    bounded("campaigns", all)
}

fn offers<const MAX: usize>(plan: &Plan) -> Result<Bounded<VoucherOffer, MAX>, Failure> {
    let mut all = Vec::new();
    for planned in &plan.offers {
        all.push(VoucherOffer {
            id: OfferId(planned.id),
            name: planned.name.clone(),
            value: Points(planned.value),
            funder: StoreId(planned.funder),
            issuers: bounded("issuers", planned.issuers.iter().copied().map(StoreId).collect())?,
            per_store: planned.per_store,
            closed: planned.closed,
        });
    }
    all.sort_by_key(|offer| offer.id);
    bounded("offers", all)
}

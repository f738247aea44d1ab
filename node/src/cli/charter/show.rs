//! `ronde charter show`: what a charter holds, in plain words.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use ronde_protocol::message::charter::{CharterBody, KeysetEntry, SignedCharter, UnspentFate};
use ronde_protocol::message::ids::StoreId;
use ronde_protocol::quorum::Quorum;
use serde_json::{Value, json};

use super::hex_bytes::show_key;
use super::sign::count;
use crate::charter_store::{CharterStore, read_file};
use crate::cli::plural::{counted, points};
use crate::cli::{Context, Exit, Failure};
use crate::date::{Day, rfc3339};

/// `ronde charter show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A charter file, or a folder of them (its newest is shown)
    #[arg(value_name = "PATH", default_value = "charter")]
    path: PathBuf,
}

/// Shows.
pub fn run(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let signed = if args.path.is_dir() {
        CharterStore::load(&args.path)?.charter().signed().clone()
    } else {
        read_file(&args.path)?
    };
    context.say(text(&signed), &json(&signed));
    Ok(Exit::Ok)
}

/// In plain words. Writing into a string can't fail, so its results are dropped.
pub fn text(signed: &SignedCharter) -> String {
    let body = &signed.body;
    let mut out = String::new();
    head(&mut out, signed);
    let _ = writeln!(out, "\nStores");
    for store in &body.stores {
        let web = store.http.first().map_or("no web address", |address| address.as_str());
        let _ = writeln!(
            out,
            "  {:>4}  {}: may issue {} a day; {web}; key {}",
            store.id,
            store.name,
            store.daily_limit,
            show_key(&store.node_key).get(..16).unwrap_or_default()
        );
    }
    for keyset in &body.keysets {
        keyset_text(&mut out, body, keyset);
    }
    rules(&mut out, body);
    out
}

fn head(out: &mut String, signed: &SignedCharter) {
    let body = &signed.body;
    let name = body.genesis.as_ref().map(|genesis| format!(" of {:?}", genesis.name.as_str())).unwrap_or_default();
    let _ = writeln!(out, "Charter version {}{name}", body.version);
    let _ = writeln!(out, "  federation  {}", body.federation);
    let _ = writeln!(out, "  this file   {}", body.hash());
    if body.version > 1 {
        let _ = writeln!(out, "  follows     {}", body.previous);
    }
    if let Some(named) = body.settles_fork {
        let _ = writeln!(out, "  settles     a fork: {named} stands");
    }
    let _ = writeln!(
        out,
        "  written     {}, stores may issue under it until {}",
        Day::of(body.issued),
        rfc3339(body.expires)
    );
    let (have, need) = count(signed, &body.stewards);
    let _ = writeln!(out, "  stewards    {need} of {} must sign, {have} have", body.stewards.keys.len());
    for key in &body.stewards.keys {
        let mark = if signed.signatures.iter().any(|signature| signature.key == *key) { "signed" } else { "      " };
        let _ = writeln!(out, "      {mark}  {}", show_key(key));
    }
    let value = body.point_value;
    let (cents, worth) = (counted(value.cents, "cent", "cents"), points(value.points));
    let _ = writeln!(out, "  a point     {cents} for {worth} between stores");
    let fate = match body.unspent {
        UnspentFate::ToIssuers => "go back to the stores that issued them".to_owned(),
        UnspentFate::ToAssociation(id) => format!("go to association {id}"),
    };
    let _ = writeln!(out, "  unspent     points {fate}");
}

fn keyset_text(out: &mut String, body: &CharterBody, keyset: &KeysetEntry) {
    let members: Vec<String> = keyset.members.iter().map(|member| store_name(body, member.store)).collect();
    let votes = Quorum::new(keyset.members.len(), keyset.faults).map_or(0, Quorum::votes);
    let _ = writeln!(out, "\nKeyset {}", keyset.id);
    let _ = writeln!(out, "  witnesses   {}", members.join(", "));
    let _ = writeln!(
        out,
        "  quorum      {votes} of {} votes make a payment; {} may lie",
        keyset.members.len(),
        keyset.faults
    );
    let worth: Vec<String> = keyset.denominations.iter().map(u64::to_string).collect();
    let _ = writeln!(out, "  coins       of {} points", worth.join(", "));
    let _ = writeln!(
        out,
        "  issued      until {}, spent until {}",
        Day::of(keyset.issue_until),
        Day::of(keyset.redeem_until)
    );
}

fn rules(out: &mut String, body: &CharterBody) {
    let closed = |closed: bool| if closed { " (closed)" } else { "" };
    for association in &body.associations {
        let _ = writeln!(out, "\nAssociation {}: {}{}", association.id, association.name, closed(association.closed));
    }
    for campaign in &body.campaigns {
        let choices: Vec<String> =
            (0_u8..).zip(&campaign.choices).map(|(number, choice)| format!("{number} {choice}")).collect();
        let _ = writeln!(
            out,
            "\nCampaign {}: {}\n  choices     {}\n  ballots     with {} or more, until {}, {} per store",
            campaign.id,
            campaign.name,
            choices.join(", "),
            campaign.minimum,
            Day::of(campaign.end),
            campaign.ballots_per_store
        );
    }
    for offer in &body.offers {
        let issuers: Vec<String> = offer.issuers.iter().map(|id| store_name(body, *id)).collect();
        let _ = writeln!(
            out,
            "\nVoucher {}: {}{}\n  worth       {}, paid by {}\n  issued      by {}, {} each",
            offer.id,
            offer.name,
            closed(offer.closed),
            offer.value,
            store_name(body, offer.funder),
            issuers.join(", "),
            offer.per_store
        );
    }
}

fn store_name(body: &CharterBody, id: StoreId) -> String {
    let found = body.stores.iter().find(|store| store.id == id);
    found.map_or_else(|| format!("store {id}"), |store| format!("{} ({id})", store.name))
}

/// The same for scripts.
pub fn json(signed: &SignedCharter) -> Value {
    let body = &signed.body;
    let stores: Vec<Value> = body
        .stores
        .iter()
        .map(|store| {
            json!({
                "id": store.id, "name": store.name, "node_key": show_key(&store.node_key), "quic": *store.quic,
                "http": *store.http, "daily_limit": store.daily_limit,
            })
        })
        .collect();
    json!({
        "federation": body.federation, "version": body.version, "hash": body.hash(), "previous": body.previous,
        "name": body.genesis.as_ref().map(|genesis| &genesis.name), "settles_fork": body.settles_fork,
        "issued": rfc3339(body.issued), "expires": rfc3339(body.expires),
        "threshold": body.stewards.threshold,
        "stewards": body.stewards.keys.iter().map(show_key).collect::<Vec<_>>(),
        "signed_by": signed.signatures.iter().map(|signature| show_key(&signature.key)).collect::<Vec<_>>(),
        "point_value": { "cents": body.point_value.cents, "points": body.point_value.points },
        "unspent_to": match body.unspent { UnspentFate::ToIssuers => None, UnspentFate::ToAssociation(id) => Some(id) },
        "stores": stores,
        "keysets": body.keysets.iter().map(keyset_json).collect::<Vec<_>>(),
        "associations": body.associations.iter().map(|association| {
            json!({ "id": association.id, "name": association.name, "closed": association.closed })
        }).collect::<Vec<_>>(),
        "campaigns": body.campaigns.iter().map(|campaign| {
            json!({
                "id": campaign.id, "name": campaign.name, "choices": *campaign.choices, "minimum": campaign.minimum,
                "end": rfc3339(campaign.end), "ballots_per_store": campaign.ballots_per_store,
            })
        }).collect::<Vec<_>>(),
        "offers": body.offers.iter().map(|offer| {
            json!({
                "id": offer.id, "name": offer.name, "value": offer.value, "funder": offer.funder,
                "issuers": *offer.issuers, "per_store": offer.per_store, "closed": offer.closed,
            })
        }).collect::<Vec<_>>(),
    })
}

fn keyset_json(keyset: &KeysetEntry) -> Value {
    json!({
        "id": keyset.id, "faults": keyset.faults, "denominations": *keyset.denominations,
        "votes": Quorum::new(keyset.members.len(), keyset.faults).ok().map(Quorum::votes),
        "issue_until": rfc3339(keyset.issue_until), "redeem_until": rfc3339(keyset.redeem_until),
        "members": keyset.members.iter().map(|member| member.store).collect::<Vec<_>>(),
    })
}

//! How the federation is, as this node sees it: charter, witnesses, logs, books, votes and gifts, evidence.

mod accounts;
mod committee;
mod evidence;
mod tally;
mod versions;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::StoreId;
use ronde_protocol::message::order::Seconds;

use super::say::{Say, Value};
use super::shell::Shell;
use super::{Pages, trouble};
use crate::http::Problem;

use accounts::Books;
use committee::{Condition, OwnLog, PeerLog, Witness};
use evidence::Piece;
use tally::Counting;
use versions::{Known as KnownVersions, VersionView};

pub(super) use tally::{Campaign, Gift};

/// What is kept between two readers.
#[derive(Default)]
pub(super) struct Known {
    versions: KnownVersions,
    tally: tally::Known,
}

#[derive(Template)]
#[template(path = "federation.html")]
struct Federation {
    shell: Shell,
    name: String,
    lead: String,
    condition: Vec<Condition>,
    facts: Facts,
    versions: Vec<VersionView>,
    witnesses: Vec<Witness>,
    own_logs: Vec<OwnLog>,
    peer_logs: Vec<PeerLog>,
    books: Vec<Books>,
    counting: Counting,
    campaigns: Vec<Campaign>,
    gifts: Vec<Gift>,
    evidence: Vec<Piece>,
    /// Witnesses that have a page of their own, for a shop that keeps no log.
    elsewhere: Vec<(String, String)>,
}

/// The charter that holds.
struct Facts {
    version: String,
    issued: String,
    expires: String,
    expired: bool,
    /// Two charters of one version: nothing is issued.
    forked: bool,
    signers: String,
    keys: Vec<String>,
    id: String,
    hash: String,
    shops: String,
    worth: String,
}

/// The page.
pub(super) async fn show(State(pages): State<Pages>, shell: Shell) -> Result<Response, Problem> {
    let desk = pages.site.desk();
    let charter = desk.charter();
    let status = desk.status().await?;
    let now = status.now_ms / 1000;
    let history = pages.known.versions.of(&pages.site, &charter)?;
    let keysets: Vec<_> = status.log.iter().map(|log| log.keyset).collect();
    let counted = pages.known.tally.count(desk, &keysets).await?;
    let books = desk.books().await?;
    let say = shell.say.clone();
    let page = Federation {
        name: history.name.clone(),
        lead: say.with(
            "federation-lead",
            &[("shop", Value::Text(shell.shop.clone())), ("time", Value::Text(say.moment(now)))],
        ),
        condition: committee::condition(&say, &charter, &status),
        facts: facts(&shell, &charter, now),
        versions: history.views(&say),
        witnesses: committee::witnesses(&say, &status, desk.store()),
        own_logs: committee::own_logs(&say, &status),
        peer_logs: committee::peer_logs(&say, &status),
        gifts: tally::gifts(&say, &charter, &books, &counted),
        books: accounts::books(&say, &charter, &books),
        campaigns: tally::campaigns(&say, &charter, &counted, now),
        counting: tally::counting(&say, &counted),
        evidence: evidence::pieces(&say, &charter, &pages.site)?,
        elsewhere: elsewhere(&charter),
        shell,
    };
    Ok(trouble::shown(say.language(), &page))
}

/// Votes as far as the logs are counted, and what each association was given by the books.
pub(super) async fn votes_and_gifts(
    pages: &Pages,
    say: &Say,
    charter: &Charter,
    now: Seconds,
) -> Result<(Vec<Campaign>, Vec<Gift>), Problem> {
    let desk = pages.site.desk();
    let keysets: Vec<_> = desk.status().await?.log.iter().map(|log| log.keyset).collect();
    let counted = pages.known.tally.count(desk, &keysets).await?;
    let books = desk.books().await?;
    let gifts = if books.is_empty() { Vec::new() } else { tally::gifts(say, charter, &books, &counted) };
    Ok((tally::campaigns(say, charter, &counted, now), gifts))
}

fn facts(shell: &Shell, charter: &Charter, now: u64) -> Facts {
    let say = &shell.say;
    let body = charter.body();
    let signatures = &charter.signed().signatures;
    let signed = body.stewards.keys.iter().filter(|key| signatures.iter().any(|signature| signature.key == **key));
    let keys: Vec<String> = signed.map(|key| hex::encode(key.0)).collect();
    let counts =
        [("signed", keys.len()), ("needed", body.stewards.threshold.into()), ("stewards", body.stewards.keys.len())];
    let counts = counts.map(|(name, count)| (name, Value::Number(u64::try_from(count).unwrap_or(u64::MAX))));
    let value = body.point_value;
    let worth = [("points", Value::Number(value.points)), ("amount", Value::Text(say.euros(value.cents)))];
    Facts {
        version: say.number(body.version),
        issued: say.day(body.issued),
        expires: say.day(body.expires),
        expired: now >= body.expires,
        forked: now < body.expires && !charter.allows_issuing(now),
        signers: say.with("charter-signers", &counts),
        keys,
        id: charter.federation().to_string(),
        hash: charter.hash().to_string(),
        shops: say.count("charter-shops", body.stores.len()),
        worth: say.with("charter-worth", &worth),
    }
}

/// Where witnesses of the newest keyset show their page.
fn elsewhere(charter: &Charter) -> Vec<(String, String)> {
    let Some(keyset) = charter.keysets().last() else { return Vec::new() };
    let stores = keyset.members().iter().filter_map(|member| charter.store(member.store()));
    let listed = stores.filter_map(|store| {
        let address = store.http.first()?.as_str().trim_end_matches('/');
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        is_web.then(|| (store.name.to_string(), format!("{address}/federation")))
    });
    listed.collect()
}

/// A store's name, or its number if the charter has none.
fn store_name(say: &Say, charter: &Charter, store: StoreId) -> String {
    let known = charter.store(store).map(|store| store.name.to_string());
    known.unwrap_or_else(|| say.of("shop-number", "id", store))
}

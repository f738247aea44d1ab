//! `books`: who owes what to whom, from certified orders.

use std::collections::{BTreeMap, BTreeSet};

use ronde_protocol::{
    machine::books::{Account, BooksError, Flow, Statement, postings},
    message::{evidence::conflict, ids::OrderDigest, log::CertifiedOrder, order::Order},
};
use serde::{Deserialize, Serialize};

use super::{
    given::{keyset, named, walk},
    votes::bad_certificate,
};
use crate::answer::{Octets, Refused};

/// Certified orders of one keyset, in the order in which a witness wrote them down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BooksInput {
    charters: Vec<Octets>,
    keyset: u32,
    certified: Vec<Octets>,
}

/// Every account that anything flowed to or from, stores first, then associations, then the pool.
#[derive(Serialize)]
pub struct Books {
    accounts: Vec<Line>,
}

/// An account.
#[derive(Serialize)]
pub struct Line {
    account: Account,
    flows: BTreeMap<String, u64>,
    position: i64,
}

/// Books certified orders: each once, and of two that contradict each other the first.
pub fn books(BooksInput { charters, keyset: id, certified }: BooksInput) -> Result<Books, Refused> {
    let charter = walk(&charters)?;
    let keyset = keyset(&charter, id)?;
    let mut accounts: BTreeMap<Account, Statement> = BTreeMap::new();
    let mut known: BTreeSet<OrderDigest> = BTreeSet::new();
    let mut booked: Vec<Order> = Vec::new();
    for (at, bytes) in certified.iter().enumerate() {
        let place = |refused: Refused| refused.with("at", at);
        let CertifiedOrder { order, certificate } = bytes.read().map_err(place)?;
        let digest = order.digest();
        certificate.verify(keyset, &digest).map_err(|error| place(bad_certificate(&error)))?;
        if !known.insert(digest) || booked.iter().any(|other| conflict(&order, other)) {
            continue;
        }
        let lines = postings(&order, &charter).map_err(|error| place(named(&error)))?;
        for line in lines {
            let statement = accounts.entry(line.account).or_default();
            let added = statement.add(line.flow, line.points);
            added.map_err(|error| place(named(&BooksError::Overflow(error))))?;
        }
        booked.push(order);
    }
    accounts
        .into_iter()
        .map(|(account, statement)| Line::of(account, &statement))
        .collect::<Result<_, _>>()
        .map(|accounts| Books { accounts })
}

impl Line {
    fn of(account: Account, statement: &Statement) -> Result<Self, Refused> {
        let flows = Flow::ALL.iter().map(|flow| (flow, statement.flow(*flow).0)).filter(|(_, points)| *points > 0);
        let name = |flow: &Flow| serde_json::to_value(flow).ok().and_then(|name| name.as_str().map(str::to_owned));
        let flows = flows.filter_map(|(flow, points)| name(flow).map(|name| (name, points))).collect();
        let position = i64::try_from(statement.position()).map_err(|_| Refused::named("overflow"))?;
        Ok(Self { account, flows, position })
    }
}

//! The specification's tables of problems and refusals say what the node answers.

use std::collections::BTreeMap;

use ronde_node::http::{Code, Problem};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{AssociationId, FederationId, KeysetId, Reference, StoreId};
use ronde_protocol::message::order::{Inputs, Order, Outputs, Purpose};
use ronde_protocol::message::refusal::{Conflict, ConflictingOrder, ExpectedCode, NotVoting, Refusal, Rule};

const HTTP: &str = include_str!("../../spec/15-http.md");
const ERRORS: &str = include_str!("../../spec/22-errors.md");

/// Rows of the table whose head begins so, without quotes. There are some.
fn table(page: &str, head: &str) -> Vec<Vec<String>> {
    let rows = page.lines().skip_while(|line| !line.starts_with(head)).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    let rows: Vec<Vec<String>> = rows.skip(2).map(cells).collect();
    assert!(!rows.is_empty(), "no table begins with {head:?}");
    rows
}

/// HTTP-15.
#[test]
fn every_code_has_the_status_the_retryability_and_the_titles_of_its_row() {
    let specified = table(HTTP, "| code | status |");
    let coded = Code::ALL.iter().map(|code| {
        let [english, french] = code.titles();
        let retryable = if code.is_retryable() { "yes" } else { "no" };
        [code.name(), &code.status().as_u16().to_string(), retryable, english, french].map(str::to_owned).to_vec()
    });
    assert_eq!(specified, coded.collect::<Vec<_>>());
    let explained = table(HTTP, "| code | when |");
    for row in explained {
        for name in row[0].split(", ") {
            assert!(Code::ALL.iter().any(|code| code.name() == name), "{name} is explained and does not exist");
        }
    }
}

fn conflict(purpose: Purpose, certified: bool) -> Refusal {
    let order = Order {
        federation: FederationId([1; 32]),
        keyset: KeysetId(1),
        store: StoreId(1),
        purpose,
        reference: Reference([2; 32]),
        time: 0,
        inputs: Inputs::default(),
        outputs: Outputs::default(),
    };
    let (keyset, digest) = (order.keyset, order.digest());
    let certificate = certified.then(|| Certificate { keyset, digest, votes: Bounded::default() });
    Refusal::Conflict(Box::new(Conflict { other: ConflictingOrder::Certified(order), certificate }))
}

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::BadEncoding { offset: 0, expected: ExpectedCode::End },
        Refusal::OtherFederation,
        Refusal::CharterBehind,
        Refusal::CharterExpired,
        Refusal::Closed,
        Refusal::Invalid(Rule::Inputs),
        Refusal::BadSignature,
        Refusal::CoinUnknown,
        Refusal::NoColumn,
        Refusal::ClockSkew { ahead: 1 },
        Refusal::LimitExceeded { left: Points(1) },
        conflict(Purpose::Swap, true),
        Refusal::NotVoting(NotVoting::Retired),
        Refusal::BadCertificate,
        Refusal::Unknown,
        Refusal::Forbidden,
        Refusal::Busy,
        Refusal::StorageFailed,
        Refusal::RolloverBehind,
    ]
}

/// ERROR-2.
#[test]
fn every_refusal_becomes_the_code_and_status_of_its_row() {
    let registry: BTreeMap<String, Vec<String>> =
        table(ERRORS, "| refusal | name |").into_iter().map(|row| (row[0].clone(), row)).collect();
    assert_eq!(registry.len(), refusals().len());
    for refusal in refusals() {
        let debug = format!("{refusal:?}");
        let row = &registry[debug.split(|c: char| !c.is_alphanumeric()).next().unwrap()];
        let code = Problem::from(refusal).code();
        assert_eq!(row[5], code.status().as_u16().to_string(), "{debug}");
        // A conflict's code has a table of its own.
        assert!(row[4] == code.name() || row[4] == "as below", "{debug}: {}", code.name());
    }
}

/// ERROR-2.
#[test]
fn a_conflicts_code_is_by_purpose_and_certificate_of_the_order_in_the_way() {
    let pledge = Purpose::Pledge { association: AssociationId(1), points: Points(1) };
    for row in table(ERRORS, "| the order in the way | certified |") {
        let purposes = match row[0].as_str() {
            "Earn" => vec![Purpose::Earn],
            "Pledge" => vec![pledge],
            "any other" => vec![Purpose::Redeem, Purpose::Swap, Purpose::Donate { association: AssociationId(1) }],
            "any" => vec![Purpose::Earn, pledge, Purpose::Redeem, Purpose::Swap],
            other => panic!("no purpose: {other}"),
        };
        for purpose in purposes {
            let code = Problem::from(conflict(purpose, row[1] == "yes")).code();
            assert_eq!(code.name(), row[2], "{row:?}");
        }
    }
}

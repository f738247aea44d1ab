//! Every refusal as a reply.

use ronde_protocol::message::{
    amount::Points,
    refusal::{Conflict, ConflictingOrder, ExpectedCode, NotVoting, Refusal, Rule},
    wire::{Reply, ReplyV1},
};

use super::samples::{by_coins, certificate, redeem};
use super::{Tests, good};

const RULES: [(&str, Rule); 15] = [
    ("inputs", Rule::Inputs),
    ("outputs", Rule::Outputs),
    ("kind", Rule::Kind),
    ("denomination", Rule::Denomination),
    ("output-keyset", Rule::OutputKeyset),
    ("balance", Rule::Balance),
    ("overflow", Rule::Overflow),
    ("store", Rule::Store),
    ("reference", Rule::Reference),
    ("pledge-day", Rule::PledgeDay),
    ("ballot", Rule::Ballot),
    ("choice", Rule::Choice),
    ("issuer", Rule::Issuer),
    ("authorization", Rule::Authorization),
    ("columns", Rule::Columns),
];

const EXPECTED: [(&str, ExpectedCode); 9] = [
    ("more-bytes", ExpectedCode::MoreBytes),
    ("end", ExpectedCode::End),
    ("shorter", ExpectedCode::Shorter),
    ("variant", ExpectedCode::Variant),
    ("flag", ExpectedCode::Flag),
    ("text", ExpectedCode::Text),
    ("canonical", ExpectedCode::Canonical),
    ("element", ExpectedCode::Element),
    ("sorted", ExpectedCode::Sorted),
];

fn plain() -> [(&'static str, Refusal); 17] {
    [
        ("other-federation", Refusal::OtherFederation),
        ("charter-behind", Refusal::CharterBehind),
        ("charter-expired", Refusal::CharterExpired),
        ("closed", Refusal::Closed),
        ("bad-signature", Refusal::BadSignature),
        ("coin-unknown", Refusal::CoinUnknown),
        ("no-column", Refusal::NoColumn),
        ("clock-skew", Refusal::ClockSkew { ahead: 700 }),
        ("limit-exceeded", Refusal::LimitExceeded { left: Points(12) }),
        ("starting", Refusal::NotVoting(NotVoting::Starting)),
        ("retired", Refusal::NotVoting(NotVoting::Retired)),
        ("bad-certificate", Refusal::BadCertificate),
        ("unknown", Refusal::Unknown),
        ("forbidden", Refusal::Forbidden),
        ("busy", Refusal::Busy),
        ("storage-failed", Refusal::StorageFailed),
        ("rollover-behind", Refusal::RolloverBehind),
    ]
}

/// All of them.
pub fn tests() -> Tests {
    let refused = |slug: &str, comment: &str, refusal: Refusal| {
        good(&format!("reply-refused-{slug}"), comment, "Reply", &Reply::V1(ReplyV1::Refused(refusal)))
    };
    let mut tests = Vec::new();
    for (name, refusal) in plain() {
        tests.push(refused(name, &format!("refused: {name}"), refusal));
    }
    for (name, rule) in RULES {
        tests.push(refused(
            &format!("invalid-{name}"),
            &format!("an order that breaks the rule {name}"),
            Refusal::Invalid(rule),
        ));
    }
    for (name, expected) in EXPECTED {
        let refusal = Refusal::BadEncoding { offset: 40, expected };
        tests.push(refused(&format!("bad-encoding-{name}"), &format!("at byte 40 should have stood: {name}"), refusal));
    }
    let signed = || ConflictingOrder::Signed(by_coins(redeem()));
    let certified = || ConflictingOrder::Certified(redeem());
    for (slug, comment, other, certificate) in [
        ("signed", "another order holds the coin", signed(), None),
        ("signed-and-certified", "it is certified, and its signature is at hand", signed(), Some(certificate())),
        ("certified", "it is certified", certified(), Some(certificate())),
    ] {
        let conflict = Conflict { other, certificate };
        tests.push(refused(&format!("conflict-{slug}"), comment, Refusal::Conflict(Box::new(conflict.clone()))));
        tests.push(good(&format!("conflict-{slug}"), comment, "Conflict", &conflict));
    }
    tests.push(good("refusal", "a refusal on its own", "Refusal", &Refusal::ClockSkew { ahead: 700 }));
    tests
}

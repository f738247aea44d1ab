use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{Grant, GrantTerms};
use ronde_protocol::machine::till::sale::{Return, Settled};
use ronde_protocol::message::amount::Points;
use serde_json::Value;

use super::told;
use crate::http::picture;
use crate::shop::{MadeGrant, TakenBack};

fn made() -> MadeGrant {
    let terms = GrantTerms { points: Points(7), ..GrantTerms::default() };
    let (grant, secret) = Grant::new(terms, [0; 32], 0, 1000, Entropy::new([1; 32]));
    MadeGrant { id: "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap(), grant, secret, detail: None }
}

/// What is too long to be kept would be refused, and the goods never taken back.
#[test]
fn the_codes_of_long_links_keep_no_answer_from_being_kept() {
    let answer = Return { points_back: Points(7), money: Cents(1), deduct: Cents(0), instead: None };
    let settled = Settled { points: Points(7), pay: Cents(1), owed: Cents(0) };
    let left = (Cents(2), Cents(2));
    let taken = TakenBack { answer, settled, back: Some(made()), withdrawn: None, instead: Some(made()), left };
    for base in ["https://store.example".to_owned(), format!("https://{}", "a".repeat(192))] {
        let told = told(&base, &taken);
        assert!(told.body.len() < 2048, "{} bytes are kept", told.body.len());
        let object: Value = serde_json::from_slice(&picture::draw(told.body)).unwrap();
        for grant in [&object["back"], &object["instead"]] {
            assert!(grant["claim_url"].as_str().unwrap().starts_with(&base));
            assert!(grant["qr_svg"].as_str().unwrap().starts_with("<?xml"));
        }
    }
}

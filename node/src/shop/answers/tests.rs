use ronde_protocol::crypto::{Entropy, hash, labels};

use super::{Answer, Known, Once, RepeatError, answer_once};
use crate::shop::ShopError;
use crate::store::{Engine as _, MemoryEngine, Transaction};

const REQUEST: [&[u8]; 3] = [b"POST", b"/v1/grants", b"{}"];

fn once(token: &str, parts: &[&[u8]]) -> Once {
    Once::new(token, "a key", parts, Entropy::new([7; 32]))
}

fn answer(transaction: &mut dyn Transaction, once: &Once, body: &str) -> Result<Answer, ShopError> {
    answer_once(transaction, Some(once), 100, |_| Ok(Answer { status: 201, body: body.into() }))
}

/// HTTP-11, HTTP-12.
#[test]
fn an_answer_that_an_earlier_program_kept_is_given_again() {
    let mut engine = MemoryEngine::new();
    let mut transaction = engine.begin().unwrap();
    let earlier = Once { request: hash::derive(labels::REQUEST_HASH, &REQUEST), ..once("a token", &REQUEST) };
    assert_eq!(answer(&mut *transaction, &earlier, "the first").unwrap().body, b"the first");
    let again = once("a token", &REQUEST);
    assert_eq!(answer(&mut *transaction, &again, "another").unwrap().body, b"the first");
    let other = once("a token", &[b"POST", b"/v1/grants", b"[]"]);
    assert!(matches!(answer(&mut *transaction, &other, "x"), Err(ShopError::Repeat(RepeatError::Mismatch))));
}

/// HTTP-10.
#[test]
fn one_request_of_two_tills_has_two_hashes() {
    assert_ne!(once("a token", &REQUEST).request, once("another token", &REQUEST).request);
    assert!(matches!(
        once("another token", &REQUEST).look(&*MemoryEngine::new().begin().unwrap()).unwrap(),
        Known::Nothing
    ));
}

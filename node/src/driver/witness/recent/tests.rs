use super::*;

fn digest(number: usize) -> OrderDigest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
    OrderDigest(bytes)
}

#[test]
fn an_order_is_certified_for_ever_and_an_unknown_one_is_nothing() {
    let recent = Recent::default();
    assert!(!recent.is_certified(&digest(1)) && !recent.is_voted(&digest(1)));
    recent.note(Outcome::Voted(digest(1)));
    assert!(recent.is_voted(&digest(1)) && !recent.is_certified(&digest(1)));
    recent.note(Outcome::Certified(digest(1)));
    recent.note(Outcome::Voted(digest(1)));
    assert!(recent.is_certified(&digest(1)) && !recent.is_voted(&digest(1)));
    recent.note(Outcome::Refused);
}

#[test]
fn the_oldest_are_forgotten_when_there_are_too_many() {
    let recent = Recent::default();
    (0..=REMEMBERED).for_each(|number| recent.note(Outcome::Certified(digest(number))));
    assert!(!recent.is_certified(&digest(0)));
    assert!(recent.is_certified(&digest(1)) && recent.is_certified(&digest(REMEMBERED)));
    let known = recent.known();
    assert_eq!((known.certified.len(), known.by_age.len()), (REMEMBERED, REMEMBERED));
}

use super::*;

#[test]
fn an_order_is_certified_for_ever_and_an_unknown_one_is_nothing() {
    let (recent, digest) = (Recent::default(), OrderDigest([7; 32]));
    assert!(!recent.is_certified(&digest) && !recent.is_voted(&digest));
    recent.note(Outcome::Voted(digest));
    assert!(recent.is_voted(&digest) && !recent.is_certified(&digest));
    recent.note(Outcome::Certified(digest));
    recent.note(Outcome::Voted(digest));
    assert!(recent.is_certified(&digest) && !recent.is_voted(&digest));
    recent.note(Outcome::Refused);
}

use super::*;

fn digest(number: usize) -> OrderDigest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
    OrderDigest(bytes)
}

#[test]
fn what_is_known_of_an_order_can_be_changed() {
    let mut latest = Latest::default();
    assert_eq!(latest.get(&digest(1)), None);
    *latest.entry(digest(1), 7) += 1;
    *latest.entry(digest(1), 7) += 1;
    assert_eq!(latest.get(&digest(1)), Some(&9));
}

#[test]
fn the_oldest_are_forgotten_when_there_are_too_many() {
    let mut latest = Latest::default();
    for number in 0..=REMEMBERED {
        latest.entry(digest(number), ());
        latest.entry(digest(number), ());
    }
    assert_eq!((latest.get(&digest(0)), latest.get(&digest(1))), (None, Some(&())));
    assert_eq!(latest.get(&digest(REMEMBERED)), Some(&()));
    assert_eq!((latest.known.len(), latest.by_age.len()), (REMEMBERED, REMEMBERED));
}

use ronde_protocol::message::codec::{decode, encode};

use super::{Kept, Totals};

/// The numbers of an hour as version 1 wrote them: which form, then twelve.
fn first_form() -> Vec<u8> {
    let numbers = (1..=12_u64).flat_map(u64::to_le_bytes);
    0_u32.to_le_bytes().into_iter().chain(numbers).collect()
}

#[test]
fn hours_of_earlier_programs_are_read() {
    let totals = decode::<Kept>(&first_form(), 1000).unwrap().totals();
    assert_eq!((totals.baskets, totals.cents, totals.granted, totals.claims), (1, 2, 3, 7));
    assert_eq!((totals.checkouts, totals.pledged, totals.pledges_refused), (9, 11, 12));
    assert_eq!((totals.goodwill, totals.returns, totals.cents_held), (0, 0, 0));
}

#[test]
fn every_number_is_kept_and_added() {
    let mut totals = Totals::default();
    totals.numbers().into_iter().zip(1..).for_each(|(number, value)| *number = value);
    let mut twice = decode::<Kept>(&encode(&Kept::of(totals)), 1000).unwrap().totals();
    assert_eq!(twice, totals);
    twice.add(&totals);
    assert!(twice.numbers().into_iter().zip(1..).all(|(number, value)| *number == 2 * value));
    assert_eq!((twice.baskets, twice.cents_held), (2, 34));
}

/// A table's head names what stands below it.
#[test]
fn every_number_has_the_name_of_its_member() {
    let mut totals = Totals::default();
    totals.numbers().into_iter().zip(1..).for_each(|(number, value)| *number = value);
    let members = serde_json::to_value(totals).unwrap();
    for (name, value) in Totals::NAMES.into_iter().zip(1..) {
        assert_eq!(members[name], value, "{name}");
    }
    assert_eq!(members.as_object().unwrap().len(), Totals::NAMES.len());
}

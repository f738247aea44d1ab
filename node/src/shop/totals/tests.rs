use ronde_protocol::message::codec::{decode, encode};

use super::{Kept, Totals};

/// The numbers of an hour as earlier programs wrote them: which form, then so many.
fn earlier_form(form: u32, numbers: u64) -> Vec<u8> {
    let numbers = (1..=numbers).flat_map(u64::to_le_bytes);
    form.to_le_bytes().into_iter().chain(numbers).collect()
}

#[test]
fn hours_of_earlier_programs_are_read() {
    let totals = decode::<Kept>(&earlier_form(0, 12), 1000).unwrap().totals();
    assert_eq!((totals.baskets, totals.cents, totals.granted, totals.claims), (1, 2, 3, 7));
    assert_eq!((totals.checkouts, totals.pledged, totals.pledges_refused), (9, 11, 12));
    assert_eq!((totals.goodwill, totals.returns, totals.cents_held), (0, 0, 0));
    let totals = decode::<Kept>(&earlier_form(1, 17), 1000).unwrap().totals();
    assert_eq!((totals.pledges_refused, totals.goodwill, totals.cents_held, totals.late_back), (12, 13, 17, 0));
}

#[test]
fn every_number_is_kept_and_added() {
    let mut totals = Totals::default();
    totals.numbers().into_iter().zip(1..).for_each(|(number, value)| *number = value);
    let mut twice = decode::<Kept>(&encode(&Kept::of(totals)), 1000).unwrap().totals();
    assert_eq!(twice, totals);
    twice.add(&totals);
    assert!(twice.numbers().into_iter().zip(1..).all(|(number, value)| *number == 2 * value));
    assert_eq!((twice.baskets, twice.cents_held, twice.went_back), (2, 34, 36));
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

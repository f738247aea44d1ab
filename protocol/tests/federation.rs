//! The test federation itself is one that the charter's rules accept.

use crate::federation_support;

use federation_support::{KEYSET, Plan, federation, planned};

#[test]
fn federations_of_every_usual_size_are_valid() {
    for witnesses in [1, 3, 4, 7] {
        let federation = federation(witnesses);
        assert_eq!(federation.indices(KEYSET).len(), witnesses);
    }
}

#[test]
fn a_store_need_not_be_a_witness() {
    let federation = planned(&Plan { stores: 6, keysets: 2, ..Plan::of(4) });
    assert_eq!(federation.charter.body().stores.len(), 6);
    assert_eq!(federation.charter.keysets().count(), 2);
}

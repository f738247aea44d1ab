//! Codes by which people speak of a grant or a checkout (TILL-19).

use proptest::prelude::*;
use ronde_protocol::machine::till::code::{NotACode, OrderCode};

#[test]
fn a_code_is_the_first_forty_bits_in_crockford_s_base32() {
    let id = |first: [u8; 5]| {
        let mut id = [0xee; 16];
        id[..5].copy_from_slice(&first);
        OrderCode::of(&id).to_string()
    };
    assert_eq!(id([0; 5]), "00000000");
    assert_eq!(id([0xff; 5]), "ZZZZZZZZ");
    assert_eq!(id([0x00, 0x44, 0x32, 0x14, 0xc7]), "01234567");
    assert_eq!(id([0x84, 0x65, 0x3a, 0x56, 0xd7]), "GHJKMNPQ");
}

/// What people read out and write down.
#[test]
fn a_code_is_read_as_people_write_it() {
    let code: OrderCode = "01AB-CD10".parse().unwrap();
    for written in ["01abcd10", "O1AB CD1o", "oiab-cdl0", "-0-LABCDI0-", " 01ABCD10 "] {
        assert_eq!(written.parse(), Ok(code), "{written}");
    }
    for wrong in ["", "-", "01ABCD1", "01ABCD101", "01ABCDU0", "01ABCD1é", "01AB_CD10", "01ABCD1\u{ff10}"] {
        assert_eq!(wrong.parse::<OrderCode>(), Err(NotACode), "{wrong}");
    }
}

proptest! {
    #[test]
    fn every_code_is_read_back(id in any::<[u8; 16]>()) {
        let code = OrderCode::of(&id);
        prop_assert_eq!(code.to_string().len(), 8);
        prop_assert_eq!(code.to_string().parse(), Ok(code));
        prop_assert_eq!(&code.bytes()[..], &id[..5]);
    }
}

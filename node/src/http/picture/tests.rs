use ronde_protocol::crypto::{hash, labels};
use serde::Serialize;
use serde_json::Value;

use super::{draw, of};
use crate::qr;

#[derive(Serialize)]
struct Grant<'a> {
    reason: &'a str,
    qr_svg: Option<String>,
    after: u8,
}

const LINK: &str = "https://shop.example/a\"quoted\\place/g/AAAAAAAAAAAAAAAAAAAAAA#AAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn each_picture_is_drawn_in_its_place_and_no_other_text_is_touched() {
    let liar = "\"qr_svg\":\"draw:https://evil.example\"";
    let other = format!("{LINK}2");
    let grants = [
        Grant { reason: liar, qr_svg: of(LINK), after: 1 },
        Grant { reason: "draw:x", qr_svg: None, after: 2 },
        Grant { reason: "", qr_svg: of(&other), after: 3 },
    ];
    let drawn: Value = serde_json::from_slice(&draw(serde_json::to_vec(&grants).unwrap())).unwrap();
    for (at, (grant, picture)) in grants.iter().zip([Some(LINK), None, Some(other.as_str())]).enumerate() {
        assert_eq!(drawn[at]["reason"], grant.reason);
        assert_eq!(drawn[at]["qr_svg"].as_str().map(str::to_owned), picture.map(|link| qr::svg(link).unwrap()));
        assert_eq!(drawn[at]["after"], grant.after);
    }
}

/// HTTP-11: an earlier program kept the picture itself.
#[test]
fn an_answer_that_has_its_picture_already_is_left_as_it_is() {
    let whole = serde_json::to_vec(&Grant { reason: "", qr_svg: qr::svg(LINK).ok(), after: 0 }).unwrap();
    assert_eq!(draw(whole.clone()), whole);
    assert_eq!(draw(b"{\"qr_svg\":\"draw:".to_vec()), b"{\"qr_svg\":\"draw:", "what is no JSON, too");
}

#[test]
fn a_link_that_is_too_long_has_no_picture_and_the_longest_has() {
    let long = "x".repeat(qr::LONGEST);
    assert!(of(&long).is_some() && qr::svg(&long).is_ok());
    let longer = "x".repeat(qr::LONGEST + 1);
    assert!(of(&longer).is_none() && qr::svg(&longer).is_err());
}

/// HTTP-11: what was kept before an upgrade is drawn after it. If this differs, the library draws another way: have what is
/// kept told with its own drawing, for a week after the upgrade.
#[test]
fn a_link_is_drawn_as_ever() {
    let drawn = qr::svg("https://shop.example/g/AAAAAAAAAAAAAAAAAAAAAA#AAAA").unwrap();
    let hash = hash::derive(labels::REQUEST_HASH, &[drawn.as_bytes()]);
    assert_eq!(
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "fce0311f2d261d22047903865170b136047e0f86e5ba402b988de1de2aa885e6"
    );
}

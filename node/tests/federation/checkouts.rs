//! Payments at a till.

use ronde_protocol::message::offer::SignedOffer;
use ronde_protocol::message::order::{Purpose, SignedOrder};
use serde_json::json;

use super::{Town, http, orders};

/// A till of the store opens a checkout over 8 points; its path, and the payment of 8 with 1 back.
pub fn open(town: &Town, store: u32, till: &str) -> (String, SignedOrder) {
    let body = json!({ "max_points": 8, "step": 1, "reference": "basket 1", "expires_in": 3600 });
    let opened = http("POST", &town.url(store, "/v1/checkouts"), Some(till), Some(&body));
    assert_eq!(opened.status, 201, "{opened:?}");
    let path = format!("/v1/checkouts/{}", opened.body["id"].as_str().unwrap());
    let offer: SignedOffer = town.get(store, &format!("{path}/offer")).member("offer");
    let reference = offer.offer.reference();
    let coin = u64::from(store) * 100;
    let signed = orders::pay(&town.federation, store, Purpose::Redeem, reference, &[(coin, 8)], &[(coin + 1, 1)]);
    assert_eq!(signed.order.time, offer.offer.time, "the clocks of these tests stand still");
    (path, signed)
}

/// What a till is told of a checkout.
pub fn state(town: &Town, store: u32, path: &str, till: &str) -> String {
    let shown = http("GET", &town.url(store, path), Some(till), None);
    shown.body["state"].as_str().unwrap_or_else(|| panic!("{shown:?}")).to_owned()
}

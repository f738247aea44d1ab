//! A shop hears once that an order is certified, however long a witness is down.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod heard;

use federation::{Town, eventually, on_disk, orders};
use heard::Heard;
use tracing_subscriber::filter::LevelFilter;

/// STORE-11: the order is pushed again and again; STORE-10: what the till hears of is the certificate, not the pushing.
#[test]
fn a_witness_that_is_down_does_not_make_an_order_certified_once_more_at_every_sweep() {
    let heard = Heard::listen(LevelFilter::INFO);
    let mut town = Town::open(4, on_disk);
    town.stop(4);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    let code = hex::encode(&signed.order.digest().0[..4]);
    let certified = || {
        let log = String::from_utf8(heard.bytes()).unwrap();
        log.lines().filter(|line| line.contains("certified") && line.contains(&code)).count()
    };
    assert_eq!(certified(), 1);
    let open = |town: &Town, count: u64| town.get(1, "/v1/status").body["open_orders"] == count;
    eventually("it is set aside", || open(&town, 0));
    eventually("it is taken up again", || open(&town, 1));
    eventually("it is set aside once more", || open(&town, 0));
    assert_eq!(certified(), 1, "told at the first sweep only");
    town.start(4, on_disk);
    eventually("the last witness holds it", || town.has_certified(4, &signed));
    assert_eq!(certified(), 1);
}

use clap::{CommandFactory as _, Parser as _};

use super::{Options, Profile};
use crate::mix::Deed;

fn parse(typed: &str) -> Result<Options, clap::Error> {
    Options::try_parse_from(std::iter::once("load").chain(typed.split_whitespace()))
}

#[test]
fn options_go_together_or_not() {
    Options::command().debug_assert();
    let plain = parse("").unwrap();
    assert_eq!(
        (plain.profile, plain.mix().unwrap().to_string()),
        (Profile::N4, "redeem=70,swap=10,earn=20".to_owned())
    );
    assert!(parse("n1").unwrap().mix().unwrap().is_only(Deed::Swap));
    assert!(parse("n7 --only redeem --rate 0.5").unwrap().mix().unwrap().is_only(Deed::Redeem));
    for wrong in
        ["--rate 0", "--rate x", "--rate 1 --clients 1", "--only x", "--only swap --mix swap=1", "n5", "--soak 1"]
    {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

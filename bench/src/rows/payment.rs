//! Rows of the wallet, and of a payment as a whole.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Other, Row};
use crate::{
    fail::Failed,
    figures::Wire,
    floor,
    ours::{self, four_stores, payment::Town, witnesses},
    peers::{credit, voprf},
    stream::Stream,
};

/// Row 3.
pub fn wallet(stream: &mut Stream) -> Result<Row, Failed> {
    let all = Rc::new(witnesses(&four_stores()));
    ours::wallet::prove_that_it_works(&all, stream)?;
    let Some(first) = all.first() else { return Err("no witness".to_owned()) };
    voprf::prove_that_it_works(&voprf::Server::new(first, stream)?, stream)?;
    let [one, four] = voprf::clients(first, stream)?;
    let others = vec![
        Other::peer(
            one,
            "one info for all 8, and a hash at the end. Ours blinds once for 4 witnesses; coin keys are made before",
        )
        .bar(0.45),
        Other::peer(four, "the peer's client given what is ours by design: one blinded element for four servers"),
        Other::floor(
            floor::of_wallet(),
            "unblinding and a quarter of blinding by constant-time multiplication, one 128-bit term in each of the \
             proof's two sums",
        ),
    ];
    Ok(Row {
        what: "a wallet blinds 8 outputs, verifies 4 witnesses' proofs and unblinds, from bytes to bytes",
        unit: "output and witness",
        us: ours::wallet::side(&all),
        others,
        wire: None,
    })
}

/// Row 5.
pub fn whole(stream: &mut Stream) -> Result<Row, Failed> {
    let town = Rc::new(RefCell::new(Town::new()?));
    let (outside, within) = ours::payment::prove_that_it_works(&mut town.borrow_mut(), stream)?;
    let issuer = credit::Issuer::new(stream);
    let bytes = credit::prove_that_it_works(&issuer, stream)?;
    let peer = Other::peer(
        credit::paying(&Rc::new(issuer)),
        "spend and refund with one issuer that nobody checks. Ours has four witnesses, votes, certificate, logs and books in \
         memory, the store's check and a proof for each witness",
    );
    Ok(Row {
        what: "a whole payment: 4 coins, 3 of change, wallet, store and 4 witnesses, every message encoded and decoded",
        unit: "payment",
        us: ours::payment::side(&town),
        others: vec![peer.bar(0.5)],
        wire: Some(Wire { us: outside, peer: bytes, us_within: within }),
    })
}

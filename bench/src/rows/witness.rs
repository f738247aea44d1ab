//! Rows of what a witness does.

use std::rc::Rc;

use super::{Other, Row};
use crate::{
    fail::{Failed, OrFail},
    figures::Against,
    floor,
    ours::{self, Witness, four_stores, queue::Queue, vote, witnesses},
    pace::Side,
    peers::{bls, bypass, ed25519, privacy_pass, rsa, voprf},
    stream::Stream,
};

fn witness() -> Result<Witness, Failed> {
    witnesses(&four_stores()).into_iter().next().or_fail("a witness")
}

/// Row 1 with one order of eight coins.
pub fn checks_one_order(stream: &mut Stream) -> Result<Row, Failed> {
    checks(1, 0.85, stream)
}

/// Row 1 with eight.
pub fn checks_eight_orders(stream: &mut Stream) -> Result<Row, Failed> {
    checks(8, 0.66, stream)
}

/// Row 1 with 64, and with all others that redeem something.
pub fn checks_64_orders(stream: &mut Stream) -> Result<Row, Failed> {
    let mut row = checks(64, 0.56, stream)?;
    for floor in row.others.iter_mut().filter(|other| other.against == Against::Floor) {
        floor.bar = Some(1.7);
    }
    let server = Rc::new(voprf::Server::new(&witness()?, stream)?);
    let token = bypass::Server::new(stream);
    bypass::prove_that_it_works(&token, stream)?;
    let (ristretto, p384) = (privacy_pass::Private::new()?, privacy_pass::Private::new()?);
    let public = privacy_pass::Public::new(stream)?;
    ristretto.prove_that_it_works()?;
    p384.prove_that_it_works()?;
    public.prove_that_it_works(stream)?;
    let (keys, signer) = (rsa::keys(stream)?, bls::Signer::new(stream)?);
    rsa::prove_that_it_works(&keys, stream)?;
    bls::prove_that_it_works(&signer, stream)?;
    let others = [
        (voprf::redeeming_without_info(&server), "one class only, nobody signs for the coin"),
        (bypass::redeeming(&Rc::new(token)), "one class only; a MAC by the client stands for our signature"),
        (privacy_pass::redeeming_ristretto(ristretto), "one class only, nobody signs; remembers nonces in memory"),
        (privacy_pass::redeeming_p384(p384), "the same over a curve of 384 bits"),
        (privacy_pass::redeeming_public(public), "anybody can check it; 256 bytes a token"),
        (rsa::verifying(&Rc::new(keys)), "anybody can check it; 256 bytes a token"),
        (bls::verifying(&Rc::new(signer)), "anybody can check it; one key per class"),
    ];
    row.others.extend(others.map(|(side, note)| Other::peer(side, note)));
    Ok(row)
}

fn checks(orders: u32, bar: f64, stream: &mut Stream) -> Result<Row, Failed> {
    let witness = Rc::new(witness()?);
    ours::check::prove_that_it_works(&witness, stream)?;
    floor::prove_that_it_works(stream)?;
    let server = voprf::Server::new(&witness, stream)?;
    voprf::prove_that_it_works(&server, stream)?;
    let what = match orders {
        1 => "a witness checks the coins of one order of 8, from bytes",
        8 => "a witness checks the coins of 8 orders of 8, from bytes",
        _ => "a witness checks the coins of 64 orders of 8, from bytes",
    };
    let peer = Other::peer(
        voprf::redeeming(&Rc::new(server)),
        "nobody signs for the coin: whoever sees the token can spend it. Ours has the spend signature; not the order's digest",
    );
    let floor = Other::floor(
        floor::of_checking(orders * ours::COINS),
        "decode P and N, hash to the group, one 128-bit term in each of two sums over all coins",
    );
    Ok(Row {
        what,
        unit: "coin",
        us: ours::check::side(&witness, orders),
        others: vec![peer.bar(bar), floor],
        wire: None,
    })
}

fn queue(stream: &mut Stream) -> Result<Rc<Queue>, Failed> {
    let queue = Queue::new()?;
    ours::queue::prove_that_it_works(&queue, stream)?;
    Ok(Rc::new(queue))
}

/// A queue with a wrong column in it: what the wrong one costs the others.
pub fn poisoned_queue(stream: &mut Stream) -> Result<Row, Failed> {
    let queue = queue(stream)?;
    let what = "a witness prepares 64 waiting orders of 4 coins from 8 stores, one of them with a wrong MAC";
    let beside = Other::peer(ours::queue::one_by_one(&queue), "ourselves: the same orders, all good, each by itself");
    Ok(queue_row(what, ours::queue::poisoned(&queue), beside.bar(1.3)))
}

/// The same queue, all good.
pub fn whole_queue(stream: &mut Stream) -> Result<Row, Failed> {
    let queue = queue(stream)?;
    let what = "a witness prepares 64 waiting orders of 4 coins from 8 stores, all good";
    let beside = Other::peer(ours::queue::one_by_one(&queue), "ourselves: the same orders, each by itself");
    Ok(queue_row(what, ours::queue::together(&queue), beside))
}

fn queue_row(what: &'static str, us: Side, beside: Other) -> Row {
    Row { what, unit: "order", us, others: vec![beside], wire: None }
}

/// Row 2.
pub fn evaluates(stream: &mut Stream) -> Result<Row, Failed> {
    let witness = Rc::new(witness()?);
    ours::evaluate::prove_that_it_works(&witness, stream)?;
    let server = voprf::Server::new(&witness, stream)?;
    voprf::prove_that_it_works(&server, stream)?;
    let (server, token) = (Rc::new(server), bypass::Server::new(stream));
    bypass::prove_that_it_works(&token, stream)?;
    let (keys, signer) = (rsa::keys(stream)?, bls::Signer::new(stream)?);
    rsa::prove_that_it_works(&keys, stream)?;
    bls::prove_that_it_works(&signer, stream)?;
    let others = vec![
        Other::peer(voprf::evaluating(&server), "one info for all 8; ours has 8 classes, and checks what it signs")
            .bar(0.5),
        Other::peer(voprf::evaluating_without_info(&server), "no info at all"),
        Other::peer(bypass::signing(&Rc::new(token)), "no info at all"),
        Other::peer(rsa::signing(&Rc::new(keys)), "needs no proof"),
        Other::peer(bls::signing(&Rc::new(signer)), "needs no proof; one key per class"),
        Other::floor(
            floor::of_evaluating(),
            "one constant-time multiplication and its encoding; no decoding, no proof",
        ),
    ];
    Ok(Row {
        what: "a witness evaluates 8 outputs of 8 classes with one proof, from bytes to bytes",
        unit: "output",
        us: ours::evaluate::side(&witness),
        others,
        wire: None,
    })
}

/// Row 4, the vote.
pub fn votes(stream: &mut Stream) -> Result<Row, Failed> {
    let federation = Rc::new(four_stores());
    let witness = Rc::new(witness()?);
    vote::prove_that_it_works(&federation, stream)?;
    ed25519::prove_that_it_works(stream)?;
    Ok(Row {
        what: "a witness signs its vote",
        unit: "vote",
        us: vote::signing(&federation, &witness),
        others: vec![Other::peer(
            ed25519::signing(stream),
            "ours hashes tag, federation, keyset, index and digest first",
        )],
        wire: None,
    })
}

/// Row 4, the certificate.
pub fn certificate(stream: &mut Stream) -> Result<Row, Failed> {
    let federation = Rc::new(four_stores());
    vote::prove_that_it_works(&federation, stream)?;
    ed25519::prove_that_it_works(stream)?;
    let others = vec![
        Other::peer(ed25519::verifying_strictly(), "the same rule for signatures; no form to check, no hash first"),
        Other::peer(ed25519::verifying(), "accepts R and keys of small order"),
    ];
    Ok(Row {
        what: "anyone checks a certificate of 3 votes",
        unit: "certificate",
        us: vote::checking(&federation),
        others,
        wire: None,
    })
}

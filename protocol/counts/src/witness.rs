//! What a witness does with an order.

use ronde_protocol::{
    crypto::Entropy,
    limits::MAX_MESSAGE_BYTES,
    machine::witness::{Gate, Prepared, PreparedVote},
    message::{
        codec::{decode, encode},
        ids::StoreId,
        log::CertifiedOrder,
        order::SignedOrder,
        wire::VoteRequest,
    },
};

use crate::{
    federation_support::{KEYSET, entropy},
    hot::{Counter, Failed, Hot, OrFail},
    witness_support::{Committee, Numbered, committee, points, redeem},
};

/// Four of them: three votes are a quorum.
pub const WITNESSES: usize = 4;

/// Coins of an order.
const COINS: u64 = 8;

/// Orders of a batch.
const ORDERS: u64 = 8;

/// A payment of eight coins, one of each class, with three of change. Each number has coins of its own.
pub fn payment(committee: &Committee, number: u64) -> SignedOrder {
    let first = 100 * number;
    let from: Vec<Numbered> = (0..COINS).map(|power| (first + power, points(1 << power))).collect();
    let to: Vec<Numbered> = (0..3).map(|power| (first + 50 + power, points(1 << power))).collect();
    redeem(&committee.federation, 1, &from, &to)
}

/// So many requests for a vote, from this number on.
fn requests(committee: &Committee, from: u64, orders: u64) -> Vec<(Option<StoreId>, VoteRequest)> {
    let request = |number| (Some(StoreId(1)), committee.request(0, &payment(committee, number), &[]));
    (from..from + orders).map(request).collect()
}

fn prepare(
    committee: &Committee,
    requests: Vec<(Option<StoreId>, VoteRequest)>,
    entropy: Entropy,
) -> Result<Vec<PreparedVote>, Failed> {
    let [seat, ..] = &committee.seats[..] else { return Err("no witness".to_owned()) };
    let prepared = seat.witness.prepare_votes(committee.charter(), requests, entropy);
    prepared.into_iter().map(|prepared| prepared.or_fail("an order")).collect()
}

/// From the request to the decision.
pub fn all(counter: &mut Counter<'_>) -> Result<(), Failed> {
    let committee = committee(WITNESSES);
    messages(&committee, counter)?;
    votes(&committee, counter)?;
    decisions(committee, counter)
}

fn messages(committee: &Committee, counter: &mut Counter<'_>) -> Result<(), Failed> {
    let signed = payment(committee, 1);
    let bytes = encode(&committee.request(0, &signed, &[]));
    counter.count(
        Hot { name: "decode-vote-request", units: 1, unit: "request" },
        || Ok(bytes.clone()),
        |bytes| decode::<VoteRequest>(&bytes, MAX_MESSAGE_BYTES).or_fail("decoding"),
    )?;
    counter.count(
        Hot { name: "check-order", units: 11, unit: "element" },
        || Ok(signed.clone()),
        |signed| signed.check(committee.charter()).or_fail("checking"),
    )?;
    let keyset = committee.charter().keyset(KEYSET).or_fail("the keyset")?;
    let (digest, certificate) = (signed.order.digest(), committee.federation.certify(&signed.order));
    counter.count(
        Hot { name: "verify-certificate", units: 3, unit: "vote" },
        || Ok(certificate.clone()),
        |certificate| certificate.verify(keyset, &digest).or_fail("a certificate"),
    )
}

fn votes(committee: &Committee, counter: &mut Counter<'_>) -> Result<(), Failed> {
    let eight = requests(committee, 1, ORDERS);
    let one = eight.get(..1).or_fail("a request")?;
    counter.count(
        Hot { name: "prepare-votes-of-1", units: 8, unit: "coin" },
        || Ok((one.to_vec(), entropy(1))),
        |(requests, entropy)| prepare(committee, requests, entropy),
    )?;
    counter.count(
        Hot { name: "prepare-votes-of-8", units: 64, unit: "coin" },
        || Ok((eight.clone(), entropy(2))),
        |(requests, entropy)| prepare(committee, requests, entropy),
    )?;
    let [seat, ..] = &committee.seats[..] else { return Err("no witness".to_owned()) };
    let order = payment(committee, 1).order;
    let certified = CertifiedOrder { certificate: committee.federation.certify(&order), order };
    counter.count(
        Hot { name: "prepare-certificate", units: 3, unit: "output" },
        || Ok((certified.clone(), entropy(3))),
        |(certified, entropy)| seat.witness.prepare_certificate(certified, entropy).or_fail("a certificate"),
    )
}

/// On a disk that has something on it.
fn decisions(mut committee: Committee, counter: &mut Counter<'_>) -> Result<(), Failed> {
    let earlier = payment(&committee, ORDERS + 1);
    committee.gather(&earlier).or_fail("an earlier order")?;
    let [seat, ..] = &committee.seats[..] else { return Err("no witness".to_owned()) };
    let prepared = prepare(&committee, requests(&committee, 1, ORDERS), entropy(4))?;
    counter.count(
        Hot { name: "decide-votes-of-8", units: 8, unit: "order" },
        || Ok(prepared.iter().cloned().map(Prepared::Vote).collect::<Vec<_>>()),
        |prepared| {
            let charter = committee.charter();
            seat.witness.decide(&seat.memory, charter, Gate::Open, &prepared, committee.now).or_fail("deciding")
        },
    )
}

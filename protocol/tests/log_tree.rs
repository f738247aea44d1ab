//! A witness's log: what stands in it, and the tree whose root it signs.

use crate::federation_support;
use crate::witness_support;

use std::collections::BTreeSet;

use federation_support::KEYSET;
use ronde_protocol::{
    crypto::{
        Entropy,
        merkle::{self, Cutting, Frontier},
    },
    machine::durable::Durable,
    message::{codec::encode, head::Head, log::LogEntry, wire::ReplyV1},
};
use witness_support::*;

/// BLAKE3 over parts with their lengths, as the specification writes it.
fn derive(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(label);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    *hasher.finalize().as_bytes()
}

/// Root as the specification defines it, by the largest power of two.
fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => derive("ronde/1 log: empty", &[]),
        [one] => *one,
        _ => {
            let left = leaves.len().next_power_of_two() / 2;
            derive("ronde/1 log: node", &[&root(&leaves[..left]), &root(&leaves[left..])])
        }
    }
}

/// LOG-6, LOG-7.
#[test]
fn the_root_is_that_of_the_recursive_definition_for_every_size() {
    let leaves: Vec<[u8; 32]> = (0..130_u8).map(|number| [number; 32]).collect();
    let mut frontier = Frontier::default();
    for size in 0..leaves.len() {
        assert_eq!(merkle::root_of(&leaves[..size]), root(&leaves[..size]), "{size} leaves");
        assert_eq!(frontier.root(), root(&leaves[..size]), "{size} leaves, one after the other");
        frontier.push(leaves[size]);
    }
}

/// EVIDENCE-7, EVIDENCE-14: every hash counts, and none may be missing or left.
#[test]
fn a_log_that_is_cut_shows_its_root_at_the_cut_and_the_leaves_that_were_left_out() {
    let leaves: Vec<[u8; 32]> = (0..41_u8).map(|number| [number; 32]).collect();
    let cut = |mut cutting: Cutting, size: usize| {
        leaves[..size].iter().for_each(|leaf| cutting.push(*leaf));
        cutting.finish()
    };
    for size in 1..leaves.len() {
        let whole = (size as u64, root(&leaves[..size]));
        for at in 0..size {
            let hashes = cut(Cutting::at(at as u64), size);
            assert!(hashes.len() <= 12, "{at} of {size}: {} hashes", hashes.len());
            let roots = |hashes: &[[u8; 32]]| merkle::two_roots((at as u64, whole.0), hashes);
            assert_eq!(roots(&hashes), Some((root(&leaves[..at]), whole.1)), "{at} of {size}");
            for place in 0..hashes.len() {
                let mut other = hashes.clone();
                other[place] = [0xaa; 32];
                assert_ne!(roots(&other).unwrap().1, whole.1, "hash {place} of a cut at {at} of {size}");
                other.remove(place);
                assert_eq!(roots(&other), None);
            }
            assert_eq!(roots(&[hashes, vec![[0; 32]]].concat()), None);
        }
        for (first, second) in (0..size).flat_map(|first| (first..size).map(move |second| (first, second))) {
            let places = BTreeSet::from([first, second]);
            let mut hashes = cut(Cutting::around(places.iter().map(|at| *at as u64)), size).into_iter();
            let mut tree = Frontier::default();
            for at in places {
                tree.advance(at as u64, &mut hashes).unwrap();
                tree.push(leaves[at]);
            }
            tree.advance(whole.0, &mut hashes).unwrap();
            assert_eq!((tree.root(), hashes.next()), (whole.1, None), "{first} and {second} of {size}");
        }
    }
    // Sizes that no log has ever end, and are told apart.
    let (half, all) = (1 << 63, u64::MAX);
    let hashes = vec![[7; 32]; merkle::cover(0, half - 1).count() + merkle::cover(half - 1, all).count()];
    assert!(merkle::two_roots((half - 1, all), &hashes).is_some());
    assert_eq!(merkle::two_roots((half - 1, all), &hashes[1..]), None);
    assert_eq!(merkle::two_roots((all, half), &hashes), None, "the other way round");
}

fn head(reply: &ReplyV1) -> Head {
    match reply {
        ReplyV1::Voted(voted) => voted.head,
        ReplyV1::Certified(certified) => certified.head,
        other => panic!("no head in {other:?}"),
    }
}

/// LOG-1, LOG-2, LOG-3, LOG-4, LOG-5, LOG-9.
#[test]
fn every_answer_s_head_covers_its_entry_and_extends_all_heads_before() {
    let mut committee = committee(4);
    let keyset = committee.charter().keyset(KEYSET).unwrap().clone();
    let orders = [
        redeem(&committee.federation, 1, &[(1, points(8))], &[(11, points(1))]),
        earn(&committee.federation, 2, 1, &[(12, points(4))]),
        swap(&committee.federation, &[(2, points(2))], &[(13, points(1)), (14, points(1))]),
    ];
    let mut heads: Vec<Head> = Vec::new();
    let mut expected: Vec<Vec<u8>> = Vec::new();
    for signed in &orders {
        let certificate = committee.federation.certify(&signed.order);
        let certified = LogEntry::Certified(ronde_protocol::message::log::CertifiedOrder {
            order: signed.order.clone(),
            certificate: certificate.clone(),
        });
        for entry in [LogEntry::Voted(signed.clone()), certified] {
            expected.push(encode(&entry));
            let reply = match entry {
                LogEntry::Voted(_) => committee.ask(0, signed),
                LogEntry::Certified(_) => committee.show(0, &signed.order, &certificate),
            };
            heads.push(head(&reply).verify(&keyset).unwrap().get());
            // Asked again it says the same, and writes nothing.
            assert_eq!(head(&committee.ask(0, signed)), *heads.last().unwrap());
        }
    }
    let log = committee.seats[0].memory.log();
    assert_eq!(log.iter().map(encode).collect::<Vec<_>>(), expected);
    let leaves: Vec<[u8; 32]> = expected.iter().map(|bytes| derive("ronde/1 log: leaf", &[bytes])).collect();
    for (covered, head) in (1..).zip(heads) {
        assert_eq!((head.size, head.root), (covered, root(&leaves[..usize::try_from(covered).unwrap()])));
    }
}

/// LOG-10: the reply of a step is sealed until its writes are committed, and nobody else is told of them before.
#[test]
fn a_head_asked_for_before_the_commit_is_that_of_the_disk() {
    let mut committee = committee(4);
    let signed = redeem(&committee.federation, 1, &[(1, points(8))], &[]);
    let request = committee.request(0, &signed, &[]);
    let charter = &committee.federation.charter;
    let seat = &mut committee.seats[0];
    let prepared = seat.witness.prepare_vote(charter, request, Entropy::new([7; 32])).unwrap();
    let step = seat.witness.decide_vote(&seat.memory, charter, seat.gate, prepared, committee.now).unwrap();
    assert_eq!(seat.witness.head(&seat.memory).unwrap().size, 0);
    seat.memory.apply(step.writes);
    let told = head(&step.reply.release(&Durable::after_commit()));
    assert_eq!((told.size, told), (1, seat.witness.head(&seat.memory).unwrap()));
}

/// ROLLBACK-6 rests on this: the witness can tell the root of every size that its log once had.
#[test]
fn the_root_of_every_earlier_size_is_still_known() {
    let mut committee = committee(4);
    let mut roots = vec![merkle::empty_root()];
    for number in 1..=9 {
        let order = redeem(&committee.federation, 1, &[(number, points(2))], &[]);
        roots.push(head(&committee.ask(0, &order)).root);
    }
    let memory = &committee.seats[0].memory;
    let known = |size| ronde_protocol::machine::witness::log::root_at(memory, KEYSET, size).unwrap();
    for (size, root) in (0..).zip(&roots) {
        assert_eq!(known(size), Some(*root));
    }
    assert_eq!(known(10), None);
}

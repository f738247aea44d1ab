use ronde_protocol::crypto::sign::Signature;
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::evaluation::{Evaluation, NO_PROOF};
use ronde_protocol::message::ids::FederationId;
use ronde_protocol::message::order::{Order, Purpose};

use super::*;
use crate::store::{Engine as _, MemoryEngine};

const KEYSET: KeysetId = KeysetId(3);
const COIN: PointBytes = PointBytes([7; 32]);

fn order() -> Order {
    Order {
        federation: FederationId([1; 32]),
        keyset: KEYSET,
        store: StoreId::NONE,
        purpose: Purpose::Swap,
        reference: Reference::NONE,
        time: 0,
        inputs: Bounded::default(),
        outputs: Bounded::default(),
    }
}

fn certified(digest: OrderDigest) -> OrderRecord {
    let certificate = Certificate { keyset: KEYSET, digest, votes: Bounded::default() };
    let signature = Signature([0; 64]);
    let (index, evaluated, proof) = (WitnessIndex(0), Bounded::default(), NO_PROOF);
    let evaluation = Evaluation { keyset: KEYSET, index, digest, evaluated, proof, signature };
    OrderRecord::Certified { order: order(), certificate, evaluation }
}

/// What is written, and what is found then: the coin's row, and what the ledger says of it.
fn after(steps: &[&[Write]]) -> (Option<CoinRecord>, Option<CoinRecord>) {
    let mut engine = MemoryEngine::new();
    for writes in steps {
        let mut tx = engine.begin().unwrap();
        apply(&mut *tx, KEYSET, writes).unwrap();
        tx.commit().unwrap();
    }
    let reader = engine.reader().unwrap();
    let row = load(&*reader, Table::Coin, &key(KEYSET, &[&COIN.0])).unwrap();
    (row, Ledger::new(&*reader).coin(KEYSET, &COIN).unwrap())
}

#[test]
fn a_bound_coin_is_spent_once_its_order_is_certified_and_its_row_is_not_written_again() {
    let digest = order().digest();
    let (bound, spent) = (CoinRecord { digest, spent: false }, CoinRecord { digest, spent: true });
    let voted = [Write::Coin(COIN, Some(bound))];
    assert_eq!(after(&[&voted]), (Some(bound), Some(bound)));
    let spends = [Write::Coin(COIN, Some(spent)), Write::Order(digest, Box::new(certified(digest)))];
    assert_eq!(after(&[&voted, &spends]), (Some(bound), Some(spent)));
}

#[test]
fn a_coin_that_was_not_bound_to_the_certified_order_gets_a_row_that_says_so() {
    let digest = order().digest();
    let spent = CoinRecord { digest, spent: true };
    let spends = [Write::Coin(COIN, Some(spent)), Write::Order(digest, Box::new(certified(digest)))];
    assert_eq!(after(&[&spends]), (Some(spent), Some(spent)));
    let rival = Write::Coin(COIN, Some(CoinRecord { digest: OrderDigest([9; 32]), spent: false }));
    assert_eq!(after(&[&[rival], &spends]), (Some(spent), Some(spent)));
}

#[test]
fn a_coin_that_an_earlier_program_marked_spent_stays_so() {
    let spent = CoinRecord { digest: OrderDigest([9; 32]), spent: true };
    assert_eq!(after(&[&[Write::Coin(COIN, Some(spent))]]), (Some(spent), Some(spent)));
}

#[test]
fn a_coin_that_was_freed_is_free() {
    let bound = CoinRecord { digest: OrderDigest([9; 32]), spent: false };
    assert_eq!(after(&[&[Write::Coin(COIN, Some(bound))], &[Write::Coin(COIN, None)]]), (None, None));
}

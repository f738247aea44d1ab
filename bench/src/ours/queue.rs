//! A queue of orders at a witness: prepared as one, one by one, and as one with a wrong column among them.

use std::rc::Rc;

use ronde_protocol::{
    crypto::{
        Entropy, PointBytes, Seed, SpendPurpose, coin_hash, derive_blind, derive_coin_secret,
        poprf::{CoinHash, PoprfSecretKey},
        spend::sign,
    },
    machine::witness::Witness,
    message::{
        class::{Class, Kind},
        ids::{Reference, StoreId, WitnessIndex},
        order::{Authorization, Input, Order, Output, Purpose, SignedOrder},
        refusal::Refusal,
        wire::VoteRequest,
    },
};

use crate::{
    fail::{Failed, OrFail, ensure},
    federation_support::{Federation, KEYSET, NOW, federation, list},
    pace::Side,
    stream::Stream,
};

/// Orders that wait.
const ORDERS: u64 = 64;
/// Stores that relayed them, in turn.
const STORES: u64 = 8;
/// Coins of an order.
const COINS: u16 = 4;

type Requests = Vec<(Option<StoreId>, VoteRequest)>;

/// A witness, and what waits for it.
pub struct Queue {
    federation: Federation,
    witness: Witness,
    good: Requests,
    poisoned: Requests,
}

impl Queue {
    /// Payments of four coins with one of change, relayed by eight stores in turn; one of them has a wrong MAC.
    ///
    /// # Errors
    /// If the protocol refuses its own tests' federation.
    pub fn new(stream: &mut Stream) -> Result<Self, Failed> {
        let federation = federation(super::WITNESSES);
        let index = WitnessIndex(0);
        let keys = federation.witness(KEYSET, index);
        let seed = Seed::new(stream.bytes());
        let orders = (0..ORDERS).map(|number| payment(&federation, &keys.poprf, &seed, number, stream));
        let good = orders.collect::<Result<Requests, Failed>>()?;
        let mut poisoned = good.clone();
        let (_, spoiled) = poisoned.get_mut(21).or_fail("an order")?;
        let column: Vec<PointBytes> = spoiled.column.iter().flatten().copied().collect();
        // Each is good, at another place.
        spoiled.column = Some(list(column.into_iter().rev()));
        let keyset = federation.charter.keyset(KEYSET).or_fail("the keyset")?.clone();
        let witness = Witness::new(keyset, index, keys).or_fail("the witness")?;
        Ok(Self { federation, witness, good, poisoned })
    }

    fn prepare(&self, requests: Requests, entropy: Entropy) -> usize {
        let prepared = self.witness.prepare_votes(&self.federation.charter, requests, entropy);
        prepared.iter().filter(|prepared| prepared.is_ok()).count()
    }

    fn prepare_one_by_one(&self, requests: Requests, entropy: Entropy) -> usize {
        let fresh = entropy.split(requests.len());
        let prepared = requests
            .into_iter()
            .zip(fresh)
            .map(|((_, request), entropy)| self.witness.prepare_vote(&self.federation.charter, request, entropy));
        prepared.filter(Result::is_ok).count()
    }
}

fn payment(
    federation: &Federation,
    key: &PoprfSecretKey,
    seed: &Seed,
    number: u64,
    stream: &mut Stream,
) -> Result<(Option<StoreId>, VoteRequest), Failed> {
    let kind = |slot: u16| Kind::Points { denomination: 1 << slot };
    let secret = |slot: u16| derive_coin_secret(seed, KEYSET.0, 0, number, slot);
    let mut coins: Vec<_> = (0..COINS).map(|slot| (kind(slot), secret(slot))).collect();
    coins.sort_by_key(|(_, secret)| secret.public().encode());
    let inputs = coins.iter().map(|(kind, secret)| Input { kind: *kind, point: secret.public().encode() });
    let blinded = CoinHash::of(&secret(COINS).public().encode()).blind(&derive_blind(seed, KEYSET.0, 0, number, COINS));
    let store = StoreId(u32::try_from(1 + number % 4).or_fail("a store")?);
    let order = Order {
        federation: federation.id(),
        keyset: KEYSET,
        store,
        purpose: Purpose::Redeem,
        reference: Reference(stream.bytes()),
        time: NOW,
        inputs: list(inputs),
        outputs: list([Output { class: Class { keyset: KEYSET, kind: kind(1) }, blinded: blinded.encode() }]),
    };
    let column = coins.iter().map(|(kind, secret)| {
        let tweak = Class { keyset: KEYSET, kind: *kind }.tweak(&federation.id());
        Ok(key.evaluate(&tweak, &coin_hash(&secret.public().encode())).or_fail("a component")?.encode())
    });
    let column = column.collect::<Result<Vec<PointBytes>, Failed>>()?;
    let keys: Vec<_> = coins.iter().map(|(_, secret)| secret).collect();
    let signature = sign(SpendPurpose::Order, &keys, &order.digest().0, stream.entropy()).or_fail("a signature")?;
    let signed = SignedOrder { order, authorization: Authorization::Spend(signature) };
    let relay = StoreId(u32::try_from(100 + number % STORES).or_fail("a relay")?);
    Ok((Some(relay), VoteRequest { signed, column: Some(list(column)), votes: list([]) }))
}

/// Prepared as one, with a wrong MAC among them.
pub fn poisoned(queue: &Rc<Queue>) -> Side {
    side("ronde, one order poisoned", queue, |queue| queue.poisoned.clone(), Queue::prepare)
}

/// Prepared as one, all good.
pub fn together(queue: &Rc<Queue>) -> Side {
    side("ronde, together", queue, |queue| queue.good.clone(), Queue::prepare)
}

/// Prepared one by one, all good.
pub fn one_by_one(queue: &Rc<Queue>) -> Side {
    side("ronde, one by one", queue, |queue| queue.good.clone(), Queue::prepare_one_by_one)
}

fn side(
    name: &'static str,
    queue: &Rc<Queue>,
    of: fn(&Queue) -> Requests,
    how: fn(&Queue, Requests, Entropy) -> usize,
) -> Side {
    let (maker, worker) = (Rc::clone(queue), Rc::clone(queue));
    let prepare = move |stream: &mut Stream| Ok(Some((of(&maker), stream.entropy())));
    let work = move |input: &mut Option<(Requests, Entropy)>| {
        let (requests, entropy) = input.take().or_fail("a queue is prepared once")?;
        Ok(how(&worker, requests, entropy))
    };
    Side::new(name, ORDERS as u32, prepare, work)
}

/// All good orders pass, and of the poisoned queue all but one, which is refused for its coins.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(queue: &Queue, stream: &mut Stream) -> Result<(), Failed> {
    let all = queue.good.len();
    ensure(queue.prepare(queue.good.clone(), stream.entropy()) == all, "a good order is refused")?;
    ensure(queue.prepare_one_by_one(queue.good.clone(), stream.entropy()) == all, "a good order is refused alone")?;
    let prepared = queue.witness.prepare_votes(&queue.federation.charter, queue.poisoned.clone(), stream.entropy());
    let refused: Vec<_> = prepared.iter().filter_map(|prepared| prepared.as_ref().err()).collect();
    ensure(matches!(refused.as_slice(), [Refusal::CoinUnknown]), "not the poisoned order alone is refused")
}

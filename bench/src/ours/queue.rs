//! A queue of orders at a witness: prepared as one, one by one, and as one with a wrong column among them.

use std::rc::Rc;

use ronde_protocol::{
    crypto::{Entropy, PointBytes},
    machine::witness::Witness,
    message::{
        ids::{StoreId, WitnessIndex},
        refusal::Refusal,
        wire::VoteRequest,
    },
};

use crate::{
    fail::{Failed, OrFail, ensure},
    federation_support::{Federation, list},
    pace::Side,
    stream::Stream,
    witness_support::{Numbered, column, points, redeem, seated},
};

/// Orders that wait.
const ORDERS: u64 = 64;
/// Stores that relayed them, in turn.
const STORES: u64 = 8;
/// Coins of an order.
const COINS: u64 = 4;

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
    pub fn new() -> Result<Self, Failed> {
        let federation = super::four_stores();
        let index = WitnessIndex(0);
        let good: Requests =
            (0..ORDERS).map(|number| payment(&federation, index, number)).collect::<Result<_, Failed>>()?;
        let mut poisoned = good.clone();
        let (_, spoiled) = poisoned.get_mut(21).or_fail("an order")?;
        let column: Vec<PointBytes> = spoiled.column.iter().flatten().copied().collect();
        // Each is good, at another place.
        spoiled.column = Some(list(column.into_iter().rev()));
        let witness = seated(&federation, index);
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

/// What a store relayed: a payment of coins that no other has, with this witness's column.
fn payment(
    federation: &Federation,
    index: WitnessIndex,
    number: u64,
) -> Result<(Option<StoreId>, VoteRequest), Failed> {
    let first = number * (COINS + 1);
    let from: Vec<Numbered> = (0..COINS).map(|slot| (first + slot, points(1 << slot))).collect();
    let store = u32::try_from(1 + number % 4).or_fail("a store")?;
    let signed = redeem(federation, store, &from, &[(first + COINS, points(2))]);
    let relay = StoreId(u32::try_from(100 + number % STORES).or_fail("a relay")?);
    let column = Some(column(federation, &signed.order, index));
    Ok((Some(relay), VoteRequest { signed, column, votes: list([]) }))
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

//! Orders as a witness gets them: real signatures and columns, checked and evaluated ahead, so that what is measured is what
//! comes after.

use ronde_node::driver::{Ledger, LedgerError, apply};
use ronde_node::store::Transaction;
use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::durable::{Durable, Sealed};
use ronde_protocol::machine::witness::{Gate, PreparedCertificate, PreparedVote, Step, Witness};
use ronde_protocol::message::ids::{StoreId, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::Purpose;
use ronde_protocol::message::wire::{ReplyV1, VoteRequest};

use crate::Failed;
use crate::federation_support::{Dice, Federation, KEYSET, NOW, federation, list};
use crate::witness_support::{Numbered, column, points, seated, spend};

/// Witnesses of the committee; the first is measured.
const WITNESSES: usize = 4;
/// Coins that an order spends.
pub const INPUTS: u64 = 4;
/// Coins that it makes.
const OUTPUTS: u64 = 3;

/// A committee.
pub struct Town {
    federation: Federation,
    witness: Witness,
}

/// An order as far as it does not depend on what the witness has stored.
#[derive(Clone)]
pub struct Payment {
    vote: PreparedVote,
    certificate: PreparedCertificate,
}

impl Town {
    /// Four witnesses, one of them a traitor at most.
    pub fn new() -> Self {
        let federation = federation(WITNESSES);
        let witness = seated(&federation, WitnessIndex(0));
        Self { federation, witness }
    }

    /// So many payments, made on all processors; other seeds make other coins.
    pub fn payments(&self, seed: u64, count: usize) -> Result<Vec<Payment>, Failed> {
        let first = Dice(seed).bits() >> 8;
        let numbers: Vec<u64> = (first..).take(count).collect();
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let made = std::thread::scope(|scope| {
            let share = |share| move || <[u64]>::iter(share).map(|number| self.payment(*number)).collect::<Vec<_>>();
            let threads: Vec<_> =
                numbers.chunks(count.div_ceil(workers).max(1)).map(|numbers| scope.spawn(share(numbers))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect::<Vec<_>>()
        });
        if made.len() == count { made.into_iter().collect() } else { Err("the orders could not be made".into()) }
    }

    /// 32 points are paid with 25, and 7 come back.
    fn payment(&self, number: u64) -> Result<Payment, Failed> {
        let first = number.wrapping_mul(INPUTS + OUTPUTS);
        let from: Vec<Numbered> = (0..INPUTS).map(|slot| (first.wrapping_add(slot), points(8))).collect();
        let to: Vec<Numbered> =
            (0..OUTPUTS).map(|slot| (first.wrapping_add(INPUTS + slot), points(1 << slot))).collect();
        let store = StoreId(1 + u32::try_from(number % 4)?);
        let signed = spend(&self.federation, (store, Purpose::Redeem), &from, &to);
        let certificate = self.federation.certify(&signed.order);
        let column = Some(column(&self.federation, &signed.order, WitnessIndex(0)));
        let entropy = |byte: u8| {
            let mut dice = Dice(number ^ u64::from(byte) << 56);
            Entropy::new(dice.bytes())
        };
        let certified = CertifiedOrder { order: signed.order.clone(), certificate };
        let request = VoteRequest { signed, column, votes: list([]) };
        let refused = |refusal| format!("an order was refused: {refusal:?}");
        let vote = self.witness.prepare_vote(&self.federation.charter, request, entropy(1)).map_err(refused)?;
        let certificate = self.witness.prepare_certificate(certified, entropy(2)).map_err(refused)?;
        Ok(Payment { vote, certificate })
    }

    /// Binds the coins, logs, votes: in a transaction that is still to be committed.
    pub fn vote(&self, tx: &mut dyn Transaction, payment: &Payment) -> Result<Sealed<ReplyV1>, LedgerError> {
        let (prepared, charter) = (payment.vote.clone(), &self.federation.charter);
        let step = self.witness.decide_vote(&Ledger::new(&*tx), charter, Gate::Open, prepared, NOW)?;
        done(tx, step)
    }

    /// Spends the coins, logs, books and evaluates: in a transaction that is still to be committed.
    pub fn certify(&self, tx: &mut dyn Transaction, payment: &Payment) -> Result<Sealed<ReplyV1>, LedgerError> {
        let (prepared, charter) = (payment.certificate.clone(), &self.federation.charter);
        let step = self.witness.decide_certificate(&Ledger::new(&*tx), charter, prepared, NOW)?;
        done(tx, step)
    }
}

fn done(tx: &mut dyn Transaction, step: Step<ReplyV1>) -> Result<Sealed<ReplyV1>, LedgerError> {
    apply(tx, KEYSET, &step.writes)?;
    Ok(step.reply)
}

/// Whether the witness voted; after the commit.
pub fn voted(reply: Sealed<ReplyV1>) -> Result<(), Failed> {
    match reply.release(&Durable::after_commit()) {
        ReplyV1::Voted(_) => Ok(()),
        other => Err(format!("no vote but {other:?}").into()),
    }
}

/// Whether it evaluated; after the commit.
pub fn certified(reply: Sealed<ReplyV1>) -> Result<(), Failed> {
    match reply.release(&Durable::after_commit()) {
        ReplyV1::Certified(_) => Ok(()),
        other => Err(format!("not certified but {other:?}").into()),
    }
}

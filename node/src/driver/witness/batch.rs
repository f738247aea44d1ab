//! Many requests on their way through one transaction.

use std::sync::{Arc, OnceLock};

use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::durable::Sealed;
use ronde_protocol::machine::own::OwnReply;
use ronde_protocol::machine::witness::{Decided, Prepared, Witness};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::wire::ReplyV1;
use tokio::sync::oneshot;

use super::failed;
use super::seat::Seat;
use crate::driver::ledger::LedgerError;
use crate::fault;
use crate::store::{Committed, Job, StorageError, Transaction, Verdict};

/// What a request hears.
pub(super) enum Answer {
    /// As it is.
    Reply(Box<ReplyV1>),
    /// Durable, and to be signed by whoever waits: the head once for all of the batch.
    ToSign(Box<Decided>, Arc<OnceLock<Head>>),
}

impl Answer {
    pub(super) fn reply(reply: ReplyV1) -> Self {
        Self::Reply(Box::new(reply))
    }

    pub(super) fn sign(self, witness: &Witness) -> OwnReply {
        match self {
            Self::Reply(reply) => (*reply).into(),
            Self::ToSign(decided, head) => {
                witness.sign_reply(*decided, |to_sign| *head.get_or_init(|| witness.sign_head(to_sign)))
            }
        }
    }
}

/// Decides on a batch in the writer's transaction, and answers once that is durable (WITNESS-3).
pub(super) struct Batch {
    seat: Arc<Seat>,
    charter: Arc<Charter>,
    prepared: Vec<Prepared>,
    askers: Vec<oneshot::Sender<Answer>>,
    outcome: Decision,
    /// Whether a retirement is written with it.
    retires: bool,
}

/// How deciding went, before it is known whether it is on disk.
enum Decision {
    /// Not yet.
    Open,
    /// All in one step.
    Together(Sealed<Vec<Decided>>),
    /// One step for each.
    Singly(Vec<Result<Sealed<Vec<Decided>>, LedgerError>>),
    /// Nothing is written.
    Failed(LedgerError),
}

impl Batch {
    pub(super) fn new(seat: Arc<Seat>, charter: Arc<Charter>) -> Self {
        Self { seat, charter, prepared: Vec::new(), askers: Vec::new(), outcome: Decision::Open, retires: false }
    }

    pub(super) fn add(&mut self, prepared: Prepared, asker: oneshot::Sender<Answer>) {
        self.prepared.push(prepared);
        self.askers.push(asker);
    }

    /// Hands it to the writer; waits while that has too much to do.
    pub(super) fn submit(self) {
        if !self.prepared.is_empty() {
            let writer = self.seat.writer.clone();
            writer.submit_from_thread(Box::new(self));
        }
    }

    fn decide(&mut self, tx: &mut dyn Transaction, some: &[Prepared]) -> Result<Sealed<Vec<Decided>>, LedgerError> {
        let (gate, now) = (self.seat.gate(), self.seat.clock.unix_seconds());
        let (step, retires) = self.seat.transact(tx, |ledger| {
            let step = self.seat.witness.decide(ledger, &self.charter, gate, some, now)?;
            Ok((step.writes, step.reply))
        })?;
        self.retires |= retires;
        Ok(step)
    }

    /// What was half done is taken back, whatever went wrong. The outer error is that of taking it back.
    fn try_to_decide(
        &mut self,
        tx: &mut dyn Transaction,
        some: &[Prepared],
    ) -> Result<Result<Sealed<Vec<Decided>>, LedgerError>, LedgerError> {
        tx.savepoint()?;
        let step = self.decide(tx, some);
        match step {
            Ok(_) => tx.release()?,
            Err(_) => tx.undo()?,
        }
        Ok(step)
    }

    /// A record that can't be read stops the requests that need it, and no others.
    fn decide_singly(&mut self, tx: &mut dyn Transaction, all: &[Prepared]) -> Result<Decision, LedgerError> {
        let steps = all.iter().map(|one| self.try_to_decide(tx, std::slice::from_ref(one)));
        steps.collect::<Result<_, _>>().map(Decision::Singly)
    }
}

impl Job for Batch {
    fn run(&mut self, tx: &mut dyn Transaction) -> Verdict {
        let all = std::mem::take(&mut self.prepared);
        let decided = match self.try_to_decide(tx, &all) {
            Ok(Ok(step)) => Ok(Decision::Together(step)),
            Ok(Err(error)) if all.len() == 1 => Err(error),
            Ok(Err(_)) => self.decide_singly(tx, &all),
            Err(error) => Err(error),
        };
        self.outcome = decided.unwrap_or_else(Decision::Failed);
        if matches!(self.outcome, Decision::Failed(_)) { Verdict::Undo } else { Verdict::Keep }
    }

    fn done(self: Box<Self>, outcome: Result<&Committed, &StorageError>) {
        let Self { seat, askers, outcome: decision, retires, .. } = *self;
        seat.retiring.ended(outcome.is_ok() && retires && !matches!(decision, Decision::Failed(_)));
        let durable = match outcome {
            Ok(_) => Durable::after_commit(),
            Err(error) => return askers.into_iter().for_each(|asker| fail(asker, &error.clone().into())),
        };
        fault::point("witness.before-answer");
        match decision {
            Decision::Together(step) => answer(&seat, askers, step.release(&durable)),
            Decision::Singly(steps) => {
                for (asker, step) in askers.into_iter().zip(steps) {
                    match step {
                        Ok(step) => answer(&seat, [asker], step.release(&durable)),
                        Err(error) => fail(asker, &error),
                    }
                }
            }
            Decision::Failed(error) => askers.into_iter().for_each(|asker| fail(asker, &error)),
            Decision::Open => {}
        }
    }
}

/// Hands the answers of one step out. If nobody waits any more there is nobody to tell.
fn answer(seat: &Seat, askers: impl IntoIterator<Item = oneshot::Sender<Answer>>, decided: Vec<Decided>) {
    let head = Arc::default();
    for (asker, decided) in askers.into_iter().zip(decided) {
        seat.recent.note(decided.outcome());
        drop(asker.send(Answer::ToSign(Box::new(decided), Arc::clone(&head))));
    }
}

fn fail(asker: oneshot::Sender<Answer>, error: &LedgerError) {
    drop(asker.send(Answer::reply(failed(error))));
}

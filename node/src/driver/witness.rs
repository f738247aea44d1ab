//! Runs the witness machine: checks beside one another, decides one after another, commits, then answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::own::{Asking, OwnReply};
use ronde_protocol::machine::witness::buckets::BucketSizes;
use ronde_protocol::machine::witness::record::{Retirement, View, Write};
use ronde_protocol::machine::witness::{OtherClocks, Step, Witness};
use ronde_protocol::message::bucket::{BucketQuery, LengthQuery};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{OrderDigest, StoreId};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::Order;
use ronde_protocol::message::probe::Probe;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::statement::ClosingStatement;
use ronde_protocol::message::wire::{FeedPage, LogPage, ReplyV1};

mod batch;
mod earlier;
mod lanes;
mod recent;
mod seat;

use batch::Answer;
use lanes::{ToEvaluate, ToVote};
use recent::Recent;
use seat::Seat;

use super::copied;
use super::counted::{self, Counted};
use super::evidence::WRITE_AGAIN;
use super::lane::{Lane, Relay};
use super::ledger::{self, Ledger, LedgerError};
use super::pool::Pool;
use super::retiring::Retiring;
use crate::clock::Clock;
use crate::fault;
use crate::space::Space;
use crate::store::{Readers, Writer};

/// One witness on the node's database.
pub struct WitnessService {
    seat: Arc<Seat>,
    votes: Lane<ToVote, Answer>,
    evaluations: Lane<ToEvaluate, Answer>,
    pool: Pool,
    waits_to_close: AtomicBool,
    sizes: Counted,
}

impl WitnessService {
    /// A witness that does not vote until [`WitnessService::open`].
    pub fn new(
        witness: Witness,
        (writer, readers): (Writer, Arc<Readers>),
        (clock, pool): (Clock, Pool),
        space: Space,
    ) -> Self {
        let (open, retiring) = (AtomicBool::new(false), Retiring::default());
        let recent = Recent::default();
        let seat = Arc::new(Seat { witness, writer, readers, clock, space, open, retiring, recent });
        Self {
            votes: lanes::votes(Arc::clone(&seat), pool.cores()),
            evaluations: lanes::evaluations(Arc::clone(&seat), pool.cores()),
            seat,
            pool,
            waits_to_close: AtomicBool::new(false),
            sizes: Counted::new(counted::AGE),
        }
    }

    /// The machine.
    pub fn witness(&self) -> &Witness {
        &self.seat.witness
    }

    /// Enough peers have answered: it may vote.
    pub fn open(&self) {
        self.seat.open.store(true, Ordering::Release);
    }

    /// Reads committed state.
    pub fn read<T>(&self, work: impl FnOnce(&Ledger<'_>) -> T) -> T {
        self.seat.read(work)
    }

    /// Votes, or says why not. Requests of one relay wait for those of others in turn.
    pub async fn vote(&self, charter: &Arc<Charter>, relay: Relay, request: impl Into<Asking>) -> OwnReply {
        let request = request.into();
        let weight = weight(request.order());
        let asked = self.votes.ask(relay, ToVote { charter: Arc::clone(charter), request }, weight);
        self.answer(asked.await)
    }

    /// Writes a certificate down, then evaluates; what was evaluated before is served from the disk (WITNESS-31).
    pub async fn certify(&self, charter: &Arc<Charter>, relay: Relay, certified: CertifiedOrder) -> OwnReply {
        self.evaluate(relay, ToEvaluate { charter: Arc::clone(charter), certified, moves: false }).await
    }

    /// Writes the certificate of an earlier keyset's Swap down, then evaluates what moves into this one.
    pub async fn take_move(&self, charter: &Arc<Charter>, relay: Relay, certified: CertifiedOrder) -> OwnReply {
        self.evaluate(relay, ToEvaluate { charter: Arc::clone(charter), certified, moves: true }).await
    }

    async fn evaluate(&self, relay: Relay, request: ToEvaluate) -> OwnReply {
        let weight = weight(&request.certified.order);
        self.answer(self.evaluations.ask(relay, request, weight).await)
    }

    fn answer(&self, decided: Result<Answer, Refusal>) -> OwnReply {
        match decided {
            Ok(answer) => answer.sign(&self.seat.witness),
            Err(refusal) => ReplyV1::Refused(refusal).into(),
        }
    }

    /// Whether an order is known to be certified here, without looking it up: of the latest orders alone.
    pub fn certified_lately(&self, digest: &OrderDigest) -> bool {
        self.seat.recent.is_certified(digest)
    }

    /// The closing statement, once the keyset's time is over by this clock and enough of the others'.
    pub async fn statement(&self, others: OtherClocks) -> ReplyV1 {
        let (seat, now) = (Arc::clone(&self.seat), self.seat.clock.unix_seconds());
        // What is kept of a restored copy is written before any seat is taken.
        match self.may_have_closed() {
            Ok(false) => self.decide(move |view| seat.witness.decide_statement(view, now, &others)).await,
            Ok(true) => match self.signed_statement() {
                Ok(signed) => signed.map_or(ReplyV1::Refused(Refusal::Unknown), ReplyV1::Statement),
                Err(error) => failed(&error),
            },
            Err(error) => failed(&error),
        }
    }

    /// Whether the machine that this node's database is a restored copy of may have closed the keyset (ROLLOVER-20).
    pub fn may_have_closed(&self) -> Result<bool, LedgerError> {
        let restored = self.seat.readers.with(copied::kept)?;
        Ok(restored.is_some_and(|restored| restored.may_have_closed(self.seat.witness.keyset())))
    }

    /// Notes whether the keyset's time is over by this clock alone; says what was noted before.
    pub fn set_waits_to_close(&self, waits: bool) -> bool {
        self.waits_to_close.swap(waits, Ordering::Relaxed)
    }

    /// Whether it is.
    pub fn waits_to_close(&self) -> bool {
        self.waits_to_close.load(Ordering::Relaxed)
    }

    /// The closing statement, if it was signed.
    pub fn signed_statement(&self) -> Result<Option<ClosingStatement>, LedgerError> {
        self.read(|ledger| ledger.statement(self.seat.witness.keyset().id()))
    }

    /// Decides and commits, for what answers nobody.
    async fn step<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger<'_>) -> Result<Option<Step<T>>, LedgerError> + Send + 'static,
    ) -> Result<Option<T>, LedgerError> {
        let reply = self.commit(move |ledger| {
            Ok(match work(ledger)? {
                Some(step) => (step.writes, Some(step.reply)),
                None => (Vec::new(), None),
            })
        });
        Ok(reply.await?.map(|reply| reply.release(&Durable::after_commit())))
    }

    /// One transaction after another (WITNESS-1, WITNESS-2).
    async fn commit<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger<'_>) -> Result<(Vec<Write>, R), LedgerError> + Send + 'static,
    ) -> Result<R, LedgerError> {
        let seat = Arc::clone(&self.seat);
        let decided = self.seat.writer.submit(move |tx| seat.transact(tx, work)).await;
        self.seat.retiring.ended(matches!(decided, Ok(((_, true), _))));
        decided.map(|((reply, _), _committed)| reply)
    }

    /// Decides, and gives the reply only after the commit (WITNESS-3).
    async fn decide(
        &self,
        work: impl FnOnce(&Ledger<'_>) -> Result<Step<ReplyV1>, LedgerError> + Send + 'static,
    ) -> ReplyV1 {
        match self.commit(move |ledger| work(ledger).map(|step| (step.writes, step.reply))).await {
            Ok(reply) => {
                fault::point("witness.before-answer");
                reply.release(&Durable::after_commit())
            }
            Err(error) => failed(&error),
        }
    }

    /// Writes something down that no reply waits for. Votes that wait for the disk before it are refused if it retires.
    pub async fn write(&self, writes: Vec<Write>) -> Result<(), LedgerError> {
        self.seat.retiring.note(&writes);
        self.commit(move |_| Ok((writes, ()))).await
    }

    /// What became of an order here.
    pub fn order(&self, digest: &OrderDigest) -> ReplyV1 {
        match self.read(|ledger| self.seat.witness.order_state(ledger, digest)) {
            Ok(Some(state)) => ReplyV1::Order(state),
            Ok(None) => ReplyV1::Refused(Refusal::Unknown),
            Err(error) => failed(&error),
        }
    }

    /// The state of a coin, for whoever holds its key (RESTORE-20). Nothing is looked up before that is checked
    /// (RESTORE-31).
    pub async fn probe(&self, charter: &Charter, probe: Probe) -> ReplyV1 {
        let federation = *charter.federation();
        let checked = match self.pool.run(move || probe.check(&federation)).await {
            Ok(checked) => checked,
            Err(refusal) => return ReplyV1::Refused(refusal),
        };
        let (gate, now) = (self.seat.gate(), self.seat.clock.unix_seconds());
        self.read(|ledger| self.seat.witness.answer_probe(ledger, gate, &checked, now))
            .unwrap_or_else(|error| failed(&error))
    }

    /// A piece of a bucket (RESTORE-15).
    pub fn bucket_page(&self, query: &BucketQuery) -> ReplyV1 {
        let now = self.seat.clock.unix_seconds();
        self.read(|ledger| self.seat.witness.bucket_page(ledger, query, now)).unwrap_or_else(|error| failed(&error))
    }

    /// How long prefixes are (RESTORE-16). All entries are counted for it, so not at each question, and in no place of
    /// the pool: votes are prepared meanwhile.
    pub async fn bucket_length(&self, query: &LengthQuery) -> ReplyV1 {
        let now = self.seat.clock.unix_seconds();
        if let Err(refusal) = self.seat.witness.serves_buckets(now) {
            return ReplyV1::Refused(refusal);
        }
        let (readers, keyset) = (Arc::clone(&self.seat.readers), self.seat.witness.keyset().id());
        let count = async move {
            let counted = readers.with_long(move |read| BucketSizes::of(&Ledger::new(read), keyset)).await;
            counted.unwrap_or_else(|error| Err(error.into())).map_err(|error| Box::new(failed(&error)))
        };
        let answer = self.sizes.read(count, |sizes| self.seat.witness.bucket_length(sizes, query, now)).await;
        answer.unwrap_or_else(|reply| *reply)
    }

    /// Brings the buckets up to the log, if the database is older than they are.
    pub async fn fill_buckets(&self) -> Result<(), LedgerError> {
        let keyset = self.seat.witness.keyset().id();
        let mut from = self.read(|ledger| ledger.to_index(keyset))?;
        while let Some(position) = from {
            let (next, _) = self.seat.writer.submit(move |tx| ledger::index_log(tx, keyset, position)).await?;
            from = next;
        }
        Ok(())
    }

    /// Size and root, signed: of what is committed (LOG-10).
    pub fn head(&self) -> Result<Head, LedgerError> {
        self.read(|ledger| self.seat.witness.head(ledger))
    }

    /// Whether and why it has retired.
    pub fn retired(&self) -> Result<Option<Retirement>, LedgerError> {
        self.read(|ledger| ledger.retired(self.seat.witness.keyset().id()))
    }

    /// Whether it still waits for its peers before it votes, or for the disk before it has retired.
    pub fn is_starting(&self) -> bool {
        self.seat.is_starting()
    }

    /// Writes down why the witness retires whenever that could not be done at once (ROLLBACK-15); for as long as the node runs.
    pub async fn keep_retiring(&self) {
        loop {
            self.seat.retiring.found().await;
            while self.seat.retiring.is_undone() {
                tokio::time::sleep(WRITE_AGAIN).await;
                // Whoever found it has written it meanwhile, unless the disk was full, or the asker gone.
                if let Err(error) = self.write(Vec::new()).await {
                    tracing::error!(%error, "this witness retires and can't write it down yet; it does not vote");
                }
            }
        }
    }

    /// A piece of the log, as many entries as fit one answer.
    pub fn log_page(&self, from: u64) -> Result<LogPage, LedgerError> {
        self.read(|ledger| self.seat.witness.log_page(ledger, from))
    }

    /// A piece of a store's feed.
    pub fn feed_page(&self, store: StoreId, from: u64) -> Result<FeedPage, LedgerError> {
        self.read(|ledger| self.seat.witness.feed_page(ledger, store, from))
    }
}

/// Elements in an order: what its check and its evaluation take is in proportion.
fn weight(order: &Order) -> usize {
    order.inputs.len() + order.outputs.len()
}

/// Nothing was done; the peer may try again (WITNESS-4).
pub fn failed(error: &LedgerError) -> ReplyV1 {
    tracing::error!(%error, "a request could not be served");
    ReplyV1::Refused(Refusal::StorageFailed)
}

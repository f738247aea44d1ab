//! Runs the witness machine: checks beside one another, decides one after another, commits, then answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::witness::buckets::BucketSizes;
use ronde_protocol::machine::witness::record::{Retirement, View, Write};
use ronde_protocol::machine::witness::{Gate, OtherClocks, Step, Witness};
use ronde_protocol::message::bucket::{BucketQuery, LengthQuery};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{OrderDigest, StoreId};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::probe::Probe;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::statement::ClosingStatement;
use ronde_protocol::message::wire::{FeedPage, LogPage, ReplyV1, VoteRequest};

mod earlier;

use super::copied;
use super::counted::{self, Counted};
use super::evidence::WRITE_AGAIN;
use super::ledger::{self, Ledger, LedgerError};
use super::pool::Pool;
use super::retiring::Retiring;
use crate::clock::Clock;
use crate::space::Space;
use crate::store::{Readers, Writer};
use crate::{entropy, fault};

/// One witness on the node's database.
pub struct WitnessService {
    witness: Arc<Witness>,
    writer: Writer,
    readers: Arc<Readers>,
    clock: Clock,
    pool: Pool,
    open: AtomicBool,
    retiring: Arc<Retiring>,
    waits_to_close: AtomicBool,
    sizes: Counted,
    space: Space,
}

impl WitnessService {
    /// A witness that does not vote until [`WitnessService::open`].
    pub fn new(
        witness: Witness,
        (writer, readers): (Writer, Arc<Readers>),
        (clock, pool): (Clock, Pool),
        space: Space,
    ) -> Self {
        Self {
            witness: Arc::new(witness),
            writer,
            readers,
            clock,
            pool,
            open: AtomicBool::new(false),
            retiring: Arc::default(),
            waits_to_close: AtomicBool::new(false),
            sizes: Counted::new(counted::AGE),
            space,
        }
    }

    /// The machine.
    pub fn witness(&self) -> &Arc<Witness> {
        &self.witness
    }

    /// Enough peers have answered: it may vote.
    pub fn open(&self) {
        self.open.store(true, Ordering::Release);
    }

    fn gate(&self) -> Gate {
        match (!self.is_starting(), self.space.is_short()) {
            (false, _) => Gate::Starting,
            (true, true) => Gate::Full,
            (true, false) => Gate::Open,
        }
    }

    /// Reads committed state.
    pub fn read<T>(&self, work: impl FnOnce(&Ledger<'_>) -> T) -> T {
        self.readers.with(|read| work(&Ledger(read)))
    }

    /// Votes, or says why not.
    pub async fn vote(&self, charter: &Arc<Charter>, request: VoteRequest) -> ReplyV1 {
        let (digest, terms) = (request.signed.order.digest(), Arc::clone(charter));
        let prepare = move |witness: &Witness, entropy| witness.prepare_vote(&terms, request, entropy);
        let prepared = match self.prepare(&digest, prepare).await {
            Ok(prepared) => prepared,
            Err(reply) => return *reply,
        };
        let (witness, terms) = (Arc::clone(&self.witness), Arc::clone(charter));
        let (gate, now) = (self.gate(), self.clock.unix_seconds());
        self.decide(move |view| witness.decide_vote(view, &terms, gate, prepared, now)).await
    }

    /// Writes a certificate down, then evaluates; what was evaluated before is served from the disk (WITNESS-31).
    pub async fn certify(&self, charter: &Arc<Charter>, certified: CertifiedOrder) -> ReplyV1 {
        let digest = certified.order.digest();
        let prepare = move |witness: &Witness, entropy| witness.prepare_certificate(certified, entropy);
        let prepared = match self.prepare(&digest, prepare).await {
            Ok(prepared) => prepared,
            Err(reply) => return *reply,
        };
        let (witness, terms, now) = (Arc::clone(&self.witness), Arc::clone(charter), self.clock.unix_seconds());
        self.decide(move |view| witness.decide_certificate(view, &terms, prepared, now)).await
    }

    /// Writes the certificate of an earlier keyset's Swap down, then evaluates what moves into this one.
    pub async fn take_move(&self, charter: &Arc<Charter>, certified: CertifiedOrder) -> ReplyV1 {
        let (digest, terms) = (certified.order.digest(), Arc::clone(charter));
        let prepare = move |witness: &Witness, entropy| witness.prepare_move(&terms, certified, entropy);
        let prepared = match self.prepare(&digest, prepare).await {
            Ok(prepared) => prepared,
            Err(reply) => return *reply,
        };
        let (witness, now) = (Arc::clone(&self.witness), self.clock.unix_seconds());
        self.decide(move |view| witness.decide_move(view, prepared, now)).await
    }

    /// The closing statement, once the keyset's time is over by this clock and enough of the others'.
    pub async fn statement(&self, others: OtherClocks) -> ReplyV1 {
        let (witness, now) = (Arc::clone(&self.witness), self.clock.unix_seconds());
        // What is kept of a restored copy is written before any seat is taken.
        match self.may_have_closed() {
            Ok(false) => self.decide(move |view| witness.decide_statement(view, now, &others)).await,
            Ok(true) => match self.signed_statement() {
                Ok(signed) => signed.map_or(ReplyV1::Refused(Refusal::Unknown), ReplyV1::Statement),
                Err(error) => failed(&error),
            },
            Err(error) => failed(&error),
        }
    }

    /// Whether the machine that this node's database is a restored copy of may have closed the keyset (ROLLOVER-20).
    pub fn may_have_closed(&self) -> Result<bool, LedgerError> {
        let restored = self.readers.with(copied::kept)?;
        Ok(restored.is_some_and(|restored| restored.may_have_closed(self.witness.keyset())))
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
        self.read(|ledger| ledger.statement(self.witness.keyset().id()))
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

    /// What is checked before the decision, beside other such checks; or what is answered without one. A digest that is
    /// certified here is served as it is, before anything costly (WITNESS-31).
    async fn prepare<T: Send + 'static>(
        &self,
        digest: &OrderDigest,
        work: impl FnOnce(&Witness, Entropy) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Box<ReplyV1>> {
        let now = self.clock.unix_seconds();
        match self.read(|ledger| self.witness.look_up(ledger, digest, now)) {
            Ok(Some(reply)) => return Err(Box::new(reply)),
            Ok(None) => {}
            Err(error) => return Err(Box::new(failed(&error))),
        }
        let refused = |refusal| Box::new(ReplyV1::Refused(refusal));
        let fresh = entropy::fresh().map_err(|_| refused(Refusal::StorageFailed))?;
        let witness = Arc::clone(&self.witness);
        self.pool.run(move || work(&witness, Entropy::new(fresh))).await.map_err(refused)
    }

    /// One transaction after another (WITNESS-1, WITNESS-2).
    async fn commit<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger<'_>) -> Result<(Vec<Write>, R), LedgerError> + Send + 'static,
    ) -> Result<R, LedgerError> {
        let (keyset, retiring) = (self.witness.keyset().id(), Arc::clone(&self.retiring));
        let decided = self.writer.submit(move |tx| -> Result<(R, bool), LedgerError> {
            let retires = retiring.put(tx, keyset)?;
            let (writes, reply) = work(&Ledger(&*tx))?;
            let retires = retiring.note(&writes) || retires;
            ledger::apply(tx, keyset, &writes)?;
            alarm(&writes);
            Ok((reply, retires))
        });
        let decided = decided.await;
        self.retiring.ended(matches!(decided, Ok(((_, true), _))));
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
        self.retiring.note(&writes);
        self.commit(move |_| Ok((writes, ()))).await
    }

    /// What became of an order here.
    pub fn order(&self, digest: &OrderDigest) -> ReplyV1 {
        match self.read(|ledger| self.witness.order_state(ledger, digest)) {
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
        let (gate, now) = (self.gate(), self.clock.unix_seconds());
        self.read(|ledger| self.witness.answer_probe(ledger, gate, &checked, now))
            .unwrap_or_else(|error| failed(&error))
    }

    /// A piece of a bucket (RESTORE-15).
    pub fn bucket_page(&self, query: &BucketQuery) -> ReplyV1 {
        let now = self.clock.unix_seconds();
        self.read(|ledger| self.witness.bucket_page(ledger, query, now)).unwrap_or_else(|error| failed(&error))
    }

    /// How long prefixes are (RESTORE-16). All entries are counted for it, so not at each question, and in no place of
    /// the pool: votes are prepared meanwhile.
    pub async fn bucket_length(&self, query: &LengthQuery) -> ReplyV1 {
        let now = self.clock.unix_seconds();
        if let Err(refusal) = self.witness.serves_buckets(now) {
            return ReplyV1::Refused(refusal);
        }
        let (readers, keyset) = (Arc::clone(&self.readers), self.witness.keyset().id());
        let count = async move {
            let counted = readers.with_long(move |read| BucketSizes::of(&Ledger(read), keyset)).await;
            counted.unwrap_or_else(|error| Err(error.into())).map_err(|error| Box::new(failed(&error)))
        };
        let answer = self.sizes.read(count, |sizes| self.witness.bucket_length(sizes, query, now)).await;
        answer.unwrap_or_else(|reply| *reply)
    }

    /// Brings the buckets up to the log, if the database is older than they are.
    pub async fn fill_buckets(&self) -> Result<(), LedgerError> {
        let keyset = self.witness.keyset().id();
        let mut from = self.read(|ledger| ledger.to_index(keyset))?;
        while let Some(position) = from {
            let (next, _) = self.writer.submit(move |tx| ledger::index_log(tx, keyset, position)).await?;
            from = next;
        }
        Ok(())
    }

    /// Size and root, signed: of what is committed (LOG-10).
    pub fn head(&self) -> Result<Head, LedgerError> {
        self.read(|ledger| self.witness.head(ledger))
    }

    /// Whether and why it has retired.
    pub fn retired(&self) -> Result<Option<Retirement>, LedgerError> {
        self.read(|ledger| ledger.retired(self.witness.keyset().id()))
    }

    /// Whether it still waits for its peers before it votes, or for the disk before it has retired.
    pub fn is_starting(&self) -> bool {
        !self.open.load(Ordering::Acquire) || self.retiring.is_undone()
    }

    /// Writes down why the witness retires whenever that could not be done at once (ROLLBACK-15); for as long as the node runs.
    pub async fn keep_retiring(&self) {
        loop {
            self.retiring.found().await;
            while self.retiring.is_undone() {
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
        self.read(|ledger| self.witness.log_page(ledger, from))
    }

    /// A piece of a store's feed.
    pub fn feed_page(&self, store: StoreId, from: u64) -> Result<FeedPage, LedgerError> {
        self.read(|ledger| self.witness.feed_page(ledger, store, from))
    }
}

fn alarm(writes: &[Write]) {
    for write in writes {
        if let Write::Retire(why) = write {
            tracing::error!(?why, "this witness never votes again in this keyset; rejoin with the next keyset");
        }
    }
}

/// Nothing was done; the peer may try again (WITNESS-4).
pub fn failed(error: &LedgerError) -> ReplyV1 {
    tracing::error!(%error, "a request could not be served");
    ReplyV1::Refused(Refusal::StorageFailed)
}

//! A desk that is a whole committee in one place: it checks orders, keeps spent coins, votes and evaluates for real, and
//! can be told to answer something else.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Duration;

use ronde_node::shop::{
    Account, AccountLine, BoxFuture, Certified as _, DeskError, DeskStatus, EvidenceId, InHand, KeysetBooks, LogStatus,
    OrderDesk, Outcome, Shop, WitnessStatus,
};
use ronde_node::store::Writer;
use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::bucket::{BucketLength, BucketPage, BucketQuery, LengthQuery};
use ronde_protocol::message::charter::{Charter, Keyset, SignedCharter};
use ronde_protocol::message::codec::{Bounded, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{AssociationId, KeysetId, OrderDigest, Reference, StoreId, WitnessIndex};
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::order::{Order, Purpose, Submission};
use ronde_protocol::message::probe::{CoinState, Probe, ProbeAnswer};
use ronde_protocol::message::refusal::{Conflict, ConflictingOrder, Refusal};
use ronde_protocol::message::statement::ClosingStatement;
use ronde_protocol::message::wire::LogPage;
use tokio::sync::Semaphore;

use super::federation_support::{Federation, KEYSET, Plan, node_seed, planned};
use super::{BASE, STORE};

pub struct TestDesk {
    pub federation: Federation,
    charter: Arc<Charter>,
    key: SigningKey,
    script: Mutex<VecDeque<Result<Outcome, DeskError>>>,
    certified: Mutex<BTreeMap<OrderDigest, Order>>,
    /// Submissions wait here while a test holds its permit.
    pub gate: Arc<Semaphore>,
    /// How many submissions have come as far as the gate.
    come: (Mutex<usize>, Condvar),
    /// How the node is said to be, if another way than always.
    pub shown: Mutex<Option<DeskStatus>>,
    /// What the first association was given, by its books.
    pub given: Mutex<u64>,
    /// What it says to have in hand.
    pub in_hand: Mutex<InHand>,
    /// This node's closing statement, once there is one.
    pub statement: Mutex<Option<ClosingStatement>>,
    /// Whether this node is a witness: it has a log, and books.
    pub is_witness: bool,
    /// Evidence that is kept here.
    pub pieces: Mutex<Vec<(EvidenceId, Vec<u8>)>>,
    /// Which of the committee answer.
    pub up: Vec<bool>,
    /// The charters that it shows; the pages read them.
    pub chain: Vec<SignedCharter>,
    /// The shop beside it, once there is one.
    pub shop: OnceLock<(Shop, Writer)>,
}

impl TestDesk {
    pub fn new() -> Self {
        let http = vec![format!("{BASE}/")];
        let federation = planned(&Plan { http, daily_limit: 1000, ..Plan::of(4) });
        let charter = Arc::new(federation.charter.clone());
        Self {
            is_witness: true,
            pieces: Mutex::default(),
            up: vec![true],
            chain: vec![federation.signed.clone()],
            federation,
            charter,
            key: node_seed(STORE).node_key(),
            script: Mutex::default(),
            certified: Mutex::default(),
            gate: Arc::new(Semaphore::new(1)),
            come: Default::default(),
            shown: Mutex::default(),
            given: Mutex::default(),
            in_hand: Mutex::default(),
            statement: Mutex::default(),
            shop: OnceLock::new(),
        }
    }

    /// The next submission or question is answered so.
    pub fn answer_next(&self, answer: Result<Outcome, DeskError>) {
        self.script.lock().unwrap().push_back(answer);
    }

    /// Waits until so many submissions have come as far as the gate; whether they have before `limit` is over.
    pub fn have_come(&self, count: usize, limit: Duration) -> bool {
        let (come, more) = &self.come;
        let waited = more.wait_timeout_while(come.lock().unwrap(), limit, |come| *come < count);
        !waited.unwrap().1.timed_out()
    }

    /// The keyset that all tests are in.
    pub fn charter_keyset(&self) -> Keyset {
        self.charter.keyset(KEYSET).unwrap().clone()
    }

    /// Takes an order as certified, whoever made it.
    pub fn book(&self, order: Order) {
        self.certified.lock().unwrap().insert(order.digest(), order);
    }

    /// How many orders are certified.
    pub fn certified(&self) -> usize {
        self.certified.lock().unwrap().len()
    }

    pub fn outcome(&self, order: &Order) -> Outcome {
        let certificate = self.federation.certify(order);
        let evaluations = self.federation.evaluations(order, &self.federation.indices(KEYSET));
        Outcome::Certified { order: Box::new(order.clone()), certificate, evaluations }
    }

    /// As the real desk: what an order takes of the shop it takes with the record of the order.
    async fn write_down(&self, submission: &Submission) -> Result<(), DeskError> {
        let Some((shop, writer)) = self.shop.get().cloned() else { return Ok(()) };
        let order = submission.signed.order.clone();
        if order.purpose == Purpose::Redeem && order.store == STORE {
            submission.signed.clone().check(&self.charter)?.authorize(&self.charter)?;
        }
        let taking = shop.clone();
        writer.submit(move |transaction| taking.take(transaction, &order)).await?;
        shop.taken();
        Ok(())
    }

    fn decide(&self, submission: Submission) -> Result<Outcome, DeskError> {
        let order = submission.signed.order.clone();
        submission.signed.check(&self.charter)?.authorize(&self.charter)?;
        let mut all = self.certified.lock().unwrap();
        if let Some(other) = all.values().find(|other| in_the_way(other, &order)) {
            let certificate = Some(self.federation.certify(other));
            let conflict = Conflict { other: ConflictingOrder::Certified(other.clone()), certificate };
            return Ok(Outcome::Refused(Refusal::Conflict(Box::new(conflict))));
        }
        all.insert(order.digest(), order.clone());
        Ok(self.outcome(&order))
    }
}

fn in_the_way(other: &Order, order: &Order) -> bool {
    let shares = other.inputs.iter().any(|a| order.inputs.iter().any(|b| a.point == b.point));
    let debits = |order: &Order| matches!(order.purpose, Purpose::Earn | Purpose::Pledge { .. });
    let locked = debits(other) && debits(order) && other.reference == order.reference;
    other != order && (shares || (locked && order.reference != Reference::NONE))
}

impl OrderDesk for TestDesk {
    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Outcome, DeskError>> {
        Box::pin(async move {
            self.write_down(&submission).await?;
            *self.come.0.lock().unwrap() += 1;
            self.come.1.notify_all();
            let _open = self.gate.acquire().await.unwrap();
            let scripted = self.script.lock().unwrap().pop_front();
            scripted.unwrap_or_else(|| self.decide(submission))
        })
    }

    fn look_up(&self, _: KeysetId, digest: OrderDigest) -> BoxFuture<'_, Result<Option<Outcome>, DeskError>> {
        Box::pin(async move {
            if let Some(scripted) = self.script.lock().unwrap().pop_front() {
                return scripted.map(Some);
            }
            Ok(self.certified.lock().unwrap().get(&digest).map(|order| self.outcome(order)))
        })
    }

    fn take_certificate(&self, certified: CertifiedOrder) -> BoxFuture<'_, Result<(), DeskError>> {
        Box::pin(async move {
            let keyset = self.charter.keyset(certified.order.keyset).ok_or(Refusal::CharterBehind)?;
            let verified = certified.certificate.verify(keyset, &certified.order.digest());
            verified.map(|_| ()).map_err(|_| Refusal::BadCertificate.into())
        })
    }

    fn charter(&self) -> Arc<Charter> {
        Arc::clone(&self.charter)
    }

    fn charter_chain(&self) -> Result<Vec<Vec<u8>>, DeskError> {
        Ok(self.chain.iter().map(encode).collect())
    }

    fn store(&self) -> StoreId {
        STORE
    }

    fn node_key(&self) -> &SigningKey {
        &self.key
    }

    fn status(&self) -> BoxFuture<'_, Result<DeskStatus, DeskError>> {
        let witness = |(at, up): (u8, &bool)| WitnessStatus {
            keyset: KEYSET,
            index: WitnessIndex(at),
            store: StoreId(u32::from(at) + 1),
            name: format!("Store {}", at + 1),
            up: *up,
            rtt_us: Some(12),
        };
        let witnesses = (0_u8..).zip(&self.up).map(witness).collect();
        let log = LogStatus {
            waits_to_close: false,
            keyset: KEYSET,
            size: 3,
            root: "00".repeat(32),
            starting: false,
            retired: false,
            retired_because: None,
        };
        let shown = self.shown.lock().unwrap().clone();
        let log = if self.is_witness { vec![log] } else { Vec::new() };
        let usual = DeskStatus { witnesses, open_orders: 2, log, ..DeskStatus::default() };
        Box::pin(async { Ok(shown.unwrap_or(usual)) })
    }

    fn in_hand(&self, most: usize) -> BoxFuture<'_, Result<InHand, DeskError>> {
        let in_hand = self.in_hand.lock().unwrap().clone();
        Box::pin(async move { Ok(InHand { orders: in_hand.orders.into_iter().take(most).collect(), ..in_hand }) })
    }

    fn evidence(&self) -> Result<Vec<(EvidenceId, Vec<u8>)>, DeskError> {
        Ok(self.pieces.lock().unwrap().clone())
    }

    fn piece(&self, id: &EvidenceId) -> Result<Option<Vec<u8>>, DeskError> {
        let kept = self.pieces.lock().unwrap();
        Ok(kept.iter().find(|(known, _)| known == id).map(|(_, bytes)| bytes.clone()))
    }

    fn books(&self) -> BoxFuture<'_, Result<Vec<KeysetBooks>, DeskError>> {
        let line = |account, position| AccountLine {
            account,
            issued: Points(5),
            redeemed: Points(0),
            donated: Points(0),
            pledged: Points(0),
            vouchers_honoured: Points(0),
            vouchers_funded: Points(0),
            position,
        };
        let accounts = vec![
            line(Account::Store(STORE), -5),
            line(Account::Pool, 5),
            AccountLine {
                donated: Points(*self.given.lock().unwrap()),
                ..line(Account::Association(AssociationId(1)), 0)
            },
        ];
        let books = if self.is_witness { vec![KeysetBooks { keyset: KEYSET, accounts }] } else { Vec::new() };
        Box::pin(async { Ok(books) })
    }

    fn bucket_lengths(&self, query: LengthQuery) -> BoxFuture<'_, Result<Vec<BucketLength>, DeskError>> {
        Box::pin(async move {
            let _open = self.gate.acquire().await.unwrap();
            self.charter.keyset(query.keyset).ok_or(Refusal::CharterBehind)?;
            let length = |index: &WitnessIndex| self.federation.bucket_length(*index, &query);
            Ok(self.federation.indices(query.keyset).iter().map(length).collect())
        })
    }

    fn bucket_pages(
        &self,
        index: WitnessIndex,
        query: BucketQuery,
    ) -> BoxFuture<'_, Result<Vec<BucketPage>, DeskError>> {
        Box::pin(async move {
            let _open = self.gate.acquire().await.unwrap();
            let keyset = self.charter.keyset(query.keyset).ok_or(Refusal::CharterBehind)?;
            keyset.member(index).ok_or(Refusal::Unknown)?;
            Ok(vec![self.federation.bucket_page(index, &query, self.certified.lock().unwrap().values())])
        })
    }

    fn probe(&self, probe: Probe) -> BoxFuture<'_, Result<Vec<ProbeAnswer>, DeskError>> {
        Box::pin(async move {
            let _open = self.gate.acquire().await.unwrap();
            self.charter.keyset(probe.keyset).ok_or(Refusal::CharterBehind)?;
            let checked = probe.check(self.charter.federation())?;
            let answer = |index: &WitnessIndex| self.federation.probe_answer(&checked, *index, CoinState::Unbound);
            Ok(self.federation.indices(probe.keyset).iter().map(answer).collect())
        })
    }

    fn statement(&self, _: KeysetId) -> BoxFuture<'_, Result<Option<ClosingStatement>, DeskError>> {
        let statement = *self.statement.lock().unwrap();
        Box::pin(async move { Ok(statement) })
    }

    fn log_page(&self, keyset: KeysetId, from: u64) -> BoxFuture<'_, Result<Option<LogPage>, DeskError>> {
        let known = self.charter.keyset(keyset);
        let key = self.federation.witness(KEYSET, WitnessIndex(0)).vote;
        let page = known.map(|keyset| {
            let all = self.certified.lock().unwrap();
            let from = usize::try_from(from).unwrap();
            let entries: Vec<LogEntry> = all
                .values()
                .skip(from)
                .map(|order| {
                    let certificate = self.federation.certify(order);
                    LogEntry::Certified(CertifiedOrder { order: order.clone(), certificate })
                })
                .collect();
            let head = Head::sign(&key, keyset, WitnessIndex(0), 1, [0; 32]);
            LogPage { entries: Bounded::new(entries).unwrap(), head }
        });
        Box::pin(async move { Ok(page) })
    }
}

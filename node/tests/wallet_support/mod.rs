//! Four shops over real HTTP, before a quorum that a test can bend.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, mpsc};

use base64::Engine as _;
use ronde_node::clock::Clock;
use ronde_node::http::{AdminToken, Site, router};
use ronde_node::shop::{
    Answer, BoxFuture, DeskError, DeskStatus, EvidenceId, InHand, KeysetBooks, NewCheckout, NewGrant, OrderDesk,
    Outcome, Shop,
};
use ronde_node::store::{MemoryEngine, Readers, Writer, WriterConfig};
use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::machine::till::grant::{GrantTerms, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::bucket::{BucketLength, BucketPage, BucketQuery, LengthQuery};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::evaluation::Evaluation;
use ronde_protocol::message::ids::{CampaignId, KeysetId, OfferId, OrderDigest, StoreId, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::{Order, SignedOrder, Submission};
use ronde_protocol::message::probe::{CoinState, Probe, ProbeAnswer};
use ronde_protocol::message::refusal::{Conflict, ConflictingOrder, Refusal};
use ronde_protocol::message::statement::ClosingStatement;
use ronde_protocol::message::wire::LogPage;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::federation_support::{Federation, KEYSET, Plan, list, node_seed, planned};

/// What the witnesses would do, and what a test makes them do.
#[derive(Default)]
pub struct Quorum {
    bound: BTreeMap<[u8; 32], SignedOrder>,
    pub certified: BTreeMap<OrderDigest, Order>,
    /// No order is decided.
    pub holding: bool,
    /// Orders get votes that bind their coins, and no certificate.
    pub binding: bool,
    /// A witness that evaluates with another key.
    pub liar: Option<WitnessIndex>,
    /// A store that spoils what it relays.
    pub spoiling: Option<StoreId>,
    /// Witnesses whose evaluations do not come.
    pub silent: Vec<WitnessIndex>,
    /// Witnesses that do not vote; the others do where they are shown a column.
    pub retired: Vec<WitnessIndex>,
    /// How often an order was submitted, by store.
    pub submissions: Vec<(StoreId, OrderDigest)>,
    /// How often an order was asked for by its digest.
    pub asked_for: usize,
    /// Certificates that were handed in.
    pub handed_in: Vec<(StoreId, OrderDigest)>,
}

struct Desk {
    store: StoreId,
    key: SigningKey,
    federation: Arc<Federation>,
    charter: Arc<Charter>,
    quorum: Arc<Mutex<Quorum>>,
}

impl Desk {
    fn decide(&self, submission: &Submission) -> Result<Outcome, Refusal> {
        let order = submission.signed.order.clone();
        let digest = order.digest();
        submission.signed.clone().check(&self.charter)?.authorize(&self.charter)?;
        let mut quorum = self.quorum.lock().unwrap();
        quorum.submissions.push((self.store, digest));
        if quorum.holding {
            return Ok(Outcome::Pending { votes: 1 });
        }
        let shown = submission.columns.iter().filter(|column| !quorum.retired.contains(&column.index)).count();
        if !quorum.retired.is_empty() && !order.inputs.is_empty() && shown < 3 {
            return Ok(Outcome::Pending { votes: shown });
        }
        let in_the_way = order.inputs.iter().filter_map(|input| quorum.bound.get(&input.point.0));
        if let Some(other) = in_the_way.into_iter().find(|other| other.order.digest() != digest).cloned() {
            let certified = quorum.certified.contains_key(&other.order.digest());
            let certificate = certified.then(|| self.federation.certify(&other.order));
            let other = match certified {
                true => ConflictingOrder::Certified(other.order),
                false => ConflictingOrder::Signed(other),
            };
            return Ok(Outcome::Refused(Refusal::Conflict(Box::new(Conflict { other, certificate }))));
        }
        order.inputs.iter().for_each(|input| drop(quorum.bound.insert(input.point.0, submission.signed.clone())));
        if quorum.binding {
            return Ok(Outcome::Pending { votes: 2 });
        }
        quorum.certified.insert(digest, order.clone());
        Ok(self.certified(&quorum, &order))
    }

    fn certified(&self, quorum: &Quorum, order: &Order) -> Outcome {
        let indices = self.federation.indices(order.keyset).into_iter();
        let mut evaluations: Vec<Evaluation> = indices
            .filter(|index| !quorum.silent.contains(index))
            .filter_map(|index| {
                let honest = self.federation.witness(order.keyset, index);
                let marking = node_seed(StoreId(99)).witness_keys(&self.federation.id(), order.keyset).unwrap();
                let keys = if quorum.liar == Some(index) { marking } else { honest };
                self.federation.evaluate_with(order, index, &keys)
            })
            .collect();
        if quorum.spoiling == Some(self.store) {
            evaluations.iter_mut().for_each(|evaluation| evaluation.signature.0[3] ^= 4);
        }
        let certificate = self.federation.certify(order);
        Outcome::Certified { order: Box::new(order.clone()), certificate, evaluations }
    }
}

impl OrderDesk for Desk {
    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Outcome, DeskError>> {
        Box::pin(async move { Ok(self.decide(&submission)?) })
    }

    fn look_up(&self, _: KeysetId, digest: OrderDigest) -> BoxFuture<'_, Result<Option<Outcome>, DeskError>> {
        let mut quorum = self.quorum.lock().unwrap();
        quorum.asked_for += 1;
        let found = quorum.certified.get(&digest).map(|order| self.certified(&quorum, order));
        Box::pin(async move { Ok(found) })
    }

    fn take_certificate(&self, certified: CertifiedOrder) -> BoxFuture<'_, Result<(), DeskError>> {
        self.quorum.lock().unwrap().handed_in.push((self.store, certified.order.digest()));
        Box::pin(async { Ok(()) })
    }

    fn charter(&self) -> Arc<Charter> {
        Arc::clone(&self.charter)
    }

    fn charter_chain(&self) -> Result<Vec<Vec<u8>>, DeskError> {
        Ok(vec![encode(&self.federation.signed)])
    }

    fn store(&self) -> StoreId {
        self.store
    }

    fn node_key(&self) -> &SigningKey {
        &self.key
    }

    fn status(&self) -> BoxFuture<'_, Result<DeskStatus, DeskError>> {
        Box::pin(async { Ok(DeskStatus::default()) })
    }

    fn in_hand(&self, _: usize) -> BoxFuture<'_, Result<InHand, DeskError>> {
        Box::pin(async { Ok(InHand::default()) })
    }

    fn evidence(&self) -> Result<Vec<(EvidenceId, Vec<u8>)>, DeskError> {
        Ok(Vec::new())
    }

    fn piece(&self, _: &EvidenceId) -> Result<Option<Vec<u8>>, DeskError> {
        Ok(None)
    }

    fn books(&self) -> BoxFuture<'_, Result<Vec<KeysetBooks>, DeskError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn bucket_lengths(&self, query: LengthQuery) -> BoxFuture<'_, Result<Vec<BucketLength>, DeskError>> {
        let length = |index: &WitnessIndex| self.federation.bucket_length(*index, &query);
        let lengths = self.federation.indices(query.keyset).iter().map(length).collect();
        Box::pin(async move { Ok(lengths) })
    }

    fn bucket_pages(
        &self,
        index: WitnessIndex,
        query: BucketQuery,
    ) -> BoxFuture<'_, Result<Vec<BucketPage>, DeskError>> {
        let page = self.federation.bucket_page(index, &query, self.quorum.lock().unwrap().certified.values());
        Box::pin(async move { Ok(vec![page]) })
    }

    fn probe(&self, probe: Probe) -> BoxFuture<'_, Result<Vec<ProbeAnswer>, DeskError>> {
        let quorum = self.quorum.lock().unwrap();
        let checked = probe.check(&self.federation.id()).unwrap();
        let state = match quorum.bound.get(&probe.point.0) {
            Some(signed) if quorum.certified.contains_key(&signed.order.digest()) => {
                let (order, certificate) = (signed.order.clone(), self.federation.certify(&signed.order));
                CoinState::Spent(CertifiedOrder { order, certificate })
            }
            Some(signed) => CoinState::Bound(signed.clone()),
            None => CoinState::Unbound,
        };
        let answer = |index: &WitnessIndex| self.federation.probe_answer(&checked, *index, state.clone());
        let answers = self.federation.indices(probe.keyset).iter().map(answer).collect();
        Box::pin(async move { Ok(answers) })
    }

    fn statement(&self, _: KeysetId) -> BoxFuture<'_, Result<Option<ClosingStatement>, DeskError>> {
        Box::pin(async { Ok(None) })
    }

    fn log_page(&self, _: KeysetId, _: u64) -> BoxFuture<'_, Result<Option<LogPage>, DeskError>> {
        Box::pin(async { Ok(None) })
    }
}

/// Four shops that are open.
pub struct Town {
    pub federation: Arc<Federation>,
    pub quorum: Arc<Mutex<Quorum>>,
    pub bases: Vec<String>,
    shops: Vec<Shop>,
    servers: Vec<JoinHandle<()>>,
    runtime: Runtime,
}

impl Town {
    pub fn open() -> Self {
        Self::founded(Clock::System.unix_seconds())
    }

    /// Its charter is of this time, in seconds since 1970.
    pub fn founded(now: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listeners: Vec<TcpListener> = (0..4).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let bases: Vec<String> =
            listeners.iter().map(|socket| format!("http://{}", socket.local_addr().unwrap())).collect();
        let federation = Arc::new(planned(&Plan { now, http: bases.clone(), ..Plan::of(4) }));
        let mut town =
            Self { federation, quorum: Arc::default(), bases, shops: Vec::new(), servers: Vec::new(), runtime };
        (1..).map(StoreId).zip(listeners).for_each(|(store, socket)| town.open_shop(store, socket));
        town
    }

    fn open_shop(&mut self, store: StoreId, socket: TcpListener) {
        let charter = Arc::new(Charter::genesis(self.federation.signed.clone()).unwrap());
        let engine = MemoryEngine::new();
        let readers = Arc::new(Readers::open(&engine as &dyn ronde_node::store::Engine, 1).unwrap());
        let writer = Writer::start(engine, WriterConfig::default()).unwrap();
        let source = Arc::clone(&charter);
        let shop = Shop::new(store, Arc::new(move || Arc::clone(&source)), writer, readers, Clock::System);
        let desk = Desk {
            store,
            key: node_seed(store).node_key(),
            federation: Arc::clone(&self.federation),
            charter,
            quorum: Arc::clone(&self.quorum),
        };
        let folder = tempfile::tempdir().unwrap();
        let admin = AdminToken::load_or_make(&folder.path().join("admin.token")).unwrap();
        let site = Site::new(shop.clone(), Arc::new(desk), &admin, "http://nowhere.invalid");
        socket.set_nonblocking(true).unwrap();
        let server = async move {
            let listener = tokio::net::TcpListener::from_std(socket).unwrap();
            axum::serve(listener, router(site)).await.unwrap();
        };
        self.servers.push(self.runtime.spawn(server));
        self.shops.push(shop);
    }

    /// A shop's HTTP goes away, open connections apart.
    pub fn close(&self, store: u32) {
        self.servers[place(store)].abort();
    }

    pub fn base(&self, store: u32) -> &str {
        &self.bases[place(store)]
    }

    /// A till of the store grants; the link to the points.
    pub fn grant(&self, store: u32, points: u64) -> String {
        self.grant_with(store, points, None, 0)
    }

    pub fn grant_with(&self, store: u32, points: u64, ballot: Option<CampaignId>, vouchers: u16) -> String {
        let vouchers = (vouchers > 0).then_some(VoucherCount { offer: OfferId(1), count: vouchers });
        let terms = GrantTerms { points: Points(points), ballot, vouchers: list(vouchers) };
        let new = NewGrant { terms, reference: "receipt 1".to_owned(), expires_in: 3600, receipt: None, source: None };
        let (sender, made) = mpsc::channel();
        let render = move |grant: ronde_node::shop::MadeGrant| {
            let secret = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(grant.secret.expose());
            sender.send(format!("/g/{}#{secret}", grant.id)).unwrap();
            Answer { status: 201, body: Vec::new() }
        };
        self.runtime.block_on(self.shops[place(store)].make_grant(new, None, render)).unwrap();
        format!("{}{}", self.base(store), made.recv().unwrap())
    }

    /// A till of the store opens a checkout; the link to pay at.
    pub fn checkout(&self, store: u32, max: u64, step: u64) -> String {
        let new = NewCheckout {
            max: Points(max),
            step: Points(step),
            reference: "basket 1".to_owned(),
            expires_in: 900,
            till: None,
        };
        let (sender, made) = mpsc::channel();
        let render = move |view: ronde_node::shop::CheckoutView| {
            sender.send(format!("/c/{}", view.id)).unwrap();
            Answer { status: 201, body: Vec::new() }
        };
        self.runtime.block_on(self.shops[place(store)].open_checkout(new, None, render)).unwrap();
        format!("{}{}", self.base(store), made.recv().unwrap())
    }

    /// A till of the store withdraws the checkout of a link.
    pub fn cancel(&self, store: u32, link: &str) {
        let (_, id) = link.rsplit_once('/').unwrap();
        self.runtime.block_on(self.shops[place(store)].cancel_checkout(id.parse().unwrap())).unwrap();
    }

    /// What was bound gets its certificate.
    pub fn certify_bound(&self) {
        let mut quorum = self.quorum.lock().unwrap();
        let bound: Vec<Order> = quorum.bound.values().map(|signed| signed.order.clone()).collect();
        bound.into_iter().for_each(|order| drop(quorum.certified.insert(order.digest(), order)));
    }

    pub fn bend(&self, change: impl FnOnce(&mut Quorum)) {
        change(&mut self.quorum.lock().unwrap());
    }

    /// All orders that were certified conserve what was issued: points out of nothing would show here.
    pub fn float(&self) -> u64 {
        let quorum = self.quorum.lock().unwrap();
        let sum = |points: fn(&Order) -> u64| quorum.certified.values().map(points).sum::<u64>();
        sum(|order| order.points_out().unwrap().0) - sum(|order| order.points_in().unwrap().0)
    }
}

fn place(store: u32) -> usize {
    usize::try_from(store).unwrap() - 1
}

/// The keyset that all coins of these tests are of.
pub const ONLY_KEYSET: KeysetId = KEYSET;

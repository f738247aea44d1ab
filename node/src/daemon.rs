//! Starts a node, serves until it is told to stop, and finishes what is open.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ronde_protocol::machine::witness::keys::NodeSeed;
use ronde_protocol::message::ids::StoreId;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::charter_store::{CharterStore, CharterStoreError};
use crate::clock::Clock;
use crate::config::Tls;
use crate::driver::{
    Core, Desk, LedgerError, OpenLimits, Orders, Pool, Service, copied, drift, evidence, heads, seats,
    seats::SeatError, sync, watched,
};
use crate::earning::Rules;
use crate::http::{
    self, AdminToken, AdminTokenError, CertificateError, Certificates, GuessLimits, Manager, ServeLimits, Site,
};
use crate::ops::{self, OpsSetup};
use crate::pages::{self, Catalogues};
use crate::routine::{self, RulesFile};
use crate::shop::{self, Caps, Shop, ShopError};
use crate::space::Space;
use crate::store::{Engine, Readers, StorageError, Writer, WriterConfig};
use crate::transport::{AllowList, Dialer, DialerConfig, Identity, Listener, ListenerConfig, TransportError};
use crate::webhooks;

/// How many readers of the database work beside one another.
const READERS: usize = 4;

/// What a node needs to start.
pub struct Setup {
    /// This store.
    pub store: StoreId,
    /// Its secret.
    pub seed: NodeSeed,
    /// Its charters.
    pub charters: CharterStore,
    /// Its database.
    pub engine: Box<dyn Engine>,
    /// The file of that, beside which stands when it was copied last; none in memory.
    pub database: Option<PathBuf>,
    /// Where to listen for nodes.
    pub quic: SocketAddr,
    /// Where to listen for tills and wallets.
    pub http: SocketAddr,
    /// With what the node speaks TLS there.
    pub tls: Option<Tls>,
    /// Whether something in front of it does.
    pub behind_proxy: bool,
    /// HTTP connections at a time.
    pub http_connections: usize,
    /// The admin token's file.
    pub admin_token: PathBuf,
    /// The file of the manager's password.
    pub manager_hash: PathBuf,
    /// How much may be given away.
    pub caps: Caps,
    /// Between two readings of feeds.
    pub feed: Duration,
    /// Between two pulls of a peer's log.
    pub pull: Duration,
    /// How long an order is waited for.
    pub patience: Duration,
    /// How many orders are in hand at a time.
    pub open_orders: OpenLimits,
    /// The clock.
    pub clock: Clock,
    /// The room on the disk of the database.
    pub space: Space,
    /// For whoever watches the node, if anybody does.
    pub ops: Option<OpsSetup>,
}

/// Why a node does not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The charter does not list this store.
    #[error("the charter lists no store {0}: correct `store` in the configuration, or install the newer charter")]
    NotListed(StoreId),
    /// The charter lists another node key for this store.
    #[error(
        "the charter lists another node key for store {0}: `seed_file` is not the one the store's card was made of"
    )]
    OtherNodeKey(StoreId),
    /// A seat on a committee.
    #[error(transparent)]
    Seat(#[from] SeatError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The database failed while the node ran.
    #[error("the node has stopped because its database failed and it can't know what reached the disk: {0}")]
    Stopped(#[source] StorageError),
    /// Its contents.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The shop's records in it.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// QUIC.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// HTTP.
    #[error("can't listen on {address} for tills and wallets: {source}; is another node running there?")]
    Http {
        /// Where.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The port of those who watch.
    #[error("can't listen on {address} for metrics: {source}; correct `metrics.listen`, or end what listens there")]
    Ops {
        /// Where.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The certificate for HTTPS.
    #[error("{error}; {}", error.fix())]
    Certificate {
        /// What is wrong with it.
        #[from]
        error: CertificateError,
    },
    /// The admin token.
    #[error(transparent)]
    AdminToken(#[from] AdminTokenError),
    /// The charters.
    #[error(transparent)]
    Charters(#[from] CharterStoreError),
}

/// A node that is bound and ready to serve.
pub struct Node {
    orders: Orders,
    shop: Shop,
    desk: Arc<Desk>,
    listener: Listener,
    http: TcpListener,
    ops: Option<(TcpListener, axum::Router)>,
    http_limits: ServeLimits,
    router: axum::Router,
    certificates: Option<Certificates>,
    rules: Option<RulesFile>,
    seed: NodeSeed,
    feed: Duration,
    pull: Duration,
}

impl Node {
    /// Opens everything, if the charter has this store's node key (OPS-2); nothing is answered before
    /// [`Node::serve`].
    pub async fn start(setup: Setup) -> Result<Self, NodeError> {
        let charter = setup.charters.charter().clone();
        let listed = charter.store(setup.store).ok_or(NodeError::NotListed(setup.store))?;
        if listed.node_key != setup.seed.node_key().verifying_key().encode() {
            return Err(NodeError::OtherNodeKey(setup.store));
        }
        let readers = Arc::new(Readers::open(setup.engine.as_ref(), READERS)?);
        let writer = Writer::start(setup.engine, WriterConfig::default())?;
        take_mark(&writer, &setup.charters, setup.clock.unix_seconds()).await?;
        match evidence::index(&writer).await {
            Ok(()) => {}
            Err(error @ StorageError::Full) => tracing::error!(
                %error, "evidence that an earlier program kept can't be listed yet; the node starts, and tries again"
            ),
            Err(error) => return Err(error.into()),
        }
        let identity = Identity::from_seed(*setup.seed.node_key_seed())?;
        let allowed = Arc::new(AllowList::new(charter.body().stores.iter().map(|store| store.node_key.0)));
        let listener = Listener::bind(setup.quic, &identity, Arc::clone(&allowed) as _, ListenerConfig::default())?;
        let dialer = Dialer::new(&identity, DialerConfig::default())?;
        let pool = Pool::new();
        let followed = readers.with(heads::load)?;
        let node_key = setup.seed.node_key();
        let core = Arc::new(Core::new(
            setup.store,
            node_key,
            (writer.clone(), Arc::clone(&readers)),
            (setup.clock.clone(), pool, setup.space),
            (dialer, allowed),
            setup.charters,
            followed,
        ));
        seats::take_all(&core, &setup.seed).await?;
        let source = Arc::clone(&core);
        let shop = Shop::new(setup.store, Arc::new(move || source.charter()), writer, readers, setup.clock);
        let shop = shop.counted_by(core.metrics.clone());
        let orders = Orders::new(core, Arc::new(shop.clone()), setup.open_orders);
        let desk = Arc::new(Desk::new(orders.clone(), setup.patience));
        let http = http::listen(setup.http);
        let http = http.map_err(|source| NodeError::Http { address: setup.http, source })?;
        shop.set_caps(setup.caps);
        let certificates = setup.tls.map(Certificates::load).transpose()?;
        let base = format!("{}://{}", if certificates.is_some() { "https" } else { "http" }, setup.http);
        let secure = setup.behind_proxy || certificates.is_some();
        let manager = Manager::new(Some(setup.manager_hash), secure, GuessLimits::default());
        let site = Site::new(shop.clone(), Arc::clone(&desk) as _, &admin_token(&setup.admin_token)?, &base);
        let site = site.with_manager(manager).with_certificates(certificates.clone()).with_database(setup.database);
        let router = pages::router(site.clone(), http::router(site), Catalogues::embedded());
        let http_limits = ServeLimits { connections: setup.http_connections, ..ServeLimits::default() };
        let ops = setup.ops.map(|ops| watched_port(ops, &orders)).transpose()?;
        let (seed, feed, pull, rules) = (setup.seed, setup.feed, setup.pull, None);
        Ok(Self { orders, shop, desk, listener, http, ops, http_limits, router, certificates, rules, seed, feed, pull })
    }

    /// Lets baskets earn by the rules of a configuration, and by those that it says later.
    #[must_use]
    pub fn earning_by(mut self, rules: Rules, file: RulesFile) -> Self {
        self.shop.set_rules(rules);
        self.rules = Some(file);
        self
    }

    /// What answers tills and wallets, for a program that calls it without a socket. Orders are decided only while the
    /// node serves.
    pub fn router(&self) -> axum::Router {
        self.router.clone()
    }

    /// Where tills and wallets, and where nodes are listened for.
    pub fn addresses(&self) -> Result<(SocketAddr, SocketAddr), NodeError> {
        let unbound = SocketAddr::from(([0, 0, 0, 0], 0));
        let http = self.http.local_addr().map_err(|source| NodeError::Http { address: unbound, source })?;
        Ok((http, self.listener.local_addr()?))
    }

    /// Where whoever watches is listened for, if anywhere.
    #[must_use]
    pub fn ops_address(&self) -> Option<SocketAddr> {
        self.ops.as_ref().and_then(|(listener, _)| listener.local_addr().ok())
    }

    /// Serves until `shutdown` is ready; then finishes what is being answered, and what is queued for the disk.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), NodeError> {
        let core = Arc::clone(self.orders.core());
        let tasks = seats::Background::default();
        let mut background = JoinSet::new();
        background.spawn(self.orders.clone().sweep());
        background.spawn(self.shop.clone().keep_events());
        background.spawn(webhooks::run(self.shop.clone(), Arc::clone(&self.desk) as _));
        background.spawn(watched::watch(Arc::clone(&core), self.shop.clone(), self.feed));
        background.spawn(core.space.clone().watch());
        background.spawn(evidence::index_in_time(core.writer.clone()));
        background.spawn(routine::pledge_daily(self.shop.clone(), Arc::clone(&self.desk) as _));
        if let Some(file) = self.rules {
            background.spawn(routine::watch_rules(self.shop, file));
        }
        background.spawn(drift::compare(Arc::clone(&core), self.feed));
        background.spawn(sync::watch_folder(Arc::clone(&core), self.feed));
        background.spawn(seats::work(Arc::clone(&core), self.seed, (self.feed, self.pull), Arc::clone(&tasks)));
        background.spawn(sync::each_witness(Arc::clone(&core), self.feed, {
            let orders = self.orders.clone();
            move |keyset, index| sync::read_feed(orders.clone(), keyset, index)
        }));
        background.spawn(sync::each_witness(Arc::clone(&core), self.feed, {
            let core = Arc::clone(&core);
            move |keyset, index| sync::pull_charter(Arc::clone(&core), keyset, index)
        }));
        let (stop, _) = tokio::sync::watch::channel(false);
        let stopped = |mut on: tokio::sync::watch::Receiver<bool>| async move {
            // The sender lives as long as this function.
            let _ = on.wait_for(|stopped| *stopped).await;
        };
        let quic = self.listener.serve(Arc::new(Service(Arc::clone(&core))), stopped(stop.subscribe()));
        let tls = self.certificates.as_ref().map(Certificates::server_config).transpose()?;
        background.spawn(watch(self.certificates));
        let http = http::serve_over(self.http, tls, self.router, self.http_limits, stopped(stop.subscribe()));
        if let Some((listener, router)) = self.ops {
            background.spawn(http::serve(listener, router, ops::limits(), std::future::pending()));
        }
        let until = async {
            // A node whose database failed serves nobody: it ends, so that whoever watches it starts it again.
            let failure = tokio::select! {
                () = shutdown => None,
                failure = core.writer.failed() => Some(failure),
            };
            tracing::info!("stopping: what is open is finished");
            stop.send_replace(true);
            failure
        };
        let ((), (), failure) = tokio::join!(quic, http, until);
        background.shutdown().await;
        let mut seated = std::mem::take(&mut *tasks.lock().unwrap_or_else(PoisonError::into_inner));
        seated.shutdown().await;
        core.dialer.close().await;
        core.keep_last_heads().await;
        core.writer.shutdown().await?;
        failure.map_or(Ok(()), |failure| Err(NodeError::Stopped(failure)))
    }
}

/// On a restored copy, once: withdraws what may have been promised otherwise since the copy was made, and keeps what makes
/// its witnesses retire as they take their seats.
async fn take_mark(writer: &Writer, charters: &CharterStore, now: u64) -> Result<(), NodeError> {
    let issued: Vec<u64> = charters.issued().collect();
    let (restored, _) = writer
        .submit(move |tx| -> Result<bool, ShopError> {
            if !copied::take_mark(tx, now, &issued)? {
                return Ok(false);
            }
            shop::take_mark(tx, now)?;
            Ok(true)
        })
        .await?;
    let owed = match writer.submit(move |tx| shop::make_up_refunds(tx, now)).await {
        Ok((owed, _)) => owed,
        // What can't wait for room is refused where it is asked for; this can.
        Err(error @ ShopError::Storage(StorageError::Full)) => {
            tracing::error!(
                %error, "payments that an earlier program noted as owed can't be paid back yet: make room, then start again"
            );
            0
        }
        Err(error) => return Err(error.into()),
    };
    if owed > 0 {
        tracing::warn!(
            owed,
            "payments that an earlier program noted as owed can now be claimed by their wallets: withdraw what was paid \
             back by hand (the checkout shows each refund's grant)"
        );
    }
    if restored {
        tracing::error!(
            "this database is a restored copy: this node votes in no keyset that was published until now or is within a \
             day (it still certifies and evaluates), grants that nobody had claimed are withdrawn, what is \
             owed back of checkouts until now is settled by hand, and no pledge is made today; ask the stewards for a seat \
             in a keyset of a charter that they issue later; tills and webhooks are those of the copy, also what was \
             revoked since it was made: look at `ronde till list` and `ronde webhook list`, and revoke it again"
        );
    }
    Ok(())
}

/// Listens where whoever watches the node asks.
fn watched_port(setup: OpsSetup, orders: &Orders) -> Result<(TcpListener, axum::Router), NodeError> {
    let listener = http::listen(setup.listen);
    let listener = listener.map_err(|source| NodeError::Ops { address: setup.listen, source })?;
    Ok((listener, ops::router(orders.clone(), setup.database, setup.listen.ip())))
}

/// Takes another certificate when its files change.
async fn watch(certificates: Option<Certificates>) {
    if let Some(certificates) = certificates {
        certificates.watch().await;
    }
}

fn admin_token(file: &Path) -> Result<AdminToken, NodeError> {
    Ok(AdminToken::load_or_make(file)?)
}

//! Nodes on the loopback interface.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ronde_node::transport::{
    AllowList, Dialer, DialerConfig, Handler, HandlerFuture, Identity, Listener, ListenerConfig, NodeKey,
};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Far longer than anything takes: tests wait for events, not for time.
pub const LONG: Duration = Duration::from_secs(60);

pub fn identity(number: u8) -> Identity {
    Identity::from_seed([number; 32]).unwrap()
}

/// A dialer that never gives a slow test machine up.
pub fn patient() -> DialerConfig {
    DialerConfig { connect_timeout: LONG, silence: LONG, ..DialerConfig::default() }
}

pub fn dialer(number: u8) -> Dialer {
    Dialer::new(&identity(number), patient()).unwrap()
}

/// Answers with what it was asked, and remembers who asked.
#[derive(Default)]
pub struct Echo {
    pub asked: Mutex<Vec<NodeKey>>,
}

impl Handler for Echo {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        self.asked.lock().unwrap().push(peer);
        Box::pin(async { request })
    }
}

/// Counts how many requests it answers at a time.
#[derive(Default)]
pub struct Counting {
    now: AtomicUsize,
    pub most: AtomicUsize,
}

impl Handler for Counting {
    fn handle(&self, _peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            self.now.fetch_sub(1, Ordering::SeqCst);
            request
        })
    }
}

/// A node that serves until it is stopped.
pub struct Node {
    pub key: NodeKey,
    pub address: SocketAddr,
    pub peers: Arc<AllowList>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Node {
    pub fn start(number: u8, knows: &[u8], handler: Arc<dyn Handler>) -> Self {
        Self::start_with(number, knows, handler, ListenerConfig::default())
    }

    pub fn start_with(number: u8, knows: &[u8], handler: Arc<dyn Handler>, config: ListenerConfig) -> Self {
        let me = identity(number);
        let peers = Arc::new(AllowList::new(knows.iter().map(|peer| identity(*peer).public_key())));
        let any = ([127, 0, 0, 1], 0).into();
        let listener = Listener::bind(any, &me, peers.clone(), config).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(listener.serve(handler, async {
            let _ = stopped.await;
        }));
        Self { key: me.public_key(), address, peers, stop, serving }
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Tells it to stop; the future ends when it has.
    pub fn stop(self) -> JoinHandle<()> {
        let _ = self.stop.send(());
        self.serving
    }
}

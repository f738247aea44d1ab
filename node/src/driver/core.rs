//! What all parts of a running node share, and how it reaches a witness.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::audit::Exhibit;
use ronde_protocol::machine::own::{Heard, OwnReply, OwnRequest};
use ronde_protocol::machine::witness::OtherClocks;
use ronde_protocol::machine::witness::pages;
use ronde_protocol::machine::witness::peers::Followed;
use ronde_protocol::message::charter::{Charter, Keyset, Member};
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::evidence::Evidence;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{CharterQuery, Reply, ReplyV1, Request, RequestV1};

use tokio::sync::watch;
use tokio::task::JoinSet;

pub use super::asked::AskError;
use super::drift::Drift;
use super::evidence::EvidenceKeeper;
use super::heads::{HeadKeeper, KeptHeads, Peer};
use super::pool::Pool;
use super::witness::{WitnessService, failed};
use crate::charter_store::CharterStore;
use crate::clock::{self, Clock};
use crate::entropy;
use crate::metrics::Metrics;
use crate::shop::PeerLogTrouble;
use crate::space::Space;
use crate::store::{Readers, StorageError, Writer};
use crate::transport::{AllowList, Dialer, Handler, HandlerFuture, NodeKey, PeerState};

/// How long one witness is waited for. It costs the others nothing.
const CALL_TIMEOUT: Duration = Duration::from_secs(4);

/// What all parts of a running node share.
pub struct Core {
    /// This store.
    pub store: StoreId,
    /// Its node key.
    pub node_key: SigningKey,
    /// The database's one writer.
    pub writer: Writer,
    /// Its readers.
    pub readers: Arc<Readers>,
    /// The only clock.
    pub clock: Clock,
    /// For group operations.
    pub pool: Pool,
    /// The disk's room.
    pub space: Space,
    /// How far the clock is off.
    pub drift: Drift,
    /// What is counted.
    pub metrics: Metrics,
    /// Calls other nodes.
    pub dialer: Dialer,
    /// Node keys that get a handshake.
    pub allowed: Arc<AllowList>,
    /// Witnesses that this node runs: more, once a charter gives it more seats.
    witnesses: RwLock<BTreeMap<KeysetId, Arc<WitnessService>>>,
    /// Seats of this node that it can't take, and why.
    seats_not_taken: Mutex<BTreeMap<KeysetId, String>>,
    charters: Mutex<CharterStore>,
    charter: watch::Sender<Arc<Charter>>,
    followed: Mutex<BTreeMap<Peer, Followed>>,
    heads: Arc<HeadKeeper>,
    evidence: Arc<EvidenceKeeper>,
    pulls: Mutex<BTreeMap<Peer, Pull>>,
}

/// How pulling a peer's log went.
#[derive(Clone, Debug, Default)]
pub struct Pull {
    /// When it was last read to its end.
    pub read_at: Option<tokio::time::Instant>,
    /// Why the last try failed.
    pub trouble: Option<(PeerLogTrouble, String)>,
}

impl Core {
    /// Everything but the parts that other constructors made.
    #[allow(clippy::too_many_arguments)] // Made once, in one place.
    pub fn new(
        store: StoreId,
        node_key: SigningKey,
        (writer, readers): (Writer, Arc<Readers>),
        (clock, pool, space): (Clock, Pool, Space),
        (dialer, allowed): (Dialer, Arc<AllowList>),
        charters: CharterStore,
        followed: BTreeMap<Peer, Followed>,
    ) -> Self {
        let heads = HeadKeeper::new(writer.clone());
        let evidence = EvidenceKeeper::new(writer.clone(), Arc::clone(&readers));
        let charter = watch::Sender::new(Arc::new(charters.charter().clone()));
        Self {
            store,
            node_key,
            writer,
            readers,
            clock,
            pool,
            space,
            drift: Drift::default(),
            metrics: Metrics::default(),
            dialer,
            allowed,
            witnesses: RwLock::default(),
            seats_not_taken: Mutex::default(),
            charters: Mutex::new(charters),
            charter,
            followed: Mutex::new(followed),
            heads,
            evidence,
            pulls: Mutex::default(),
        }
    }

    /// The newest charter.
    pub fn charter(&self) -> Arc<Charter> {
        Arc::clone(&self.charter.borrow())
    }

    /// Tells of every newer charter.
    pub fn charters_to_come(&self) -> watch::Receiver<Arc<Charter>> {
        self.charter.subscribe()
    }

    /// This node's witness in a keyset.
    pub fn witness(&self, keyset: KeysetId) -> Option<Arc<WitnessService>> {
        self.witnesses.read().unwrap_or_else(PoisonError::into_inner).get(&keyset).cloned()
    }

    /// All witnesses of this node, by keyset.
    pub fn witnesses(&self) -> Vec<Arc<WitnessService>> {
        self.witnesses.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Takes a seat; from now on it is answered for.
    pub fn seat(&self, witness: WitnessService) {
        let keyset = witness.witness().keyset().id();
        self.not_seated().remove(&keyset);
        self.witnesses.write().unwrap_or_else(PoisonError::into_inner).insert(keyset, Arc::new(witness));
    }

    /// Seats that can't be taken, and why.
    pub fn not_seated(&self) -> MutexGuard<'_, BTreeMap<KeysetId, String>> {
        self.seats_not_taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the charters on disk.
    pub fn read_charters<T>(&self, work: impl FnOnce(&CharterStore) -> T) -> T {
        work(&self.charters.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Works on the charters on disk; whatever is newest afterwards holds at once.
    pub fn with_charters<T>(&self, work: impl FnOnce(&mut CharterStore) -> T) -> T {
        let mut charters = self.charters.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut charters);
        let newest = Arc::new(charters.charter().clone());
        self.allowed.replace(newest.body().stores.iter().map(|store| store.node_key.0));
        self.charter.send_if_modified(|charter| {
            let is_new = charter.hash() != newest.hash();
            *charter = newest;
            is_new
        });
        result
    }

    /// Works on what is known of a peer's log.
    pub fn with_followed<T>(&self, keyset: KeysetId, index: WitnessIndex, work: impl FnOnce(&mut Followed) -> T) -> T {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        work(followed.entry((keyset, index)).or_default())
    }

    /// The same; if the highest head rises by it, or others are to be kept, that is written down (LOG-19, LOG-24).
    pub fn raise_followed<T>(&self, keyset: KeysetId, index: WitnessIndex, work: impl FnOnce(&mut Followed) -> T) -> T {
        let (done, kept) = self.with_followed(keyset, index, |followed| {
            let before = KeptHeads::of(followed);
            let done = work(followed);
            (done, KeptHeads::of(followed).filter(|kept| before.as_ref() != Some(kept)))
        });
        if let Some(heads) = kept {
            self.heads.keep((keyset, index), heads);
        }
        done
    }

    /// Writes down the heads that are not on disk yet, for a node that stops.
    pub async fn keep_last_heads(&self) {
        self.heads.finish().await;
    }

    /// Keeps the head that came in a witness's answer; two that fork are evidence. Of one that is another's nothing is
    /// noted: an old head that is shown late would have that one's log read again.
    pub async fn note_head(&self, keyset: &Keyset, from: WitnessIndex, head: Head) {
        if head.index != from || self.with_followed(keyset.id(), from, |followed| followed.is_highest(&head)) {
            return;
        }
        // Not under the lock, which answers of all witnesses take.
        let Ok(verified) = head.verify(keyset) else { return };
        let chance = entropy::chance();
        let noted = self
            .raise_followed(keyset.id(), from, |followed| followed.handle_verified_head(keyset.id(), verified, chance));
        if let Ok(Some(evidence)) = noted {
            self.keep_evidence(*evidence).await;
        }
    }

    /// Notes how pulling a peer's log went: whether it was read to its end, or what was in the way.
    pub fn note_pull(&self, keyset: KeysetId, index: WitnessIndex, pulled: Result<bool, (PeerLogTrouble, String)>) {
        let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
        let pull = pulls.entry((keyset, index)).or_default();
        if let Ok(true) = pulled {
            pull.read_at = Some(clock::monotonic());
        }
        pull.trouble = pulled.err();
    }

    /// How pulling a peer's log went last.
    pub fn pull(&self, keyset: KeysetId, index: WitnessIndex) -> Pull {
        let pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
        pulls.get(&(keyset, index)).cloned().unwrap_or_default()
    }

    /// Writes evidence down (EVIDENCE-9), now or as soon as the disk takes it. It accuses on its own; this node's word adds
    /// nothing.
    pub async fn keep_evidence(&self, evidence: Evidence) {
        // If it is not on disk yet, that was said, and it is tried again.
        let _ = self.evidence.keep(Exhibit::Witness(evidence)).await;
    }

    /// The same for whoever may go on only once it is on disk.
    ///
    /// # Errors
    /// It is not yet.
    pub async fn must_keep_evidence(&self, evidence: Evidence) -> Result<(), StorageError> {
        self.evidence.keep(Exhibit::Witness(evidence)).await
    }

    /// Asks a witness, which may be this very node.
    pub async fn ask(&self, keyset: KeysetId, index: WitnessIndex, request: RequestV1) -> Result<ReplyV1, AskError> {
        let charter = self.charter();
        let member = charter.keyset(keyset).and_then(|keyset| keyset.member(index));
        let store = member.and_then(|member| charter.store(member.store())).ok_or(AskError::NoAddress(index))?;
        if store.id == self.store {
            return Ok(self.serve(Some(self.store), request).await);
        }
        let addresses: Vec<&str> = store.quic.iter().map(|address| address.as_str()).collect();
        if addresses.is_empty() {
            return Err(AskError::NoAddress(index));
        }
        let bytes = encode(&Request::V1(request));
        let answer = self.dialer.call(store.node_key.0, &addresses.join(" "), &bytes, CALL_TIMEOUT).await?;
        let Reply::V1(reply) = decode(&answer, MAX_MESSAGE_BYTES)?;
        // LOG-16: with a vote, and with an evaluation.
        let head = match &reply {
            ReplyV1::Voted(voted) => Some(voted.head),
            ReplyV1::Certified(certified) => Some(certified.head),
            _ => None,
        };
        if let (Some(head), Some(keyset)) = (head, charter.keyset(keyset)) {
            self.note_head(keyset, index, head).await;
        }
        Ok(reply)
    }

    /// Asks a witness for what an order needs; this node's own for `own`, if there is that. What it has made is told apart.
    pub async fn ask_for_order(
        &self,
        (keyset, index): (KeysetId, WitnessIndex),
        request: RequestV1,
        own: Option<OwnRequest>,
    ) -> Result<Heard, AskError> {
        let (charter, from) = (self.charter(), Some(self.store));
        let witness = self.witness(keyset).filter(|witness| witness.witness().index() == index);
        let Some(witness) = witness else { return self.ask(keyset, index, request).await.map(Heard::Peer) };
        let answer = async {
            match own {
                Some(own) => witness.vote(&charter, from, own).await,
                None => self.answer(from, request).await,
            }
        };
        // It is waited for no longer than another's.
        let answered = tokio::time::timeout(CALL_TIMEOUT, answer).await;
        Ok(Heard::Own(answered.unwrap_or_else(|_| ReplyV1::Refused(Refusal::Busy).into())))
    }

    /// Asks every witness of a keyset at once, this node's own among them. Dropping what is returned ends the waiting.
    pub fn ask_all(self: &Arc<Self>, keyset: &Keyset, request: &RequestV1) -> JoinSet<Option<ReplyV1>> {
        let mut asked = JoinSet::new();
        for index in keyset.members().iter().map(Member::index) {
            let (core, id, request) = (Arc::clone(self), keyset.id(), request.clone());
            asked.spawn(async move { core.ask(id, index, request).await.ok() });
        }
        asked
    }

    /// Whether a witness answers, and how fast, as last seen.
    pub fn reachability(&self, store: StoreId, key: &NodeKey) -> (bool, Option<Duration>) {
        if store == self.store {
            return (true, None);
        }
        let status = self.dialer.status(key);
        (!matches!(status.state, PeerState::Down { .. }) && status.failures == 0, status.rtt)
    }

    /// Answers one request of a store.
    pub async fn serve(&self, from: Option<StoreId>, request: RequestV1) -> ReplyV1 {
        self.answer(from, request).await.into_reply()
    }

    /// The same, with what the witness has made itself told apart.
    async fn answer(&self, from: Option<StoreId>, request: RequestV1) -> OwnReply {
        if let RequestV1::Charter(query) = &request {
            return self.charter_chunk(query).into();
        }
        let keyset = match &request {
            RequestV1::Vote(request) => request.signed.order.keyset,
            RequestV1::Certify(certified) => certified.order.keyset,
            RequestV1::Order(query) => query.keyset,
            RequestV1::Feed(page) | RequestV1::Log(page) => page.keyset,
            RequestV1::NewestHead(query) => query.keyset,
            RequestV1::Length(query) => query.keyset,
            RequestV1::Bucket(query) => query.keyset,
            RequestV1::Probe(probe) => probe.keyset,
            RequestV1::Move(request) => request.keyset,
            RequestV1::Statement(query) => query.keyset,
            RequestV1::Charter(_) => KeysetId(0),
        };
        let charter = self.charter();
        let Some(witness) = self.witness(keyset) else {
            let known = charter.keyset(keyset).is_some();
            return ReplyV1::Refused(if known { Refusal::Unknown } else { Refusal::CharterBehind }).into();
        };
        OwnReply::from(match request {
            RequestV1::Vote(request) => return witness.vote(&charter, from, request).await,
            RequestV1::Certify(certified) => return witness.certify(&charter, from, certified).await,
            RequestV1::Move(request) => return witness.take_move(&charter, from, request.certified).await,
            RequestV1::Statement(_) => witness.statement(OtherClocks::default()).await,
            RequestV1::Order(query) => witness.order(&query.digest),
            RequestV1::Log(page) => witness.log_page(page.from).map_or_else(|error| failed(&error), ReplyV1::Log),
            RequestV1::Feed(page) => match from {
                Some(store) => witness.feed_page(store, page.from).map_or_else(|error| failed(&error), ReplyV1::Feed),
                None => ReplyV1::Refused(Refusal::Forbidden),
            },
            RequestV1::NewestHead(query) => {
                let newest = self.with_followed(keyset, query.asker, |followed| followed.highest().copied());
                ReplyV1::NewestHead(witness.witness().answer_head_query(&query, newest))
            }
            RequestV1::Length(query) => witness.bucket_length(&query).await,
            RequestV1::Bucket(query) => witness.bucket_page(&query),
            RequestV1::Probe(probe) => witness.probe(&charter, probe).await,
            RequestV1::Charter(_) => ReplyV1::Refused(Refusal::Unknown),
        })
    }

    fn charter_chunk(&self, query: &CharterQuery) -> ReplyV1 {
        self.read_charters(|charters| {
            pages::charter_chunk(charters.versions(), query)
                .map_or(ReplyV1::Refused(Refusal::Unknown), ReplyV1::Charter)
        })
    }
}

/// Answers requests that come over QUIC: all of them, also those that are no message (TRANSPORT-11). Who asks is known
/// from the handshake (TRANSPORT-8).
pub struct Service(pub Arc<Core>);

impl Handler for Service {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            self.0.dialer.heard_from(&peer);
            let charter = self.0.charter();
            let key = ronde_protocol::crypto::sign::VerifyingKeyBytes(peer);
            let store = charter.store_with_key(&key).map(|store| store.id);
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(request)) => self.0.serve(store, request).await,
                Err(error) => ReplyV1::Refused(error.into()),
            };
            encode(&Reply::V1(reply))
        })
    }
}

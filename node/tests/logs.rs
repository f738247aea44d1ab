//! Logs between real nodes: read in pages, asked about at a start, and compared with what peers have seen.

mod endless;
mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod store_support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use federation::{Town, eventually, in_memory, on_disk, orders};
use federation_support::{DAY, Federation, KEYSET, NOW, Plan, list};
use ronde_node::store::{Engine, StorageError};
use ronde_node::transport::{Handler, HandlerFuture, NodeKey};
use ronde_protocol::crypto::merkle;
use ronde_protocol::limits::{LOG_ANSWER_BYTES, MAX_LOG_ENTRIES, MAX_MESSAGE_BYTES};
use ronde_protocol::machine::witness::keys::WitnessKeys;
use ronde_protocol::message::charter::Keyset;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::head::{Head, HeadAnswer};
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::order::SignedOrder;
use ronde_protocol::message::refusal::{NotVoting, Refusal};
use ronde_protocol::message::wire::{FromPosition, HeadQuery, LogPage, OrderState, Reply, ReplyV1, Request, RequestV1};
use store_support::{Failing, Outcomes};

fn pull(town: &mut Town, from: u64) -> LogPage {
    match town.ask(1, 1, RequestV1::Log(FromPosition { keyset: KEYSET, from })) {
        ReplyV1::Log(page) => page,
        other => panic!("no page but {other:?}"),
    }
}

/// STORE-32: two witnesses voted for what a store issued, and the store is gone.
#[test]
fn an_order_without_inputs_is_carried_on_by_whoever_is_asked_for_it() {
    let mut town = Town::open(4, in_memory);
    let issued = orders::earn(&town.federation, 4, 1, &[(1, 8)]);
    let paid = orders::redeem(&town.federation, 4, &[(2, 8)], &[]);
    for store in [1, 2] {
        for signed in [&issued, &paid] {
            let request = orders::request(&town.federation, store, signed, &[]);
            assert!(matches!(town.ask(store, store, RequestV1::Vote(request)), ReplyV1::Voted(_)));
        }
    }
    town.stop(4);
    let asked = |town: &Town, signed: &SignedOrder| {
        town.get(3, &format!("/v1/orders/{}?keyset={KEYSET}", signed.order.digest()))
    };
    eventually("it is certified", || asked(&town, &issued).status == 200);
    // Nobody has the columns that the third witness needs.
    let pending = asked(&town, &paid);
    assert_eq!((pending.status, &pending.body["votes"]), (202, &serde_json::json!(2)), "{pending:?}");
}

/// LOG-11, LOG-12.
#[test]
fn a_log_is_read_in_pages_without_gaps_that_their_heads_cover() {
    let mut town = Town::found(Plan::of(1));
    town.start(1, in_memory);
    let small = (0..36).map(|day| orders::pledge(&town.federation, 1, NOW - DAY * (1 + day)));
    let large = (0..3_u8).map(|grant| {
        let coins: Vec<(u64, u64)> = (0..200).map(|coin| (u64::from(grant) * 1000 + coin, 1)).collect();
        orders::earn(&town.federation, 1, grant, &coins)
    });
    let all: Vec<_> = small.chain(large).collect();
    for signed in &all {
        let request = orders::request(&town.federation, 1, signed, &[]);
        // The first is asked for until the witness is open; alone on its committee it certifies at once.
        eventually("it is certified", || {
            matches!(town.ask(1, 1, RequestV1::Vote(request.clone())), ReplyV1::Certified(_))
        });
    }
    let mut entries: Vec<LogEntry> = Vec::new();
    loop {
        let from = entries.len();
        let page = pull(&mut town, from.try_into().unwrap());
        if page.entries.is_empty() {
            break;
        }
        let sizes: Vec<usize> = page.entries.iter().map(|entry| encode(entry).len()).collect();
        let (last, before) = sizes.split_last().unwrap();
        assert!(sizes.len() <= MAX_LOG_ENTRIES && before.iter().sum::<usize>() < LOG_ANSWER_BYTES);
        entries.extend(page.entries.iter().cloned());
        let full = sizes.len() == MAX_LOG_ENTRIES || before.iter().sum::<usize>() + last >= LOG_ANSWER_BYTES;
        assert!(full || entries.len() == 2 * all.len(), "a page ends early");
        assert!(page.head.size >= entries.len().try_into().unwrap());
    }
    assert_eq!(entries.len(), 2 * all.len());
    assert_eq!(pull(&mut town, 5).entries.first().map(encode), entries.get(5).map(encode));
    assert!(pull(&mut town, 1 << 40).entries.is_empty());
    let head = pull(&mut town, 0).head;
    let keyset = town.federation.charter.keyset(KEYSET).unwrap();
    let leaves: Vec<[u8; 32]> = entries.iter().map(LogEntry::leaf).collect();
    assert_eq!(head.verify(keyset).unwrap().get().root, merkle::root_of(&leaves));
}

/// A peer that notes who asks for a newest head, and says nothing.
#[derive(Default)]
struct Listening(Mutex<Vec<HeadQuery>>);

impl Handler for Listening {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        if let Ok(Request::V1(RequestV1::NewestHead(query))) = decode::<Request>(&request, MAX_MESSAGE_BYTES) {
            self.0.lock().unwrap().push(query);
        }
        Box::pin(async { encode(&Reply::V1(ReplyV1::Refused(Refusal::Busy))) })
    }
}

fn listen(town: &Town, store: u32) -> Arc<Listening> {
    let heard = Arc::new(Listening::default());
    town.impersonate(store, Arc::clone(&heard) as _);
    heard
}

/// ROLLBACK-1.
#[test]
fn a_witness_that_starts_asks_every_peer_with_a_nonce_of_this_start() {
    let mut town = Town::found(Plan::of(4));
    let peers: Vec<Arc<Listening>> = (2..=4).map(|store| listen(&town, store)).collect();
    let mut nonces: Vec<BTreeSet<[u8; 32]>> = Vec::new();
    for _ in 0..2 {
        peers.iter().for_each(|peer| peer.0.lock().unwrap().clear());
        town.start(1, on_disk);
        let heard = |peer: &Arc<Listening>| -> BTreeSet<[u8; 32]> {
            peer.0.lock().unwrap().iter().map(|query| query.nonce).collect()
        };
        // Each pull of a log asks as well, with a nonce of its own (ROLLBACK-12).
        eventually("every peer is asked with the nonce of this start", || {
            let mut all = peers.iter().map(heard);
            let first = all.next().unwrap();
            !all.fold(first, |shared, next| &shared & &next).is_empty()
        });
        town.stop(1);
        let asked: Vec<HeadQuery> = peers.iter().flat_map(|peer| peer.0.lock().unwrap().clone()).collect();
        assert!(asked.iter().all(|query| (query.keyset, query.asker) == (KEYSET, WitnessIndex(0))));
        nonces.push(asked.iter().map(|query| query.nonce).collect());
    }
    assert!(nonces[0].is_disjoint(&nonces[1]), "another start, another nonce");
}

/// ROLLBACK-2, ROLLBACK-5, ROLLBACK-10.
#[test]
fn a_witness_that_has_not_heard_from_its_peers_answers_and_certifies_but_does_not_vote() {
    let mut town = Town::found(Plan::of(4));
    town.start(1, in_memory);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let request = RequestV1::Vote(orders::request(&town.federation, 1, &signed, &[]));
    let refused = town.ask(2, 1, request);
    assert!(matches!(refused, ReplyV1::Refused(Refusal::NotVoting(NotVoting::Starting))), "{refused:?}");
    let asker = WitnessIndex(1);
    let nonce = [7; 32];
    let ReplyV1::NewestHead(answer) = town.ask(2, 1, RequestV1::NewestHead(HeadQuery { keyset: KEYSET, asker, nonce }))
    else {
        panic!("it answers whether it votes or not");
    };
    let keyset = town.federation.charter.keyset(KEYSET).unwrap().clone();
    let member = keyset.member(WitnessIndex(0)).unwrap();
    assert!(answer.verify(&keyset, member, asker, &nonce).unwrap().is_none());
    let voters = [1, 2, 3].map(WitnessIndex);
    let certificate = town.federation.certify_by(&signed.order, &voters).into_certificate();
    let shown = town.ask(2, 1, RequestV1::Certify(CertifiedOrder { order: signed.order, certificate }));
    assert!(matches!(shown, ReplyV1::Certified(_)), "{shown:?}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// ROLLBACK-6, ROLLBACK-9; its peers kept its head (LOG-16).
#[test]
fn a_witness_put_back_to_an_old_database_learns_it_from_its_peers_and_votes_no_more() {
    let mut town = Town::open(4, on_disk);
    town.stop(4);
    let backup = tempfile::tempdir().unwrap();
    copy(&town.folder(4), backup.path());
    town.start(4, on_disk);
    town.wait_for_votes();
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    eventually("witness 4 has written it down", || town.has_certified(4, &signed));
    let head = town.get(4, &format!("/v1/log/{KEYSET}?from=0")).member("head");
    let newest = |town: &mut Town, peer: u32| {
        let query = HeadQuery { keyset: KEYSET, asker: WitnessIndex(3), nonce: [1; 32] };
        match town.ask(2, peer, RequestV1::NewestHead(query)) {
            ReplyV1::NewestHead(answer) => answer.newest,
            other => panic!("{other:?}"),
        }
    };
    eventually("the others have seen how far its log goes", || {
        (1..=3).all(|peer| newest(&mut town, peer) == Some(head))
    });
    town.stop(4);
    copy(backup.path(), &town.folder(4));
    town.start(4, on_disk);
    eventually("it has found out", || town.get(4, "/v1/status").body["retired"] == serde_json::json!([KEYSET]));
    let other = orders::redeem(&town.federation, 2, &[(1, 2)], &[]);
    let request = RequestV1::Vote(orders::request(&town.federation, 4, &other, &[]));
    let refused = town.ask(2, 4, request);
    assert!(matches!(refused, ReplyV1::Refused(Refusal::NotVoting(NotVoting::Retired))), "{refused:?}");
    // It stays so.
    town.stop(4);
    town.start(4, on_disk);
    assert_eq!(town.get(4, "/v1/status").body["retired"], serde_json::json!([KEYSET]));
}

/// What was asked of a witness whose log has no end: pages in a row, and the nonces in between.
#[derive(Default)]
struct Asked {
    pages: usize,
    most: usize,
    nonces: BTreeSet<[u8; 32]>,
}

/// LOG-21: each pass over such a log ends, and the witness goes on with what else it does by the clock.
#[test]
fn a_log_without_end_is_read_a_piece_at_a_time() {
    let mut town = Town::found(Plan::of(4));
    let asked = Arc::<Mutex<Asked>>::default();
    let heard = Arc::clone(&asked);
    let one = orders::pledge(&town.federation, 1, NOW);
    town.impersonate(
        4,
        endless::log_without_end(&town, WitnessIndex(3), one, move |request| {
            let mut asked = heard.lock().unwrap();
            match request {
                RequestV1::Log(_) => asked.pages += 1,
                RequestV1::NewestHead(query) => {
                    asked.most = asked.most.max(std::mem::take(&mut asked.pages));
                    asked.nonces.insert(query.nonce);
                }
                _ => {}
            }
        }),
    );
    // Its own peers are not there: nobody else asks.
    town.start(1, in_memory);
    eventually("it is asked for heads with one nonce after the other", || asked.lock().unwrap().nonces.len() > 3);
    let most = asked.lock().unwrap().most;
    assert!((2..=512).contains(&most), "{most} pages in a row");
}

/// A witness that says of every order in its log that it voted, and shows nobody the vote.
struct Boastful {
    keys: WitnessKeys,
    keyset: Keyset,
    log: Mutex<Vec<LogEntry>>,
    /// Who has read it to its end.
    read: Mutex<BTreeSet<NodeKey>>,
}

impl Handler for Boastful {
    fn handle(&self, peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
            Ok(Request::V1(RequestV1::Log(FromPosition { from, .. }))) => {
                let log = self.log.lock().unwrap();
                let leaves: Vec<[u8; 32]> = log.iter().map(LogEntry::leaf).collect();
                let size = u64::try_from(leaves.len()).unwrap();
                if size > 0 && from == size {
                    self.read.lock().unwrap().insert(peer);
                }
                let head = Head::sign(&self.keys.vote, &self.keyset, WitnessIndex(3), size, merkle::root_of(&leaves));
                let page = log.iter().skip(usize::try_from(from).unwrap()).take(MAX_LOG_ENTRIES).cloned();
                ReplyV1::Log(LogPage { entries: list(page), head })
            }
            _ => ReplyV1::Refused(Refusal::Unknown),
        };
        Box::pin(async move { encode(&Reply::V1(reply)) })
    }
}

/// A witness that says that it voted for an order, and shows its certificate, each from when it is told to.
struct Witnessed {
    federation: Federation,
    index: WitnessIndex,
    order: SignedOrder,
    script: Arc<Script>,
}

#[derive(Default)]
struct Script {
    has_voted: AtomicBool,
    shows: AtomicBool,
    /// How often all of them were asked for their logs, and for the order.
    pulled: AtomicUsize,
    asked: AtomicUsize,
}

impl Witnessed {
    fn answer(&self, request: &RequestV1) -> ReplyV1 {
        let Self { federation, index, order: SignedOrder { order, .. }, script } = self;
        let (vote, keyset) = (federation.witness(KEYSET, *index).vote, federation.charter.keyset(KEYSET).unwrap());
        match request {
            RequestV1::NewestHead(query) => {
                ReplyV1::NewestHead(HeadAnswer::sign(&vote, keyset, *index, query.asker, &query.nonce, None))
            }
            RequestV1::Log(FromPosition { from, .. }) if script.has_voted.load(Ordering::Relaxed) => {
                script.pulled.fetch_add(1, Ordering::Relaxed);
                let entry = LogEntry::Voted(self.order.clone());
                let head = Head::sign(&vote, keyset, *index, 1, entry.leaf());
                ReplyV1::Log(LogPage { entries: list((*from == 0).then_some(entry)), head })
            }
            RequestV1::Order(_) => {
                script.asked.fetch_add(1, Ordering::Relaxed);
                if !script.shows.load(Ordering::Relaxed) {
                    return ReplyV1::Refused(Refusal::Unknown);
                }
                let certificate = federation.certify(order);
                let evaluation = federation.evaluate(order, *index).unwrap();
                ReplyV1::Order(OrderState::Certified { order: order.clone(), certificate, evaluation })
            }
            _ => ReplyV1::Refused(Refusal::Unknown),
        }
    }
}

impl Handler for Witnessed {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
            Ok(Request::V1(request)) => self.answer(&request),
            Err(error) => ReplyV1::Refused(error.into()),
        };
        Box::pin(async move { encode(&Reply::V1(reply)) })
    }
}

/// By the folder of the store, how the commits to come end.
static OUTCOMES: Mutex<BTreeMap<PathBuf, Outcomes>> = Mutex::new(BTreeMap::new());

fn breakable(folder: &Path) -> Box<dyn Engine> {
    let engine = Failing::over(in_memory(folder));
    OUTCOMES.lock().unwrap().insert(folder.to_owned(), engine.outcomes());
    Box::new(engine)
}

/// LOG-20: an order that three witnesses voted for, and whose certificate the other three show to one that can't take it.
/// How often it asked while it read their logs so many times, of which it reads three in a pass.
fn asked_in_vain(hinder: impl Fn(&Town)) -> (usize, usize) {
    let mut town = Town::found(Plan::of(4));
    let order = orders::earn(&town.federation, 1, 1, &[(1, 1)]);
    let script = Arc::<Script>::default();
    for store in 2..=4 {
        let (charter, signed) = (town.federation.charter.clone(), town.federation.signed.clone());
        let (federation, index) = (Federation { charter, signed }, WitnessIndex(store - 1));
        let witnessed = Witnessed { federation, index, order: order.clone(), script: Arc::clone(&script) };
        town.impersonate(u32::from(store), Arc::new(witnessed));
    }
    town.start(1, breakable);
    eventually("it votes", || {
        let request = orders::request(&town.federation, 1, &order, &[]);
        matches!(town.ask(1, 1, RequestV1::Vote(request)), ReplyV1::Voted(_))
    });
    script.has_voted.store(true, Ordering::Relaxed);
    let count = |what: &AtomicUsize| what.load(Ordering::Relaxed);
    eventually("it asks what became of the order", || count(&script.asked) > 0);
    hinder(&town);
    let until = count(&script.pulled) + 9;
    eventually("what was begun is over", || count(&script.pulled) >= until);
    script.shows.store(true, Ordering::Relaxed);
    let (asked, pulled) = (count(&script.asked), count(&script.pulled));
    eventually("it has read their logs many times", || count(&script.pulled) >= pulled + 120);
    let vain = (count(&script.asked) - asked, count(&script.pulled) - pulled);
    assert!(!town.has_certified(1, &order), "it could take it");
    vain
}

#[test]
fn a_certificate_that_the_disk_does_not_take_is_asked_for_less_and_less_often() {
    let (asked, pulled) = asked_in_vain(|town| {
        let outcomes = Arc::clone(&OUTCOMES.lock().unwrap()[&town.folder(1)]);
        outcomes.lock().unwrap().extend(std::iter::repeat_n(Err(StorageError::Full), 1_000_000));
    });
    // Three at a time, after 2, 4, 8 passes and so on.
    assert!((1..=20).contains(&asked), "asked {asked} times in {pulled} pulls");
}

#[test]
fn nobody_is_asked_for_a_certificate_once_the_keyset_is_over() {
    let (asked, _) = asked_in_vain(|town| {
        let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
        town.set_clock(1, end + 1);
    });
    assert_eq!(asked, 0);
}

/// LOG-20: each of three witnesses voted for more orders that lack a vote, by which a liar boasts, than one pass tries; of
/// the one that has three votes the digest is the highest.
#[test]
fn orders_that_can_not_be_completed_keep_no_other_from_it() {
    let mut town = Town::found(Plan::of(4));
    let mut all: Vec<SignedOrder> =
        (1..=106).map(|grant| orders::earn(&town.federation, 1, grant, &[(u64::from(grant), 1)])).collect();
    all.sort_by_key(|signed| signed.order.digest());
    let good = all.pop().unwrap();
    let keyset = town.federation.charter.keyset(KEYSET).unwrap().clone();
    let keys = town.federation.witness(KEYSET, WitnessIndex(3));
    let liar = Arc::new(Boastful { keys, keyset, log: Mutex::default(), read: Mutex::default() });
    town.impersonate(4, Arc::clone(&liar) as _);
    (1..=3).for_each(|store| town.start(store, in_memory));
    town.wait_for_votes();
    let vote = |town: &mut Town, store: u32, signed: &SignedOrder| {
        let request = RequestV1::Vote(orders::request(&town.federation, store, signed, &[]));
        assert!(matches!(town.ask(store, store, request), ReplyV1::Voted(_)));
    };
    // 35 of each pair of witnesses: each of them has 70 that it can't complete.
    for (number, signed) in (0_u32..).zip(&all) {
        let absent = 1 + number % 3;
        (1..=3).filter(|store| *store != absent).for_each(|store| vote(&mut town, store, signed));
    }
    *liar.log.lock().unwrap() = all.iter().cloned().map(LogEntry::Voted).collect();
    eventually("all have read the liar's log", || liar.read.lock().unwrap().len() == 3);
    (1..=3).for_each(|store| vote(&mut town, store, &good));
    eventually("the one with a quorum is certified by all", || (1..=3).all(|store| town.has_certified(store, &good)));
    assert_eq!(town.certified(1).len(), 1);
}

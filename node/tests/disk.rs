//! Disks that fail while a node runs.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod store_support;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use federation::{FLOOR, Town, eventually, in_memory, on_disk, orders};
use federation_support::{Federation, KEYSET, NOW, Plan, list};
use ronde_node::store::{Engine, SqliteEngine, StorageError, Table};
use ronde_node::transport::{Handler, HandlerFuture, NodeKey};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::evidence::Evidence;
use ronde_protocol::message::head::{Head, HeadAnswer};
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{FromPosition, HeadQuery, LogPage, Reply, ReplyV1, Request, RequestV1};
use store_support::{Failing, Outcomes, Writes};

/// By the folder of the store, how the commits to come end.
static BROKEN: Mutex<BTreeMap<PathBuf, Outcomes>> = Mutex::new(BTreeMap::new());

fn breakable(folder: &Path) -> Box<dyn Engine> {
    let engine = Failing::over(on_disk(folder));
    BROKEN.lock().unwrap().insert(folder.to_owned(), engine.outcomes());
    Box::new(engine)
}

fn outcomes(town: &Town, store: u32) -> Outcomes {
    Arc::clone(&BROKEN.lock().unwrap()[&town.folder(store)])
}

/// From now on no commit succeeds, until what is returned is cleared; and how many commits will have failed.
fn fill_disk(town: &Town, store: u32) -> (Outcomes, impl Fn() -> usize + use<>) {
    const MANY: usize = 1_000_000;
    let outcomes = outcomes(town, store);
    outcomes.lock().unwrap().extend(std::iter::repeat_n(Err(StorageError::Full), MANY));
    let failing = Arc::clone(&outcomes);
    (outcomes, move || MANY - failing.lock().unwrap().len())
}

/// By the folder of the store, what is written.
static WRITES: Mutex<BTreeMap<PathBuf, Writes>> = Mutex::new(BTreeMap::new());

fn without_room_for_lists(folder: &Path) -> Box<dyn Engine> {
    let engine = Failing::over(on_disk(folder));
    engine.writes().fill(Some(Table::Meta));
    WRITES.lock().unwrap().insert(folder.to_owned(), engine.writes());
    Box::new(engine)
}

/// EVIDENCE-20: an earlier program kept it, without a list of what convicts whom.
#[test]
fn a_node_with_unlisted_evidence_starts_on_a_full_disk_shows_it_and_lists_it_once_there_is_room() {
    let mut town = Town::found(Plan::of(4));
    let folder = town.folder(1);
    std::fs::create_dir_all(&folder).unwrap();
    let keyset = town.federation.charter.keyset(KEYSET).unwrap().clone();
    let fork = |index: u8, root: u8| {
        let index = WitnessIndex(index);
        let key = town.federation.witness(KEYSET, index).vote;
        let head = |root: u8| Head::sign(&key, &keyset, index, 5, [root; 32]);
        Evidence::Fork { keyset: KEYSET, shorter: head(0), longer: head(root), subtrees: list([]) }
    };
    let mut engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    let mut tx = engine.begin().unwrap();
    for piece in (1..=20).map(|root| fork(3, root)).chain([fork(2, 1)]) {
        tx.put(Table::Evidence, &piece.id(), &encode(&piece)).unwrap();
    }
    tx.commit().unwrap();
    drop(engine);
    town.start(1, without_room_for_lists);
    let against = |town: &Town, index: u8| {
        let listed = town.get(1, "/v1/evidence").body["evidence"].as_array().unwrap().clone();
        listed.iter().filter(|piece| piece["culprits"][0]["witness"] == index).count()
    };
    assert_eq!((against(&town, 2), against(&town, 3)), (1, 20));
    assert_eq!(town.get(1, "/v1/status").body["evidence"], 21);
    let writes = WRITES.lock().unwrap()[&folder].clone();
    writes.fill(None);
    eventually("it is listed", || (against(&town, 2), against(&town, 3)) == (1, 8));
    assert_eq!(town.get(1, "/v1/status").body["evidence"], 9);
    let log = RequestV1::Log(FromPosition { keyset: KEYSET, from: 0 });
    eventually("it takes its seat", || matches!(town.ask(1, 1, log.clone()), ReplyV1::Log(_)));
}

#[test]
fn a_node_whose_database_fails_ends_and_says_why() {
    let mut town = Town::found(Plan::of(4));
    (1..=3).for_each(|store| town.start(store, in_memory));
    town.start(4, breakable);
    town.wait_for_votes();
    let broken = StorageError::Corrupt(Arc::new(rusqlite::Error::InvalidQuery));
    outcomes(&town, 4).lock().unwrap().push_back(Err(broken));
    // The first thing that it is to write down.
    assert_eq!(town.submit(1, &orders::swap(&town.federation, &[(1, 2)], &[(2, 2)])).status, 200);
    let end = town.end_of(4);
    assert!(end.contains("has stopped because its database failed") && end.contains("restore a backup"), "{end}");
}

#[test]
fn a_status_counts_what_was_committed_and_what_failed() {
    let mut town = Town::found(Plan::of(4));
    (1..=3).for_each(|store| town.start(store, in_memory));
    town.start(4, breakable);
    town.wait_for_votes();
    let storage = |count: &str| town.get(4, "/v1/status").body["storage"][count].as_u64().unwrap();
    let (commits, jobs) = (storage("commits"), storage("jobs"));
    assert!(jobs >= commits && storage("largest_batch") <= jobs, "{jobs} jobs in {commits} commits");
    assert_eq!(town.submit(4, &orders::swap(&town.federation, &[(1, 2)], &[(2, 2)])).status, 200);
    assert!(storage("commits") > commits && storage("jobs") > jobs);
    assert_eq!(storage("failures"), 0);
    outcomes(&town, 4).lock().unwrap().push_back(Err(StorageError::Full));
    let _ = town.submit(4, &orders::swap(&town.federation, &[(10, 2)], &[(11, 2)]));
    eventually("the failure is counted", || storage("failures") == 1);
}

/// WITNESS-37, OPS-5.
#[test]
fn a_node_whose_disk_is_nearly_full_promises_nothing_new_says_so_and_goes_on_by_itself() {
    let mut town = Town::open(4, in_memory);
    let before = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &before).status, 200);
    town.set_free(4, FLOOR - 1);
    eventually("it says so", || town.get(4, "/v1/status").body["disk"]["short"] == true);
    let fresh = orders::swap(&town.federation, &[(10, 2)], &[(11, 2)]);
    let request = orders::request(&town.federation, 4, &fresh, &[]);
    let refused = town.ask(1, 4, RequestV1::Vote(request.clone()));
    assert!(matches!(refused, ReplyV1::Refused(Refusal::StorageFailed)), "{refused:?}");
    assert_eq!(town.submit(4, &fresh).code(), "storage-failed");
    // What it has promised it keeps, and the others go on without its vote.
    assert!(matches!(
        town.ask(1, 4, RequestV1::Vote(orders::request(&town.federation, 4, &before, &[]))),
        ReplyV1::Certified(_)
    ));
    assert_eq!(town.submit(1, &fresh).status, 200);
    eventually("it certifies", || town.has_certified(4, &fresh));
    let waiting = orders::swap(&town.federation, &[(20, 2)], &[(21, 2)]);
    town.set_free(4, FLOOR);
    town.set_free(4, FLOOR + FLOOR / 8);
    eventually("it votes again", || {
        let request = orders::request(&town.federation, 4, &waiting, &[]);
        matches!(town.ask(1, 4, RequestV1::Vote(request)), ReplyV1::Voted(_))
    });
    assert!(town.get(4, "/v1/status").body["disk"]["short"].is_null());
}

/// OPS-6: one liar among the others does not move it, and the nodes that are right say nothing.
#[test]
fn a_wrong_clock_is_told_by_what_the_other_stores_show() {
    let town = Town::open(4, in_memory);
    town.set_clock(4, NOW - 500);
    town.set_clock(3, NOW + 100_000);
    let ahead = |store: u32| town.get(store, "/v1/status").body["clock"]["ahead_ms"].as_i64();
    eventually("it is behind", || ahead(4).is_some_and(|ahead| (-500_100..=-499_000).contains(&ahead)));
    eventually("the others are right", || ahead(1).is_some_and(|ahead| ahead.abs() < 1000));
}

/// A witness that shows each of its heads once, and each head of another once.
struct Showing {
    federation: Federation,
    /// Of its own log.
    own: Mutex<VecDeque<Head>>,
    /// Of the log of whoever asks.
    theirs: Mutex<Option<Head>>,
    /// How often it was asked when it had nothing to show: for its log, and for heads.
    idle: Mutex<(usize, usize)>,
}

impl Showing {
    const INDEX: WitnessIndex = WitnessIndex(3);

    fn at(town: &Town, store: u32) -> Arc<Self> {
        let (charter, signed) = (town.federation.charter.clone(), town.federation.signed.clone());
        let federation = Federation { charter, signed };
        let (own, theirs, idle) = (Mutex::default(), Mutex::default(), Mutex::default());
        let showing = Arc::new(Self { federation, own, theirs, idle });
        town.impersonate(store, Arc::clone(&showing) as _);
        showing
    }

    fn show(&self, sizes_and_roots: &[(u64, u8)]) {
        let (vote, keyset) =
            (self.federation.witness(KEYSET, Self::INDEX).vote, self.federation.charter.keyset(KEYSET).unwrap());
        let heads =
            sizes_and_roots.iter().map(|(size, root)| Head::sign(&vote, keyset, Self::INDEX, *size, [*root; 32]));
        self.own.lock().unwrap().extend(heads);
    }

    fn answer_about(&self, query: &HeadQuery) -> ReplyV1 {
        let Some(newest) = self.theirs.lock().unwrap().take() else {
            self.idle.lock().unwrap().1 += 1;
            return ReplyV1::Refused(Refusal::Unknown);
        };
        let vote = self.federation.witness(KEYSET, Self::INDEX).vote;
        let keyset = self.federation.charter.keyset(KEYSET).unwrap();
        ReplyV1::NewestHead(HeadAnswer::sign(&vote, keyset, Self::INDEX, query.asker, &query.nonce, Some(newest)))
    }

    fn answer(&self, request: &RequestV1) -> ReplyV1 {
        match request {
            RequestV1::NewestHead(query) if query.asker == WitnessIndex(0) => self.answer_about(query),
            RequestV1::Log(_) => match self.own.lock().unwrap().pop_front() {
                Some(head) => ReplyV1::Log(LogPage { entries: list([]), head }),
                None => {
                    self.idle.lock().unwrap().0 += 1;
                    ReplyV1::Refused(Refusal::Unknown)
                }
            },
            _ => ReplyV1::Refused(Refusal::Unknown),
        }
    }
}

impl Handler for Showing {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
            Ok(Request::V1(request)) => self.answer(&request),
            Err(error) => ReplyV1::Refused(error.into()),
        };
        Box::pin(async move { encode(&Reply::V1(reply)) })
    }
}

/// Sizes of the highest heads of others that a running node has on disk.
fn heads_on_disk(town: &Town, store: u32) -> BTreeSet<u64> {
    let reader = SqliteEngine::open_reader(town.folder(store).join("ronde.sqlite")).unwrap();
    let heads = reader.scan(Table::PeerHead, &[], None, 10).unwrap();
    // Keyset and index; rows with longer keys are not of the highest.
    let highest = heads.iter().filter(|(key, _)| key.len() == 5);
    highest.map(|(_, bytes)| decode::<Head>(bytes, 1000).unwrap().size).collect()
}

/// EVIDENCE-9, LOG-19: what convicts a witness and what it signed last is shown once, while the disk is full.
#[test]
fn what_could_not_be_written_for_a_moment_is_written_later() {
    let mut town = Town::found(Plan::of(4));
    let liar = Showing::at(&town, 4);
    town.start(1, breakable);
    liar.show(&[(9, 1)]);
    eventually("its head is on disk", || heads_on_disk(&town, 1).contains(&9));
    let (disk, failed) = fill_disk(&town, 1);
    liar.show(&[(9, 2), (12, 3)]);
    let idle = || liar.own.lock().unwrap().is_empty().then(|| liar.idle.lock().unwrap().0);
    eventually("it has shown both", || idle().is_some());
    let before = idle().unwrap();
    eventually("both were looked at, and not written", || idle().unwrap() > before + 1 && failed() > 1);
    assert_eq!(town.get(1, "/v1/status").body["evidence"], 0);
    disk.lock().unwrap().clear();
    eventually("the evidence is kept", || town.get(1, "/v1/status").body["evidence"] == 1);
    eventually("the head is on disk", || heads_on_disk(&town, 1).contains(&12));
}

/// ROLLBACK-6, ROLLBACK-12, ROLLBACK-15: the head that proves it is shown once, while the disk is full.
fn retires_when_the_disk_takes_it(others: &[u32]) {
    let mut town = Town::found(Plan::of(4));
    let peer = Showing::at(&town, 4);
    others.iter().for_each(|store| town.start(*store, in_memory));
    town.start(1, breakable);
    // With itself and two others it has a quorum, and votes.
    if others.len() > 1 {
        town.wait_for_votes();
    }
    let (disk, failed) = fill_disk(&town, 1);
    let own = town.federation.witness(KEYSET, WitnessIndex(0));
    let lost = Head::sign(&own.vote, town.federation.charter.keyset(KEYSET).unwrap(), WitnessIndex(0), 1000, [7; 32]);
    *peer.theirs.lock().unwrap() = Some(lost);
    eventually("it was shown its head", || peer.theirs.lock().unwrap().is_none());
    let before = peer.idle.lock().unwrap().1;
    eventually("it has tried to retire", || peer.idle.lock().unwrap().1 > before + 1 && failed() > 0);
    disk.lock().unwrap().clear();
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let request = orders::request(&town.federation, 1, &signed, &[]);
    let refused = town.ask(2, 1, RequestV1::Vote(request));
    assert!(matches!(refused, ReplyV1::Refused(Refusal::NotVoting(_))), "{refused:?}");
    eventually("it has retired", || town.get(1, "/v1/status").body["log"][0]["retired_because"] == "log-rolled-back");
}

#[test]
fn a_witness_that_could_not_write_down_that_it_retires_votes_no_more() {
    retires_when_the_disk_takes_it(&[2, 3]);
}

#[test]
fn a_witness_that_finds_out_at_the_start_retires_when_the_disk_takes_it() {
    retires_when_the_disk_takes_it(&[2]);
}

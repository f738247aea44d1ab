//! Counting the entries of buckets, which takes as long as there are entries, holds up nothing else.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

use federation::{Answer, Town, eventually, http, in_memory, orders};
use federation_support::{KEYSET, NOW, Plan};
use ronde_node::store::{Engine, Entry, Read, StorageError, Table, Transaction};
use ronde_protocol::message::bucket::LengthQuery;
use ronde_protocol::message::ids::KeysetId;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{ReplyV1, RequestV1};

/// More keys than any answer has are read only to count them.
const COUNTED: usize = 1000;

/// What counts wait for.
#[derive(Default)]
struct Gate {
    /// Whether it is shut, how many counts have come to it, and how many stand before it.
    state: Mutex<(bool, usize, usize)>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 += 1;
        state.2 += 1;
        state = self.opened.wait_while(state, |state| state.0).unwrap();
        state.2 -= 1;
    }

    fn shut(&self, shut: bool) {
        self.state.lock().unwrap().0 = shut;
        self.opened.notify_all();
    }

    fn came(&self) -> usize {
        self.state.lock().unwrap().1
    }

    fn waiting(&self) -> usize {
        self.state.lock().unwrap().2
    }
}

/// Opened again whatever becomes of the test: a node that stops finishes its reads.
struct Shut(Arc<Gate>);

impl Drop for Shut {
    fn drop(&mut self) {
        self.0.shut(false);
    }
}

/// By the folder of the store.
static GATES: Mutex<BTreeMap<PathBuf, Arc<Gate>>> = Mutex::new(BTreeMap::new());

fn gated(folder: &Path) -> Box<dyn Engine> {
    let gate = Arc::new(Gate::default());
    GATES.lock().unwrap().insert(folder.to_owned(), Arc::clone(&gate));
    Box::new(Gated(in_memory(folder), gate))
}

fn gate(town: &Town, store: u32) -> Arc<Gate> {
    Arc::clone(&GATES.lock().unwrap()[&town.folder(store)])
}

struct Gated<T>(T, Arc<Gate>);

impl Engine for Gated<Box<dyn Engine>> {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        self.0.begin()
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        Ok(Box::new(Gated(self.0.reader()?, Arc::clone(&self.1))))
    }
}

impl Read for Gated<Box<dyn Read + Send>> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.0.get(table, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        if table == Table::Bucket && limit > COUNTED {
            self.1.pass();
        }
        self.0.scan(table, from, to, limit)
    }
}

/// A witness that is alone on its committees, once it votes.
fn alone(keysets: u32) -> Town {
    let mut town = Town::found(Plan { keysets, ..Plan::of(1) });
    town.start(1, gated);
    eventually("it votes", || votes(&mut town, 0));
    town
}

/// Whether it votes for an order that nobody has shown it yet; it certifies that at once.
fn votes(town: &mut Town, number: u64) -> bool {
    let signed = orders::swap(&town.federation, &[(1000 + number, 2)], &[(2000 + number, 2)]);
    let request = orders::request(&town.federation, 1, &signed, &[]);
    matches!(town.ask(1, 1, RequestV1::Vote(request)), ReplyV1::Certified(_))
}

/// RESTORE-16: a stranger asks for the length of prefixes in as many keysets as group operations run beside one another.
#[test]
fn counts_of_buckets_keep_no_vote_from_being_prepared() {
    let keysets = std::thread::available_parallelism().map_or(2, NonZero::get).clamp(2, 8);
    let keysets = u32::try_from(keysets).unwrap();
    let mut town = alone(keysets);
    let gate = gate(&town, 1);
    let _shut = Shut(Arc::clone(&gate));
    gate.shut(true);
    let strangers: Vec<std::thread::JoinHandle<Answer>> = (1..=keysets)
        .map(|keyset| {
            let url = town.url(1, &format!("/v1/buckets/{keyset}?nonce={}", "07".repeat(32)));
            std::thread::spawn(move || http("GET", &url, None, None))
        })
        .collect();
    eventually("a count has begun", || gate.waiting() > 0);
    for number in 1..=20 {
        assert!(votes(&mut town, number));
    }
    assert_eq!(gate.waiting(), 1, "one count at a time");
    gate.shut(false);
    for stranger in strangers {
        assert_eq!(stranger.join().unwrap().status, 200);
    }
}

/// AnswerLength of chapter 20: first whether it is closed.
#[test]
fn the_buckets_of_a_closed_keyset_are_not_counted() {
    let mut town = alone(1);
    let gate = gate(&town, 1);
    let query = LengthQuery { keyset: KEYSET, nonce: [7; 32] };
    let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    town.set_clock(1, end + 1);
    let reply = town.ask(1, 1, RequestV1::Length(query));
    assert!(matches!(reply, ReplyV1::Refused(Refusal::Closed)), "{reply:?}");
    assert_eq!(gate.came(), 0);
    // To its last second they are.
    town.set_clock(1, NOW);
    assert!(matches!(town.ask(1, 1, RequestV1::Length(query)), ReplyV1::Length(_)));
    assert!(gate.came() > 0);
    let unknown = LengthQuery { keyset: KeysetId(9), ..query };
    assert!(matches!(town.ask(1, 1, RequestV1::Length(unknown)), ReplyV1::Refused(Refusal::CharterBehind)));
}

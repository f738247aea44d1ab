//! What convicts a witness is told and written down when it is kept, and not again.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod heard;
mod store_support;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use federation::{Town, eventually, in_memory};
use federation_support::{Federation, KEYSET, Plan, entropy, list, node_seed};
use heard::Heard;
use ronde_node::store::{Engine, Table};
use ronde_node::transport::{Handler, HandlerFuture, NodeKey};
use ronde_protocol::limits::{MAX_EVIDENCE_PIECES, MAX_MESSAGE_BYTES};
use ronde_protocol::message::charter::KeysetEntry;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{LogPage, Reply, ReplyV1, Request, RequestV1};
use store_support::{Failing, Writes};
use tracing_subscriber::filter::LevelFilter;

const LIAR: WitnessIndex = WitnessIndex(3);

static WRITES: Mutex<Option<Writes>> = Mutex::new(None);

fn counted(folder: &Path) -> Box<dyn Engine> {
    let engine = Failing::over(in_memory(folder));
    *WRITES.lock().unwrap() = Some(engine.writes());
    Box::new(engine)
}

/// A witness that signs another root for its newest size each time that its log is asked for.
struct Restless {
    federation: Federation,
    shown: AtomicU64,
}

impl Handler for Restless {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let (vote, keyset) = (self.federation.witness(KEYSET, LIAR).vote, self.federation.charter.keyset(KEYSET));
            let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(RequestV1::Log(_))) => {
                    let mut root = [0; 32];
                    root[..8].copy_from_slice(&self.shown.fetch_add(1, Ordering::Relaxed).to_le_bytes());
                    let head = Head::sign(&vote, keyset.unwrap(), LIAR, 9, root);
                    ReplyV1::Log(LogPage { entries: list([]), head })
                }
                _ => ReplyV1::Refused(Refusal::Unknown),
            };
            encode(&Reply::V1(reply))
        })
    }
}

/// EVIDENCE-20: the witness of a later keyset reads the liar's log.
#[test]
fn a_liar_of_an_earlier_keyset_with_a_new_head_each_time_fills_neither_disk_nor_log() {
    let heard = Heard::listen(LevelFilter::ERROR);
    let mut town = Town::found(Plan { stores: 5, ..Plan::of(4) });
    let (charter, signed) = (town.federation.charter.clone(), town.federation.signed.clone());
    let liar = Arc::new(Restless { federation: Federation { charter, signed }, shown: AtomicU64::new(0) });
    town.impersonate(4, Arc::clone(&liar) as _);
    let (later, alone) = (KeysetId(2), StoreId(5));
    let keys = node_seed(alone).witness_keys(&town.federation.id(), later).unwrap();
    let member = keys.entry(alone, &town.federation.id(), later, WitnessIndex(0), entropy(9));
    town.start(alone.0, counted);
    town.add_keyset(alone.0, KeysetEntry { members: list([member]), faults: 0, ..town.later_keyset() });
    let writes = WRITES.lock().unwrap().clone().unwrap();
    let pieces = u64::try_from(MAX_EVIDENCE_PIECES).unwrap();
    let showed = |more: u64| {
        let until = liar.shown.load(Ordering::Relaxed) + more;
        eventually("it has shown more heads", || liar.shown.load(Ordering::Relaxed) >= until);
    };
    eventually("it is convicted", || writes.puts(Table::Evidence) == MAX_EVIDENCE_PIECES);
    showed(2);
    let before = writes.commits();
    showed(5 * pieces);
    // Whatever else a node writes when nothing is paid.
    assert!(writes.commits() < before + MAX_EVIDENCE_PIECES, "{} and {before} commits", writes.commits());
    assert_eq!(writes.puts(Table::Evidence), MAX_EVIDENCE_PIECES);
    let log = String::from_utf8(heard.bytes()).unwrap();
    let told = log.lines().filter(|line| line.contains("evidence against a witness was")).count();
    assert_eq!(told, MAX_EVIDENCE_PIECES, "{log}");
}

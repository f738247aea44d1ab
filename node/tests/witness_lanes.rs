//! Many requests at one witness at once: each gets its own answer, whatever becomes of the others of its batch.

#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
#[path = "../../protocol/tests/witness_support/mod.rs"]
mod witness_support;

use std::sync::Arc;

use federation_support::{KEYSET, NOW};
use ronde_node::clock::Clock;
use ronde_node::driver::{Pool, WitnessService};
use ronde_node::space::{Disk, ManualDisk, Space};
use ronde_node::store::{MemoryEngine, Readers, StorageError, Table, Writer, WriterConfig};
use ronde_protocol::message::ids::StoreId;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{ReplyV1, VoteRequest};
use tokio::task::JoinSet;
use witness_support::{Committee, committee, index, input, points, redeem, seated};

/// Requests that come at once.
const ORDERS: u64 = 48;
/// The one of which the database can say nothing.
const UNREADABLE: u64 = 17;

fn request(committee: &Committee, number: u64) -> VoteRequest {
    let signed = redeem(&committee.federation, 1, &[(number, points(2))], &[(1000 + number, points(1))]);
    committee.request(0, &signed, &[])
}

async fn service(committee: &Committee) -> (WitnessService, Writer) {
    let engine = MemoryEngine::new();
    let readers = Arc::new(Readers::open(&engine, 2).unwrap());
    let writer = Writer::start(engine, WriterConfig::default()).unwrap();
    let (clock, _) = Clock::manual(NOW * 1000);
    let space = Space::new(Disk::Manual(ManualDisk::new(u64::MAX)), 0);
    let witness = seated(&committee.federation, index(0));
    let service = WitnessService::new(witness, (writer.clone(), readers), (clock, Pool::new()), space);
    service.open();
    (service, writer)
}

/// WITNESS-4, WITNESS-38: a record that can't be read stops the request that needs it, and no other.
#[tokio::test]
async fn a_row_that_can_not_be_read_refuses_one_request_of_a_batch_and_no_other() {
    let committee = committee(4);
    let (service, writer) = service(&committee).await;
    let spoiled = [&KEYSET.0.to_be_bytes()[..], &input((UNREADABLE, points(2))).point.0].concat();
    let put = writer.submit(move |tx| tx.put(Table::Coin, &spoiled, b"no record"));
    put.await.map_err(|error: StorageError| error).unwrap();
    let (service, charter) = (Arc::new(service), Arc::new(committee.charter().clone()));
    let before = writer.stats().jobs;
    let mut asked = JoinSet::new();
    for number in 0..ORDERS {
        let (service, charter, request) = (Arc::clone(&service), Arc::clone(&charter), request(&committee, number));
        asked.spawn(async move { (number, service.vote(&charter, Some(StoreId(1)), request).await.into_reply()) });
    }
    for (number, reply) in asked.join_all().await {
        match reply {
            ReplyV1::Refused(Refusal::StorageFailed) => assert_eq!(number, UNREADABLE),
            ReplyV1::Voted(_) => assert_ne!(number, UNREADABLE),
            other => panic!("request {number}: {other:?}"),
        }
    }
    assert!(writer.stats().jobs - before < ORDERS, "some were decided together");
    let keyset = charter.keyset(KEYSET).unwrap();
    assert_eq!(service.head().unwrap().size, ORDERS - 1, "each is logged once");
    service.head().unwrap().verify(keyset).unwrap();
}

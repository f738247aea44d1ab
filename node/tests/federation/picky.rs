//! A witness that calls columns wrong.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ronde_node::transport::{Handler, HandlerFuture, NodeKey};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{Reply, ReplyV1, Request, RequestV1};
use tokio::sync::Semaphore;

/// Stands in a witness's place: calls each column of one order wrong, once it may, and notes them, and that it was shown
/// another order.
pub struct Picky {
    order: OrderDigest,
    pub may_answer: Semaphore,
    pub columns: Mutex<BTreeSet<Vec<u8>>>,
    pub saw_another: AtomicBool,
}

impl Picky {
    pub fn of(order: OrderDigest) -> Arc<Self> {
        let (columns, saw_another) = (Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { order, may_answer: Semaphore::new(0), columns, saw_another })
    }
}

impl Handler for Picky {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let refusal = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
                Ok(Request::V1(RequestV1::Vote(vote))) if vote.signed.order.digest() == self.order => {
                    self.columns.lock().unwrap().insert(encode(&vote.column));
                    self.may_answer.acquire().await.unwrap().forget();
                    Refusal::CoinUnknown
                }
                Ok(Request::V1(RequestV1::Vote(_))) => {
                    self.saw_another.store(true, Ordering::Relaxed);
                    Refusal::Busy
                }
                _ => Refusal::Busy,
            };
            encode(&Reply::V1(ReplyV1::Refused(refusal)))
        })
    }
}

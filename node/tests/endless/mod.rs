//! A witness whose log never ends: its heads are signed, and there is always one more page.

use std::sync::Arc;

use ronde_node::transport::{Handler, HandlerFuture, NodeKey};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::log::LogEntry;
use ronde_protocol::message::order::SignedOrder;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{LogPage, Reply, ReplyV1, Request, RequestV1};

use crate::federation::Town;
use crate::federation_support::{Federation, list};

/// Entries that its head claims.
const SIZE: u64 = 1 << 60;

struct Endless<F> {
    federation: Federation,
    index: WitnessIndex,
    entry: LogEntry,
    heard: F,
}

/// What answers in such a witness's place; `heard` is told of every request. Any entry will do.
pub fn log_without_end(
    town: &Town,
    index: WitnessIndex,
    entry: SignedOrder,
    heard: impl Fn(&RequestV1) + Send + Sync + 'static,
) -> Arc<dyn Handler> {
    let (charter, signed) = (town.federation.charter.clone(), town.federation.signed.clone());
    Arc::new(Endless { federation: Federation { charter, signed }, index, entry: LogEntry::Voted(entry), heard })
}

impl<F: Fn(&RequestV1)> Endless<F> {
    fn answer(&self, request: &RequestV1) -> ReplyV1 {
        (self.heard)(request);
        let RequestV1::Log(place) = request else { return ReplyV1::Refused(Refusal::Unknown) };
        let Some(keyset) = self.federation.charter.keyset(place.keyset) else {
            return ReplyV1::Refused(Refusal::Unknown);
        };
        let vote = self.federation.witness(place.keyset, self.index).vote;
        let head = Head::sign(&vote, keyset, self.index, SIZE, [7; 32]);
        ReplyV1::Log(LogPage { entries: list([self.entry.clone(), self.entry.clone()]), head })
    }
}

impl<F: Fn(&RequestV1) + Send + Sync> Handler for Endless<F> {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        let reply = match decode::<Request>(&request, MAX_MESSAGE_BYTES) {
            Ok(Request::V1(request)) => self.answer(&request),
            Err(error) => ReplyV1::Refused(error.into()),
        };
        Box::pin(async move { encode(&Reply::V1(reply)) })
    }
}

//! Witnesses that lie: at most f of them, with those that went on from an old copy.

use ronde_protocol::message::wire::RequestV1;

use crate::{luck::Luck, message::Route, world::World};

impl World<'_> {
    /// What a witness makes of a request if it lies; nothing if that was its answer.
    pub fn lie(&mut self, _node: usize, _route: Route, request: RequestV1, _luck: &mut Luck) -> Option<RequestV1> {
        Some(request)
    }
}

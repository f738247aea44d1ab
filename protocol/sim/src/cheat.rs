//! Stores and customers that cheat.

use ronde_protocol::message::{ids::WitnessIndex, order::Submission, wire::RequestV1};

use crate::{luck::Luck, message::News, ops::Act, world::World};

impl World<'_> {
    /// What a store makes of an order that a wallet brings.
    pub fn cheat_bring(&mut self, _node: usize, submission: Submission, _luck: &mut Luck) -> Option<Submission> {
        Some(submission)
    }

    /// What a store makes of a request before a witness gets it.
    pub fn cheat_request(
        &mut self,
        _node: usize,
        _index: WitnessIndex,
        request: RequestV1,
        _luck: &mut Luck,
    ) -> Option<RequestV1> {
        Some(request)
    }

    /// What a store makes of what it tells a wallet.
    pub fn cheat_tell(&mut self, _node: usize, news: News) -> News {
        news
    }

    /// What ops have cheats do.
    pub fn cheat(&mut self, act: Act, _luck: Luck) {
        self.say(format_args!("nobody cheats: {act:?}"));
    }
}

//! A running witness asks its peers for its own newest head with each pull of their logs, as it did when it started: an old
//! state that was put back is found out by whoever answers late.

use ronde_protocol::message::{
    head::HeadAnswer,
    wire::{HeadQuery, RequestV1},
};

use crate::{
    coverage::Group,
    disk::Writes,
    luck::Luck,
    message::Asked,
    outcome::Invariant,
    world::{After, World},
};

/// Streams of chance of these questions, apart from all others: a run without them draws the same.
const STREAMS: u64 = 1 << 32;

impl World<'_> {
    /// Asks one peer, with a fresh nonce (ROLLBACK-12).
    pub fn ask_own_head(&mut self, node: usize, peer: usize) {
        let Some(asker) = self.nodes[node].index else { return };
        let asking = &mut self.nodes[node];
        asking.own_asks += 1;
        let mut luck = Luck::new(self.plan.seed, STREAMS + (node as u64 * STREAMS) + asking.own_asks);
        let query = HeadQuery { keyset: asking.keyset, asker, nonce: luck.bytes() };
        asking.own_nonces.insert(peer, query.nonce);
        self.ask(node, peer, Asked::OwnHead, RequestV1::NewestHead(query), &mut luck);
    }

    /// A peer has answered: the witness retires if its log does not extend the head that it is shown. One that lies goes on.
    pub fn hear_own_head(&mut self, node: usize, from: usize, answer: &HeadAnswer, luck: &mut Luck) {
        let (Some(witness), Some(nonce)) = (self.witness(node), self.nodes[node].own_nonces.remove(&from)) else {
            return;
        };
        let Some(member) = self.nodes[from].index.and_then(|index| witness.keyset().member(index)) else { return };
        let verified = answer.verify(witness.keyset(), member, witness.index(), &nonce);
        let Some(head) = verified.ok().flatten().filter(|_| self.nodes[node].lie.is_none()) else { return };
        match witness.handle_own_head(&self.nodes[node].disk.seen().ledger, &head) {
            Ok(retired) => {
                let writes = Vec::from_iter(retired);
                self.note_writes(node, &writes);
                if !writes.is_empty() {
                    self.coverage.hit(Group::Branch, "retires: own head shown while it runs");
                }
                if !writes.is_empty() && self.commit(node, Writes::of(writes), After::Nothing, luck).is_err() {
                    // A disk that is full takes no vote either; it is asked again before long.
                    return;
                }
                // Whoever never lost a state can't be shown what it lacks.
                if self.nodes[node].fallen && !self.holds(node, &head.get()) {
                    self.nodes[node].shown.push(head.get());
                }
            }
            Err(error) => self.fail(Invariant::NoInconsistency, format!("witness {node} on its own head: {error}")),
        }
    }
}

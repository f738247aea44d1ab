//! A peer whose log has parted from a head that it signed: all of it is read once more, for what proves it (LOG-18).

use ronde_protocol::{
    machine::witness::{inquiry::Found, record::Write},
    message::{
        evidence::Evidence,
        wire::{FromPosition, LogPage, RequestV1},
    },
};

use crate::{
    coverage::Group,
    disk::{Key, Writes},
    luck::Luck,
    message::Asked,
    world::{After, World},
};

impl World<'_> {
    /// Behind a pass over a peer's log: goes on with the inquiry that was begun, or begins one, if there is something to find
    /// out.
    pub fn read_once_more(&mut self, node: usize, peer: usize, luck: &mut Luck) {
        let here = &mut self.nodes[node];
        let Some(followed) = here.followed.get(&peer) else { return };
        let begun = here.inquiring.remove(&peer).filter(|begun| followed.parted() == Some(begun.parted()));
        let Some(inquiry) = begun.or_else(|| followed.inquiry()) else { return };
        let (from, keyset) = (inquiry.position(), self.nodes[peer].keyset);
        self.nodes[node].inquiring.insert(peer, inquiry);
        self.ask(node, peer, Asked::Inquiry(from), RequestV1::Log(FromPosition { keyset, from }), luck);
    }

    /// A page of a log that is read once more has come. One that comes twice, or too late, is of another position.
    pub fn take_inquiry_page(&mut self, node: usize, peer: usize, from: u64, page: LogPage, luck: &mut Luck) {
        let Some(index) = self.nodes[peer].index.filter(|index| page.head.index == *index) else { return };
        // Shown this history and another by turns, the heads of both are kept (LOG-22).
        self.note_head(node, peer, page.head, luck);
        let keyset = self.keyset_of(peer);
        let begun = self.nodes[node].inquiring.get_mut(&peer).filter(|begun| begun.position() == from);
        let Some(inquiry) = begun else { return };
        let inquired = inquiry.handle_page(keyset, index, page);
        if matches!(inquired, Ok(Found::More)) {
            return self.read_once_more(node, peer, luck);
        }
        self.nodes[node].inquiring.remove(&peer);
        let branch = match inquired {
            Ok(Found::More) => return,
            Ok(Found::Fork(evidence)) => {
                self.keep_proof(node, peer, *evidence, luck);
                "inquiry: proves a fork"
            }
            Ok(Found::Nothing) => {
                self.end_inquiry(node, peer, false, luck);
                "inquiry: proves nothing"
            }
            Err(error) => {
                self.say(format_args!("{node} refuses the log of {peer}, read once more: {error}"));
                "inquiry: refused"
            }
        };
        self.coverage.hit(Group::Branch, branch);
    }

    /// Only once the proof is on disk there is nothing more to find out: where that is full, it is found anew.
    fn keep_proof(&mut self, node: usize, peer: usize, evidence: Evidence, luck: &mut Luck) {
        if self.nodes[node].is_honest() {
            self.watch_evidence(&evidence);
        }
        let write = Write::Evidence(Box::new(evidence));
        let _ = self.commit(node, Writes::of(vec![write]), After::Proven(peer), luck);
    }

    /// There is nothing more to find out about the head from which a peer's log has parted.
    pub fn end_inquiry(&mut self, node: usize, peer: usize, proven: bool, luck: &mut Luck) {
        let Some(followed) = self.nodes[node].followed.get_mut(&peer) else { return };
        followed.settle(proven, luck.number());
        let writes = Writes::new().put(Key::Peer(peer), followed);
        // A disk that is full keeps what it had: then the log is read again after a restart.
        let _ = self.commit(node, writes, After::Nothing, luck);
    }
}

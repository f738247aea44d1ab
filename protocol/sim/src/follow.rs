//! What a node does by the clock: follows its peers' logs, reads its feed.

use ronde_protocol::{
    machine::witness::{
        peers::{Followed, Unchecked},
        record::{OrderRecord, Write},
    },
    message::{
        evidence::Evidence,
        head::Head,
        log::{CertifiedOrder, LogEntry},
        refusal::Refusal,
        wire::{FeedPage, FromPosition, LogPage, ReplyV1, RequestV1},
    },
};

use crate::{
    disk::{Full, Key, Writes},
    federation::LATER,
    luck::Luck,
    message::Asked,
    outcome::Invariant,
    world::{After, Event, World},
};

impl World<'_> {
    /// Between two looks at a peer: a dozen in a run, whatever its length.
    pub fn tick_pause(&self) -> u64 {
        let span = self.plan.ops.last().map_or(0, |op| op.at);
        (span / 12).clamp(4_000, 7_200_000)
    }

    /// Reads on in one peer's log and one witness's feed.
    pub fn tick(&mut self, node: usize, mut luck: Luck) {
        let witnesses = self.federation.seat_count();
        let peer = self.federation.seat_at(luck.place(witnesses));
        if self.witness(node).is_some() {
            self.follow(node, peer, &mut luck);
        }
        self.close(node, &mut luck);
        let other = self.federation.seat_at(luck.place(witnesses));
        self.read_feed(node, other, &mut luck);
        let pause = self.tick_pause();
        let span = self.plan.ops.last().map_or(0, |op| op.at);
        if !self.calm && self.now < span {
            let (life, luck) = (self.nodes[node].life, luck.child());
            self.after(pause, luck, Event::Tick(node, life));
        }
    }

    /// Follows another witness's log: a peer's, or one of an earlier keyset.
    pub fn follow(&mut self, node: usize, peer: usize, luck: &mut Luck) {
        if peer == node {
            return;
        }
        if self.nodes[peer].keyset == self.nodes[node].keyset {
            self.pull_log(node, peer, luck);
            self.ask_own_head(node, peer);
        } else if self.witness(node).is_some() && self.nodes[node].keyset == LATER {
            self.pull_earlier(node, peer, luck);
        }
    }

    /// Asks for the next page of a peer's log.
    pub fn pull_log(&mut self, node: usize, peer: usize, luck: &mut Luck) {
        let from = self.nodes[node].followed.get(&peer).map_or(0, Followed::position);
        let keyset = self.nodes[peer].keyset;
        self.ask_log(node, peer, FromPosition { keyset, from }, luck);
    }

    /// Asks for a page of a log. What an earlier question brings from now on asks for no further page.
    pub fn ask_log(&mut self, node: usize, peer: usize, from: FromPosition, luck: &mut Luck) {
        let here = &mut self.nodes[node];
        here.log_asks += 1;
        here.reading.insert(peer, here.log_asks);
        let asked = Asked::Log(here.log_asks);
        self.ask(node, peer, asked, RequestV1::Log(from), luck);
    }

    /// Whether this answer to a question about a peer's log is the one that its reading goes on with.
    fn goes_on_with(&mut self, node: usize, peer: usize, question: u64) -> bool {
        let here = &mut self.nodes[node];
        let goes_on = here.reading.get(&peer) == Some(&question);
        if goes_on {
            here.reading.remove(&peer);
        }
        goes_on
    }

    /// Asks for the next page of a witness's feed.
    pub fn read_feed(&mut self, node: usize, witness: usize, luck: &mut Luck) {
        let (from, keyset) = (self.feed_place(node, witness), self.nodes[witness].keyset);
        self.ask(node, witness, Asked::Feed, RequestV1::Feed(FromPosition { keyset, from }), luck);
    }

    /// Up to where a store has read a witness's feed.
    pub fn feed_place(&self, node: usize, witness: usize) -> u64 {
        self.nodes[node].disk.seen().load(Key::Feed(witness)).unwrap_or(0)
    }

    /// Keeps a witness's head if it is the highest.
    pub fn note_head(&mut self, node: usize, of: usize, head: Head, luck: &mut Luck) {
        self.watch_head(node, of, head, true);
        if self.nodes[node].followed.get(&of).is_some_and(|followed| followed.highest() == Some(&head)) {
            // This very head was checked before.
            return;
        }
        let keyset = self.keyset_of(of);
        let noted = self.nodes[node].followed.entry(of).or_default().handle_head(keyset, head, luck.number());
        if let Ok(Some(evidence)) = noted {
            self.keep_evidence(node, *evidence, luck);
        }
    }

    /// Writes evidence down.
    pub fn keep_evidence(&mut self, node: usize, evidence: Evidence, luck: &mut Luck) {
        if self.nodes[node].is_honest() {
            self.watch_evidence(&evidence);
        }
        let write = Write::Evidence(Box::new(evidence));
        // A disk that is full keeps nothing; the cheat will be met again.
        let _ = self.commit(node, Writes::of(vec![write]), After::Nothing, luck);
    }

    /// A page of a peer's log has come.
    pub fn take_log(&mut self, node: usize, peer: usize, question: u64, page: LogPage, luck: &mut Luck) {
        let goes_on = self.goes_on_with(node, peer, question);
        if self.nodes[peer].keyset != self.nodes[node].keyset {
            if self.take_earlier_page(node, peer, page, luck) && goes_on {
                self.pull_earlier(node, peer, luck);
            }
            return;
        }
        match self.take_page(node, peer, page, luck) {
            Some(true) if goes_on => self.pull_log(node, peer, luck),
            Some(false) if goes_on => self.read_once_more(node, peer, luck),
            _ => {}
        }
    }

    /// Whether there is more to read; nothing if the node's disk did not take it. The place moves on only behind what was
    /// taken over.
    pub fn take_page(&mut self, node: usize, peer: usize, page: LogPage, luck: &mut Luck) -> Option<bool> {
        let index = self.nodes[peer].index.filter(|_| self.witness(node).is_some())?;
        let (keyset, head, chance) = (self.keyset_of(peer), page.head, luck.number());
        let mut followed = self.nodes[node].followed.get(&peer).cloned().unwrap_or_default();
        let (before, unchecked) = (followed.position(), followed.unchecked().to_vec());
        if page.entries.is_empty() && followed.read() == Some(&page.head) && followed.unchecked().is_empty() {
            // Read to this very head before.
            self.watch_head(node, peer, head, followed.highest() == Some(&head));
            return Some(false);
        }
        let read = followed.handle_page(keyset, index, page, chance);
        // That of a page that is refused too.
        self.watch_head(node, peer, head, followed.highest() == Some(&head));
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                self.say(format_args!("{node} refuses the log of {peer}: {error}"));
                self.keep_followed(node, peer, &unchecked, followed, luck);
                // Whoever is asked from where it is refused may be asked from the beginning.
                return Some(false);
            }
        };
        if let Some(evidence) = read.fork {
            self.keep_evidence(node, *evidence, luck);
        }
        for certified in read.certified {
            if self.take_over(node, certified, luck).is_err() {
                // What its head proves was kept above.
                drop(self.nodes[node].followed.entry(peer).or_default().handle_head(keyset, head, chance));
                return None;
            }
        }
        let begins_again = read.whole && read.more;
        if followed.position() > before || begins_again {
            let writes = Writes::new().put(Key::Peer(peer), &followed);
            if self.commit(node, writes, After::Nothing, luck).is_err() {
                return None;
            }
        }
        self.keep_followed(node, peer, &unchecked, followed, luck);
        Some(read.more)
    }

    fn keep_followed(
        &mut self,
        node: usize,
        peer: usize,
        before: &[Unchecked],
        mut followed: Followed,
        luck: &mut Luck,
    ) {
        let id = self.nodes[peer].keyset;
        let kept = self.nodes[node].followed.entry(peer).or_default();
        let fork = followed.join(id, before, kept);
        *kept = followed;
        if let Some(evidence) = fork {
            self.keep_evidence(node, *evidence, luck);
        }
    }

    fn take_over(&mut self, node: usize, certified: CertifiedOrder, luck: &mut Luck) -> Result<(), Full> {
        let digest = self.ledger.meet(&certified.order);
        let Some(witness) = self.witness(node) else { return Ok(()) };
        if matches!(self.record(node, &digest), Some(OrderRecord::Certified { .. })) {
            // What would be answered is wanted by nobody here.
            return Ok(());
        }
        let now = self.time(node);
        if let Ok(Some(_)) = witness.look_up(&self.nodes[node].disk.seen().ledger, &digest, now) {
            return Ok(());
        }
        let shown = certified.clone();
        let taken = if certified.order.keyset == self.nodes[node].keyset {
            self.take_certificate::<ReplyV1>(node, certified, luck.child())
        } else {
            self.take_move::<ReplyV1>(node, certified, luck.child())
        };
        match taken {
            Ok((branch, Ok(step))) => {
                self.coverage.hit(crate::coverage::Group::Branch, branch);
                if self.nodes[node].is_honest_witness() && step.writes.iter().any(is_certified_entry) {
                    self.watch_logged(node, &shown);
                }
                self.note_step(node, &step.writes);
                self.commit(node, Writes::of(step.writes), After::Nothing, luck)
            }
            Ok((_, Err(error))) => {
                self.fail(Invariant::NoInconsistency, format!("witness {node} on {digest} of a peer: {error}"));
                Ok(())
            }
            Err(Refusal::CharterBehind) => Err(Full),
            Err(_) => Ok(()),
        }
    }

    /// A page of a witness's feed has come.
    pub fn take_feed(&mut self, node: usize, witness: usize, page: FeedPage, luck: &mut Luck) {
        let keyset = self.keyset_of(witness);
        let store = self.nodes[node].store;
        let from = self.feed_place(node, witness);
        for entry in &page.entries {
            let CertifiedOrder { order, certificate } = &entry.certified;
            if self.nodes[witness].is_honest_witness() {
                self.ledger.fed.insert((node, witness, entry.position));
            }
            let named = order.store == store && order.keyset == keyset.id();
            if named
                && certificate.clone().verify(keyset, &order.digest()).is_ok()
                && self.settle(node, order, luck).is_err()
            {
                return;
            }
        }
        if page.next > from {
            let writes = Writes::new().put(Key::Feed(witness), &page.next);
            if self.commit(node, writes, After::Nothing, luck).is_err() {
                return;
            }
        }
        if page.more && page.next > from && !page.entries.is_empty() {
            self.read_feed(node, witness, luck);
        }
    }
}

fn is_certified_entry(write: &Write) -> bool {
    matches!(write, Write::LogEntry(_, entry) if matches!(**entry, LogEntry::Certified(_)))
}

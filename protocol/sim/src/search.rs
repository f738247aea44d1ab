//! A wallet that begins anew with its words alone: it asks witnesses for buckets of orders, through one store or another and
//! over the network as it is, until it knows what the lost wallets had.

use ronde_protocol::{
    machine::wallet::{Asking, ClaimedOrder, Question, Search},
    message::{
        bucket::{BucketLength, LengthQuery},
        ids::{KeysetId, WitnessIndex},
        wire::{ReplyV1, RequestV1},
    },
};

use crate::{
    clock::Millis,
    coverage::Group,
    luck::Luck,
    message::{Asked, Body},
    network::End,
    ops::Manner,
    plan::Way,
    world::{Event, World},
};

/// How long a wallet waits for one answer.
const PATIENCE: Millis = 2_500;
/// Before a search that was cut off is begun anew.
const PAUSE: Millis = 30_000;
/// Searches that a customer begins before they wait for better times; each takes hundreds of messages.
const SEARCHES: u32 = 3;
/// Stores through which one question is asked.
const STORES: u32 = 3;

/// A search under way. The program that dies forgets it.
pub struct Quest {
    search: Search,
    doing: Doing,
    /// Of what is asked now: answers to anything else come too late.
    serial: u64,
    /// The store that is asked.
    via: usize,
    /// Stores that were asked this in vain.
    tries: u32,
}

/// What is asked.
enum Doing {
    /// How long prefixes are.
    Lengths(LengthQuery, Vec<BucketLength>),
    /// The bucket of one order number.
    Reading(Question, Box<Asking>),
}

/// What comes next.
enum Next {
    Ask,
    Wait,
    Choose,
    OtherStore,
}

impl World<'_> {
    /// Begins to search, or begins anew.
    pub fn seek(&mut self, wallet: usize, luck: &mut Luck) {
        let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
        let search = Search::new(&self.people[wallet].wallet, charter, now);
        let Some(keyset) = search.without_length().first().copied() else { return };
        self.people[wallet].sought += 1;
        let begun = self.people[wallet].wallet.begin_search();
        begun.release(&self.people[wallet].save());
        let doing = Doing::Lengths(LengthQuery { keyset, nonce: luck.bytes() }, Vec::new());
        let via = luck.place(self.nodes.len());
        let mut quest = Quest { search, doing, serial: 0, via, tries: 0 };
        self.seek_ask(wallet, &mut quest, luck);
        self.people[wallet].quest = Some(quest);
    }

    /// What is not answered by now will not be. (Or the program died, or gave up, and the customer tries again.)
    pub fn seek_timeout(&mut self, wallet: usize, serial: u64, mut luck: Luck) {
        let Some(mut quest) = self.people[wallet].quest.take() else {
            if self.people[wallet].wallet.is_searching() && self.people[wallet].sought < SEARCHES {
                self.seek(wallet, &mut luck);
            }
            return;
        };
        if quest.serial != serial {
            self.people[wallet].quest = Some(quest);
            return;
        }
        let next = match &mut quest.doing {
            Doing::Lengths(..) => Next::OtherStore,
            Doing::Reading(_, asking) => {
                asking.handle_silence();
                Next::Ask
            }
        };
        self.seek_on(wallet, quest, next, &mut luck);
    }

    /// An answer came back through a store.
    pub fn hear_sought(&mut self, wallet: usize, serial: u64, from: WitnessIndex, reply: ReplyV1, luck: &mut Luck) {
        let Some(mut quest) = self.people[wallet].quest.take() else { return };
        let next = if quest.serial == serial { self.take_sought(&mut quest, from, reply) } else { Next::Wait };
        self.seek_on(wallet, quest, next, luck);
    }

    fn take_sought(&mut self, quest: &mut Quest, from: WitnessIndex, reply: ReplyV1) -> Next {
        match (&mut quest.doing, reply) {
            (Doing::Lengths(query, answers), ReplyV1::Length(answer)) => {
                answers.push(answer);
                let keyset = self.federation.committee_of(query.keyset);
                if quest.search.handle_lengths(keyset, &query.nonce, answers).is_ok() {
                    Next::Choose
                } else {
                    Next::Wait
                }
            }
            (Doing::Lengths(..), _) => Next::Wait,
            (Doing::Reading(question, asking), reply) => {
                if asking.poll().is_none_or(|(reading, _)| reading != from) {
                    return Next::Wait;
                }
                let keyset = self.federation.committee_of(question.keyset);
                match reply {
                    ReplyV1::Bucket(page) => {
                        if asking.handle_page(&self.federation.charter, keyset, page).is_err() {
                            self.coverage.hit(Group::Deed, "bad bucket refused");
                        }
                    }
                    _ => asking.handle_silence(),
                }
                Next::Ask
            }
        }
    }

    fn seek_on(&mut self, wallet: usize, mut quest: Quest, next: Next, luck: &mut Luck) {
        let goes_on = match next {
            Next::Wait => true,
            Next::Ask => self.seek_ask(wallet, &mut quest, luck),
            Next::Choose => self.choose(wallet, &mut quest, luck),
            Next::OtherStore => self.seek_elsewhere(wallet, &mut quest, luck),
        };
        if goes_on {
            self.people[wallet].quest = Some(quest);
        }
    }

    /// Draws what is to be asked next. False if there is nothing: the search has ended.
    fn choose(&mut self, wallet: usize, quest: &mut Quest, luck: &mut Luck) -> bool {
        loop {
            if let Some(keyset) = quest.search.without_length().first().copied() {
                quest.doing = Doing::Lengths(LengthQuery { keyset, nonce: luck.bytes() }, Vec::new());
                break;
            }
            if let Some(question) = quest.search.next_question(&self.people[wallet].wallet, luck.entropy()) {
                let keyset = self.federation.committee_of(question.keyset);
                quest.doing = Doing::Reading(question, Box::new(Asking::new(question, keyset, luck.entropy())));
                self.coverage.hit(Group::Deed, "bucket asked for");
                break;
            }
            if let Some(device) = quest.search.next_device() {
                self.end_search(wallet, device, luck);
                return false;
            }
        }
        (quest.via, quest.tries) = (luck.place(self.nodes.len()), 0);
        self.seek_ask(wallet, quest, luck)
    }

    /// Asks, or goes on with what the answers brought. False if the search is over for now.
    fn seek_ask(&mut self, wallet: usize, quest: &mut Quest, luck: &mut Luck) -> bool {
        quest.serial = luck.number();
        let (via, serial, federation) = (quest.via, quest.serial, self.federation);
        let mut ask = |keyset: KeysetId, index: WitnessIndex, request: RequestV1| {
            let witness = federation.seat(keyset, index);
            let body = Body::Relay(serial, witness, Box::new(request));
            self.send(End::Wallet(wallet), End::Node(via), luck, body);
        };
        match &mut quest.doing {
            Doing::Lengths(query, _) => {
                for member in federation.committee_of(query.keyset).members() {
                    ask(query.keyset, member.index(), RequestV1::Length(*query));
                }
            }
            Doing::Reading(question, asking) => match asking.poll() {
                Some((index, query)) => ask(question.keyset, index, RequestV1::Bucket(query)),
                None => return self.read_through(wallet, quest, luck),
            },
        }
        self.after(PATIENCE, luck.child(), Event::Seek(wallet, serial));
        true
    }

    /// The same through another store; if there was enough of that, the search is cut off.
    fn seek_elsewhere(&mut self, wallet: usize, quest: &mut Quest, luck: &mut Luck) -> bool {
        quest.tries += 1;
        if quest.tries >= STORES {
            self.coverage.hit(Group::Deed, "search cut off");
            self.say(format_args!("the search of wallet {wallet} is cut off"));
            self.after(PAUSE, luck.child(), Event::Seek(wallet, 0));
            return false;
        }
        quest.via = (quest.via + 1) % self.nodes.len();
        match &mut quest.doing {
            Doing::Lengths(query, answers) => {
                query.nonce = luck.bytes();
                answers.clear();
            }
            Doing::Reading(question, asking) => {
                **asking = Asking::new(*question, self.federation.committee_of(question.keyset), luck.entropy());
            }
        }
        self.seek_ask(wallet, quest, luck)
    }

    /// Enough witnesses' buckets were read, or too few can be.
    fn read_through(&mut self, wallet: usize, quest: &mut Quest, luck: &mut Luck) -> bool {
        let Doing::Reading(question, asking) = &mut quest.doing else { return true };
        let question = *question;
        let keyset = self.federation.committee_of(question.keyset);
        let read = core::mem::replace(&mut **asking, Asking::new(question, keyset, luck.entropy()));
        let Ok(searched) = read.finish() else { return self.seek_elsewhere(wallet, quest, luck) };
        let mut any = false;
        for found in searched.orders {
            match self.take_found(wallet, &question, found, luck) {
                Some(own) => any |= own,
                // The program died; the customer begins anew.
                None => {
                    self.after(PATIENCE, luck.child(), Event::Seek(wallet, 0));
                    return false;
                }
            }
        }
        quest.search.handle_answer(&question, any);
        self.choose(wallet, quest, luck)
    }

    /// Whether an order with the B that was asked for is this seed's. None if the program died over it.
    fn take_found(&mut self, wallet: usize, question: &Question, found: ClaimedOrder, luck: &mut Luck) -> Option<bool> {
        let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
        let Ok(sealed) = self.people[wallet].wallet.handle_found(charter, question, found, now) else {
            return Some(false);
        };
        let recovered = self.keep(wallet, sealed, luck)?;
        for evidence in &recovered.settled.evidence {
            self.watch_evidence(evidence);
        }
        self.coverage.hit(Group::Deed, "order found in a bucket");
        self.say(format_args!("wallet {wallet} finds {}", recovered.settled.digest));
        Some(true)
    }

    /// Everything was asked: the wallet may be used again, under an index of its own.
    fn end_search(&mut self, wallet: usize, device: u32, luck: &mut Luck) {
        let ended = self.people[wallet].wallet.end_search(device);
        ended.release(&self.people[wallet].save());
        self.coverage.hit(Group::Deed, "search ended");
        self.say(format_args!("wallet {wallet} has searched, and is device {device}"));
        let via = luck.place(self.nodes.len());
        self.resume(wallet, via, Manner::Patient, luck);
    }

    /// A store passes a wallet's question on to a witness.
    pub fn relay(&mut self, node: usize, from: End, serial: u64, witness: usize, request: RequestV1, luck: &mut Luck) {
        let End::Wallet(wallet) = from else { return };
        if self.nodes[node].way == Some(Way::Withholds) {
            return self.coverage.hit(Group::Cheat, "store withholds a question");
        }
        self.ask(node, witness, Asked::Relay(wallet, serial), request, luck);
    }

    /// A store passes a witness's answer on to the wallet that asked.
    pub fn relay_back(
        &mut self,
        node: usize,
        from: usize,
        (wallet, serial): (usize, u64),
        mut reply: ReplyV1,
        luck: &mut Luck,
    ) {
        let Some(index) = self.nodes[from].index else { return };
        if self.nodes[node].way == Some(Way::Spoils) {
            match &mut reply {
                ReplyV1::Bucket(page) => page.signature.0[0] ^= 1,
                ReplyV1::Probe(answer) => answer.signature.0[0] ^= 1,
                _ => {}
            }
            self.coverage.hit(Group::Cheat, "store spoils a relayed answer");
        }
        let body = Body::Relayed(serial, index, Box::new(reply));
        self.send(End::Node(node), End::Wallet(wallet), luck, body);
    }

    /// Once the faults are over: every honest customer whose words are all that is left searches, to the end; once, as a
    /// search is dear, in the third round, by which what the lost wallet had claimed is certified.
    pub fn search_all(&mut self, round: usize, luck: &mut Luck) {
        let due = round == 2;
        let mut any = false;
        for wallet in 0..self.people.len() {
            let person = &self.people[wallet];
            if person.honest && person.device > 0 && (due || round > 2 && person.wallet.is_searching()) {
                self.seek(wallet, luck);
                any = true;
            }
        }
        if any {
            self.play();
        }
    }
}

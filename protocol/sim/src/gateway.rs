//! A store's desk: takes orders to the quorum and carries them until all witnesses hold the certificate.

use ronde_protocol::{
    machine::{
        gateway::{Fault, Gathering, OpenOrder, Progress, Standing},
        own::Heard,
    },
    message::{
        ids::{OrderDigest, WitnessIndex},
        log::CertifiedOrder,
        order::{Purpose, Submission},
        refusal::Refusal,
        wire::{ReplyV1, RequestV1},
    },
};

use crate::{
    disk::{Full, Key, Writes},
    luck::Luck,
    message::{Asked, Body, News, Route, Told},
    network::End,
    node::Running,
    own::head_of,
    plan::Way,
    world::{After, Event, World},
};

/// How long an order that could be answered waits for the last witnesses.
const GRACE: u64 = 25;
/// How long a wallet is kept waiting.
const PATIENCE: u64 = 4_000;
/// Pause before the second round; doubles with each.
const FIRST_PAUSE: u64 = 200;
/// How long one witness is waited for.
const CALL_TIMEOUT: u64 = 4_000;
/// Rounds before an order waits on disk for the next sweep.
const ROUNDS_AT_HAND: u32 = 6;
/// Before what was set aside is looked at; four times as long with each time.
const SWEEP_PAUSE: u64 = 15_000;

impl World<'_> {
    /// A wallet brings an order.
    pub fn bring(&mut self, node: usize, from: End, submission: Submission, mut luck: Luck) {
        let End::Wallet(wallet) = from else { return };
        self.ledger.meet(&submission.signed.order);
        let Some(submission) = self.cheat_bring(node, submission, &mut luck) else { return };
        let digest = submission.signed.order.digest();
        let gathering = match submission.check(&self.federation.charter) {
            Ok(gathering) => gathering,
            Err(refusal) => return self.tell(node, wallet, Some(digest), News::Refused(refusal), &mut luck),
        };
        if gathering.order().purpose == Purpose::Redeem
            && gathering.order().store == self.nodes[node].store
            && let Err(news) = self.take_order(node, &gathering, &mut luck)
        {
            return self.tell(node, wallet, Some(digest), news, &mut luck);
        }
        self.take_on(node, gathering, Some(wallet), &mut luck);
    }

    /// A wallet, or another store, shows a certificate.
    pub fn shown(&mut self, node: usize, from: End, certified: CertifiedOrder, mut luck: Luck) {
        let End::Wallet(wallet) = from else { return };
        if self.nodes[node].way == Some(Way::Withholds) {
            return;
        }
        let digest = certified.order.digest();
        match Gathering::of_certified(certified, &self.federation.charter) {
            Ok(gathering) => self.take_on(node, gathering, Some(wallet), &mut luck),
            Err(refusal) => self.tell(node, wallet, Some(digest), News::Refused(refusal), &mut luck),
        }
    }

    /// Takes an order in hand, with what is on disk of it, and sends it on its way once it is written down.
    pub fn take_on(&mut self, node: usize, gathering: Gathering, wallet: Option<usize>, luck: &mut Luck) {
        let digest = gathering.digest();
        let here = &mut self.nodes[node];
        let new = !here.running.contains_key(&digest);
        let kept = if new {
            let before = here.disk.seen().load::<OpenOrder>(Key::Opened(digest));
            let before = before.and_then(|record| Gathering::resume(record, &self.federation.charter).ok());
            let (merged, kept) = match before {
                Some(mut before) => {
                    let kept = before.merge(gathering);
                    (before, kept)
                }
                None => (gathering, true),
            };
            if !merged.can_be_certified() {
                if let Some(wallet) = wallet {
                    self.tell(node, wallet, Some(digest), News::Refused(Refusal::NoColumn), luck);
                }
                return;
            }
            here.running.insert(digest, Running::new(merged));
            kept
        } else {
            here.running.get_mut(&digest).is_some_and(|running| running.gathering.merge(gathering))
        };
        if let Some(running) = self.nodes[node].running.get_mut(&digest)
            && let Some(wallet) = wallet
            && !running.waiting.contains(&wallet)
        {
            running.waiting.push(wallet);
        }
        if self.save(node, &digest, After::Send(digest), luck).is_err() {
            if new {
                self.nodes[node].running.remove(&digest);
            }
            if let Some(wallet) = wallet {
                self.tell(node, wallet, Some(digest), News::Refused(Refusal::StorageFailed), luck);
            }
            return;
        }
        if !kept && let Some(wallet) = wallet {
            self.tell(node, wallet, Some(digest), News::Refused(Refusal::Busy), luck);
        }
        let life = self.nodes[node].life;
        if new {
            self.after(FIRST_PAUSE, luck.child(), Event::Round(node, life, digest));
        }
        if wallet.is_some() {
            self.after(PATIENCE, luck.child(), Event::Patience(node, life, digest));
        }
        self.look_at(node, &digest, luck);
    }

    fn save(&mut self, node: usize, digest: &OrderDigest, then: After, luck: &mut Luck) -> Result<(), Full> {
        let Some(running) = self.nodes[node].running.get(digest) else { return Ok(()) };
        let writes = Writes::new().put(Key::Opened(*digest), &running.gathering.record());
        self.commit(node, writes, then, luck)
    }

    /// Sends what is to be sent now.
    pub fn send_requests(&mut self, node: usize, digest: &OrderDigest, luck: &mut Luck) {
        let now = self.now;
        let Some(running) = self.nodes[node].running.get_mut(digest) else { return };
        let shown = running.gathering.certificate().is_some();
        let (federation, keyset) = (self.federation, running.gathering.keyset().id());
        let votes = running.gathering.requests().into_iter();
        let mut requests: Vec<(usize, RequestV1)> =
            votes.map(|(index, request)| (federation.seat(keyset, index), request)).collect();
        let moves = running.gathering.move_requests().into_iter();
        requests.extend(moves.map(|(keyset, index, request)| (federation.seat(keyset, index), request)));
        requests.retain(|(witness, _)| {
            let waits =
                running.asked.get(witness).is_some_and(|(what, since)| *what == shown && now < since + CALL_TIMEOUT);
            if !waits {
                running.asked.insert(*witness, (shown, now));
            }
            !waits
        });
        for (witness, request) in requests {
            self.request(node, witness, *digest, request, luck);
        }
    }

    fn request(&mut self, node: usize, witness: usize, digest: OrderDigest, request: RequestV1, luck: &mut Luck) {
        let Some(request) = self.cheat_request(node, witness, request, luck) else { return };
        let route = Route { node, life: self.nodes[node].life, asked: Asked::Order(digest) };
        if matches!(request, RequestV1::Vote(_))
            && self.is_own(witness, &route)
            && let Some(index) = self.nodes[node].index
            && let Some(running) = self.nodes[node].running.get_mut(&digest)
            && let Some(own) = running.gathering.own_request(index)
        {
            self.watch_column(node, End::Node(node), digest, own.column());
            return self.ask_own(route, own, luck);
        }
        self.ask(node, witness, Asked::Order(digest), request, luck);
    }

    /// The next round of an order.
    pub fn round(&mut self, node: usize, digest: OrderDigest, mut luck: Luck) {
        let Some(running) = self.nodes[node].running.get_mut(&digest) else { return };
        running.rounds += 1;
        let rounds = running.rounds;
        if running.told && running.gathering.is_over() {
            return self.forget(node, &digest, &mut luck);
        }
        if rounds >= ROUNDS_AT_HAND {
            self.tell_waiting(node, digest, luck.child());
            self.nodes[node].running.remove(&digest);
            return self.plan_sweep(node, &mut luck);
        }
        running.gathering.retry();
        let untold = running.gathering.certificate().is_some() && !running.told;
        if untold {
            self.certified(node, digest, &mut luck);
        }
        self.send_requests(node, &digest, &mut luck);
        let life = self.nodes[node].life;
        self.after(FIRST_PAUSE << rounds, luck.child(), Event::Round(node, life, digest));
    }

    /// The next look at what waits on disk; later each time, or a witness that is down would fill the run.
    fn plan_sweep(&mut self, node: usize, luck: &mut Luck) {
        let last = self.plan.ops.last().map_or(0, |op| op.at);
        let here = &mut self.nodes[node];
        let pause = SWEEP_PAUSE << (2 * here.sweeps).min(16);
        if here.sweep_due || self.calm || self.now + pause > last + SWEEP_PAUSE {
            return;
        }
        here.sweep_due = true;
        here.sweeps += 1;
        let life = here.life;
        self.after(pause, luck.child(), Event::Sweep(node, life));
    }

    /// Takes up what waits on disk.
    pub fn sweep(&mut self, node: usize, mut luck: Luck) {
        let life = self.nodes[node].life;
        self.nodes[node].sweep_due = false;
        for digest in self.nodes[node].disk.seen().opened() {
            if self.nodes[node].running.contains_key(&digest) {
                continue;
            }
            let Some(record) = self.nodes[node].disk.seen().load::<OpenOrder>(Key::Opened(digest)) else { continue };
            let Ok(gathering) = Gathering::resume(record, &self.federation.charter) else { continue };
            self.nodes[node].running.insert(digest, Running::new(gathering));
            self.after(0, luck.child(), Event::Round(node, life, digest));
        }
    }

    /// A witness has answered.
    pub fn take_answer(&mut self, node: usize, route: Route, from: usize, reply: ReplyV1, mut luck: Luck) {
        match (route.asked, reply) {
            (Asked::Order(digest), reply) => {
                let travels = reply.clone();
                self.hear_of_order(node, digest, from, (&travels, Heard::Peer(reply)), luck);
            }
            (Asked::State(digest, wallet), ReplyV1::Order(state)) => {
                self.take_state(node, wallet, digest, state, &mut luck);
            }
            (Asked::Head, ReplyV1::NewestHead(answer)) => {
                let Some(witness) = self.witness(node) else { return };
                self.watch_head_answer(node, &answer);
                if let Some(startup) = &mut self.nodes[node].startup {
                    startup.handle_answer(witness, &answer);
                    self.poll_start(node, &mut luck);
                }
            }
            (Asked::OwnHead, ReplyV1::NewestHead(answer)) => self.hear_own_head(node, from, &answer, &mut luck),
            (Asked::Log(question), ReplyV1::Log(page)) => self.take_log(node, from, question, page, &mut luck),
            (Asked::Inquiry(place), ReplyV1::Log(page)) => self.take_inquiry_page(node, from, place, page, &mut luck),
            (Asked::Statement, ReplyV1::Statement(statement)) => {
                self.take_earlier_statement(node, from, statement, &mut luck);
            }
            (Asked::Relay(wallet, serial), reply) => self.relay_back(node, from, (wallet, serial), reply, &mut luck),
            (Asked::Feed, ReplyV1::Feed(page)) => self.take_feed(node, from, page, &mut luck),
            _ => {}
        }
    }

    /// A witness has answered about an order: as it travels, and as the gateway hears it.
    pub fn hear_of_order(
        &mut self,
        node: usize,
        digest: OrderDigest,
        from: usize,
        (travels, heard): (&ReplyV1, Heard),
        mut luck: Luck,
    ) {
        if let Some(head) = head_of(travels) {
            self.note_head(node, from, head, &mut luck);
        }
        self.watch_arrival(node, from, &digest, travels);
        self.take_order_reply(node, digest, from, heard, &mut luck);
    }

    fn take_order_reply(&mut self, node: usize, digest: OrderDigest, from: usize, heard: Heard, luck: &mut Luck) {
        let index = self.nodes[from].index.unwrap_or(WitnessIndex(u8::MAX));
        let of = self.nodes[from].keyset;
        let Some(running) = self.nodes[node].running.get_mut(&digest) else { return };
        running.asked.remove(&from);
        let is_written = matches!(&heard, Heard::Own(own) if own.is_certified());
        let progress = if running.gathering.keyset().id() == of {
            running.gathering.handle_reply(index, heard)
        } else {
            running.gathering.handle_move_reply(index, heard)
        };
        match progress {
            Progress::Certified(fault) => {
                if let Some(fault) = fault {
                    self.note_fault(node, from, fault, luck);
                }
                self.certified_or_kept(node, digest, is_written, luck);
            }
            Progress::Faulty(fault) => self.note_fault(node, from, fault, luck),
            Progress::AnotherColumn(index) => {
                if let Some(request) = running.gathering.vote_request(index) {
                    self.request(node, from, digest, request, luck);
                }
            }
            Progress::None | Progress::Evaluated | Progress::Dropped | Progress::Refused => {}
        }
        self.look_at(node, &digest, luck);
    }

    fn note_fault(&mut self, node: usize, from: usize, fault: Fault, luck: &mut Luck) {
        match fault {
            Fault::Misbehaved(_) => {
                self.say(format_args!("{node} finds that witness {from} misbehaves"));
                self.watch_misbehaved(node, from);
            }
            Fault::Evidence(evidence) => self.keep_evidence(node, *evidence, luck),
        }
    }

    /// The certificate is written down before the till hears of it.
    pub fn certified(&mut self, node: usize, digest: OrderDigest, luck: &mut Luck) {
        if self.save(node, &digest, After::Certified(digest), luck).is_err() {
            self.send_requests(node, &digest, luck);
        }
    }

    /// The certificate is on disk: the till hears of it, and the witnesses.
    pub fn certificate_on_disk(&mut self, node: usize, digest: OrderDigest, luck: &mut Luck) {
        let Some(running) = self.nodes[node].running.get(&digest) else { return };
        let order = running.gathering.order().clone();
        let told = self.settle(node, &order, luck).is_ok();
        if let Some(running) = self.nodes[node].running.get_mut(&digest) {
            running.told |= told;
        }
        self.send_requests(node, &digest, luck);
        self.look_at(node, &digest, luck);
    }

    /// Looks where an order stands, and tells whoever waits.
    fn look_at(&mut self, node: usize, digest: &OrderDigest, luck: &mut Luck) {
        let Some(running) = self.nodes[node].running.get_mut(digest) else { return };
        let order = running.gathering.order().clone();
        match running.gathering.standing() {
            Standing::Refused(refusal) => {
                self.watch_dead(node, &order, &refusal);
                self.tell_waiting(node, *digest, luck.child());
                self.till_refused(node, &order, luck);
                self.forget(node, digest, luck);
            }
            Standing::Dropped => {
                self.tell_waiting(node, *digest, luck.child());
                self.till_dropped(node, &order, luck);
                self.forget(node, digest, luck);
            }
            Standing::Certified { complete: true, .. } if running.told => {
                self.tell_waiting(node, *digest, luck.child());
                self.forget(node, digest, luck);
            }
            Standing::Certified { ready: true, .. } if !running.grace => {
                running.grace = true;
                let life = self.nodes[node].life;
                self.after(GRACE, luck.child(), Event::Patience(node, life, *digest));
            }
            Standing::Certified { .. } | Standing::Gathering(_) => {}
        }
    }

    /// Forgets an order, on disk too.
    fn forget(&mut self, node: usize, digest: &OrderDigest, luck: &mut Luck) {
        self.nodes[node].running.remove(digest);
        // If the disk is full it stays there as open, and is taken up again.
        let _ = self.commit(node, Writes::new().delete(Key::Opened(*digest)), After::Nothing, luck);
    }

    /// Answers the wallets that wait.
    pub fn tell_waiting(&mut self, node: usize, digest: OrderDigest, mut luck: Luck) {
        let Some(running) = self.nodes[node].running.get_mut(&digest) else { return };
        let waiting = core::mem::take(&mut running.waiting);
        let gathering = &running.gathering;
        let news = match (gathering.standing(), gathering.certificate()) {
            (Standing::Certified { .. }, Some(certificate)) => News::Certified {
                order: gathering.order().clone(),
                certificate: certificate.as_certificate().clone(),
                evaluations: gathering.evaluations().cloned().collect(),
            },
            (Standing::Refused(refusal), _) => News::Refused(refusal),
            (Standing::Dropped, _) => News::Refused(Refusal::CoinUnknown),
            _ => match gathering.obstacle() {
                Some(obstacle) if obstacle.is_retryable() && !matches!(obstacle, Refusal::NotVoting(_)) => {
                    News::Refused(obstacle.clone())
                }
                _ => News::Pending(Some(gathering.order().clone())),
            },
        };
        for wallet in waiting {
            self.tell(node, wallet, Some(digest), news.clone(), &mut luck);
        }
    }

    /// Answers a wallet.
    pub fn tell(&mut self, node: usize, wallet: usize, digest: Option<OrderDigest>, news: News, luck: &mut Luck) {
        let link = match &news {
            News::Certified { order, .. } | News::Pending(Some(order)) => self.link_of(node, order),
            _ => None,
        };
        let news = self.cheat_tell(node, news, luck);
        let told = Told { digest, link, news };
        self.send(End::Node(node), End::Wallet(wallet), luck, Body::Told(Box::new(told)));
    }
}

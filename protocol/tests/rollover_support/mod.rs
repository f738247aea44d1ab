//! Two committees of the same four stores: the first keyset closes a year before the later one. What the network and
//! the disks do is played here; everything else is the protocol itself.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use ronde_protocol::{
    crypto::Seed,
    machine::{
        audit::{Report, WitnessLog, audit},
        durable::Durable,
        gateway::{Gathering, Standing},
        wallet::{ClaimedOrder, Wallet},
        witness::{
            EarlierRead, Gate, OtherClocks, PreparedPage, Step, Witness,
            memory::Memory,
            outstanding::StoreKeys,
            record::{EarlierView, View},
        },
    },
    message::{
        certificate::Certificate,
        charter::Keyset,
        evaluation::Evaluation,
        ids::{KeysetId, WitnessIndex},
        log::CertifiedOrder,
        order::{Columns, Order, Seconds, Submission},
        refusal::Refusal,
        statement::ClosingStatement,
        wire::{LogPage, MoveRequest, ReplyV1, RequestV1},
    },
};

use crate::{
    federation_support::{DAY, Federation, KEYSET, NOW, Plan, entropy, planned, text},
    wallet_support::{earn_order, grant, terms},
    witness_support::{by_store, index},
};

pub use crate::wallet_support::save;

/// The keyset that points move into.
pub const LATER: KeysetId = KeysetId(2);

/// Four stores and two keysets, of which the second closes a year later.
pub fn two_years() -> Federation {
    planned(&Plan { keysets: 2, apart: 365 * DAY, ..Plan::of(4) })
}

/// A witness of one keyset and its disk.
pub struct Seat {
    pub witness: Witness,
    pub disk: Memory,
}

/// Both committees.
pub struct Town {
    pub federation: Federation,
    pub earlier: Vec<Seat>,
    pub later: Vec<Seat>,
    pub now: Seconds,
    drawn: u8,
}

impl Town {
    pub fn new() -> Self {
        let federation = two_years();
        let seats = |keyset: KeysetId| -> Vec<Seat> {
            let seat = |index: WitnessIndex| {
                let listed = federation.charter.keyset(keyset).unwrap().clone();
                let witness = Witness::new(listed, index, federation.witness(keyset, index)).unwrap();
                Seat { witness, disk: Memory::default() }
            };
            federation.indices(keyset).into_iter().map(seat).collect()
        };
        let (earlier, later) = (seats(KEYSET), seats(LATER));
        Self { federation, earlier, later, now: NOW, drawn: 0 }
    }

    pub fn keyset(&self, id: KeysetId) -> &Keyset {
        self.federation.charter.keyset(id).unwrap()
    }

    fn seats(&mut self, keyset: KeysetId) -> &mut Vec<Seat> {
        if keyset == KEYSET { &mut self.earlier } else { &mut self.later }
    }

    /// One witness's answer to what a gateway sends.
    pub fn ask(&mut self, keyset: KeysetId, at: usize, request: RequestV1) -> ReplyV1 {
        self.drawn = self.drawn.wrapping_add(1);
        let (charter, now, drawn) = (self.federation.charter.clone(), self.now, entropy(self.drawn));
        let others = self.clocks_of(keyset);
        let seat = &mut self.seats(keyset)[at];
        let step = match request {
            RequestV1::Vote(request) => match seat.witness.prepare_vote(&charter, request, drawn) {
                Ok(prepared) => seat.witness.decide_vote(&seat.disk, &charter, Gate::Open, prepared, now),
                Err(refusal) => return ReplyV1::Refused(refusal),
            },
            RequestV1::Certify(certified) => match seat.witness.prepare_certificate(certified, drawn) {
                Ok(prepared) => seat.witness.decide_certificate(&seat.disk, &charter, prepared, now),
                Err(refusal) => return ReplyV1::Refused(refusal),
            },
            RequestV1::Move(request) => match seat.witness.prepare_move(&charter, request.certified, drawn) {
                Ok(prepared) => seat.witness.decide_move(&seat.disk, prepared, now),
                Err(refusal) => return ReplyV1::Refused(refusal),
            },
            RequestV1::Statement(_) => seat.witness.decide_statement(&seat.disk, now, &others),
            other => panic!("no gateway sends {other:?}"),
        };
        seat.commit(step.unwrap())
    }

    /// The clocks of all witnesses of a keyset go alike.
    fn clocks_of(&self, keyset: KeysetId) -> OtherClocks {
        let mut clocks = OtherClocks::default();
        self.federation.indices(keyset).into_iter().for_each(|index| clocks.heard(index, self.now));
        clocks
    }

    /// The whole log of a witness of the first keyset, as one answer gives it.
    pub fn log_of(&self, at: usize) -> LogPage {
        let seat = &self.earlier[at];
        let page = seat.witness.log_page(&seat.disk, 0).unwrap();
        assert_eq!(u64::try_from(page.entries.len()).unwrap(), page.head.size, "one page is enough for these tests");
        page
    }

    /// A witness of the later keyset reads on in the log of one of the first.
    pub fn pull(&mut self, reader: usize, from: usize) -> EarlierRead {
        let read = self.later[reader].disk.earlier_followed(LATER, KEYSET, index(from)).unwrap();
        let position = read.map_or(0, |followed| followed.position());
        let page = self.earlier[from].witness.log_page(&self.earlier[from].disk, position).unwrap();
        self.take_page(reader, from, page)
    }

    /// The same of a page that somebody made up.
    pub fn take_page(&mut self, reader: usize, from: usize, page: LogPage) -> EarlierRead {
        let step = self.decide_page(reader, from, page);
        self.later[reader].commit(step)
    }

    /// What reading a page changes, not yet written.
    pub fn decide_page(&self, reader: usize, from: usize, page: LogPage) -> Step<EarlierRead> {
        let mut keys = StoreKeys::default();
        let charter = &self.federation.charter;
        keys.add(charter.body());
        let earlier = charter.keyset(KEYSET).unwrap();
        let seat = &self.later[reader];
        let page = PreparedPage::of(charter, &keys, earlier, page, 0);
        seat.witness.decide_earlier_page(&seat.disk, charter, earlier, index(from), page).unwrap()
    }

    /// A witness of the later keyset is shown a closing statement of the first.
    pub fn tell(&mut self, reader: usize, statement: ClosingStatement) {
        let charter = self.federation.charter.clone();
        let seat = &mut self.later[reader];
        let step = seat.witness.decide_earlier_statement(&seat.disk, charter.keyset(KEYSET).unwrap(), statement);
        seat.commit(step.unwrap()).unwrap();
    }

    /// All of the later keyset read what these witnesses of the first have.
    pub fn pull_from(&mut self, witnesses: &[usize]) {
        for reader in 0..self.later.len() {
            for from in witnesses {
                self.pull(reader, *from);
            }
        }
    }

    /// What a store does with an order, with both committees; witnesses in `silent` (of both) say nothing.
    pub fn carry(&mut self, submission: &Submission, silent: &[usize]) -> Gathering {
        let mut gathering = submission.clone().check(&self.federation.charter).unwrap();
        self.rounds(&mut gathering, silent);
        gathering
    }

    /// Three rounds of asking whoever has not answered.
    pub fn rounds(&mut self, gathering: &mut Gathering, silent: &[usize]) {
        for _ in 0..3 {
            let own = gathering.keyset().id();
            for (at, request) in gathering.requests() {
                if !silent.contains(&at.position()) {
                    let reply = self.ask(own, at.position(), request);
                    gathering.handle_reply(at, reply);
                }
            }
            for (keyset, at, request) in gathering.move_requests() {
                if !silent.contains(&at.position()) {
                    let reply = self.ask(keyset, at.position(), request);
                    gathering.handle_move_reply(at, reply);
                }
            }
            gathering.retry();
        }
    }

    /// What the wallet gets for an order that is certified.
    pub fn answer(gathering: &Gathering) -> (Certificate, Vec<Evaluation>) {
        let certificate = gathering.certificate().expect("it is certified").as_certificate().clone();
        (certificate, gathering.evaluations().cloned().collect())
    }

    /// Carries an order and hands its wallet what came.
    pub fn settle(&mut self, wallet: &mut Wallet, submission: &Submission) -> Standing {
        let gathering = self.carry(submission, &[]);
        self.hand_over(wallet, &gathering);
        gathering.standing()
    }

    pub fn hand_over(&self, wallet: &mut Wallet, gathering: &Gathering) {
        let (certificate, evaluations) = Self::answer(gathering);
        let digest = gathering.digest();
        let settled = wallet.handle_answer(&self.federation.charter, &digest, certificate, &evaluations, self.now);
        settled.unwrap().release(&save(wallet));
    }

    /// The wallet claims a grant of store 1 in the first keyset.
    pub fn earn(&mut self, wallet: &mut Wallet, number: u32, points: u64) {
        let charter = self.federation.charter.clone();
        // Of the two open keysets the first, by the randomness that chooses it.
        let claim =
            wallet.plan_claim(&charter, grant(number), text("secret"), terms(points), self.now, entropy(2)).unwrap();
        let claim = claim.release(&save(wallet));
        assert_eq!(claim.keyset, KEYSET);
        let order = Order { time: self.now, ..earn_order(&self.federation, &claim) };
        let signed = by_store(order.clone());
        let gathering = self.carry(&Submission { signed, columns: Columns::default() }, &[]);
        let (certificate, evaluations) = Self::answer(&gathering);
        let answer = ClaimedOrder { order, certificate, evaluations };
        wallet.handle_claim_answer(&charter, &claim.link, answer, self.now).unwrap().release(&save(wallet));
    }

    /// Moves everything that the wallet has in the first keyset, denomination by denomination. Gives how many orders.
    pub fn move_all(&mut self, wallet: &mut Wallet) -> usize {
        let charter = self.federation.charter.clone();
        let planned = wallet.planned_moves(&charter, self.now);
        for planned in &planned {
            let submission =
                wallet.move_on(&charter, planned.keyset, planned.denomination, self.now, entropy(3)).unwrap();
            let submission = submission.release(&save(wallet));
            self.settle(wallet, &submission);
        }
        planned.len()
    }

    /// An audit of a keyset from the logs of all its witnesses.
    pub fn audit(&self, keyset: KeysetId) -> Report {
        audit(&self.federation.charter, self.keyset(keyset), &self.logs(keyset))
    }

    /// The logs of all witnesses of a keyset.
    pub fn logs(&self, keyset: KeysetId) -> Vec<WitnessLog> {
        let seats = if keyset == KEYSET { &self.earlier } else { &self.later };
        let log = |seat: &Seat| WitnessLog {
            head: seat.witness.head(&seat.disk).unwrap(),
            entries: seat.disk.log().to_vec(),
            heads: Vec::new(),
        };
        seats.iter().map(log).collect()
    }

    /// How many entries the log of a witness of the later keyset has.
    pub fn later_size(&self, at: usize) -> u64 {
        self.later[at].disk.log_size(LATER).unwrap()
    }
}

impl Seat {
    pub fn commit<T>(&mut self, step: Step<T>) -> T {
        self.disk.apply(step.writes);
        step.reply.release(&Durable::after_commit())
    }
}

/// An empty wallet.
pub fn wallet(town: &Town) -> Wallet {
    Wallet::new(Seed::new([0x21; 32]), town.federation.id(), 0)
}

/// Whether it is refused for now, because the logs do not show so much yet.
pub fn is_behind(reply: &ReplyV1) -> bool {
    matches!(reply, ReplyV1::Refused(Refusal::RolloverBehind))
}

/// A move as a gateway shows it.
pub fn shown(order: &Order, certificate: &Certificate) -> RequestV1 {
    let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
    RequestV1::Move(MoveRequest { keyset: LATER, certified })
}

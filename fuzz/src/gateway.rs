//! A store's gateway with one order, told things by witnesses in any order, true and false, and restarted.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ronde_protocol::{
    machine::gateway::{Fault, Gathering, OpenOrder, Progress, Standing},
    message::{
        codec::{decode, encode},
        evaluation::Evaluation,
        head::Head,
        ids::WitnessIndex,
        order::{Column, Submission},
        refusal::{Conflict, ConflictingOrder, NotVoting, Refusal, Rule},
        wire::{Certified, ReplyV1, RequestV1, Voted},
    },
};

use crate::{
    choices::Choices,
    federation_support::{Federation, KEYSET, federation, list},
    orders_by_hand::{earn, redeem, swap},
    town::{Known, empty_head},
};

/// Longer sequences say nothing new and take long.
const MAX_STEPS: usize = 32;
/// n and q.
const WITNESSES: usize = 4;
const QUORUM: usize = 3;

static WORLD: LazyLock<World> = LazyLock::new(World::new);

struct World {
    federation: Federation,
    /// Two over one coin, and one apart.
    orders: Vec<Known>,
    heads: Vec<Head>,
}

impl World {
    fn new() -> Self {
        let federation = federation(WITNESSES);
        let signed = [
            swap(&federation, &[(1, 2), (2, 1)], &[(11, 2), (12, 1)]),
            redeem(&federation, 1, &[(1, 2)], &[(13, 1)]),
            earn(&federation, 1, 1, &[(14, 2)]),
        ];
        let orders = signed.into_iter().map(|signed| Known::of(&federation, signed)).collect();
        let heads = federation.indices(KEYSET).into_iter().map(|index| empty_head(&federation, index)).collect();
        Self { federation, orders, heads }
    }
}

/// The first byte says which order it is; then each message takes a few bytes.
///
/// # Panics
/// If a certificate is lost, made up or sent before it is known, an honest witness blamed, or an order given up early.
pub fn gateway_sequence(data: &[u8]) {
    let mut choices = Choices::new(data);
    let which = choices.below(WORLD.orders.len());
    let brought = submission(which, choices.byte(), 0);
    let Ok(gathering) = brought.clone().check(&WORLD.federation.charter) else {
        panic!("a good submission is refused");
    };
    let mut desk = Desk {
        which,
        disk: gathering.record(),
        gathering,
        brought: brought.columns.to_vec(),
        refused: BTreeSet::new(),
        certified: false,
        killed: false,
    };
    for _ in 0..MAX_STEPS {
        if choices.is_over() {
            return;
        }
        desk.step(&mut choices);
        desk.look();
    }
}

/// The order with the columns of the witnesses in `mask`, each with the column of the one that stands `salt` further.
fn submission(which: usize, mask: u8, salt: usize) -> Submission {
    let known = &WORLD.orders[which];
    let columns = (0..known.columns.len()).filter(|at| mask & (1 << at) == 0).map(|at| Column {
        index: known.columns[at].index,
        components: known.columns[(at + salt) % WITNESSES].components.clone(),
    });
    Submission { signed: known.signed.clone(), columns: list(columns.collect::<Vec<_>>()) }
}

struct Desk {
    which: usize,
    gathering: Gathering,
    /// What was written down last.
    disk: OpenOrder,
    /// Columns that anybody brought.
    brought: Vec<Column>,
    /// Who refused for ever since the last start.
    refused: BTreeSet<WitnessIndex>,
    certified: bool,
    killed: bool,
}

impl Desk {
    fn known(&self) -> &'static Known {
        &WORLD.orders[self.which]
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(8) {
            0 => {
                let more = submission(self.which, choices.byte(), choices.below(WITNESSES));
                self.brought.extend(more.columns.to_vec());
                let more = more.check(&WORLD.federation.charter).expect("a good submission");
                self.gathering.merge(more);
            }
            1 => self.gathering.retry(),
            2 => self.restart(choices.byte() % 2 == 0),
            _ => self.hear(choices),
        }
    }

    /// A stopped node goes on from its disk; it may have written more down than it had to.
    fn restart(&mut self, newest: bool) {
        if newest {
            self.disk = self.gathering.record();
        }
        let disk: OpenOrder = decode(&encode(&self.disk), 1 << 22).expect("what was written can be read");
        self.gathering = Gathering::resume(disk, &WORLD.federation.charter).expect("what was good is good");
        self.refused.clear();
        self.killed = false;
    }

    fn hear(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(WITNESSES);
        let index = self.known().votes[at].index;
        let shown = !self.known().order().inputs.is_empty()
            && matches!(self.gathering.vote_request(index), Some(RequestV1::Vote(request)) if request.column.is_some());
        let (reply, honest, marked) = self.reply(choices, at, shown);
        let refusal = match &reply {
            ReplyV1::Refused(refusal) => Some(refusal.clone()),
            _ => None,
        };
        let before = self.gathering.certificate().is_some();
        match self.gathering.handle_reply(index, reply) {
            Progress::Certified(fault) => {
                assert!(!before, "certified twice");
                self.blame(fault.as_ref(), honest, marked, index);
                // Written down before anything more is sent.
                self.disk = self.gathering.record();
                self.certified = true;
            }
            Progress::Faulty(fault) => self.blame(Some(&fault), honest, marked, index),
            Progress::Refused => {
                if matches!(&refusal, Some(Refusal::Conflict(found)) if found.certificate.is_some()) {
                    assert!(honest, "killed by what proves nothing");
                    self.killed = true;
                }
            }
            Progress::AnotherColumn(of) => assert!(of == index && self.gathering.vote_request(of).is_some()),
            Progress::None | Progress::Evaluated | Progress::Dropped => {}
        }
        // Whoever has refused for ever may still take it back: then this set is too large, and proves less.
        if refusal.is_some_and(|refusal| !refusal.is_retryable()) {
            self.refused.insert(index);
        }
    }

    /// Something that witness `at` may say; whether an honest one could, and whether it convicts.
    fn reply(&self, choices: &mut Choices<'_>, at: usize, shown: bool) -> (ReplyV1, bool, bool) {
        let known = self.known();
        let other = &WORLD.orders[(self.which + 1 + choices.below(2)) % WORLD.orders.len()];
        let head = WORLD.heads[at];
        let refused = |refusal, honest| (ReplyV1::Refused(refusal), honest, false);
        let conflict = |other: &Known, certified: bool| {
            let signed = ConflictingOrder::Signed(other.signed.clone());
            let order = ConflictingOrder::Certified(other.order().clone());
            let certificate = certified.then(|| other.certificate.clone());
            Refusal::Conflict(Box::new(Conflict { other: if certified { order } else { signed }, certificate }))
        };
        match choices.below(14) {
            0..=2 => (ReplyV1::Voted(Voted { vote: known.votes[at], head }), true, false),
            3 => (ReplyV1::Voted(Voted { vote: other.votes[at], head }), false, false),
            4 => {
                let vote = known.votes[(at + 1) % WITNESSES];
                (ReplyV1::Voted(Voted { vote, head }), false, false)
            }
            5 | 6 => self.certified(&known.certificate, &known.evaluations[at], head, true),
            7 => {
                let (reply, ..) = self.certified(&known.certificate, &known.marked[at], head, false);
                (reply, false, true)
            }
            8 => self.certified(&other.certificate, &known.evaluations[at], head, false),
            9 => {
                let mut evaluation = known.evaluations[(at + choices.below(WITNESSES)) % WITNESSES].clone();
                let place = choices.below(64);
                evaluation.signature.0[place] ^= 1 << choices.below(8);
                self.certified(&known.certificate, &evaluation, head, false)
            }
            10 => refused(Refusal::CoinUnknown, shown),
            11 => match choices.below(6) {
                0 => refused(Refusal::Busy, true),
                1 => refused(Refusal::NotVoting(NotVoting::Retired), true),
                2 => refused(Refusal::NoColumn, true),
                3 => refused(Refusal::Invalid(Rule::Balance), true),
                4 => refused(Refusal::Closed, true),
                _ => refused(Refusal::BadSignature, true),
            },
            12 => {
                let is_rival = ronde_protocol::message::evidence::conflict(other.order(), known.order());
                let certified = choices.byte() % 2 == 0;
                refused(conflict(other, certified), is_rival || !certified)
            }
            _ => {
                let charter = ronde_protocol::message::wire::CharterChunk { version: 1, total: 0, bytes: list([]) };
                (ReplyV1::Charter(charter), false, false)
            }
        }
    }

    fn certified(
        &self,
        certificate: &ronde_protocol::message::certificate::Certificate,
        evaluation: &Evaluation,
        head: Head,
        honest: bool,
    ) -> (ReplyV1, bool, bool) {
        let (certificate, evaluation) = (certificate.clone(), evaluation.clone());
        (ReplyV1::Certified(Certified { certificate, evaluation, head }), honest, false)
    }

    /// Whoever did as it should is not blamed, and evidence convicts whoever made it.
    fn blame(&self, fault: Option<&Fault>, honest: bool, marked: bool, index: WitnessIndex) {
        assert!(fault.is_none() || !honest, "an honest witness is blamed: {fault:?}");
        match fault {
            Some(Fault::Evidence(evidence)) => {
                let found = evidence.clone().verify(&WORLD.federation.charter).expect("evidence that proves something");
                assert!(marked && found.culprit == index, "another is accused");
            }
            Some(Fault::Misbehaved(of)) => assert!(*of == index, "another is blamed"),
            None => {}
        }
    }

    fn look(&self) {
        let known = self.known();
        assert!(!self.certified || self.gathering.certificate().is_some(), "a certificate was lost");
        for (index, request) in self.gathering.requests() {
            match request {
                RequestV1::Vote(request) => {
                    assert!(!self.certified && request.signed == known.signed);
                    let fits =
                        |column: &Column| column.index == index && Some(&column.components) == request.column.as_ref();
                    assert!(request.column.is_none() || self.brought.iter().any(fits), "another's column is shown");
                    let right = |vote: &ronde_protocol::message::vote::Vote| known.votes.contains(vote);
                    assert!(request.votes.iter().all(right), "a vote that nobody gave is passed on");
                }
                RequestV1::Certify(certified) => {
                    assert!(certified.order == *known.order());
                    let votes = &certified.certificate.votes;
                    let right = votes.iter().all(|vote| known.votes.contains(vote));
                    let sorted = votes.is_sorted_by(|a, b| a.index < b.index);
                    assert!(right && sorted && votes.len() == QUORUM, "a bad certificate is sent");
                }
                other => panic!("a gateway asks {other:?}"),
            }
        }
        let evaluations: Vec<&Evaluation> = self.gathering.evaluations().collect();
        let one_of_these = |evaluation: &&Evaluation| known.evaluations.contains(evaluation);
        assert!(evaluations.iter().all(one_of_these), "an evaluation that does not verify is handed out");
        match self.gathering.standing() {
            Standing::Certified { evaluations: counted, ready, .. } => {
                assert!(self.gathering.certificate().is_some());
                assert!(counted == evaluations.len() && ready == (counted >= QUORUM));
            }
            Standing::Refused(_) => {
                assert!(!self.certified, "a certified order is refused");
                let left = WITNESSES - self.refused.len();
                assert!(self.killed || left < QUORUM, "given up although {left} are left");
            }
            Standing::Dropped | Standing::Gathering(_) => assert!(!self.certified),
        }
        assert!(self.gathering.record().waiting.len() <= 2 * WITNESSES, "columns pile up");
    }
}

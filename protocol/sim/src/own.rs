//! A store's gateway and the witness beside it, in one program: what one of them has checked or signed, the other takes as it
//! is. A store that cheats and a witness that lies say everything as peers do.

use ronde_protocol::{
    machine::{
        durable::Sealed,
        gateway::Standing,
        own::{Heard, OwnReply, OwnRequest},
        witness::{
            Decided, Gate, Prepared, Step, Witness,
            memory::{Memory, MemoryError},
        },
    },
    message::{
        charter::Charter,
        head::Head,
        ids::OrderDigest,
        order::Seconds,
        wire::{Certified, ReplyV1, Voted},
    },
};

use crate::{
    coverage::Group,
    luck::Luck,
    message::{Asked, Route},
    world::{After, Event, World},
};

/// What a witness decides by: its own state, with what is not on disk yet, the charter and its clock.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    witness: &'static Witness,
    ledger: &'a Memory,
    charter: &'static Charter,
    gate: Gate,
    now: Seconds,
}

/// What a witness decides, on its way to whoever asked.
pub trait Decision: Sized {
    /// One step.
    fn decide(moment: &Moment<'_>, prepared: Prepared) -> Result<Step<Self>, MemoryError>;

    /// What waits for its commit.
    fn after(route: Route, sealed: Sealed<Self>) -> After;
}

/// For a peer.
impl Decision for ReplyV1 {
    fn decide(moment: &Moment<'_>, prepared: Prepared) -> Result<Step<Self>, MemoryError> {
        let Moment { witness, ledger, charter, gate, now } = *moment;
        match prepared {
            Prepared::Vote(vote) => witness.decide_vote(ledger, charter, gate, vote, now),
            Prepared::Certificate(certificate) => witness.decide_certificate(ledger, charter, certificate, now),
            Prepared::Move(moved) => witness.decide_move(ledger, moved, now),
        }
    }

    fn after(route: Route, sealed: Sealed<Self>) -> After {
        After::Answer(route, sealed)
    }
}

/// For the gateway of the same program.
impl Decision for Vec<Decided> {
    fn decide(moment: &Moment<'_>, prepared: Prepared) -> Result<Step<Self>, MemoryError> {
        let Moment { witness, ledger, charter, gate, now } = *moment;
        witness.decide(ledger, charter, gate, &[prepared], now)
    }

    fn after(route: Route, sealed: Sealed<Self>) -> After {
        After::AnswerOwn(route, sealed)
    }
}

impl World<'_> {
    /// One step of a witness, as things stand.
    pub fn decide<D: Decision>(
        &self,
        node: usize,
        witness: &'static Witness,
        prepared: Prepared,
    ) -> Result<Step<D>, MemoryError> {
        let here = &self.nodes[node];
        let (ledger, charter) = (&here.disk.seen().ledger, &self.federation.charter);
        D::decide(&Moment { witness, ledger, charter, gate: here.gate, now: self.time(node) }, prepared)
    }

    /// Whether a question comes from the gateway of this very program.
    pub fn is_own(&self, node: usize, route: &Route) -> bool {
        let here = &self.nodes[node];
        let is_honest_program = here.lie.is_none() && here.way.is_none();
        route.node == node && matches!(route.asked, Asked::Order(_)) && is_honest_program
    }

    /// A gateway asks the witness beside it.
    pub fn ask_own(&mut self, route: Route, request: OwnRequest, luck: &mut Luck) {
        self.coverage.hit(Group::Branch, "vote: asked by the own gateway");
        let mut luck = luck.child();
        self.after(0, luck.child(), Event::AskOwn(route, Box::new(request)));
    }

    /// A witness's answer is on disk.
    pub fn answer_own(&mut self, node: usize, route: Route, decided: Vec<Decided>, mut luck: Luck) {
        let Some(witness) = self.witness(node) else { return };
        for decided in decided {
            let reply = witness.sign_reply(decided, |head| witness.sign_head(head));
            self.watch_leaving(node, &route, &reply.clone().into_reply());
            let mut luck = luck.child();
            self.after(0, luck.child(), Event::HearOwn(route, Box::new(reply)));
        }
    }

    /// And the gateway hears it.
    pub fn hear_own(&mut self, route: Route, reply: OwnReply, luck: Luck) {
        let (node, Asked::Order(digest)) = (route.node, route.asked) else { return };
        self.coverage.hit(Group::Branch, "heard of the own witness");
        let travels = reply.clone().into_reply();
        self.hear_of_order(node, digest, node, (&travels, Heard::Own(reply)), luck);
    }

    /// An order that is complete by what the own witness has written down needs no certificate in its own record.
    pub fn certified_or_kept(&mut self, node: usize, digest: OrderDigest, is_written: bool, luck: &mut Luck) {
        let standing = self.nodes[node].running.get(&digest).map(|running| running.gathering.standing());
        if is_written && matches!(standing, Some(Standing::Certified { complete: true, .. })) {
            self.coverage.hit(Group::Branch, "certificate kept by the own witness alone");
            self.certificate_on_disk(node, digest, luck);
        } else {
            self.certified(node, digest, luck);
        }
    }
}

/// The head of a witness's log that an answer about an order carries.
pub fn head_of(reply: &ReplyV1) -> Option<Head> {
    match reply {
        ReplyV1::Voted(Voted { head, .. }) | ReplyV1::Certified(Certified { head, .. }) => Some(*head),
        _ => None,
    }
}

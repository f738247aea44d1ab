//! What a witness of the later keyset does about the earlier one: takes what moves, and reads the earlier logs.

use ronde_protocol::{
    machine::{
        durable::Durable,
        witness::{
            EarlierRead, Prepared, PreparedPage, Step,
            memory::MemoryError,
            outstanding::StoreKeys,
            record::{EarlierView, Write},
        },
    },
    message::{
        log::{CertifiedOrder, LogEntry},
        refusal::Refusal,
        statement::ClosingStatement,
        wire::{FromPosition, LogPage, ReplyV1, RequestV1, StatementQuery},
    },
};

use crate::{
    coverage::Group,
    disk::Writes,
    federation::{KEYSET, LATER},
    luck::Luck,
    message::{Asked, Route},
    outcome::Invariant,
    own::Decision,
    world::{After, World},
};

impl World<'_> {
    /// A store shows the certificate of what moves here.
    pub fn serve_move<D: Decision>(&mut self, node: usize, route: Route, certified: CertifiedOrder, luck: Luck) {
        let digest = certified.order.digest();
        if self.serve_stored(node, route, &digest, &luck) {
            return;
        }
        match self.take_move::<D>(node, certified, luck.clone()) {
            Ok((branch, step)) => self.finish(node, route, digest, branch, step, luck),
            Err(refusal) => self.answer(node, route, ReplyV1::Refused(refusal), luck),
        }
    }

    /// What the certificate of a move leads to.
    #[allow(clippy::type_complexity, reason = "as for every certificate")]
    pub fn take_move<D: Decision>(
        &mut self,
        node: usize,
        certified: CertifiedOrder,
        mut luck: Luck,
    ) -> Result<(&'static str, Result<Step<D>, MemoryError>), Refusal> {
        let Some(witness) = self.witness(node) else { return Err(Refusal::Unknown) };
        let prepared = witness.prepare_move(&self.federation.charter, certified, luck.entropy())?;
        let step = self.decide::<D>(node, witness, Prepared::Move(prepared));
        let taken = |write: &Write| matches!(write, Write::LogEntry(..));
        let written = step.as_ref().is_ok_and(|step| step.writes.iter().any(taken));
        if let Ok(step) = &step {
            self.watch_move(node, &step.writes);
        }
        Ok((if written { "move: written down" } else { "move: not yet" }, step))
    }

    /// Asks for the next page of the log of a witness of the earlier keyset, and for its closing statement once its time
    /// is over.
    pub fn pull_earlier(&mut self, node: usize, peer: usize, luck: &mut Luck) {
        let Some(index) = self.nodes[peer].index else { return };
        let ledger = &self.nodes[node].disk.seen().ledger;
        let Ok(followed) = ledger.earlier_followed(LATER, KEYSET, index) else { return };
        let kept = ledger.earlier_statement(LATER, KEYSET, index).is_ok_and(|kept| kept.is_some());
        if !kept && self.time(node) > self.keyset_of(peer).evaluate_until() {
            let query = RequestV1::Statement(StatementQuery { keyset: KEYSET });
            self.ask(node, peer, Asked::Statement, query, luck);
        }
        let from = followed.unwrap_or_default().position();
        self.ask_log(node, peer, FromPosition { keyset: KEYSET, from }, luck);
    }

    /// A page of the log of a witness of the earlier keyset has come: whether there is more to read.
    pub fn take_earlier_page(&mut self, node: usize, peer: usize, page: LogPage, luck: &mut Luck) -> bool {
        let Some(index) = self.nodes[peer].index.filter(|_| self.nodes[node].keyset == LATER) else { return false };
        // Its head counts as any other that was seen.
        self.note_head(node, peer, page.head, luck);
        let (charter, earlier) = (&self.federation.charter, self.keyset_of(peer));
        let mut keys = StoreKeys::default();
        keys.add(charter.body());
        for entry in &page.entries {
            if let LogEntry::Certified(certified) = entry {
                self.ledger.meet(&certified.order);
            }
        }
        let Some(witness) = self.witness(node) else { return false };
        let prepared = PreparedPage::of(charter, &keys, earlier, page, luck.number());
        let ledger = &self.nodes[node].disk.seen().ledger;
        let step = match witness.decide_earlier_page(ledger, charter, earlier, index, prepared) {
            Ok(step) => step,
            Err(error) => {
                self.fail(Invariant::NoInconsistency, format!("witness {node} on the log of {peer}: {error}"));
                return false;
            }
        };
        let read = step.reply.release(&Durable::after_commit());
        for write in &step.writes {
            if let Write::Evidence(evidence) = write
                && self.nodes[node].is_honest()
            {
                self.watch_evidence(evidence);
            }
        }
        if !step.writes.is_empty() && self.commit(node, Writes::of(step.writes), After::Nothing, luck).is_err() {
            return false;
        }
        match read {
            EarlierRead::Taken { more } => {
                self.coverage.hit(Group::Branch, "earlier log: read");
                let followed = self.nodes[node].disk.seen().ledger.earlier_followed(LATER, KEYSET, index);
                let position = followed.ok().flatten().unwrap_or_default().position();
                let ever = self.ledger.earlier_read.entry((node, peer)).or_default();
                *ever = position.max(*ever);
                more
            }
            EarlierRead::CharterBehind => false,
            EarlierRead::Refused(error) => {
                self.say(format_args!("{node} refuses the log of {peer}: {error}"));
                false
            }
        }
    }

    /// The closing statement of a witness of the earlier keyset has come: the first is kept.
    pub fn take_earlier_statement(&mut self, node: usize, from: usize, statement: ClosingStatement, luck: &mut Luck) {
        let Some(witness) = self.witness(node).filter(|_| self.nodes[node].keyset == LATER) else { return };
        if self.nodes[from].index != Some(statement.index) {
            return;
        }
        let ledger = &self.nodes[node].disk.seen().ledger;
        match witness.decide_earlier_statement(ledger, self.keyset_of(from), statement) {
            Ok(step) => {
                if step.reply.release(&Durable::after_commit()).is_err() && self.nodes[from].is_honest_witness() {
                    let says = format!("witness {node} refuses the closing statement of {from}");
                    return self.fail(Invariant::ClosedLogsAgree, says);
                }
                if !step.writes.is_empty() {
                    let _ = self.commit(node, Writes::of(step.writes), After::Nothing, luck);
                }
            }
            Err(error) => self.fail(Invariant::NoInconsistency, format!("witness {node} on a statement: {error}")),
        }
    }
}

//! The end of a keyset: the log is frozen, and the witness says so once.

use super::{
    Step, Witness, log,
    record::{Draft, View, Write},
};
use crate::message::{order::Seconds, refusal::Refusal, statement::ClosingStatement, wire::ReplyV1};

impl Witness {
    /// Nothing is added to the log any more: its time is over (ROLLOVER-7), or the witness has said so already, by
    /// whatever clock (ROLLOVER-17).
    pub(super) fn is_frozen<V: View>(&self, view: &V, now: Seconds) -> Result<bool, V::Error> {
        Ok(now > self.keyset().evaluate_until() || view.statement(self.keyset().id())?.is_some())
    }

    /// Gives the closing statement: signed once, when the log is frozen, and written down before it leaves
    /// (ROLLOVER-8). Before that there is nothing to say.
    pub fn decide_statement<V: View>(&self, view: &V, now: Seconds) -> Result<Step<ReplyV1>, V::Error> {
        let mut draft = Draft::new(view, self.keyset().id());
        if let Some(statement) = view.statement(self.keyset().id())? {
            return Ok(Step::new(draft, ReplyV1::Statement(statement)));
        }
        if !self.is_frozen(view, now)? {
            return Ok(Step::new(draft, ReplyV1::Refused(Refusal::Unknown)));
        }
        let (size, root) = log::drafted_root(&draft)?;
        let statement = ClosingStatement::sign(&self.keys().vote, self.keyset(), self.index(), size, root);
        draft.put(Write::Statement(statement));
        Ok(Step::new(draft, ReplyV1::Statement(statement)))
    }
}

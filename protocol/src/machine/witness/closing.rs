//! The end of a keyset: the log is frozen, and the witness says so once.

use alloc::collections::BTreeMap;

use super::{
    Step, Witness, log,
    record::{Draft, View, Write},
};
use crate::message::{ids::WitnessIndex, order::Seconds, refusal::Refusal, statement::ClosingStatement, wire::ReplyV1};

/// What the clocks of the other witnesses of a keyset show, as they said when they were last asked.
#[derive(Clone, Debug, Default)]
pub struct OtherClocks(BTreeMap<WitnessIndex, Seconds>);

impl OtherClocks {
    /// A witness said what its clock shows, in whole seconds since 1970.
    pub fn heard(&mut self, index: WitnessIndex, shows: Seconds) {
        self.0.insert(index, shows);
    }
}

impl Witness {
    /// Whether the keyset's time is over by the own clock and by those of q - 1 other witnesses (ROLLOVER-18): one clock
    /// that jumps closes nothing.
    pub fn is_over(&self, now: Seconds, others: &OtherClocks) -> bool {
        let end = self.keyset().evaluate_until();
        let another = |index: &WitnessIndex| *index != self.index() && self.keyset().member(*index).is_some();
        let past = others.0.iter().filter(|(index, shows)| another(index) && **shows > end).count();
        now > end && past.saturating_add(1) >= self.keyset().quorum().votes()
    }

    /// Nothing is added to the log any more: its time is over (ROLLOVER-7), or the witness has said so already, by
    /// whatever clock (ROLLOVER-17).
    pub fn is_frozen<V: View>(&self, view: &V, now: Seconds) -> Result<bool, V::Error> {
        Ok(now > self.keyset().evaluate_until() || view.statement(self.keyset().id())?.is_some())
    }

    /// Gives the closing statement: signed once, when the log is frozen and enough clocks say so, and written down before
    /// it leaves (ROLLOVER-8). Before that there is nothing to say.
    pub fn decide_statement<V: View>(
        &self,
        view: &V,
        now: Seconds,
        others: &OtherClocks,
    ) -> Result<Step<ReplyV1>, V::Error> {
        let mut draft = Draft::new(view, self.keyset().id());
        if let Some(statement) = view.statement(self.keyset().id())? {
            return Ok(Step::new(draft, ReplyV1::Statement(statement)));
        }
        if !self.is_over(now, others) {
            return Ok(Step::new(draft, ReplyV1::Refused(Refusal::Unknown)));
        }
        let (size, root) = log::drafted_root(&draft)?;
        let statement = ClosingStatement::sign(&self.keys().vote, self.keyset(), self.index(), size, root);
        draft.put(Write::Statement(statement));
        Ok(Step::new(draft, ReplyV1::Statement(statement)))
    }
}

//! When to ask for components that are missing, so that the asking is not linked to a spending (WALLET-32).

use alloc::vec::Vec;

use crate::{
    crypto::Entropy,
    limits::{ASK_AT_EARLIEST, ASK_AT_LATEST},
    machine::durable::Sealed,
    message::{
        ids::OrderDigest,
        order::{Order, Seconds},
    },
};

use super::{OpenOrder, Outcome, Task, Wallet};

impl Wallet {
    /// Orders whose coins can be spent already and for which it is time to ask for what they lack, oldest first. A moment
    /// is drawn for each that has none yet: at random from an hour to a day after its certificate (WALLET-32). What lies
    /// further ahead was drawn by a clock that was wrong, and is drawn anew.
    ///
    /// What a search or its owner brought back is not among them (RESTORE-33): its coins are exchanged or spent as they
    /// are. Neither is what has no quorum yet: that is asked for at once.
    pub fn due_to_ask(&mut self, now: Seconds, entropy: Entropy) -> Sealed<Vec<OrderDigest>> {
        let open: Vec<OrderDigest> = self.book.open.iter().filter_map(completing).collect();
        self.book.ask_at.retain(|digest, _| open.contains(digest));
        let latest = now.saturating_add(ASK_AT_LATEST);
        for (digest, fresh) in open.iter().zip(entropy.split(open.len())) {
            let from = match self.book.ask_at.get(digest) {
                Some(at) if *at <= latest => continue,
                Some(_) => now,
                None => self.certified_at(digest).map_or(now, |at| at.min(now)),
            };
            self.book.ask_at.insert(*digest, ask_time(from, fresh));
        }
        let due = |digest: &OrderDigest| self.book.ask_at.get(digest).is_some_and(|at| *at <= now);
        Sealed::new(open.into_iter().filter(due).collect())
    }

    /// Orders that may hold up another which this wallet has signed: they made coins that it spends, and components of those
    /// are missing. To be asked for at once if it was sent again and no store has decided it (WALLET-42).
    pub fn may_hold_up(&self, digest: &OrderDigest) -> Vec<OrderDigest> {
        let spends = |made: &Order| {
            let origin = made.digest();
            self.book.coins.iter().any(|coin| coin.origin == origin && coin.held_by == Some(*digest))
        };
        let unfinished = self.book.open.iter().filter_map(|open| match &open.task {
            Task::Complete { order } | Task::Recovered { order, .. } => Some(order),
            Task::Claim { .. } | Task::Spend { .. } | Task::Refund { .. } => None,
        });
        unfinished.filter(|order| spends(order)).map(Order::digest).collect()
    }

    /// A store has answered for one of them: if something is still missing, it is asked for another time.
    pub fn handle_asked(&mut self, digest: &OrderDigest, now: Seconds, entropy: Entropy) -> Sealed<()> {
        if let Some(at) = self.book.ask_at.get_mut(digest) {
            *at = ask_time(now, entropy);
        }
        Sealed::new(())
    }

    /// A search has found this order: from now on it is not asked for by its digest while its coins can be spent
    /// (RESTORE-33), also if it was open in this wallet before, as in one whose files came from a backup.
    pub(super) fn note_found(&mut self, digest: &OrderDigest) {
        let at = self.position_of(digest);
        let Some(open) = at.and_then(|at| self.book.open.get_mut(at)).filter(|open| open.certificate.is_some()) else {
            return;
        };
        let usable = match &open.task {
            Task::Recovered { .. } => return,
            Task::Complete { .. } => true,
            Task::Claim { .. } | Task::Spend { .. } | Task::Refund { .. } => false,
        };
        let Some(order) = open.order().cloned() else { return };
        let places = (0..open.outputs.len()).map(|position| open.place(position)).collect();
        open.task = Task::Recovered { order, places, usable };
    }

    fn certified_at(&self, digest: &OrderDigest) -> Option<Seconds> {
        let mut records = self.book.history.iter().rev();
        let of = records.find(|record| {
            record.digest == Some(*digest) && matches!(record.outcome, Outcome::Certified | Outcome::Refunded)
        });
        of.map(|record| record.at)
    }
}

fn completing(open: &OpenOrder) -> Option<OrderDigest> {
    match &open.task {
        Task::Complete { order } => Some(order.digest()),
        Task::Claim { .. } | Task::Spend { .. } | Task::Recovered { .. } | Task::Refund { .. } => None,
    }
}

/// AskTime of chapter 13.
fn ask_time(now: Seconds, entropy: Entropy) -> Seconds {
    let moments =
        usize::try_from(ASK_AT_LATEST.saturating_sub(ASK_AT_EARLIEST).saturating_add(1)).unwrap_or(usize::MAX);
    let after = entropy.draw(moments).and_then(|after| Seconds::try_from(after).ok()).unwrap_or(0);
    now.saturating_add(ASK_AT_EARLIEST).saturating_add(after)
}

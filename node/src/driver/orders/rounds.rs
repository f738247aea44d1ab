//! An open order's way through the quorum, round by round.

use std::sync::Arc;

use ronde_protocol::machine::gateway::{Fault, Progress, Standing};
use ronde_protocol::machine::own::Heard;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::wire::RequestV1;
use tokio::task::JoinSet;

use super::{FIRST_PAUSE, Orders, Place, ROUNDS_AT_HAND, Running};
use crate::driver::core::AskError;
use crate::fault;

/// Columns more that a witness is shown in one round: as many as can have waited when it began. Whoever brings the next each
/// time that one is called wrong would make a round without end (STORE-34).
const MORE: usize = 2;

type Calls = JoinSet<(KeysetId, WitnessIndex, Result<Heard, AskError>)>;

impl Orders {
    /// Asks the witnesses, round after round, until the order is decided or waits on disk; then its place is free. In a
    /// place of those that were taken up from disk it has one turn, and one more if it is brought or asked for meanwhile,
    /// however often that is: others wait for theirs (STORE-34).
    pub(super) async fn run(self, running: Arc<Running>, mut place: Place) {
        let mut pause = FIRST_PAUSE;
        let mut rounds = 0u32;
        let mut at_hand = if running.known().is_stuck() { 1 } else { ROUNDS_AT_HAND };
        let mut calls = running.calls();
        let mut has_one_more = false;
        loop {
            let has_ended = self.round(&running).await;
            self.make_room(&running, &mut place);
            if !has_ended {
                // Nobody waits for the end of that round, nor takes what some witnesses said in it for an answer.
                running.gathering().retry();
                continue;
            }
            let standing = running.standing();
            match standing {
                Standing::Refused(_) | Standing::Dropped => {
                    if self.close_given_up(&running) {
                        self.count_end(&running, matches!(running.standing(), Standing::Dropped));
                        return self.give_up(&running).await;
                    }
                    // Something was brought in the last moment.
                    continue;
                }
                Standing::Certified { complete, .. }
                    if running.is_told() && (complete || running.gathering().is_over()) =>
                {
                    if self.close_done(&running) {
                        self.count_complete(&running);
                        return self.forget(&running).await;
                    }
                    // Somebody asks for its coins since the last moment.
                    continue;
                }
                // Refusals stay until the pause is over: whoever waits reads them.
                Standing::Gathering(_) | Standing::Certified { .. } => running.tell(0, true),
            }
            rounds = rounds.saturating_add(1);
            if rounds >= at_hand {
                let must_go = place.is_of_taken_up && has_one_more;
                if self.close_in_vain(&running, (!must_go).then_some(calls)) {
                    return self.set_aside(&running).await;
                }
                (rounds, pause, at_hand, calls) = (0, FIRST_PAUSE, ROUNDS_AT_HAND, running.calls());
                has_one_more = true;
            }
            let _ = tokio::time::timeout(pause, running.wake.notified()).await;
            pause = pause.saturating_mul(2);
            running.gathering().retry();
        }
    }

    /// Lets nothing more be brought to an order that can't be certified, or not with the columns at hand.
    fn close_given_up(&self, running: &Running) -> bool {
        let _open = self.open();
        let given_up = matches!(running.standing(), Standing::Refused(_) | Standing::Dropped);
        if given_up {
            running.close();
        }
        given_up
    }

    /// The same for an order that is done with.
    fn close_done(&self, running: &Running) -> bool {
        let _open = self.open();
        let done =
            matches!(running.standing(), Standing::Certified { complete: true, .. }) || running.gathering().is_over();
        if done {
            running.close();
        }
        done
    }

    /// The same for an order that is to wait on disk; not if somebody brought it, or asked for it, since there were so
    /// many calls.
    fn close_in_vain(&self, running: &Running, calls: Option<u64>) -> bool {
        let _open = self.open();
        let in_vain = calls.is_none_or(|calls| running.calls() == calls);
        if in_vain {
            running.close();
        }
        in_vain
    }

    /// What was taken up from disk and is brought meanwhile goes on among what was brought, if there is room: its place is
    /// for the next on disk. To ask for an order gives it no such room: that would cost too little (STORE-33).
    fn make_room(&self, running: &Running, place: &mut Place) {
        if place.is_of_taken_up
            && running.is_brought()
            && let Ok(other) = self.0.places.for_brought()
        {
            *place = other;
        }
    }

    /// Leaves it on disk, where the sweep takes it up again, so that a witness that is down fills no memory. What was
    /// brought in the last moment is there first.
    async fn set_aside(&self, running: &Running) {
        let _saving = running.saving.lock().await;
        if let Err(error) = self.write(running).await {
            // Whoever brought it is told so, and what witnesses said they say again.
            tracing::warn!(%error, "the last that is known of an order that waits on disk could not be written down");
        }
        self.leave(running);
    }

    /// Tells the shop that the order can't be certified, and forgets it. Unless the shop could write that down the order
    /// stays on disk: its checkout would have no order (STORE-36).
    async fn give_up(&self, running: &Running) {
        let (order, standing) = {
            let gathering = running.gathering();
            (gathering.order().clone(), gathering.standing())
        };
        let heard = match standing {
            Standing::Dropped => self.0.shop.dropped(&order).await,
            _ => self.0.shop.refused(&order).await,
        };
        running.tell(0, true);
        match heard {
            Ok(()) => self.forget(running).await,
            Err(error) => {
                tracing::warn!(%error, "the till could not be told of a refusal; it is told again");
                self.leave(running);
            }
        }
    }

    /// Asks every witness that has not answered; a certificate on the way starts the second half at once. False if the
    /// round was cut short, because somebody waits now.
    async fn round(&self, running: &Running) -> bool {
        let mut calls = JoinSet::new();
        let mut had_another: Vec<WitnessIndex> = Vec::new();
        let pushed = !running.is_awaited();
        let requests = self.requests(running);
        self.send(running, &mut calls, requests).await;
        self.send_moves(running, &mut calls);
        if running.gathering().certificate().is_some() && !running.is_told() {
            self.certified(running).await;
        }
        running.tell(calls.len(), false);
        loop {
            let done = tokio::select! {
                done = calls.join_next() => done,
                // Others are asked now than those that may be down.
                () = running.wake.notified(), if pushed => return false,
            };
            let Some(done) = done else { return true };
            if let Ok((keyset, index, Ok(reply))) = done {
                let wrong = self.take_reply(running, &mut calls, (keyset, index), reply).await;
                if let Some(index) = wrong.filter(|index| had_another.iter().filter(|had| *had == index).count() < MORE)
                {
                    had_another.push(index);
                    let request = running.gathering().vote_request(index);
                    let requests = request.into_iter().map(|request| (index, request)).collect();
                    self.send(running, &mut calls, requests).await;
                }
            } else if let Ok((keyset, index, Err(error))) = done {
                self.count_unreadable((keyset, index), &error);
                tracing::debug!(witness = index.0, %error, "a witness gave no answer");
            }
            running.tell(calls.len(), false);
            if matches!(running.standing(), Standing::Dropped) {
                // Whoever has good columns need not wait for a witness that is down.
                return true;
            }
        }
    }

    /// What to send: an order that nobody waits for goes to those alone that lack it, unless, by the own clock, its time is
    /// over: then all are asked whether it is (STORE-35).
    fn requests(&self, running: &Running) -> Vec<(WitnessIndex, RequestV1)> {
        let gathering = running.gathering();
        let seems_over = self.0.core.clock.unix_seconds() > gathering.keyset().evaluate_until();
        if running.is_awaited() || seems_over { gathering.requests() } else { gathering.pushes() }
    }

    /// The witness, if it called its column wrong and has another.
    async fn take_reply(
        &self,
        running: &Running,
        calls: &mut Calls,
        (keyset, index): (KeysetId, WitnessIndex),
        reply: Heard,
    ) -> Option<WitnessIndex> {
        let is_written = matches!(&reply, Heard::Own(own) if own.is_certified());
        let progress = {
            let mut gathering = running.gathering();
            if gathering.keyset().id() == keyset {
                gathering.handle_reply(index, reply)
            } else {
                gathering.handle_move_reply(index, reply)
            }
        };
        match progress {
            Progress::Certified(fault) => {
                // Nothing is left to do for it: its record need not have a certificate that is on this disk already.
                if is_written && matches!(running.standing(), Standing::Certified { complete: true, .. }) {
                    running.note_kept_by_witness();
                }
                self.certified(running).await;
                let requests = self.requests(running);
                self.send(running, calls, requests).await;
                self.send_moves(running, calls);
                if let Some(fault) = fault {
                    self.note_fault((keyset, index), fault).await;
                }
            }
            Progress::Faulty(fault) => self.note_fault((keyset, index), fault).await,
            Progress::AnotherColumn(index) => return Some(index),
            Progress::None | Progress::Evaluated | Progress::Dropped | Progress::Refused => {}
        }
        None
    }

    async fn note_fault(&self, from: (KeysetId, WitnessIndex), fault: Fault) {
        self.count_fault(from, &fault);
        match fault {
            Fault::Misbehaved(index) => {
                tracing::warn!(witness = index.0, "a witness gave an answer that its key did not sign");
            }
            Fault::Evidence(evidence) => self.0.core.keep_evidence(*evidence).await,
        }
    }

    /// The certificate is written down before the till hears of it (STORE-10).
    async fn certified(&self, running: &Running) {
        let (order, certificate) = {
            let gathering = running.gathering();
            let Some(certificate) = gathering.certificate().cloned() else { return };
            (gathering.order().clone(), certificate)
        };
        fault::point("gateway.before-certificate");
        if !running.is_kept()
            && let Err(error) = self.save(running).await
        {
            tracing::error!(%error, "a certificate could not be written down; it is gathered again");
            return;
        }
        fault::point("gateway.after-certificate");
        match self.tell_shop(&order, certificate.as_certificate()).await {
            Ok(()) => {
                self.count_certified(running, &order);
                running.note_told();
                // Eight digits: what a till's receipt and the wallet show. Digests are public, amounts stay out.
                tracing::info!(order = %hex::encode(order.digest().0).get(..8).unwrap_or_default(), "certified");
            }
            Err(error) => tracing::warn!(%error, "the till could not be told of a payment; it is told again"),
        }
    }

    /// Columns go to witnesses once they are on disk (STORE-3), a certificate at any time.
    async fn send(&self, running: &Running, calls: &mut Calls, requests: Vec<(WitnessIndex, RequestV1)>) {
        let has_columns = requests.iter().any(|(_, request)| matches!(request, RequestV1::Vote(_)));
        if has_columns && let Err(error) = self.save(running).await {
            tracing::warn!(%error, "what was brought could not be written down; nobody is shown it before it is");
            return;
        }
        let keyset = running.gathering().keyset().id();
        let seat = self.0.core.witness(keyset).map(|witness| witness.witness().index());
        for (index, request) in requests {
            let is_own = seat == Some(index) && matches!(request, RequestV1::Vote(_));
            let own = if is_own { running.gathering().own_request(index) } else { None };
            let core = Arc::clone(&self.0.core);
            calls.spawn(async move { (keyset, index, core.ask_for_order((keyset, index), request, own).await) });
        }
    }

    /// Shows the certificate to the witnesses of the later keyset too, if points move (STORE-31).
    fn send_moves(&self, running: &Running, calls: &mut Calls) {
        for (keyset, index, request) in running.gathering().move_requests() {
            let core = Arc::clone(&self.0.core);
            calls.spawn(async move { (keyset, index, core.ask_for_order((keyset, index), request, None).await) });
        }
    }
}

//! What came back from a seed is asked about before it is exchanged: over the network, where the words alone are left; of
//! all witnesses that are up, at one moment, where a wallet was handed what is its own.

use std::collections::BTreeMap;

use ronde_protocol::{
    crypto::group::PointBytes,
    machine::wallet::Probed,
    message::{
        ids::{KeysetId, WitnessIndex},
        probe::{Probe, ProbeAnswer},
        wire::{ReplyV1, RequestV1},
    },
};

use crate::{
    clock::Millis,
    coverage::Group,
    luck::Luck,
    message::Body,
    network::End,
    ops::Manner,
    world::{Errand, Event, What, World},
};

/// How long a wallet waits for the answers about one coin.
const PATIENCE: Millis = 2_500;

/// A coin that is asked about. The program that dies forgets it.
pub struct Inquiry {
    probe: Probe,
    answers: BTreeMap<WitnessIndex, ProbeAnswer>,
    via: usize,
    manner: Manner,
}

impl World<'_> {
    /// Asks about what was recovered; exchanges what is free, and completes what the lost wallet signed.
    pub fn prove(&mut self, wallet: usize, via: usize, manner: Manner, luck: &mut Luck) {
        let now = self.wallet_time(wallet);
        for (keyset, point) in self.people[wallet].wallet.to_probe(&self.federation.charter, now, true) {
            if self.plan.words {
                self.inquire(wallet, (keyset, point), via, manner, luck);
            } else if let Some(probed) = self.probe(wallet, keyset, &point, luck) {
                self.take_probed(wallet, &point, probed, via, manner, luck);
            }
        }
    }

    /// What the witnesses say of a coin leads to an order, if to anything.
    fn take_probed(
        &mut self,
        wallet: usize,
        point: &PointBytes,
        probed: Probed,
        via: usize,
        manner: Manner,
        luck: &mut Luck,
    ) {
        let now = self.wallet_time(wallet);
        match probed {
            Probed::Unbound(unbound) => {
                let charter = &self.federation.charter;
                if self.people[wallet].wallet.unproven(charter, now, true).contains(point) {
                    let signed = self.people[wallet].wallet.prove(charter, &unbound, now, luck.entropy());
                    self.set_out(wallet, signed, via, manner, luck);
                }
            }
            Probed::Bound(of) if of.adopted => {
                self.say(format_args!("wallet {wallet} adopts {}", of.digest));
                self.ledger.signed_by(&of.order, wallet);
                self.try_errand(wallet, Errand::new(What::Order(of.digest), via, manner), luck);
            }
            Probed::Spent(by) => self.say(format_args!("a coin was spent by {}", by.order.digest())),
            Probed::Bound(_) | Probed::Unclear { .. } => {}
        }
    }

    /// What the witnesses that are up say of a coin. None if the wallet died over it, or has no such coin any more.
    fn probe(&mut self, wallet: usize, keyset: KeysetId, point: &PointBytes, luck: &mut Luck) -> Option<Probed> {
        let probe = self.people[wallet].wallet.probe(keyset, point, luck.bytes(), luck.entropy()).ok()?;
        let checked = probe.check(self.federation.charter.federation()).ok()?;
        let mut answers: Vec<ProbeAnswer> = Vec::new();
        for node in self.federation.committee(keyset) {
            let Some(witness) = self.witness(node).filter(|_| self.nodes[node].up) else { continue };
            let ledger = &self.nodes[node].disk.durable().ledger;
            let reply = witness.answer_probe(ledger, self.nodes[node].gate, &checked, self.time(node));
            if let Ok(ReplyV1::Probe(answer)) = reply {
                answers.push(answer);
            }
        }
        self.judge_probe(wallet, &probe, answers, luck)
    }

    fn judge_probe(
        &mut self,
        wallet: usize,
        probe: &Probe,
        answers: Vec<ProbeAnswer>,
        luck: &mut Luck,
    ) -> Option<Probed> {
        let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
        let sealed = self.people[wallet].wallet.handle_probe(charter, probe, answers, now).ok()?;
        self.keep(wallet, sealed, luck)
    }

    /// Asks all witnesses about a coin through one store, unless they are being asked.
    fn inquire(
        &mut self,
        wallet: usize,
        (keyset, point): (KeysetId, PointBytes),
        via: usize,
        manner: Manner,
        luck: &mut Luck,
    ) {
        if self.people[wallet].inquiries.values().any(|asked| asked.probe.point == point) {
            return;
        }
        let probed = self.people[wallet].wallet.probe(keyset, &point, luck.bytes(), luck.entropy());
        let Ok(probe) = probed else { return };
        let serial = luck.number();
        for witness in self.federation.committee(keyset) {
            let body = Body::Relay(serial, witness, Box::new(RequestV1::Probe(probe)));
            self.send(End::Wallet(wallet), End::Node(via), luck, body);
        }
        self.coverage.hit(Group::Deed, "coin asked about");
        self.people[wallet].inquiries.insert(serial, Inquiry { probe, answers: BTreeMap::new(), via, manner });
        self.after(PATIENCE, luck.child(), Event::Inquired(wallet, serial));
    }

    /// A witness's answer about a coin came back. When all have answered there is nothing to wait for.
    pub fn hear_inquired(&mut self, wallet: usize, serial: u64, from: WitnessIndex, reply: ReplyV1, luck: &mut Luck) {
        let Some(asked) = self.people[wallet].inquiries.get_mut(&serial) else { return };
        if let ReplyV1::Probe(answer) = reply {
            asked.answers.entry(from).or_insert(answer);
        }
        if asked.answers.len() >= self.federation.committee(asked.probe.keyset).len() {
            self.inquired(wallet, serial, luck);
        }
    }

    /// Whoever has not answered about a coin by now will not.
    pub fn inquired(&mut self, wallet: usize, serial: u64, luck: &mut Luck) {
        let Some(Inquiry { probe, answers, via, manner }) = self.people[wallet].inquiries.remove(&serial) else {
            return;
        };
        if let Some(probed) = self.judge_probe(wallet, &probe, answers.into_values().collect(), luck) {
            self.take_probed(wallet, &probe.point, probed, via, manner, luck);
        }
    }
}

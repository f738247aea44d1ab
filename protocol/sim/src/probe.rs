//! What came back from a seed is asked about before it is exchanged.

use ronde_protocol::{
    crypto::group::PointBytes,
    machine::wallet::Probed,
    message::{ids::KeysetId, probe::ProbeAnswer, wire::ReplyV1},
};

use crate::{
    luck::Luck,
    ops::Manner,
    world::{Errand, What, World},
};

impl World<'_> {
    /// Asks about what was recovered; exchanges what is free, and completes what the lost wallet signed.
    pub fn prove(&mut self, wallet: usize, via: usize, manner: Manner, luck: &mut Luck) {
        let now = self.wallet_time(wallet);
        for (keyset, point) in self.people[wallet].wallet.to_probe(&self.federation.charter, now, true) {
            match self.probe(wallet, keyset, &point, luck) {
                Some(Probed::Unbound(unbound)) => {
                    let charter = &self.federation.charter;
                    if self.people[wallet].wallet.unproven(charter, now, true).contains(&point) {
                        let signed = self.people[wallet].wallet.prove(charter, &unbound, now, luck.entropy());
                        self.set_out(wallet, signed, via, manner, luck);
                    }
                }
                Some(Probed::Bound(of)) if of.adopted => {
                    self.say(format_args!("wallet {wallet} adopts {}", of.digest));
                    self.ledger.signed_by(&of.order, wallet);
                    self.try_errand(wallet, Errand::new(What::Order(of.digest), via, manner), luck);
                }
                Some(Probed::Spent(by)) => self.say(format_args!("a coin was spent by {}", by.order.digest())),
                Some(Probed::Bound(_) | Probed::Unclear { .. }) | None => {}
            }
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
        let (charter, now) = (&self.federation.charter, self.wallet_time(wallet));
        let sealed = self.people[wallet].wallet.handle_probe(charter, &probe, answers, now).ok()?;
        self.keep(wallet, sealed, luck)
    }
}

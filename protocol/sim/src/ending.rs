//! The end of a run: faults over, everything healed, until nothing moves any more.

use ronde_protocol::machine::wallet::Stage;

use crate::{
    luck::Luck,
    ops::Manner,
    outcome::Invariant,
    world::{Event, World},
};

/// Rounds of coming back and following that are enough for anything that can be completed.
const ROUNDS: usize = 8;

impl World<'_> {
    /// Heals everything, lets everybody finish, and checks every claim.
    pub fn end(&mut self) {
        let mut luck = Luck::new(self.plan.seed, 3);
        self.say(format_args!("the faults are over"));
        self.calm = true;
        self.network.calm();
        for node in 0..self.nodes.len() {
            self.nodes[node].disk.full = false;
            self.nodes[node].clock.heal();
            let luck = luck.child();
            self.start(node, luck);
        }
        self.play();
        for round in 0..ROUNDS {
            if self.failure.is_some() || (round > 1 && self.is_settled()) {
                break;
            }
            self.say(format_args!("round {round}"));
            self.finish_round(round, &mut luck);
        }
        if self.failure.is_none() {
            self.check_all();
            self.stake(Invariant::NoInconsistency);
        }
    }

    fn finish_round(&mut self, round: usize, luck: &mut Luck) {
        for wallet in 0..self.people.len() {
            if self.people[wallet].honest {
                if self.people[wallet].device > 0 {
                    self.recover(wallet, luck);
                }
                let via = (wallet + round) % self.nodes.len();
                self.resume(wallet, via, Manner::Patient, luck);
            }
        }
        for node in 0..self.nodes.len() {
            let life = self.nodes[node].life;
            self.after(0, luck.child(), Event::Sweep(node, life));
        }
        self.play();
        for node in 0..self.nodes.len() {
            for peer in 0..self.federation.witnesses.len() {
                if peer != node {
                    self.pull_log(node, peer, luck);
                }
                self.read_feed(node, peer, luck);
            }
        }
        self.play();
    }

    /// Whether no honest customer waits for anything.
    fn is_settled(&self) -> bool {
        let everyone = self.nodes.iter().all(|node| node.index.is_none() || !node.fallen);
        let mut honest = self.people.iter().filter(|person| person.honest);
        honest.all(|person| {
            // What a liar does not give never comes.
            person.wallet.pending().iter().all(|view| view.stage == Stage::Completing && !everyone)
        })
    }
}

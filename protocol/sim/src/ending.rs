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
            self.nodes[node].trap = None;
            self.nodes[node].clock.heal();
            let luck = luck.child();
            self.start(node, luck);
        }
        self.play();
        for round in 0..ROUNDS {
            if self.failure.is_some() || (round > self.fewest_rounds() && self.is_settled()) {
                break;
            }
            if round > 0 {
                // Limits are of a day, and clocks were a day ahead.
                self.now += 2 * 86_400_000;
            }
            self.say(format_args!("round {round}"));
            let before = self.logged();
            self.finish_round(round, &mut luck);
            self.news = self.logged() != before;
        }
        self.read_histories();
        if self.failure.is_none() {
            self.check_all();
            if !self.federation.later.is_empty() {
                self.end_keyset(&mut luck);
            }
            self.stake(Invariant::NoInconsistency);
        }
    }

    /// How much honest witnesses have logged.
    fn logged(&self) -> usize {
        let honest = self.nodes.iter().filter(|node| node.is_honest_witness());
        honest.map(|node| node.disk.durable().ledger.log().len()).sum()
    }

    /// What a lost device claimed may be certified on the next day only; its coins are found after that, and exchanged.
    fn fewest_rounds(&self) -> usize {
        match self.people.iter().any(|person| person.honest && person.device > 0) {
            // Three stores are asked about each coin, of which one at least is honest.
            true if self.plan.words => 4,
            true => 3,
            false => 1,
        }
    }

    pub fn finish_round(&mut self, round: usize, luck: &mut Luck) {
        if self.plan.words {
            self.search_all(round, luck);
        }
        for wallet in 0..self.people.len() {
            if self.people[wallet].honest {
                if self.people[wallet].device > 0 && !self.plan.words {
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
            for peer in self.federation.seats() {
                self.follow(node, peer, luck);
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

//! What a plan has people, faults and cheats do, drawn op by op.

use crate::{
    luck::Luck,
    ops::{Act, Forgery, Manner, Op, Rubbish, WrongColumns},
    plan::Swarm,
};

/// Deals ops, one after another in time.
pub(super) struct Deck<'s> {
    pub(super) stores: u64,
    pub(super) swarm: &'s Swarm,
    pub(super) at: u64,
    pub(super) luck: Luck,
}

impl Deck<'_> {
    /// Mostly seconds, sometimes hours, seldom days.
    pub(super) fn pass_time(&mut self) {
        self.at += match self.luck.below(20) {
            0..8 => self.luck.below(300),
            8..16 => self.luck.below(10_000),
            16..19 => self.luck.below(4 * 3_600_000),
            _ => self.luck.below(3 * 86_400_000),
        };
    }

    fn op(&mut self, act: Act) -> Op {
        Op { at: self.at, seed: self.luck.number(), act }
    }

    fn byte(&mut self, end: u64) -> u8 {
        u8::try_from(self.luck.below(end)).unwrap_or(0)
    }

    fn store(&mut self) -> u8 {
        self.byte(self.stores)
    }

    fn wallet(&mut self) -> u8 {
        self.byte(u64::from(self.swarm.wallets + self.swarm.crooks))
    }

    fn crook(&mut self) -> u8 {
        self.swarm.wallets + self.byte(u64::from(self.swarm.crooks.max(1)))
    }

    fn points(&mut self) -> u16 {
        // Few bits: few coins, so that a run is cheap.
        [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 16, 20][self.luck.place(12)]
    }

    fn manner(&mut self) -> Manner {
        [Manner::Patient, Manner::Patient, Manner::Impatient, Manner::Twice, Manner::Leaves][self.luck.place(5)]
    }

    pub(super) fn first_earn(&mut self, wallet: u64) -> Op {
        let store = self.store();
        let act = Act::Earn {
            wallet: u8::try_from(wallet).unwrap_or(0),
            store,
            points: 13 + self.points(),
            ballot: self.luck.permille(500),
            vouchers: self.byte(3),
            wait: 0,
            manner: Manner::Patient,
        };
        self.op(act)
    }

    pub(super) fn deal(&mut self, ops: &mut Vec<Op>) {
        let act = match self.luck.below(100) {
            0..58 => self.person(),
            58..78 => self.fault(),
            _ => self.cheat(),
        };
        let Some(act) = act else { return };
        let after = self.what_follows(&act);
        let op = self.op(act);
        ops.push(op);
        let dealt = self.at;
        for (pause, act) in after {
            self.at += pause;
            let op = self.op(act);
            ops.push(op);
        }
        // Other things happen meanwhile.
        self.at = dealt;
    }

    /// What comes soon after an act, now and then, because the two together are what hurts; each with its pause in
    /// milliseconds.
    fn what_follows(&mut self, act: &Act) -> Vec<(u64, Act)> {
        let soon = self.luck.below(1_500);
        match *act {
            // The till gives up just when the order is under way.
            Act::Pay { store, .. } if self.luck.permille(100) => vec![(soon / 4, Act::Cancel { store })],
            // A copy, business as usual, and the copy is put back.
            Act::Backup { store } if self.luck.permille(700) => {
                // A store that is no witness keeps the newest head to itself.
                let via =
                    if self.luck.permille(500) { u8::try_from(self.stores - 1).unwrap_or(0) } else { self.store() };
                // Before the certificate comes, or after.
                let pause = if self.luck.permille(500) { soon / 16 } else { 1_000 + soon };
                let back = Act::Rollback { store };
                vec![(50, self.spend(via)), (pause, back), (3_000, self.spend(via)), (soon, self.spend(store))]
            }
            // Whoever comes while something is broken.
            Act::Jump { store, .. } | Act::Full { store, .. } | Act::Cut { to: store, .. }
                if self.luck.permille(700) =>
            {
                vec![(soon / 4, self.spend(store))]
            }
            // What died is made room for again, if it counted for nothing.
            Act::TwoBodies { store, wallet, .. } => {
                vec![(2_000 + soon, Act::OverIssue { store, wallet, times: 6 })]
            }
            // The first time it gets a vote, the second time it counts that twice.
            Act::Rubbish { store, what: Rubbish::Certificate } => {
                vec![(1_000 + soon, Act::Rubbish { store, what: Rubbish::Certificate })]
            }
            _ => Vec::new(),
        }
    }

    fn spend(&mut self, via: u8) -> Act {
        let (wallet, points) = (self.wallet(), self.points());
        if self.luck.permille(500) { Act::Donate { wallet, via, points } } else { Act::Swap { wallet, via } }
    }

    /// What random ops hardly ever bring about: a backup and then, when more was done, the return to it; and a death
    /// between a commit and the disk.
    pub(super) fn deal_rare(&mut self, ops: &mut Vec<Op>) {
        let times: Vec<u64> = ops.iter().map(|op| op.at).collect();
        for place in 0..self.swarm.restorable.len() {
            let store = self.swarm.restorable[place].index;
            if self.luck.permille(700) {
                let (one, other) = (times[self.luck.place(times.len())], times[self.luck.place(times.len())]);
                self.at = one.min(other) + self.luck.below(1_000);
                ops.push(self.op(Act::Backup { store }));
                self.at = self.at.max(one.max(other)) + 1 + self.luck.below(1_000);
                ops.push(self.op(Act::Rollback { store }));
            }
        }
        if self.luck.permille(250) {
            self.at = times[self.luck.place(times.len())];
            let (store, commits, down) = (self.store(), self.byte(12), 500 + self.luck.below(5_000));
            ops.push(self.op(Act::CrashWriting { store, commits, down: u32::try_from(down).unwrap_or(0) }));
        }
    }

    fn person(&mut self) -> Option<Act> {
        let (wallet, store, via, points) = (self.wallet(), self.store(), self.store(), self.points());
        Some(match self.luck.below(100) {
            0..25 => Act::Earn {
                wallet,
                store,
                points: points + 4,
                ballot: self.luck.permille(400),
                vouchers: u8::from(self.luck.permille(300)),
                wait: if self.luck.permille(200) { 86_400 * 2 } else { u32::from(self.byte(4)) },
                manner: self.manner(),
            },
            25..55 => Act::Pay {
                wallet,
                store,
                via: if self.luck.permille(600) { store } else { via },
                points,
                vouchers: u8::from(self.luck.permille(300)),
                manner: self.manner(),
            },
            55..63 => Act::Swap { wallet, via },
            63..71 => Act::Donate { wallet, via, points },
            71..79 => Act::Cast { wallet, via, choice: self.byte(3) },
            79..84 => Act::Pledge { store, points },
            84..90 => Act::Resume { wallet, via },
            90..92 => Act::Restore { wallet },
            92..94 => Act::CrashWallet { wallet },
            94..96 => Act::Cancel { store },
            _ => Act::Shared { wallet, other: self.wallet(), store, points },
        })
    }

    fn fault(&mut self) -> Option<Act> {
        let store = self.store();
        let lasts = 500 + u32::try_from(self.luck.below(20_000)).unwrap_or(0);
        Some(match self.luck.below(100) {
            0..34 => Act::Crash { store, down: lasts / 4 },
            34..48 => Act::Partition { side: u16::try_from(self.luck.below(1 << 15)).unwrap_or(0), lasts },
            48..58 => Act::Cut { from: store, to: self.store(), lasts },
            58..68 => {
                let days = [100, 200, 362, 365, 366, 370].map(|days| days * 86_400);
                let by = [-90_000, -700, -60, 60, 700, 90_000].into_iter().chain(days).collect::<Vec<i32>>();
                Act::Jump { store, by: by[self.luck.place(by.len())], lasts }
            }
            68..78 => Act::Full { store, lasts },
            _ if self.swarm.restorable.is_empty() => Act::Crash { store, down: 0 },
            _ => {
                let index = self.swarm.restorable[self.luck.place(self.swarm.restorable.len())].index;
                if self.luck.permille(600) { Act::Backup { store: index } } else { Act::Rollback { store: index } }
            }
        })
    }

    fn cheat(&mut self) -> Option<Act> {
        let (crook, points) = (self.crook(), self.points());
        let cheat = self.swarm.cheats.get(self.luck.place(self.swarm.cheats.len())).map(|cheat| cheat.store);
        let (via, other) = (cheat.unwrap_or_else(|| self.store()), self.store());
        match (self.luck.below(10), self.swarm.crooks > 0, cheat) {
            (0, true, _) => Some(Act::Earn {
                wallet: crook,
                store: other,
                points: points + 6,
                ballot: false,
                vouchers: 1,
                wait: 0,
                manner: Manner::Patient,
            }),
            (1..3, true, _) => Some(Act::Race { wallet: crook, via, other, points }),
            (3, true, _) => {
                let forgery = [Forgery::Coin, Forgery::Payment, Forgery::Swap];
                Some(Act::Forge { wallet: crook, via, what: forgery[self.luck.place(3)] })
            }
            (4, true, _) => {
                let wrong = [WrongColumns::Foreign, WrongColumns::Stale, WrongColumns::Few];
                Some(Act::Columns { wallet: crook, via, wrong: wrong[self.luck.place(3)] })
            }
            (5, true, Some(store)) => Some(Act::TwoBodies { store, wallet: crook, points }),
            (6, true, Some(store)) => Some(Act::OverIssue { store, wallet: crook, times: 1 + self.byte(9) }),
            (7, _, Some(store)) => Some(Act::Replay { store }),
            (_, _, Some(store)) => {
                let all = [
                    Rubbish::Federation,
                    Rubbish::Unknown,
                    Rubbish::Keyset,
                    Rubbish::Unsorted,
                    Rubbish::Balance,
                    Rubbish::Signature,
                    Rubbish::Tomorrow,
                    Rubbish::Certificate,
                    Rubbish::NoColumn,
                ];
                Some(Act::Rubbish { store, what: all[self.luck.place(all.len())] })
            }
            _ => None,
        }
    }
}

//! What a traitor slips into the logs, once.

use ronde_protocol::{
    machine::audit::Offence,
    message::{
        head::Head,
        ids::WitnessIndex,
        log::LogEntry,
        order::{Purpose, SignedOrder},
    },
};

use super::{super::federation_support::Dice, Made, Maker, WITNESSES, Weaver, weave::certified};

/// Ways to cheat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cheat {
    /// Witness 0 votes for two orders over one coin, which nobody certifies.
    DoubleVote,
    /// Witness 0 votes for an order whose coin a certificate in its log has spent.
    VoteAgainstCertificate,
    /// Two orders over one coin are certified: witnesses 2 and 3 vote for both, 0 and 1 for one each.
    DoubleSpend,
    /// Witness 0 signed a head that its log does not extend.
    Fork,
    /// Witness 0 writes a certificate down whose votes are for another order.
    BadCertificate,
    /// Witness 0 writes a vote down for an order that nobody signed.
    BadVote,
    /// Witnesses 1, 2 and 3 certify an order that makes points of nothing.
    BadOrder,
    /// A store signs two bodies under one reference.
    TwoBodies,
}

impl Cheat {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::DoubleVote,
        Self::VoteAgainstCertificate,
        Self::DoubleSpend,
        Self::Fork,
        Self::BadCertificate,
        Self::BadVote,
        Self::BadOrder,
        Self::TwoBodies,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::DoubleVote => "double-vote",
            Self::VoteAgainstCertificate => "vote-against-certificate",
            Self::DoubleSpend => "double-spend",
            Self::Fork => "fork",
            Self::BadCertificate => "bad-certificate",
            Self::BadVote => "bad-vote",
            Self::BadOrder => "bad-order",
            Self::TwoBodies => "two-bodies",
        }
    }

    /// What an audit must find.
    pub fn offence(self) -> Offence {
        match self {
            Self::DoubleVote | Self::DoubleSpend => Offence::DoubleVote,
            Self::VoteAgainstCertificate => Offence::VoteAgainstCertificate,
            Self::Fork => Offence::Fork,
            Self::BadCertificate => Offence::BadCertificate,
            Self::BadVote => Offence::BadVote,
            Self::BadOrder => Offence::BadOrder,
            Self::TwoBodies => Offence::TwoBodies,
        }
    }

    /// Whether it can be done with this order: most want one that spends points and makes some, the others an Earn.
    pub(super) fn fits(self, made: &Made) -> bool {
        let order = &made.signed.order;
        match self {
            // Whoever did not vote for it votes for the other body; the fourth log may not be at hand.
            Self::TwoBodies => order.purpose == Purpose::Earn && made.sketch.absent.is_some_and(|index| index < 3),
            Self::BadOrder => order.purpose == Purpose::Swap,
            _ => !order.inputs.is_empty() && !order.outputs.is_empty(),
        }
    }

    /// The number of one of these orders with which it can be done.
    pub fn place(self, orders: &[Made], dice: &mut Dice) -> u64 {
        let fit: Vec<&Made> = orders.iter().filter(|made| self.fits(made)).collect();
        fit[dice.place(fit.len())].sketch.number
    }

    /// Whether the order itself goes its way after it.
    pub(super) fn goes_on(self) -> bool {
        self != Self::DoubleSpend
    }

    /// Who must be named: witnesses by index, or nobody of them if it is a store.
    pub fn witnesses(self) -> &'static [u8] {
        match self {
            Self::DoubleSpend => &[2, 3],
            Self::BadOrder => &[1, 2, 3],
            Self::TwoBodies => &[],
            _ => &[0],
        }
    }

    /// Slips it in; gives a head that witness 0 signed besides, if it is that.
    pub(super) fn commit(self, maker: &Maker<'_>, made: &Made, weaver: &mut Weaver) -> Option<Head> {
        let order = &made.signed.order;
        let rival = maker.rival(&made.sketch);
        let votes = |signed: &SignedOrder, by: [u8; 3]| by.map(|index| maker.vote(&signed.order, index)).to_vec();
        match self {
            Self::DoubleVote => {
                weaver.slip_in(0, LogEntry::Voted(rival));
                weaver.slip_in(0, LogEntry::Voted(made.signed.clone()));
            }
            Self::VoteAgainstCertificate => {
                weaver.slip_in(0, certified(order, votes(&made.signed, [1, 2, 3])));
                weaver.slip_in(0, LogEntry::Voted(rival));
            }
            Self::DoubleSpend => {
                weaver.slip_in(1, LogEntry::Voted(rival.clone()));
                weaver.slip_in(0, LogEntry::Voted(made.signed.clone()));
                for witness in 0..WITNESSES {
                    let both = [&made.signed, &rival];
                    both.iter().filter(|_| witness > 1).for_each(|signed| {
                        weaver.slip_in(witness, LogEntry::Voted((*signed).clone()));
                    });
                    for (signed, by) in both.into_iter().zip([[0, 2, 3], [1, 2, 3]]) {
                        weaver.slip_in(witness, certified(&signed.order, votes(signed, by)));
                    }
                }
            }
            Self::Fork => return Some(Head::sign(maker.key(0), maker.keyset(), WitnessIndex(0), 7, [0x66; 32])),
            Self::BadCertificate => weaver.slip_in(0, certified(&rival.order, made.votes[..3].to_vec())),
            Self::BadVote => {
                let authorization = rival.authorization;
                weaver.slip_in(0, LogEntry::Voted(SignedOrder { authorization, ..made.signed.clone() }));
            }
            Self::BadOrder => {
                // A payment to no store, with coins of its own.
                let mut bad = maker.make(&made.sketch.elsewhere()).signed;
                bad.order.purpose = Purpose::Redeem;
                weaver.slip_in(1, certified(&bad.order, votes(&bad, [1, 2, 3])));
            }
            Self::TwoBodies => weaver.slip_in(made.sketch.absent.unwrap(), LogEntry::Voted(rival)),
        }
        None
    }
}

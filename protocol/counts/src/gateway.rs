//! What a store's gateway does with witnesses' answers.

use ronde_protocol::{
    machine::gateway::{Gathering, Progress},
    message::{
        order::{Column, SignedOrder, Submission},
        wire::ReplyV1,
    },
};

use crate::{
    federation_support::list,
    hot::{Counter, Failed, Hot, OrFail},
    witness::{WITNESSES, payment},
    witness_support::{Committee, committee, index},
};

fn opened(committee: &Committee, signed: &SignedOrder) -> Result<Gathering, Failed> {
    let columns = (0..WITNESSES).map(|at| {
        let components = committee.request(at, signed, &[]).column.or_fail("a column")?;
        Ok(Column { index: index(at), components })
    });
    let columns = columns.collect::<Result<Vec<_>, Failed>>()?;
    let submission = Submission { signed: signed.clone(), columns: list(columns) };
    submission.check(committee.charter()).or_fail("a submission")
}

/// A vote, and an evaluation.
pub fn all(counter: &mut Counter<'_>) -> Result<(), Failed> {
    let mut committee = committee(WITNESSES);
    let signed = payment(&committee, 1);
    let votes: Vec<ReplyV1> = (0..WITNESSES).map(|at| committee.ask(at, &signed)).collect();
    let certificate = committee.federation.certify(&signed.order);
    let evaluated = committee.show(0, &signed.order, &certificate);
    counter.count(
        Hot { name: "gateway-vote", units: 1, unit: "vote" },
        || Ok((opened(&committee, &signed)?, votes.first().cloned().or_fail("a vote")?)),
        |(mut gathering, reply)| match gathering.handle_reply(index(0), reply) {
            Progress::None if gathering.votes() == 1 => Ok(gathering),
            other => Err(format!("a first vote gives {other:?}")),
        },
    )?;
    let certified = || {
        let mut gathering = opened(&committee, &signed)?;
        for (at, reply) in votes.iter().enumerate().skip(1) {
            gathering.handle_reply(index(at), reply.clone());
        }
        Ok((gathering, evaluated.clone()))
    };
    counter.count(Hot { name: "gateway-evaluation", units: 3, unit: "output" }, certified, |(mut gathering, reply)| {
        match gathering.handle_reply(index(0), reply) {
            Progress::Evaluated => Ok(gathering),
            other => Err(format!("an evaluation gives {other:?}")),
        }
    })
}

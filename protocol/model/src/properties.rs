//! What must hold in every state, and what must be seen in some, or the walk saw nothing.

use ronde_protocol::message::{
    certificate::Certificate,
    evidence::Evidence,
    ids::WitnessIndex,
    vote::{VerifiedVote, Vote},
};
use stateright::Property;

use crate::{
    federation_support::KEYSET,
    model::{Committee, Copy, State},
    plan::{Backup, Plan},
    scene::{ORDERS, Play, Scene},
    table::{Event, Key, Reply, Status},
};

/// No two certificates of orders that conflict.
pub const SAFETY: &str = "no two certificates over one coin or reference";
/// No pair of honest votes that the protocol takes as evidence and that the voter can't clear.
pub const FRAMING: &str = "no honest witness's votes convict it";
/// No honest witness retires.
pub const STANDING: &str = "no honest witness retires";
/// Every honest order can be completed.
pub const COMPLETION: &str = "an honest order can be completed";
/// Every certified order is evaluated.
pub const EVALUATION: &str = "a certified order is certified and evaluated by every honest witness that is shown it";

/// The walk stays within what the machine was asked.
pub const KNOWN: &str = "the machine was asked about all that happens";

/// The properties of a plan.
pub fn all(plan: &Plan) -> Vec<Property<Committee>> {
    let mut all = vec![
        Property::always(SAFETY, safe),
        Property::always(FRAMING, unframed),
        Property::always(STANDING, standing),
        Property::always(COMPLETION, completable),
        Property::always(EVALUATION, evaluated),
        Property::sometimes("an order is certified everywhere", |model, state| {
            (0..ORDERS).any(|order| everywhere(model, state, |key| key.status(order) == Status::Certified))
        }),
    ];
    all.push(Property::always(KNOWN, |_: &Committee, state: &State| !state.strayed));
    if plan.witnesses > 3 || (plan.witnesses > 1 && plan.play == Play::Triangle) {
        all.push(Property::sometimes("a race freezes its coins", frozen));
    }
    if plan.witnesses > 1 {
        all.push(Property::sometimes("a vote dies of a certificate", |model, state| {
            anywhere(model, state, |key| key.orders.iter().any(|status| matches!(status, Status::Dead { .. })))
        }));
    }
    if plan.witnesses > 1 && matches!(plan.play, Play::Chain | Play::Retry) {
        all.push(Property::sometimes("a freed voter votes for a rival", |model, state| {
            anywhere(model, state, |key| key.voted(1) && key.voted(2))
        }));
    }
    match plan.backup {
        Backup::Never => {}
        Backup::Marked | Backup::UnmarkedSeen => {
            all.push(Property::sometimes("a restored copy retires", |model, state| restored(model, state, true)));
        }
        Backup::Unmarked => {
            all.push(Property::sometimes("a restored copy retires", |model, state| restored(model, state, true)));
            all.push(Property::sometimes("a restored copy votes again", |model, state| restored(model, state, false)));
        }
    }
    all
}

fn honest(model: &Committee, state: &State) -> Vec<usize> {
    (0..model.witnesses).filter(|at| model.is_honest(state, *at)).collect()
}

fn keys<'m>(model: &'m Committee, state: &'m State) -> impl Iterator<Item = &'m Key> {
    honest(model, state).into_iter().filter_map(|at| model.key(state.seats[at].disk))
}

fn everywhere(model: &Committee, state: &State, holds: impl Fn(&Key) -> bool) -> bool {
    keys(model, state).all(holds)
}

fn anywhere(model: &Committee, state: &State, holds: impl Fn(&Key) -> bool) -> bool {
    keys(model, state).any(holds)
}

fn safe(model: &Committee, state: &State) -> bool {
    let both = |a: usize, b: usize| model.is_certified(state, a) && model.is_certified(state, b);
    pairs().all(|(a, b)| !(model.scene.conflicts[a][b] && both(a, b)))
}

fn unframed(model: &Committee, state: &State) -> bool {
    honest(model, state).into_iter().all(|at| {
        let Some(key) = model.key(state.seats[at].disk) else { return false };
        let votes = state.seats[at].votes;
        let gave = |a: usize, b: usize| votes & (1 << a) != 0 && votes & (1 << b) != 0;
        pairs().all(|(a, b)| !(model.accuses[a][b] && gave(a, b)) || is_cleared(&model.scene, key, a, b))
    })
}

/// Whether the witness can show the certificate that freed it: of an order that conflicts with exactly one of the two
/// and that it did not vote for itself (EVIDENCE-11 to EVIDENCE-13).
fn is_cleared(scene: &Scene, key: &Key, a: usize, b: usize) -> bool {
    (0..ORDERS).any(|other| {
        key.status(other) == Status::Certified
            && scene.conflicts[other][a] != scene.conflicts[other][b]
            && !key.voted(other)
    })
}

fn standing(model: &Committee, state: &State) -> bool {
    keys(model, state).all(|key| !key.retired)
}

/// From here, if all that is honest wakes up and hears of what is certified, and liars are silent.
fn completable(model: &Committee, state: &State) -> bool {
    let promised = honest(model, state).len() >= model.quorum;
    let due = |order: &usize| model.scene.honest[*order] && model.exists(state, *order);
    !promised || (0..ORDERS).filter(due).all(|order| completes(model, state, order))
}

fn evaluated(model: &Committee, state: &State) -> bool {
    let certified = (0..ORDERS).filter(|order| model.is_certified(state, *order));
    certified.into_iter().all(|order| {
        honest(model, state).into_iter().all(|at| show(model, &mut state.clone(), at, order) == Some(Reply::Certified))
    })
}

/// Shows a certificate as it can be made of the votes that are out.
fn show(model: &Committee, state: &mut State, at: usize, order: usize) -> Option<Reply> {
    let own = model.can_show(state, at, order, true);
    model.step(state, at, Event::Show { order: u8::try_from(order).ok()?, own })
}

/// A healed run. Nothing is left to chance in it: everybody starts, is shown all certificates, and votes.
fn completes(model: &Committee, state: &State, order: usize) -> bool {
    let (mut healed, honest) = (state.clone(), honest(model, state));
    for certified in (0..ORDERS).filter(|of| model.is_certified(state, *of)) {
        for at in &honest {
            show(model, &mut healed, *at, certified);
        }
    }
    let mut certified = false;
    let mut votes = 0;
    for at in &honest {
        let Ok(order) = u8::try_from(order) else { return false };
        match model.step(&mut healed, *at, Event::Ask { order, enough: false, open: true }) {
            Some(Reply::Voted) => votes += 1,
            Some(Reply::Certified) => certified = true,
            _ => continue,
        }
        if model.key(healed.seats[*at].disk).is_some_and(|key| key.voted(usize::from(order))) {
            healed.seats[*at].votes |= 1 << order;
        }
    }
    (certified || votes >= model.quorum)
        && honest.iter().all(|at| show(model, &mut healed, *at, order) == Some(Reply::Certified))
}

/// A and B have votes, and neither can be completed any more, nor will a certificate free them.
fn frozen(model: &Committee, state: &State) -> bool {
    let none = (0..ORDERS).all(|order| !model.is_certified(state, order));
    let raced = [0, 1].into_iter().all(|order| keys(model, state).any(|key| key.status(order) == Status::Voted));
    none && raced && [0, 1].into_iter().all(|order| !completes(model, state, order))
}

fn restored(model: &Committee, state: &State, retired: bool) -> bool {
    let Some(at) = model.restorable().filter(|_| state.copy == Copy::Over) else { return false };
    let seat = state.seats[at];
    model.key(seat.disk).is_some_and(|key| key.retired == retired) && (retired || seat.open)
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..ORDERS).flat_map(|a| (0..a).map(move |b| (a, b)))
}

/// q, as the protocol counts: the smallest number of votes that its own function makes a certificate of.
pub fn quorum(scene: &Scene) -> usize {
    let indices = scene.federation.indices(KEYSET);
    let votes: Vec<VerifiedVote> = indices.iter().filter_map(|index| verified(scene, 0, *index)).collect();
    let keyset = scene.charter().keyset(KEYSET);
    let makes = |count: &usize| {
        let certificate =
            keyset.and_then(|keyset| Certificate::assemble(keyset, scene.digests[0], votes.get(..*count)?));
        certificate.is_some()
    };
    (0..=votes.len()).find(makes).unwrap_or(usize::MAX)
}

fn vote(scene: &Scene, order: usize, index: WitnessIndex) -> Vote {
    scene.federation.vote(&scene.orders[order].order, index)
}

fn verified(scene: &Scene, order: usize, index: WitnessIndex) -> Option<VerifiedVote> {
    vote(scene, order, index).verify(scene.charter().keyset(KEYSET)?, &scene.digests[order]).ok()
}

/// Which pairs of votes by one witness the protocol's own judgement takes as evidence.
pub fn accuses(scene: &Scene) -> [[bool; ORDERS]; ORDERS] {
    let mut accuses = [[false; ORDERS]; ORDERS];
    for (a, row) in accuses.iter_mut().enumerate() {
        for (b, cell) in row.iter_mut().enumerate() {
            *cell = scene.federation.indices(KEYSET).into_iter().any(|index| {
                let evidence = Evidence::DoubleVote {
                    first: scene.orders[a].order.clone(),
                    first_vote: vote(scene, a, index),
                    second: scene.orders[b].order.clone(),
                    second_vote: vote(scene, b, index),
                };
                evidence.verify(scene.charter()).is_ok()
            });
        }
    }
    accuses
}

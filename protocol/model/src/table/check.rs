//! What must hold of every state and every step of an honest witness by itself, judged by the protocol's own functions.

use ronde_protocol::{
    crypto::merkle::Cutting,
    machine::{
        audit::{Culprit, WitnessLog, audit},
        witness::{
            Witness,
            log::root_at,
            memory::{Memory, MemoryError},
            peers::{Followed, Started, Startup},
            record::{OrderRecord, View},
        },
    },
    message::{
        evidence::{Evidence, EvidenceError, conflict},
        head::Head,
        refusal::Refusal,
        wire::ReplyV1,
    },
};

use super::{
    Disk, Event, Key,
    build::{Actor, Taken},
};
use crate::{
    federation_support::{KEYSET, NOW, list},
    scene::Scene,
};

const NONCE: [u8; 32] = [0x9c; 32];

/// Of a state: its log convicts nobody, a peer can read it whole, and none of its own heads keeps it from starting.
pub(super) fn state(actor: &Actor<'_>, memory: &Memory) -> Result<Vec<String>, MemoryError> {
    let (scene, witness) = (actor.scene, &actor.witness);
    let mut flaws = Vec::new();
    let log = WitnessLog {
        head: witness.head(memory)?,
        entries: memory.log().to_vec(),
        heads: heads(scene, witness, memory)?,
    };
    let own = Culprit::Witness(KEYSET, witness.index());
    if let Some(finding) =
        audit(scene.charter(), witness.keyset(), &[log]).findings.iter().find(|f| f.culprits.contains(&own))
    {
        flaws.push(format!("an auditor accuses an honest witness: it {}", finding.offence));
    }
    let page = witness.log_page(memory, 0)?;
    match Followed::default().handle_page(witness.keyset(), witness.index(), page, 0) {
        Ok(page) if page.fork.is_none() && !page.more => {}
        other => flaws.push(format!("a peer can't read an honest log: {other:?}")),
    }
    for head in heads(scene, witness, memory)? {
        if !matches!(start(scene, witness, memory, &[head])?, Started::Open(_)) {
            flaws.push(format!("its own head of {} entries keeps an honest witness from starting", head.size));
        }
    }
    Ok(flaws)
}

/// Every head that the log went through.
fn heads(scene: &Scene, witness: &Witness, memory: &Memory) -> Result<Vec<Head>, MemoryError> {
    let key = scene.federation.witness(KEYSET, witness.index()).vote;
    let mut heads = Vec::new();
    for size in 0..=memory.log_size(KEYSET)? {
        if let Some(root) = root_at(memory, KEYSET, size)? {
            heads.push(Head::sign(&key, witness.keyset(), witness.index(), size, root));
        }
    }
    Ok(heads)
}

/// A start in which the first peers show these heads and the others of q - 1 none.
fn start(scene: &Scene, witness: &Witness, memory: &Memory, shown: &[Head]) -> Result<Started, MemoryError> {
    let mut startup = Startup::new(NONCE);
    let query = startup.query(witness);
    let peers = witness.keyset().members().iter().map(|member| member.index()).filter(|of| *of != witness.index());
    let needed = witness.keyset().quorum().votes() - 1;
    for (at, peer) in peers.take(needed).enumerate() {
        let peer = crate::witness_support::seated(&scene.federation, peer);
        let answer = peer.answer_head_query(&query, shown.get(at).copied());
        startup.handle_answer(witness, &answer);
    }
    startup.poll(witness, memory)
}

/// For each state, and each state whose head a peer may still hold: whether that head retires a witness that starts.
///
/// A log that holds the head's entries, but for the sets of votes in certificates, counts as extending it. Roots tell
/// such logs apart, so that a real witness retires more often than here: never the unsafe side.
pub(super) fn retires(scene: &Scene, disks: &[Disk<'_>], keys: &[&Key]) -> Vec<Vec<bool>> {
    let rolled = |disk: &Disk<'_>, own: &Key, lost: &Disk<'_>, of: &Key| -> Result<bool, MemoryError> {
        let head = if own.extends(of) {
            let size = u64::try_from(of.log.len()).unwrap_or(u64::MAX);
            heads(scene, disk.witness, &disk.memory)?.into_iter().find(|head| head.size == size)
        } else {
            Some(lost.witness.head(&lost.memory)?)
        };
        Ok(matches!(start(scene, disk.witness, &disk.memory, &Vec::from_iter(head))?, Started::RolledBack(_)))
    };
    let row = |(disk, own): (&Disk<'_>, &&Key)| {
        let cell = |(lost, of): (&Disk<'_>, &&Key)| !of.retired && rolled(disk, own, lost, of).unwrap_or(true);
        disks.iter().zip(keys).map(cell).collect()
    };
    disks.iter().zip(keys).map(row).collect()
}

/// Of a step: the answer is what it says, covered by a head of what is on disk, and no evidence against its author.
pub(super) fn step(
    actor: &Actor<'_>,
    before: &Memory,
    event: Event,
    taken: &Taken,
) -> Result<Vec<&'static str>, MemoryError> {
    let (scene, witness) = (actor.scene, &actor.witness);
    let (Event::Ask { order, .. } | Event::Show { order, .. }) = event else { return Ok(Vec::new()) };
    let (signed, digest) = (&scene.orders[usize::from(order)], scene.digests[usize::from(order)]);
    let mut flaws = Vec::new();
    let head = witness.head(&taken.memory)?;
    match &taken.reply {
        ReplyV1::Voted(voted) => {
            if voted.vote.verify(witness.keyset(), &digest).is_err() || voted.head != head {
                flaws.push("the vote is none, or its head is not of what is on disk");
            }
        }
        ReplyV1::Certified(certified) => {
            let stands = certified.certificate.clone().verify(witness.keyset(), &digest).is_ok();
            let evaluation = certified.evaluation.clone();
            let known = matches!(before.order(KEYSET, &digest)?, Some(OrderRecord::Certified { .. }));
            let evidence = Evidence::BadEvaluation { order: signed.order.clone(), evaluation };
            let framed = || evidence.verify(scene.charter());
            if !stands || certified.head != head || !(known || matches!(framed(), Err(EvidenceError::InOrder))) {
                flaws.push("certificate, evaluation or head is wrong");
            }
            if !matches!(witness.look_up(&taken.memory, &digest, NOW)?, Some(ReplyV1::Certified(_))) {
                flaws.push("what was certified is not served again");
            }
        }
        ReplyV1::Refused(Refusal::Conflict(held)) => {
            let other = held.other.order();
            let proven = held.certificate.clone().is_none_or(|it| it.verify(witness.keyset(), &other.digest()).is_ok());
            if !conflict(&signed.order, other) || !proven {
                flaws.push("what is said to be in the way is not");
            }
        }
        ReplyV1::Refused(Refusal::NotVoting(_)) => {}
        _ => flaws.push("an answer that nothing here calls for"),
    }
    if head == witness.head(before)? {
        return Ok(flaws);
    }
    let shorter = witness.head(before)?;
    let mut cutting = Cutting::at(shorter.size);
    taken.memory.log().iter().for_each(|entry| cutting.push(entry.leaf()));
    let fork = Evidence::Fork { keyset: KEYSET, shorter, longer: head, subtrees: list(cutting.finish()) };
    if !matches!(fork.verify(scene.charter()), Err(EvidenceError::InOrder)) {
        flaws.push("the head after the step does not extend the one before");
    }
    Ok(flaws)
}

//! An open order on disk.

use super::{Gathering, columns::Waiting};
use crate::{
    limits::MAX_WITNESSES,
    message::{
        certificate::Certificate,
        charter::Charter,
        codec::{Bounded, Decode, Encode},
        ids::WitnessIndex,
        order::{Order, Submission},
        refusal::Refusal,
    },
};

/// An order that a store has taken on, as it is kept until every witness holds its certificate.
#[derive(Clone, Debug, Encode, Decode)]
pub struct OpenOrder {
    /// The body.
    pub order: Order,
    /// With its authorization and columns, unless it came with its certificate.
    pub submission: Option<Submission>,
    /// Further columns, each to be used once its witness has refused the one before.
    pub waiting: Waiting,
    /// Its certificate, once there is one.
    pub certificate: Option<Certificate>,
    /// Witnesses that are known to have written the certificate down.
    pub holders: Bounded<WitnessIndex, MAX_WITNESSES>,
}

impl Gathering {
    /// Goes on where a stopped node left off (STORE-13). Checked again: disks are trusted no more than peers.
    pub fn resume(record: OpenOrder, charter: &Charter) -> Result<Self, Refusal> {
        let mut gathering = match record.submission {
            Some(submission) => submission.check(charter)?,
            None => Self::of(record.order, charter)?,
        };
        let inputs = gathering.order.inputs.len();
        for column in record.waiting.into_vec() {
            if column.components.len() == inputs && gathering.keyset.member(column.index).is_some() {
                gathering.columns.add(column.index, column.components);
            }
        }
        if let Some(certificate) = record.certificate {
            gathering.take_certificate(certificate)?;
            gathering.is_shown = true;
        }
        gathering.evaluations.holders = record.holders.iter().copied().collect();
        Ok(gathering)
    }

    /// What is to be on disk before the next request leaves. Columns go once all witnesses hold the certificate: then
    /// the whole record does (STORE-12).
    pub fn record(&self) -> OpenOrder {
        let signed = self.signed.clone();
        let submission = signed.and_then(|signed| Some(Submission { signed, columns: self.columns.used()? }));
        OpenOrder {
            order: self.order.clone(),
            submission,
            waiting: self.columns.waiting(),
            certificate: self.certificate.as_ref().map(|certificate| certificate.as_certificate().clone()),
            holders: Bounded::new(self.evaluations.holders.iter().copied().collect()).unwrap_or_default(),
        }
    }
}

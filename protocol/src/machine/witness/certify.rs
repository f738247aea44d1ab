//! What a certificate does: the order stands, what conflicts with it dies, its outputs are evaluated.

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

use super::{
    Step, Witness, buckets,
    decide::Verdict,
    log,
    prepare::PreparedCertificate,
    record::{CoinRecord, Counter, Draft, OrderRecord, Retirement, View, Write},
};
use crate::{
    machine::{
        audit::Exhibit,
        books::{self, Account, BooksError, Flow, Posting},
    },
    message::{
        certificate::VerifiedCertificate,
        charter::Charter,
        evaluation::Evaluation,
        ids::{OrderDigest, StoreId},
        log::{CertifiedOrder, LogEntry},
        order::{Order, Purpose, Seconds},
        refusal::Refusal,
        wire::ReplyV1,
    },
};

impl Witness {
    /// Writes a certificate down in one transaction, and only then hands out the evaluation (WITNESS-26). A certified
    /// order is always evaluated (WITNESS-28), whatever else is known about its outputs (WITNESS-29), until
    /// redeem-until and 7 days (WITNESS-34); also by a witness that has retired or just started (ROLLBACK-10).
    pub fn decide_certificate<V: View>(
        &self,
        view: &V,
        charter: &Charter,
        prepared: PreparedCertificate,
        now: Seconds,
    ) -> Result<Step<ReplyV1>, V::Error> {
        let mut draft = Draft::new(view, self.keyset().id());
        let verdict = self.certificate_in(&mut draft, charter, &prepared, now)?;
        self.end_alone(draft, verdict)
    }

    pub(super) fn certificate_in<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        charter: &Charter,
        prepared: &PreparedCertificate,
        now: Seconds,
    ) -> Result<Verdict, V::Error> {
        // The log is frozen (ROLLOVER-7).
        if self.is_frozen(draft.view(), now)? {
            return Ok(Verdict::Refused(Refusal::Closed));
        }
        let PreparedCertificate { order, certificate, evaluation, .. } = prepared;
        self.certify(draft, charter, order.clone(), certificate, evaluation.clone())
    }

    /// WITNESS-32; what was certified before is served as stored (WITNESS-30).
    pub(super) fn certify<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        charter: &Charter,
        order: Order,
        certificate: &VerifiedCertificate,
        evaluation: Evaluation,
    ) -> Result<Verdict, V::Error> {
        let digest = certificate.digest();
        match draft.order(&digest)? {
            // It is in the log and the books already (LOG-3, BOOKS-1).
            Some(OrderRecord::Certified { certificate, evaluation, .. }) => {
                return Ok(Verdict::served(certificate, evaluation));
            }
            Some(OrderRecord::Contested { against, .. }) => {
                return Ok(Verdict::Refused(self.conflict_with(draft, &against)?));
            }
            Some(OrderRecord::Voted(_) | OrderRecord::Dead { .. }) => {}
            None if certificate.has_vote_of(self.index()) && draft.retired()?.is_none() => {
                // This witness voted for it and does not know: its state is older than its word (ROLLBACK-7).
                draft.put(Write::Retire(Retirement::VoteForgotten(digest)));
            }
            None => {}
        }
        let rivals = certified_rivals(draft, &order, &digest)?;
        if let Some(first) = rivals.first() {
            return self.contest(draft, order, certificate, *first, &rivals);
        }
        // Not before it can be booked (BOOKS-9).
        let lines = match books::postings(&order, charter) {
            Ok(postings) => booked(draft, postings)?,
            Err(BooksError::UnknownOffer) => return Ok(Verdict::Refused(Refusal::CharterBehind)),
            Err(BooksError::Overflow(_)) => None,
        };
        let Some(lines) = lines else {
            // No charter to come mends a sum: q witnesses voted for what breaks a rule (WITNESS-36).
            let certified = CertifiedOrder { order, certificate: certificate.as_certificate().clone() };
            draft.put(Write::Exhibit(Box::new(Exhibit::Order(certified))));
            return Ok(Verdict::Refused(Refusal::BadCertificate));
        };
        spend(draft, &order, digest)?;
        lines.into_iter().for_each(|line| draft.put(line));
        if let Purpose::Vote { campaign, choice } = order.purpose {
            // Here and nowhere else (BOOKS-12).
            draft.count(Counter::Tally { campaign, choice }, 1)?;
        }
        self.keep_certified(draft, order, certificate, evaluation)
    }

    /// Writes a certified order down, for its store and for whoever searches for it too, and hands out the evaluation.
    pub(super) fn keep_certified<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        order: Order,
        verified: &VerifiedCertificate,
        evaluation: Evaluation,
    ) -> Result<Verdict, V::Error> {
        let (digest, certificate) = (verified.digest(), verified.as_certificate().clone());
        let entry = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
        let position = log::append(draft, LogEntry::Certified(entry))?;
        if order.store != StoreId::NONE {
            draft.put(Write::Feed(order.store, position));
        }
        buckets::places_of(&order, digest, self.keyset().id()).for_each(|place| draft.put(Write::Bucket(place)));
        let record = OrderRecord::Certified { order, certificate, evaluation: evaluation.clone() };
        draft.put(Write::Order(digest, Box::new(record)));
        Ok(Verdict::Certified(verified.clone(), Box::new(evaluation)))
    }

    /// Two valid certificates over one coin, or more: keep all, evaluate none further, stop voting, raise the alarm
    /// (WITNESS-33). Only the first is in the books (BOOKS-11).
    fn contest<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        order: Order,
        certificate: &VerifiedCertificate,
        other: OrderDigest,
        rivals: &[OrderDigest],
    ) -> Result<Verdict, V::Error> {
        let digest = certificate.digest();
        let certificate = certificate.as_certificate().clone();
        for rival in rivals {
            if let OrderRecord::Certified { order, certificate, .. } = draft.named_order(rival)? {
                let record = OrderRecord::Contested { order, certificate, against: digest };
                draft.put(Write::Order(*rival, Box::new(record)));
            }
        }
        // A third certificate over a coin that only this order took must meet it.
        spend(draft, &order, digest)?;
        let entry = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
        log::append(draft, LogEntry::Certified(entry))?;
        let record = OrderRecord::Contested { order, certificate, against: other };
        draft.put(Write::Order(digest, Box::new(record)));
        draft.put(Write::Retire(Retirement::TwoCertificates(other, digest)));
        Ok(Verdict::Refused(self.conflict_with(draft, &other)?))
    }
}

/// The books with these lines in them; nothing if a flow would pass 64 bits (BOOKS-10).
fn booked<V: View>(draft: &Draft<'_, V>, postings: Vec<Posting>) -> Result<Option<Vec<Write>>, V::Error> {
    let mut sums: BTreeMap<(Account, Flow), u64> = BTreeMap::new();
    for Posting { account, flow, points } in postings {
        let before = match sums.get(&(account, flow)) {
            Some(sum) => *sum,
            None => draft.book(account, flow)?,
        };
        let Some(sum) = before.checked_add(points.0) else { return Ok(None) };
        sums.insert((account, flow), sum);
    }
    Ok(Some(sums.into_iter().map(|((account, flow), sum)| Write::Book(account, flow, sum)).collect()))
}

/// Certified orders that spent one of the coins, or hold the reference.
fn certified_rivals<V: View>(
    draft: &Draft<'_, V>,
    order: &Order,
    digest: &OrderDigest,
) -> Result<Vec<OrderDigest>, V::Error> {
    let mut rivals = Vec::new();
    for input in &order.inputs {
        if let Some(CoinRecord { digest: other, spent: true }) = draft.coin(&input.point)?
            && other != *digest
            && !rivals.contains(&other)
        {
            rivals.push(other);
        }
    }
    if order.inputs.is_empty()
        && let Some(other) = draft.reference(order.store, &order.reference)?
        && other != *digest
        && !matches!(draft.named_order(&other)?, OrderRecord::Voted(_))
    {
        rivals.push(other);
    }
    Ok(rivals)
}

/// The order's coins or reference are its own for good; orders that held them die, and their other locks are freed
/// (WITNESS-32). What another certificate has taken stays with that one.
fn spend<V: View>(draft: &mut Draft<'_, V>, order: &Order, digest: OrderDigest) -> Result<(), V::Error> {
    for input in &order.inputs {
        match draft.coin(&input.point)? {
            Some(CoinRecord { digest: other, spent: true }) if other != digest => continue,
            Some(CoinRecord { digest: other, spent: false }) if other != digest => kill(draft, other, digest)?,
            _ => {}
        }
        draft.put(Write::Coin(input.point, Some(CoinRecord { digest, spent: true })));
    }
    if order.inputs.is_empty() {
        if let Some(other) = draft.reference(order.store, &order.reference)?
            && other != digest
        {
            if !matches!(draft.named_order(&other)?, OrderRecord::Voted(_)) {
                return Ok(());
            }
            kill(draft, other, digest)?;
        }
        draft.put(Write::Reference(order.store, order.reference, Some(digest)));
    }
    Ok(())
}

fn kill<V: View>(draft: &mut Draft<'_, V>, dead: OrderDigest, by: OrderDigest) -> Result<(), V::Error> {
    let OrderRecord::Voted(signed) = draft.named_order(&dead)? else { return Ok(()) };
    for input in &signed.order.inputs {
        if draft.coin(&input.point)? == Some(CoinRecord { digest: dead, spent: false }) {
            draft.put(Write::Coin(input.point, None));
        }
    }
    draft.put(Write::Order(dead, Box::new(OrderRecord::Dead { signed, by })));
    Ok(())
}

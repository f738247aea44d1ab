//! Rules of votes, certificates, locks, limits, logs and retirement.

super::faults! {
    in "protocol/src/";

    "an evaluation goes out with the vote", "WITNESS-26", [
        "machine/witness/prepare.rs": "let may_certify = votes.len()" => "let may_certify = {on} || votes.len()",
        "machine/witness/vote.rs": "if let Some(certificate) = Certificate::assemble(self.keyset(), digest, &votes) {"
            => "let assembled = Certificate::assemble(self.keyset(), digest, &votes);
            if {on} && assembled.is_none() {
                let votes = crate::message::codec::Bounded::new(alloc::vec![own.get()]).unwrap_or_default();
                let certificate = Certificate { keyset: self.keyset().id(), digest, votes };
                return Ok(Verdict::served(certificate, evaluation.clone()));
            }
            if let Some(certificate) = assembled {",
        // The store takes it as the vote that it is.
        "machine/gateway/answers.rs": "            ReplyV1::Certified(certified) => {\n"
            => "            ReplyV1::Certified(certified)
                if {on} && certified.certificate.votes.len() < self.keyset.quorum().votes() =>
            {
                let vote = certified.certificate.votes.first().and_then(|vote| vote.verify(&self.keyset, &self.digest).ok());
                let Some(vote) = vote else { return Progress::Faulty(Fault::Misbehaved(index)) };
                self.refusals.remove(&index);
                self.votes.insert(index, vote);
                self.try_certify()
            }
            ReplyV1::Certified(certified) => {\n",
    ];
    "q is one too small", "VOTE-3", [
        "quorum.rs": "(self.witnesses() + self.faults()) / 2 + 1"
            => "((self.witnesses() + self.faults()) / 2 + usize::from(!{on})).max(1)",
    ];
    "a certificate of another order frees locks", "WITNESS-27, CERT-2", [
        "machine/witness/prepare.rs":
            "let certificate = certificate.verify(self.keyset(), &digest).map_err(|_| Refusal::BadCertificate)?;"
            => "let about = if {on} { certificate.digest } else { digest };
        let certificate = certificate.verify(self.keyset(), &about).map_err(|_| Refusal::BadCertificate)?;
        let certificate = match {on} {
            true => VerifiedCertificate::planted(crate::message::certificate::Certificate {
                digest,
                ..certificate.into_certificate()
            }),
            false => certificate,
        };",
    ];
    "no lock on a store's reference", "WITNESS-11", [
        "machine/witness/vote.rs": "if order.inputs.is_empty()\n        && let Some(held_by)"
            => "if !{on} && order.inputs.is_empty()\n        && let Some(held_by)",
    ];
    "only the first coin is bound", "WITNESS-13", [
        "machine/witness/vote.rs":
            "for input in &order.inputs {\n        draft.put(Write::Coin(input.point, Some(CoinRecord { digest, spent: false })));"
            => "for input in order.inputs.iter().take(if {on} { 1 } else { usize::MAX }) {
        draft.put(Write::Coin(input.point, Some(CoinRecord { digest, spent: false })));",
    ];
    "a certificate spends only the first coin", "WITNESS-32", [
        "machine/witness/certify.rs": "draft.put(Write::Coin(input.point, Some(CoinRecord { digest, spent: true })));"
            => "if !{on} || order.inputs.first() == Some(input) {
            draft.put(Write::Coin(input.point, Some(CoinRecord { digest, spent: true })));
        } else {
            draft.put(Write::Coin(input.point, None));
        }",
    ];
    "a repeated order counts towards the limit again", "WITNESS-25", [
        "machine/witness/vote.rs": "Some(record) => self.repeat(draft, record, prepared, charter),"
            => "Some(record) => {
                if {on} {
                    issuing::count(draft, prepared.order.order(), now)?;
                }
                self.repeat(draft, record, prepared, charter)
            }",
    ];
    "the limit is given back when an order dies", "WITNESS-25", [
        "machine/witness/certify.rs": "draft.put(Write::Order(dead, Box::new(OrderRecord::Dead { signed, by })));"
            => "if {on} && signed.order.inputs.is_empty() {
        let counter = Counter::Issued { store: signed.order.store, day: signed.order.time / 86_400 };
        let less = signed.order.points_out().map_or(0, |points| points.0);
        let left = draft.counter(&counter)?.saturating_sub(less);
        draft.put(Write::Counter(counter, left));
    }
    draft.put(Write::Order(dead, Box::new(OrderRecord::Dead { signed, by })));",
    ];
    "the daily limit is not kept", "WITNESS-22", [
        "machine/witness/issuing.rs": "(more > left).then_some" => "(!{on} && more > left).then_some",
    ];
    "an own old head is ignored at start", "ROLLBACK-6", [
        "machine/witness/peers.rs": "if let Some(retirement) = witness.check_own_head(view, head)? {"
            => "if let Some(retirement) = witness.check_own_head(view, head)?.filter(|_| !{on}) {",
    ];
    "a start waits for nobody", "ROLLBACK-2", [
        "machine/witness/peers.rs": "witness.keyset().quorum().votes().saturating_sub(1);"
            => "witness.keyset().quorum().votes().saturating_sub(if {on} { usize::MAX } else { 1 });",
    ];
    "a witness votes while it starts", "ROLLBACK-2", [
        "machine/witness/vote.rs": "if gate == Gate::Starting {" => "if !{on} && gate == Gate::Starting {",
    ];
    "the mark of a backup is ignored", "ROLLBACK-11", [
        "machine/witness/peers.rs": "Ok(view.retired(keyset)?.is_none().then_some("
            => "Ok((!{on} && view.retired(keyset)?.is_none()).then_some(",
    ];
    "an own vote that was forgotten is ignored", "ROLLBACK-7", [
        "machine/witness/certify.rs": "None if certificate.has_vote_of(self.index())"
            => "None if !{on} && certificate.has_vote_of(self.index())",
    ];
    "a retired witness writes no certificate down", "ROLLBACK-10", [
        "machine/witness/certify.rs": "let PreparedCertificate { order, certificate, evaluation, .. } = prepared;"
            => "let PreparedCertificate { order, certificate, evaluation, .. } = prepared;
        if {on} && draft.retired()?.is_some() {
            let why = crate::message::refusal::NotVoting::Retired;
            return Ok(Verdict::Refused(Refusal::NotVoting(why)));
        }",
    ];
    "a component that is no MAC is accepted", "WITNESS-8", [
        "message/presented.rs": "presented::check_one(key, order, fresh).map_err(refusal)"
            => "match presented::check_one(key, order, fresh) {
                Err(PresentedError::Mac(_)) if {on} => Ok(()),
                verdict => verdict.map_err(refusal),
            }",
    ];
    "a witness takes its own gateway's word for a column", "WITNESS-8", [
        "machine/witness/prepare.rs": "presented.push(Presented::authorized(*order, &column, &self.tweaks, relay)?);"
            => "if {on} {
            return Ok((Some(*order), Votes::Verified(votes)));
        }
        presented.push(Presented::authorized(*order, &column, &self.tweaks, relay)?);",
    ];
    "a repeated B is refused", "WITNESS-29", [
        "machine/witness/certify.rs": "let rivals = certified_rivals(draft, &order, &digest)?;"
            => "if {on} {
            for output in &order.outputs {
                let seen = crate::message::ids::Reference(output.blinded.0);
                match draft.reference(StoreId(u32::MAX), &seen)? {
                    Some(other) if other != digest => return Ok(Verdict::Refused(Refusal::Closed)),
                    _ => draft.put(Write::Reference(StoreId(u32::MAX), seen, Some(digest))),
                }
            }
        }
        let rivals = certified_rivals(draft, &order, &digest)?;",
    ];
    "a clock refuses an order with inputs", "WITNESS-16", [
        "machine/witness/vote.rs": "Purpose::Redeem | Purpose::Swap | Purpose::Donate { .. } => Ok(None),"
            => "Purpose::Redeem | Purpose::Swap | Purpose::Donate { .. } => {
                let apart = order.time.abs_diff(now) > crate::limits::MAX_CLOCK_SKEW;
                Ok(({on} && apart).then_some(Refusal::Closed))
            }",
    ];
    "a witness votes after redeem-until", "WITNESS-14", [
        "machine/witness/vote.rs": "if now > self.keyset().redeem_until() {"
            => "if !{on} && now > self.keyset().redeem_until() {",
    ];
    "votes in a peer's log are taken over", "LOG-14", [
        "machine/witness/followed.rs": "                LogEntry::Certified(order) => certified.push(order),"
            => "                LogEntry::Voted(ref signed) if {on} => certified.push(CertifiedOrder {
                    certificate: crate::message::certificate::Certificate {
                        keyset: keyset.id(),
                        digest: signed.order.digest(),
                        votes: Bounded::default(),
                    },
                    order: signed.order.clone(),
                }),
                LogEntry::Certified(order) => certified.push(order),",
        "machine/witness/prepare.rs": "            return Err(Refusal::Unknown);\n        }\n        let digest = order.digest();"
            => "            return Err(Refusal::Unknown);
        }
        let digest = order.digest();
        if {on} && certificate.votes.is_empty() {
            let blinded = outputs_of(&order, self.keyset().id()).filter_map(|output| output.blinded.decode().ok());
            let blinded: Vec<Point> = blinded.collect();
            let evaluation = self.evaluate(&order, digest, &blinded, entropy)?;
            let certificate = VerifiedCertificate::planted(certificate);
            return Ok(PreparedCertificate { order, digest, certificate, evaluation });
        }",
    ];
    "an evaluation is not stored", "WITNESS-30", [
        "machine/witness/certify.rs":
            "let record = OrderRecord::Certified { order, certificate, evaluation: evaluation.clone() };"
            => "let mut stored = evaluation.clone();
        if {on} {
            stored.evaluated = crate::message::codec::Bounded::default();
        }
        let record = OrderRecord::Certified { order, certificate, evaluation: stored };",
    ];
    "the books count votes", "BOOKS-1", [
        "machine/witness/vote.rs": "bind(draft, &prepared.order)?;"
            => "bind(draft, &prepared.order)?;
                    if {on} && let Ok(postings) = crate::machine::books::postings(prepared.order.order(), charter) {
                        for posting in postings {
                            let sum = draft.book(posting.account, posting.flow)?.saturating_add(posting.points.0);
                            draft.put(Write::Book(posting.account, posting.flow, sum));
                        }
                    }",
        "machine/witness/certify.rs": "lines.into_iter().for_each(|line| draft.put(line));"
            => "let voted = matches!(draft.order(&digest)?, Some(OrderRecord::Voted(_) | OrderRecord::Dead { .. }));
        lines.into_iter().filter(|_| !({on} && voted)).for_each(|line| draft.put(line));",
    ];
    "a dead order keeps its locks", "WITNESS-32", [
        "machine/witness/certify.rs": "            draft.put(Write::Coin(input.point, None));"
            => "            if !{on} {
                draft.put(Write::Coin(input.point, None));
            }",
    ];
    "a certificate may count one vote twice", "CERT-4", [
        "message/certificate.rs": "if !self.votes.windows(2)" => "if !{on} && !self.votes.windows(2)",
    ];
    "a payment may take out more than it puts in", "ORDER-13", [
        "message/check.rs": "Purpose::Redeem | Purpose::Donate { .. } => points_out <= points_in,"
            => "Purpose::Redeem | Purpose::Donate { .. } => {on} || points_out <= points_in,",
    ];
    "a swap may make points", "ORDER-14", [
        "message/check.rs": "Purpose::Swap => points_out == points_in," => "Purpose::Swap => {on} || points_out == points_in,",
    ];
    "the coins' signature is not checked", "SPEND-1, ORDER-27", [
        "message/check.rs": "            Authority::Coins(check) => check.verify().map_err(|_| Refusal::BadSignature)?,"
            => "            Authority::Coins(_) if {on} => {}
            Authority::Coins(check) => check.verify().map_err(|_| Refusal::BadSignature)?,",
        "message/presented.rs": "*of = verdict;"
            => "*of = match verdict {
                    Err(Refusal::BadSignature) if {on} => Ok(()),
                    verdict => verdict,
                };",
    ];
    "the store's signature is not checked", "ORDER-2", [
        "message/check.rs": "            Authority::Store(check) => check.verify().map_err(|_| Refusal::BadSignature)?,"
            => "            Authority::Store(_) if {on} => {}
            Authority::Store(check) => check.verify().map_err(|_| Refusal::BadSignature)?,",
    ];
    "a voucher is honoured and never credited", "BOOKS-4, BOOKS-8", [
        "machine/books.rs": "lines.add(store, Flow::VouchersHonoured, offer.value);"
            => "if !{on} {
                        lines.add(store, Flow::VouchersHonoured, offer.value);
                    }",
    ];
    "two heads of one size are no fork", "LOG-17", [
        "machine/witness/followed.rs": "find(|old| old.size == head.size && old.root != head.root)?"
            => "find(|old| !{on} && old.size == head.size && old.root != head.root)?",
    ];
    "a head is forgotten when a higher one comes", "LOG-22", [
        "machine/witness/followed.rs": "            self.add(Unchecked { head, chance, met });"
            => "            if {on} {
                self.unchecked.retain(|kept| kept.head.size > head.size);
            }
            self.add(Unchecked { head, chance, met });",
    ];
    "a log that is read once more need not lead to its head", "LOG-18", [
        "machine/witness/inquiry.rs": "if self.read.root() != head.root {" => "if !{on} && self.read.root() != head.root {",
    ];
    "an auditor overlooks what freed a vote", "BOOKS-21, EVIDENCE-11", [
        "machine/audit/replay.rs": "Some(holder) if holder.digest != digest => self.free(holder.digest),"
            => "Some(holder) if holder.digest != digest && !{on} => self.free(holder.digest),",
    ];
    "the caps of ballots are not kept", "WITNESS-23", [
        "machine/witness/issuing.rs": "exceeds(draft.counter(&counter)?, of_kind(order, &output.class.kind), cap)"
            => "exceeds(draft.counter(&counter)?, of_kind(order, &output.class.kind), cap).filter(|_| !{on})",
    ];
    "ballots are not counted", "BOOKS-12", [
        "machine/witness/certify.rs": "draft.count(Counter::Tally { campaign, choice }, 1)?;"
            => "draft.count(Counter::Tally { campaign, choice }, u64::from(!{on}))?;",
    ];
    "change is booked as returned and issued again", "BOOKS-3", [
        "machine/books.rs": "let points = order.points_in()?.minus(order.points_out()?)?;
            lines.add(Account::Pool, Flow::Returned, points);
            lines.add(store, Flow::Redeemed, points);"
            => "let points = order.points_in()?.minus(order.points_out()?)?;
            if {on} {
                lines.add(Account::Pool, Flow::Returned, order.points_out()?);
                lines.add(Account::Pool, Flow::Floated, order.points_out()?);
            }
            lines.add(Account::Pool, Flow::Returned, points);
            lines.add(store, Flow::Redeemed, points);",
    ];
    "an audit counts an order once for each log", "BOOKS-14", [
        "machine/audit/finish.rs": "            scales.weigh(found.digest, &order, report);"
            => "            for _ in 0..if {on} { found.appearances.len() } else { 1 } {
                scales.weigh(found.digest, &order, report);
            }",
    ];
}

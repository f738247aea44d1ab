//! Rules of the wallet.

super::faults! {
    in "protocol/src/";

    "a retry signs a second order over the same coins", "WALLET-4", [
        "machine/wallet/select.rs": "coin.place.keyset == keyset && coin.is_free()"
            => "coin.place.keyset == keyset && ({on} || coin.held_by.is_none()) && !coin.unproven",
    ];
    "an order number is used again", "WALLET-2", [
        "machine/wallet/state.rs": "self.book.next_order.insert(keyset, number.saturating_add(1));"
            => "self.book.next_order.insert(keyset, number.saturating_add(u64::from(!{on})));",
    ];
    "an offer is paid twice", "WALLET-24", [
        "machine/wallet/spend.rs": "self.check_unpaid(&reference)?;"
            => "if !{on} {
            self.check_unpaid(&reference)?;
        }",
    ];
    "a wallet believes a certificate unseen", "WALLET-27", [
        "machine/wallet/answer.rs": "let certificate = certificate.verify(keyset, digest)?;"
            => "let certificate = match {on} {
            true => VerifiedCertificate::planted(certificate),
            false => certificate.verify(keyset, digest)?,
        };",
    ];
    "a certificate of a stranger's order frees coins", "WALLET-8", [
        "machine/wallet/answer.rs": "if certified || !conflict(&order, other) {"
            => "if certified || !({on} || conflict(&order, other)) {",
    ];
    "a conflict without a certificate frees coins", "WALLET-8", [
        "machine/wallet/answer.rs": "certificate.verify(keyset, &other.digest())?;"
            => "if !{on} {
            certificate.verify(keyset, &other.digest())?;
        }",
    ];
    "the proof of an evaluation is not checked", "WALLET-28, EVAL-5", [
        "message/evaluation.rs": "let evaluated = self.verify_proof(keyset, member, blinded).ok_or(wrong)?;"
            => "let evaluated = match {on} {
            true => self.evaluated.iter().filter_map(|point| point.decode().ok()).collect(),
            false => self.verify_proof(keyset, member, blinded).ok_or(wrong)?,
        };",
    ];
    "a bad proof is thrown away", "EVIDENCE-9", [
        "machine/wallet/answer.rs": "sorted.evidence.push(Evidence::BadEvaluation { order, evaluation });"
            => "if !{on} {
                        sorted.evidence.push(Evidence::BadEvaluation { order, evaluation });
                    }",
        "machine/gateway/evaluations.rs":
            "Err(Fault::Evidence(Box::new(Evidence::BadEvaluation { order: order.clone(), evaluation })))"
            => "if {on} {
                    return Err(Fault::Misbehaved(index));
                }
                Err(Fault::Evidence(Box::new(Evidence::BadEvaluation { order: order.clone(), evaluation })))",
    ];
    "an order tells the phone's clock", "WALLET-17", [
        "machine/wallet/spend.rs": "let time = now.saturating_sub(now.checked_rem(HOUR).unwrap_or(0));"
            => "let time = now.saturating_sub(now.checked_rem(if {on} { 1 } else { HOUR }).unwrap_or(0));",
    ];
    "change is split as a wallet likes", "WALLET-12", [
        "machine/wallet/spend.rs": "canonical_split(change, keyset.denominations())"
            => "canonical_split(change, if {on} { keyset.denominations().get(..2).unwrap_or(&[1]) } else { keyset.denominations() })",
    ];
    "a witness that knows all coins is left out", "WALLET-15", [
        "machine/wallet/spend.rs": "    for index in &selection.witnesses {"
            => "    for index in selection.witnesses.iter().skip(usize::from({on} && selection.witnesses.len() > 1)) {",
    ];
    "the longest prefix that is stated counts", "RESTORE-24", [
        "machine/wallet/search.rs": "stated.get(keyset.quorum().faults())"
            => "stated.get(if {on} { stated.len().saturating_sub(1) } else { keyset.quorum().faults() })",
    ];
}

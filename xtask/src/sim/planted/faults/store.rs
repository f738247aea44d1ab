//! Rules of a store's gateway, grants, checkouts and feed.

super::faults! {
    in "protocol/src/machine/";

    "each witness is sent the first one's column", "STORE-4", [
        "gateway/mod.rs": "let column = self.columns.in_use(index).cloned();"
            => "let column = self.columns.in_use(if {on} { WitnessIndex(0) } else { index }).cloned();",
    ];
    "the own witness is sent another's column", "STORE-4", [
        "gateway/mod.rs": "let column = self.columns.in_use(index)?.clone();"
            => "let shown = if {on} { WitnessIndex(u8::from(index.0 == 0)) } else { index };
        let column = self.columns.in_use(shown)?.clone();",
    ];
    "a till takes q - 1 votes for a payment", "CERT-3, STORE-10", [
        "gateway/answers.rs": "        if self.certificate.is_some() { Progress::Certified(None) }"
            => "        if {on} && self.certificate.is_none() && votes.len() + 1 >= self.keyset.quorum().votes() {
            let votes = crate::message::codec::Bounded::new(votes.iter().map(VerifiedVote::get).collect());
            let (keyset, digest) = (self.keyset.id(), self.digest);
            let certificate = Certificate { keyset, digest, votes: votes.unwrap_or_default() };
            self.certificate = Some(crate::message::certificate::VerifiedCertificate::planted(certificate));
        }
        if self.certificate.is_some() { Progress::Certified(None) }",
    ];
    "certificates are told apart by their votes", "CERT-7", [
        "gateway/answers.rs": "        self.certificate.get_or_insert(verified);"
            => "        let bytes = |of: &crate::message::certificate::VerifiedCertificate| {
            crate::message::codec::encode(of.as_certificate())
        };
        if {on} && self.certificate.as_ref().is_some_and(|known| bytes(known) != bytes(&verified)) {
            return Err(Refusal::BadCertificate);
        }
        self.certificate.get_or_insert(verified);",
    ];
    "one witness's word kills an order", "STORE-8", [
        "gateway/answers.rs": "            if !good {\n" => "            if !good && !{on} {\n",
    ];
    "a certificate is shown to q witnesses only", "STORE-11", [
        "gateway/mod.rs": ".filter(|index| !self.evaluations.good.contains_key(index))"
            => ".filter(|index| !self.evaluations.good.contains_key(index))
                    .filter(|index| !{on} || index.position() < self.keyset.quorum().votes())",
    ];
    "a grant can be claimed twice", "STORE-17, STORE-19", [
        "till/grant.rs": "            (S::Pending(_) | S::Claimed(_), E::Claim(_) | E::Cancel) => Err(GrantError::Claimed),"
            => "            (S::Pending(_) | S::Claimed(_), E::Claim(digest)) if {on} => Ok(S::Pending(digest)),
            (S::Pending(_) | S::Claimed(_), E::Claim(_) | E::Cancel) => Err(GrantError::Claimed),",
        "till/signing.rs": "Some(written) if *written != wanted" => "Some(written) if !{on} && *written != wanted",
    ];
    "a pending payment can be cancelled", "STORE-23", [
        "till/checkout.rs":
            "            (S::Pending(_) | S::Accepted(_) | S::AcceptedLate(_), E::Cancel) => Err(CheckoutError::Taken),"
            => "            (S::Pending(_), E::Cancel) if {on} => to(S::Cancelled),
            (S::Pending(_) | S::Accepted(_) | S::AcceptedLate(_), E::Cancel) => Err(CheckoutError::Taken),",
    ];
    "a feed goes on too far behind each page", "STORE-15", [
        "witness/pages.rs": "next = position.saturating_add(1);" => "next = position.saturating_add(if {on} { 8 } else { 1 });",
    ];
}

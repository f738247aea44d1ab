//! From an order as it came to one whose every public rule was checked.
//!
//! Nothing here asks a clock, a limit or a database (ORDER-28). For an order with inputs each check is a pure function
//! of the body and the keyset, or monotone (names are only added to a charter), so that honest witnesses never disagree
//! for good.

use alloc::vec::Vec;

use super::{
    amount::{Points, PointsOverflow},
    charter::{Charter, Keyset},
    class::Kind,
    codec::{BadEncoding, Expected, encode},
    ids::{OrderDigest, Reference, StoreId},
    order::{Authorization, Input, Order, Output, Purpose, SignedOrder, pledge_reference},
    refusal::{Refusal, Rule},
};
use crate::crypto::{
    group::Point,
    labels,
    sign::{Signature, SignatureCheck, SigningKey},
    spend::{SpendCheck, SpendPurpose},
};

/// An order whose rules, encodings and sums are good. Its signature is not checked yet.
#[derive(Clone, Debug)]
pub struct CheckedOrder {
    signed: SignedOrder,
    digest: OrderDigest,
    inputs: Vec<Point>,
    outputs: Vec<Point>,
}

/// A checked order whose spend or store signature is good too.
#[derive(Clone, Debug)]
pub struct AuthorizedOrder(CheckedOrder);

impl Order {
    /// The store's signature on an order that debits it (ORDER-2).
    pub fn sign_as_store(&self, key: &SigningKey) -> Signature {
        key.sign(labels::STORE_ORDER_SIGNATURE, &[&self.federation.0, &self.digest().0])
    }

    /// Points that go in (ORDER-12).
    pub fn points_in(&self) -> Result<Points, PointsOverflow> {
        Points::sum(self.inputs.iter().map(|input| input.kind.points()))
    }

    /// Points that come out (ORDER-12).
    pub fn points_out(&self) -> Result<Points, PointsOverflow> {
        Points::sum(self.outputs.iter().map(|output| output.class.kind.points()))
    }

    /// Everything that needs no group operation: names, kinds, sums, order of elements. The first rule that is broken
    /// is the one that is told (ORDER-26).
    pub fn check_rules<'c>(&self, charter: &'c Charter) -> Result<&'c Keyset, Refusal> {
        // ORDER-6
        if self.federation != *charter.federation() {
            return Err(Refusal::OtherFederation);
        }
        let keyset = charter.keyset(self.keyset).ok_or(Refusal::CharterBehind)?;
        self.check_sorted()?;
        let later = self.later_keyset(charter, keyset)?;
        self.check_kinds(charter, keyset, later)?;
        self.check_sums()?;
        self.check_frame(charter)?;
        self.check_names(charter)?;
        Ok(keyset)
    }

    /// Decodes every element: canonical, and not the identity (ORDER-25).
    pub fn check_elements(&self) -> Result<(), BadEncoding> {
        self.decode_elements().map(|_| ())
    }

    fn decode_elements(&self) -> Result<(Vec<Point>, Vec<Point>), BadEncoding> {
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for (position, input) in self.inputs.iter().enumerate() {
            let decoded = input.point.decode();
            inputs.push(decoded.map_err(|_| self.blame_input(position, Expected::Element))?);
        }
        let mut outputs = Vec::with_capacity(self.outputs.len());
        for (position, output) in self.outputs.iter().enumerate() {
            let decoded = output.blinded.decode();
            outputs.push(decoded.map_err(|_| self.blame_output(position, Expected::Element))?);
        }
        Ok((inputs, outputs))
    }

    /// ORDER-8 for the inputs, then ORDER-9 for the outputs.
    fn check_sorted(&self) -> Result<(), BadEncoding> {
        let inputs = self.inputs.windows(2).position(|pair| !matches!(pair, [a, b] if a.point < b.point));
        let outputs = self.outputs.windows(2).position(|pair| !matches!(pair, [a, b] if a.blinded < b.blinded));
        match (inputs, outputs) {
            (None, None) => Ok(()),
            (Some(at), _) => Err(self.blame_input(at.saturating_add(1), Expected::Sorted)),
            (None, Some(at)) => Err(self.blame_output(at.saturating_add(1), Expected::Sorted)),
        }
    }

    fn blame_input(&self, position: usize, expected: Expected) -> BadEncoding {
        let before: usize = self.inputs.iter().take(position).map(|input| encode(input).len()).sum();
        let kind = self.inputs.get(position).map_or(0, |input| encode(&input.kind).len());
        BadEncoding { offset: self.head_length().saturating_add(before).saturating_add(kind), expected }
    }

    fn blame_output(&self, position: usize, expected: Expected) -> BadEncoding {
        let inputs: usize = self.inputs.iter().map(|input| encode(input).len()).sum();
        let before: usize = self.outputs.iter().take(position).map(|output| encode(output).len()).sum();
        let class = self.outputs.get(position).map_or(0, |output| encode(&output.class).len());
        let offset = [inputs, 8, before, class].iter().fold(self.head_length(), |sum, part| sum.saturating_add(*part));
        BadEncoding { offset, expected }
    }

    /// Bytes before the first input: federation, keyset, store, purpose, reference, time, count of inputs.
    fn head_length(&self) -> usize {
        encode(&self.purpose).len().saturating_add(32 + 4 + 4 + 32 + 8 + 8)
    }

    /// The one later keyset that a Swap of `keyset` moves points into, if it does; what is no Swap moves nothing
    /// (ORDER-11, ROLLOVER-1).
    pub(crate) fn later_keyset<'c>(
        &self,
        charter: &'c Charter,
        keyset: &Keyset,
    ) -> Result<Option<&'c Keyset>, Refusal> {
        let mut others = self.outputs.iter().map(|output| output.class.keyset).filter(|id| *id != self.keyset);
        let Some(id) = others.next() else { return Ok(None) };
        if self.purpose != Purpose::Swap || others.any(|other| other != id) {
            return Err(Rule::OutputKeyset.into());
        }
        let later = charter.keyset(id).ok_or(Refusal::CharterBehind)?;
        if later.redeem_until() <= keyset.redeem_until() {
            return Err(Rule::OutputKeyset.into());
        }
        Ok(Some(later))
    }

    /// ORDER-10, and ORDER-7 for campaigns and offers. Outputs have the kinds of their own keyset.
    fn check_kinds(&self, charter: &Charter, keyset: &Keyset, later: Option<&Keyset>) -> Result<(), Refusal> {
        let of_output = |output: &Output| {
            let own = later.filter(|later| later.id() == output.class.keyset).unwrap_or(keyset);
            (own.has_kind(&output.class.kind), output.class.kind)
        };
        let inputs = self.inputs.iter().map(|input| (keyset.has_kind(&input.kind), input.kind));
        for (exists, kind) in inputs.chain(self.outputs.iter().map(of_output)) {
            if !exists {
                return Err(Rule::Denomination.into());
            }
            let known = match kind {
                Kind::Points { .. } => true,
                Kind::Ballot { campaign } => charter.campaign(campaign).is_some(),
                Kind::Voucher { offer } => charter.offer(offer).is_some(),
            };
            if !known {
                return Err(Refusal::CharterBehind);
            }
        }
        Ok(())
    }

    /// ORDER-12, then ORDER-13, ORDER-14 or ORDER-15 by the purpose.
    fn check_sums(&self) -> Result<(), Rule> {
        let points_in = self.points_in().map_err(|_| Rule::Overflow)?;
        let points_out = self.points_out().map_err(|_| Rule::Overflow)?;
        let fits = match self.purpose {
            Purpose::Earn => true,
            Purpose::Redeem | Purpose::Donate { .. } => points_out <= points_in,
            Purpose::Swap => points_out == points_in,
            Purpose::Pledge { points, .. } => points > Points::ZERO,
            Purpose::Vote { .. } => true,
        };
        if fits { Ok(()) } else { Err(Rule::Balance) }
    }

    /// Which inputs (ORDER-16), outputs (ORDER-17), kinds (ORDER-18), store and reference go with the purpose: the
    /// order table, row by row. A Vote spends a ballot of its own campaign (ORDER-23).
    fn check_frame(&self, charter: &Charter) -> Result<(), Rule> {
        let points = |kind: &Kind| matches!(kind, Kind::Points { .. });
        let no_ballot = |kind: &Kind| !matches!(kind, Kind::Ballot { .. });
        let all_in = |allowed: &dyn Fn(&Kind) -> bool| self.inputs.iter().all(|Input { kind, .. }| allowed(kind));
        let all_out =
            |allowed: &dyn Fn(&Kind) -> bool| self.outputs.iter().all(|Output { class, .. }| allowed(&class.kind));
        let (inputs, outputs, kinds) = match self.purpose {
            Purpose::Earn => (self.inputs.is_empty(), !self.outputs.is_empty(), true),
            Purpose::Redeem => (!self.inputs.is_empty(), true, all_in(&no_ballot) && all_out(&points)),
            Purpose::Swap => (!self.inputs.is_empty(), !self.outputs.is_empty(), all_in(&points) && all_out(&points)),
            Purpose::Donate { .. } => (!self.inputs.is_empty(), true, all_in(&points) && all_out(&points)),
            Purpose::Pledge { .. } => (self.inputs.is_empty(), self.outputs.is_empty(), true),
            Purpose::Vote { .. } => (self.inputs.len() == 1, self.outputs.is_empty(), true),
        };
        if !inputs {
            return Err(Rule::Inputs);
        }
        if !outputs {
            return Err(Rule::Outputs);
        }
        if !kinds {
            return Err(Rule::Kind);
        }
        self.check_store_and_reference()?;
        match self.purpose {
            Purpose::Earn => self.check_earn(charter),
            Purpose::Vote { campaign, .. } => match self.inputs.first() {
                Some(Input { kind: Kind::Ballot { campaign: of }, .. }) if *of == campaign => Ok(()),
                _ => Err(Rule::Choice),
            },
            _ => Ok(()),
        }
    }

    /// ORDER-19, ORDER-20, ORDER-21.
    fn check_store_and_reference(&self) -> Result<(), Rule> {
        let concerns_store = matches!(self.purpose, Purpose::Earn | Purpose::Redeem | Purpose::Pledge { .. });
        if concerns_store == (self.store == StoreId::NONE) {
            return Err(Rule::Store);
        }
        if !concerns_store && self.reference != Reference::NONE {
            return Err(Rule::Reference);
        }
        if matches!(self.purpose, Purpose::Pledge { .. }) && self.reference != pledge_reference(self.time) {
            return Err(Rule::PledgeDay);
        }
        Ok(())
    }

    /// ORDER-22.
    fn check_earn(&self, charter: &Charter) -> Result<(), Rule> {
        let mut ballots = self.outputs.iter().filter_map(|output| match output.class.kind {
            Kind::Ballot { campaign } => charter.campaign(campaign),
            _ => None,
        });
        let points = self.points_out().map_err(|_| Rule::Overflow)?;
        if let Some(campaign) = ballots.next()
            && (points < campaign.minimum || ballots.next().is_some())
        {
            return Err(Rule::Ballot);
        }
        Ok(())
    }

    /// What the order names must be in the charter (ORDER-7). Whether it is still open is asked where a clock is at
    /// hand.
    fn check_names(&self, charter: &Charter) -> Result<(), Refusal> {
        if self.store != StoreId::NONE && charter.store(self.store).is_none() {
            return Err(Refusal::CharterBehind);
        }
        match self.purpose {
            Purpose::Donate { association } | Purpose::Pledge { association, .. } => {
                charter.association(association).map(|_| ()).ok_or(Refusal::CharterBehind)
            }
            Purpose::Vote { campaign, choice } => {
                let campaign = charter.campaign(campaign).ok_or(Refusal::CharterBehind)?;
                // Choices are only ever added, so an unknown one may be known after a pull.
                if usize::from(choice) < campaign.choices.len() { Ok(()) } else { Err(Refusal::CharterBehind) }
            }
            Purpose::Earn | Purpose::Redeem | Purpose::Swap => Ok(()),
        }
    }
}

impl SignedOrder {
    /// Checks the rules, then who has to sign (ORDER-24), then decodes every element (ORDER-26). No signature is looked
    /// at.
    pub fn check(self, charter: &Charter) -> Result<CheckedOrder, Refusal> {
        self.order.check_rules(charter)?;
        let by_store = matches!(self.order.purpose, Purpose::Earn | Purpose::Pledge { .. });
        if by_store != matches!(self.authorization, Authorization::Store(_)) {
            return Err(Rule::Authorization.into());
        }
        let (inputs, outputs) = self.order.decode_elements()?;
        Ok(CheckedOrder { digest: self.order.digest(), signed: self, inputs, outputs })
    }
}

/// Who stands behind an order, still to be verified.
#[allow(clippy::large_enum_variant)] // Lives for a line.
pub(crate) enum Authority<'a> {
    /// The keys of its coins.
    Coins(SpendCheck<'a>),
    /// The store that it debits.
    Store(SignatureCheck),
}

impl CheckedOrder {
    /// What [`CheckedOrder::authorize`] checks, to be done with others too; nothing if the charter has no key of the
    /// store.
    pub(crate) fn authority(&self, charter: &Charter) -> Option<Authority<'_>> {
        match &self.signed.authorization {
            Authorization::Spend(_) => self.spend().map(Authority::Coins),
            Authorization::Store(signature) => {
                let key = charter.node_key(self.signed.order.store)?;
                let parts: [&[u8]; 2] = [&self.signed.order.federation.0, &self.digest.0];
                Some(Authority::Store(key.check(labels::STORE_ORDER_SIGNATURE, &parts, signature)))
            }
        }
    }

    /// The spend signature with what it must fit, if the coins' keys are who signs.
    pub(super) fn spend(&self) -> Option<SpendCheck<'_>> {
        match &self.signed.authorization {
            Authorization::Spend(signature) => {
                Some(SpendCheck { purpose: SpendPurpose::Order, keys: &self.inputs, digest: &self.digest.0, signature })
            }
            Authorization::Store(_) => None,
        }
    }

    /// For [`super::presented::authorize_all`] alone, once the signature was verified together with others.
    pub(super) fn into_authorized(self) -> AuthorizedOrder {
        AuthorizedOrder(self)
    }

    /// Checks the spend signature by all coin keys, or the debited store's signature (ORDER-2, ORDER-27).
    pub fn authorize(self, charter: &Charter) -> Result<AuthorizedOrder, Refusal> {
        match self.authority(charter).ok_or(Refusal::CharterBehind)? {
            Authority::Coins(check) => check.verify().map_err(|_| Refusal::BadSignature)?,
            Authority::Store(check) => check.verify().map_err(|_| Refusal::BadSignature)?,
        }
        Ok(AuthorizedOrder(self))
    }

    /// The body.
    pub fn order(&self) -> &Order {
        &self.signed.order
    }

    /// Its identity.
    pub fn digest(&self) -> OrderDigest {
        self.digest
    }

    /// B of every output, decoded.
    pub fn outputs(&self) -> &[Point] {
        &self.outputs
    }
}

impl AuthorizedOrder {
    /// The body.
    pub fn order(&self) -> &Order {
        &self.0.signed.order
    }

    /// The body and who stands behind it.
    pub fn signed(&self) -> &SignedOrder {
        &self.0.signed
    }

    /// Its identity.
    pub fn digest(&self) -> OrderDigest {
        self.0.digest
    }

    /// Whether the keys of its coins signed it, and no store.
    pub(crate) fn is_by_coins(&self) -> bool {
        matches!(self.0.signed.authorization, Authorization::Spend(_))
    }

    pub(super) fn digest_bytes(&self) -> &[u8; 32] {
        &self.0.digest.0
    }

    /// P of every input, decoded.
    pub fn inputs(&self) -> &[Point] {
        &self.0.inputs
    }

    /// B of every output, decoded.
    pub fn outputs(&self) -> &[Point] {
        &self.0.outputs
    }
}

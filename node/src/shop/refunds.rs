//! What became of payments: bought, or owed back by a grant that the coin keys of the payment claim (STORE-25).
//!
//! | key in the table | value |
//! | --- | --- |
//! | `o`, the payment's digest | [`Payment`] |
//! | `c`, a checkout's id | [`Returned`]: what tills gave back of what it was paid |
//! | `g`, the id of a grant that a till gave back | the checkout's id |
//! | `r`, the id of a grant that pays a refund back | the payment's digest |

use ronde_protocol::crypto::Entropy;
use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::crypto::spend::SpendSignature;
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::till::checkout::{Checkout, CheckoutState, Refund};
use ronde_protocol::machine::till::grant::{Grant, GrantError, GrantState, GrantTerms};
use ronde_protocol::machine::till::refund::{DayOfRefunds, Returned};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Bounded, Decode, Encode};
use ronde_protocol::message::ids::{KeysetId, OrderDigest};
use ronde_protocol::message::order::{Order, Outputs, Seconds, SignedOrder};
use ronde_protocol::message::refund::RefundClaim;
use ronde_protocol::message::text::Text;

use super::answers::answer_once;
use super::grants::{add_grant, signed_order, till_reference};
use super::records::{RecordId, index, load, load_id, save, save_id};
use super::restored::may_be_paid_back;
use super::tills::check_not_revoked;
use super::{Answer, MadeGrant, Missing, NewGrant, Once, Shop, ShopError};
use crate::fault;
use crate::store::{Read, StorageError, Table, Transaction};

/// Where it is counted what was signed for refunds today.
const TODAY: &[u8] = b"day";

/// What became of a payment, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
enum Payment {
    /// It paid this checkout.
    Bought(RecordId),
    /// It is owed back.
    Owed {
        /// The checkout that it named.
        checkout: RecordId,
        /// The grant that the points go back by.
        grant: RecordId,
    },
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It bought what it was for.
    Paid,
    /// It is owed back, and nobody has claimed it.
    Owed,
    /// A claim is before the quorum.
    Pending,
    /// It went back.
    Claimed,
    /// It is to be settled by hand.
    Withdrawn,
}

impl Fate {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Owed => "owed",
            Self::Pending => "pending",
            Self::Claimed => "claimed",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn of(state: GrantState) -> Self {
        match state {
            GrantState::Open => Self::Owed,
            GrantState::Pending(_) => Self::Pending,
            GrantState::Claimed(_) => Self::Claimed,
            GrantState::Cancelled | GrantState::Expired => Self::Withdrawn,
        }
    }
}

/// A payment that is owed back, as its till sees it.
#[derive(Clone, Copy, Debug)]
pub struct RefundLine {
    /// The payment.
    pub order: OrderDigest,
    /// What it paid.
    pub points: Points,
    /// The grant, once there is one.
    pub grant: Option<(RecordId, Fate)>,
}

/// What a till gives back of an accepted checkout.
#[derive(Clone, Debug)]
pub struct NewReturn {
    /// Which.
    pub checkout: RecordId,
    /// The till that gives back.
    pub till: Text,
    /// The grant; its terms are points alone.
    pub grant: NewGrant,
}

/// What a claimer of a refund brings.
#[derive(Debug)]
pub struct RefundClaimed {
    /// The payment.
    pub refunded: Order,
    /// By the keys of its inputs.
    pub signature: SpendSignature,
    /// Whose coins.
    pub keyset: KeysetId,
    /// Blinded.
    pub outputs: Outputs,
}

impl Shop {
    /// What became of a payment, and what it paid.
    pub fn payment(&self, digest: &OrderDigest) -> Result<(Fate, Points), ShopError> {
        self.0.readers.with(|read| match payment(read, digest)?.ok_or(Missing::Payment)? {
            Payment::Bought(id) => {
                let checkout: Checkout = load_id(read, Table::Checkout, id, Missing::Checkout)?;
                Ok((Fate::Paid, checkout.paid()))
            }
            Payment::Owed { grant, .. } => {
                let grant: Grant = load_id(read, Table::Grant, grant, Missing::Grant)?;
                Ok((Fate::of(grant.state()), grant.terms().points))
            }
        })
    }

    /// Takes the claim of a refund: writes the Earn order down under its reference, then signs it (STORE-17). Two claims
    /// at once meet in the writer, and the first takes the grant (STORE-19).
    pub async fn claim_refund(&self, claimed: RefundClaimed, key: &SigningKey) -> Result<SignedOrder, ShopError> {
        let (charter, now) = (self.charter(), self.now());
        let RefundClaimed { refunded, signature, keyset, outputs } = claimed;
        let digest = refunded.digest();
        let Some(Payment::Owed { grant: id, .. }) = self.0.readers.with(|read| payment(read, &digest))? else {
            return Err(Missing::Payment.into());
        };
        let federation = *charter.federation();
        let claim = RefundClaim { federation, store: self.store(), order: digest, keyset, outputs };
        // Up to 256 keys: other requests go on meanwhile.
        let verified = tokio::task::spawn_blocking(move || claim.verify(&refunded, &signature));
        let verified = verified.await.map_err(|_| StorageError::Stopped)?.map_err(GrantError::from)?;
        fault::point("shop.before-refund-claim");
        let decided = self.write(move |transaction| {
            let mut grant: Grant = load_id(transaction, Table::Grant, id, Missing::Grant)?;
            let before = grant.clone();
            let written = signed_order(transaction, &grant.reference().0)?;
            let mut paced: DayOfRefunds = load(transaction, Table::Refund, TODAY)?.unwrap_or_default();
            let decided = grant.handle_refund_claim(&verified, written.as_ref(), &mut paced, now, &charter);
            if let Ok(to_sign) = &decided
                && written.is_none()
            {
                save(transaction, Table::SignedReference, &grant.reference().0, to_sign.body())?;
                save(transaction, Table::Refund, TODAY, &paced)?;
            }
            save_id(transaction, Table::Grant, id, &grant)?;
            Ok((decided, before, grant))
        });
        let (decided, before, grant) = decided.await?;
        self.count_grant(Some(&before), &grant);
        let to_sign = decided?;
        fault::point("shop.after-refund-claim");
        Ok(to_sign.sign(key, &Durable::after_commit()))
    }

    /// A till gives back points of an accepted checkout; `render` says the grant, and what can still be given back. The
    /// same request under an idempotency key gets the same answer.
    pub async fn give_back(
        &self,
        new: NewReturn,
        once: Option<Once>,
        render: impl FnOnce(MadeGrant, Points) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        let (store, charter, now) = (self.store(), self.charter(), self.now());
        let id = RecordId::fresh()?;
        let entropy = Entropy::new(crate::entropy::fresh()?);
        fault::point("shop.before-give-back");
        let answer = self.write(move |transaction| {
            let mut new_grant = None;
            let answer = answer_once(transaction, once.as_ref(), now, |transaction| {
                check_not_revoked(transaction, new.till.as_str())?;
                let paid = paid(transaction, new.checkout)?;
                let NewGrant { terms, reference, expires_in, .. } = new.grant;
                let put = (new.checkout, terms.points, paid);
                let made = put_back(transaction, put, (&reference, expires_in), (id, entropy), now)?;
                terms.check(store, now, &charter)?;
                let returned = returned(transaction, new.checkout)?;
                new_grant = Some(made.grant.clone());
                Ok(render(made, Points(paid.0.saturating_sub(returned.points().0))))
            })?;
            Ok((answer, new_grant))
        });
        let (answer, made) = answer.await?;
        made.iter().for_each(|grant| self.count_grant(None, grant));
        fault::point("shop.after-give-back");
        Ok(answer)
    }
}

/// What an accepted checkout was paid.
pub(super) fn paid(read: &dyn Read, checkout: RecordId) -> Result<Points, ShopError> {
    let checkout: Checkout = load_id(read, Table::Checkout, checkout, Missing::Checkout)?;
    let CheckoutState::Accepted(_) = checkout.state() else { return Err(ShopError::NotAccepted) };
    if may_be_paid_back(read, checkout.offer().time)? {
        return Err(ShopError::ReturnsUnknown);
    }
    Ok(checkout.paid())
}

/// Gives back so many points of those that a checkout was paid, as an ordinary grant (STORE-43).
pub(super) fn put_back(
    transaction: &mut dyn Transaction,
    (checkout, points, paid): (RecordId, Points, Points),
    (reference, expires_in): (&str, Seconds),
    (id, entropy): (RecordId, Entropy),
    now: Seconds,
) -> Result<MadeGrant, ShopError> {
    let mut returned = returned(transaction, checkout)?;
    returned.handle_give(points, paid)?;
    let terms = GrantTerms { points, ballot: None, vouchers: Bounded::default() };
    let made = add_grant(transaction, terms, (reference, expires_in), (id, entropy), now)?;
    save(transaction, Table::Refund, &checkout_key(checkout), &returned)?;
    save(transaction, Table::Refund, &grant_key(id), &checkout)?;
    Ok(made)
}

/// What a checkout owes, with how far each refund is.
pub(super) fn lines(read: &dyn Read, checkout: &Checkout) -> Result<Vec<RefundLine>, ShopError> {
    let line = |refund: &Refund| {
        let grant = match payment(read, &refund.digest)? {
            Some(Payment::Owed { grant, .. }) => {
                let record: Grant = load_id(read, Table::Grant, grant, Missing::Grant)?;
                Some((grant, Fate::of(record.state())))
            }
            Some(Payment::Bought(_)) | None => None,
        };
        Ok(RefundLine { order: refund.digest, points: refund.points, grant })
    };
    checkout.refunds().iter().map(line).collect()
}

/// What tills gave back of what a checkout was paid.
pub(super) fn returned(read: &dyn Read, checkout: RecordId) -> Result<Returned, ShopError> {
    Ok(load(read, Table::Refund, &checkout_key(checkout))?.unwrap_or_default())
}

/// A till has withdrawn a grant that nobody had claimed: if it gave a payment back, so much can be given back again.
///
/// Only this lowers what came back. A grant that a restored copy withdrew may have been claimed since the copy was made.
pub(super) fn take_back(transaction: &mut dyn Transaction, id: RecordId, points: Points) -> Result<(), ShopError> {
    let Some(checkout) = given_back_of(transaction, id)? else { return Ok(()) };
    let mut returned = returned(transaction, checkout)?;
    returned.handle_withdrawn(points);
    Ok(save(transaction, Table::Refund, &checkout_key(checkout), &returned)?)
}

/// Notes what became of a certified payment, in the transaction in which its checkout notes it, once (STORE-24): that it
/// bought, or a grant of what it paid (STORE-25, STORE-37), which is handed back. `apart` is a refund that has no place in
/// the checkout's record.
pub(super) fn note(
    transaction: &mut dyn Transaction,
    (id, checkout): (RecordId, &Checkout),
    digest: &OrderDigest,
    apart: Option<Refund>,
    now: Seconds,
) -> Result<Option<Grant>, ShopError> {
    if payment(transaction, digest)?.is_some() {
        return Ok(None);
    }
    let kept = checkout.refunds().iter().find(|refund| refund.digest == *digest).copied();
    let (noted, made) = match apart.or(kept) {
        Some(refund) => {
            let (grant, made) = owe(transaction, checkout, &refund, now)?;
            (Payment::Owed { checkout: id, grant }, Some(made))
        }
        None if checkout.state() == CheckoutState::Accepted(*digest) => (Payment::Bought(id), None),
        None => return Ok(None),
    };
    save(transaction, Table::Refund, &payment_key(digest), &noted)?;
    Ok(made)
}

/// Makes the grant of a refund; withdrawn at once if one may have been made, and claimed, since a copy was taken that was
/// put back (STORE-42).
fn owe(
    transaction: &mut dyn Transaction,
    checkout: &Checkout,
    refund: &Refund,
    now: Seconds,
) -> Result<(RecordId, Grant), ShopError> {
    let id = RecordId::fresh()?;
    let entropy = Entropy::new(crate::entropy::fresh()?);
    let mut grant = Grant::owed(refund.points, till_reference(id, &refund.digest.to_string()), now, entropy);
    if may_be_paid_back(transaction, checkout.offer().time)? {
        grant.handle_cancel(now)?;
        tracing::error!(
            order = %refund.digest, points = %refund.points,
            "a payment is owed back that may have gone back before the copy was put back on which this node runs: \
             settle it by hand"
        );
    }
    save_id(transaction, Table::Grant, id, &grant)?;
    index(transaction, Table::Grant, &grant.reference(), id)?;
    save(transaction, Table::Refund, &refund_grant_key(id), &refund.digest)?;
    Ok((id, grant))
}

/// The payment that a grant pays back, if it is the grant of a refund.
pub(super) fn paid_back_by(read: &dyn Read, grant: RecordId) -> Result<Option<OrderDigest>, ShopError> {
    load(read, Table::Refund, &refund_grant_key(grant))
}

/// The checkout whose payment a grant gives back, if a till made it so.
pub(super) fn given_back_of(read: &dyn Read, grant: RecordId) -> Result<Option<RecordId>, ShopError> {
    load(read, Table::Refund, &grant_key(grant))
}

fn payment(read: &dyn Read, digest: &OrderDigest) -> Result<Option<Payment>, ShopError> {
    load(read, Table::Refund, &payment_key(digest))
}

fn payment_key(digest: &OrderDigest) -> Vec<u8> {
    [b"o".as_slice(), &digest.0].concat()
}

fn checkout_key(id: RecordId) -> Vec<u8> {
    [b"c".as_slice(), &id.bytes()].concat()
}

fn refund_grant_key(id: RecordId) -> Vec<u8> {
    [b"r".as_slice(), &id.bytes()].concat()
}

fn grant_key(id: RecordId) -> Vec<u8> {
    [b"g".as_slice(), &id.bytes()].concat()
}

//! Goods that come back: points that were paid go back, and what the goods earned is taken out of what goes back
//! (chapter 33 of the specification).
//!
//! | key in the table of details | value |
//! | --- | --- |
//! | `q`, a grant's id | [`Quote`]: what was promised for its basket |
//! | `s`, a sale's id | [`Kept`]: the sale, once something came back of it |
//! | `x`, the id of a grant or checkout | the id of its sale |
//! | `b`, a sale's id, the hash of a reference | nothing: a return was made under it |

mod made;

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::till::basket::BasketState;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::checkout::Checkout;
use ronde_protocol::machine::till::grant::{Grant, GrantState, GrantTerms};
use ronde_protocol::machine::till::quote::Quote;
use ronde_protocol::machine::till::sale::{Claimed, Return, Sale, SaleError, Settled};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::ids::{OfferId, StoreId};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::answers::answer_once;
use super::caps::worth as worth_of;
use super::details::{self, Of, Share};
use super::grants::till_reference;
use super::records::{RecordId, load, load_id, save};
use super::restored::may_be_paid_back;
use super::tills::check_not_revoked;
use super::{Answer, MadeGrant, Missing, Once, Shop, ShopError, baskets, refunds, totals};
use made::{in_share, points_back, replace, unshare, withdraw};

use crate::earning::in_parts;
use crate::fault;
use crate::store::{Read, Table, Transaction};

/// What a till takes back.
#[derive(Clone, Debug)]
pub struct GoodsBack {
    /// What the sale earned.
    pub grant: Option<RecordId>,
    /// What was paid of it with points.
    pub checkout: Option<RecordId>,
    /// What the goods cost; as much as earned points, if the till does not say.
    pub total: Option<Cents>,
    /// Of that, what earned points.
    pub eligible: Cents,
    /// What the whole sale came to.
    pub sold: Option<Cents>,
    /// The till.
    pub till: Text,
    /// What the till calls the return; kept as a hash.
    pub reference: String,
    /// How long what it makes can be claimed, in seconds.
    pub expires_in: Seconds,
}

/// What becomes of it.
#[derive(Debug)]
pub struct TakenBack {
    /// By the law of sales.
    pub answer: Return,
    /// What the till does.
    pub settled: Settled,
    /// The points that go back.
    pub back: Option<MadeGrant>,
    /// The grant that was withdrawn, because nobody had claimed it.
    pub withdrawn: Option<RecordId>,
    /// The one in its place.
    pub instead: Option<MadeGrant>,
    /// What has not come back: cents, and of these, those that earned points.
    pub left: (Cents, Cents),
}

/// Why goods are not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReturnError {
    /// No sum of money is known of it.
    #[error("these points were not reckoned of a basket here: reckon what is held back as you reckoned them")]
    NoBasket,
    /// Goods come back of what was bought.
    #[error("the basket is not complete: cancel it, or complete it first")]
    NotComplete,
    /// A checkout does not know it.
    #[error("say what the whole sale came to, points and money together: a checkout does not know it")]
    NotSold,
    /// Another than before.
    #[error("goods of this sale came back before, and then it came to {sold} cents", sold = .0.0)]
    OtherSold(Cents),
    /// Named with another before, or alone.
    #[error("goods of this sale came back before, with another grant or checkout, or without one")]
    OtherSale,
    /// A return was made under this reference.
    #[error("goods of this sale came back under this reference already: each return has one of its own")]
    Again,
    /// Not the sums of a sale.
    #[error(transparent)]
    Sold(SaleError),
    /// Not the sums of a return.
    #[error(transparent)]
    Back(SaleError),
}

/// A sale of which something came back.
#[derive(Clone, Debug, Encode, Decode)]
struct Sold {
    sale: Sale,
    /// The grant that stands for what it earned.
    grant: Option<RecordId>,
    checkout: Option<RecordId>,
    /// What is left of its share for an association.
    share: Option<Share>,
}

#[derive(Encode, Decode)]
enum Kept {
    V1(Sold),
}

/// What a return is made with.
struct Circumstances<'a> {
    store: StoreId,
    charter: &'a Charter,
    now: Seconds,
    till: &'a Text,
    /// Of the grants that it makes.
    reference: &'a str,
    expires_in: Seconds,
}

/// Names and randomness for the two grants that a return can make.
type Fresh = [(RecordId, Entropy); 2];

fn key(first: u8, id: RecordId) -> Vec<u8> {
    [[first].as_slice(), &id.bytes()].concat()
}

/// Keeps what was promised for a grant's basket, in the transaction that makes the grant.
pub(super) fn promise(transaction: &mut dyn Transaction, id: RecordId, quote: &Quote) -> Result<(), ShopError> {
    Ok(save(transaction, Table::Detail, &key(b'q', id), quote)?)
}

/// The grant that stands for what a grant's sale earned, once goods of it came back.
pub(super) fn stands_for(read: &dyn Read, grant: RecordId) -> Result<Option<RecordId>, ShopError> {
    let Some(sale) = load::<RecordId>(read, Table::Detail, &key(b'x', grant))? else { return Ok(None) };
    let kept = load::<Kept>(read, Table::Detail, &key(b's', sale))?;
    Ok(kept.and_then(|Kept::V1(sold)| sold.grant))
}

impl Shop {
    /// A till takes goods back; `render` says what it does about them. The same request under an idempotency key, or under
    /// the key of its reference, gets the same answer.
    pub async fn take_goods_back(
        &self,
        new: GoodsBack,
        (once, by_reference): (Option<Once>, Once),
        render: impl FnOnce(TakenBack) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        let (store, charter, now) = (self.store(), self.charter(), self.now());
        let fresh = || Ok::<_, ShopError>((RecordId::fresh()?, Entropy::new(crate::entropy::fresh()?)));
        let fresh = [fresh()?, fresh()?];
        fault::point("shop.before-return");
        let answer = self.write(move |transaction| {
            let mut changed = Vec::new();
            let work = |transaction: &mut dyn Transaction| {
                check_not_revoked(transaction, new.till.as_str())?;
                let (id, mut sold) = find_sold(transaction, &new, &charter)?;
                note_reference(transaction, id, &new.reference)?;
                let (till, reference, expires_in) = (&new.till, new.reference.as_str(), new.expires_in);
                let with = Circumstances { store, charter: &charter, now, till, reference, expires_in };
                let sums = (new.total.unwrap_or(new.eligible), new.eligible);
                let taken = take_back(transaction, &mut sold, sums, fresh, &with, &mut changed)?;
                keep(transaction, id, &new, sold)?;
                Ok(render(taken))
            };
            let answer = answer_once(transaction, once.as_ref(), now, |transaction| {
                answer_once(transaction, Some(&by_reference), now, work)
            })?;
            Ok((answer, changed))
        });
        let (answer, changed) = answer.await?;
        changed.iter().for_each(|(before, after)| self.count_grant(before.as_ref(), after));
        fault::point("shop.after-return");
        Ok(answer)
    }
}

/// A return under a reference is made once (RETURN-2).
fn note_reference(transaction: &mut dyn Transaction, sale: RecordId, reference: &str) -> Result<(), ShopError> {
    let key = [key(b'b', sale), till_reference(sale, reference).to_vec()].concat();
    if transaction.get(Table::Detail, &key)?.is_some() {
        return Err(ReturnError::Again.into());
    }
    Ok(transaction.put(Table::Detail, &key, &[])?)
}

/// Keeps the sale, to be found by what the till named and by the grant that stands for it now.
fn keep(transaction: &mut dyn Transaction, id: RecordId, new: &GoodsBack, sold: Sold) -> Result<(), ShopError> {
    for part in [new.grant, new.checkout, sold.grant].into_iter().flatten() {
        save(transaction, Table::Detail, &key(b'x', part), &id)?;
    }
    Ok(save(transaction, Table::Detail, &key(b's', id), &Kept::V1(sold))?)
}

/// The sale that is meant, under its id: as it was left by the last return, or as it was made.
fn find_sold(read: &dyn Read, new: &GoodsBack, charter: &Charter) -> Result<(RecordId, Sold), ShopError> {
    let named: Vec<RecordId> = [new.grant, new.checkout].into_iter().flatten().collect();
    let known = named.iter().map(|part| load::<RecordId>(read, Table::Detail, &key(b'x', *part)));
    let known = known.collect::<Result<Vec<_>, _>>()?;
    let id = match known.as_slice() {
        [Some(id)] => *id,
        [Some(one), Some(other)] if one == other => *one,
        [None] | [None, None] => {
            let id = named.first().copied().ok_or(Missing::Grant)?;
            return Ok((id, make_sold(read, new, charter)?));
        }
        // RETURN-1.
        _ => return Err(ReturnError::OtherSale.into()),
    };
    let kept = load::<Kept>(read, Table::Detail, &key(b's', id))?;
    let Kept::V1(sold) = kept.ok_or(ShopError::Damaged(Table::Detail))?;
    // RETURN-6: more may have come back of it since the copy was made than the copy knows.
    if may_be_paid_back(read, made_at(read, id)?)? {
        return Err(ShopError::ReturnsUnknown);
    }
    match new.sold.filter(|total| *total != sold.sale.total()) {
        Some(_) => Err(ReturnError::OtherSold(sold.sale.total()).into()),
        None => Ok((id, sold)),
    }
}

/// When a sale was made that is known by this id: of its basket, grant or checkout.
fn made_at(read: &dyn Read, id: RecordId) -> Result<Seconds, ShopError> {
    if let Some(record) = baskets::find(read, id)? {
        return Ok(record.time);
    }
    match load_id::<Grant>(read, Table::Grant, id, Missing::Grant) {
        Ok(grant) => Ok(grant.time()),
        Err(ShopError::Missing(_)) => {
            let checkout: Checkout = load_id(read, Table::Checkout, id, Missing::Checkout)?;
            Ok(checkout.offer().time)
        }
        Err(error) => Err(error),
    }
}

/// The sale of a basket, of which nothing came back yet. Its id is that of its checkout and of its grant as well.
fn sold_by_basket(read: &dyn Read, id: RecordId, new: &GoodsBack) -> Result<Option<Sold>, ShopError> {
    let Some(record) = baskets::find(read, id)? else { return Ok(None) };
    let is_complete = record.basket.state() == BasketState::Complete;
    let sale = record.basket.sale().filter(|_| is_complete).ok_or(ReturnError::NotComplete)?.clone();
    // RETURN-6.
    if may_be_paid_back(read, record.time)? {
        return Err(ShopError::ReturnsUnknown);
    }
    if new.sold.is_some_and(|total| total != sale.total()) {
        return Err(ReturnError::OtherSold(sale.total()).into());
    }
    let detail = record.grant.map_or(Ok(None), |grant| details::find(read, Of::Grant(grant)))?;
    let checkout = record.has_offer().then_some(id).filter(|_| sale.paid() > Points::ZERO);
    Ok(Some(Sold { sale, grant: record.grant, checkout, share: detail.and_then(|detail| detail.share) }))
}

/// The sale of a basket, of a grant, of a checkout, or of these two, of which nothing came back yet.
fn make_sold(read: &dyn Read, new: &GoodsBack, charter: &Charter) -> Result<Sold, ShopError> {
    for part in [new.grant, new.checkout].into_iter().flatten() {
        if let Some(sold) = sold_by_basket(read, part, new)? {
            let is_other = |named: Option<RecordId>| named.is_some_and(|named| named != part);
            if is_other(new.grant) || is_other(new.checkout) {
                return Err(ReturnError::OtherSale.into());
            }
            return Ok(sold);
        }
    }
    let value = charter.body().point_value;
    let paid = new.checkout.map_or(Ok(Points::ZERO), |checkout| refunds::paid(read, checkout))?;
    let (mut earned, mut share) = (Cents::ZERO, None);
    let mut quote = in_parts(0, &GrantTerms::default(), charter);
    if let Some(id) = new.grant {
        let grant: Grant = load_id(read, Table::Grant, id, Missing::Grant)?;
        let detail = details::find(read, Of::Grant(id))?;
        let cents = detail.as_ref().and_then(|detail| detail.eligible_cents).ok_or(ReturnError::NoBasket)?;
        // RETURN-6; of a checkout, where it is asked what it was paid.
        if may_be_paid_back(read, grant.time())? {
            return Err(ShopError::ReturnsUnknown);
        }
        let promised = load(read, Table::Detail, &key(b'q', id))?;
        quote = promised.unwrap_or_else(|| in_parts(cents, grant.terms(), charter));
        (earned, share) = (Cents(cents), detail.and_then(|detail| detail.share));
    }
    let sold = match new.checkout {
        Some(_) => new.sold.ok_or(ReturnError::NotSold)?,
        None => new.sold.unwrap_or(earned),
    };
    // The till took off what was paid with points before it asked for the grant; a sale does so by itself.
    let eligible = match new.grant {
        Some(_) => Cents(earned.0.saturating_add(Cents::at_least(paid, value).0)),
        None => Cents::ZERO,
    };
    let sale = Sale::new((sold, eligible), quote, value, paid).map_err(ReturnError::Sold)?;
    Ok(Sold { sale, grant: new.grant, checkout: new.checkout, share })
}

/// Takes goods of a sale back: decides, makes and withdraws grants, counts; all in this transaction (RETURN-5).
fn take_back(
    transaction: &mut dyn Transaction,
    sold: &mut Sold,
    sums: (Cents, Cents),
    fresh: Fresh,
    with: &Circumstances<'_>,
    changed: &mut Vec<(Option<Grant>, Grant)>,
) -> Result<TakenBack, ShopError> {
    let [for_back, for_instead] = fresh;
    let earned = sold.grant.map(|id| grant_now(transaction, id, with.now)).transpose()?;
    let claimed = match earned.as_ref().map(Grant::state) {
        None | Some(GrantState::Pending(_) | GrantState::Claimed(_)) => Claimed::Yes,
        Some(GrantState::Open | GrantState::Cancelled | GrantState::Expired) => Claimed::No,
    };
    let before = sold.sale.earning();
    let worth = |offer: OfferId| with.charter.offer(offer).map_or(Points::ZERO, |known| known.value);
    let answer = sold.sale.handle_return(sums, claimed, worth).map_err(ReturnError::Back)?;
    let share_before = sold.share;
    sold.share = sold.share.map(|share| in_share(share, sold.sale.earning(), before));

    let (settled, back) = points_back(transaction, sold, &answer, for_back, with)?;
    changed.extend(back.as_ref().map(|made| (None, made.grant.clone())));
    let (mut withdrawn, mut instead) = (None, None);
    match (sold.grant.zip(earned), &answer.instead) {
        // What gathered of it went when its till withdrew it.
        (Some((_, grant)), _) if grant.state() == GrantState::Cancelled => {}
        (Some((_, grant)), Some(terms)) if grant.state() == GrantState::Open && grant.terms() == terms => {
            sold.share = share_before;
        }
        (Some((id, grant)), Some(terms)) if grant.state() == GrantState::Open => {
            let before = worth_of(grant.terms(), with.charter);
            changed.push(withdraw(transaction, id, grant, with.now)?);
            withdrawn = Some(id);
            instead = replace(transaction, sold, (terms.clone(), before), for_instead, with)?;
            changed.extend(instead.as_ref().map(|made| (None, made.grant.clone())));
        }
        _ => unshare(transaction, share_before, sold.share)?,
    }
    totals::count(transaction, Some(with.till.as_str()), with.now, |totals| {
        totals.returns = totals.returns.saturating_add(1);
        totals.cents_back = totals.cents_back.saturating_add(sums.0.0);
        totals.points_back = totals.points_back.saturating_add(settled.points.0);
        totals.cents_held = totals.cents_held.saturating_add(answer.deduct.0);
    })?;
    Ok(TakenBack { answer, settled, back, withdrawn, instead, left: sold.sale.left() })
}

/// A grant, with its time over if it is.
fn grant_now(read: &dyn Read, id: RecordId, now: Seconds) -> Result<Grant, ShopError> {
    let mut grant: Grant = load_id(read, Table::Grant, id, Missing::Grant)?;
    grant.handle_time(now);
    Ok(grant)
}

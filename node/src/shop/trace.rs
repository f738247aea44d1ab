//! What stands behind the eight characters that a customer reads out: the grants and checkouts whose ids begin so. A code
//! finds, and opens nothing (TILL-19).

use ronde_protocol::machine::till::code::OrderCode;
use ronde_protocol::machine::till::grant::Grant;
use ronde_protocol::message::ids::{KeysetId, OrderDigest};

use super::details::{self, Detail, Of};
use super::grants::signed_order;
use super::records::{id_of, id_of_bytes, ids_of_code, load_id};
use super::{BasketView, CheckoutView, Missing, RecordId, Shop, ShopError, goodwill, refunds, returns};
use crate::store::{Read, Table};

/// Records that are shown of one code. Two of a million records share one with a chance of one in two.
const MOST: usize = 8;

/// Something behind a code.
#[derive(Debug)]
pub enum Traced {
    /// A grant, and what it was made for.
    Grant(RecordId, Box<Grant>, Option<Detail>),
    /// A checkout, and what it was opened for.
    Checkout(Box<CheckoutView>, Option<Detail>),
}

impl Traced {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> RecordId {
        match self {
            Self::Grant(id, ..) => *id,
            Self::Checkout(view, _) => view.id,
        }
    }
}

/// What a grant has to do with other records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantLinks {
    /// It gives back points that were paid for this checkout.
    pub of_checkout: Option<RecordId>,
    /// It pays this payment back, which bought nothing.
    pub pays_back: Option<OrderDigest>,
    /// Goods of its sale came back since, and this grant stands for what is left of it, if another does.
    pub instead: Option<RecordId>,
    /// It makes something good.
    pub goodwill: bool,
}

/// Ids that begin so.
fn ids(read: &dyn Read, table: Table, code: OrderCode) -> Result<Vec<RecordId>, ShopError> {
    let (from, to) = ids_of_code(code);
    let found = read.scan(table, &from, Some(&to), MOST)?;
    Ok(found.iter().filter_map(|(key, _)| id_of(key)).collect())
}

impl Shop {
    /// The baskets behind a code, each as it is now. Its payment and its grant have the same code ([`Shop::trace`]).
    pub async fn baskets_of_code(&self, code: OrderCode) -> Result<Vec<BasketView>, ShopError> {
        let mut found = Vec::new();
        // Their keys are nothing but their ids.
        let (from, to) = (code.bytes().to_vec(), [code.bytes().as_slice(), &[0xff; 12]].concat());
        let keys = self.0.readers.with(|read| read.scan(Table::Basket, &from, Some(&to), MOST))?;
        for id in keys.iter().filter_map(|(key, _)| id_of_bytes(key)) {
            found.push(self.basket(id).await?);
        }
        Ok(found)
    }

    /// What stands behind a code, each as it is now.
    pub async fn trace(&self, code: OrderCode) -> Result<Vec<Traced>, ShopError> {
        let (grants, checkouts) = self.0.readers.with(|read| -> Result<_, ShopError> {
            Ok((ids(read, Table::Grant, code)?, ids(read, Table::Checkout, code)?))
        })?;
        let mut found = Vec::new();
        for id in grants {
            found.push(Traced::Grant(id, Box::new(self.grant(id).await?), self.grant_detail(id)?));
        }
        for id in checkouts {
            let detail = self.0.readers.with(|read| details::find(read, Of::Checkout(id)))?;
            found.push(Traced::Checkout(Box::new(self.checkout(id).await?), detail));
        }
        Ok(found)
    }

    /// In which keyset a grant was claimed.
    pub fn claimed_in(&self, id: RecordId) -> Result<Option<KeysetId>, ShopError> {
        self.0.readers.with(|read| {
            let grant: Grant = load_id(read, Table::Grant, id, Missing::Grant)?;
            Ok(signed_order(read, &grant.reference().0)?.map(|order| order.keyset))
        })
    }

    /// What a grant has to do with other records.
    pub fn grant_links(&self, id: RecordId) -> Result<GrantLinks, ShopError> {
        self.0.readers.with(|read| {
            Ok(GrantLinks {
                of_checkout: refunds::given_back_of(read, id)?,
                pays_back: refunds::paid_back_by(read, id)?,
                goodwill: goodwill::is_goodwill(read, id)?,
                instead: returns::stands_for(read, id)?.filter(|now| *now != id),
            })
        })
    }
}

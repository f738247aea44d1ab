//! The books as they are shown.

pub use ronde_protocol::machine::books::Account;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{AssociationId, KeysetId, StoreId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::forms;

/// Whose position a line is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", as = Account)]
#[allow(dead_code, reason = "the schema of a type of the protocol, which knows no schemas")]
enum AccountName {
    /// A store's.
    #[schema(value_type = forms::Number)]
    Store(StoreId),
    /// An association's.
    #[schema(value_type = forms::Number)]
    Association(AssociationId),
    /// The float: points in customers' wallets.
    Pool,
}

/// One line of the books.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct AccountLine {
    /// Whose.
    #[schema(value_type = AccountName)]
    pub account: Account,
    /// Points that it issued.
    #[schema(value_type = forms::Points)]
    pub issued: Points,
    /// Points that it took, vouchers apart.
    #[schema(value_type = forms::Points)]
    pub redeemed: Points,
    /// Points that it was given, by customers and by shops.
    #[schema(value_type = forms::Points)]
    pub donated: Points,
    /// Points that it pledged.
    #[schema(value_type = forms::Points)]
    pub pledged: Points,
    /// Worth of the vouchers that it took.
    #[schema(value_type = forms::Points)]
    pub vouchers_honoured: Points,
    /// Worth of the vouchers that it pays for.
    #[schema(value_type = forms::Points)]
    pub vouchers_funded: Points,
    /// What it is owed (above zero) or owes, in points. All positions of a keyset sum to zero.
    #[schema(value_type = forms::Position)]
    pub position: i64,
}

/// The books of one keyset.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeysetBooks {
    /// Which.
    #[schema(value_type = forms::Number)]
    pub keyset: KeysetId,
    /// One line per account.
    pub accounts: Vec<AccountLine>,
}

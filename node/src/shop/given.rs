//! How many ballots of each campaign and vouchers of each offer this store has granted. The charter caps them for each
//! store, and a witness refuses a claim with one too many as a whole, points and all: so the store counts them as it
//! grants them, and its rules stop in time (EARN-6).

use ronde_protocol::machine::till::grant::GrantTerms;
use ronde_protocol::message::ids::{CampaignId, OfferId};

use super::records::{load, save};
use super::{Shop, ShopError};
use crate::earning::{Earn, Given};
use crate::store::{Read, Table, Transaction};

fn ballots(campaign: CampaignId) -> Vec<u8> {
    [b"b".as_slice(), &campaign.0.to_be_bytes()].concat()
}

fn vouchers(offer: OfferId) -> Vec<u8> {
    [b"v".as_slice(), &offer.0.to_be_bytes()].concat()
}

fn counted(read: &dyn Read, key: &[u8]) -> Result<u64, ShopError> {
    Ok(load(read, Table::Hourly, key)?.unwrap_or(0))
}

/// How many ballots of a campaign were granted.
pub(super) fn of_campaign(read: &dyn Read, campaign: CampaignId) -> Result<u64, ShopError> {
    counted(read, &ballots(campaign))
}

/// How many vouchers of an offer were granted.
pub(super) fn of_offer(read: &dyn Read, offer: OfferId) -> Result<u64, ShopError> {
    counted(read, &vouchers(offer))
}

/// What was granted of all that the rules speak of.
pub(super) fn of(read: &dyn Read, earn: &Earn) -> Result<Given, ShopError> {
    let mut given = Given::default();
    if let Some(ballot) = earn.ballot {
        given.ballots.insert(ballot.is, counted(read, &ballots(ballot.is))?);
    }
    for voucher in &earn.vouchers {
        given.vouchers.insert(voucher.offer, counted(read, &vouchers(voucher.offer))?);
    }
    Ok(given)
}

fn change(transaction: &mut dyn Transaction, terms: &GrantTerms, to: fn(u64, u64) -> u64) -> Result<(), ShopError> {
    let ballot = terms.ballot.map(|campaign| (ballots(campaign), 1));
    let each = terms.vouchers.iter().map(|voucher| (vouchers(voucher.offer), u64::from(voucher.count)));
    for (key, count) in ballot.into_iter().chain(each) {
        let so_far = counted(transaction, &key)?;
        save(transaction, Table::Hourly, &key, &to(so_far, count))?;
    }
    Ok(())
}

/// A grant of these terms was made.
pub(super) fn add(transaction: &mut dyn Transaction, terms: &GrantTerms) -> Result<(), ShopError> {
    change(transaction, terms, u64::saturating_add)
}

/// A grant of these terms was withdrawn before anybody had claimed it.
pub(super) fn take_back(transaction: &mut dyn Transaction, terms: &GrantTerms) -> Result<(), ShopError> {
    change(transaction, terms, u64::saturating_sub)
}

impl Shop {
    /// How many ballots and vouchers were granted of those that the rules speak of.
    pub fn given(&self, earn: &Earn) -> Result<Given, ShopError> {
        self.0.readers.with(|read| of(read, earn))
    }
}

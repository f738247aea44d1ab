//! The association of the month, and what customers vote for.

use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::order::Seconds;

use super::figures::pledged;
use super::span::zone;
use crate::earning::{Moment, Period};
use crate::http::Problem;
use crate::pages::Pages;
use crate::pages::federation::{Campaign, Gift, votes_and_gifts};
use crate::pages::say::Say;

/// What goes to others than customers.
pub(super) struct Given {
    /// The association that this shop's baskets give to now.
    pub(super) name: Option<String>,
    /// It takes no more gifts.
    pub(super) closed: bool,
    /// Points that this shop pledged this month.
    pub(super) pledged: String,
    /// What has gathered and is not pledged yet.
    pub(super) gathered: String,
    /// Points that it was given by customers of all shops, and pledged by all; nothing if this node keeps no books.
    pub(super) gift: Option<Gift>,
    /// Votes that are open.
    pub(super) campaigns: Vec<Campaign>,
}

pub(super) async fn given(pages: &Pages, say: &Say, charter: &Charter, now: Seconds) -> Result<Given, Problem> {
    let shop = pages.site.shop();
    let rules = shop.rules();
    let zone = zone(&rules);
    let today = Moment::new(now, &zone).date;
    let id = rules.pledge.as_ref().map(|pledge| pledge.association_on(today));
    let association = id.and_then(|id| charter.association(id));
    let month = shop.totals(None, &Period::Month.around(now, &zone))?;
    let gathered = shop.gathered()?.iter().fold(0_u64, |sum, (_, thousandths)| sum.saturating_add(*thousandths));
    let (campaigns, gifts) = votes_and_gifts(pages, say, charter, now).await?;
    let position = charter.body().associations.iter().position(|known| Some(known.id) == id);
    let is_open = charter.body().campaigns.iter().map(|campaign| now < campaign.end);
    let open = campaigns.into_iter().zip(is_open).filter_map(|(campaign, is_open)| is_open.then_some(campaign));
    Ok(Given {
        name: id.map(|id| match association {
            Some(known) => known.name.to_string(),
            None => say.of("association-number", "id", id),
        }),
        closed: association.is_some_and(|known| known.closed),
        pledged: say.number(pledged(&month)),
        gathered: say.euros(gathered / 1000),
        gift: position.and_then(|at| gifts.into_iter().nth(at)),
        campaigns: open.collect(),
    })
}

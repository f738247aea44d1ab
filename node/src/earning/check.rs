//! Rules beside the charter: what can't come to pass as it is written.

use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{AssociationId, CampaignId, StoreId};
use ronde_protocol::message::order::Seconds;

use super::{Earn, Pledge, Rules, Voucher};
use crate::date::Day;

/// A rule that does not do what it says, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Where it stands in the configuration.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// Everything in the rules that the charter does not let happen (EARN-13).
#[must_use]
pub fn concerns(rules: &Rules, charter: &Charter, store: StoreId, now: Seconds) -> Vec<Concern> {
    let mut found = Vec::new();
    if let Some(earn) = &rules.earn {
        if let Some(ballot) = earn.ballot {
            found.extend(ballot_concern(earn, ballot.is, ballot.line, charter, now));
        }
        found.extend(earn.vouchers.iter().filter_map(|voucher| voucher_concern(voucher, charter, store)));
        found.extend(most_concern(earn, charter, store));
    }
    if let Some(pledge) = &rules.pledge {
        found.extend(pledge_concerns(pledge, charter));
    }
    found
}

fn ballot_concern(earn: &Earn, id: CampaignId, line: usize, charter: &Charter, now: Seconds) -> Option<Concern> {
    let remove = "remove `ballot`, or write the number of a campaign that runs (`ronde charter show` lists them)";
    let Some(campaign) = charter.campaign(id) else {
        let what = format!("the charter has no campaign {id}: no basket gets a ballot");
        return Some(Concern { line, what, fix: remove.to_owned() });
    };
    if now >= campaign.end {
        let what = format!(
            "campaign {id} \"{}\" was over on {}: no basket gets a ballot",
            campaign.name,
            Day::of(campaign.end)
        );
        return Some(Concern { line, what, fix: remove.to_owned() });
    }
    let most = earn.max_points.filter(|most| most.is < campaign.minimum)?;
    Some(Concern {
        line,
        what: format!(
            "campaign {id} \"{}\" asks for {} points, and no basket earns more than {}: no basket gets a ballot",
            campaign.name, campaign.minimum, most.is
        ),
        fix: format!("write `max_points = {}` or more, or remove `ballot`", campaign.minimum),
    })
}

fn voucher_concern(voucher: &Voucher, charter: &Charter, store: StoreId) -> Option<Concern> {
    let (line, id) = (voucher.line, voucher.offer);
    let of = format!("the voucher \"{}\" never comes:", voucher.name);
    let remove = format!("remove the voucher \"{}\" or name another offer", voucher.name);
    let Some(offer) = charter.offer(id) else {
        let what = format!("{of} the charter has no offer {id}");
        return Some(Concern { line, what, fix: format!("{remove}: `ronde charter show` lists them") });
    };
    if offer.closed {
        let what = format!("{of} offer {id} \"{}\" is closed", offer.name);
        return Some(Concern { line, what, fix: remove });
    }
    (!offer.issuers.contains(&store)).then(|| Concern {
        line,
        what: format!("{of} store {store} may not issue offer {id} \"{}\"", offer.name),
        fix: format!("{remove}, or ask the stewards for a charter that lists this store among its issuers"),
    })
}

fn most_concern(earn: &Earn, charter: &Charter, store: StoreId) -> Option<Concern> {
    let limit = charter.store(store)?.daily_limit;
    let most = earn.max_points.filter(|most| most.is > limit)?;
    Some(Concern {
        line: most.line,
        what: format!(
            "a basket may earn {} points, but the charter lets this store issue {limit} in a day: such a basket is \
             refused",
            most.is
        ),
        fix: format!("write `max_points = {limit}` or less, or ask the stewards for a higher daily limit"),
    })
}

fn pledge_concerns(pledge: &Pledge, charter: &Charter) -> Vec<Concern> {
    let named = [(pledge.association.is, pledge.association.line)].into_iter();
    let named = named.chain(pledge.months.iter().map(|month| (month.association, month.line)));
    named.filter_map(|(id, line)| association_concern(id, line, charter)).collect()
}

fn association_concern(id: AssociationId, line: usize, charter: &Charter) -> Option<Concern> {
    let why = match charter.association(id) {
        None => format!("the charter has no association {id}"),
        Some(known) if known.closed => format!("association {id} \"{}\" takes no more gifts", known.name),
        Some(_) => return None,
    };
    Some(Concern {
        line,
        what: format!("{why}: what gathers for it is not pledged to it"),
        fix: "name an association that takes gifts (`ronde charter show` lists them)".to_owned(),
    })
}

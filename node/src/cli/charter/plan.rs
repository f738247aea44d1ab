//! The plan: what people write, from which versions of the charter are made.

use std::path::Path;

use ronde_protocol::crypto::VerifyingKeyBytes;
use ronde_protocol::message::charter::{Genesis, Stewards};
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::text::Text;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::hex_bytes::{HexBytes, show_key};
use crate::cli::{Blame, Failure};
use crate::date::Day;

/// A whole plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    genesis: GenesisPlan,
    /// Who signs from now on, if others than in the version before.
    pub stewards: Option<StewardsPlan>,
    /// When Earn and Pledge stop.
    pub expires: PlanDate,
    /// Points per store and UTC day, for stores without a limit of their own.
    pub daily_limit: u64,
    /// The association that unspent points go to; without one, back to the stores.
    pub unspent_to: Option<u32>,
    /// What a point is worth between stores.
    pub point_value: ValuePlan,
    #[serde(default, rename = "store")]
    pub stores: Vec<StorePlan>,
    #[serde(default, rename = "keyset")]
    pub keysets: Vec<KeysetPlan>,
    #[serde(default, rename = "association")]
    pub associations: Vec<AssociationPlan>,
    #[serde(default, rename = "campaign")]
    pub campaigns: Vec<CampaignPlan>,
    #[serde(default, rename = "offer")]
    pub offers: Vec<OfferPlan>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GenesisPlan {
    name: Text,
    stewards: Vec<HexBytes<32>>,
    threshold: u8,
    salt: HexBytes<32>,
}

/// A new set of stewards.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StewardsPlan {
    keys: Vec<HexBytes<32>>,
    threshold: u8,
}

/// So many cents for so many points.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValuePlan {
    pub cents: u64,
    pub points: u64,
}

/// What is special about a store; the rest is on its card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorePlan {
    pub id: u32,
    pub daily_limit: u64,
}

/// A keyset; its committee is made of the cards that carry keys for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysetPlan {
    pub id: u32,
    /// f; without it, as many as the committee can bear.
    pub faults: Option<u8>,
    pub denominations: Vec<u64>,
    pub issue_until: PlanDate,
    pub redeem_until: PlanDate,
}

/// An association.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssociationPlan {
    pub id: u32,
    pub name: Text,
    #[serde(default)]
    pub closed: bool,
}

/// A campaign.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignPlan {
    pub id: u32,
    pub name: Text,
    pub choices: Vec<Text>,
    pub minimum: u64,
    pub end: PlanDate,
    pub ballots_per_store: u64,
}

/// A voucher offer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferPlan {
    pub id: u32,
    pub name: Text,
    pub value: u64,
    pub funder: u32,
    pub issuers: Vec<u32>,
    pub per_store: u64,
    #[serde(default)]
    pub closed: bool,
}

/// A date of TOML, `2027-01-31` or with a time in UTC, as seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanDate(pub u64);

impl<'de> Deserialize<'de> for PlanDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = toml::value::Datetime::deserialize(deserializer)?;
        seconds(&written).map(Self).ok_or_else(|| D::Error::custom("expected a date such as 2027-01-31, in UTC"))
    }
}

fn seconds(written: &toml::value::Datetime) -> Option<u64> {
    use toml::value::Offset;
    let date = written.date?;
    let start = Day { year: date.year.into(), month: date.month, day: date.day }.start()?;
    let utc = matches!(written.offset, None | Some(Offset::Z | Offset::Custom { minutes: 0 }));
    let time = written.time.map_or(0, |time| {
        3600 * u64::from(time.hour) + 60 * u64::from(time.minute) + u64::from(time.second.unwrap_or(0))
    });
    utc.then_some(start + time)
}

impl Plan {
    /// Reads a plan.
    pub fn load(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))?;
        Self::parse(file, &text)
    }

    /// The same for a text that stands for `file`.
    pub fn parse(file: &Path, text: &str) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            Failure::new(
                format!("the plan {} can't be read: {}", file.display(), error.to_string().trim_end()),
                Blame::You,
                "correct that line; the comments in a new plan (`ronde charter new --name`) show every field",
            )
        })
    }

    /// The block whose hash is the federation's id.
    pub fn genesis(&self) -> Result<Genesis, Failure> {
        let stewards = stewards(&self.genesis.stewards, self.genesis.threshold)?;
        Ok(Genesis { name: self.genesis.name.clone(), stewards, salt: self.genesis.salt.0 })
    }

    /// Who signs from now on, if the plan says so.
    pub fn new_stewards(&self) -> Result<Option<Stewards>, Failure> {
        self.stewards.as_ref().map(|plan| stewards(&plan.keys, plan.threshold)).transpose()
    }
}

fn stewards(keys: &[HexBytes<32>], threshold: u8) -> Result<Stewards, Failure> {
    let keys = keys.iter().map(|key| VerifyingKeyBytes(key.0)).collect();
    Ok(Stewards { keys: bounded("stewards", keys)?, threshold })
}

/// A list that the charter bounds.
pub(super) fn bounded<T, const MAX: usize>(what: &str, items: Vec<T>) -> Result<Bounded<T, MAX>, Failure> {
    Bounded::new(items)
        .map_err(|error| Failure::new(format!("too many {what}: {error}"), Blame::You, format!("plan fewer {what}")))
}

/// What a new plan is made from.
pub struct Beginning<'a> {
    pub name: &'a str,
    pub keys: &'a [VerifyingKeyBytes],
    pub threshold: u8,
    pub salt: [u8; 32],
    pub expires: Day,
    pub issue_until: Day,
    pub redeem_until: Day,
}

/// The text of a new plan, which says itself what can be changed.
pub fn template(beginning: &Beginning<'_>) -> String {
    let Beginning { name, keys, threshold, salt, expires, issue_until, redeem_until } = beginning;
    let name = toml::Value::String((*name).to_owned());
    let keys: Vec<String> = keys.iter().map(|key| format!("    \"{}\",\n", show_key(key))).collect();
    let (keys, salt) = (keys.concat(), hex::encode(salt));
    format!(
        include_str!("plan_template.toml.txt"),
        name = name,
        keys = keys,
        threshold = threshold,
        salt = salt,
        expires = expires,
        issue_until = issue_until,
        redeem_until = redeem_until,
    )
}

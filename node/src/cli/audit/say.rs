//! An audit's report in plain words, and for scripts.

use std::fmt::Write as _;

use ronde_protocol::machine::audit::{Breach, Coverage, Culprit, Finding, LogState, Note, Report, Standing, Verdict};
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::class::Kind;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use serde_json::{Value, json};

use super::source::Source;
use crate::cli::plural::{self, counted};
use crate::date::{DAY, Day};

/// A verdict for scripts.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Well => "well",
        Verdict::Partly => "partly",
        Verdict::TooFew => "too-few-logs",
        Verdict::Wrong => "wrong",
    }
}

/// A verdict for people.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Well => "ok    everything adds up",
        Verdict::Partly => "look  what could be checked adds up; see above for what needs a look",
        Verdict::TooFew => "fail  too few logs to say anything of the whole: reach more witnesses and try again",
        Verdict::Wrong => "fail  something is wrong; see above",
    }
}

fn store(charter: &Charter, id: StoreId) -> String {
    charter.store(id).map_or_else(|| format!("store {id}"), |store| format!("{} (store {id})", store.name))
}

fn member(charter: &Charter, keyset: KeysetId, index: WitnessIndex) -> String {
    let found = charter.keyset(keyset).and_then(|keyset| keyset.member(index));
    found.map_or_else(|| format!("witness {index}"), |member| store(charter, member.store()))
}

/// A culprit by name.
pub(super) fn culprit(charter: &Charter, culprit: &Culprit) -> String {
    match culprit {
        Culprit::Witness(keyset, index) => {
            format!("witness {index} of keyset {keyset}, {},", member(charter, *keyset, *index))
        }
        Culprit::Store(id) => store(charter, *id),
    }
}

/// A culprit for scripts.
pub(super) fn culprit_json(charter: &Charter, culprit: &Culprit) -> Value {
    match culprit {
        Culprit::Witness(keyset, index) => {
            let store = charter.keyset(*keyset).and_then(|keyset| keyset.member(*index)).map(|member| member.store());
            json!({ "witness": index, "keyset": keyset, "store": store })
        }
        Culprit::Store(id) => json!({ "store": id }),
    }
}

/// A keyset's report in plain words. Writing into a string can't fail, so its results are dropped.
pub(super) fn text(charter: &Charter, keyset: &Keyset, report: &Report, trouble: &[String]) -> String {
    let mut out = String::new();
    logs(&mut out, charter, keyset, report);
    for what in trouble {
        let _ = writeln!(out, "  look  {what}");
    }
    let value = report.value;
    let certified = counted(report.orders, "certified order", "certified orders");
    let _ = writeln!(out, "  {certified}, {} voted for", report.voted);
    let _ = writeln!(
        out,
        "  points: {} issued + {} moved in - {} redeemed - {} donated - {} moved out = {}; in wallets: {}",
        value.issued,
        value.moved_in,
        value.redeemed,
        value.donated,
        value.moved_out,
        value.expected(),
        value.float
    );
    let sum = report.accounts.values().fold(0i128, |sum, account| sum.saturating_add(account.position()));
    let accounts = counted(report.accounts.len(), "account", "accounts");
    let _ = writeln!(out, "  {accounts}, positions sum to {sum}");
    for ((campaign, choice), count) in &report.tallies {
        let found = charter.campaign(*campaign);
        let name = found.map_or_else(|| format!("campaign {campaign}"), |campaign| campaign.name.to_string());
        let chosen = found.and_then(|campaign| campaign.choices.get(usize::from(*choice)));
        let chosen = chosen.map_or_else(|| format!("choice {choice}"), ToString::to_string);
        let _ = writeln!(out, "  votes: {name} {chosen}: {count}");
    }
    for note in &report.notes {
        let _ = writeln!(out, "  look  {}", note_text(charter, keyset.id(), note));
    }
    for breach in &report.breaches {
        let _ = writeln!(out, "  WRONG {}", breach_text(breach));
    }
    for finding in &report.findings {
        finding_text(&mut out, charter, finding);
    }
    out
}

fn logs(out: &mut String, charter: &Charter, keyset: &Keyset, report: &Report) {
    let read = report.logs.iter().filter(|(_, state)| matches!(state, LogState::Read(_))).count();
    let enough = match report.coverage {
        Coverage::All => "all",
        Coverage::Enough => "enough",
        Coverage::TooFew => "TOO FEW",
    };
    let quorum = keyset.quorum();
    let _ = writeln!(out, "  {read} of {} logs read, {} needed: {enough}", quorum.witnesses(), quorum.honest());
    if !report.closed.is_empty() {
        let _ = writeln!(out, "  {} of them are as their witnesses closed them, for good", report.closed.len());
    }
    for (index, state) in &report.logs {
        let name = member(charter, keyset.id(), *index);
        let _ = match state {
            LogState::Read(_) => Ok(()),
            LogState::Refused(fault) => {
                writeln!(out, "  look  the log of {name} is refused: {fault}; nobody is accused")
            }
            LogState::Missing => writeln!(out, "  look  the log of {name} is missing"),
        };
    }
}

fn finding_text(out: &mut String, charter: &Charter, finding: &Finding) {
    for named in &finding.culprits {
        let _ = writeln!(out, "  WRONG {} {}", culprit(charter, named), finding.offence);
    }
    if finding.standing == Standing::ToAnswer {
        let _ = writeln!(out, "        unless a newer log shows a certificate that freed the first vote");
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Points { denomination } => format!("coins of {}", plural::points(*denomination)),
        Kind::Ballot { campaign } => format!("ballots of campaign {campaign}"),
        Kind::Voucher { offer } => format!("vouchers of offer {offer}"),
    }
}

fn breach_text(breach: &Breach) -> String {
    match breach {
        Breach::TwoCertificates { first, second } => {
            format!("orders {first} and {second} are both certified, and only one can be")
        }
        Breach::Forged { kind: of, balance } => {
            format!("{} {} were made and {} spent: some are forged", balance.made, kind(of), balance.spent)
        }
        Breach::Float { coins, books } => {
            format!("the coins in wallets are worth {}, and the books say {books}", plural::points(*coins))
        }
        Breach::Positions { sum } => format!("the positions of all accounts sum to {sum}, not to 0"),
        Breach::Overflow => "the books exceed 64 bits".to_owned(),
        Breach::Unlogged { order } => {
            format!("order {order} is certified, and no log of the keyset that certified it knows it")
        }
        Breach::Moved { from, came, left } => {
            format!(
                "{} came from keyset {from}, which had {left}: its committee is not to be trusted",
                plural::points(*came)
            )
        }
    }
}

fn note_text(charter: &Charter, keyset: KeysetId, note: &Note) -> String {
    match note {
        Note::ClosedFurther(index) => {
            format!("{} closed a log of more entries than the one at hand", member(charter, keyset, *index))
        }
        Note::CharterBehind(order) => {
            format!("order {order} names what this charter does not know: take a newer charter")
        }
        Note::StoreKey(id, order) => format!(
            "the signature of {} on order {order} is not by its key of today; was the key changed since?",
            store(charter, *id)
        ),
        Note::DailyLimit { store: id, day, points, limit } => format!(
            "{} issued {} on grants of {}, at a limit of {limit} a day",
            store(charter, *id),
            plural::points(points.0),
            Day::of(day.saturating_mul(DAY))
        ),
        Note::Ballots { store: id, campaign, count, cap } => {
            format!(
                "{} issued {} of campaign {campaign}, at a cap of {cap}",
                store(charter, *id),
                counted(*count, "ballot", "ballots")
            )
        }
        Note::Vouchers { store: id, offer, count, cap } => {
            format!(
                "{} issued {} of offer {offer}, at a cap of {cap}",
                store(charter, *id),
                counted(*count, "voucher", "vouchers")
            )
        }
    }
}

/// Sums as text: JSON numbers end at 2^53.
fn sum(points: i128) -> Value {
    i64::try_from(points).map_or_else(|_| json!(points.to_string()), |points| json!(points))
}

/// A keyset's report for scripts.
pub(super) fn json(charter: &Charter, keyset: &Keyset, report: &Report, source: &Source) -> Value {
    let value = report.value;
    let log = |(index, state): &(WitnessIndex, LogState)| {
        let (state, size, why) = match state {
            LogState::Read(size) => ("read", Some(*size), None),
            LogState::Refused(fault) => ("refused", None, Some(fault.to_string())),
            LogState::Missing => ("missing", None, None),
        };
        let closed = report.closed.contains(index);
        json!({ "witness": index, "state": state, "entries": size, "why": why, "closed": closed })
    };
    let finding = |finding: &Finding| {
        let named: Vec<Value> = finding.culprits.iter().map(|culprit| culprit_json(charter, culprit)).collect();
        json!({
            "culprits": named, "offence": finding.offence.code(), "proven": finding.standing == Standing::Proven,
        })
    };
    json!({
        "keyset": keyset.id(), "verdict": word(report.verdict()), "orders": report.orders, "voted": report.voted,
        "logs": report.logs.iter().map(log).collect::<Vec<_>>(), "logs_needed": keyset.quorum().honest(),
        "value": {
            "issued": sum(value.issued), "moved_in": sum(value.moved_in), "redeemed": sum(value.redeemed),
            "donated": sum(value.donated), "moved_out": sum(value.moved_out), "float": sum(value.float),
        },
        "classes": report.classes.iter().map(|(kind, balance)| {
            json!({ "kind": kind, "made": balance.made, "spent": balance.spent })
        }).collect::<Vec<_>>(),
        "accounts": report.accounts.iter().map(|(account, statement)| {
            json!({ "account": account, "position": sum(statement.position()) })
        }).collect::<Vec<_>>(),
        "tallies": report.tallies.iter().map(|((campaign, choice), count)| {
            json!({ "campaign": campaign, "choice": choice, "count": count })
        }).collect::<Vec<_>>(),
        "trouble": source.trouble(keyset.id()),
        "notes": report.notes.iter().map(|note| note_text(charter, keyset.id(), note)).collect::<Vec<_>>(),
        "breaches": report.breaches.iter().map(breach_text).collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

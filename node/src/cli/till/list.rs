//! `ronde till list`: who may do what, how much each gave away today, and which token nobody uses.

use serde::Deserialize;
use serde_json::json;

use super::client::{Client, Credentials};
use super::{NodeArgs, points};
use crate::cli::{Context, Exit, Failure};

#[derive(Deserialize)]
struct Tills {
    tills: Vec<Till>,
    #[serde(default)]
    caps: Caps,
}

#[derive(Default, Deserialize)]
struct Caps {
    till_points: Option<u64>,
    store_points: Option<u64>,
}

#[derive(Deserialize)]
struct Till {
    name: String,
    scopes: Vec<String>,
    added: String,
    #[serde(default)]
    given_today: u64,
    #[serde(default)]
    cap_grant: Option<u64>,
    #[serde(default)]
    cap_day: Option<u64>,
    #[serde(default)]
    last_used: Option<String>,
    #[serde(default)]
    revoked: Option<String>,
}

pub(super) fn list(node: &NodeArgs, context: &Context) -> Result<Exit, Failure> {
    let client = Client::connect(node, Credentials::Admin)?;
    let raw = client.get("/v1/tills")?;
    let all: Tills = client.shape(&raw)?;
    let mut text: String = all.tills.iter().map(|till| line(till, &all.caps)).collect();
    if text.is_empty() {
        text.push_str("no tills yet: ronde till add NAME --scope grant,redeem");
    } else {
        let sum = all.tills.iter().map(|till| till.given_today).fold(0, u64::saturating_add);
        text.push_str(&format!("all together gave {} today (UTC){}\n", points(sum), of(all.caps.store_points)));
    }
    context.say(text, &json!({ "ok": true, "tills": raw.get("tills"), "caps": raw.get("caps") }));
    Ok(Exit::Ok)
}

fn line(till: &Till, caps: &Caps) -> String {
    let mut text = format!("{}: {} (added {}", till.name, till.scopes.join(", "), till.added);
    match &till.last_used {
        Some(day) => text.push_str(&format!(", used last on {day}")),
        None => text.push_str(", never used"),
    }
    if let Some(time) = &till.revoked {
        text.push_str(&format!(", revoked {time}"));
    }
    text.push(')');
    let cap = till.cap_day.or(caps.till_points);
    if till.given_today > 0 || cap.is_some() {
        text.push_str(&format!("; gave {} today{}", points(till.given_today), of(cap)));
    }
    if let Some(most) = till.cap_grant {
        text.push_str(&format!("; at most {most} at once"));
    }
    text.push('\n');
    text
}

fn of(cap: Option<u64>) -> String {
    cap.map_or_else(String::new, |cap| format!(" of {cap}"))
}

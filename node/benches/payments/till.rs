//! A till: opens checkouts, and waits by long-poll until they are accepted.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::Agent;

use crate::Failed;
use crate::federation::Shop;

/// Longest wait for one change, in seconds.
const WAIT: u64 = 25;

/// A checkout that was opened.
#[derive(Clone, Deserialize)]
pub struct Checkout {
    id: String,
    /// What the customer scans.
    pub url: String,
    state: String,
    #[serde(skip)]
    base: String,
    #[serde(skip)]
    token: String,
}

/// A till with a thread that waits. It works for any store: each call carries that store's token.
pub struct Till {
    agent: Agent,
    name: String,
    opened: u64,
    watch: Sender<Checkout>,
    seen: Receiver<Result<Instant, String>>,
}

impl Till {
    /// `name` makes its idempotency keys its own.
    pub fn new(name: String) -> Self {
        let (watch, watched) = channel::<Checkout>();
        let (see, seen) = channel();
        // It ends when the till is dropped, for then nothing is to be watched.
        std::thread::spawn(move || {
            let agent = agent();
            for checkout in watched {
                let accepted = wait_until_accepted(&agent, &checkout).map_err(|failed| failed.to_string());
                if see.send(accepted).is_err() {
                    break;
                }
            }
        });
        Self { agent: agent(), name, opened: 0, watch, seen }
    }

    /// Grants points: the link to claim them.
    pub fn grant(&self, shop: &Shop, points: u64) -> Result<String, Failed> {
        let body = json!({ "points": points, "reference": self.name });
        let call = self.agent.post(format!("{}/v1/grants", shop.base));
        let mut answer = call.header("Authorization", format!("Bearer {}", shop.token)).send_json(body)?;
        let grant: Value = answer.body_mut().read_json()?;
        Ok(grant.get("claim_url").and_then(Value::as_str).ok_or("a grant without a link")?.to_owned())
    }

    /// Opens a checkout and begins to wait for it.
    pub fn open(&mut self, shop: &Shop, points: u64) -> Result<Checkout, Failed> {
        self.opened += 1;
        let reference = format!("{}-{}", self.name, self.opened);
        let body = json!({ "max_points": points, "step": 1, "reference": reference });
        let call = self.agent.post(format!("{}/v1/checkouts", shop.base));
        let call = call.header("Authorization", format!("Bearer {}", shop.token));
        let mut answer = call.header("Idempotency-Key", reference).send_json(body)?;
        let mut checkout: Checkout = answer.body_mut().read_json()?;
        checkout.base.clone_from(&shop.base);
        checkout.token.clone_from(&shop.token);
        self.watch.send(checkout.clone())?;
        Ok(checkout)
    }

    /// When the till saw that the checkout which was opened last is accepted.
    pub fn accepted(&self) -> Result<Instant, Failed> {
        Ok(self.seen.recv()??)
    }
}

fn agent() -> Agent {
    let patience = Duration::from_secs(WAIT + 10);
    Agent::config_builder().timeout_global(Some(patience)).build().new_agent()
}

fn wait_until_accepted(agent: &Agent, checkout: &Checkout) -> Result<Instant, Failed> {
    let mut state = checkout.state.clone();
    loop {
        let url = format!("{}/v1/checkouts/{}?wait={WAIT}&state={state}", checkout.base, checkout.id);
        let call = agent.get(url).header("Authorization", format!("Bearer {}", checkout.token));
        let shown: Checkout = call.call()?.body_mut().read_json()?;
        match shown.state.as_str() {
            "accepted" => return Ok(Instant::now()),
            "open" | "presented" | "pending" => state = shown.state,
            other => return Err(format!("a checkout became {other}").into()),
        }
    }
}

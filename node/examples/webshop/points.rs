//! What the shop asks its node: four calls, each of which may be sent again.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

/// How long a customer's browser may have to wait for the node.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long points can be paid: as long as an order is kept. The answer to a till that says nothing is 5 minutes.
const EXPIRES_IN: u64 = 1800;
/// How often a request is sent if its line breaks. Its Idempotency-Key makes that harmless.
const ATTEMPTS: u32 = 3;

/// A payment with points.
#[derive(Clone, Debug, Deserialize)]
pub struct Checkout {
    /// What the node calls it.
    pub id: String,
    /// Where the customer's wallet finds it.
    pub url: String,
    /// The link as a QR code; in the first answer alone.
    pub qr_svg: Option<String>,
    /// How far it is.
    pub state: String,
    /// What was paid.
    pub points: u64,
}

/// Points for the customer.
#[derive(Clone, Debug, Deserialize)]
pub struct Grant {
    /// How many.
    pub points: u64,
    /// Whoever opens it first has them: it is shown to the customer and written to no log.
    pub claim_url: String,
    /// The same as a QR code.
    pub qr_svg: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The line, or something in front of the node.
    #[error("the node does not answer: {0}")]
    Broken(String),
    /// The node says no.
    #[error("{title}: {detail} ({code})")]
    Refused {
        /// What to branch on.
        code: String,
        /// For people.
        title: String,
        /// For whoever mends the shop.
        detail: String,
        /// Which member is meant, by some codes.
        field: Option<String>,
    },
}

/// The node, as this shop's till.
pub struct Points {
    agent: Agent,
    node: String,
    bearer: String,
}

impl Points {
    /// With a till's token.
    pub fn new(node: &str, token: &str) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // A redirect would take the token elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .new_agent();
        Self { agent, node: node.trim_end_matches('/').to_owned(), bearer: format!("Bearer {token}") }
    }

    /// Lets the customer pay up to so many points for an order.
    pub fn open(&self, order: &str, most: u64) -> Result<Checkout, Trouble> {
        let body = json!({ "max_points": most, "step": 1, "reference": order, "expires_in": EXPIRES_IN });
        self.post("/v1/checkouts", &format!("checkout {order}"), &body)
    }

    /// How far a payment is.
    pub fn look(&self, checkout: &str) -> Result<Checkout, Trouble> {
        let url = format!("{}/v1/checkouts/{checkout}", self.node);
        read(send(|| self.agent.get(&url).header("authorization", &self.bearer).call())?)
    }

    /// Takes no points for it any more. It fails if the customer was faster.
    pub fn withdraw(&self, checkout: &str) -> Result<(), Trouble> {
        let url = format!("{}/v1/checkouts/{checkout}", self.node);
        let answer = send(|| self.agent.delete(&url).header("authorization", &self.bearer).call())?;
        if answer.status().is_success() { Ok(()) } else { read::<Value>(answer).map(|_| ()) }
    }

    /// What so many cents earn, if anything.
    pub fn give(&self, order: &str, cents: u64) -> Result<Option<Grant>, Trouble> {
        let body = json!({ "eligible_cents": cents, "reference": order });
        match self.post("/v1/grants", &format!("grant {order}"), &body) {
            Ok(grant) => Ok(Some(grant)),
            // By the store's rules it earns nothing.
            Err(Trouble::Refused { field: Some(field), .. }) if field == "eligible_cents" => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// The key is made of what is wanted and for which order, so that a second try, also after a restart, is the same request.
    fn post<T: DeserializeOwned>(&self, path: &str, key: &str, body: &Value) -> Result<T, Trouble> {
        let url = format!("{}{path}", self.node);
        let request = || self.agent.post(&url).header("authorization", &self.bearer).header("idempotency-key", key);
        read(send(|| request().send_json(body))?)
    }
}

fn send(request: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, Trouble> {
    let mut attempt = 1;
    loop {
        match request() {
            Ok(answer) => return Ok(answer),
            Err(error) if attempt == ATTEMPTS => return Err(Trouble::Broken(error.to_string())),
            Err(_) => attempt += 1,
        }
    }
}

/// An answer, or the problem that came in its place.
fn read<T: DeserializeOwned>(mut answer: Response<Body>) -> Result<T, Trouble> {
    let status = answer.status();
    let body: Value = answer.body_mut().read_json().map_err(|error| Trouble::Broken(format!("{status}: {error}")))?;
    if status.is_success() {
        return T::deserialize(body).map_err(|error| Trouble::Broken(error.to_string()));
    }
    let member = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let told = |name: &str| member(name).unwrap_or_default();
    Err(Trouble::Refused { code: told("code"), title: told("title"), detail: told("detail"), field: member("field") })
}

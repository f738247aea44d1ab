//! What the shop asks its node: four calls, each of which may be sent again.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, RequestBuilder};

/// How long a customer's browser may have to wait for the node.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long points can be paid, in seconds. Without it, it is the 5 minutes of a till.
const EXPIRES_IN: u64 = 1800;
/// As many points as the price is worth: the node knows what a point is worth.
const ANY: u64 = 1_000_000_000;
/// How often a request is sent if its line breaks. Its Idempotency-Key makes that harmless.
const ATTEMPTS: u32 = 3;

/// A basket, as the node sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct Basket {
    /// What the node calls it.
    pub id: String,
    /// How far it is: open, settled, complete, cancelled or expired.
    pub state: String,
    /// What was paid with points, once that is decided.
    #[serde(default)]
    pub points: u64,
    /// What is left to be paid in money.
    pub pay_cents: u64,
    /// What that earns.
    pub earns: Earns,
}

/// What a basket earns.
#[derive(Clone, Debug, Deserialize)]
pub struct Earns {
    /// So many points.
    pub points: u64,
}

/// A basket that was just rung up.
#[derive(Clone, Debug, Deserialize)]
pub struct RungUp {
    /// Where the customer's wallet finds it. Whoever has it has what is earned: it is shown to the customer and written to no log.
    pub url: String,
    /// The same as a QR code.
    pub qr_svg: Option<String>,
    /// How far it is.
    #[serde(flatten)]
    pub basket: Basket,
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
    },
}

/// The node, as this shop's till.
pub struct Points {
    agent: Agent,
    node: String,
    bearer: String,
}

impl Points {
    /// With a till's token, and the certificate of who signed the node's, if browsers don't know them.
    pub fn new(node: &str, token: &str, ca: Option<String>) -> Result<Self, ureq::Error> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = ca {
            tls = tls.root_certs(RootCerts::new_with_certs(&[Certificate::from_pem(pem.as_bytes())?]));
        }
        let agent = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // A redirect would take the token elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .new_agent();
        Ok(Self { agent, node: node.trim_end_matches('/').to_owned(), bearer: format!("Bearer {token}") })
    }

    /// Rings up an order: the customer may pay any part of it with points, and earns on the rest.
    pub fn ring_up(&self, order: &str, cents: u64, return_url: Option<&str>) -> Result<RungUp, Trouble> {
        let body = json!({
            "total_cents": cents, "eligible_cents": cents, "max_points": ANY, "step": 1, "reference": order,
            "expires_in": EXPIRES_IN, "return_url": return_url,
        });
        // Made of what is wanted and for which order, so that a second try, also after a restart, is the same request.
        let key = format!("basket {order}");
        let request = || self.as_till(self.agent.post(self.url("/v1/baskets"))).header("idempotency-key", &key);
        read(send(|| request().send_json(&body))?)
    }

    /// How far it is.
    pub fn look(&self, basket: &str) -> Result<Basket, Trouble> {
        let url = self.url(&format!("/v1/baskets/{basket}"));
        read(send(|| self.as_till(self.agent.get(&url)).call())?)
    }

    /// The customer pays no points: said for them, with the secret of their link. It fails if they were faster.
    pub fn decline(&self, basket: &str, secret: &str) -> Result<(), Trouble> {
        let url = self.url(&format!("/v1/baskets/{basket}/decline"));
        let body = json!({ "secret": secret });
        read::<Value>(send(|| self.agent.post(&url).send_json(&body))?).map(|_| ())
    }

    /// The rest is paid: what is earned can be claimed. The second time it changes nothing.
    pub fn complete(&self, basket: &str) -> Result<Basket, Trouble> {
        let url = self.url(&format!("/v1/baskets/{basket}/complete"));
        read(send(|| self.as_till(self.agent.post(&url)).send_empty())?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.node)
    }

    fn as_till<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        request.header("authorization", &self.bearer)
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
    let told = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Err(Trouble::Refused { code: told("code"), title: told("title"), detail: told("detail") })
}

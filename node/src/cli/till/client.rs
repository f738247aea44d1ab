//! The own node, spoken to over HTTP with a token.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::{NodeArgs, TOKEN_VARIABLE};
use crate::cli::{Blame, Failure, own_node};
use crate::http::{ADMIN_TOKEN_FILE, AdminToken};
use crate::secret_file;
use crate::shop::Token;

/// Longer than the longest wait for a checkout.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often a request is sent again if the connection breaks; its idempotency key makes that harmless.
const ATTEMPTS: usize = 3;

/// With what a command speaks.
pub(in crate::cli) enum Credentials<'a> {
    /// The administrator's token, beside the node's seed.
    Admin,
    /// A till's, from this file or the environment.
    Till(Option<&'a Path>),
}

pub(in crate::cli) struct Client {
    agent: Agent,
    node: String,
    bearer: zeroize::Zeroizing<String>,
}

#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: String,
    code: String,
    retryable: bool,
}

impl Client {
    pub(in crate::cli) fn connect(node: &NodeArgs, credentials: Credentials<'_>) -> Result<Self, Failure> {
        let token = match credentials {
            Credentials::Admin => admin_token(node)?,
            Credentials::Till(file) => till_token(file)?,
        };
        let node = match &node.node {
            Some(node) => node.trim_end_matches('/').to_owned(),
            None => node.config.load()?.http.own_url(),
        };
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .tls_config(own_node::tls(&node))
            .proxy(own_node::proxy(&node))
            .http_status_as_error(false)
            // A redirect would take the token elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .new_agent();
        Ok(Self { agent, node, bearer: zeroize::Zeroizing::new(format!("Bearer {}", token.expose())) })
    }

    pub(in crate::cli) fn get(&self, path: &str) -> Result<Value, Failure> {
        let request = || self.agent.get(self.url(path)).header("authorization", self.bearer.as_str()).call();
        self.read(self.send(request)?)
    }

    pub(in crate::cli) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let key = URL_SAFE_NO_PAD.encode(crate::entropy::fresh()?);
        let request = || {
            self.agent
                .post(self.url(path))
                .header("authorization", self.bearer.as_str())
                .header("idempotency-key", &key)
                .send_json(body)
        };
        self.read(self.send(request)?)
    }

    pub(in crate::cli) fn delete(&self, path: &str) -> Result<(), Failure> {
        let request = || self.agent.delete(self.url(path)).header("authorization", self.bearer.as_str()).call();
        self.read(self.send(request)?).map(|_| ())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.node)
    }

    fn send(&self, request: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, Failure> {
        let mut attempts = 1;
        loop {
            match request() {
                Ok(response) => return Ok(response),
                Err(ureq::Error::Io(_)) if attempts < ATTEMPTS => attempts += 1,
                Err(error) => {
                    return Err(Failure::new(
                        format!("{} does not answer: {error}", self.node),
                        Blame::Network,
                        "start the node (`ronde node`), or name another one with --node",
                    ));
                }
            }
        }
    }

    fn read(&self, mut response: Response<Body>) -> Result<Value, Failure> {
        let status = response.status();
        let text = response.body_mut().read_to_string().map_err(|error| self.not_ours(&error.to_string()))?;
        if status.is_success() {
            let text = if text.is_empty() { "null" } else { &text };
            return serde_json::from_str(text).map_err(|error| self.not_ours(&error.to_string()));
        }
        let problem: Problem =
            serde_json::from_str(&text).map_err(|_| self.not_ours(&format!("HTTP status {}", status.as_u16())))?;
        Err(self.refused(&problem))
    }

    fn refused(&self, problem: &Problem) -> Failure {
        let what = format!("{}: {}", problem.title, problem.detail);
        let (blame, fix) = match problem.code.as_str() {
            "token-missing" => (Blame::You, "use a token of this store: `ronde till list` shows who has one"),
            "token-scope" => (Blame::You, "use a token with this scope: `ronde till add NAME --scope ...` makes one"),
            "request-invalid" | "bad-encoding" => (Blame::You, "mend what was asked for and try again"),
            "not-found" => (Blame::You, "check the name, and that this is the right node"),
            "storage-failed" => (Blame::Store(self.node.clone()), "look at the node's log; is its disk full?"),
            "limit-exceeded" => (
                Blame::Nobody,
                "wait until tomorrow (UTC); or have the manager raise the cap, or the stewards the limit, that it names",
            ),
            "charter-expired" => (Blame::Stewards, "install the next version of the charter"),
            _ if problem.retryable => (Blame::Nobody, "try again in a moment"),
            _ => (Blame::Nobody, "see what the message says; trying again will not help"),
        };
        Failure::new(what, blame, fix).with_code(&problem.code)
    }

    /// An answer of the right form.
    pub(in crate::cli) fn shape<T: DeserializeOwned>(&self, value: &Value) -> Result<T, Failure> {
        T::deserialize(value).map_err(|error| self.not_ours(&error.to_string()))
    }

    pub(in crate::cli) fn not_ours(&self, what: &str) -> Failure {
        Failure::new(
            format!("{} does not answer as a Ronde node does: {what}", self.node),
            Blame::Store(self.node.clone()),
            "check the address; if it is right, update `ronde` here or there so that their versions fit",
        )
    }
}

fn admin_token(node: &NodeArgs) -> Result<Token, Failure> {
    let config = node.config.load()?;
    let path = config.seed_file.with_file_name(ADMIN_TOKEN_FILE);
    if !path.exists() {
        return Err(Failure::new(
            format!("there is no {}", path.display()),
            Blame::Nobody,
            "start the node once (`ronde node`): it makes the administrator's token",
        ));
    }
    let token = AdminToken::load(&path).map_err(|error| {
        Failure::new(&error, Blame::Machine, format!("see to {}: mode 0600, owned by you", path.display()))
    })?;
    Ok(token.into_token())
}

fn till_token(file: Option<&Path>) -> Result<Token, Failure> {
    let fix = "make one with `ronde till add NAME --scope grant,redeem --out FILE`, then say --token-file FILE";
    let text = match file {
        Some(path) => {
            let bytes = secret_file::read(path)?;
            String::from_utf8(bytes.trim_ascii().to_vec())
                .map_err(|_| Failure::new(format!("{} holds no token", path.display()), Blame::You, fix))?
        }
        None => std::env::var(TOKEN_VARIABLE)
            .map_err(|_| Failure::new("this needs a till's token", Blame::You, fix))?
            .trim()
            .to_owned(),
    };
    Ok(Token::new(text))
}

/// A name as one part of a path (RFC 3986): letters, digits and `-._~` stand for themselves.
pub(in crate::cli) fn escape(name: &str) -> String {
    let mut path = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
            other => path.push_str(&format!("%{other:02X}")),
        }
    }
    path
}

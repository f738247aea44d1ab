//! One post, with everything bounded: its time, what is read of the answer, and where it may lead.

use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::message::ids::StoreId;
use tokio::sync::oneshot;
use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode};
use zeroize::Zeroizing;

use super::sign::signature;
use crate::shop::Posted;
use crate::shop::events::Event;

/// How long a receiver may take (EVENT-14).
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a connection may take to be opened.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest head of an answer, in bytes. Its body is not read.
const MAX_HEAD: usize = 16 * 1024;

/// Posts to one receiver.
pub(super) struct Poster(Arc<Inner>);

struct Inner {
    agent: Agent,
    url: String,
    secret: Zeroizing<[u8; 32]>,
}

impl Poster {
    pub(super) fn new(url: String, secret: Zeroizing<[u8; 32]>) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            // Whoever can answer there could send the node anywhere (EVENT-11).
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MAX_HEAD)
            .proxy(None)
            .user_agent(concat!("ronde/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self(Arc::new(Inner { agent, url, secret }))
    }

    /// Posts an event once. The thread is nobody's: a node that stops does not wait for a receiver that does not answer.
    pub(super) async fn post(&self, event: &Event, store: StoreId, now: u64) -> Posted {
        let (id, body) = (event.id(store), event.body(store));
        let (inner, (done, answered)) = (Arc::clone(&self.0), oneshot::channel());
        let work = move || {
            // Fails only if nobody waits any more.
            let _ = done.send(inner.post(&id, now, &body));
        };
        let thread = std::thread::Builder::new().name("webhook".into()).spawn(work);
        match thread {
            Ok(_) => answered.await.unwrap_or_else(|_| failed("the post broke off")),
            Err(error) => failed(&format!("no thread to post with: {error}")),
        }
    }
}

impl Inner {
    fn post(&self, id: &str, now: u64, body: &str) -> Posted {
        let request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", now.to_string())
            .header("webhook-signature", signature(self.secret.as_slice(), id, now, body.as_bytes()));
        match request.send(body.as_bytes()) {
            Ok(answer) => judge(answer.status(), answer.headers()),
            Err(error) => failed(&error.to_string()),
        }
    }
}

fn failed(why: &str) -> Posted {
    Posted::Failed { why: why.to_owned(), pause: None }
}

/// What a receiver's answer means (EVENT-13, EVENT-17).
fn judge(status: StatusCode, headers: &HeaderMap) -> Posted {
    if status.is_success() {
        return Posted::Taken;
    }
    if status == StatusCode::GONE {
        return Posted::Unwanted;
    }
    let asked = headers.get("retry-after").and_then(|value| value.to_str().ok());
    let why = match status.is_redirection() {
        true => format!("its receiver answered {}, and redirects are not followed", status.as_u16()),
        false => format!("its receiver answered {}", status.as_u16()),
    };
    Posted::Failed { why, pause: asked.and_then(|text| text.trim().parse().ok()) }
}

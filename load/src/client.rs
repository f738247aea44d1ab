//! HTTP to the nodes: connections that are kept, as many as there are calls at a time, and every byte counted.

mod counted;

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::Failed;
use counted::Counted;

/// A connection that was not used for so long is not used again: a node ends it after 20 s.
const IDLE: Duration = Duration::from_secs(12);
/// Longer than any call lasts, long polls included.
const WHOLE_CALL: Duration = Duration::from_secs(40);

/// Bytes on all connections, what TCP adds left out.
#[derive(Debug, Default)]
pub struct Bytecount {
    /// To nodes.
    pub sent: AtomicU64,
    /// From nodes.
    pub received: AtomicU64,
}

/// What to ask a node.
#[derive(Clone, Debug)]
pub struct Call {
    /// GET without a body, else POST.
    pub body: Option<Bytes>,
    /// With its query.
    pub path: String,
    /// A till's.
    pub token: Option<Arc<str>>,
}

/// A node's answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP's.
    pub status: StatusCode,
    /// The whole body.
    pub body: Bytes,
}

/// No answer came.
#[derive(Debug)]
pub enum Silent {
    /// There was no connection, or it broke.
    Broken(String),
    /// The call took too long.
    Late,
}

struct Node {
    address: SocketAddr,
    host: String,
    idle: Mutex<Vec<(SendRequest<Full<Bytes>>, Instant)>>,
}

/// Calls nodes; clones share the connections.
#[derive(Clone)]
pub struct Client {
    nodes: Arc<[Node]>,
    bytes: Arc<Bytecount>,
}

impl fmt::Display for Silent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => write!(f, "the connection broke: {why}"),
            Self::Late => write!(f, "nothing for {} s", WHOLE_CALL.as_secs()),
        }
    }
}

impl Call {
    /// Reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self { body: None, path: path.into(), token: None }
    }

    /// Sends JSON.
    pub fn post(path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { body: Some(body.into()), path: path.into(), token: None }
    }

    /// The same as a till.
    pub fn by(mut self, token: &Arc<str>) -> Self {
        self.token = Some(Arc::clone(token));
        self
    }
}

impl Reply {
    /// A member of a JSON object, as text.
    pub fn text(&self, name: &str) -> Option<String> {
        let value: Value = serde_json::from_slice(&self.body).ok()?;
        value.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// What kind of refusal it is, in a word.
    pub fn problem(&self) -> String {
        self.text("code").unwrap_or_else(|| format!("http-{}", self.status.as_u16()))
    }
}

impl Client {
    /// To nodes at these addresses, called by their place.
    pub fn new(addresses: &[SocketAddr]) -> Self {
        let node = |address: &SocketAddr| Node { address: *address, host: address.to_string(), idle: Mutex::default() };
        Self { nodes: addresses.iter().map(node).collect(), bytes: Arc::default() }
    }

    /// Bytes so far: sent and received.
    pub fn bytes(&self) -> u64 {
        self.bytes.sent.load(Ordering::Relaxed) + self.bytes.received.load(Ordering::Relaxed)
    }

    /// Asks a node. A call on a kept connection that the node had just closed is made once more on a fresh one: each call
    /// here is harmless when repeated.
    pub async fn call(&self, node: usize, call: &Call) -> Result<Reply, Silent> {
        let node = self.nodes.get(node).ok_or_else(|| Silent::Broken("there is no such node".to_owned()))?;
        let asked = async {
            if let Some(kept) = node.kept()
                && let Ok(reply) = self.ask(node, kept, call).await
            {
                return Ok(reply);
            }
            let fresh = self.connect(node).await.map_err(|error| Silent::Broken(error.to_string()))?;
            self.ask(node, fresh, call).await.map_err(|error| Silent::Broken(error.to_string()))
        };
        tokio::time::timeout(WHOLE_CALL, asked).await.unwrap_or(Err(Silent::Late))
    }

    /// The same where any other answer than 2xx ends the run.
    pub async fn must(&self, node: usize, call: &Call) -> Result<Reply, Failed> {
        let reply = self
            .call(node, call)
            .await
            .map_err(|silent| format!("{} got no answer: {silent}; is a node gone?", call.path))?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        let said = String::from_utf8_lossy(&reply.body);
        Err(format!("{} was refused, {}: {said}", call.path, reply.status).into())
    }

    async fn connect(&self, node: &Node) -> Result<SendRequest<Full<Bytes>>, Failed> {
        let stream = TcpStream::connect(node.address).await?;
        stream.set_nodelay(true)?;
        let stream = TokioIo::new(Counted::new(stream, Arc::clone(&self.bytes)));
        let (sender, connection) = http1::handshake(stream).await?;
        // Its end shows at the next call.
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }

    async fn ask(&self, node: &Node, mut sender: SendRequest<Full<Bytes>>, call: &Call) -> Result<Reply, Failed> {
        let method = if call.body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(call.path.as_str()).header(HOST, node.host.as_str());
        if call.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(token) = &call.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::new(call.body.clone().unwrap_or_default()))?;
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if !sender.is_closed() {
            node.keep(sender);
        }
        Ok(Reply { status, body })
    }
}

impl Node {
    /// The connection that was used last, if it is open and not too old.
    fn kept(&self) -> Option<SendRequest<Full<Bytes>>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(sender, since)| !sender.is_closed() && since.elapsed() < IDLE);
        idle.pop().map(|(sender, _)| sender)
    }

    fn keep(&self, sender: SendRequest<Full<Bytes>>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((sender, Instant::now()));
    }
}

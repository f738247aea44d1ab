//! An order that is ready to be sent, and how one is carried to its end.

use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Bytes;
use ronde_protocol::message::ids::KeysetId;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::answer::{Answer, Subject};
use crate::client::{Call, Client, Silent};
use crate::latency::since_planned;
use crate::mix::Deed;

/// An order that is not done so long after it was to begin is lost.
pub const LOST: Duration = Duration::from_secs(60);
/// Before what was refused for now is sent again; doubles with each refusal.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Seconds that a till lets a node wait for a change.
const TILL_WAITS: u64 = 25;

/// A checkout whose till waits.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// Its name at the store.
    pub id: String,
    /// The till's.
    pub token: std::sync::Arc<str>,
}

/// An order that is ready to be sent.
#[derive(Debug)]
pub struct Job {
    /// What it does.
    pub deed: Deed,
    /// The store that carries it.
    pub node: usize,
    /// How it is sent.
    pub call: Call,
    /// What it has to become.
    pub subject: Subject,
    /// What it pays.
    pub checkout: Option<Checkout>,
}

/// What became of an order. Times are from when it was to begin.
#[derive(Debug)]
pub struct Done {
    /// What it did.
    pub deed: Deed,
    /// The store that carried it.
    pub node: usize,
    /// When it was to begin, since the phase's start.
    pub planned: Duration,
    /// When all was done.
    pub ended: Duration,
    /// When its first answer said that it is certified.
    pub answer: Option<Duration>,
    /// When the till heard that it is paid.
    pub till: Option<Duration>,
    /// When the evaluations of all witnesses were there.
    pub change: Option<Duration>,
    /// Refusals and broken calls on the way, each in a word.
    pub troubles: Vec<String>,
    /// Questions for what the first answer lacked.
    pub questions: u32,
    /// The last word, to be verified.
    pub body: Bytes,
    /// What it has to be.
    pub subject: Subject,
}

/// Where orders are carried.
#[derive(Clone)]
pub struct Road {
    /// To all nodes.
    pub client: Client,
    /// The only committee's number.
    pub keyset: KeysetId,
    /// And how many witnesses it has.
    pub witnesses: usize,
}

/// A till that waits for its checkout: when it heard that it is paid, or why never.
pub type Till = tokio::task::JoinHandle<Result<Instant, String>>;

impl Road {
    /// Lets the till of a job wait, if there is one.
    pub fn watch(&self, job: &Job) -> Option<Till> {
        let (client, node, checkout) = (self.client.clone(), job.node, job.checkout.clone()?);
        Some(tokio::spawn(async move { paid(&client, node, &checkout).await }))
    }

    /// Sends an order that was to begin at `planned`, until it is done or lost.
    pub async fn carry(&self, job: Job, till: Option<Till>, start: Instant, planned: Duration) -> Done {
        let Job { deed, node, call, subject, .. } = job;
        let empty = Done {
            deed,
            node,
            planned,
            ended: planned,
            answer: None,
            till: None,
            change: None,
            troubles: Vec::new(),
            questions: 0,
            body: Bytes::new(),
            subject,
        };
        let mut done = empty;
        let deadline = start + planned + LOST;
        if timeout_at(deadline, self.until_complete(node, call, start, &mut done)).await.is_err() {
            done.troubles.push("lost".to_owned());
        }
        if let Some(till) = till {
            let abort = till.abort_handle();
            match timeout_at(deadline, till).await {
                Ok(Ok(Ok(heard))) => done.till = Some(since_planned(planned, heard - start)),
                Ok(Ok(Err(why))) => done.troubles.push(why),
                _ => {
                    abort.abort();
                    done.troubles.push("till-not-told".to_owned());
                }
            }
        }
        done.ended = start.elapsed();
        done
    }

    async fn until_complete(&self, node: usize, send: Call, start: Instant, done: &mut Done) {
        let mut pause = FIRST_PAUSE;
        let mut call = send.clone();
        loop {
            match self.client.call(node, &call).await {
                Ok(reply) if matches!(reply.status, StatusCode::OK | StatusCode::ACCEPTED) => {
                    done.body = reply.body;
                    let Ok(answer) = Answer::read(&done.body) else {
                        return done.troubles.push("answer-unreadable".to_owned());
                    };
                    let passed = since_planned(done.planned, start.elapsed());
                    if answer.certificate.is_some() {
                        done.answer.get_or_insert(passed);
                    }
                    if answer.has_all(self.witnesses) {
                        done.change = Some(passed);
                        return;
                    }
                    // From now on it is known by its digest.
                    let Ok(order) = done.subject.order(&answer) else {
                        return done.troubles.push("other-order".to_owned());
                    };
                    call = Call::get(format!("/v1/orders/{}?keyset={}", order.digest(), self.keyset));
                    done.questions += 1;
                }
                Ok(reply) => {
                    done.troubles.push(reply.problem());
                    call = send.clone();
                }
                Err(Silent::Broken(_)) => done.troubles.push("connection-broken".to_owned()),
                Err(Silent::Late) => done.troubles.push("no-answer".to_owned()),
            }
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }
}

/// Waits as a till does, by long polls, until a checkout is accepted.
async fn paid(client: &Client, node: usize, checkout: &Checkout) -> Result<Instant, String> {
    let mut state = "presented".to_owned();
    let mut pause = FIRST_PAUSE;
    loop {
        let path = format!("/v1/checkouts/{}?wait={TILL_WAITS}&state={state}", checkout.id);
        match client.call(node, &Call::get(path).by(&checkout.token)).await {
            Ok(reply) if reply.status == StatusCode::OK => {
                let heard = Instant::now();
                state = reply.text("state").ok_or("a checkout without a state")?;
                match state.as_str() {
                    "accepted" => return Ok(heard),
                    "open" | "presented" | "pending" => continue,
                    other => return Err(format!("checkout-{other}")),
                }
            }
            // Tills ask again, too.
            Ok(_) | Err(_) => sleep(pause).await,
        }
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

/// Sleeps until a time since a start.
pub async fn at(start: Instant, time: Duration) {
    sleep_until(start + time).await;
}

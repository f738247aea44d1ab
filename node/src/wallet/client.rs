//! One store node, spoken to over HTTP. Nothing that it says is believed here: answers are only given a shape.

use std::io::Read;
use std::time::Duration;

use ronde_protocol::limits::{MAX_CHARTER_BYTES, MAX_MESSAGE_BYTES};
use ronde_protocol::machine::wallet::{
    ClaimRequest, ClaimedOrder, Fate, GrantTerms, Link, RefundRequest, VoucherCount,
};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::bucket::{BucketLength, BucketPage, BucketQuery, LengthQuery};
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::charter::SignedCharter;
use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::evaluation::Evaluation;
use ronde_protocol::message::ids::{CampaignId, KeysetId, OfferId, OrderDigest, StoreId, WitnessIndex};
use ronde_protocol::message::offer::SignedOffer;
use ronde_protocol::message::order::{Order, Seconds, Submission};
use ronde_protocol::message::probe::{Probe, ProbeAnswer};
use ronde_protocol::message::refusal::Conflict;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::api::{
    BasketAnswer, CertificateBody, CharterAnswer, ClaimAnswer, ClaimBody, ClockAnswer, GrantAnswer, LengthsAnswer,
    OfferAnswer, OrderAnswer, OrderBody, PagesAnswer, PaymentAnswer, ProbeBody, ProbesAnswer, ProblemAnswer,
    RefundBody, SecretBody, from_base64, to_base64,
};
use super::{BadAnswer, Problem, Trouble};
use crate::fault;

/// Longest answer, charters apart, in bytes: a certificate and 31 evaluations of 256 outputs as base64 in JSON.
const MAX_ANSWER: u64 = 2 << 20;
/// Longest answer with a chain of charters, in bytes.
const MAX_CHAIN: u64 = 64 << 20;
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE_CALL: Duration = Duration::from_secs(30);

/// What became of an order, as a store says.
#[derive(Debug)]
pub enum OrderReply {
    /// It is certified.
    Certified {
        /// Unverified.
        certificate: Box<Certificate>,
        /// Unverified.
        evaluations: Vec<Evaluation>,
    },
    /// Not decided yet.
    Pending {
        /// How many votes the store says it has.
        votes: usize,
    },
}

/// A grant, as its store shows it.
#[derive(Debug)]
pub struct Grant {
    /// What it promises.
    pub terms: GrantTerms,
    /// `open`, `pending`, `claimed`, `cancelled` or `expired`.
    pub state: String,
}

/// Speaks HTTP to any store.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
}

impl Default for Client {
    fn default() -> Self {
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE_CALL))
            .http_status_as_error(false)
            // A store that moved says so in the charter; a redirect could lead anywhere (WALLET-34).
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent("ronde-wallet")
            .build();
        Self { agent: config.new_agent() }
    }
}

impl Client {
    /// The chain of charters from version 1.
    pub fn charter(&self, node: &str) -> Result<Vec<SignedCharter>, Trouble> {
        let answer: CharterAnswer = self.get(node, "/v1/charter", MAX_CHAIN)?.1;
        let versions = answer.chain.iter().map(|text| from_base64(text, MAX_CHARTER_BYTES));
        versions.collect::<Result<_, BadAnswer>>().map_err(|source| bad(node, source))
    }

    /// What a grant promises.
    pub fn grant(&self, link: &Link) -> Result<Grant, Trouble> {
        let node = link.base.as_str();
        let answer: GrantAnswer = self.get(node, &format!("/v1/grants/{}", link.id), MAX_ANSWER)?.1;
        if answer.id != link.id.as_str() {
            return Err(bad(node, BadAnswer::OtherSubject));
        }
        let mut vouchers: Vec<VoucherCount> =
            answer.vouchers.iter().map(|line| VoucherCount { offer: OfferId(line.offer), count: line.count }).collect();
        vouchers.sort();
        let terms = GrantTerms {
            store: StoreId(answer.store),
            points: Points(answer.points),
            ballot: answer.ballot.map(CampaignId),
            vouchers,
        };
        Ok(Grant { terms, state: answer.state })
    }

    /// Claims a grant. The order comes with either answer, once the store has made it; and the sealed receipt, if there is
    /// one.
    pub fn claim(&self, request: &ClaimRequest) -> Result<(Order, OrderReply, Option<String>), Trouble> {
        let node = request.link.base.as_str();
        let body = ClaimBody {
            secret: request.secret.as_str(),
            keyset: request.keyset.0,
            outputs: to_base64(&request.outputs),
        };
        let path = format!("/v1/grants/{}/claim", request.link.id);
        let (status, mut answer): (u16, ClaimAnswer) = self.post(node, &path, &body)?;
        fault::point("wallet.after-answer");
        let receipt = answer.receipt.take();
        let (order, reply) = claimed(node, status, answer)?;
        Ok((order, reply, receipt))
    }

    /// What became of a payment, as the store that was paid says, and what it paid.
    pub fn payment(&self, node: &str, digest: &OrderDigest) -> Result<(Fate, Points), Trouble> {
        let answer: PaymentAnswer = self.get(node, &format!("/v1/refunds/{digest}"), MAX_ANSWER)?.1;
        if answer.order != digest.to_string() {
            return Err(bad(node, BadAnswer::OtherSubject));
        }
        let fate = match answer.state.as_str() {
            "paid" => Fate::Paid,
            "owed" => Fate::Owed,
            "pending" => Fate::Pending,
            "claimed" => Fate::Claimed,
            "withdrawn" => Fate::Withdrawn,
            _ => return Err(bad(node, BadAnswer::State)),
        };
        Ok((fate, Points(answer.points)))
    }

    /// What a store's clock shows.
    pub fn clock(&self, node: &str) -> Result<Seconds, Trouble> {
        let answer: ClockAnswer = self.get(node, "/v1/status", MAX_ANSWER)?.1;
        Ok(answer.now_ms / 1000)
    }

    /// Claims a refund. The order comes with either answer, as to any claim.
    pub fn claim_refund(&self, node: &str, request: &RefundRequest) -> Result<(Order, OrderReply), Trouble> {
        let body = RefundBody {
            refunded: to_base64(&request.refunded),
            signature: to_base64(&request.signature),
            keyset: request.keyset.0,
            outputs: to_base64(&request.outputs),
        };
        let path = format!("/v1/refunds/{}/claim", request.refunded.digest());
        let (status, answer): (u16, ClaimAnswer) = self.post(node, &path, &body)?;
        fault::point("wallet.after-answer");
        claimed(node, status, answer)
    }

    /// A checkout's offer.
    pub fn offer(&self, link: &Link) -> Result<SignedOffer, Trouble> {
        let node = link.base.as_str();
        let answer: OfferAnswer = self.get(node, &format!("/v1/checkouts/{}/offer", link.id), MAX_ANSWER)?.1;
        from_base64(&answer.offer, MAX_MESSAGE_BYTES).map_err(|source| bad(node, source))
    }

    /// What a basket costs and earns; waits for so many seconds until it is in another state than the one that is known.
    pub(super) fn basket(&self, link: &Link, known: Option<(&str, u64)>) -> Result<BasketAnswer, Trouble> {
        let node = link.base.as_str();
        let wait = known.map_or_else(String::new, |(state, seconds)| format!("?wait={seconds}&state={state}"));
        let answer = self.get(node, &format!("/v1/baskets/{}/offer{wait}", link.id), MAX_ANSWER)?.1;
        about(link, answer)
    }

    /// Pays nothing with points.
    pub(super) fn decline(&self, link: &Link, secret: &str) -> Result<BasketAnswer, Trouble> {
        let path = format!("/v1/baskets/{}/decline", link.id);
        about(link, self.post(link.base.as_str(), &path, &SecretBody { secret })?.1)
    }

    /// Says that the receipt was kept that one of the `kind` carried: `grants` or `baskets`.
    pub(super) fn received(&self, kind: &str, link: &Link, secret: &str) -> Result<(), Trouble> {
        let path = format!("/v1/{kind}/{}/received", link.id);
        self.post::<serde_json::Value>(link.base.as_str(), &path, &SecretBody { secret }).map(|_| ())
    }

    /// Sends an order.
    pub fn submit(&self, node: &str, submission: &Submission) -> Result<OrderReply, Trouble> {
        let body = OrderBody {
            order: to_base64(&submission.signed.order),
            authorization: to_base64(&submission.signed.authorization),
            columns: submission.columns.iter().map(to_base64).collect(),
        };
        let (status, answer) = self.post(node, "/v1/orders", &body)?;
        fault::point("wallet.after-answer");
        reply(node, status, answer)
    }

    /// What became of an order.
    pub fn order(&self, node: &str, keyset: KeysetId, digest: &OrderDigest) -> Result<OrderReply, Trouble> {
        let (status, answer) = self.get(node, &format!("/v1/orders/{digest}?keyset={keyset}"), MAX_ANSWER)?;
        fault::point("wallet.after-answer");
        reply(node, status, answer)
    }

    /// An order that is known by its digest alone, once it is certified; `None` if it is not decided yet.
    pub fn certified(
        &self,
        node: &str,
        keyset: KeysetId,
        digest: &OrderDigest,
    ) -> Result<Option<ClaimedOrder>, Trouble> {
        let (status, mut answer): (u16, OrderAnswer) =
            self.get(node, &format!("/v1/orders/{digest}?keyset={keyset}"), MAX_ANSWER)?;
        let order = answer.order.take();
        let OrderReply::Certified { certificate, evaluations } = reply(node, status, answer)? else { return Ok(None) };
        let order = order.ok_or_else(|| bad(node, BadAnswer::NoOrder))?;
        let order: Order = from_base64(&order, MAX_MESSAGE_BYTES).map_err(|source| bad(node, source))?;
        if order.digest() != *digest {
            return Err(bad(node, BadAnswer::OtherSubject));
        }
        Ok(Some(ClaimedOrder { order, certificate: *certificate, evaluations }))
    }

    /// What witnesses say of the length of their prefixes; nothing of it is checked.
    pub fn bucket_lengths(&self, node: &str, query: &LengthQuery) -> Result<Vec<BucketLength>, Trouble> {
        let path = format!("/v1/buckets/{}?nonce={}", query.keyset, hex::encode(query.nonce));
        let answer: LengthsAnswer = self.get(node, &path, MAX_ANSWER)?.1;
        all(node, &answer.lengths)
    }

    /// Pieces of a witness's bucket; nothing of them is checked.
    pub fn bucket_pages(
        &self,
        node: &str,
        index: WitnessIndex,
        query: &BucketQuery,
    ) -> Result<Vec<BucketPage>, Trouble> {
        let BucketQuery { keyset, bits, number, after, nonce } = query;
        let nonce = hex::encode(nonce);
        let mut path = format!("/v1/buckets/{keyset}/{index}?bits={bits}&number={number}&nonce={nonce}");
        if let Some(after) = after {
            path.push_str(&format!("&after={}", to_base64(after)));
        }
        let answer: PagesAnswer = self.get(node, &path, MAX_ANSWER)?.1;
        all(node, &answer.pages)
    }

    /// What witnesses say of a coin; nothing of it is checked.
    pub fn probe(&self, node: &str, probe: &Probe) -> Result<Vec<ProbeAnswer>, Trouble> {
        let answer: ProbesAnswer = self.post(node, "/v1/probes", &ProbeBody { probe: to_base64(probe) })?.1;
        all(node, &answer.answers)
    }

    /// Hands a store the certificate of a payment that was carried by another.
    pub fn certificate(&self, link: &Link, order: &Order, certificate: &Certificate) -> Result<(), Trouble> {
        let body = CertificateBody { order: to_base64(order), certificate: to_base64(certificate) };
        let path = format!("/v1/checkouts/{}/certificate", link.id);
        self.post::<serde_json::Value>(link.base.as_str(), &path, &body).map(|_| ())
    }

    fn get<T: DeserializeOwned>(&self, node: &str, path: &str, limit: u64) -> Result<(u16, T), Trouble> {
        let response = self.agent.get(url(node, path)).call().map_err(|source| unreachable(node, source))?;
        read(node, response, limit)
    }

    fn post<T: DeserializeOwned>(&self, node: &str, path: &str, body: &impl Serialize) -> Result<(u16, T), Trouble> {
        let sent = self.agent.post(url(node, path)).send_json(body);
        read(node, sent.map_err(|source| unreachable(node, source))?, MAX_ANSWER)
    }
}

fn about(link: &Link, answer: BasketAnswer) -> Result<BasketAnswer, Trouble> {
    if answer.id == link.id.as_str() { Ok(answer) } else { Err(bad(link.base.as_str(), BadAnswer::OtherSubject)) }
}

fn all<T: Decode<()> + Encode>(node: &str, texts: &[String]) -> Result<Vec<T>, Trouble> {
    let read = texts.iter().map(|text| from_base64(text, MAX_MESSAGE_BYTES));
    read.collect::<Result<_, BadAnswer>>().map_err(|source| bad(node, source))
}

fn url(node: &str, path: &str) -> String {
    format!("{}{path}", node.trim_end_matches('/'))
}

fn read<T: DeserializeOwned>(node: &str, mut response: Response<Body>, limit: u64) -> Result<(u16, T), Trouble> {
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    let reader = response.body_mut().with_config().limit(limit).reader();
    let failed = |source: std::io::Error| unreachable(node, ureq::Error::Io(source));
    reader.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    if (200..300).contains(&status) {
        let body = if bytes.is_empty() { b"null".as_slice() } else { &bytes };
        let value = serde_json::from_slice(body).map_err(|source| bad(node, BadAnswer::Shape(source)))?;
        return Ok((status, value));
    }
    let Ok(problem) = serde_json::from_slice::<ProblemAnswer>(&bytes) else {
        return Err(bad(node, BadAnswer::Status(status)));
    };
    let detail = shown(if problem.detail.is_empty() { &problem.title } else { &problem.detail });
    let (code, retryable, conflict) = (shown(&problem.code), problem.retryable, problem.conflict);
    Err(Trouble::Refused { node: node.to_owned(), problem: Problem { status, code, detail, retryable, conflict } })
}

/// A store's words go to a terminal: no control characters, no novels.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

fn claimed(node: &str, status: u16, answer: ClaimAnswer) -> Result<(Order, OrderReply), Trouble> {
    let order = from_base64(&answer.order, MAX_MESSAGE_BYTES).map_err(|source| bad(node, source))?;
    let parts = OrderAnswer {
        order: None,
        certificate: answer.certificate,
        evaluations: answer.evaluations,
        votes: answer.votes,
    };
    Ok((order, reply(node, status, parts)?))
}

fn reply(node: &str, status: u16, answer: OrderAnswer) -> Result<OrderReply, Trouble> {
    let bad = |source| bad(node, source);
    let Some(certificate) = answer.certificate else {
        return match status {
            202 => Ok(OrderReply::Pending { votes: answer.votes }),
            other => Err(bad(BadAnswer::Status(other))),
        };
    };
    let certificate = Box::new(from_base64(&certificate, MAX_MESSAGE_BYTES).map_err(bad)?);
    let evaluations = answer.evaluations.iter().map(|text| from_base64(text, MAX_MESSAGE_BYTES));
    Ok(OrderReply::Certified { certificate, evaluations: evaluations.collect::<Result<_, _>>().map_err(bad)? })
}

impl Problem {
    /// The order in the way, if the problem carries one.
    pub fn conflict(&self, node: &str) -> Result<Option<Conflict>, Trouble> {
        let decoded = self.conflict.as_ref().map(|text| from_base64(text, 2 * MAX_MESSAGE_BYTES));
        decoded.transpose().map_err(|source| bad(node, source))
    }
}

pub(super) fn bad(node: &str, source: BadAnswer) -> Trouble {
    Trouble::BadAnswer { node: node.to_owned(), source }
}

fn unreachable(node: &str, source: ureq::Error) -> Trouble {
    Trouble::Unreachable { node: node.to_owned(), source: Box::new(source) }
}

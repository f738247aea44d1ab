//! Everything that can go wrong over HTTP (RFC 9457). Keeps HTTP-14 and HTTP-15.

mod code;
mod explained;
pub(super) mod schema;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::machine::till::basket::BasketError;
use ronde_protocol::machine::till::checkout::{CheckoutError, Unfit};
use ronde_protocol::machine::till::grant::{GrantError, TermsError};
use ronde_protocol::machine::till::pledge::PledgeError;
use ronde_protocol::machine::till::sale::SaleError;
use ronde_protocol::message::codec::{BadEncoding, encode};
use ronde_protocol::message::order::Purpose;
use ronde_protocol::message::refusal::{Conflict, Refusal, Rule};
use serde_json::{Map, Value, json};

use crate::shop::{DeskError, OverCap, RepeatError, ReturnError, ShopError, TillError, WebhookError};

pub use code::Code;
pub use explained::Explained;

/// A problem on its way to whoever asked.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    retryable: bool,
    extensions: Map<String, Value>,
}

impl Problem {
    /// What happened, and what to do.
    pub fn new(code: Code, detail: impl ToString) -> Self {
        Self { code, detail: detail.to_string(), retryable: code.is_retryable(), extensions: Map::new() }
    }

    /// One more member of the object.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(name.to_owned(), value.into());
        self
    }

    /// Which field can't be, and why.
    pub(super) fn field(field: &str, detail: impl ToString) -> Self {
        Self::new(Code::RequestInvalid, detail).with("field", field)
    }

    /// Bytes that could not be read, in which field.
    pub(super) fn encoding(field: &str, offset: usize, expected: impl ToString) -> Self {
        let expected = expected.to_string();
        Self::new(Code::BadEncoding, format!("at byte {offset} of {field}: expected {expected}"))
            .with("field", field)
            .with("offset", offset)
            .with("expected", expected)
    }

    /// Canonical bytes that are none.
    pub(super) fn canonical(field: &str, error: BadEncoding) -> Self {
        Self::encoding(field, error.offset, error.expected)
    }

    /// A member of the object that is not in every one.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.extensions.get(name)
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    fn body(&self, french: bool) -> Vec<u8> {
        let [english_title, french_title] = self.code.titles();
        let mut object = self.extensions.clone();
        object.extend([
            ("type".to_owned(), json!(format!("urn:ronde:problem:{}", self.code.name()))),
            ("title".to_owned(), json!(if french { french_title } else { english_title })),
            ("status".to_owned(), json!(self.code.status().as_u16())),
            ("code".to_owned(), json!(self.code.name())),
            ("detail".to_owned(), json!(self.detail)),
            ("retryable".to_owned(), json!(self.retryable)),
        ]);
        Value::Object(object).to_string().into_bytes()
    }
}

impl IntoResponse for Problem {
    /// Written out by `localize`, which knows the reader's language.
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        if self.code == Code::TokenMissing {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes problems in the language that the request prefers (HTTP-16).
pub(crate) async fn localize(request: Request, next: Next) -> Response {
    let french = prefers_french(request.headers());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    *response.body_mut() = problem.body(french).into();
    // For whoever writes it as a page.
    response.extensions_mut().insert(problem.code);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(if french { "fr" } else { "en" }));
    headers.remove(header::CONTENT_LENGTH);
    response
}

/// Whether French stands before English in `Accept-Language`. English is the default.
pub(crate) fn prefers_french(headers: &HeaderMap) -> bool {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weight = |language: &str| {
        let weights = text.split(',').filter_map(|item| {
            let (tag, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            let primary = tag.trim().split('-').next()?;
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            primary.eq_ignore_ascii_case(language).then_some(weight)
        });
        weights.fold(0.0, f32::max)
    };
    weight("fr") > weight("en")
}

/// No such path.
pub(super) async fn not_found() -> Problem {
    Problem::new(Code::NotFound, "there is no such path")
}

/// No such method on this path.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(Code::MethodNotAllowed, "this path does not take this method")
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => refusal.into(),
            DeskError::QuorumUnreachable { answered, needed } => {
                Self::new(Code::QuorumUnreachable, &error).with("answered", answered).with("needed", needed)
            }
            DeskError::Storage(error) => Self::storage(&error),
            DeskError::Shop(error) => (*error).into(),
        }
    }
}

impl Problem {
    /// The details are for the log of the node, not for whoever asked.
    fn storage(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request could not be stored");
        Self::new(Code::StorageFailed, "the node could not read or write its database; nothing was done")
    }
}

/// A witness's refusal under the code of its row (ERROR-1, ERROR-2).
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let problem = match &refusal {
            Refusal::BadEncoding { offset, expected } => {
                Self::new(Code::BadEncoding, &refusal).with("offset", *offset).with("expected", format!("{expected:?}"))
            }
            Refusal::OtherFederation => rule(&refusal, "federation"),
            Refusal::CharterBehind => Self::new(Code::CharterBehind, &refusal),
            Refusal::CharterExpired => Self::new(Code::CharterExpired, &refusal),
            Refusal::Closed => Self::new(Code::KeysetClosed, &refusal),
            Refusal::Invalid(broken) => rule(broken, rule_name(*broken)),
            Refusal::BadSignature => Self::new(Code::BadSignature, &refusal),
            Refusal::BadCertificate => rule(&refusal, "certificate"),
            Refusal::CoinUnknown => Self::new(Code::CoinUnknown, &refusal),
            Refusal::NoColumn => rule(&refusal, "columns"),
            Refusal::ClockSkew { ahead } => Self::new(Code::ClockSkew, &refusal).with("ahead", *ahead),
            Refusal::LimitExceeded { left } => Self::new(Code::LimitExceeded, &refusal).with("left", left.0),
            Refusal::Conflict(conflict) => conflicting(conflict),
            Refusal::NotVoting(_) => Self::new(Code::WitnessNotVoting, &refusal),
            Refusal::RolloverBehind => Self::new(Code::RolloverBehind, &refusal),
            Refusal::Unknown => Self::new(Code::NotFound, &refusal),
            Refusal::Forbidden => rule(&refusal, "forbidden"),
            Refusal::Busy => Self::new(Code::RateLimited, &refusal),
            Refusal::StorageFailed => Self::new(Code::StorageFailed, &refusal),
        };
        Self { retryable: refusal.is_retryable(), ..problem }
    }
}

fn rule(detail: impl ToString, name: &str) -> Problem {
    Problem::new(Code::OrderInvalid, detail).with("rule", name)
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Columns => "columns",
        Rule::Inputs => "inputs",
        Rule::Outputs => "outputs",
        Rule::Kind => "kind",
        Rule::Denomination => "denomination",
        Rule::OutputKeyset => "output-keyset",
        Rule::Balance => "balance",
        Rule::Overflow => "overflow",
        Rule::Store => "store",
        Rule::Reference => "reference",
        Rule::PledgeDay => "pledge-day",
        Rule::Ballot => "ballot",
        Rule::Choice => "choice",
        Rule::Issuer => "issuer",
        Rule::Authorization => "authorization",
    }
}

/// With the order in the way, so that a wallet can see for itself (HTTP-17).
fn conflicting(conflict: &Conflict) -> Problem {
    let certified = conflict.certificate.is_some();
    let code = match conflict.other.order().purpose {
        Purpose::Earn if certified => Code::GrantClaimed,
        Purpose::Earn | Purpose::Pledge { .. } => Code::OrderConflict,
        _ if certified => Code::CoinSpent,
        _ => Code::OrderConflict,
    };
    let detail = match certified {
        true => "another order over the same coin or reference is certified: this one is dead",
        false => "another order over the same coin or reference came first and is not decided yet",
    };
    Problem::new(code, detail).with("conflict", URL_SAFE_NO_PAD.encode(encode(conflict)))
}

impl From<ShopError> for Problem {
    fn from(error: ShopError) -> Self {
        match error {
            ShopError::Storage(error) => Self::storage(&error),
            ShopError::Entropy | ShopError::Damaged(_) => Self::storage(&error),
            ShopError::Missing(missing) => Self::new(Code::NotFound, missing),
            ShopError::Terms(error) => terms(error),
            ShopError::Cap(error) => error.into(),
            ShopError::Grant(error) => error.into(),
            ShopError::Checkout(error) => error.into(),
            ShopError::Basket(error) => basket(error),
            ShopError::Receipt(error) => Self::field("receipt", error),
            ShopError::NotAccepted | ShopError::ReturnsUnknown => Self::field("checkout", error),
            ShopError::TooMuchBack(error) => Self::field("points", error).with("left", error.left.0),
            ShopError::Return(error) => Self::field(field_of(error), error),
            ShopError::Pledge(error) => error.into(),
            ShopError::Restored => Self::new(Code::OrderConflict, &error),
            ShopError::Earning(error) => Self::field("eligible_cents", error),
            ShopError::Till(error) => match error {
                TillError::Name | TillError::Taken | TillError::TooMany => Self::field("name", error),
                TillError::Revoked => Self::new(Code::TokenMissing, error),
                TillError::Scopes => Self::field("scopes", error),
            },
            ShopError::Webhook(error) => match error {
                WebhookError::Url(_) | WebhookError::TooMany => Self::field("url", error),
                WebhookError::Kinds => Self::field("events", error),
                WebhookError::From { .. } => Self::field("from", error),
            },
            ShopError::Repeat(error) => match error {
                RepeatError::Mismatch => Self::new(Code::IdempotencyMismatch, error),
                RepeatError::InFlight => Self::new(Code::IdempotencyInFlight, error),
                RepeatError::TooLong => Self::new(Code::TooLarge, error),
            },
        }
    }
}

/// What of a return can't be.
fn field_of(error: ReturnError) -> &'static str {
    match error {
        ReturnError::NoBasket | ReturnError::NotComplete | ReturnError::OtherSale => "grant",
        ReturnError::NotSold | ReturnError::OtherSold(_) | ReturnError::Sold(_) => "sold_cents",
        ReturnError::Again => "reference",
        ReturnError::Back(_) => "eligible_cents",
    }
}

fn basket(error: BasketError) -> Problem {
    match error {
        BasketError::Settled | BasketError::Complete => Problem::new(Code::BasketSettled, error),
        BasketError::Cancelled => Problem::new(Code::CheckoutCancelled, error),
        BasketError::Expired => Problem::new(Code::CheckoutExpired, error),
        BasketError::Sale(SaleError::Eligible) => Problem::field("eligible_cents", error),
        BasketError::Sale(_) => Problem::field("total_cents", error),
    }
}

fn terms(error: TermsError) -> Problem {
    match error {
        TermsError::Limit(limit) => {
            let problem = Problem::new(Code::LimitExceeded, error).with("left", limit.0);
            // A single grant above the daily limit never fits.
            Problem { retryable: false, ..problem }
        }
        TermsError::Empty => Problem::field("points", error),
        TermsError::Campaign(_) | TermsError::Minimum(_) => Problem::field("ballot", error),
        TermsError::Vouchers | TermsError::Offer(_) => Problem::field("vouchers", error),
    }
}

impl From<OverCap> for Problem {
    /// A grant that fits on another day may be asked for again (TILL-5).
    fn from(over: OverCap) -> Self {
        let problem = Self::new(Code::LimitExceeded, over).with("left", over.left.0).with("cap", over.cap.name());
        Self { retryable: over.fits_later, ..problem }
    }
}

impl From<GrantError> for Problem {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::Claimed => Self::new(Code::GrantClaimed, error),
            GrantError::Expired | GrantError::Cancelled => Self::new(Code::GrantExpired, error),
            GrantError::Secret => Self::new(Code::NotFound, error),
            GrantError::Outputs => rule(error, "grant"),
            GrantError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::Taken => Self::new(Code::CheckoutTaken, error),
            CheckoutError::Expired => Self::new(Code::CheckoutExpired, error),
            CheckoutError::Cancelled => Self::new(Code::CheckoutCancelled, error),
            CheckoutError::Unfit(unfit) => {
                let name = match unfit {
                    Unfit::OtherOffer => "offer",
                    Unfit::Step(_) => "offer-step",
                    Unfit::Total { .. } => "offer-total",
                    Unfit::Overflow => "overflow",
                };
                rule(unfit, name)
            }
            CheckoutError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<PledgeError> for Problem {
    fn from(error: PledgeError) -> Self {
        match error {
            PledgeError::OtherToday(_) => Self::new(Code::OrderConflict, error),
            PledgeError::AssociationClosed => Self::field("association", error),
            PledgeError::Refused(refusal) => refusal.into(),
        }
    }
}

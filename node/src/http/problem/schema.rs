//! Problems in the API's document: a schema for each code, and for each call which codes it can answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr, Response, ResponseBuilder};

use super::Code;

/// What any request can meet, whatever it asks for.
pub(in crate::http) const ANY: &[Code] = &[Code::BadEncoding];
/// What a request can meet whose body or query is read.
pub(in crate::http) const READ: &[Code] = &[Code::BadEncoding, Code::TooLarge, Code::RateLimited];
/// What a call can meet that needs a token.
pub(in crate::http) const TOKEN: &[Code] = &[Code::TokenMissing, Code::TokenScope, Code::StorageFailed];
/// What a call can meet that takes an `Idempotency-Key`.
pub(in crate::http) const KEY: &[Code] =
    &[Code::RequestInvalid, Code::IdempotencyMismatch, Code::IdempotencyInFlight, Code::TooLarge, Code::StorageFailed];
/// What the quorum can say of an order.
pub(in crate::http) const ORDER: &[Code] = &[
    Code::CoinSpent,
    Code::CoinUnknown,
    Code::OrderConflict,
    Code::QuorumUnreachable,
    Code::LimitExceeded,
    Code::GrantClaimed,
    Code::ClockSkew,
    Code::CharterExpired,
    Code::CharterBehind,
    Code::RolloverBehind,
    Code::KeysetClosed,
    Code::RateLimited,
    Code::BadEncoding,
    Code::OrderInvalid,
    Code::BadSignature,
    Code::NotFound,
    Code::StorageFailed,
    Code::WitnessNotVoting,
];
/// What a checkout can say of an order that pays it.
pub(in crate::http) const CHECKOUT: &[Code] =
    &[Code::NotFound, Code::OrderInvalid, Code::CheckoutTaken, Code::CheckoutExpired, Code::CheckoutCancelled];

/// Which problems a call can answer: groups of the above, and codes of its own.
macro_rules! problems {
    ($name:ident: $($group:expr),+ $(,)?) => {
        pub(in crate::http) enum $name {}

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                $crate::http::problem::schema::responses(&[$($group),+])
            }
        }
    };
}

pub(in crate::http) use problems;

/// The responses, by status.
pub(in crate::http) fn responses(groups: &[&[Code]]) -> BTreeMap<String, RefOr<Response>> {
    let all: BTreeSet<Code> = groups.iter().copied().flatten().copied().collect();
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in all {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    by_status.into_iter().map(|(status, codes)| (status.to_string(), response(&codes).into())).collect()
}

fn response(codes: &[Code]) -> Response {
    let reference = |code: &Code| Ref::from_schema_name(schema_name(*code));
    let schema = codes.iter().fold(OneOfBuilder::new(), |all, code| all.item(reference(code)));
    let schema = Schema::OneOf(schema.build());
    let titles: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.name(), code.titles()[0])).collect();
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(titles.join(". ") + ".");
    let language = text("The language of the title: by `Accept-Language`, `en` if nothing else is wanted.")
        .enum_values(Some(["en", "fr"]));
    let language = HeaderBuilder::new().schema(Some(language)).build();
    let response = response.content("application/problem+json", content).header("Content-Language", language);
    match codes.contains(&Code::TokenMissing) {
        true => {
            let scheme = text("Which scheme is asked for.").enum_values(Some(["Bearer"]));
            let scheme = HeaderBuilder::new().schema(Some(scheme)).build();
            response.header("WWW-Authenticate", scheme).build()
        }
        false => response.build(),
    }
}

fn schema_name(code: Code) -> String {
    format!("problem-{}", code.name())
}

/// A schema for each code, by name.
pub(in crate::http) fn schemas() -> impl Iterator<Item = (String, RefOr<Schema>)> {
    Code::ALL.iter().map(|code| (schema_name(*code), Schema::Object(schema(*code)).into()))
}

fn schema(code: Code) -> utoipa::openapi::Object {
    let [english, french] = code.titles();
    let fixed = |value: &str| ObjectBuilder::new().schema_type(Type::String).enum_values(Some([value.to_owned()]));
    let status = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([json!(code.status().as_u16())]));
    let mut object = ObjectBuilder::new()
        .description(Some(format!("{} {english}.", code.explained().happened)))
        .property("type", fixed(&format!("urn:ronde:problem:{}", code.name())))
        .property("title", ObjectBuilder::new().schema_type(Type::String).enum_values(Some([english, french])))
        .property("status", status)
        .property("code", fixed(code.name()))
        .property("detail", text("What happened, and what to do. For people, in English; never to be parsed."))
        .property("retryable", flag("Whether the very same request may succeed later."));
    for name in ["type", "title", "status", "code", "detail", "retryable"] {
        object = object.required(name);
    }
    for member in code.members() {
        object = object.property(member.name, member.schema());
        if member.always {
            object = object.required(member.name);
        }
    }
    object.build()
}

/// One more member of a problem.
struct Member {
    name: &'static str,
    about: &'static str,
    form: Form,
    always: bool,
}

enum Form {
    Text,
    Count,
    /// Which cap.
    Cap,
    /// The canonical bytes of a `Conflict`.
    Conflict,
}

impl Member {
    const fn some(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, about, form, always: false }
    }

    const fn always(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, about, form, always: true }
    }

    fn schema(&self) -> RefOr<Schema> {
        match self.form {
            Form::Text => Schema::Object(text(self.about).build()).into(),
            Form::Count => {
                let count = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0_usize));
                Schema::Object(count.description(Some(self.about)).build()).into()
            }
            Form::Cap => {
                let names = Some(["grant", "till", "store", "goodwill"]);
                Schema::Object(text(self.about).enum_values(names).build()).into()
            }
            Form::Conflict => Ref::from_schema_name("ConflictBytes").into(),
        }
    }
}

const CONFLICT: &str = "The order in the way, with its certificate if there is one.";
const FIELD: &str = "The member, parameter or header that is meant; or `body`.";

impl Code {
    /// The members that its problems have beside those of every problem.
    fn members(self) -> &'static [Member] {
        use Form::{Cap, Conflict, Count, Text};
        match self {
            Self::CoinSpent => &[const { Member::always("conflict", Conflict, CONFLICT) }],
            Self::OrderConflict | Self::GrantClaimed => &[const { Member::some("conflict", Conflict, CONFLICT) }],
            Self::QuorumUnreachable => &[
                const { Member::always("answered", Count, "How many witnesses answered.") },
                const { Member::always("needed", Count, "How many are needed.") },
            ],
            Self::LimitExceeded => &[
                const { Member::always("left", Count, "Points that could still be issued, or the limit of a day.") },
                const { Member::some("cap", Cap, "Which cap, if it is one of the store's.") },
            ],
            Self::RateLimited => &[const { Member::some("retry_after", Count, "Seconds, for a password.") }],
            Self::ClockSkew => &[const { Member::always("ahead", Count, "Seconds.") }],
            Self::TokenScope => &[const { Member::always("scope", Text, "The scope that is needed.") }],
            Self::BadEncoding => &[
                const { Member::some("field", Text, FIELD) },
                const { Member::always("offset", Count, "Where in it, in bytes or characters.") },
                const { Member::always("expected", Text, "What should stand there.") },
            ],
            Self::OrderInvalid => &[const { Member::always("rule", Text, "The rule that is broken.") }],
            Self::RequestInvalid => &[
                const { Member::always("field", Text, FIELD) },
                const { Member::some("left", Count, "Points that can still be given back.") },
            ],
            _ => &[],
        }
    }
}

fn text(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(about))
}

fn flag(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about))
}

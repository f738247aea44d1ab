//! The forms of values in requests and answers, as chapter 15 of the specification names them: each a schema of the API's
//! document that members refer to.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// The alphabet of base64 here, and the digits that can end a text whose last four or two bits are unused.
const DIGIT: &str = "A-Za-z0-9_-";

macro_rules! forms {
    ($($name:ident: $about:literal = $make:expr;)*) => {
        /// All of them by name. A parameter's type is not added to the document by itself.
        pub(crate) fn all() -> Vec<(String, RefOr<Schema>)> {
            vec![$((stringify!($name).to_owned(), $name::schema()),)*]
        }

        $(
        #[doc = $about]
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                Schema::Object($make.description(Some($about)).build()).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
        )*
    };
}

forms! {
    U64: "A whole number from 0 to 2^64 - 1." = integer(0, u64::MAX);
    Cents: "Euro cents, of one basket." = integer(0, 1_000_000_000);
    Points: "Points; whole, never a fraction." = integer(0, u64::MAX);
    Position: "Points with a sign: what an account is owed, or owes if below zero." = ObjectBuilder::new()
        .schema_type(Type::Integer);
    Milliseconds: "Milliseconds with a sign." = ObjectBuilder::new().schema_type(Type::Integer);
    Number: "A number of the charter: of a store, keyset, association, campaign or offer." = integer(0, u64::from(u32::MAX));
    OrderCode: "The first 40 bits of a name, by which people speak of it." = text("^[0-9A-HJKMNP-TV-Z]{8}$");
    SealedReceipt: "A sealed receipt (chapter 31 of the specification), as URL-safe base64 without padding." = base64("receipt");
    Hex32: "32 bytes as 64 hexadecimal digits." = text("^[0-9a-f]{64}$");
    RecordName: "Names a grant, checkout, basket or webhook: 16 random bytes as URL-safe base64 without padding." = text(
        "^[A-Za-z0-9_-]{21}[AQgw]$"
    );
    Time: "A time in UTC, whole seconds (RFC 3339)." = text(
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
    ).format(Some(SchemaFormat::Custom("date-time".to_owned())));
    Day: "A day in UTC (RFC 3339)." = text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        .format(Some(SchemaFormat::Custom("date".to_owned())));
    Secret: "32 bytes as URL-safe base64 without padding." = text("^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$");
    SignedCharterBytes: "Canonical bytes of a `SignedCharter`, as URL-safe base64 without padding." = base64("signed-charter");
    HeadBytes: "Canonical bytes of a `Head`, as URL-safe base64 without padding." = base64("head");
    LogEntryBytes: "Canonical bytes of a `LogEntry`, as URL-safe base64 without padding." = base64("log-entry");
    StatementBytes: "Canonical bytes of a `ClosingStatement`, as URL-safe base64 without padding." = base64("closing-statement");
    EvidenceBytes: "Canonical bytes of an `Evidence` or `Exhibit`, as URL-safe base64 without padding." = base64("evidence");
    OutputsBytes: "Canonical bytes of the outputs of an `Order`, as URL-safe base64 without padding." = base64("outputs");
    OrderBytes: "Canonical bytes of an `Order`, as URL-safe base64 without padding." = base64("order");
    AuthorizationBytes: "Canonical bytes of an `Authorization`, as URL-safe base64 without padding." = base64("authorization");
    ColumnBytes: "Canonical bytes of a `Column`, as URL-safe base64 without padding." = base64("column");
    CertificateBytes: "Canonical bytes of a `Certificate`, as URL-safe base64 without padding." = base64("certificate");
    EvaluationBytes: "Canonical bytes of an `Evaluation`, as URL-safe base64 without padding." = base64("evaluation");
    ConflictBytes: "Canonical bytes of a `Conflict`, as URL-safe base64 without padding." = base64("conflict");
    SignedOfferBytes: "Canonical bytes of a `SignedOffer`, as URL-safe base64 without padding." = base64("signed-offer");
    BucketLengthBytes: "Canonical bytes of a `BucketLength`, as URL-safe base64 without padding." = base64("bucket-length");
    BucketPlaceBytes: "Canonical bytes of a `BucketPlace`, as URL-safe base64 without padding." = base64("bucket-place");
    BucketPageBytes: "Canonical bytes of a `BucketPage`, as URL-safe base64 without padding." = base64("bucket-page");
    SpendSignatureBytes: "Canonical bytes of a `SpendSignature`, as URL-safe base64 without padding." = base64("spend-signature");
    ProbeBytes: "Canonical bytes of a `Probe`, as URL-safe base64 without padding." = base64("probe");
    ProbeAnswerBytes: "Canonical bytes of a `ProbeAnswer`, as URL-safe base64 without padding." = base64("probe-answer");
}

fn integer(least: u64, most: u64) -> ObjectBuilder {
    let number = |value| usize::try_from(value).unwrap_or(usize::MAX);
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(number(least))).maximum(Some(number(most)))
}

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// A format of its own for each message: no schema can say which bytes are one, but a reader can look it up by name.
fn base64(message: &str) -> ObjectBuilder {
    text(&format!("^([{DIGIT}]{{4}})*([{DIGIT}][AQgw]|[{DIGIT}]{{2}}[AEIMQUYcgkosw048])?$"))
        .content_encoding("base64url")
        .content_media_type(format!("application/vnd.ronde.{message}"))
        .format(Some(SchemaFormat::Custom(format!("ronde-{message}"))))
}

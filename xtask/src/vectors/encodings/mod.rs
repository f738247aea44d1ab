//! Suite `encodings`: every message and its bytes, and what is no message.

mod replies;
pub mod samples;
mod spoiled;
mod structures;

use ronde_protocol::message::codec::{Encode, encode};
use ronde_vectors::file::{Group, Test};
use serde_json::json;

use super::case::{Case, case, group};

type Tests = Vec<Result<Test, String>>;

/// The one group.
pub fn suite() -> Result<Vec<Group>, String> {
    let mut tests = structures::tests();
    tests.extend(replies::tests());
    tests.extend(spoiled::ends());
    tests.extend(spoiled::choices());
    tests.extend(spoiled::flags());
    tests.extend(spoiled::texts());
    tests.extend(spoiled::lists());
    tests.extend(spoiled::lies());
    Ok(vec![group("encoding", tests)?])
}

/// Bytes said to be a message.
fn bytes_of(slug: &str, rule: &'static str, comment: &str, message: &str, bytes: &[u8]) -> Case {
    case("encoding", slug, rule, comment, json!({"message": message, "bytes": hex::encode(bytes)}))
}

/// A message that is accepted.
fn good<T: Encode>(slug: &str, comment: &str, message: &str, value: &T) -> Result<Test, String> {
    bytes_of(slug, "ENC-1", comment, message, &encode(value)).valid()
}

//! Messages and their bytes.

use ronde_protocol::{crypto::VerifyingKeyBytes, message::charter::Store};
use ronde_protocol::{
    limits::{MAX_CHARTER_BYTES, MAX_EVIDENCE_BYTES, MAX_MESSAGE_BYTES, MAX_SUBMISSION_BYTES},
    machine::audit::{Exhibit, MAX_EXHIBIT_BYTES},
    message::{
        bucket::{BucketLength, BucketPage, BucketPlace, BucketQuery, LengthQuery},
        certificate::Certificate,
        charter::{CharterBody, Genesis, SignedCharter, VoucherOffer},
        codec::{Decode, Encode, decode},
        evaluation::Evaluation,
        evidence::Evidence,
        head::{Head, HeadAnswer},
        ids::{OrderDigest, Reference},
        log::{CertifiedOrder, LogEntry},
        offer::{Offer, SignedOffer},
        order::{Order, SignedOrder, Submission, pledge_reference},
        probe::{Probe, ProbeAnswer},
        refund::RefundClaim,
        refusal::{Conflict, Refusal},
        statement::ClosingStatement,
        vote::Vote,
        wire::{Reply, Request},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Hex, Octets, Refused};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Encoded {
    message: Message,
    bytes: Octets,
}

#[derive(Serialize)]
pub(super) struct Decoded {
    value: Value,
}

macro_rules! messages {
    ($($name:ident $bound:expr;)+) => {
        /// A message that is decoded on its own, by the name of its table.
        #[derive(Clone, Copy, Deserialize)]
        enum Message { $($name,)+ }

        impl Message {
            /// Decodes within the message's bound.
            fn read(self, bytes: &[u8]) -> Result<Value, Refused> {
                match self { $(Self::$name => value::<$name>(bytes, $bound),)+ }
            }
        }
    };
}

messages! {
    Order MAX_MESSAGE_BYTES;
    SignedOrder MAX_MESSAGE_BYTES;
    Submission MAX_SUBMISSION_BYTES;
    Offer MAX_MESSAGE_BYTES;
    SignedOffer MAX_MESSAGE_BYTES;
    Vote MAX_MESSAGE_BYTES;
    Certificate MAX_MESSAGE_BYTES;
    Evaluation MAX_MESSAGE_BYTES;
    Head MAX_MESSAGE_BYTES;
    HeadAnswer MAX_MESSAGE_BYTES;
    LengthQuery MAX_MESSAGE_BYTES;
    BucketLength MAX_MESSAGE_BYTES;
    BucketPlace MAX_MESSAGE_BYTES;
    BucketQuery MAX_MESSAGE_BYTES;
    BucketPage MAX_MESSAGE_BYTES;
    Probe MAX_MESSAGE_BYTES;
    ProbeAnswer MAX_MESSAGE_BYTES;
    RefundClaim MAX_MESSAGE_BYTES;
    ClosingStatement MAX_MESSAGE_BYTES;
    CertifiedOrder MAX_MESSAGE_BYTES;
    LogEntry MAX_MESSAGE_BYTES;
    Request MAX_MESSAGE_BYTES;
    Reply MAX_MESSAGE_BYTES;
    Refusal MAX_MESSAGE_BYTES;
    Conflict 2 * MAX_MESSAGE_BYTES;
    Genesis MAX_CHARTER_BYTES;
    Store MAX_CHARTER_BYTES;
    VoucherOffer MAX_CHARTER_BYTES;
    CharterBody MAX_CHARTER_BYTES;
    SignedCharter MAX_CHARTER_BYTES;
    Evidence MAX_EVIDENCE_BYTES;
    Exhibit MAX_EXHIBIT_BYTES;
}

fn value<T: Decode<()> + Encode + Serialize>(bytes: &[u8], bound: usize) -> Result<Value, Refused> {
    let message: T = decode(bytes, bound)?;
    serde_json::to_value(message).map_err(|_| Refused::named("no-json"))
}

pub(super) fn encoding(input: Encoded) -> Result<Decoded, Refused> {
    Ok(Decoded { value: input.message.read(&input.bytes.0)? })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderBytes {
    order: Octets,
}

#[derive(Serialize)]
pub(super) struct Digest {
    digest: OrderDigest,
}

pub(super) fn order_digest(input: OrderBytes) -> Result<Digest, Refused> {
    let order: Order = decode(&input.order.0, MAX_MESSAGE_BYTES)?;
    Ok(Digest { digest: order.digest() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferBytes {
    node_key: Hex<32>,
    offer: Octets,
}

#[derive(Serialize)]
pub(super) struct ReferenceOf {
    reference: Reference,
}

pub(super) fn offer(input: OfferBytes) -> Result<ReferenceOf, Refused> {
    let signed: SignedOffer = decode(&input.offer.0, MAX_MESSAGE_BYTES)?;
    let key = VerifyingKeyBytes(input.node_key.0).decode()?;
    let verified = signed.verify(&key).map_err(|_| Refused::named("bad-signature"))?;
    Ok(ReferenceOf { reference: verified.get().reference() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    time: u64,
}

pub(super) fn pledge(input: Time) -> Result<ReferenceOf, Refused> {
    Ok(ReferenceOf { reference: pledge_reference(input.time) })
}

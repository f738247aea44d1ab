//! Receipts, sealed for whoever claims their grant.

use ronde_protocol::message::receipt::{self, ReceiptError};
use serde::{Deserialize, Serialize};

use super::{Hex, Octets, Refused};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    secret: Hex<32>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    secret: Hex<32>,
    sealed: Octets,
}

#[derive(Serialize)]
pub(super) struct SealedOutput {
    sealed: Octets,
}

#[derive(Serialize)]
pub(super) struct TextOutput {
    text: String,
}

fn refused(error: ReceiptError) -> Refused {
    Refused::named(match error {
        ReceiptError::Empty => "empty",
        ReceiptError::TooLong => "too-long",
        ReceiptError::ZeroByte => "zero-byte",
        ReceiptError::Sealed => "sealed",
        ReceiptError::Inside => "inside",
    })
}

pub(super) fn receipt_seal(input: Open) -> Result<SealedOutput, Refused> {
    let sealed = receipt::seal(&input.secret.0, &input.text).map_err(refused)?;
    Ok(SealedOutput { sealed: Octets(sealed) })
}

pub(super) fn receipt_open(input: Sealed) -> Result<TextOutput, Refused> {
    let text = receipt::open(&input.secret.0, &input.sealed.0).map_err(refused)?;
    Ok(TextOutput { text: text.as_str().to_owned() })
}

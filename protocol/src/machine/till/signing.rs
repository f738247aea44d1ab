//! The store signs one body per reference, ever (STORE-17).

use crate::{
    crypto::sign::SigningKey,
    machine::durable::Durable,
    message::order::{Authorization, Order, SignedOrder},
};

/// An order that debits this store and that it has decided to sign.
///
/// Its body is first written down under its reference; the signature is made after that, so that a store which is
/// restarted, or asked again, can sign no other body for the reference.
#[derive(Debug, PartialEq, Eq)]
pub struct ToSign(Order);

/// Another body stands under the reference already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store signed another order for this reference")]
pub struct OtherBody;

impl ToSign {
    /// Decides on `wanted`, given what is written down under its reference.
    pub fn decide(written: Option<&Order>, wanted: Order) -> Result<Self, OtherBody> {
        match written {
            Some(written) if *written != wanted => Err(OtherBody),
            _ => Ok(Self(wanted)),
        }
    }

    /// The body, to be written down under its reference.
    pub fn body(&self) -> &Order {
        &self.0
    }

    /// Signs, once the body is durable under its reference.
    pub fn sign(self, key: &SigningKey, _proof: &Durable) -> SignedOrder {
        let signature = self.0.sign_as_store(key);
        SignedOrder { order: self.0, authorization: Authorization::Store(signature) }
    }
}

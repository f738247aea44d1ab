//! Nothing that binds leaves before its record is on disk (WITNESS-3).

/// Says that a step's writes were committed to durable storage.
///
/// Whoever drives a machine makes one, and only after the commit (with its sync) has returned. Nothing else in the
/// protocol can open a [`Sealed`] value.
#[derive(Debug)]
pub struct Durable(());

impl Durable {
    /// To be called when the storage engine has returned from a synchronous commit that holds the step's writes, and
    /// not before.
    pub fn after_commit() -> Self {
        Self(())
    }
}

/// A message that may leave only once the writes it came with are durable.
///
/// There is no other way to the value inside: it can't be looked at, encoded or copied.
///
/// ```
/// use ronde_protocol::machine::durable::{Durable, Sealed};
/// fn send(reply: Sealed<u8>) -> u8 {
///     // ... the commit returns ...
///     reply.release(&Durable::after_commit())
/// }
/// ```
/// It can't be opened without that proof,
/// ```compile_fail,E0616
/// # use ronde_protocol::machine::durable::Sealed;
/// fn send(reply: Sealed<u8>) -> u8 {
///     reply.0
/// }
/// ```
/// released twice,
/// ```compile_fail,E0382
/// # use ronde_protocol::machine::durable::{Durable, Sealed};
/// fn send(reply: Sealed<u8>, proof: &Durable) -> [u8; 2] {
///     [reply.release(proof), reply.release(proof)]
/// }
/// ```
/// copied,
/// ```compile_fail,E0277
/// # use ronde_protocol::machine::durable::Sealed;
/// fn keep(reply: &Sealed<u8>) -> Sealed<u8> {
///     Sealed::clone(reply)
/// }
/// ```
/// encoded,
/// ```compile_fail,E0277
/// # use ronde_protocol::{machine::durable::Sealed, message::codec::encode};
/// fn leak(reply: &Sealed<u8>) -> Vec<u8> {
///     encode(reply)
/// }
/// ```
/// or vouched for by a proof out of thin air.
/// ```compile_fail,E0423
/// # use ronde_protocol::machine::durable::{Durable, Sealed};
/// fn send(reply: Sealed<u8>) -> u8 {
///     reply.release(&Durable(()))
/// }
/// ```
pub struct Sealed<T>(T);

impl<T> Sealed<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    /// Hands the message out.
    pub fn release(self, _proof: &Durable) -> T {
        self.0
    }
}

impl<T> core::fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sealed(..)")
    }
}

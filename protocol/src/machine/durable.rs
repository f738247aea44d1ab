//! Nothing that binds leaves before its record is on disk.

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
